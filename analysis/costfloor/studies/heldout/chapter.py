"""What the targeted checks say of months that the fits had not seen."""

from collections.abc import Sequence
from typing import Final

from costfloor.checks.result import FAIL_BELOW
from costfloor.laws import LAWS
from costfloor.studies.heldout.study import HeldoutRow, HeldoutStudy
from costfloor.typeset.blocks import Block, table, text
from costfloor.typeset.montecarlo import beside
from costfloor.typeset.phrases import listing, minus, plural
from costfloor.typeset.tables import Cell, Column, Table, tabulate
from costfloor.typeset.values import Marked

TITLES: Final = {
    "recent_slope": "Rate",
    "curvature": "Curvature",
    "record_recency": "Since record",
    "record_gap": "Longest gap",
    "largest_drop": "Largest drop",
    "price_rises": "Rises",
    "family_spread": "Families apart",
}


def heldout(study: HeldoutStudy, notice: str) -> list[Block]:
    """How many forecasts of a statistic failed, which, and what the rate of the last held-out months was against what was said."""
    judged = [row for row in study.rows if row.passed is not None]
    sentences = [
        f"From {plural(len(study.origins), 'past date')}, {listing([origin.date for origin in study.origins])}, the forecast of each law "
        f"for the next {study.horizon_months} months was held against what the prices then did, statistic by statistic."
    ]
    if judged:
        sentences += [_failed(judged), _rates(judged, study.origins[-1].date), _gates(study)]
    else:
        sentences.append("None could be judged.")
    sentences.append(notice)
    return [text(minus(" ".join(sentence for sentence in sentences if sentence))), table(smallest_tails(study.rows))]


def smallest_tails(rows: Sequence[HeldoutRow]) -> Table:
    """By law and statistic, the smallest tail probability over the origins."""
    return tabulate(
        "heldout",
        "Targeted statistics of held-out months: the smallest two-sided tail probability over the past dates, by law. An asterisk marks "
        f"what fails (below {FAIL_BELOW:g} by more than two Monte Carlo errors); months overlap, so that dates are not independent.",
        [
            Column("Law", lambda law: LAWS[law].title, "l"),
            *(_smallest(rows, check, title) for check, title in TITLES.items()),
        ],
        dict.fromkeys(row.law for row in rows),
    )


def _smallest(rows: Sequence[HeldoutRow], check: str, title: str) -> Column[str]:
    def cell(law: str) -> Cell:
        tails = [
            (row.tail_probability, row.passed)
            for row in rows
            if (row.law, row.check) == (law, check) and row.tail_probability is not None
        ]
        if not tails:
            return None
        least, passed = min(tails, key=lambda tail: tail[0])
        return Marked(least, ".3f", marked=passed is False)

    return Column(title, cell, unit="probability")


def _failed(judged: Sequence[HeldoutRow]) -> str:
    failed = [row for row in judged if row.passed is False]
    chance = f"{sum(row.level for row in judged):.1f} would by chance if they were independent"
    if not failed:
        return f"None of {len(judged)} fails by its tail probability ({chance})."
    laws = [
        f"{LAWS[law].title} in {listing(_named([row for row in failed if row.law == law]))}"
        for law in dict.fromkeys(row.law for row in failed)
    ]
    return f"{len(failed)} of {len(judged)} fail by their tail probability ({chance}): {'; '.join(laws)}."


def _named(failed: Sequence[HeldoutRow]) -> list[str]:
    """Statistics that failed, each with how often."""
    counts = {check: sum(row.check == check for row in failed) for check in TITLES}
    return [f"{TITLES[check].lower()} ({count})" for check, count in counts.items() if count]


def _rates(judged: Sequence[HeldoutRow], date: str) -> str:
    rows = [row for row in judged if row.check == "recent_slope" and row.origin == date]
    shares = [
        f"{LAWS[row.law].title} {row.q05:.2f} to {row.q95:.2f} ({_place(row.observed, (row.q05, row.q50, row.q95))})"
        for row in rows
        if row.observed is not None and row.q05 is not None and row.q50 is not None and row.q95 is not None
    ]
    if not shares:
        return ""
    return (
        f"In the months after {date} the log-rate of decline was {rows[0].observed:.2f} a year; 90 % intervals of the forecasts: "
        f"{', '.join(shares)}."
    )


def _place(observed: float, quantiles: tuple[float, float, float]) -> str:
    return {1: "faster than forecast", 0: "inside", -1: "slower than forecast"}[beside(observed, quantiles)]


def _gates(study: HeldoutStudy) -> str:
    missed = [f"{LAWS[law].title} at {date}" for law, date, _ in study.failures]
    return f"A gate was missed by the fits of {listing(missed)}." if missed else "All fits passed their gates."
