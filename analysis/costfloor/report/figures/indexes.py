"""Price indexes over time, and their yearly rates by part of the market."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.report.decline import RATE
from costfloor.report.study import Study
from costfloor.typeset.style import BLUE, GREEN, GREY, VERMILLION, interval, nothing, page_figure

LINES = {
    "Matched models, chained Jevons": (GREY, (0, (1, 1))),
    "Time-dummy hedonic, in force": (BLUE, "-"),
    "Time-dummy hedonic, new prices": (BLUE, (0, (4, 2))),
    "Adjacent-period hedonic, in force": (GREEN, (0, (5, 1, 1, 1))),
    "Record lows": (VERMILLION, (0, (7, 2))),
}
"""Indexes that are drawn, by title: a few of each idea, as the table has all."""

LEVELS, RATES = "levels", "rates"
HEDONIC, MATCHED = "hedonic", "matched"
LEVEL = "index_level"

RATE_LIMITS = (-2.0, 6.0)
"""Log-rates that are shown; intervals of small families go on beyond them and end in an arrow."""


def frame(study: Study) -> pd.DataFrame:
    """`part`: levels (`series, month, index_level`) and rates (`series, group, spells`, the log-rate with its 90 % interval)."""
    levels = [
        index.monthly.to_frame()
        .rename(columns={"period": "month", "value": LEVEL})[["month", LEVEL]]
        .assign(part=LEVELS, series=index.title)
        for index in study.indexes.shown
        if index.title in LINES and index.monthly is not None
    ]
    rates = [
        {
            "part": RATES, "series": name, "group": group.name, "spells": group.n, RATE: index.annual_rate,
            f"{RATE}_low": index.annual_rate_ci90[0], f"{RATE}_high": index.annual_rate_ci90[1],
        }
        for group in study.indexes.groups
        for name, index in ((HEDONIC, group.hedonic), (MATCHED, group.matched))
        if index is not None
    ]  # fmt: skip
    columns = ["part", "series", "month", LEVEL, "group", "spells", RATE, f"{RATE}_low", f"{RATE}_high"]
    return pd.concat([*levels, pd.DataFrame(rates)], ignore_index=True).reindex(columns=columns)


def draw(study: Study) -> Figure:
    """Left: price level by month, the base of each index being 1. Right: rates by weights and by family."""
    rows = frame(study)
    figure = page_figure(3.3)
    over_time, by_group = figure.subplots(1, 2, width_ratios=(1.15, 1.0))
    _levels(over_time, rows[rows["part"] == LEVELS])
    _rates(by_group, rows[rows["part"] == RATES], {group.name: group.n for group in study.indexes.groups})
    handles = [*over_time.get_legend_handles_labels()[0], *by_group.get_legend_handles_labels()[0]]
    labels = [*over_time.get_legend_handles_labels()[1], *by_group.get_legend_handles_labels()[1]]
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def _levels(ax: Axes, rows: pd.DataFrame) -> None:
    for title, (colour, dashes) in LINES.items():
        mine = rows[rows["series"] == title]
        if mine.empty:
            continue
        days = pd.PeriodIndex(mine["month"], freq="M").end_time
        years = days.year + days.day_of_year / 365.25
        ax.plot(years, mine[LEVEL], color=colour, linestyle=dashes, label=title)
    if ax.lines:
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter("{x:g}")
        ax.locator_params(axis="x", integer=True)
    else:
        nothing(ax, "Too few prices for any index.")
    ax.set_xlabel("date (year)")
    ax.set_ylabel("price level (base month = 1, log scale)")
    ax.set_title("Price indexes by month")


def _rates(ax: Axes, rows: pd.DataFrame, groups: dict[str, int]) -> None:
    for name, offset, colour, marker, label in (
        (HEDONIC, -0.16, BLUE, "o", "right: hedonic, new prices"),
        (MATCHED, 0.16, GREY, "s", "right: matched models"),
    ):
        mine = rows[rows["series"] == name]
        for group, middle, low, high in zip(
            mine["group"], mine[RATE], mine[f"{RATE}_low"], mine[f"{RATE}_high"], strict=True
        ):
            _rate(ax, list(groups).index(group) + offset, (low, middle, high), colour, marker)
        ax.plot([], [], marker, color=colour, markersize=4, label=label)
    ax.axvline(0.0, color=GREY, linewidth=0.6)
    ax.set_xlim(*RATE_LIMITS)
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.set_yticks(range(len(groups)), [f"{name} ({n:,})" for name, n in groups.items()])
    ax.grid(visible=False, axis="y")
    ax.set_xlabel("rate of decline (log-rate per year)")
    ax.set_title("Rates by quarter, 90 % intervals")


def _rate(ax: Axes, at: float, rate: tuple[float, float, float], colour: str, marker: str) -> None:
    low, middle, high = rate
    if middle < RATE_LIMITS[0] or middle > RATE_LIMITS[1]:
        return
    ends = (float(np.clip(low, *RATE_LIMITS)), middle, float(np.clip(high, *RATE_LIMITS)))
    interval(ax, at, ends, colour, marker=marker)
    if low < RATE_LIMITS[0]:
        ax.plot(RATE_LIMITS[0] + 0.05, at, "<", color=colour, markersize=4)
    if high > RATE_LIMITS[1]:
        ax.plot(RATE_LIMITS[1] - 0.05, at, ">", color=colour, markersize=4)
