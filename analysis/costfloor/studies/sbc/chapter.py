"""The part on simulation-based calibration: truths drawn from the prior of each law, and whether its fits recover them."""

from costfloor.studies.sbc.figure import CAPTION
from costfloor.studies.sbc.ranks import BAND, COVERAGE_BAND, INTERVALS, exact_coverage
from costfloor.studies.sbc.study import RANKED_DRAWS, SIMULATIONS, Calibration, Row
from costfloor.typeset.blocks import Block, figure, table, text
from costfloor.typeset.phrases import listing, percentage
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Share


def calibration(study: Calibration, notice: str) -> list[Block]:
    """Which quantities have uniform ranks and intervals that hold the truth as often as they say, given how many were looked at."""
    rows = study.rows
    if not rows:
        return [text("No quantity was ranked.", notice)]
    outside = [row for row in rows if not row.passed]
    passed = len(rows) - len(outside)
    sentences = [
        f"Parameters were drawn from the priors, prices from them, and every law was fitted to its own prices "
        f"{rows[0].uniformity.simulations} times. A right program would have all of the {len(rows)} quantities inside their bands in "
        f"{percentage(BAND)} of runs or more by the ranks of the truths, and in {percentage(COVERAGE_BAND)} by the 50 and 90 % "
        f"intervals, since both bands allow for the number of quantities: "
        f"{f'all {len(rows)}' if not outside else f'{passed} of {len(rows)}'} are inside."
    ]
    if outside:
        sentences.append(f"Outside: {listing([_why_outside(row) for row in outside])}.")
    if not study.complete:
        sentences.append(
            f"These are not the {SIMULATIONS} simulations with new truths that the rule asks for: they were run under an earlier rule and "
            "had been read when this one was written, so that they are no test of it, and the study does not count as passed."
        )
    leaving = sum(not row.uniformity.inside for row in rows)
    by_chance = (1.0 - BAND) * len(rows)
    sentences.append(
        f"Taken one by one, the ranks of {leaving} leave the band that holds {percentage(BAND)} of uniform ranks, where chance would "
        f"put about {by_chance:.0f}; the smallest p-value of all is {min(row.uniformity.p_value for row in rows):.3g}, and "
        f"{(1.0 - BAND) / len(rows):.2g} is the limit."
    )
    return [text(*sentences, notice), table(_calibrated(study)), figure("ranks", CAPTION)]


def _why_outside(row: Row) -> str:
    missed = [percentage(share.probability) for share in row.coverage if not share.inside]
    reasons = [f"ranks, p = {row.uniformity.p_value:.2g}"] if not row.uniform else []
    reasons += [f"coverage of the {listing(missed)} interval{'s' if len(missed) > 1 else ''}"] if missed else []
    return f"{row.quantity} of {row.law} ({listing(reasons)})"


def _calibrated(study: Calibration) -> Table:
    exact = listing([percentage(exact_coverage(RANKED_DRAWS, probability)) for probability in INTERVALS])

    def rows(law: str) -> list[Row]:
        return [row for row in study.rows if row.law == law]

    def coverage(law: str, which: int) -> Share:
        return Share(sum(row.coverage[which].share for row in rows(law)) / len(rows(law)))

    return tabulate(
        "simulation_based_calibration",
        "Simulation-based calibration: quantities per law, how many have uniform ranks (all of a law together with those of the other "
        f"laws, and one by one), mean coverage of their 50 and 90 % intervals (which hold {exact} of uniform ranks, these being whole "
        "numbers), and the share of the short fits with a divergent transition.",
        [
            Column("Law", lambda law: law.replace("_", " "), "l"),
            Column("Quantities", lambda law: len(rows(law))),
            Column("Uniform, together", lambda law: sum(row.uniform for row in rows(law))),
            Column("one by one", lambda law: sum(row.uniformity.inside for row in rows(law))),
            Column("Coverage of 50 %", lambda law: coverage(law, 0)),
            Column("Coverage of 90 %", lambda law: coverage(law, 1)),
            Column("Fits that diverged", lambda law: Share(study.diverged[law])),
        ],
        dict.fromkeys(row.law for row in study.rows),
    )
