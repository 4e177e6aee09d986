"""What the checks say of the laws, whichever way they fall."""

import pandas as pd
from costfloor.checks.result import CheckResult, overall
from costfloor.report.check_sentences import checks_outcome


def check(name: str, **passed: bool | None) -> CheckResult:
    table = pd.DataFrame({"law": list(passed), "passed": list(passed.values())}).astype({"passed": object})
    return CheckResult(name, overall(passed.values()), "", table)


def test_failed_checks_are_named_by_law() -> None:
    checks = [
        check("young_decline", plateau=True, discovery=False, exponential=False),
        check("slowdown", plateau=None, discovery=False, exponential=True),
        check("loo", plateau=None, discovery=None, exponential=None),
    ]
    assert checks_outcome(checks) == (
        "Posterior predictive checks (2 judged) fail continued discovery (young decline and slowdown); constant rate (young decline); "
        "none fails plateau."
    )


def test_what_is_undecided_fails_nothing() -> None:
    assert checks_outcome([check("slowdown", plateau=True, discovery=None)]).startswith(
        "None of 1 posterior predictive"
    )
    assert checks_outcome([check("loo", plateau=None)]) == "No check could be judged on these data."
