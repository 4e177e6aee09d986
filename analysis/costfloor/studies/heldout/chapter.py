"""What the targeted checks say of months that the fits had not seen."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from costfloor.checks.result import FAIL_BELOW
from costfloor.laws import LAWS
from costfloor.typeset.phrases import listing, minus, plural
from costfloor.report.sentences import outdated
from costfloor.report.tables import Table
from costfloor.studies.stored import Stored

TITLES: Final = {
    "recent_slope": "Rate",
    "curvature": "Curvature",
    "record_recency": "Since record",
    "record_gap": "Longest gap",
    "largest_drop": "Largest drop",
    "price_rises": "Rises",
    "family_spread": "Families apart",
}

Row = Mapping[str, Any]


def heldout_sentences(stored: Stored | None) -> str:
    """How many forecasts of a statistic failed, which, and what the rate of the last held-out months was against what was said.

    Parameters
    ----------
    stored
        The study `heldout`, or None when it was not run.
    """
    if stored is None:
        return "The checks on months that the fits had not seen have not been run: make calibrate runs them."
    origins, rows = stored.result["origins"], stored.result["rows"]
    judged = [row for row in rows if row["passed"] is not None]
    opening = (
        f"From {plural(len(origins), 'past date')}, {listing([one['date'] for one in origins])}, the forecast of each law for the next "
        f"{stored.result['horizon_months']} months was held against what the prices then did, statistic by statistic."
    )
    if not judged:
        return " ".join(one for one in (opening, "None could be judged.", outdated(stored)) if one)
    said = [opening, _failed(judged), _rates(judged, origins[-1]["date"]), _gates(stored.result), outdated(stored)]
    return minus(" ".join(one for one in said if one))


def heldout_table(stored: Stored) -> Table:
    """By law and statistic, the smallest tail probability over the origins."""
    rows = stored.result["rows"]
    body = [
        (LAWS[law].title, *(_smallest(rows, law, check) for check in TITLES))
        for law in dict.fromkeys(row["law"] for row in rows)
    ]
    return Table(
        "Targeted statistics of held-out months: the smallest two-sided tail probability over the past dates, by law. An asterisk marks "
        f"what fails (below {FAIL_BELOW:g}); months overlap, so that dates are not independent.",
        ("Law", *TITLES.values()),
        "l" + "r" * len(TITLES),
        tuple(body),
    )


def _failed(judged: Sequence[Row]) -> str:
    failed = [row for row in judged if row["passed"] is False]
    chance = f"{FAIL_BELOW * len(judged):.1f} would by chance if they were independent"
    if not failed:
        return f"None of {len(judged)} has a tail probability below {FAIL_BELOW:g} ({chance})."
    laws = [
        f"{LAWS[law].title} in {listing(_named([row for row in failed if row['law'] == law]))}"
        for law in dict.fromkeys(row["law"] for row in failed)
    ]
    return f"{len(failed)} of {len(judged)} have a tail probability below {FAIL_BELOW:g} ({chance}): {'; '.join(laws)}."


def _named(failed: Sequence[Row]) -> list[str]:
    """Statistics that failed, each with how often."""
    counts = {check: sum(row["check"] == check for row in failed) for check in TITLES}
    return [f"{TITLES[check].lower()} ({count})" for check, count in counts.items() if count]


def _rates(judged: Sequence[Row], date: str) -> str:
    rows = [row for row in judged if row["check"] == "recent_slope" and row["origin"] == date]
    if not rows:
        return ""
    said = [f"{LAWS[row['law']].title} {row['q05']:.2f} to {row['q95']:.2f} ({_place(row)})" for row in rows]
    return (
        f"In the months after {date} the log-rate of decline was {rows[0]['observed']:.2f} a year; 90 % intervals of the forecasts: "
        f"{', '.join(said)}."
    )


def _place(row: Row) -> str:
    if row["observed"] > row["q95"]:
        return "faster than forecast"
    return "slower than forecast" if row["observed"] < row["q05"] else "inside"


def _gates(result: Mapping[str, Any]) -> str:
    missed = [f"{LAWS[law].title} at {date}" for law, date, _ in result["failures"]]
    return f"A gate was missed by the fits of {listing(missed)}." if missed else "All fits passed their gates."


def _smallest(rows: Sequence[Row], law: str, check: str) -> str:
    found = [row for row in rows if (row["law"], row["check"]) == (law, check) and row["passed"] is not None]
    if not found:
        return ""
    least = min(found, key=lambda row: float(row["tail_probability"]))
    return f"{least['tail_probability']:.3f}{'' if least['passed'] else ' *'}"
