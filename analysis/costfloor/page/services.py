"""The services: margins and values under every future, and the sliders that set what a service assumes."""

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import altair as alt
import numpy as np
import pandas as pd

from costfloor.economics.futures import BUYERS, Buyer, Future, futures
from costfloor.economics.scenario_file import shipped_scenarios
from costfloor.economics.study import COST_YEARS, DECIDING_BUYER
from costfloor.laws import LAWS
from costfloor.page.charts import LAW_DASHES, LAW_SHAPES, RIVALS, chosen, colour, compiled, dash, data, shape
from costfloor.page.figure import Choice, DataTable, Figure, Series
from costfloor.page.grid import MARGINS_SHOWN, VALUES, FutureGrid, ServiceGrid, axes_of, service_grid
from costfloor.typeset.phrases import listing
from costfloor.typeset.style import BLACK, GREEN, GREY, LAW_COLOURS

if TYPE_CHECKING:
    from costfloor.report.results import Results

MARGINS, WORTH = "service_margins", "service_values"
PERCENT: Final = ("growth_per_year", "share", "ratio", "pass_through", "utilisation")
"""Ends of the names of inputs that are read in percent."""

FIXED_LOOKS: Final = (
    ((1, 2), "triangle-left"),
    ((6, 4), "triangle-up"),
    ((2, 2), "square"),
    ((8, 2, 2, 2), "cross"),
)
SHOWN: Final = ("15 % a year", "20 % a year")


def grids(results: "Results", seed: int) -> tuple[ServiceGrid, ...]:
    """Every service that comes with the package on its grid, along the same futures as `costfloor economics` draws.

    Shown are all futures of the buyer of a fixed capability, and those of the rivals of who follows the frontier.
    """
    scenarios = shipped_scenarios()
    # The draws of the years ahead depend on how far they go.
    years = max(COST_YEARS, *(scenario.decision.horizon_years for scenario in scenarios))
    known: dict[Buyer, Sequence[Future]] = {
        buyer: futures(results.fits, results.obs, buyer, years, seed) for buyer in BUYERS
    }
    by_law = [future for future in known[DECIDING_BUYER] if future.law]
    known["frontier"] = [future for future in known["frontier"] if future.name in RIVALS]
    first_year = results.obs.last.year
    return tuple(service_grid(scenario, known, axes_of(scenario, by_law), first_year) for scenario in scenarios)


def unit_economics(results: "Results", services: Sequence[ServiceGrid]) -> Figure:
    """Margins by year and values under every future, at what the sliders say; they stand at the service's own values first."""
    series = _series(services[0].futures)
    margins, worth = start_tables(services[0])
    draws = min(fit.parameters.size for fit in results.fits.values())
    first = next(entry.value for entry in series if entry.shown)
    return Figure(
        name="services",
        title="What it means for a service",
        paragraphs=(
            "Gross margin and value of four services under each law, at fixed yearly falls of price from today on, and "
            "for who follows the frontier. "
            "The figures of the services are round assumptions; only price paths come from the fits "
            f"({draws:,} draws of each law). The sliders set the two inputs that move the value of a service most and "
            "another one that moves its margin most; at the marks they give what "
            "costfloor economics gives, and between them values are "
            "interpolated (margins by the logarithm of cost over revenue): nothing is fitted here. In the "
            "middle between marks the median "
            f"margin is off by at most, in percentage points where it is shown: {_off_margin(services)}{_off_value(services)}.",
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


def _off_margin(services: Sequence[ServiceGrid]) -> str:
    """How far interpolated margins are off, by service: far where revenue nearly vanishes within a cell."""
    return listing([f"{100 * service.margin_error:.1f} ({service.scenario.title})" for service in services])


def _off_value(services: Sequence[ServiceGrid]) -> str:
    """How far interpolated values are off, against the span of values over the grid of the same service."""
    shares = []
    for service in services:
        medians = np.concatenate([future.value[..., 1].ravel() for future in service.futures])
        shares.append(service.value_error / max(float(np.ptp(medians)), 1.0))
    return f"; the median value by at most {100 * max(shares):.1f} % of its span over the grid"


def future_title(future: str, buyer: Buyer) -> str:
    """A future as the page names it."""
    title = LAWS[future].title if future in LAWS else future
    return f"frontier ({title})" if buyer == "frontier" else title


def start_tables(service: ServiceGrid) -> tuple[DataTable, DataTable]:
    """Margins and values at the service's own values, as the page shows them before anybody moves a slider."""
    margins, worth = [], []
    for future in service.futures:
        title = future_title(future.future, future.buyer)
        for year, (low, middle, high) in enumerate(_at_start(future.margin, service)):
            margins.append({"future": title, "year": service.first_year + year, "q05": low, "q50": middle, "q95": high})
        worth.append({"future": title, **dict(zip(VALUES, _at_start(future.value, service), strict=True))})
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


def _at_start(array: np.ndarray, service: ServiceGrid) -> Any:
    at = tuple(min(axis.start, size - 1) for axis, size in zip(service.axes, array.shape, strict=False))
    return array[at].astype(np.float32).astype(float).tolist()


def payload(services: Sequence[ServiceGrid]) -> list[dict[str, Any]]:
    """The grids as plain data: arrays of single precision, little-endian, in base 64."""
    return [
        {
            "title": service.scenario.title,
            "years": [service.first_year + year for year in range(service.scenario.decision.horizon_years + 1)],
            "axes": [
                {"label": axis.path.replace(".", ": ").replace("_", " "), "points": axis.points, "start": axis.start, **_form(axis.path)}
                for axis in service.axes
            ],
            "futures": [
                {
                    "future": future_title(future.future, future.buyer),
                    "margin": _packed(future.margin),
                    "value": _packed(future.value),
                }
                for future in service.futures
            ],
        }
        for service in services
    ]  # fmt: skip


def _form(path: str) -> Mapping[str, Any]:
    return {"percent": path.endswith(PERCENT), "usd": "usd" in path}


def _packed(array: np.ndarray) -> dict[str, Any]:
    content = base64.b64encode(array.astype("<f4").tobytes()).decode("ascii")
    return {"shape": list(array.shape), "data": content}


def _series(known: Sequence[FutureGrid]) -> tuple[Series, ...]:
    fixed = iter(FIXED_LOOKS)
    series = []
    look: tuple[str, tuple[int, ...], str]
    for grid in known:
        title = future_title(grid.future, grid.buyer)
        if grid.buyer == "frontier":
            hue = GREEN if grid.future == RIVALS[0] else GREY
            look = (hue, (4, 2, 1, 2), "triangle-right")
            shown = grid.future == RIVALS[0]
        elif grid.future in LAWS:
            look = (LAW_COLOURS[grid.future], LAW_DASHES[grid.future], LAW_SHAPES[grid.future])
            shown = grid.future in RIVALS
        else:
            look = (BLACK, *next(fixed))
            shown = grid.future in SHOWN
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
