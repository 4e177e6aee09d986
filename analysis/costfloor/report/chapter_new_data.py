"""The chapter on the arrival of new data: what is held back, and how the answer moved."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

import pandas as pd

from costfloor.built import capability_from
from costfloor.fit.quantities import HEADLINE_RATES
from costfloor.forecast.ledger import Entry
from costfloor.laws import LAWS
from costfloor.report.drawings import shown
from costfloor.report.moves import computed_otherwise, data_before
from costfloor.report.sentences import quantiles
from costfloor.report.study import Study
from costfloor.typeset.blocks import Block, heading, table, text
from costfloor.typeset.montecarlo import beside
from costfloor.typeset.phrases import listing, minus, percentage, plural, probability, yearly_change, yearly_span
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Interval, Number, Probability

SHOWN_LAWS: Final = ("plateau", "discovery")

SMALLEST_WEIGHT: Final = 0.005
"""A smaller one would be printed as nothing."""

BY_DECISION: Final = "rejected by "
"""How a reason begins that a person gave: `costfloor.data.decisions`."""


def new_data(study: Study) -> list[Block]:
    """How the answer moved as prices came in, how fresh each source is, and what the rules hold back."""
    return [
        heading("New data, and how the answer moved"),
        text(f"{since_last(study.history)} {as_known_then(study)} {known_scores(study.history)}"),
        shown("moved"),
        table(_vintages(study.history)),
        text(past_days_moved(study.past_days)),
        *([table(_past_days(study.past_days))] if study.past_days else []),
        text(freshness(study.quotes, study.build.last)),
        table(_held_back(study.quotes)),
    ]


def since_last(history: Sequence[Entry]) -> str:
    """What changed since the last line of the ledger with earlier prices, and what of it is no new price."""
    if len(history) < 2:
        return "This is the first data vintage in the ledger: costfloor refit adds a line with each new one."
    before, now = data_before(history), history[-1]
    verdict = (
        f"the verdict stays {now.verdict}"
        if now.verdict == before.verdict
        else f"the verdict changes from {before.verdict} to {now.verdict}"
    )
    moves = [
        f"{what} {_moved(*(f'{entry.quantities["plateau"][name][1]:.2f}' for entry in (before, now)))}"
        for name, what in zip(HEADLINE_RATES, ("the rate now", "the floor"), strict=True)
    ]
    redefined = (
        ""
        if now.rates_of == before.rates_of
        else f" The rates of then are those of {before.rates_of}, the rates of now those of {now.rates_of}: part of the move is that."
    )
    first = computed_otherwise(history)
    if first is not None:
        redefined += (
            f" When {plural(first.n, 'row')} to this day were first used (vintage {first.vintage}) the rate now was "
            f"{first.quantities['plateau']['rate_now'][1]:.2f} and the probability that it has halved {probability(first.p_slowed)}, not "
            f"{probability(now.p_slowed)}: that part of the move is another way to compute or a corrected fact, and no new price."
        )
    return minus(
        f"Since vintage {before.vintage} (prices to {before.last}, {plural(before.n, 'row')}) the rows are {now.n:,}, {verdict}, and under "
        f"the plateau law {listing(moves)} (log-rates a year).{redefined}"
    )


def as_known_then(study: Study) -> str:
    """What the plateau law would have said of the floor at the oldest origin, against what it says now."""
    if not study.comparison.origins:
        return "No earlier date has enough prices for the same laws to be fitted to what was known then."
    origin, now = study.comparison.origins[0], quantiles(study.fits["plateau"], "rate_long_run")
    low, middle, high = origin["quantities"]["plateau"]["rate_long_run"]
    # An end that is level with the median of today holds it.
    held = "does not hold" if beside(now[1], (low, middle, high)) else "holds"
    return (
        f"On the {plural(origin['rows_seen'], 'row')} dated to {origin['date']}, with {study.build.capability_from}, the plateau law said "
        "that in the long run prices "
        f"{yearly_change(middle)} (90 % interval {yearly_span(low, high)}); today it says that they {yearly_change(now[1])} "
        f"({yearly_span(now[0], now[2])}). The interval of then {held} the median of today."
    )


def known_scores(history: Sequence[Entry]) -> str:
    """By when the scores behind the lines of the ledger were known."""
    past: dict[str, list[str]] = {}
    for entry in history:
        if entry.as_of is not None:
            past.setdefault(capability_from(entry.as_of, entry.hindsight), []).append(entry.vintage)
    apart = [f"{listing(vintages)}: {words}." for words, vintages in past.items()]
    rest = len(history) - sum(len(vintages) for vintages in past.values())
    whole = "Of every other vintage" if past else "Of every vintage"
    return " ".join([*apart, *([f"{whole}: capability from scores known when it was the newest."] if rest else [])])


def past_days_moved(days: Sequence[Entry]) -> str:
    """How the answer went from the first past day of the ledger to the last."""
    if not days:
        return "The ledger has no past day: costfloor refit --as-of DAY adds what was to be concluded on that day from what was known then."
    first, last = days[0], days[-1]
    if first is last:
        return f"From what was known on {first.as_of} the verdict was {first.verdict}."
    verdicts = [entry.verdict for entry in days]
    kept = (
        f"the verdict was {first.verdict} on each"
        if len(set(verdicts)) == 1
        else f"the verdict went from {' to '.join(verdict for verdict, _ in groupby(verdicts))}"
    )
    rates = {law: [f"{entry.quantities[law]['rate_now'][1]:.2f}" for entry in days] for law in SHOWN_LAWS}
    moves = [f"under {LAWS[law].title} {_path(of_law)}" for law, of_law in rates.items()]
    in_hindsight = "".join(
        f" As of {entry.as_of}: {capability_from(entry.as_of, entry.hindsight)}."
        for entry in days
        if entry.hindsight is not None
    )
    return minus(
        f"From what was known on {plural(len(days), 'past day')}, {first.as_of} to {last.as_of}, {kept}; the mean rate now "
        f"{listing(moves)} (log-rates a year).{in_hindsight}"
    )


def _moved(then: str, now: str) -> str:
    return f"stays at {now}" if then == now else f"goes from {then} to {now}"


def _path(rates: Sequence[str]) -> str:
    """Where rates, as they are printed, went from the first day to the last."""
    if rates[0] != rates[-1]:
        return f"went from {rates[0]} to {rates[-1]}"
    low, high = min(rates, key=float), max(rates, key=float)
    return f"stayed at {low}" if low == high else f"was {low} to {high}, and {rates[-1]} on the first and the last"


def freshness(quotes: pd.DataFrame, last: str) -> str:
    """How old the newest price of each source is on the last day of the panel."""
    ages = (pd.Timestamp(last) - quotes.groupby("source")["recorded_on"].max()).dt.days.clip(lower=0)
    in_words = [
        f"{source} {plural(int(days), 'day')}" for source, days in ages.dropna().sort_values(kind="stable").items()
    ]
    return (
        f"Age of the newest recorded price of each source when the panel ends ({last}): {listing(in_words)}. A source without "
        "new prices may have stopped, or its prices may have held."
    )


def _vintages(history: Sequence[Entry]) -> Table:
    earlier = [entry.vintage for entry in history if entry.rates_of != history[-1].rates_of]
    whose = (
        f" Its rates for {listing(earlier)} are those of {history[0].rates_of}, the others those of {history[-1].rates_of}."
        if earlier
        else ""
    )
    return tabulate(
        "vintages",
        "What was concluded from each data vintage, by the models of then. Lead: forecast score of the plateau law less that of discovery. "
        "Slowed: probability under the plateau law that the rate has halved. The last column is "
        f"the probability of a long-run fall of 15 to 20 % a year under the plateau law. Rates are in the figure above.{whose}",
        [
            Column("Vintage", lambda entry: entry.vintage, "l"),
            Column("Last price", lambda entry: entry.last, name="last_price_date"),
            Column("Rows", lambda entry: entry.n),
            Column("Verdict", _verdict, "l"),
            Column("Lead", _lead, unit="log_score"),
            Column("Slowed", lambda entry: Probability(entry.p_slowed), name="rate_has_halved"),
            Column("15–20 %", lambda entry: Probability(entry.p_floor_15_20), name="long_run_15_to_20_percent"),
        ],
        history,
    )


def _past_days(days: Sequence[Entry]) -> Table:
    return tabulate(
        "past_days",
        "What was to be concluded on past days from what was known then. Rates are means over the capabilities on sale at the last price, "
        "log-rates a year, median and 90 % interval. Weights: the stacking weight of each law, its share in the mixture that would have "
        "forecast best; they are no probabilities.",
        [
            Column("Known by", lambda entry: str(entry.as_of), "l"),
            Column("Rows", lambda entry: entry.n),
            Column("Verdict", _verdict, "l"),
            *(_rate_now(law) for law in SHOWN_LAWS),
            Column("Weights", _weights, "L"),
        ],
        days,
    )


def _rate_now(law: str) -> Column[Entry]:
    return Column(
        f"Rate now, {LAWS[law].title}",
        lambda entry: Interval(*entry.quantities[law]["rate_now"]),
        unit="log_rate_per_year",
    )


def _weights(entry: Entry) -> str:
    shares = sorted(entry.weights.items(), key=lambda pair: -pair[1])
    return listing([f"{LAWS[law].title} {percentage(share)}" for law, share in shares if share >= SMALLEST_WEIGHT])


def _verdict(entry: Entry) -> str:
    return entry.verdict if entry.passed else f"{entry.verdict} (gates FAILED)"


def _lead(entry: Entry) -> Number | None:
    return None if entry.elpd_difference is None else Number(entry.elpd_difference, "+.1f")


def _held_back(quotes: pd.DataFrame) -> Table:
    held = quotes[quotes["status"] == "quarantined"]
    # A person's decision is named with its reason, so that each would be a line.
    by_kind = held["reason"].where(
        ~held["reason"].str.startswith(BY_DECISION), "rejected by a person, each with a reason"
    )
    counts = held.assign(reason=by_kind).groupby("reason").agg(quotes=("status", "size"), sources=("source", "nunique"))
    counts = counts.reset_index().sort_values(["quotes", "reason"], ascending=[False, True])
    return tabulate(
        "held_back",
        "Quotes held back, by the first rule that does so. costfloor quarantine list names each; a decision with who and why overrules a "
        "rule.",
        [
            Column("Reason", lambda row: str(row["reason"]), "l"),
            Column("Quotes", lambda row: int(row["quotes"])),
            Column("Sources", lambda row: int(row["sources"])),
        ],
        counts.to_dict("records"),
    )
