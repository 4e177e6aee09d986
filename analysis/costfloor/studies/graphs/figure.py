"""Rates of decline by year of both channels, beside 15 to 20 % a year."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from costfloor.fit.quantities import FLOOR_CLAIM
from costfloor.laws import LAWS
from costfloor.studies.graphs.result import GraphStudy
from costfloor.typeset.frames import THREE, quantile_rows, three
from costfloor.typeset.style import CLAIM_COLOUR, GREY, LAW_COLOURS, LAW_MARKERS, interval, not_run, page_figure

CAPTION: Final = (
    "How fast each channel falls, by year, over the 24 months before the last 12, over these, and over the whole record, under each law: "
    "median and 90 % interval, log points a year. Left: price of a unit of size at a host (fixed graph). Right: price-weighted size at "
    "fixed capability (changed graph). Band: 15 to 20 %."
)

RATE: Final = "decline_log_rate_per_year"
PANELS: Final = {"fixed": "Price of a unit of size at a host", "changed": "Size needed at fixed capability"}
TICKS: Final = {"before": "24 mo.\nbefore", "last 12 months": "last\n12 mo.", "whole record": "whole\nrecord"}
"""Windows that are no calendar year, below the axis."""

SPREAD: Final = 0.6
"""Of a year's place, what its laws take up."""


def frame(study: GraphStudy | None) -> pd.DataFrame:
    """`channel, period, law`, and 5, 50 and 95 % of the log-rate a year; without rows where the study was not run."""
    columns = ["channel", "period", "law", *(f"{RATE}_{part}" for part in THREE)]
    rows = [
        {"channel": channel, "period": window.period, "law": law.law, **three(RATE, getattr(window, channel))}
        for channel in PANELS
        for law in (study.laws if study is not None else ())
        for window in (*law.by_year, law.before, law.last, law.whole)
    ]
    return pd.DataFrame(rows, columns=columns)


def draw(study: GraphStudy | None) -> Figure:
    """One panel for each channel; the laws side by side in every year."""
    rates = frame(study)
    if rates.empty:
        return not_run()
    figure = page_figure(2.7)
    axes = figure.subplots(1, 2, sharey=True)
    laws, periods = list(dict.fromkeys(rates["law"])), list(dict.fromkeys(rates["period"]))
    offsets = dict(zip(laws, np.linspace(-SPREAD / 2.0, SPREAD / 2.0, len(laws)), strict=True))
    for ax, (channel, title) in zip(axes, PANELS.items(), strict=True):
        ax.axhspan(*FLOOR_CLAIM, color=CLAIM_COLOUR, alpha=0.6, linewidth=0, zorder=0.5)
        ax.axhline(0.0, color=GREY, linewidth=0.8)
        mine = rates[rates["channel"] == channel]
        for period, law, low, middle, high in zip(mine["period"], mine["law"], *quantile_rows(mine, RATE), strict=True):
            place = periods.index(period) + offsets[law]
            interval(ax, place, (low, middle, high), LAW_COLOURS[law], vertical=True, marker=LAW_MARKERS[law])
        ax.set_xticks(range(len(periods)), [TICKS.get(period, period) for period in periods], fontsize=6)
        ax.grid(visible=False, axis="x")
        ax.set_title(title)
    axes[0].set_ylabel("decline (log points per year)")
    for law in laws:
        axes[1].plot([], [], color=LAW_COLOURS[law], marker=LAW_MARKERS[law], markersize=3, label=LAWS[law].title)
    figure.legend(loc="outside lower center", fontsize=6, ncols=len(laws))
    return figure
