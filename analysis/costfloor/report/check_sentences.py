"""What the posterior predictive checks say of the laws, in words."""

from collections.abc import Sequence

from costfloor.checks.result import CheckResult
from costfloor.laws import LAWS
from costfloor.typeset.phrases import listing


def checks_outcome(checks: Sequence[CheckResult]) -> str:
    """Which checks fail which law; what is within Monte Carlo error of the level fails and passes nothing."""
    judged = [check for check in checks if check.passed is not None]
    if not judged:
        return "No check could be judged on these data."
    failed = {law: _failed(judged, law) for law in _laws(judged)}
    fail = [f"{LAWS[law].title} ({listing(names)})" for law, names in failed.items() if names]
    none = [LAWS[law].title for law, names in failed.items() if not names]
    if not fail:
        return f"None of {len(judged)} posterior predictive checks fails a law, so that they do not choose between the laws."
    kept = f"; none fails {' or '.join(none)}" if none else ""
    return f"Posterior predictive checks ({len(judged)} judged) fail {'; '.join(fail)}{kept}."


def _laws(checks: Sequence[CheckResult]) -> list[str]:
    return list(dict.fromkeys(str(law) for check in checks for law in check.table["law"]))


def _failed(checks: Sequence[CheckResult], law: str) -> list[str]:
    """Names of the checks that fail a law."""
    return [
        check.name.replace("_", " ")
        for check in checks
        if any(passed is not None and not passed for passed in check.table.loc[check.table["law"] == law, "passed"])
    ]
