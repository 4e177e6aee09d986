"""The part on past dates: what the package would have concluded from what was known then, and how its forecasts fared."""

from collections.abc import Mapping, Sequence
from typing import Any

from costfloor.laws import LAWS
from costfloor.typeset.blocks import Block, heading, table, text
from costfloor.studies.conclusions import lead, span, verdict
from costfloor.typeset.phrases import listing, plural, probability
from costfloor.report.sentences import outdated
from costfloor.report.tables import Table
from costfloor.studies.stored import Stored

HalfYear = Mapping[str, Any]
"""A date as the study `hindcast` stores it."""


def hindcast(stored: Stored | None, verdict_now: str) -> list[Block]:
    """What would have been said at past half-year ends, beside what is said now."""
    opening = heading("What would have been said", 2)
    if stored is None:
        return [opening, text("The past half-year ends have not been gone through: make calibrate does it.")]
    dates: list[HalfYear] = stored.result["half_years"]
    if not dates:
        return [opening, text("The prices end before the first half-year end that is gone through.")]
    judged = [one for one in dates if one["fared"]]
    said = [
        verdicts_then(dates, verdict_now),
        _latest_reason(dates),
        *(direction(judged, law) for law in ("plateau", "discovery")),
        best_then(judged),
        outdated(stored),
    ]
    return [opening, text(" ".join(one for one in said if one)), table(_then(dates)), table(_fared(judged))]


def verdicts_then(dates: Sequence[HalfYear], verdict_now: str) -> str:
    """How often each verdict would have been given."""
    given = [one["conclusion"]["verdict"] for one in dates]
    counts = listing([f"{name} at {given.count(name)}" for name in dict.fromkeys(given)])
    span_of_dates = f"{dates[0]['date']} to {dates[-1]['date']}" if len(dates) > 1 else str(dates[0]["date"])
    return (
        f"At {plural(len(dates), 'half-year end')} ({span_of_dates}) all laws were fitted to the prices known by then. The rule would "
        f"have said {counts}; today it says {verdict_now}."
    )


def direction(judged: Sequence[HalfYear], law: str) -> str:
    """Whether prices fell faster or slower than a law had said; empty when no forecast could be judged."""
    errors = [one["error"] for date in judged for one in date["fared"] if one["law"] == law]
    if not errors:
        return ""
    faster = sum(middle < 0 for _, middle, _ in errors)
    held = sum(low <= 0 <= high for low, _, high in errors)
    count = len(errors)
    return (
        f"Prices then came on average below what {LAWS[law].title} had said at {faster} and above it at {count - faster} of "
        f"{plural(count, 'date')}; its 90 % interval held their mean at {held}."
    )


def best_then(judged: Sequence[HalfYear]) -> str:
    """Which law had the best forecast, by date; empty when no forecast could be judged."""
    if not judged:
        return "No forecast could be judged: too little has come since."
    best = [min(one["fared"], key=lambda fared: fared["crps"])["law"] for one in judged]
    said = listing([f"{LAWS[law].title} at {best.count(law)}" for law in dict.fromkeys(best)])
    return f"The best forecast by CRPS was that of {said}."


def _latest_reason(dates: Sequence[HalfYear]) -> str:
    latest = dates[-1]
    return f"As of {latest['date']} the reason would have been: {latest['conclusion']['reason']}."


def _then(dates: Sequence[HalfYear]) -> Table:
    body = []
    for one in dates:
        then = one["conclusion"]
        body.append(
            (
                one["date"],
                f"{then['rows']:,}",
                verdict(then),
                lead(then),
                probability(then["p_slowed"]),
                span(then["rates"]["plateau"]["rate_now"]),
                span(then["rates"]["plateau"]["rate_floor"]),
                span(then["rates"]["encompassing"]["kept_share"]),
            )
        )
    return Table(
        "What would have been concluded from the prices known by each date. Lead: log score of plateau less that of discovery over past "
        "dates, with its standard error. Slowed: probability that the rate is below half of its start. Rates are log-rates a year under "
        "plateau; the last column is the share of the initial rate that the encompassing law keeps. Median and 90 % interval.",
        ("As of", "Prices", "Verdict", "Lead", "Slowed", "Rate then", "Floor", "Share kept"),
        "lrLrrrrr",
        tuple(body),
    )


def _fared(judged: Sequence[HalfYear]) -> Table:
    body = [
        (
            one["date"],
            str(one["months"]),
            f"{one['scored']:,}",
            LAWS[fared["law"]].title,
            f"{fared['crps']:.2f}",
            f"{100 * fared['coverage50']:.0f} %",
            f"{100 * fared['coverage90']:.0f} %",
            span(fared["error"]),
        )
        for one in judged
        for fared in one["fared"]
    ]
    return Table(
        "How the forecasts of then fared over the months that have passed since, twelve at most: CRPS of log price, shares of prices "
        "inside their 50 and 90 % intervals, and the mean of observed less forecast log price with its 90 % predictive interval (below "
        "zero prices fell faster than said).",
        ("As of", "Months", "Prices", "Law", "CRPS", "50 %", "90 %", "Observed less forecast"),
        "lrrLrrrr",
        tuple(body),
    )
