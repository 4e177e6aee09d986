"""The part on simulation-based calibration: truths drawn from the prior of each law, and whether its fits recover them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from costfloor.typeset.blocks import Block, figure, heading, table, text
from costfloor.typeset.phrases import listing, percentage
from costfloor.report.sentences import outdated
from costfloor.report.tables import Table
from costfloor.studies.sbc.ranks import BAND, INTERVALS, exact_coverage, uniformity
from costfloor.studies.sbc.study import RANKED_DRAWS
from costfloor.studies.stored import Stored

Row = Mapping[str, Any]
"""A quantity of a law, as the study `sbc` stores it."""


def calibration(stored: Stored | None, fresh: Stored | None) -> list[Block]:
    """Which quantities have uniform ranks, and what became of the others with more simulations, and with new ones."""
    opening = heading("Does the machinery recover the truth?", 2)
    if stored is None:
        return [opening, text("Simulation-based calibration has not been run: make calibrate runs it.")]
    first, again = stored.result["first"], stored.result["again"]
    rows = first["rows"]
    outside = [row for row in rows if not row["passed"]]
    count = rows[0]["uniformity"]["simulations"] if rows else 0
    said = (
        f"Parameters were drawn from the priors, prices from them, and every law was fitted to its own prices {count} times. The ranks "
        f"of {len(rows)} quantities were held against the {percentage(BAND)} simultaneous band of uniform ranks, and their 50 and 90 % "
        f"intervals against the binomial band: {len(rows) - len(outside)} stay inside."
    )
    if outside:
        said += f" Outside: {listing([_named(row) for row in outside])}."
    if outside and again:
        said += f" {run_again(outside, again['rows'])}"
    if fresh is not None and fresh.result["fresh"]:
        said += f" {on_new_truths(fresh)}"
    return [opening, text(f"{said} {outdated(stored)}".strip()), table(_calibrated(first, again)), figure("ranks")]


def run_again(outside: Sequence[Row], again: Sequence[Row]) -> str:
    """What became of the quantities that were outside, in the larger run of their laws, and how many of all would be there by chance.

    The larger run contains the first. What is outside in it is therefore also held against the simulations that the first had not seen.
    """
    repeated = {(row["law"], row["quantity"]): row for row in again}
    of_outside = [repeated[row["law"], row["quantity"]] for row in outside]
    count, seen = (rows[0]["uniformity"]["simulations"] for rows in (again, outside))
    still = [row for row in of_outside if not row["passed"]]
    new = [row for row in again if not row["passed"] and row not in still]
    said = [
        f"Run again with {count:,} simulations, {'all of these' if not still else f'{len(outside) - len(still)} of these'} are inside."
    ]
    for rows, words in ((still, "Still outside"), (new, "Outside in the larger run alone")):
        if rows:
            said.append(f"{words}: {listing([_with_fresh(row, seen) for row in rows])}.")
    expected = (1.0 - BAND) * len(again)
    said.append(f"By chance about {expected:.0f} of the {len(again)} quantities run again would be outside.")
    return " ".join(said)


def on_new_truths(stored: Stored) -> str:
    """What became of the quantities that were outside in the larger run, on as many simulations with truths that it had not seen."""
    rows = stored.result["fresh"]["rows"]
    by_name = {(row["law"], row["quantity"]): row for row in rows}
    chosen = [by_name[law, quantity] for law, quantity in stored.result["chosen"]]
    missed = sum(not row["passed"] for row in rows) - sum(not row["passed"] for row in chosen)
    verdicts = listing([f"{_named(row)} is {_where(row)} (p = {row['uniformity']['p_value']:.2f})" for row in chosen])
    count = chosen[0]["uniformity"]["simulations"]
    others = len(rows) - len(chosen)
    said = (
        f"On {count:,} simulations with new truths {verdicts}; outside among the other quantities of these laws: {missed} of {others}, "
        f"where chance alone would put about {(1.0 - BAND) * others:.0f}."
    )
    return f"{said} {outdated(stored)}".strip()


def _where(row: Row) -> str:
    if row["passed"]:
        return "inside"
    return (
        "inside by its ranks, not by the coverage of its intervals" if row["uniformity"]["inside"] else "outside again"
    )


def _with_fresh(row: Row, seen: int) -> str:
    fresh = uniformity(np.asarray(row["ranks"][seen:]), RANKED_DRAWS)
    return (
        f"{_named(row)} (p = {row['uniformity']['p_value']:.3f}; on the {fresh.simulations:,} simulations that the first run had not seen "
        f"p = {fresh.p_value:.2f})"
    )


def _named(row: Row) -> str:
    return f"{row['quantity']} of {row['law']}"


def _calibrated(first: Mapping[str, Any], again: Mapping[str, Any] | None) -> Table:
    exact = listing([percentage(exact_coverage(RANKED_DRAWS, probability)) for probability in INTERVALS])
    body = []
    for law in dict.fromkeys(row["law"] for row in first["rows"]):
        rows = [row for row in first["rows"] if row["law"] == law]
        more = [row for row in again["rows"] if row["law"] == law] if again else []
        coverage = [100 * sum(row["coverage"][which]["share"] for row in rows) / len(rows) for which in (0, 1)]
        body.append(
            (
                law.replace("_", " "),
                str(len(rows)),
                str(sum(row["uniformity"]["inside"] for row in rows)),
                f"{coverage[0]:.0f} %",
                f"{coverage[1]:.0f} %",
                f"{100 * first['diverged'][law]:.0f} %",
                f"{sum(row['passed'] for row in more)} of {len(more)}" if more else "",
            )
        )
    return Table(
        "Simulation-based calibration: quantities per law, how many have uniform ranks, mean coverage of their 50 and 90 % intervals "
        f"(which hold {exact} of uniform ranks, these being whole numbers), share of the short fits with a divergent transition, and how "
        "many pass with more simulations.",
        ("Law", "Quantities", "Uniform", "Coverage of 50 %", "Coverage of 90 %", "Fits that diverged", "Pass again"),
        "lrrrrrr",
        tuple(body),
    )
