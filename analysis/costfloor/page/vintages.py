"""How the answer moved from one data vintage to the next: what the ledger has."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import altair as alt
import pandas as pd

from costfloor.laws import LAWS
from costfloor.page.charts import chosen, claim, colour, compiled, data, law_series, shape
from costfloor.page.figure import Choice, DataTable, Figure
from costfloor.page.rates import RATE, SCALE

if TYPE_CHECKING:
    from costfloor.forecast.ledger import Entry
    from costfloor.report.results import Results

RATES, VERDICTS = "rates_by_vintage", "verdicts_by_vintage"
VIEWS = {"rate_now": "now", "rate_long_run": "long run"}


def moved(results: "Results") -> Figure:
    """Verdicts and rates by vintage and past day."""
    entries = lines_by_day(results)
    title = "How the answer moved"
    if not entries:
        return Figure("moved", title, ("The ledger has no line yet: costfloor report or costfloor refit adds one.",))
    laws = [law for law in LAWS if any(law in entry.quantities for entry in entries)]
    series = law_series(laws)
    now = VIEWS["rate_now"]
    return Figure(
        name="moved",
        title=title,
        paragraphs=(
            f"The ledger has {len(results.history)} data vintages and {len(results.past_days)} past days, by the last day of their "
            "prices. Rates are at fixed capability; those of the first lines are of a typical family, the later ones of the mean over "
            "the table's own (the table says which).",
            SCALE,
        ),
        describes="Rates of decline by line of the ledger and law, by the last day of the prices, with 90 % intervals.",
        charts={
            "": compiled(
                _chart(series, [line_name(number, entry) for number, entry in enumerate(entries, 1)]), series, view=now
            )
        },
        tables=(_rates(entries), _verdicts(entries)),
        series=series,
        controls=(Choice("view", "Rate", {words: words for words in VIEWS.values()}, now),),
    )


def lines_by_day(results: "Results") -> tuple["Entry", ...]:
    """Vintages and past days of the ledger by the last day of their prices, those of one day in the order in which they were added."""
    return tuple(sorted((*results.history, *results.past_days), key=lambda entry: entry.as_of or entry.last))


def line_name(number: int, entry: "Entry") -> str:
    """A line of the ledger on an axis: several vintages can end on one day."""
    return f"{number}: {entry.as_of or entry.last}"


LINE_COLUMNS: Final = {"line": "Line", "vintage": "Vintage", "last_price": "Last price", "as_of": "As of"}
"""What every table by line of the ledger begins with, and its headings."""


def line_cells(number: int, entry: "Entry") -> dict[str, str]:
    """The cells of a line under `LINE_COLUMNS`."""
    return {
        "line": line_name(number, entry),
        "vintage": entry.vintage,
        "last_price": entry.last,
        "as_of": entry.as_of or "",
    }


def _rates(entries: Iterable["Entry"]) -> DataTable:
    rows = [
        {
            **line_cells(number, entry), "rates_of": entry.rates_of,
            "law": LAWS[law].title, "view": words, "q05": rates[name][0], "q50": rates[name][1], "q95": rates[name][2],
        }
        for number, entry in enumerate(entries, 1)
        for law, rates in entry.quantities.items()
        if law in LAWS
        for name, words in VIEWS.items()
        if name in rates
    ]  # fmt: skip
    columns = {
        **LINE_COLUMNS, "rates_of": "Rates of", "law": "Law", "view": "Rate",
        "q05": "5 %", "q50": "Median", "q95": "95 %",
    }  # fmt: skip
    caption = "Rates of decline by line of the ledger and law: log-rate a year, median and 90 % interval."
    return DataTable(RATES, caption, pd.DataFrame(rows, columns=list(columns)), columns)


def _verdicts(entries: Iterable["Entry"]) -> DataTable:
    rows = [
        {
            **line_cells(number, entry), "prices": entry.n,
            "verdict": entry.verdict, "gates": "passed" if entry.passed else "missed", "lead_of_plateau": entry.elpd_difference,
            "lead_se": entry.elpd_difference_se, "p_slowed": entry.p_slowed, "p_floor_15_20": entry.p_floor_15_20,
        }
        for number, entry in enumerate(entries, 1)
    ]  # fmt: skip
    columns = {
        **LINE_COLUMNS, "prices": "Prices", "verdict": "Verdict",
        "gates": "Gates", "lead_of_plateau": "Lead of plateau", "lead_se": "Its standard error", "p_slowed": "P(slowed)",
        "p_floor_15_20": "P(15-20 % in the long run)",
    }  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(columns)).astype({"lead_of_plateau": float, "lead_se": float})
    caption = (
        "Verdict by line of the ledger; the lead of plateau is its log score less that of continued discovery, "
        "probabilities are those of the "
        "plateau law and of the mixture of laws."
    )
    return DataTable(VERDICTS, caption, frame, columns)


def _chart(series: tuple[Any, ...], lines: list[str]) -> Any:
    rows = alt.Chart(data(RATES)).transform_filter(chosen("law")).transform_filter("datum.view == view")
    place = {
        "x": alt.X("line:N", sort=lines, axis=alt.Axis(title="line of the ledger: last day of its prices", labelAngle=-35)),
        "xOffset": alt.XOffset("law:N", scale=alt.Scale(domain=[entry.value for entry in series])),
        "color": colour("law", series),
        "tooltip": [
            alt.Tooltip("law:N", title="Law"), alt.Tooltip("last_price:N", title="Last price"), alt.Tooltip("vintage:N", title="Vintage"),
            *(alt.Tooltip(f"{name}:Q", title=title, format=".3f") for name, title in (("q50", "Median"), ("q05", "5 %"), ("q95", "95 %"))),
        ],
    }  # fmt: skip
    intervals = rows.mark_rule(strokeWidth=2).encode(y=alt.Y("q05:Q", title=RATE), y2="q95:Q", **place)
    points = rows.mark_point(filled=True, size=60, opacity=1).encode(y="q50:Q", shape=shape("law", series), **place)
    return claim() + intervals + points
