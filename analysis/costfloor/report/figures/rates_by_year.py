"""The rate of decline by year: of price at fixed capability under each law, and of the two sources it comes from."""

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.fit.quantities import FLOOR_CLAIM
from costfloor.report.decline import RATE, rates_by_year
from costfloor.report.plain import LAWS_IN_WORDS
from costfloor.report.study import Study
from costfloor.studies.graphs.claims import heard
from costfloor.typeset.frames import quantile_rows, three
from costfloor.typeset.style import (
    BLUE,
    CLAIM_COLOUR,
    GREY,
    LAW_COLOURS,
    LAW_MARKERS,
    VERMILLION,
    interval,
    nothing,
    page_figure,
    rate_axis,
)

CAPTION: Final = (
    "How much price falls in a year, for the same ability of a model. Left: under each description of how prices move; a mark is the "
    "middle "
    "estimate, a line holds nine of ten. Right: the two sources of the fall, of models whose size is known, a mark for each description: "
    "what a unit of size costs at the same seller, and how much size an ability needs. Shaded: a fall of 15 to 20 % a year."
)
NEXT_TO: Final = 0.08
"""Between the marks of two laws, of the place of a period."""

PERCENTS: Final = (-50, 0, 40, 60, 80, 90, 95)
SOURCES: Final = {
    "fixed": ("a unit of a model's size, at the same seller", BLUE, "o"),
    "changed": ("the size that an ability needs", VERMILLION, "^"),
}
MARKET, SOURCE = "market", "source"


def frame(study: Study) -> pd.DataFrame:
    """`part, period, series, law`, and 5, 50 and 95 % of the log-rate: laws by year, then both sources under each law, where computed."""
    market = rates_by_year(study.fits, study.obs).assign(part=MARKET)
    stored = study.calibration.get("graphs")
    rows = [
        {"part": SOURCE, "period": window.period, "series": name, "law": law.law, **three(RATE, getattr(window, name))}
        for law in (heard(stored.result) if stored is not None else ())
        for window in (law.before, law.last)
        for name in SOURCES
    ]
    columns = ["part", "period", "series", "law", "models", *(f"{RATE}_{part}" for part in ("q05", "q50", "q95"))]
    return pd.concat([market, pd.DataFrame(rows)], ignore_index=True).reindex(columns=columns)


def draw(study: Study) -> Figure:
    """Intervals by period, on one axis of rates."""
    rates = frame(study)
    figure = page_figure(2.35)
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.7, 1.0))
    laws = {name: (LAWS_IN_WORDS[name], LAW_COLOURS[name], LAW_MARKERS[name]) for name, fit in study.fits.items()}
    _part(left, rates[rates["part"] == MARKET], laws)
    _part(right, rates[rates["part"] == SOURCE], SOURCES)
    left.set_title("The whole fall, under each description")
    right.set_title("Where it comes from")
    for ax in (left, right):
        ax.axhspan(*FLOOR_CLAIM, color=CLAIM_COLOUR, alpha=0.8, linewidth=0, zorder=0.5)
        ax.axhline(0.0, color=GREY, linewidth=0.6)
        ax.grid(visible=False, axis="x")
    rate_axis(left, PERCENTS)
    left.fill_between([], [], color=CLAIM_COLOUR, alpha=0.8, linewidth=0, label="15 to 20 % a year")
    handles, labels = left.get_legend_handles_labels()
    more_handles, more_labels = right.get_legend_handles_labels()
    figure.legend([*handles, *more_handles], [*labels, *more_labels], loc="outside lower center", ncols=3)
    return figure


def _part(ax: Axes, rates: pd.DataFrame, series: dict[str, tuple[str, str, str]]) -> None:
    periods = list(dict.fromkeys(rates["period"]))
    if not periods:
        nothing(ax, "Not yet told apart.")
        return
    apart = 0.72 / len(series)
    for at, (name, (label, colour, marker)) in enumerate(series.items()):
        mine = rates[rates["series"] == name]
        offset = apart * (at - (len(series) - 1) / 2)
        # The same source under several laws stands side by side in its place.
        within = mine.groupby("period").cumcount() - (mine.groupby("period")["period"].transform("size") - 1) / 2
        for period, shift, low, middle, high in zip(
            mine["period"], NEXT_TO * within, *quantile_rows(mine, RATE), strict=True
        ):
            place = periods.index(period) + offset + shift
            interval(ax, place, (low, middle, high), colour, vertical=True, marker=marker)
        ax.plot([], [], color=colour, marker=marker, markersize=4, label=label)
    ax.set_xticks(range(len(periods)), [_broken(period) for period in periods])
    ax.set_xlim(-0.5, len(periods) - 0.5)


def _broken(period: str) -> str:
    return period.replace(" 12 ", " 12\n")
