"""Price indexes over time, and their yearly rates by part of the market."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.indexes.price_index import PriceIndex
from costfloor.report.price_indexes import GroupIndexes, ShownIndex
from costfloor.report.study import Study
from costfloor.typeset.style import BLUE, GREEN, GREY, VERMILLION, interval, nothing, page_figure

LINES = {
    "Matched models, chained Jevons": (GREY, "-"),
    "Time-dummy hedonic, in force": (BLUE, "-"),
    "Time-dummy hedonic, new prices": (BLUE, (0, (4, 2))),
    "Adjacent-period hedonic, in force": (GREEN, "-"),
    "Record lows": (VERMILLION, "-"),
}
"""Indexes that are drawn, by title: a few of each idea, as the table has all."""

RATE_LIMITS = (-2.0, 6.0)
"""Log-rates that are shown; intervals of small families go on beyond them and end in an arrow."""


def draw(study: Study) -> Figure:
    """Left: price level by month, the base of each index being 1. Right: rates by weights and by family."""
    figure = page_figure(3.3)
    over_time, by_group = figure.subplots(1, 2, width_ratios=(1.15, 1.0))
    _levels(over_time, study.indexes.shown)
    _rates(by_group, study.indexes.groups)
    handles = [*over_time.get_legend_handles_labels()[0], *by_group.get_legend_handles_labels()[0]]
    labels = [*over_time.get_legend_handles_labels()[1], *by_group.get_legend_handles_labels()[1]]
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def _levels(ax: Axes, shown: Sequence[ShownIndex]) -> None:
    for index in shown:
        if index.title not in LINES or index.monthly is None:
            continue
        colour, dashes = LINES[index.title]
        days = pd.PeriodIndex([row.period for row in index.monthly.periods], freq="M").end_time
        years = days.year + days.day_of_year / 365.25
        ax.plot(years, [row.value for row in index.monthly.periods], color=colour, linestyle=dashes, label=index.title)
    if ax.lines:
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter("{x:g}")
        ax.locator_params(axis="x", integer=True)
    else:
        nothing(ax, "Too few prices for any index.")
    ax.set_xlabel("date (year)")
    ax.set_ylabel("price level (base month = 1, log scale)")
    ax.set_title("Price indexes by month")


def _rates(ax: Axes, groups: Sequence[GroupIndexes]) -> None:
    for position, group in enumerate(groups):
        _rate(ax, position - 0.16, group.hedonic, BLUE)
        _rate(ax, position + 0.16, group.matched, GREY)
    for colour, label in ((BLUE, "right: hedonic, new prices"), (GREY, "right: matched models")):
        ax.plot([], [], "o", color=colour, markersize=4, label=label)
    ax.axvline(0.0, color=GREY, linewidth=0.6)
    ax.set_xlim(*RATE_LIMITS)
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.set_yticks(range(len(groups)), [f"{group.name} ({group.n:,})" for group in groups])
    ax.grid(visible=False, axis="y")
    ax.set_xlabel("rate of decline (log-rate per year)")
    ax.set_title("Rates by quarter, 90 % intervals")


def _rate(ax: Axes, at: float, index: PriceIndex | None, colour: str) -> None:
    if index is None:
        return
    low, high = index.annual_rate_ci90
    if index.annual_rate < RATE_LIMITS[0] or index.annual_rate > RATE_LIMITS[1]:
        return
    interval(ax, at, (float(np.clip(low, *RATE_LIMITS)), index.annual_rate, float(np.clip(high, *RATE_LIMITS))), colour)
    if low < RATE_LIMITS[0]:
        ax.plot(RATE_LIMITS[0] + 0.05, at, "<", color=colour, markersize=4)
    if high > RATE_LIMITS[1]:
        ax.plot(RATE_LIMITS[1] - 0.05, at, ">", color=colour, markersize=4)
