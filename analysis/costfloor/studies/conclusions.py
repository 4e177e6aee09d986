"""Conclusions of the verdict rule on other tables than the panel of today, in words and in cells."""

from costfloor.studies.rule import Conclusion
from costfloor.typeset.montecarlo import differs
from costfloor.typeset.values import Estimate, Interval


def verdict(conclusion: Conclusion) -> str:
    """The verdict, and that gates failed where they did."""
    return conclusion.verdict if conclusion.passed else f"{conclusion.verdict} (gates FAILED)"


def lead(conclusion: Conclusion) -> Estimate | None:
    """Log score of plateau less that of discovery, with its standard error; None where nothing was scored."""
    gap = conclusion.elpd_difference
    return None if gap is None else Estimate(gap, conclusion.elpd_difference_se)


def leader(conclusion: Conclusion) -> str:
    """The law that leads in log score; empty where the lead is smaller than its Monte Carlo error, or nothing was scored.

    Where that error was not kept the standard error stands for it, which holds it.
    """
    gap, errors = conclusion.elpd_difference, (conclusion.elpd_difference_mcse, conclusion.elpd_difference_se)
    error = next((error for error in errors if error is not None), 0.0)
    if gap is None or not differs(gap, 0.0, error):
        return ""
    return "plateau" if gap > 0.0 else "discovery"


def rate(conclusion: Conclusion, law: str, name: str) -> Interval:
    """A quantity of a law's fit to all rows."""
    return Interval(*conclusion.rates[law][name])


def against(before: Conclusion, after: Conclusion) -> str:
    """Whether a verdict stays."""
    if before.verdict == after.verdict:
        return f"stays {after.verdict}"
    return f"turns from {before.verdict} to {after.verdict}"
