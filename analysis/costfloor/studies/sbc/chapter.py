"""The part on simulation-based calibration: truths drawn from the prior of each law, and whether its fits recover them."""

from collections.abc import Sequence

import numpy as np

from costfloor.studies.catalogue import outdated
from costfloor.studies.sbc.figure import CAPTION
from costfloor.studies.sbc.ranks import BAND, INTERVALS, exact_coverage, uniformity
from costfloor.studies.sbc.study import RANKED_DRAWS, Calibration, CalibrationStudy, Row
from costfloor.studies.sbc_fresh.study import FreshCalibration
from costfloor.studies.stored import Stored
from costfloor.typeset.blocks import Block, figure, table, text
from costfloor.typeset.phrases import listing, percentage
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Share


def calibration(study: CalibrationStudy, notice: str, fresh: Stored[FreshCalibration] | None) -> list[Block]:
    """Which quantities have uniform ranks, and what became of the others with more simulations, and with new ones."""
    rows, again = study.first.rows, study.again
    outside = [row for row in rows if not row.passed]
    count = rows[0].uniformity.simulations if rows else 0
    sentences = [
        f"Parameters were drawn from the priors, prices from them, and every law was fitted to its own prices {count} times. The ranks "
        f"of {len(rows)} quantities were held against the {percentage(BAND)} simultaneous band of uniform ranks, and their 50 and 90 % "
        f"intervals against the binomial band: {len(rows) - len(outside)} stay inside."
    ]
    if outside:
        sentences.append(f"Outside: {listing([_named(row) for row in outside])}.")
    of_both = [notice]
    if outside and again:
        sentences.append(run_again(outside, again.rows))
    if fresh is not None and fresh.result.fresh is not None:
        sentences.append(on_new_truths(fresh.result.chosen, fresh.result.fresh.rows))
        of_both.append(outdated(fresh.stale))
    return [
        text(*sentences, *dict.fromkeys(of_both)),
        table(_calibrated(study.first, again)),
        figure("ranks", CAPTION),
    ]


def run_again(outside: Sequence[Row], again: Sequence[Row]) -> str:
    """What became of the quantities that were outside, in the larger run of their laws, and how many of all would be there by chance.

    The larger run contains the first. What is outside in it is therefore also held against the simulations that the first had not seen.
    """
    repeated = {(row.law, row.quantity): row for row in again}
    of_outside = [repeated[row.law, row.quantity] for row in outside]
    count, seen = (rows[0].uniformity.simulations for rows in (again, outside))
    still = [row for row in of_outside if not row.passed]
    new = [row for row in again if not row.passed and row not in still]
    sentences = [
        f"Run again with {count:,} simulations, {'all of these' if not still else f'{len(outside) - len(still)} of these'} are inside."
    ]
    for rows, words in ((still, "Still outside"), (new, "Outside in the larger run alone")):
        if rows:
            sentences.append(f"{words}: {listing([_with_fresh(row, seen) for row in rows])}.")
    expected = (1.0 - BAND) * len(again)
    sentences.append(f"By chance about {expected:.0f} of the {len(again)} quantities run again would be outside.")
    return " ".join(sentences)


def on_new_truths(chosen: Sequence[tuple[str, str]], rows: Sequence[Row]) -> str:
    """What became of the quantities that were outside in the larger run, on as many simulations with truths that it had not seen."""
    by_name = {(row.law, row.quantity): row for row in rows}
    seen_again = [by_name[name] for name in chosen]
    missed = sum(not row.passed for row in rows) - sum(not row.passed for row in seen_again)
    verdicts = listing([f"{_named(row)} is {_where(row)} (p = {row.uniformity.p_value:.2f})" for row in seen_again])
    others = len(rows) - len(seen_again)
    return (
        f"On {seen_again[0].uniformity.simulations:,} simulations with new truths {verdicts}; outside among the other quantities of these "
        f"laws: {missed} of {others}, where chance alone would put about {(1.0 - BAND) * others:.0f}."
    )


def _where(row: Row) -> str:
    if row.passed:
        return "inside"
    return "inside by its ranks, not by the coverage of its intervals" if row.uniformity.inside else "outside again"


def _with_fresh(row: Row, seen: int) -> str:
    fresh = uniformity(np.asarray(row.ranks[seen:]), RANKED_DRAWS)
    return (
        f"{_named(row)} (p = {row.uniformity.p_value:.3f}; on the {fresh.simulations:,} simulations that the first run had not seen "
        f"p = {fresh.p_value:.2f})"
    )


def _named(row: Row) -> str:
    return f"{row.quantity} of {row.law}"


def _calibrated(first: Calibration, again: Calibration | None) -> Table:
    exact = listing([percentage(exact_coverage(RANKED_DRAWS, probability)) for probability in INTERVALS])

    def rows(law: str, run: Calibration | None = first) -> list[Row]:
        return [row for row in run.rows if row.law == law] if run else []

    def coverage(law: str, which: int) -> Share:
        return Share(sum(row.coverage[which].share for row in rows(law)) / len(rows(law)))

    def passed_again(law: str) -> str:
        more = rows(law, again)
        return f"{sum(row.passed for row in more)} of {len(more)}" if more else ""

    return tabulate(
        "simulation_based_calibration",
        "Simulation-based calibration: quantities per law, how many have uniform ranks, mean coverage of their 50 and 90 % intervals "
        f"(which hold {exact} of uniform ranks, these being whole numbers), share of the short fits with a divergent transition, and how "
        "many pass with more simulations.",
        [
            Column("Law", lambda law: law.replace("_", " "), "l"),
            Column("Quantities", lambda law: len(rows(law))),
            Column("Uniform", lambda law: sum(row.uniformity.inside for row in rows(law))),
            Column("Coverage of 50 %", lambda law: coverage(law, 0)),
            Column("Coverage of 90 %", lambda law: coverage(law, 1)),
            Column("Fits that diverged", lambda law: Share(first.diverged[law])),
            Column("Pass again", passed_again),
        ],
        dict.fromkeys(row.law for row in first.rows),
    )
