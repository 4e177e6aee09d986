"""Gains at a fixed task: every series, and the fitted path of a typical one by domain."""

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.studies.domains.gains import SOURCES, SPEEDRUN
from costfloor.studies.domains.result import DomainFit
from costfloor.typeset.frames import THREE, quantile_rows
from costfloor.typeset.style import BLUE, GREY, VERMILLION, not_run, page_figure

CAPTION: Final = (
    "Gains at a fixed task on fixed hardware, by source: every series (grey), and the fitted path of a typical series of its "
    "domain (median, 90 % band). The speedrun has an axis of its own."
)
SERIES, TYPICAL = "series", "typical"
GAIN: Final = "gain_log_points"
COLOURS: Final = {"training": VERMILLION, "inference": BLUE}


def frame(fit: DomainFit | None) -> pd.DataFrame:
    """`part, source, series, age_years`: the gain of each series so far, and that of a typical one of its domain (5, 50 and 95 %)."""
    columns = ["part", "source", "series", "age_years", GAIN, *(f"{GAIN}_{part}" for part in THREE)]
    if fit is None:
        return pd.DataFrame(columns=columns)
    parts = [
        pd.DataFrame({"part": SERIES, "source": line.source, "series": number, "age_years": line.age, GAIN: line.gain})
        for number, line in enumerate(fit.lines, 1)
    ]
    for source in dict.fromkeys(line.source for line in fit.lines):
        path = fit.paths[SOURCES[source]]
        gains = {f"{GAIN}_{part}": row for part, row in zip(THREE, path.gain, strict=True)}
        parts.append(pd.DataFrame({"part": TYPICAL, "source": source, "age_years": path.age, **gains}))
    return pd.concat(parts, ignore_index=True).reindex(columns=columns)


def draw(fit: DomainFit | None) -> Figure:
    """A panel per source; those of MLPerf share their axes."""
    if fit is None:
        return not_run()
    rows = frame(fit)
    figure = page_figure(2.5)
    present = [source for source in SOURCES if (rows["source"] == source).any()]
    panels = figure.subplots(1, len(present), squeeze=False)[0]
    for ax, source in zip(panels, present, strict=True):
        _panel(ax, rows[rows["source"] == source], source)
    _share_axes([ax for ax, source in zip(panels, present, strict=True) if source != SPEEDRUN])
    panels[0].set_ylabel("gain since the first result\n(log points)")
    return figure


def _panel(ax: Axes, rows: pd.DataFrame, source: str) -> None:
    for _, line in rows[rows["part"] == SERIES].groupby("series"):
        ax.step(line["age_years"], line[GAIN], where="post", color=GREY, linewidth=0.6, alpha=0.7)
    path, colour = rows[rows["part"] == TYPICAL], COLOURS[SOURCES[source]]
    low, middle, high = quantile_rows(path, GAIN)
    ax.fill_between(path["age_years"], low, high, color=colour, alpha=0.2, linewidth=0)
    ax.plot(path["age_years"], middle, color=colour)
    ax.set_title(source)
    ax.set_xlabel("age (years)")
    ax.set_xlim(left=0.0)


def _share_axes(panels: list[Axes]) -> None:
    if panels:
        right, top = (max(getattr(ax, f"get_{side}lim")()[1] for ax in panels) for side in "xy")
        for ax in panels:
            ax.set_xlim(0.0, right)
            ax.set_ylim(-0.02 * top, top)
