"""Prices against time, coloured by capability band."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from costfloor.indexes.frontier import record_lows
from costfloor.panel import law_rows
from costfloor.report.study import Study
from costfloor.typeset.style import BAND_COLOURS, GREY, page_figure


def draw(study: Study) -> Figure:
    """Every price the laws see, and by band the record low at or above its centre."""
    figure = page_figure(3.7)
    ax = figure.subplots()
    centres = study.panel.groupby("band")["band_centre"].first().sort_values()
    prices = law_rows(study.panel).rename(columns={"quality": "score"})
    band_of = prices["model"].map(study.panel.drop_duplicates("model").set_index("model")["band"])
    for colour, (band, centre) in zip(BAND_COLOURS, centres.items(), strict=False):
        for is_open in (True, False):
            rows = prices[(band_of == band) & (prices["open_weights"] == is_open)]
            face = "none" if is_open else colour
            ax.scatter(rows["date"], rows["price"], s=9, facecolors=face, edgecolors=colour, linewidths=0.6, alpha=0.55)
        low = record_lows(prices, centre)
        if not low.empty:
            dates, lowest = [*low["date"], study.obs.last], [*low["price"], low["price"].iloc[-1]]
            ax.step(dates, lowest, where="post", color="white", linewidth=2.6)
            ax.step(dates, lowest, where="post", color=colour, linewidth=1.4, label=str(band))
    ax.set_yscale("log")
    ax.yaxis.set_major_formatter("{x:g}")
    ax.set_xlabel("date of the price")
    ax.set_ylabel("USD per million tokens, 3:1 blend (log scale)")
    _legends(ax)
    return figure


def _legends(ax: Axes) -> None:
    if ax.lines:
        lines = ax.legend(
            title="record low\nat or above", loc="upper left", bbox_to_anchor=(1.0, 1.0), alignment="left"
        )
        ax.add_artist(lines)
    markers = {
        "closed weights": Line2D([], [], marker="o", linestyle="", color=GREY, markersize=4),
        "open weights": Line2D([], [], marker="o", linestyle="", color=GREY, markersize=4, fillstyle="none"),
    }
    ax.legend(list(markers.values()), list(markers), loc="lower left", bbox_to_anchor=(1.0, 0.0))
