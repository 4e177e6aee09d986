"""Gross margins of the services in the years ahead, by law, at fixed rates, and for who follows the frontier."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from costfloor.report.study import Study
from costfloor.typeset.style import BLACK, GREEN, GREY, LAW_COLOURS, page_figure

LAWS_SHOWN = ("plateau", "discovery")
FIXED_STYLES = {"15 % a year": "--", "20 % a year": ":", "40 % a year": "-."}
FRONTIER_LAW = "plateau"
LOWEST = -0.5
"""A service that loses more is not sold; the axis ends there."""


def draw(study: Study) -> Figure:
    """A panel per service: median and 90 % band of gross margin by year."""
    economics = study.economics
    figure = page_figure(4.4)
    panels = figure.subplots(2, -(-len(economics.scenarios) // 2), sharey=True, squeeze=False).ravel()
    for ax, scenario in zip(panels, economics.scenarios, strict=False):
        for outlook in (outlook for outlook in economics.outlooks if outlook.scenario == scenario.name):
            low, middle, high = np.array(outlook.margin_path).T
            if outlook.buyer == "fixed_capability" and outlook.law in LAWS_SHOWN:
                colour, label = LAW_COLOURS[outlook.law], study.fits[outlook.law].law.title
            elif outlook.buyer == "frontier" and outlook.law == FRONTIER_LAW:
                colour, label = GREEN, "following the frontier"
            elif outlook.law in FIXED_STYLES:
                ax.plot(
                    outlook.years,
                    middle,
                    color=BLACK,
                    linestyle=FIXED_STYLES[outlook.law],
                    linewidth=0.9,
                    label=outlook.law,
                )
                continue
            else:
                continue
            ax.plot(outlook.years, middle, color=colour, label=label)
            ax.fill_between(outlook.years, low, high, color=colour, alpha=0.15, linewidth=0.0)
        ax.axhline(0.0, color=GREY, linewidth=0.8)
        ax.set_title(scenario.title)
        ax.set_ylim(LOWEST, 1.0)
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        ax.yaxis.set_major_formatter(PercentFormatter(1.0))
        ax.set_xlabel("year")
    for ax in panels[len(economics.scenarios) :]:
        ax.set_axis_off()
    panels[0].set_ylabel("gross margin")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure
