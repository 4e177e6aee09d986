"""Gains at a fixed task: every series, and the fitted path of a typical one by domain."""

from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.studies.domains.gains import SOURCES, SPEEDRUN
from costfloor.studies.domains.result import DomainFit
from costfloor.typeset.style import BLUE, GREY, VERMILLION, not_run, page_figure

CAPTION: Final = (
    "Gains at a fixed task on fixed hardware, by source: every series (grey), and the fitted path of a typical series of its "
    "domain (median, 90 % band). The speedrun has an axis of its own."
)
COLOURS: Final = {"training": VERMILLION, "inference": BLUE}


def draw(fit: DomainFit | None) -> Figure:
    """A panel per source; those of MLPerf share their axes."""
    if fit is None:
        return not_run()
    figure = page_figure(2.5)
    present = [source for source in SOURCES if any(line.source == source for line in fit.lines)]
    panels = figure.subplots(1, len(present), squeeze=False)[0]
    for ax, source in zip(panels, present, strict=True):
        _panel(ax, fit, source)
    _share_axes([ax for ax, source in zip(panels, present, strict=True) if source != SPEEDRUN])
    panels[0].set_ylabel("gain since the first result\n(log points)")
    return figure


def _panel(ax: Axes, fit: DomainFit, source: str) -> None:
    for line in fit.lines:
        if line.source == source:
            ax.step(line.age, line.gain, where="post", color=GREY, linewidth=0.6, alpha=0.7)
    domain = SOURCES[source]
    path, colour = fit.paths[domain], COLOURS[domain]
    low, middle, high = path.gain
    ax.fill_between(path.age, low, high, color=colour, alpha=0.2, linewidth=0)
    ax.plot(path.age, middle, color=colour)
    ax.set_title(source)
    ax.set_xlabel("age (years)")
    ax.set_xlim(left=0.0)


def _share_axes(panels: list[Axes]) -> None:
    if panels:
        right, top = (max(getattr(ax, f"get_{side}lim")()[1] for ax in panels) for side in "xy")
        for ax in panels:
            ax.set_xlim(0.0, right)
            ax.set_ylim(-0.02 * top, top)
