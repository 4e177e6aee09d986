"""The chapter on the arrival of new data: what is held back, and how the answer moved."""

from collections.abc import Sequence

import pandas as pd

from costfloor.fit.quantities import HEADLINE_RATES
from costfloor.forecast.ledger import Entry
from costfloor.typeset.blocks import Block, figure, heading, table, text
from costfloor.typeset.phrases import listing, minus, plural, probability, yearly_change, yearly_span
from costfloor.report.study import Study
from costfloor.report.tables import Table


def new_data(study: Study) -> list[Block]:
    """How the answer moved as prices came in, how fresh each source is, and what the rules hold back."""
    return [
        heading("New data, and how the answer moved"),
        text(f"{since_last(study.history)} {as_known_then(study)}"),
        figure("moved"),
        table(_vintages(study.history)),
        text(freshness(study.quotes, study.build.last)),
        table(_held_back(study.quotes)),
    ]


def since_last(history: Sequence[Entry]) -> str:
    """What changed between the last two vintages."""
    if len(history) < 2:
        return "This is the first data vintage in the ledger: costfloor refit adds a line with each new one."
    before, now = history[-2:]
    verdict = (
        f"the verdict stays {now.verdict}"
        if now.verdict == before.verdict
        else f"the verdict changes from {before.verdict} to {now.verdict}"
    )
    moves = [
        f"{what} from {before.quantities['plateau'][name][1]:.2f} to {now.quantities['plateau'][name][1]:.2f}"
        for name, what in zip(HEADLINE_RATES, ("the rate now", "the floor"), strict=True)
    ]
    redefined = (
        ""
        if now.rates_of == before.rates_of
        else f" The rates of then are those of {before.rates_of}, the rates of now those of {now.rates_of}: part of the move is that."
    )
    return minus(
        f"Since vintage {before.vintage} (prices to {before.last}, {plural(before.n, 'row')}) the rows are {now.n:,}, {verdict}, and under "
        f"the plateau law {listing(moves)} (log-rates a year).{redefined}"
    )


def as_known_then(study: Study) -> str:
    """What the plateau law would have said of the floor at the oldest origin, against what it says now."""
    if not study.comparison.origins:
        return "No earlier date has enough prices for the same laws to be fitted to what was known then."
    origin, now = study.comparison.origins[0], study.history[-1].quantities["plateau"]["rate_long_run"]
    low, middle, high = origin["quantities"]["plateau"]["rate_long_run"]
    held = "holds" if low <= now[1] <= high else "does not hold"
    return (
        f"On the {plural(origin['rows_seen'], 'row')} dated to {origin['date']} the plateau law said that in the long run prices "
        f"{yearly_change(middle)} (90 % interval {yearly_span(low, high)}); today it says that they {yearly_change(now[1])} "
        f"({yearly_span(now[0], now[2])}). The interval of then {held} the median of today."
    )


def freshness(quotes: pd.DataFrame, last: str) -> str:
    """How old the newest price of each source is on the last day of the panel."""
    ages = (pd.Timestamp(last) - quotes.groupby("source")["recorded_on"].max()).dt.days.clip(lower=0)
    said = [f"{source} {plural(int(days), 'day')}" for source, days in ages.dropna().sort_values(kind="stable").items()]
    return (
        f"Age of the newest recorded price of each source when the panel ends ({last}): {listing(said)}. A source without "
        "new prices may have stopped, or its prices may have held."
    )


def _vintages(history: Sequence[Entry]) -> Table:
    body = [
        (
            entry.vintage,
            entry.last,
            f"{entry.n:,}",
            entry.verdict if entry.passed else f"{entry.verdict} (gates FAILED)",
            "" if entry.elpd_difference is None else minus(f"{entry.elpd_difference:+.1f}"),
            *(_span(entry.quantities["plateau"][name]) for name in HEADLINE_RATES),
            probability(entry.p_floor_15_20),
        )
        for entry in history
    ]
    earlier = [entry.vintage for entry in history if entry.rates_of != history[-1].rates_of]
    whose = (
        f" Rates of {listing(earlier)} are those of {history[0].rates_of}, the others those of {history[-1].rates_of}."
        if earlier
        else ""
    )
    return Table(
        "What was concluded from each data vintage. Lead: forecast score of the plateau law less that of discovery. Rates are log-rates a "
        "year under the plateau law, median and 90 % interval. The last column is the probability of a long-run fall of 15 to 20 % a year."
        + whose,
        ("Vintage", "Last price", "Rows", "Verdict", "Lead", "Rate now", "Floor", "15–20 %"),
        "lrrlrrrr",
        tuple(body),
    )


def _held_back(quotes: pd.DataFrame) -> Table:
    held = quotes[quotes["status"] == "quarantined"]
    counts = held.groupby("reason").agg(quotes=("status", "size"), sources=("source", "nunique"))
    counts = counts.reset_index().sort_values(["quotes", "reason"], ascending=[False, True])
    return Table(
        "Quotes held back, by the first rule that does so. costfloor quarantine list names each; a decision with who and why overrules a "
        "rule.",
        ("Reason", "Quotes", "Sources"),
        "lrr",
        tuple((str(row.reason), f"{row.quotes:,}", f"{row.sources}") for row in counts.itertuples()),
    )


def _span(quantiles: Sequence[float]) -> str:
    low, middle, high = quantiles
    return minus(f"{middle:.2f} ({low:.2f} to {high:.2f})")
