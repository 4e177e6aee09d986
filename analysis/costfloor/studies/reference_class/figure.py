"""The reference class as a prior: what both laws that may slow down say under it, beside their own priors."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from costfloor.fit.quantities import FLOOR_CLAIM
from costfloor.laws import LAWS
from costfloor.studies.reference_class.study import Effect
from costfloor.typeset.style import CLAIM_COLOUR, GREY, LAW_COLOURS, interval, page_figure

VIEWS = {
    "rate_now": "Rate now",
    "rate_floor": "Floor",
    "kept_share": "Share kept",
    "half_life_years": "Half-life, years",
}
YEARS = (0.01, 0.1, 1.0, 10.0)


def draw(laws: Mapping[str, Effect]) -> Figure:
    """Intervals by quantity, from the laws of the study `reference_class`; a fit that missed its gates has a cross as its median."""
    figure = page_figure(1.9)
    axes = figure.subplots(1, len(VIEWS), sharey=True)
    sides = [
        (name, words, side)
        for name, law in laws.items()
        for words, side in (("own prior", law.default), ("reference class", law.reference))
    ]
    for ax, (quantity, title) in zip(axes, VIEWS.items(), strict=True):
        for position, (name, _, side) in enumerate(sides):
            interval(ax, position, side.quantities[quantity], LAW_COLOURS[name], marker="o" if side.passed else "X")
        if quantity == "rate_floor":
            ax.axvspan(*FLOOR_CLAIM, color=CLAIM_COLOUR, alpha=0.8, linewidth=0, zorder=0.5)
        if quantity == "half_life_years":
            ax.set_xscale("log")
            ax.set_xticks(YEARS, [f"{years:g}" for years in YEARS])
            ax.minorticks_off()
        else:
            ax.axvline(0.0, color=GREY, linewidth=0.6)
            ax.locator_params(axis="x", nbins=4)
        ax.set_title(title)
    axes[0].set_yticks(range(len(sides)), [f"{LAWS[name].title}, {words}" for name, words, _ in sides])
    axes[0].set_ylim(len(sides) - 0.5, -0.5)
    return figure
