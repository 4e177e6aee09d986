"""Rates of decline against the claimed 15 to 20 % a year: by year and channel, and by law."""

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from costfloor.laws import LAWS
from costfloor.page.charts import chosen, claim, colour, compiled, data, law_series, shape
from costfloor.page.figure import Choice, DataTable, Figure, Series
from costfloor.studies.graphs.claims import heard

if TYPE_CHECKING:
    from costfloor.report.results import Results
    from costfloor.studies.graphs.result import GraphStudy

BY_YEAR, BY_LAW = "rates_by_year", "rates_by_law"
RATE = "rate of decline (log-rate a year)"
SCALE = (
    "A log-rate of 0.69 halves the price in a year; the yellow band is the claimed floor, a fall of 15 to 20 % a year. "
    "Lines are 90 % intervals."
)

CHANNELS = {
    "fixed": "price of a unit of size at a host (fixed graph)",
    "changed": "size needed, weighted as it is priced (changed graph)",
    "total": "both",
}
"""Sources of the fall, as a reader knows them."""

VIEWS = {
    "rate_12m": "last 12 months",
    "rate_now": "now",
    "rate_next_12m": "next 12 months",
    "rate_long_run": "long run",
    "frontier_rate": "following the frontier",
    "same_model_rate": "the same model, sold later",
}
"""Reported quantities, as a reader knows them; the first three and the fourth at fixed capability."""


def by_year(results: "Results") -> Figure:
    """The decline of each channel by year under each law; a sentence where that study was not run."""
    title = "Rate of decline by year and channel"
    stored = results.calibration.get("graphs")
    if stored is None:
        return Figure("by-year", title, ("The study of both channels has not been run: costfloor calibrate graphs.",))
    study: GraphStudy = stored.result
    stale = f" It is out of date: {', '.join(stored.stale)} changed." if stored.stale else ""
    failed = f" {', '.join(study.failed)} missed a gate and is not shown." if study.failed else ""
    series = law_series([law.law for law in heard(study)], shown=[law.law for law in heard(study)])
    if not series:
        return Figure("by-year", title, (f"No fit of the study of both channels kept its gates.{stale}",))
    periods = [window.period for window in (*study.laws[0].by_year, study.laws[0].last)]
    return Figure(
        name="by-year",
        title=title,
        paragraphs=(
            "How fast the price at fixed capability fell, by what made it fall, for open models whose size is known: a unit of size became "
            f"cheaper at a host, or a smaller model did the same work.{stale}{failed}",
            SCALE,
        ),
        describes="Rate of decline of price by year and law, for the chosen channel, with 90 % intervals.",
        charts={"": compiled(_by_year(periods, series), series, view=CHANNELS["fixed"])},
        tables=(_table_by_year(study),),
        series=series,
        controls=(Choice("view", "Channel", {words: words for words in CHANNELS.values()}, CHANNELS["fixed"]),),
    )


def by_law(results: "Results") -> Figure:
    """The rates that each law reports, of one view at a time."""
    series = law_series(results.fits, shown=tuple(results.fits))
    return Figure(
        name="by-law",
        title="Rate of decline under each law",
        paragraphs=(
            "The rates that each law of motion gives to the capabilities on sale, for a buyer who keeps a fixed "
            "capability (in the last and the "
            "next 12 months with what innovations did and may do, by the law now, and in the long run), for one who "
            "follows the frontier, and "
            "for the same model sold later.",
            SCALE,
        ),
        describes="Rate of decline under each law for the chosen view, with 90 % intervals.",
        charts={"": compiled(_by_law(series), series, height=40 + 34 * len(series), view=VIEWS["rate_now"])},
        tables=(_table_by_law(results),),
        series=series,
        controls=(Choice("view", "View", {words: words for words in VIEWS.values()}, VIEWS["rate_now"]),),
    )


def _interval_tooltip(*columns: tuple[str, str]) -> list[Any]:
    numbers = (("q50", "Median"), ("q05", "5 %"), ("q95", "95 %"))
    return [
        *(alt.Tooltip(f"{column}:N", title=title) for column, title in columns),
        *(alt.Tooltip(f"{column}:Q", title=title, format=".3f") for column, title in numbers),
    ]


def _by_year(periods: list[str], series: tuple[Series, ...]) -> Any:
    rows = alt.Chart(data(BY_YEAR)).transform_filter(chosen("law")).transform_filter("datum.view == view")
    domain = [entry.value for entry in series]
    place = {
        "x": alt.X(
            "period:N", sort=periods, axis=alt.Axis(title="year", labelAngle=0), scale=alt.Scale(paddingInner=0.4)
        ),
        "xOffset": alt.XOffset("law:N", scale=alt.Scale(domain=domain)),
        "color": colour("law", series),
        "tooltip": _interval_tooltip(("period", "Year"), ("law", "Law")),
    }
    lines = rows.mark_rule(strokeWidth=2).encode(y=alt.Y("q05:Q", title=RATE), y2="q95:Q", **place)
    points = rows.mark_point(filled=True, size=90, opacity=1).encode(y="q50:Q", shape=shape("law", series), **place)
    return claim() + lines + points


def _by_law(series: tuple[Series, ...]) -> Any:
    rows = alt.Chart(data(BY_LAW)).transform_filter(chosen("law")).transform_filter("datum.view == view")
    place = {
        "y": alt.Y("law:N", title=None, sort=[entry.value for entry in series]),
        "color": colour("law", series),
        "tooltip": _interval_tooltip(("law", "Law")),
    }
    lines = rows.mark_rule(strokeWidth=2).encode(x=alt.X("q05:Q", title=RATE), x2="q95:Q", **place)
    points = rows.mark_point(filled=True, size=90, opacity=1).encode(x="q50:Q", shape=shape("law", series), **place)
    return claim("x") + lines + points


def _table_by_year(study: "GraphStudy") -> DataTable:
    rows = [
        {"period": window.period, "view": words, "law": LAWS[law.law].title, "q05": low, "q50": middle, "q95": high}
        for law in heard(study)
        for window in (*law.by_year, law.last)
        for channel, words in CHANNELS.items()
        for low, middle, high in (getattr(window, channel),)
    ]
    return DataTable(
        BY_YEAR,
        "Decline by year, channel and law: log-rate a year, median and 90 % interval.",
        pd.DataFrame(rows),
        {"period": "Year", "view": "Channel", "law": "Law", "q05": "5 %", "q50": "Median", "q95": "95 %"},
    )


def _table_by_law(results: "Results") -> DataTable:
    rows = [
        {"law": fit.law.title, "view": words, "q05": rate["q05"], "q50": rate["q50"], "q95": rate["q95"]}
        for fit in results.fits.values()
        for name, words in VIEWS.items()
        if (rate := fit.receipt["parameters"].get(name)) is not None
    ]
    return DataTable(
        BY_LAW,
        "Rates of decline by law and view: log-rate a year, median and 90 % interval of all draws.",
        pd.DataFrame(rows, columns=["law", "view", "q05", "q50", "q95"]),
        {"law": "Law", "view": "View", "q05": "5 %", "q50": "Median", "q95": "95 %"},
    )
