"""Simulation-based calibration: how far the ranks of the truth are from uniform, by law."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.laws import LAWS
from costfloor.studies.sbc.ranks import band
from costfloor.studies.sbc.study import RANKED_DRAWS, Row
from costfloor.typeset.style import BAND_COLOURS, GREY, LIGHT, not_run, page_figure

COLUMNS = 3
NAMED = 4
"""Quantities outside the band that have their name in a panel; the table and the notebook name all."""

OUTSIDE_COLOURS = BAND_COLOURS[1:]

CAPTION: Final = (
    "Simulation-based calibration, by law: the distribution of the ranks of the truth among posterior draws, less the uniform "
    "one; a line per quantity. Shaded: the 95 % simultaneous band. In colour: quantities that leave it. Every histogram is in notebook 05."
)


def draw(rows: Sequence[Row]) -> Figure:
    """Small multiples, one per law and one line per quantity: the distribution of its ranks less the uniform one."""
    if not rows:
        return not_run()
    laws = [law for law in LAWS if any(row.law == law for row in rows)]
    lines = -(-len(laws) // COLUMNS)
    figure = page_figure(0.3 + 1.75 * lines)
    axes = figure.subplots(lines, COLUMNS, squeeze=False, sharex=True, sharey=True)
    for ax, law in zip(axes.ravel(), laws, strict=False):
        _law(ax, [row for row in rows if row.law == law])
        ax.set_title(LAWS[law].title)
    for ax in axes.ravel()[len(laws) :]:
        ax.set_axis_off()
    for ax in axes[:, 0]:
        ax.set_ylabel("share below, less uniform")
    for ax in axes[-1]:
        ax.set_xlabel("rank of the truth among draws")
    return figure


def _law(ax: Axes, rows: Sequence[Row]) -> None:
    points, low, high = band(rows[0].uniformity.simulations, RANKED_DRAWS)
    ax.fill_between(points, low - points, high - points, color=LIGHT, linewidth=0)
    outside = [row for row in rows if not row.uniformity.inside]
    for row in rows:
        ax.plot(points, deviation(row, points), color=GREY, linewidth=0.5, alpha=0.7)
    for row, colour in zip(outside, OUTSIDE_COLOURS * len(outside), strict=False):
        ax.plot(points, deviation(row, points), color=colour, linewidth=1.3)
    for row, colour in zip(outside[:NAMED], OUTSIDE_COLOURS, strict=False):
        ax.plot([], [], color=colour, label=row.quantity.replace("_", " "))
    if outside:
        ax.legend(loc="best", fontsize=5.5, handlelength=1.2, labelspacing=0.2)
    ax.set_xlim(0.0, 1.0)


def deviation(row: Row, points: np.ndarray) -> np.ndarray:
    """Share of ranks below each point, less what uniform ranks would have there."""
    ranks = np.sort(row.ranks)
    below = ranks.searchsorted(np.round(points * (RANKED_DRAWS + 1)))
    return np.asarray(below / len(ranks) - points)
