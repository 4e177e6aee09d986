"""Gains at a fixed task: every series, and the fitted path of a typical one by domain."""

from collections.abc import Mapping
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.report.study import Study
from costfloor.typeset.style import BLUE, GREY, VERMILLION, page_figure
from costfloor.studies.domains.gains import SOURCES, SPEEDRUN

COLOURS: Final = {"training": VERMILLION, "inference": BLUE}


def draw(study: Study) -> Figure:
    """A panel per source; those of MLPerf share their axes."""
    stored = study.calibration.get("domains")
    return draw_result(stored.result["base"] if stored else None)


def draw_result(base: Mapping[str, Any] | None) -> Figure:
    """The figure from the study's result."""
    figure = page_figure(2.5)
    if base is None:
        axes = figure.subplots()
        axes.set_axis_off()
        axes.text(0.0, 0.5, "Not run.", transform=axes.transAxes)
        return figure
    present = [source for source in SOURCES if any(line["source"] == source for line in base["lines"])]
    panels = figure.subplots(1, len(present), squeeze=False)[0]
    for ax, source in zip(panels, present, strict=True):
        _panel(ax, base, source)
    _share_axes([ax for ax, source in zip(panels, present, strict=True) if source != SPEEDRUN])
    panels[0].set_ylabel("gain since the first result\n(log points)")
    return figure


def _panel(ax: Axes, base: Mapping[str, Any], source: str) -> None:
    for line in base["lines"]:
        if line["source"] == source:
            ax.step(line["age"], line["gain"], where="post", color=GREY, linewidth=0.6, alpha=0.7)
    domain = SOURCES[source]
    path, colour = base["paths"][domain], COLOURS[domain]
    low, middle, high = path["gain"]
    ax.fill_between(path["age"], low, high, color=colour, alpha=0.2, linewidth=0)
    ax.plot(path["age"], middle, color=colour)
    ax.set_title(source)
    ax.set_xlabel("age (years)")
    ax.set_xlim(left=0.0)


def _share_axes(panels: list[Axes]) -> None:
    if panels:
        right, top = (max(getattr(ax, f"get_{side}lim")()[1] for ax in panels) for side in "xy")
        for ax in panels:
            ax.set_xlim(0.0, right)
            ax.set_ylim(-0.02 * top, top)
