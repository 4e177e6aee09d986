"""Price at fixed capability in the months ahead, under each law."""

from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from costfloor.report.decline import price_ahead
from costfloor.report.plain import LAWS_IN_WORDS
from costfloor.report.study import Study
from costfloor.typeset.frames import quantile_rows
from costfloor.typeset.style import GREY, LAW_COLOURS, LAW_LINES, page_figure

CAPTION: Final = (
    "Price of the same ability over the next two years, that of the last day of the data being 1. Each picture is one description of "
    "how prices move: middle estimate, and shaded the range of nine in ten."
)
COLUMNS: Final = 3
PRICE: Final = "price_relative_price"


def frame(study: Study) -> pd.DataFrame:
    """`law, month_ahead, date`, and 5, 50 and 95 % of the price over that of the last date."""
    return price_ahead(study.fits, study.obs)


def draw(study: Study) -> Figure:
    """A panel per law, on one axis of prices."""
    rows = frame(study)
    laws = list(dict.fromkeys(rows["law"]))
    lines = -(-len(laws) // COLUMNS)
    figure = page_figure(0.45 + 1.25 * lines)
    axes = figure.subplots(lines, COLUMNS, sharex=True, sharey=True, squeeze=False).ravel()
    for ax, law in zip(axes, laws, strict=False):
        mine = rows[rows["law"] == law]
        low, middle, high = quantile_rows(mine, PRICE)
        ax.fill_between(mine["month_ahead"], low, high, color=LAW_COLOURS[law], alpha=0.25, linewidth=0)
        ax.plot(mine["month_ahead"], middle, color=LAW_COLOURS[law], linestyle=LAW_LINES[law])
        ax.axhline(1.0, color=GREY, linewidth=0.6)
        ax.set_title(LAWS_IN_WORDS[law])
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_formatter("")
        ax.locator_params(axis="x", nbins=5)
    for ax in axes[len(laws) :]:
        ax.set_axis_off()
    figure.supxlabel("months from the last day of the data", fontsize=7.5)
    figure.supylabel("price, last day = 1", fontsize=7.5)
    return figure
