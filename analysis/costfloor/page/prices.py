"""Prices by capability, with the models behind them, and the record low of each band."""

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from costfloor.indexes.frontier import record_lows
from costfloor.page.charts import chosen, colour, compiled, dash, data, day, shape
from costfloor.page.figure import Choice, DataTable, Figure, Search, Series
from costfloor.panel import law_rows
from costfloor.typeset.style import BAND_COLOURS

if TYPE_CHECKING:
    from costfloor.report.results import Results

PRICES, LOWS = "prices", "record_lows"
BAND_LOOKS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("circle", ()),
    ("square", (6, 3)),
    ("triangle-up", (2, 2)),
    ("diamond", (10, 3)),
    ("cross", (1, 3)),
    ("triangle-down", (6, 2, 1, 2)),
    ("triangle-left", (3, 1)),
    ("triangle-right", (8, 2, 2, 2)),
)
ANY = "any"


def paths(results: "Results") -> Figure:
    """Every price that the laws see, by band of capability."""
    rows, lows = _rows(results.panel), _record_lows(results.panel)
    bands = list(_centres(results.panel).index)
    looks = zip(bands, BAND_COLOURS, BAND_LOOKS, strict=False)
    series = tuple(Series(band, band, hue, dashes, form) for band, hue, (form, dashes) in looks)
    return Figure(
        name="prices",
        title="Prices by capability",
        paragraphs=(
            "Every price that the laws see, in bands of capability that are named after a launch. Lines: the lowest "
            "price so far of anything at "
            "least as capable as the centre of the band. Point at a price for its model and seller, or type a part of a model's name to "
            "see its prices alone, seller by seller.",
        ),
        describes="Prices of models in US dollars per million tokens by day, in bands of capability, with the record low of each band.",
        charts={"": compiled(_chart(series), series, height=440, weights=ANY, name_has="")},
        tables=(rows, lows),
        series=series,
        controls=(
            Choice("weights", "Weights", {ANY: "open and closed", "open": "open", "closed": "closed"}, ANY),
            Search("name_has", "Model's name has"),
        ),
    )


def _centres(panel: pd.DataFrame) -> "pd.Series[float]":
    """Centre of each band by its name, in rising order."""
    centres: pd.Series[float] = panel.groupby("band")["band_centre"].first().sort_values()
    return centres


def _rows(panel: pd.DataFrame) -> DataTable:
    rows = law_rows(panel)
    models = panel.drop_duplicates("model").set_index("model")
    frame = pd.DataFrame(
        {
            "date": rows["date"].dt.strftime("%Y-%m-%d"),
            "model": rows["model"].astype(str),
            "seller": rows["host"].astype(str),
            "weights": rows["open_weights"].map({True: "open", False: "closed"}),
            "band": rows["model"].map(models["band"]).astype(str),
            "capability": rows["quality"].round(2),
            "price_usd_per_mtok": rows["price"],
        }
    )
    return DataTable(
        PRICES,
        "Prices that the laws see: US dollars per million tokens, three parts input to one part output, from the day on which they held. "
        "Capability in index units.",
        frame,
        {
            "date": "Date", "model": "Model", "seller": "Seller", "weights": "Weights", "band": "Band", "capability": "Capability",
            "price_usd_per_mtok": "USD per million tokens",
        },
        dates=("date",),
    )  # fmt: skip


def _record_lows(panel: pd.DataFrame) -> DataTable:
    rows = law_rows(panel).rename(columns={"quality": "score"})
    lows = [record_lows(rows, float(centre)).assign(band=str(band)) for band, centre in _centres(panel).items()]
    frame = pd.concat(lows, ignore_index=True)
    return DataTable(
        LOWS,
        "Record lows of each band: prices below every earlier one of anything at least as capable as the centre of the band.",
        pd.DataFrame(
            {
                "band": frame["band"],
                "date": frame["date"].dt.strftime("%Y-%m-%d"),
                "model": frame["model"].astype(str),
                "price_usd_per_mtok": frame["price"],
            }
        ),
        {"band": "Band", "date": "Date", "model": "Model", "price_usd_per_mtok": "USD per million tokens"},
        dates=("date",),
    )


def _chart(series: tuple[Series, ...]) -> Any:
    y = alt.Y(
        "price_usd_per_mtok:Q",
        scale=alt.Scale(type="log"),
        axis=alt.Axis(title="USD per million tokens, 3:1 blend (log scale)", format="~g"),
    )
    look = {"x": day("date of the price"), "y": y, "color": colour("band", series)}
    rows = (
        alt.Chart(data(PRICES))
        .transform_filter(chosen("band"))
        .transform_filter(f"weights == '{ANY}' || datum.weights == weights")
        .transform_filter("name_has == '' || indexof(lower(datum.model), lower(name_has)) >= 0")
    )
    tooltip = [
        alt.Tooltip("model:N", title="Model"),
        alt.Tooltip("seller:N", title="Seller"),
        alt.Tooltip("date:T", title="Date", format="%Y-%m-%d", type="temporal"),
        alt.Tooltip("price_usd_per_mtok:Q", title="USD per million tokens", format=".4~g"),
        alt.Tooltip("capability:Q", title="Capability", format=".1f"),
        alt.Tooltip("band:N", title="Band"),
        alt.Tooltip("weights:N", title="Weights"),
    ]
    points = rows.mark_point(filled=True, size=34, opacity=0.55).encode(
        shape=shape("band", series), tooltip=tooltip, **look
    )
    of_model = (
        rows.transform_filter("name_has != ''")
        .mark_line(strokeWidth=1, interpolate="step-after")
        .encode(detail=["model:N", "seller:N"], **look)
    )
    lows = alt.Chart(data(LOWS)).transform_filter(chosen("band")).transform_filter("name_has == ''")
    steps = lows.mark_line(interpolate="step-after", strokeWidth=2.5).encode(strokeDash=dash("band", series), **look)
    return points + of_model + steps
