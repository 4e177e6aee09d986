"""Simulation-based calibration: the histogram of ranks of every quantity of one law."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from scipy.stats import binom

from costfloor.studies.sbc.ranks import BAND
from costfloor.studies.sbc.study import RANKED_DRAWS, Row
from costfloor.typeset.style import BLACK, GREY, LIGHT, VERMILLION, page_figure

COLUMNS = 5
BINS = 16
"""A divisor of the number of possible ranks, so that all bins are equally likely."""


def draw(rows: Sequence[Row]) -> Figure:
    """Small multiples, one per quantity; in colour those whose ranks or intervals are outside their bands.

    The shaded band holds all bars at once with probability 0.95 when ranks are uniform (Sidak 1967); whether a quantity is inside is
    decided by its empirical distribution and the number of quantities, not by its bars.
    """
    lines = max(1, -(-len(rows) // COLUMNS))
    figure = page_figure(0.2 + 0.85 * lines)
    axes = figure.subplots(lines, COLUMNS, squeeze=False, sharex=True)
    edges = np.arange(BINS + 1) / BINS
    for ax, row in zip(axes.ravel(), rows, strict=False):
        place = np.asarray(row.ranks) * BINS // (RANKED_DRAWS + 1)
        simulations = len(place)
        counts = np.bincount(place, minlength=BINS)
        tail = (1.0 - BAND ** (1.0 / BINS)) / 2.0
        low, high = binom.ppf([tail, 1.0 - tail], simulations, 1.0 / BINS)
        colour = GREY if row.passed else VERMILLION
        ax.axhspan(low, high, color=LIGHT, linewidth=0, zorder=0.5)
        ax.stairs(counts, edges, fill=True, color=colour, alpha=0.75)
        ax.axhline(simulations / BINS, color=BLACK, linewidth=0.5)
        ax.set_title(row.quantity.replace("_", " "), fontsize=6.5, color=BLACK if row.passed else VERMILLION)
        ax.set_yticks([])
        ax.set_xticks([0.0, 0.5, 1.0], ["0", "½", "1"])
        ax.set_ylim(0, max(1.6 * simulations / BINS, 1.1 * counts.max(), 1.1 * high))
        ax.grid(visible=False)
    for ax in axes.ravel()[len(rows) :]:
        ax.set_axis_off()
    return figure
