"""What each law forecasts, and past forecasts beside what came."""

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from costfloor.fit.quantities import path_quantiles
from costfloor.laws import LAWS
from costfloor.laws.observations import DAYS_PER_YEAR
from costfloor.page.charts import chosen, colour, compiled, dash, data, day, law_series, shape
from costfloor.page.figure import Choice, DataTable, Figure
from costfloor.typeset.style import BLACK, BLUE, GREY

if TYPE_CHECKING:
    from costfloor.fit.result import Fit
    from costfloor.report.results import Results
    from costfloor.studies.hindcast.study import Hindcast
    from costfloor.studies.last_forecast.result import LastForecast

AHEAD, FAN, CAME, ERRORS = "forecast", "last_forecast", "what_came", "forecast_errors"
MONTHS = 24
"""Back from the last date, and ahead of it."""

MARKET = 0
"""The family of the panel."""


def by_law(results: "Results") -> Figure:
    """The path of the market under each law: fitted up to the last date, forecast after it."""
    series = law_series(results.fits)
    first = next(entry.value for entry in series if entry.shown)
    return Figure(
        name="forecasts",
        title="What each law forecasts",
        paragraphs=(
            "The price of a new model of the mean capability on an average host under each law: as fitted in the "
            f"{MONTHS} months before the last "
            f"price, and as forecast for the {MONTHS} months after it (the upright line). The band is the 90 % "
            "interval of one law at a time.",
        ),
        describes="Price of a new model of mean capability under each law, fitted before and forecast after the last date of the record.",
        charts={"": compiled(_ahead(series, str(results.obs.last.date())), series, interval_of=first)},
        tables=(_forecast(results),),
        series=series,
        controls=(Choice("interval_of", "90 % interval of", {entry.value: entry.label for entry in series}, first),),
    )


def last_one(results: "Results") -> Figure:
    """The forecast of the last year-end, and the prices that came."""
    title = "The last forecast, and what came"
    last = results.last_forecast
    if last is None or not last.fans:
        reason = "It has not been scored." if last is None else last.problem
        return Figure("last-forecast", title, (reason,))
    families = {fan.family: fan.family for fan in last.fans}
    first = next(iter(families))
    return Figure(
        name="last-forecast",
        title=title,
        paragraphs=(
            f"What was known on {last.day} forecast the prices since: the equal mixture of the laws for a new model of "
            "mean capability on an "
            f"average host, with the noise of a single price (median, 50 and 90 % bands). Points are the {last.rows:,} "
            "prices that came until "
            f"{last.until}, put on the same footing: filled, models that the laws had not seen; hollow, models that they had.",
        ),
        describes="Forecast of the last year-end as a fan by day, and the prices that came since as points.",
        charts={"": compiled(_last(), family=first)},
        tables=(_fan(last), _came(last)),
        controls=(Choice("family", "Group of prices", families, first),) if len(families) > 1 else (),
    )


def past_errors(results: "Results") -> Figure:
    """How far prices came from what each law had forecast on past dates."""
    title = "Past forecasts of each law"
    stored = results.calibration.get("hindcast")
    rows = None if stored is None else _errors(stored.result)
    if stored is None or rows is None or rows.frame.empty:
        return Figure(
            "past-forecasts", title, ("No forecast of a past date has been scored: costfloor calibrate hindcast.",)
        )
    stale = f" The study is out of date: {', '.join(stored.stale)} changed." if stored.stale else ""
    laws = [law for law in LAWS if LAWS[law].title in set(rows.frame["law"])]
    series = law_series(laws, shown=laws)
    dates = list(dict.fromkeys(rows.frame["as_of"]))
    return Figure(
        name="past-forecasts",
        title=title,
        paragraphs=(
            "Each law was fitted to what was known on past days, and its forecasts held against the prices of the "
            "months that followed, twelve at "
            "most: the mean of observed less forecast log price, with its 90 % interval over the draws of the "
            "forecast. Below zero prices fell "
            f"faster than it had said; where the interval misses zero the law was surprised by its own account.{stale}",
        ),
        describes="Observed less forecast log price by past date and law, with 90 % intervals; zero is a forecast that came true.",
        charts={"": compiled(_past(series, dates), series)},
        tables=(rows,),
        series=series,
    )


def _forecast(results: "Results") -> DataTable:
    columns = {"law": "Law", "date": "Date", "q05": "5 %", "q50": "Median", "q95": "95 %", "part": "Part"}
    return DataTable(
        AHEAD,
        f"Price of a new model of mean capability on an average host, {results.obs.price_unit}: median and 90 % interval by law and month; "
        "fitted up to the last date, forecast after it.",
        pd.concat([_path(fit) for fit in results.fits.values()], ignore_index=True)[list(columns)],
        columns,
        dates=("date",),
    )


def _path(fit: "Fit") -> pd.DataFrame:
    """Fitted path of the months before the last date, and `Fit.forecast` from it on."""
    obs = fit.observed
    ahead = fit.forecast(MONTHS)
    ahead = ahead[ahead["family"] == obs.families[MARKET]].assign(part="forecast")
    days = np.array([(obs.last - pd.DateOffset(months=back) - obs.start).days for back in range(MONTHS, 0, -1)], float)
    before = path_quantiles(fit.parameters, obs, MARKET, days[days >= 0] / DAYS_PER_YEAR).assign(part="fitted")
    path = pd.concat([before, ahead], ignore_index=True)
    return path.assign(date=path["date"].dt.strftime("%Y-%m-%d"), law=fit.law.title)


def _price(field: str) -> Any:
    axis = alt.Axis(title="USD per million tokens (log scale)", format="~g")
    return alt.Y(f"{field}:Q", scale=alt.Scale(type="log"), axis=axis)


def _ahead(series: tuple[Any, ...], last: str) -> Any:
    rows = alt.Chart(data(AHEAD)).transform_filter(chosen("law"))
    look = {"x": day("date"), "color": colour("law", series)}
    band = (
        rows.transform_filter("datum.law == interval_of")
        .mark_area(opacity=0.2)
        .encode(y=_price("q05"), y2="q95:Q", **look)
    )
    lines = rows.mark_line().encode(y=_price("q50"), strokeDash=dash("law", series), **look)
    tooltip = [
        alt.Tooltip("law:N", title="Law"),
        alt.Tooltip("date:T", title="Date", format="%Y-%m-%d"),
        *(alt.Tooltip(f"{name}:Q", title=title, format=".3f") for name, title in (("q50", "Median"), ("q05", "5 %"), ("q95", "95 %"))),
    ]  # fmt: skip
    points = rows.mark_point(filled=True, size=22, opacity=1).encode(y=_price("q50"), tooltip=tooltip, **look)
    at = pd.Timestamp(last).timestamp() * 1000
    rule = (
        alt.Chart(alt.InlineData(values=[{"date": at}])).mark_rule(color=GREY, strokeDash=[4, 3]).encode(x=day("date"))
    )
    return band + lines + points + rule


def _fan(last: "LastForecast") -> DataTable:
    names = ("q05", "q25", "q50", "q75", "q95")
    rows = [
        {"family": fan.family, "date": date, **dict(zip(names, np.exp(levels).tolist(), strict=True))}
        for fan in last.fans
        for date, *levels in zip(fan.days, *fan.quantiles, strict=True)
    ]
    return DataTable(
        FAN,
        f"The forecast of {last.day} for a new model of mean capability on an average host: US dollars per million tokens by day.",
        pd.DataFrame(rows),
        {"family": "Group", "date": "Date", "q05": "5 %", "q25": "25 %", "q50": "Median", "q75": "75 %", "q95": "95 %"},
        dates=("date",),
    )


def _came(last: "LastForecast") -> DataTable:
    rows = [
        {
            "family": arrival.family,
            "date": arrival.day,
            "price_usd_per_mtok": float(np.exp(arrival.log_price)),
            "model_seen": "yes" if arrival.known else "no",
        }
        for arrival in last.arrivals
    ]
    return DataTable(
        CAME,
        "The prices that came, at the mean capability and on an average host; whether the laws had seen a price of the model.",
        pd.DataFrame(rows, columns=["family", "date", "price_usd_per_mtok", "model_seen"]),
        {"family": "Group", "date": "Date", "price_usd_per_mtok": "USD per million tokens", "model_seen": "Model seen"},
        dates=("date",),
    )


def _last() -> Any:
    fan = alt.Chart(data(FAN)).transform_filter("datum.family == family")
    x = day("date")
    wide = fan.mark_area(color=BLUE, opacity=0.18).encode(x=x, y=_price("q05"), y2="q95:Q")
    narrow = fan.mark_area(color=BLUE, opacity=0.28).encode(x=x, y=_price("q25"), y2="q75:Q")
    middle = fan.mark_line(color=BLUE).encode(x=x, y=_price("q50"))
    came = alt.Chart(data(CAME)).transform_filter("datum.family == family")
    tooltip = [
        alt.Tooltip("date:T", title="Date", format="%Y-%m-%d"),
        alt.Tooltip("price_usd_per_mtok:Q", title="USD per million tokens", format=".4~g"),
        alt.Tooltip("model_seen:N", title="Model seen"),
    ]
    place = {"x": x, "y": _price("price_usd_per_mtok"), "tooltip": tooltip}
    unseen = came.transform_filter("datum.model_seen == 'no'").mark_point(
        filled=True, color=BLACK, size=26, opacity=0.7
    )
    seen = came.transform_filter("datum.model_seen == 'yes'").mark_point(
        filled=False, color=BLACK, size=26, opacity=0.8
    )
    return wide + narrow + middle + unseen.encode(**place) + seen.encode(**place)


def _errors(hindcast: "Hindcast") -> DataTable:
    rows = [
        {
            "as_of": date.date, "months": date.months, "prices": date.scored, "law": LAWS[fared.law].title, "crps": fared.crps,
            "coverage50": fared.coverage50, "coverage90": fared.coverage90, "q05": fared.error[0], "q50": fared.error[1],
            "q95": fared.error[2],
        }
        for date in hindcast.half_years
        for fared in date.fared
    ]  # fmt: skip
    columns = {
        "as_of": "As of", "months": "Months", "prices": "Prices", "law": "Law", "crps": "CRPS", "coverage50": "Inside 50 %",
        "coverage90": "Inside 90 %", "q05": "5 %", "q50": "Median", "q95": "95 %",
    }  # fmt: skip
    return DataTable(
        ERRORS,
        "Past forecasts: mean CRPS of log price, shares of prices inside their 50 and 90 % intervals, and the mean of "
        "observed less forecast log "
        "price with its 90 % predictive interval.",
        pd.DataFrame(rows, columns=list(columns)),
        columns,
    )


def _past(series: tuple[Any, ...], dates: list[str]) -> Any:
    rows = alt.Chart(data(ERRORS)).transform_filter(chosen("law"))
    place = {
        "x": alt.X("as_of:N", sort=dates, axis=alt.Axis(title="forecast of", labelAngle=0), scale=alt.Scale(paddingInner=0.3)),
        "xOffset": alt.XOffset("law:N", scale=alt.Scale(domain=[entry.value for entry in series])),
        "color": colour("law", series),
        "tooltip": [
            alt.Tooltip("law:N", title="Law"),
            alt.Tooltip("as_of:N", title="As of"),
            *(alt.Tooltip(f"{name}:Q", title=title, format=".3f") for name, title in (("q50", "Median"), ("q05", "5 %"), ("q95", "95 %"))),
            alt.Tooltip("crps:Q", title="CRPS", format=".3f"),
            alt.Tooltip("prices:Q", title="Prices"),
        ],
    }  # fmt: skip
    zero = alt.Chart(alt.InlineData(values=[{}])).mark_rule(color=GREY).encode(y=alt.datum(0.0))
    lines = rows.mark_rule(strokeWidth=2).encode(
        y=alt.Y("q05:Q", title="observed less forecast log price"), y2="q95:Q", **place
    )
    points = rows.mark_point(filled=True, size=60, opacity=1).encode(y="q50:Q", shape=shape("law", series), **place)
    return zero + lines + points
