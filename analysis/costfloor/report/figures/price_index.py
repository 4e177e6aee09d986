"""The price index at constant quality by month: the figure of the number to cite, and the file of it by level of capability."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.indexes.price_index import PriceIndex
from costfloor.report.study import Study
from costfloor.typeset.style import BAND_COLOURS, BAND_LINES, BLUE, GREY, nothing, page_figure

CAPTION: Final = (
    "Price of the same ability by month, first month = 1, each step down of the axis being the same share. Left: all models; shaded, the "
    "range of nine in ten. Dashed: only models that stayed on sale. Right: the same by level of ability, each line from its own "
    "first month."
)
ALL: Final = "all"
CONSTANT, MATCHED = "hedonic", "matched"


def frame(study: Study) -> pd.DataFrame:
    """`level, method, month, index_level` with its 90 % interval, and the prices behind a month: all models, then levels of capability."""
    indexes = study.indexes
    parts = [
        _rows(ALL, method, index)
        for method, index in ((CONSTANT, indexes.constant.monthly), (MATCHED, indexes.matched.monthly))
    ]
    for level in indexes.levels:
        parts += [_rows(level.name, CONSTANT, level.hedonic), _rows(level.name, MATCHED, level.matched)]
    columns = ["level", "method", "month", "index_level", "index_level_low", "index_level_high", "prices"]
    known = [part for part in parts if not part.empty]
    return pd.concat(known, ignore_index=True)[columns] if known else pd.DataFrame(columns=columns)


def draw(study: Study) -> Figure:
    """Left: all models. Right: by level of capability, at constant quality."""
    rows = frame(study)
    figure = page_figure(2.7)
    left, right = figure.subplots(1, 2, width_ratios=(1.3, 1.0))
    whole = rows[rows["level"] == ALL]
    _line(left, whole[whole["method"] == MATCHED], GREY, BAND_LINES[1], "only models that stayed on sale")
    constant = whole[whole["method"] == CONSTANT]
    _line(left, constant, BLUE, "-", "the same ability")
    left.fill_between(
        _years(constant["month"]), constant["index_level_low"], constant["index_level_high"], color=BLUE, alpha=0.2, linewidth=0
    )  # fmt: skip
    levels = rows[(rows["level"] != ALL) & (rows["method"] == CONSTANT)]
    for at, (level, part) in enumerate(levels.groupby("level", sort=False)):
        _line(
            right, part, BAND_COLOURS[at % len(BAND_COLOURS)], BAND_LINES[at % len(BAND_LINES)], f"as able as {level}"
        )
    left.set_title("All models")
    right.set_title("By level of ability")
    for ax in (left, right):
        if ax.lines:
            ax.set_yscale("log")
            ax.yaxis.set_major_formatter("{x:g}")
            ax.locator_params(axis="x", integer=True, nbins=6)
            ax.legend(loc="lower left", fontsize=6)
        else:
            nothing(ax, "Too few prices for an index.")
        ax.set_xlabel("year")
    left.set_ylabel("price, first month = 1")
    return figure


def _line(ax: Axes, rows: pd.DataFrame, colour: str, line: object, label: str) -> None:
    if not rows.empty:
        ax.plot(_years(rows["month"]), rows["index_level"], color=colour, linestyle=line, label=label)


def _years(months: "pd.Series[str]") -> np.ndarray:
    """The end of each month as a year with a fraction."""
    days = pd.PeriodIndex(months, freq="M").end_time
    return np.asarray(days.year + days.day_of_year / 365.25)


def _rows(level: str, method: str, index: PriceIndex | None) -> pd.DataFrame:
    if index is None:
        return pd.DataFrame()
    names = {
        "period": "month",
        "value": "index_level",
        "low": "index_level_low",
        "high": "index_level_high",
        "n": "prices",
    }
    return index.to_frame().rename(columns=names).assign(level=level, method=method)
