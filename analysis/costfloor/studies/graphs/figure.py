"""Rates of decline by year of both channels, beside 15 to 20 % a year."""

from typing import Final

import numpy as np
from matplotlib.figure import Figure

from costfloor.laws import LAWS
from costfloor.studies.graphs.claims import BAND
from costfloor.studies.graphs.result import GraphStudy, WindowRates
from costfloor.typeset.style import CLAIM_COLOUR, GREY, LAW_COLOURS, interval, not_run, page_figure

CAPTION: Final = (
    "How fast each channel falls, by year and over the last 12 months, under each law: median and 90 % interval, log points a year. Left: "
    "price of a unit of size at a host (fixed graph). Right: price-weighted size at fixed capability (changed graph). Band: 15 to 20 %."
)

PANELS: Final = {"fixed": "Price of a unit of size at a host", "changed": "Size needed at fixed capability"}
SPREAD: Final = 0.5
"""Of a year's place, what its laws take up."""


def draw(study: GraphStudy | None) -> Figure:
    """One panel for each channel; the laws side by side in every year."""
    if study is None:
        return not_run()
    figure = page_figure(2.7)
    axes = figure.subplots(1, 2, sharey=True)
    offsets = np.linspace(-SPREAD / 2.0, SPREAD / 2.0, len(study.laws))
    for ax, (channel, title) in zip(axes, PANELS.items(), strict=True):
        ax.axhspan(*BAND, color=CLAIM_COLOUR, alpha=0.6, linewidth=0, zorder=0.5)
        ax.axhline(0.0, color=GREY, linewidth=0.8)
        for law, offset in zip(study.laws, offsets, strict=True):
            windows: tuple[WindowRates, ...] = (*law.by_year, law.last)
            for place, window in enumerate(windows):
                interval(ax, place + offset, getattr(window, channel), LAW_COLOURS[law.law], vertical=True)
        periods = [window.period for window in (*study.laws[0].by_year, study.laws[0].last)]
        ax.set_xticks(range(len(periods)), [period.replace("last ", "last\n") for period in periods])
        ax.grid(visible=False, axis="x")
        ax.set_title(title)
    axes[0].set_ylabel("decline (log points per year)")
    for law in study.laws:
        axes[1].plot([], [], color=LAW_COLOURS[law.law], marker="o", markersize=3, label=LAWS[law.law].title)
    figure.legend(loc="outside lower center", fontsize=6, ncols=len(study.laws))
    return figure
