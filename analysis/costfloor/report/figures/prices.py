"""Prices against time, coloured by capability band."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from costfloor.indexes.frontier import record_lows
from costfloor.panel import law_rows
from costfloor.report.study import Study
from costfloor.typeset.style import BAND_COLOURS, BAND_LINES, GREY, page_figure

PRICES, LOWS = "price", "record low"
PRICE = "price_usd_per_mtok"


def frame(study: Study) -> pd.DataFrame:
    """`part`: every price that the laws see, and the record lows of each band to the last date; `band, open_weights, model, host, date`."""
    centres = study.panel.groupby("band")["band_centre"].first().sort_values()
    prices = law_rows(study.panel).rename(columns={"quality": "score"})
    band_of = prices["model"].map(study.panel.drop_duplicates("model").set_index("model")["band"])
    columns = ["model", "host", "open_weights", "date", "price"]
    parts = [prices[band_of == band][columns].assign(part=PRICES, band=str(band)) for band in centres.index]
    for band, centre in centres.items():
        low = record_lows(prices, centre)
        if not low.empty:
            reached = {"date": [*low["date"], study.obs.last], "price": [*low["price"], low["price"].iloc[-1]]}
            parts.append(pd.DataFrame(reached).assign(part=LOWS, band=str(band)))
    rows: pd.DataFrame = pd.concat(parts, ignore_index=True).rename(columns={"price": PRICE})
    return rows.reindex(columns=["part", "band", "model", "host", "open_weights", "date", PRICE])


def draw(study: Study) -> Figure:
    """Every price the laws see, and by band the record low at or above its centre."""
    every = frame(study)
    figure = page_figure(3.7)
    ax = figure.subplots()
    bands = list(dict.fromkeys(every["band"]))
    for colour, line, band in zip(BAND_COLOURS, BAND_LINES, bands, strict=False):
        mine = every[every["band"] == band]
        prices, low = mine[mine["part"] == PRICES], mine[mine["part"] == LOWS]
        for is_open in (True, False):
            rows = prices[prices["open_weights"].astype("boolean").eq(is_open).fillna(False)]
            face = "none" if is_open else colour
            ax.scatter(rows["date"], rows[PRICE], s=9, facecolors=face, edgecolors=colour, linewidths=0.6, alpha=0.55)
        if not low.empty:
            ax.step(low["date"], low[PRICE], where="post", color="white", linewidth=2.6)
            ax.step(low["date"], low[PRICE], where="post", color=colour, linewidth=1.4, linestyle=line, label=band)
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
