"""One look for all figures: Okabe-Ito colours, thin lines, text as paths so that it is the same everywhere."""

import warnings
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.typeset.fonts import MISSING_GLYPH
from costfloor.typeset.phrases import minus

PAGE_WIDTH = 6.69
"""Width of the text block in inches: A4 less margins of 20 mm."""

BLACK, GREY, LIGHT = "#222222", "#767676", "#E4E4E4"
BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
ORANGE, SKY, PURPLE, YELLOW = "#E69F00", "#56B4E9", "#CC79A7", "#F0E442"

LAW_COLOURS = {
    "exponential": GREY,
    "random_walk": SKY,
    "plateau": VERMILLION,
    "baumol": PURPLE,
    "discovery": BLUE,
    "encompassing": GREEN,
}
LAW_MARKERS = {
    "exponential": "s",
    "random_walk": "D",
    "plateau": "o",
    "baumol": "v",
    "discovery": "^",
    "encompassing": "P",
}
LAW_LINES: dict[str, Any] = {
    "exponential": (0, (1, 1)),
    "random_walk": (0, (4, 1, 1, 1)),
    "plateau": "-",
    "baumol": (0, (6, 2)),
    "discovery": (0, (3, 1.5)),
    "encompassing": (0, (5, 1, 1, 1, 1, 1)),
}
"""Laws are told apart without colour, too."""

BAND_COLOURS = (GREY, SKY, GREEN, ORANGE, PURPLE, VERMILLION, BLUE, BLACK)
BAND_LINES: tuple[Any, ...] = (
    "-", (0, (4, 1.5)), (0, (1, 1)), (0, (6, 1, 1, 1)), (0, (3, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (2, 2)), (0, (5, 3, 1, 3)),
)  # fmt: skip
CLAIM_COLOUR = YELLOW

STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": GREY,
    "axes.formatter.useoffset": False,
    "axes.grid": True,
    "axes.labelcolor": BLACK,
    "axes.labelsize": 7.5,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 8,
    "font.family": "DejaVu Sans",
    "font.size": 7,
    "grid.color": LIGHT,
    "grid.linewidth": 0.5,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "lines.linewidth": 1.3,
    "svg.fonttype": "path",
    # Identifiers inside the file would otherwise be random.
    "svg.hashsalt": "costfloor",
    # A dollar in a name is a dollar.
    "text.parse_math": False,
    "xtick.color": GREY,
    "xtick.labelcolor": BLACK,
    "xtick.labelsize": 7,
    "ytick.color": GREY,
    "ytick.labelcolor": BLACK,
    "ytick.labelsize": 7,
}


def svg[T](draw: Callable[[T], Figure], subject: T) -> bytes:
    """Draw in the style of the report; equal subjects give equal bytes. A character that the font lacks is a box."""
    buffer = BytesIO()
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", MISSING_GLYPH)
        draw(subject).savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def page_figure(height: float) -> Figure:
    """An empty figure as wide as the text, `height` inches high."""
    return Figure(figsize=(PAGE_WIDTH, height), layout="constrained")


def not_run() -> Figure:
    """The figure of a study that was not run."""
    figure = page_figure(2.5)
    axes = figure.subplots()
    axes.set_axis_off()
    axes.text(0.0, 0.5, "Not run.", transform=axes.transAxes)
    return figure


def nothing(ax: Axes, words: str) -> None:
    """Say why there is nothing to draw."""
    ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center", color=GREY)
    ax.set_xticks([])
    ax.set_yticks([])


def fan(ax: Axes, x: Any, quantiles: np.ndarray, colour: str, label: str, line: Any = "-") -> None:
    """5, 25, 50, 75 and 95 % of paths, shape (5, n), as a median with bands that hold half and 90 % of them."""
    q05, q25, q50, q75, q95 = quantiles
    ax.fill_between(x, q05, q95, color=colour, alpha=0.13, linewidth=0)
    ax.fill_between(x, q25, q75, color=colour, alpha=0.22, linewidth=0)
    ax.plot(x, q50, color=colour, label=label, linestyle=line)


def rate_axis(ax: Axes, percents: Sequence[int]) -> None:
    """Label a vertical axis of log-rates with the percent by which price falls in a year."""
    ax.set_yticks(
        [-np.log1p(-percent / 100.0) for percent in percents], [minus(f"{percent} %") for percent in percents]
    )
    ax.set_ylabel("fall of price in a year")


def interval(
    ax: Axes,
    along: float,
    quantiles: tuple[float, float, float],
    colour: str,
    *,
    vertical: bool = False,
    marker: str = "o",
) -> None:
    """A 90 % interval as a line with its median as a marker, at position `along` of the other axis."""
    low, middle, high = quantiles
    line, point = ([along, along], [low, high]), ([along], [middle])
    if not vertical:
        line, point = (line[1], line[0]), (point[1], point[0])
    ax.plot(*line, color=colour, linewidth=1.4, solid_capstyle="butt")
    ax.plot(*point, color=colour, marker=marker, markersize=4, markeredgecolor="white", markeredgewidth=0.5)
