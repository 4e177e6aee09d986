"""Every witness by year, beside 15 to 20 % a year."""

from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.studies.witnesses.rates import Rate, Witness
from costfloor.studies.witnesses.result import FIXED, FLOOR, TITLES, WitnessStudy
from costfloor.typeset.style import BLACK, BLUE, CLAIM_COLOUR, GREY, VERMILLION, not_run, page_figure

CAPTION: Final = (
    "Witnesses of the rate, log points a year, positive when the same is had for less: by calendar year where three clusters speak "
    "(circles), and over the whole time (square, at the right); 90 % intervals, cut at the edge. Dashed: 15 and 20 % a year. "
    "Blue, filled: a fixed graph; red, open: prices at any host, and what a fixed score or capability costs."
)
ACROSS: Final = 4
SHOWN: Final = (-1.2, 2.4)
FIRST: Final = 2022
"""Years before are left to the whole: few witnesses reach there."""


def draw(study: WitnessStudy | None) -> Figure:
    """A panel per witness, all with the same axes."""
    if study is None or not study.witnesses:
        return not_run()
    rows = -(-len(study.witnesses) // ACROSS)
    figure = page_figure(0.5 + 1.35 * rows)
    panels = figure.subplots(rows, ACROSS, sharex=True, sharey=True, squeeze=False).ravel()
    last = (
        max(year.year for one in study.witnesses for year in one.years)
        if any(o.years for o in study.witnesses)
        else FIRST
    )
    for ax, one in zip(panels, study.witnesses, strict=False):
        _panel(ax, one, last)
    for ax in panels[len(study.witnesses) :]:
        ax.set_axis_off()
    for at, ax in enumerate(panels[: len(study.witnesses)]):
        if at + ACROSS >= len(study.witnesses):
            ax.tick_params(labelbottom=True)
        if at % ACROSS == 0:
            ax.set_ylabel("rate a year")
    return figure


def _panel(ax: Axes, one: Witness, last: int) -> None:
    fixed = one.name in FIXED
    colour = BLUE if fixed else VERMILLION
    ax.axhspan(*FLOOR, color=CLAIM_COLOUR, alpha=0.5, linewidth=0)
    for limit in FLOOR:
        ax.axhline(limit, color=GREY, linewidth=0.5, linestyle=(0, (3, 2)))
    ax.axhline(0.0, color=BLACK, linewidth=0.6)
    for year in one.years:
        if year.year >= FIRST:
            _point(ax, year.year, year.rate, colour, "o", filled=fixed)
    _point(ax, last + 1.2, one.rate, colour, "s", filled=fixed)
    ax.axvline(last + 0.6, color=GREY, linewidth=0.4)
    years = list(range(FIRST, last + 1))
    ax.set_xticks([*years, last + 1.2], [*(f"{year % 100:02d}" for year in years), "all"])
    ax.set_xlim(FIRST - 0.5, last + 1.8)
    ax.set_ylim(*SHOWN)
    ax.grid(visible=False, axis="x")
    ax.set_title(TITLES[one.name], fontsize=6.5)


def _point(ax: Axes, along: float, rate: Rate, colour: str, marker: str, *, filled: bool) -> None:
    low, high = (min(max(end, SHOWN[0]), SHOWN[1]) for end in (rate.low, rate.high))
    ax.plot([along, along], [low, high], color=colour, linewidth=1.2, solid_capstyle="butt")
    ax.plot(
        [along], [rate.value], marker=marker, markersize=4, color=colour, markerfacecolor=colour if filled else "white"
    )
