"""The price indexes by month, on a logarithmic and a linear scale, and their yearly rates."""

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from costfloor.page.charts import chosen, colour, compiled, dash, data, day
from costfloor.page.figure import Choice, DataTable, Figure, Series
from costfloor.typeset.style import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILLION

if TYPE_CHECKING:
    from costfloor.report.price_indexes import ShownIndex
    from costfloor.report.results import Results

LEVELS, RATES = "index_levels", "index_rates"

LOOKS: dict[str, tuple[str, tuple[int, ...]]] = {
    "Matched models, chained Jevons": (GREY, ()),
    "Matched models, GEKS-Jevons": (GREY, (2, 2)),
    "Time-dummy hedonic, new prices": (BLUE, ()),
    "Time-dummy hedonic, in force": (BLUE, (6, 3)),
    "Adjacent-period hedonic, new prices": (GREEN, ()),
    "Adjacent-period hedonic, in force": (GREEN, (6, 3)),
    "Record lows": (VERMILLION, (1, 3)),
    "Undominated prices": (ORANGE, (10, 3)),
    "Cheapest tenth, quantile regression": (PURPLE, (6, 2, 1, 2)),
    "Stochastic frontier": (SKY, (3, 3)),
}
CITED = ("Time-dummy hedonic, new prices", "Matched models, chained Jevons", "Record lows")
"""Those that docs/indexes.md names for citing; the others are checks on them, and are drawn when they are chosen."""


def levels(results: "Results") -> Figure:
    """The level of each index by month."""
    shown = [index for index in results.indexes.shown if index.monthly is not None]
    title = "Price index at constant quality, by month"
    if not shown:
        return Figure("index", title, ("The prices are too few for any index.",))
    series = tuple(
        Series(index.title, index.title, *LOOKS.get(index.title, (BLACK, ())), shown=index.title in CITED)
        for index in shown
    )
    titles = [entry.value for entry in series]
    first = next((title for title in CITED if title in titles), titles[0])
    return Figure(
        name="index",
        title=title,
        paragraphs=(
            "The price level relative to the first month of each index. For the fall of price at equal quality the "
            "hedonic index of new prices is "
            "the one to cite, for models that stay on sale the matched one, for the cheapest price of at least a given "
            "quality the record lows; the "
            "others are checks on these. They do not measure the same thing, and start in different months.",
        ),
        describes="Level of price indexes by month, the base month of each being one, with the 90 % interval of a chosen one.",
        charts={scale: compiled(_chart(series, scale), series, interval_of=first) for scale in ("log", "linear")},
        tables=(_levels(shown), _rates(results.indexes.shown)),
        series=series,
        controls=(Choice("interval_of", "90 % interval of", {entry.value: entry.label for entry in series}, first),),
    )


def _chart(series: tuple[Series, ...], scale: str) -> Any:
    rows = alt.Chart(data(LEVELS)).transform_filter(chosen("index"))
    title = f"price level (base month = 1{', log scale' if scale == 'log' else ''})"
    axis = alt.Axis(title=title, format="~g")
    y_scale = alt.Scale(type="log") if scale == "log" else alt.Scale(zero=True)
    look = {"x": day("last day of the month"), "color": colour("index", series)}
    band = (
        rows.transform_filter("datum.index == interval_of")
        .mark_area(opacity=0.2)
        .encode(y=alt.Y("low:Q", axis=axis, scale=y_scale), y2="high:Q", **look)
    )
    lines = rows.mark_line().encode(
        y=alt.Y("value:Q", axis=axis, scale=y_scale), strokeDash=dash("index", series), **look
    )
    tooltip = [
        alt.Tooltip("index:N", title="Index"), alt.Tooltip("period:N", title="Month"), alt.Tooltip("value:Q", title="Level", format=".4f"),
        alt.Tooltip("low:Q", title="90 % low", format=".4f"), alt.Tooltip("high:Q", title="90 % high", format=".4f"),
        alt.Tooltip("prices:Q", title="Prices"),
    ]  # fmt: skip
    points = rows.mark_point(filled=True, size=28, opacity=1).encode(
        y=alt.Y("value:Q", axis=axis, scale=y_scale), tooltip=tooltip, **look
    )
    return band + lines + points


def _levels(shown: list["ShownIndex"]) -> DataTable:
    frames = [
        index.monthly.to_frame().rename(columns={"n": "prices"}).assign(index=index.title)
        for index in shown
        if index.monthly is not None
    ]
    frame = pd.concat(frames, ignore_index=True)
    frame["date"] = pd.PeriodIndex(frame["period"], freq="M").end_time.strftime("%Y-%m-%d")
    return DataTable(
        LEVELS,
        "Level of each index by month, relative to its first month, with its 90 % interval and the number of prices behind it.",
        frame[["index", "period", "date", "value", "low", "high", "prices"]],
        {
            "index": "Index", "period": "Month", "date": "Last day", "value": "Level", "low": "90 % low", "high": "90 % high",
            "prices": "Prices",
        },
        dates=("date",),
    )  # fmt: skip


def _rates(shown: tuple["ShownIndex", ...]) -> DataTable:
    rows = []
    for index in shown:
        for frequency, estimate in (("month", index.monthly), ("quarter", index.quarterly)):
            if estimate is not None:
                low, high = estimate.annual_rate_ci90
                rows.append(
                    {
                        "index": index.title, "by": frequency, "rate": estimate.annual_rate, "low": low, "high": high,
                        "base": estimate.base, "prices": estimate.n, "note": estimate.note,
                    }
                )  # fmt: skip
    return DataTable(
        RATES,
        "Rate of decline of each index from its first to its last period: log-rate a year, positive when prices fall, "
        "with its 90 % interval.",
        pd.DataFrame(rows),
        {
            "index": "Index", "by": "By", "rate": "Rate", "low": "90 % low", "high": "90 % high", "base": "Base", "prices": "Prices",
            "note": "What to know of it",
        },
    )  # fmt: skip
