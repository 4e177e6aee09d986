"""The services: margins and values under every future, and the sliders that set what a service assumes.

The page carries paths of prices, and keeps the accounts of a service along them itself (`accounts.js`).
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import altair as alt
import numpy as np
import pandas as pd

from costfloor.economics.decision import tornado
from costfloor.economics.futures import BUYERS, Buyer, Future, futures
from costfloor.economics.outlook import outlook
from costfloor.economics.scenario import Scenario
from costfloor.economics.scenario_file import shipped_scenarios
from costfloor.economics.study import COST_YEARS, DECIDING_BUYER
from costfloor.laws import LAWS
from costfloor.page.charts import LAW_DASHES, LAW_SHAPES, RIVALS, chosen, colour, compiled, dash, data, shape
from costfloor.page.figure import Choice, DataTable, Figure, Series
from costfloor.typeset.style import BLACK, GREEN, GREY, LAW_COLOURS

if TYPE_CHECKING:
    from costfloor.report.results import Results

MARGINS, WORTH = "service_margins", "service_values"
MOST_DRAWS: Final = 1000
"""Of each law, evenly spread, so that the page stays small."""

MARGINS_SHOWN: Final = (-0.5, 1.0)
"""A service that loses more is not sold; charts end there."""

VALUES: Final = ("npv_q05", "npv_q50", "npv_q95", "p_loss", "p_breakeven", "p_payback")
"""What a future means for a service besides its margins; net present value in USD."""

PERCENT: Final = ("growth_per_year", "share", "ratio", "pass_through", "utilisation")
"""Ends of the names of inputs that are read in percent."""

FIXED_LOOKS: Final = (
    ((1, 2), "triangle-left"),
    ((6, 4), "triangle-up"),
    ((2, 2), "square"),
    ((8, 2, 2, 2), "cross"),
)
SHOWN: Final = ("15 % a year", "20 % a year")


@dataclass(frozen=True)
class Services:
    """What the sliders work with: services, what of them can be set, and paths of the price of a token.

    Attributes
    ----------
    scenarios
        With their own values.
    inputs
        By service the inputs that have a range, as in `costfloor.economics.scenario.RANGES`, that which moves its value most first.
    futures
        Those that are shown, with the buyer; they reach as far as the longest horizon.
    draws
        Of each law before they were thinned to `MOST_DRAWS`.
    first_year
        Calendar year of year 0.
    """

    scenarios: tuple[Scenario, ...]
    inputs: Mapping[str, tuple[str, ...]]
    futures: tuple[tuple[Buyer, Future], ...]
    draws: int
    first_year: int


def services(results: "Results", seed: int) -> Services:
    """Every service that comes with the package, along the same futures as `costfloor economics` draws.

    Shown are all futures of the buyer of a fixed capability, and those of the rivals of who follows the frontier.
    """
    scenarios = shipped_scenarios()
    furthest = max(scenario.decision.horizon_years for scenario in scenarios)
    known: list[tuple[Buyer, Future]] = [
        (buyer, thinned(future.until(furthest)))
        for buyer in BUYERS
        # The draws of the years ahead depend on how far they go.
        for future in futures(results.fits, results.obs, buyer, max(COST_YEARS, furthest), seed)
        if buyer == DECIDING_BUYER or future.name in RIVALS
    ]
    by_law = [future for buyer, future in known if buyer == DECIDING_BUYER and future.law]
    return Services(
        scenarios,
        {
            scenario.name: tuple(swing.path for swing in tornado(scenario, by_law) if swing.path in scenario.ranges)
            for scenario in scenarios
        },
        tuple(known),
        draws=min(fit.parameters.size for fit in results.fits.values()),
        first_year=results.obs.last.year,
    )


def thinned(future: Future) -> Future:
    """At most `MOST_DRAWS` draws of a future, evenly spread."""
    size = len(future.relative_price)
    chosen = np.linspace(0, size - 1, min(MOST_DRAWS, size)).round().astype(int)
    return replace(future, relative_price=future.relative_price[chosen])


def unit_economics(known: Services) -> Figure:
    """Margins by year and values under every future, at what the sliders say; they stand at the service's own values first."""
    series = _series(known.futures)
    margins, worth = start_tables(known, known.scenarios[0])
    first = next(entry.value for entry in series if entry.shown)
    kept = min(known.draws, MOST_DRAWS)
    draws = f"{kept:,}" if kept == known.draws else f"{kept:,} of the {known.draws:,}"
    return Figure(
        name="services",
        title="What it means for a service",
        paragraphs=(
            "Gross margin and value of four services under each law, at fixed yearly falls of price from today on, and "
            "for who follows the frontier. "
            "The figures of the services are round assumptions; only price paths come from the fits "
            f"({draws} draws of each law). Sliders set the inputs that have a range, that which moves the value of the service most "
            "first. Wherever they stand, this page keeps the accounts that costfloor economics keeps, in each of these draws: "
            "nothing is fitted here, and nothing interpolated.",
            "Value is net present value in US dollars, less launch and capacity, to an owner who closes in time. A "
            "loss is a negative value; break-even is a "
            "first year without a loss, accelerators written off, pay-back the year in which profits have paid for launch "
            "and capacity, both within the horizon. Accelerators of a service's own serve as many tokens as today here; "
            "what smaller models on them change is in the report.",
        ),
        describes="Gross margin of the chosen service by year under each future of the price of tokens, and its net present value.",
        charts={
            "margin by year": compiled(_margin(series), series, interval_of=first),
            "net present value": compiled(_worth(series), series, height=60 + 26 * len(series), interval_of=first),
        },
        tables=(margins, worth),
        series=series,
        controls=(Choice("interval_of", "90 % interval of", {entry.value: entry.label for entry in series}, first),),
    )


def future_title(future: str, buyer: Buyer) -> str:
    """A future as the page names it."""
    title = LAWS[future].title if future in LAWS else future
    return f"frontier ({title})" if buyer == "frontier" else title


def start_tables(known: Services, scenario: Scenario) -> tuple[DataTable, DataTable]:
    """Margins and values at the service's own values, as the page shows them before anybody moves a slider."""
    margins, worth = [], []
    for buyer, future in known.futures:
        title = future_title(future.name, buyer)
        result = outlook(scenario, future.until(scenario.decision.horizon_years), buyer, known.first_year)
        for year, (low, middle, high) in zip(result.years, result.margin_path, strict=True):
            margins.append({"future": title, "year": year, "q05": low, "q50": middle, "q95": high})
        values = (*result.npv_usd, result.p_loss, result.p_breakeven, result.p_payback)
        worth.append({"future": title, **dict(zip(VALUES, values, strict=True))})
    return (
        DataTable(
            MARGINS,
            "Gross margin of the chosen service by year and future, as the sliders stand: share of revenue, median and 90 % interval.",
            pd.DataFrame(margins),
            {"future": "Future", "year": "Year", "q05": "5 %", "q50": "Median", "q95": "95 %"},
        ),
        DataTable(
            WORTH,
            "Net present value of the chosen service by future in USD, as the sliders stand, and probabilities of a "
            "loss, of a year without a loss, "
            "and of pay-back within the horizon.",
            pd.DataFrame(worth),
            {
                "future": "Future", "npv_q05": "Value, 5 %", "npv_q50": "Median", "npv_q95": "95 %", "p_loss": "P(loss)",
                "p_breakeven": "P(break-even)", "p_payback": "P(pay-back)",
            },
        ),
    )  # fmt: skip


def payload(known: Services) -> dict[str, Any]:
    """Services and futures as plain data."""
    return {
        "first_year": known.first_year,
        "services": [
            {**asdict(scenario), "inputs": [_input(scenario, path) for path in known.inputs[scenario.name]]}
            for scenario in known.scenarios
        ],
        "futures": [
            {"future": future_title(future.name, buyer), **_packed(future.relative_price)}
            for buyer, future in known.futures
        ],
    }


def _input(scenario: Scenario, path: str) -> Mapping[str, Any]:
    section, key = path.split(".")
    low, high = scenario.ranges[path]
    form = {"percent": path.endswith(PERCENT), "usd": "usd" in path}
    return {
        "section": section,
        "key": key,
        "label": f"{section}: {key.replace('_', ' ')}",
        "low": low,
        "high": high,
        **form,
    }


def _packed(prices: np.ndarray) -> Mapping[str, Any]:
    """Prices (S, years + 1) from year 1 on, year by year: single precision, little-endian, in base 64."""
    content = base64.b64encode(prices[:, 1:].T.astype("<f4").tobytes()).decode("ascii")
    return {"draws": len(prices), "prices": content}


def _series(known: Sequence[tuple[Buyer, Future]]) -> tuple[Series, ...]:
    fixed = iter(FIXED_LOOKS)
    series = []
    look: tuple[str, tuple[int, ...], str]
    for buyer, future in known:
        name, title = future.name, future_title(future.name, buyer)
        if buyer == "frontier":
            hue = GREEN if name == RIVALS[0] else GREY
            look = (hue, (4, 2, 1, 2), "triangle-right")
            shown = name == RIVALS[0]
        elif name in LAWS:
            look = (LAW_COLOURS[name], LAW_DASHES[name], LAW_SHAPES[name])
            shown = name in RIVALS
        else:
            look = (BLACK, *next(fixed))
            shown = name in SHOWN
        series.append(Series(title, title, *look, shown=shown))
    return tuple(series)


def _margin(series: tuple[Series, ...]) -> Any:
    rows = alt.Chart(data(MARGINS)).transform_filter(chosen("future"))
    years = alt.X(
        "year:Q", axis=alt.Axis(title="year", format="d", tickMinStep=1), scale=alt.Scale(zero=False, nice=False)
    )
    axis = alt.Axis(title="gross margin (share of revenue)", format="%")
    scale = alt.Scale(domain=list(MARGINS_SHOWN), clamp=True, nice=False)
    look = {"x": years, "color": colour("future", series)}
    band = (
        rows.transform_filter("datum.future == interval_of")
        .mark_area(opacity=0.2)
        .encode(y=alt.Y("q05:Q", axis=axis, scale=scale), y2="q95:Q", **look)
    )
    lines = rows.mark_line().encode(y=alt.Y("q50:Q", axis=axis, scale=scale), strokeDash=dash("future", series), **look)
    tooltip = [
        alt.Tooltip("future:N", title="Future"), alt.Tooltip("year:Q", title="Year", format="d"),
        *(alt.Tooltip(f"{name}:Q", title=title, format=".1%") for name, title in (("q50", "Median"), ("q05", "5 %"), ("q95", "95 %"))),
    ]  # fmt: skip
    points = rows.mark_point(filled=True, size=30, opacity=1).encode(
        y=alt.Y("q50:Q", axis=axis, scale=scale), tooltip=tooltip, **look
    )
    zero = alt.Chart(alt.InlineData(values=[{}])).mark_rule(color=GREY).encode(y=alt.datum(0.0))
    return zero + band + lines + points


def _worth(series: tuple[Series, ...]) -> Any:
    rows = alt.Chart(data(WORTH)).transform_filter(chosen("future"))
    place = {
        "y": alt.Y("future:N", title=None, sort=[entry.value for entry in series]),
        "color": colour("future", series),
        "tooltip": [
            alt.Tooltip("future:N", title="Future"),
            *(
                alt.Tooltip(f"npv_{name}:Q", title=title, format=",.0f")
                for name, title in (("q50", "Median, USD"), ("q05", "5 %"), ("q95", "95 %"))
            ),
            *(alt.Tooltip(f"{name}:Q", title=title, format=".1%") for name, title in (("p_loss", "P(loss)"), ("p_payback", "P(pay-back)"))),
        ],
    }  # fmt: skip
    axis = alt.Axis(title="net present value (USD)", format="~s", tickCount=5)
    lines = rows.mark_rule(strokeWidth=2).encode(x=alt.X("npv_q05:Q", axis=axis), x2="npv_q95:Q", **place)
    points = rows.mark_point(filled=True, size=80, opacity=1).encode(
        x="npv_q50:Q", shape=shape("future", series), **place
    )
    zero = alt.Chart(alt.InlineData(values=[{}])).mark_rule(color=GREY).encode(x=alt.datum(0.0))
    return zero + lines + points
