"""Results in words: a line a check, each warning once, a sentence that says what was found, and pay-back apart from break-even."""

from dataclasses import replace

import pandas as pd
import pytest
from come_along import stored_results
from costfloor.checks.result import CheckResult
from costfloor.cli.economics import _median
from costfloor.cli.results import check_blocks, comparison_blocks, fit_blocks, one_check, refit_blocks, score_blocks
from costfloor.cli.screen import on_screen
from costfloor.forecast.refit import LawUpdate, RefitReport
from costfloor.forecast.score import Score, ScoreReport
from costfloor.laws import LAWS
from costfloor.report.sentences import HEADLINES
from costfloor.studies.power.study import CheckPower, Power

WARNING = "UserWarning: Estimated shape parameter of Pareto distribution is greater than 0.70 for one or more samples. You should."
STILL = RefitReport(
    "v", "v", 0, {law: LawUpdate("unchanged", None, 0.0, {}) for law in LAWS}, "plateau", "plateau", None,
    passed=True, failures=(),
)  # fmt: skip
SCORE = ScoreReport(10, -3.0, 0.25, 0.5, 0.9, {law: Score(-3.0, 0.2, 0.5, 0.9) for law in LAWS})


def checked(
    name: str, passed: bool | None, tails: list[float], outcomes: list[bool | None], warned: str = ""
) -> CheckResult:
    table = pd.DataFrame({"law": ["plateau", "baumol"], "tail_probability": tails, "passed": outcomes})
    return CheckResult(name, passed, f"What it is.{warned}", table.astype({"passed": object}))


WARNED = f" Warnings: plateau: {WARNING} | baumol: {WARNING}"
CHECKED = [
    checked("curvature", False, [0.4, 0.001], [True, False], WARNED),
    checked("slowdown", True, [0.4, 0.3], [True, True], f" Warnings: baumol: {WARNING}"),
    checked("price_gap", None, [0.05, 0.05], [None, None]),
]


def test_a_line_a_check_and_each_warning_once() -> None:
    shown = on_screen(check_blocks(CHECKED, None)).split("\n")
    lines = {line.split()[0]: line.split(maxsplit=1)[1] for line in shown[2:5]}
    assert lines["curvature"].split(maxsplit=3) == ["FAILED", "0.001", "baumol", "fails baumol"]
    assert lines["slowdown"].split() == ["passed", "0.3", "baumol"]
    assert lines["price_gap"].startswith("cannot tell")
    (warning,) = [line for line in shown if line.startswith("Warning")]
    assert warning == (
        "Warning: Estimated shape parameter of Pareto distribution is greater than 0.70 (curvature: all laws; slowdown: baumol)."
    )
    assert shown[-1].startswith("Posterior predictive checks (2 judged) fail Baumol's cost disease (curvature)")


def test_the_power_of_a_check_is_said_where_it_is_known() -> None:
    power = Power(
        20,
        (
            CheckPower("plateau holds", "discovery", "curvature", 20, 16),
            CheckPower("plateau holds", "plateau", "curvature", 20, 1),
            CheckPower("discovery holds", "plateau", "curvature", 20, 2),
        ),
        (),
    )
    shown = on_screen(check_blocks(CHECKED, power))
    assert "discovery 80 %, plateau 10 %" in shown
    assert "plateau 5 %" not in shown


def test_one_check_is_told_law_by_law() -> None:
    shown = on_screen(one_check(CHECKED[0]))
    assert shown.split("\n")[-1] == "curvature: FAILED (fails baumol)."
    for check in stored_results().checks:
        assert all(law in on_screen(one_check(check)) for law in check.table["law"])


@pytest.mark.parametrize("law", LAWS)
def test_a_fit_ends_with_what_it_says(law: str) -> None:
    fit = stored_results().fits[law]
    last = on_screen(fit_blocks(fit)).split("\n")[-1]
    assert last.startswith("Under this law prices at equal quality now ")
    assert last.count("in the long run") == (law not in {"exponential", "random_walk", "discovery"})
    failed = replace(fit, receipt={**fit.receipt, "diagnostics": {**fit.receipt["diagnostics"], "passed": False}})
    assert "cannot be relied on" in on_screen(fit_blocks(failed)).split("\n")[-1]
    assert "Gates FAILED" in on_screen(fit_blocks(failed))


@pytest.mark.parametrize("verdict", HEADLINES)
def test_a_comparison_ends_with_its_verdict(verdict: str) -> None:
    comparison = replace(stored_results().comparison, verdict=verdict)
    shown = on_screen(comparison_blocks(comparison)).split("\n")
    assert shown[-1].startswith(f"{HEADLINES[verdict]}. ")
    assert all(any(line.startswith(law) for line in shown) for law in LAWS)


def test_nothing_new_is_one_line() -> None:
    assert on_screen(refit_blocks(STILL, None)).split("\n") == [
        "Nothing new: the laws see the same rows as before, and the verdict stays plateau."
    ]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("plateau", "plateau", "The verdict is plateau, as before."),
        ("plateau", "inconclusive", "The verdict is inconclusive; before it was plateau."),
        (None, "discovery", "The verdict is discovery; there is none before it."),
    ],
)
def test_a_refit_ends_with_whether_the_answer_moved(before: str | None, after: str, said: str) -> None:
    update = LawUpdate("reweighted", 0.3, 2.0, {"rate_now": 0.1, "rate_long_run": -0.2})
    report = replace(STILL, rows_new=10, laws=dict.fromkeys(LAWS, update), verdict_before=before, verdict_after=after)
    last = on_screen(refit_blocks(replace(report, score=SCORE), None)).split("\n")[-1]
    assert last == f"10 new prices came in. {said}"
    withdrawn = on_screen(refit_blocks(replace(report, rows_new=None), None)).split("\n")[-1]
    assert withdrawn == f"Old prices were withdrawn or corrected, or an old fit is gone. {said}"
    past = on_screen(refit_blocks(replace(report, rows_new=None), "2025-06-30")).split("\n")[-1]
    assert past == said.replace("The verdict", "The verdict on 2025-06-30")


def test_scores_say_how_far_off_and_how_often_inside() -> None:
    last = on_screen(score_blocks(SCORE)).split("\n")[-1]
    assert last == (
        "Of 10 new prices 9 (90 %) fell inside the 90 % interval of the mixture; its CRPS of 0.25 log points is a miss of about 28 %."
    )


@pytest.mark.parametrize(
    ("years", "share", "draws", "shown"),
    [
        (2027, 0.92, 1000.0, "2027 (92 %)"),
        (2027, 0.92, None, "2027 (92 %)"),
        (None, 0.31, 1000.0, "never (31 %)"),
        (2031, 0.51, 400.0, "about even (51 %)"),
        (None, 0.49, 400.0, "about even (49 %)"),
    ],
)
def test_a_date_has_its_share_of_draws_and_never_too(
    years: int | None, share: float, draws: float | None, shown: str
) -> None:
    assert _median(years, share, draws) == shown
