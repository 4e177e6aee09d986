"""Simulation-based calibration: how far the ranks of the truth are from uniform, by law."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.laws import LAWS
from costfloor.studies.sbc.ranks import band
from costfloor.studies.sbc.study import RANKED_DRAWS, Row
from costfloor.typeset.style import BAND_COLOURS, BAND_LINES, GREY, LIGHT, not_run, page_figure

COLUMNS = 3
DEVIATION, BAND = "deviation_share", "band_share"
NAMED = 4
"""Quantities whose ranks are outside and have their name in a panel; the table and the notebook name all."""

OUTSIDE_COLOURS = BAND_COLOURS[1:]

CAPTION: Final = (
    "Simulation-based calibration, by law: the distribution of the ranks of the truth among posterior draws, less the uniform "
    "one; a line per quantity. Shaded: the 95 % simultaneous band of one quantity, which one in twenty leaves by chance. In colour: "
    "quantities whose ranks are outside when their number is allowed for. Every histogram is in notebook 05."
)


def frame(rows: Sequence[Row]) -> pd.DataFrame:
    """`law, quantity, uniform`, and at each rank the share of ranks below it less the uniform one, with the band of one quantity."""
    parts = []
    for row in rows:
        points, low, high = band(row.uniformity.simulations, RANKED_DRAWS)
        numbers = {DEVIATION: deviation(row, points), f"{BAND}_low": low - points, f"{BAND}_high": high - points}
        named = {"law": row.law, "quantity": row.quantity, "uniform": row.uniform}
        parts.append(pd.DataFrame({**named, "rank_share": points, **numbers}))
    columns = ["law", "quantity", "uniform", "rank_share", DEVIATION, f"{BAND}_low", f"{BAND}_high"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def draw(rows: Sequence[Row]) -> Figure:
    """Small multiples, one per law and one line per quantity: the distribution of its ranks less the uniform one."""
    if not rows:
        return not_run()
    every = frame(rows)
    laws = [law for law in LAWS if (every["law"] == law).any()]
    lines = -(-len(laws) // COLUMNS)
    figure = page_figure(0.3 + 1.75 * lines)
    axes = figure.subplots(lines, COLUMNS, squeeze=False, sharex=True, sharey=True)
    for ax, law in zip(axes.ravel(), laws, strict=False):
        _law(ax, every[every["law"] == law])
        ax.set_title(LAWS[law].title)
    for ax in axes.ravel()[len(laws) :]:
        ax.set_axis_off()
    for ax in axes[:, 0]:
        ax.set_ylabel("share below, less uniform")
    for ax in axes[-1]:
        ax.set_xlabel("rank of the truth among draws")
    return figure


def _law(ax: Axes, rows: pd.DataFrame) -> None:
    quantities = {str(name): mine for name, mine in rows.groupby("quantity", sort=False)}
    first = next(iter(quantities.values()))
    ax.fill_between(first["rank_share"], first[f"{BAND}_low"], first[f"{BAND}_high"], color=LIGHT, linewidth=0)
    for mine in quantities.values():
        ax.plot(mine["rank_share"], mine[DEVIATION], color=GREY, linewidth=0.5, alpha=0.7)
    outside = {name: mine for name, mine in quantities.items() if not mine["uniform"].any()}
    for at, (name, mine) in enumerate(outside.items()):
        colour, line = OUTSIDE_COLOURS[at % len(OUTSIDE_COLOURS)], BAND_LINES[at % len(BAND_LINES)]
        ax.plot(mine["rank_share"], mine[DEVIATION], color=colour, linewidth=1.3, linestyle=line)
        if at < NAMED:
            ax.plot([], [], color=colour, linestyle=line, label=name.replace("_", " "))
    if outside:
        ax.legend(loc="best", fontsize=5.5, handlelength=1.2, labelspacing=0.2)
    ax.set_xlim(0.0, 1.0)


def deviation(row: Row, points: np.ndarray) -> np.ndarray:
    """Share of ranks below each point, less what uniform ranks would have there."""
    ranks = np.sort(row.ranks)
    below = ranks.searchsorted(np.round(points * (RANKED_DRAWS + 1)))
    return np.asarray(below / len(ranks) - points)
