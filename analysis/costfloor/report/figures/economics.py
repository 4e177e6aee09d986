"""Gross margins of the services in the years ahead, by law, at fixed rates, and for who follows the frontier."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from costfloor.report.study import Study
from costfloor.typeset.frames import THREE, quantile_rows
from costfloor.typeset.style import BLACK, GREEN, GREY, LAW_COLOURS, LAW_LINES, page_figure

LAWS_SHOWN = ("plateau", "discovery")
FIXED_STYLES = {"15 % a year": "--", "20 % a year": ":", "40 % a year": "-."}
FRONTIER_LAW = "plateau"
FRONTIER_LOOK = (GREEN, "following the frontier", (0, (5, 1, 1, 1)))
ROW_INCHES = 2.2
LOWEST = -0.5
"""A service that loses more is not sold; the axis ends there."""


def frame(study: Study) -> pd.DataFrame:
    """`service, buyer, future, year`, and 5, 50 and 95 % of the gross margin, of the futures that are drawn."""
    economics = study.economics
    rows = economics.to_frame()
    deciding = rows["service"].map({scenario.name: economics.along(scenario) for scenario in economics.scenarios})
    drawn = (
        (rows["buyer"] == deciding) & rows["future"].isin(LAWS_SHOWN)
        | (rows["buyer"] == "fixed_capability") & rows["future"].isin(FIXED_STYLES)
        | (rows["buyer"] == "frontier") & (rows["future"] == FRONTIER_LAW)
    )
    margins = {f"margin_{part}": f"margin_share_{part}" for part in THREE}
    return rows.loc[drawn, ["service", "buyer", "future", "year", *margins]].rename(columns=margins)


def draw(study: Study) -> Figure:
    """A panel per service, in two rows of them; one service has one row. Median and 90 % band of gross margin by year."""
    scenarios = study.economics.scenarios
    rows = frame(study)
    lines = min(2, len(scenarios))
    figure = page_figure(ROW_INCHES * lines)
    panels = figure.subplots(lines, -(-len(scenarios) // lines), sharey=True, squeeze=False).ravel()
    for ax, scenario in zip(panels, scenarios, strict=False):
        mine = rows[rows["service"] == scenario.name]
        for (buyer, name), path in mine.groupby(["buyer", "future"], sort=False):
            future = str(name)
            low, middle, high = quantile_rows(path, "margin_share")
            if future in FIXED_STYLES:
                fixed = FIXED_STYLES[future]
                ax.plot(path["year"], middle, color=BLACK, linestyle=fixed, linewidth=0.9, label=future)
                continue
            colour, label, line = (
                FRONTIER_LOOK
                if buyer == "frontier"
                else (LAW_COLOURS[future], study.fits[future].law.title, LAW_LINES[future])
            )
            ax.plot(path["year"], middle, color=colour, label=label, linestyle=line)
            ax.fill_between(path["year"], low, high, color=colour, alpha=0.15, linewidth=0.0)
        ax.axhline(0.0, color=GREY, linewidth=0.8)
        ax.set_title(scenario.title)
        ax.set_ylim(LOWEST, 1.0)
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        ax.yaxis.set_major_formatter(PercentFormatter(1.0))
        ax.set_xlabel("year")
    for ax in panels[len(scenarios) :]:
        ax.set_axis_off()
    panels[0].set_ylabel("gross margin")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure
