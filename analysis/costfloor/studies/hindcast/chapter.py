"""The part on past dates: what the package would have concluded from what was known then, and how its forecasts fared."""

from collections.abc import Sequence
from typing import Final

from costfloor.built import capability_from
from costfloor.laws import LAWS
from costfloor.studies.conclusions import lead, level_leads, rate, verdict
from costfloor.studies.hindcast.study import Fared, HalfYear, Hindcast
from costfloor.typeset.blocks import Block, table, text
from costfloor.typeset.montecarlo import above, below, beside, median_mcse
from costfloor.typeset.phrases import listing, plural
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Interval, Number, Probability, Share

LEVEL: Final = 0.005
"""Scores that differ by less are level: their Monte Carlo error is not kept, and two digits are printed."""


def hindcast(study: Hindcast, notice: str, verdict_now: str) -> list[Block]:
    """What would have been said at past half-year ends, beside what is said now."""
    dates = study.half_years
    if not dates:
        return [text("The prices end before the first half-year end that is gone through.")]
    judged = [date for date in dates if date.fared]
    settled = [date for date in judged if date.conclusion.passed]
    sentences = [
        verdicts_then(dates, verdict_now),
        f"As of {dates[-1].date} the reason would have been: {dates[-1].conclusion.reason}.",
        level_leads({date.date: date.conclusion for date in dates}),
        left_out(judged),
        *(direction(settled, law) for law in ("plateau", "discovery")),
        best_then(settled),
        notice,
    ]
    return [text(*sentences), table(_then(dates)), table(_fared(judged))]


def verdicts_then(dates: Sequence[HalfYear], verdict_now: str) -> str:
    """How often each verdict would have been given."""
    given = [date.conclusion.verdict for date in dates]
    counts = listing([f"{name} at {given.count(name)}" for name in dict.fromkeys(given)])
    span = f"{dates[0].date} to {dates[-1].date}" if len(dates) > 1 else dates[0].date
    return (
        f"At {plural(len(dates), 'half-year end')} ({span}) all laws were fitted to the prices known by then. The rule would "
        f"have said {counts}; today it says {verdict_now}."
    )


def known_then(dates: Sequence[HalfYear]) -> str:
    """At which dates capability rests on the scores that were known by then, and why not at the others."""
    by_words: dict[str, list[str]] = {}
    for date in dates:
        words = capability_from("each date" if date.hindsight is None else date.date, date.hindsight)
        by_words.setdefault(words, []).append(date.date)
    return " ".join(f"At {listing(days)}: {words}." for words, days in by_words.items())


def left_out(judged: Sequence[HalfYear]) -> str:
    """The dates whose forecasts count for nothing, and why; empty when there are none."""
    missed = [
        f"{date.date} ({listing(list(date.conclusion.failures))})" for date in judged if not date.conclusion.passed
    ]
    return (
        f"Fits missed their gates at {listing(missed)}: what was forecast then counts for nothing here."
        if missed
        else ""
    )


def direction(judged: Sequence[HalfYear], law: str) -> str:
    """Whether prices fell faster or slower than a law had said; empty when no forecast could be judged."""
    errors = [fared.error for date in judged for fared in date.fared if fared.law == law]
    if not errors:
        return ""
    faster = sum(below(error[1], 0.0, median_mcse(error)) for error in errors)
    slower = sum(above(error[1], 0.0, median_mcse(error)) for error in errors)
    count = len(errors)
    level = f", level with it at {count - faster - slower}" if faster + slower < count else ""
    missed = sum(beside(0.0, error) != 0 for error in errors)
    return (
        f"Prices then came on average below what {LAWS[law].title} had said at {faster} and above it at {slower}{level} of "
        f"{plural(count, 'date')}; its 90 % interval held their mean at {count - missed}."
    )


def best_then(judged: Sequence[HalfYear]) -> str:
    """Which law had the best forecast, by date; empty when no forecast could be judged."""
    if not judged:
        return "No forecast could be judged: too little has come since."
    best = [_best(date.fared) for date in judged]
    single = [laws[0] for laws in best if len(laws) == 1]
    by_law = [f"{LAWS[law].title} at {single.count(law)}" for law in dict.fromkeys(single)]
    level = [listing([LAWS[law].title for law in laws]) for laws in best if len(laws) > 1]
    by_law += [f"{laws}, level, at {level.count(laws)}" for laws in dict.fromkeys(level)]
    return f"The best forecast by CRPS was that of {'; '.join(by_law) if level else listing(by_law)}."


def _best(fared: Sequence[Fared]) -> list[str]:
    """The laws whose score is the lowest, or level with it."""
    least = min(law.crps for law in fared)
    return [law.law for law in fared if law.crps - least < LEVEL]


def _then(dates: Sequence[HalfYear]) -> Table:
    return tabulate(
        "hindcast_conclusions",
        "What would have been concluded from the prices known by each date. Lead: log score of plateau less that of discovery over past "
        "dates, with its standard error. Slowed: probability that the rate is below half of its start. Rates are log-rates a year under "
        "plateau; the last column is the share of the initial rate that the encompassing law keeps. Median and 90 % interval. "
        f"{known_then(dates)}",
        [
            Column("As of", lambda date: date.date, "l"),
            Column("Prices", lambda date: date.conclusion.rows),
            Column("Verdict", lambda date: verdict(date.conclusion), "L"),
            Column("Lead", lambda date: lead(date.conclusion), unit="log_score"),
            Column("Slowed", lambda date: Probability(date.conclusion.p_slowed)),
            Column("Rate then", lambda date: rate(date.conclusion, "plateau", "rate_now"), unit="log_rate_per_year"),
            Column("Floor", lambda date: rate(date.conclusion, "plateau", "rate_floor"), unit="log_rate_per_year"),
            Column(
                "Share kept",
                lambda date: rate(date.conclusion, "encompassing", "kept_share"),
                name="kept",
                unit="share",
            ),
        ],
        dates,
    )


def _fared(judged: Sequence[HalfYear]) -> Table:
    return tabulate(
        "hindcast_forecasts",
        "How the forecasts of then fared over the months that have passed since, twelve at most: CRPS of log price, shares of prices "
        "inside their 50 and 90 % intervals, and the mean of observed less forecast log price with its 90 % predictive interval (below "
        f"zero prices fell faster than said). {known_then(judged)}",
        [
            Column("As of", lambda row: row[0].date, "l"),
            Column("Months", lambda row: row[0].months),
            Column("Prices", lambda row: row[0].scored),
            Column("Law", lambda row: LAWS[row[1].law].title, "L"),
            Column("CRPS", lambda row: Number(row[1].crps), unit="log_points"),
            Column("50 %", lambda row: Share(row[1].coverage50), name="coverage50"),
            Column("90 %", lambda row: Share(row[1].coverage90), name="coverage90"),
            Column("Observed less forecast", lambda row: Interval(*row[1].error), unit="log_points"),
        ],
        [(date, fared) for date in judged for fared in date.fared],
    )
