"""Technologies of known fate: how they went on, and whether the claim that one slows down came true."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.fit.slowed import SLOWED, has_slowed
from costfloor.studies.technologies.claims import FALLING
from costfloor.studies.technologies.forecast import STACK
from costfloor.studies.technologies.sentences import titled
from costfloor.studies.technologies.study import TechnologyStudy
from costfloor.typeset.style import BLACK, GREY, LAW_COLOURS, VERMILLION, page_figure

CLAIMANTS = {"plateau": LAW_COLOURS["plateau"], "encompassing": LAW_COLOURS["encompassing"], STACK: BLACK}
LINEAR = 0.02
"""Log-rate per year up to which the axes are linear; beyond, each step is a factor."""

TICKS = (-0.2, -0.05, 0.0, 0.05, 0.2, 1.0)


def draw(study: TechnologyStudy) -> Figure:
    """Left: rates of the earlier and the later part of every series. Right: claims of the first split against what happened."""
    figure = page_figure(3.0)
    left, right = figure.subplots(1, 2)
    _rates(left, study)
    _reliability(right, study)
    return figure


def _rates(ax: Axes, study: TechnologyStudy) -> None:
    early, late = (np.array([getattr(record, part) for record in study.records]) for part in ("early", "late"))
    judged = early > FALLING
    slowed = judged & (has_slowed(late, early))
    for chosen, colour, label in (
        (~judged, GREY, "not falling, not judged"),
        (judged & ~slowed, BLACK, "went on"),
        (slowed, VERMILLION, "fell to less than half"),
    ):
        ax.plot(early[chosen], late[chosen], "o", color=colour, markersize=3.5, label=f"{label} ({chosen.sum()})")
    ends = np.linspace(min(early.min(), late.min()), max(early.max(), late.max()), 400)
    ax.plot(ends, ends, color=GREY, linewidth=0.6)
    ax.plot(ends, SLOWED * ends, color=GREY, linewidth=0.6, linestyle=(0, (3, 2)))
    ax.set_xscale("symlog", linthresh=LINEAR)
    ax.set_yscale("symlog", linthresh=LINEAR)
    ax.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
    ax.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS])
    ax.minorticks_off()
    ax.set_title("Rates (line: equal; dashed: half)")
    ax.set_xlabel("first half, log-rate per year")
    ax.set_ylabel("second half")
    ax.legend(loc="lower right", fontsize=6)


def _reliability(ax: Axes, study: TechnologyStudy) -> None:
    claims = study.splits[0].claims
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=0.6)
    for name, colour in CLAIMANTS.items():
        bins = claims[name].bins
        ax.plot([point.claimed for point in bins], [point.happened for point in bins], color=colour, label=titled(name))
        ax.scatter(
            [point.claimed for point in bins], [point.happened for point in bins], [4 + 3 * point.technologies for point in bins],
            color=colour,
        )  # fmt: skip
    ax.set_title("Claims of a halving (area: technologies)")
    ax.set_xlabel("probability given to it")
    ax.set_ylabel("share that came true")
    ax.legend(loc="upper left", fontsize=6)
