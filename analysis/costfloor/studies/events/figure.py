"""Dated innovations in serving on the paths of the lowest prices."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from costfloor.typeset.style import BAND_COLOURS, BAND_LINES, BLUE, VERMILLION, nothing, page_figure

CAPTION: Final = (
    "Lowest price so far of anything at or above the centre of each capability band, and dated innovations in serving."
)
LOWEST, INNOVATIONS = "lowest price", "innovation"
PRICE: Final = "price_usd_per_mtok"
KINDS: Final = {
    "changed graph": ("changes what is computed", VERMILLION),
    "fixed graph": ("keeps what is computed", BLUE),
}


def frame(panel: pd.DataFrame, innovations: Mapping[str, Sequence[pd.Period]]) -> pd.DataFrame:
    """`part, series, date`: the lowest price so far of each band, and the months of innovations by kind."""
    centres = panel.groupby("band")["band_centre"].first().sort_values()
    first, last = panel["date"].min(), panel["date"].max()
    parts = []
    for band, centre in centres.items():
        able = panel[panel["capability"] >= centre].sort_values("date", kind="stable")
        if not able.empty:
            lowest = able["price_usd_per_mtok"].cummin()
            path = {"date": [*able["date"], last], PRICE: [*lowest, lowest.iloc[-1]]}
            parts.append(pd.DataFrame(path).assign(part=LOWEST, series=str(band)))
    for kind in KINDS:
        # A view of the past shows what had happened by then.
        months = [month.to_timestamp() for month in innovations[kind]]
        months = [month for month in months if first <= month <= last]
        parts.append(pd.DataFrame({"date": months}).assign(part=INNOVATIONS, series=kind))
    return pd.concat(parts, ignore_index=True).reindex(columns=["part", "series", "date", PRICE])


def draw(panel: pd.DataFrame, innovations: Mapping[str, Sequence[pd.Period]]) -> Figure:
    """Lowest price so far of each band, and below it a tick per innovation by kind."""
    rows = frame(panel, innovations)
    figure = page_figure(3.4)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(5, 1))
    paths = rows[rows["part"] == LOWEST].groupby("series", sort=False)
    for (band, path), colour, line in zip(paths, BAND_COLOURS * 2, BAND_LINES * 2, strict=False):
        above.step(path["date"], path[PRICE], where="post", color=colour, linestyle=line, label=str(band))
    if above.lines:
        above.set_yscale("log")
        above.yaxis.set_major_formatter("{x:g}")
        above.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    else:
        nothing(above, "No model at or above the centre of a band has a price.")
    above.set_ylabel("lowest price so far\n(USD per million tokens)")
    dated = rows[rows["part"] == INNOVATIONS]
    for row, (kind, (label, colour)) in enumerate(KINDS.items()):
        months = dated.loc[dated["series"] == kind, "date"]
        below.plot(months, np.full(len(months), -row), "|", color=colour, markersize=11, label=label)
    below.set_yticks([-row for row in range(len(KINDS))], [label for label, _ in KINDS.values()])
    below.set_ylim(-len(KINDS) + 0.4, 0.6)
    below.grid(visible=False, axis="y")
    below.set_xlabel("date")
    return figure
