"""Conclusions of the verdict rule on other tables than the panel of today, in words and in cells."""

from collections.abc import Mapping

from costfloor.forecast.verdict import clear_lead
from costfloor.studies.rule import Conclusion
from costfloor.typeset.montecarlo import differs
from costfloor.typeset.phrases import listing
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


def level_with_margin(gap: float | None, error: float | None, mcse: float | None) -> bool:
    """Whether a lead, either way, is level with the one that is clear (`costfloor.forecast.verdict.clear_lead`).

    The Monte Carlo error is that of the lead, the part that conclusions keep: that of the margin is not known here. Where the lead has
    none either, nothing is called level.
    """
    return gap is not None and mcse is not None and not differs(abs(gap), clear_lead(error), mcse)


def level_leads(conclusions: Mapping[str, Conclusion]) -> str:
    """Whose lead, by a title, is level with the one that is clear; empty for none."""
    level = [
        f"{title} ({abs(gap):.1f} of {clear_lead(error):.1f})"
        for title, conclusion in conclusions.items()
        if (gap := conclusion.elpd_difference) is not None
        and level_with_margin(gap, error := conclusion.elpd_difference_se, conclusion.elpd_difference_mcse)
    ]
    return (
        f"About level with the lead that is clear, by its Monte Carlo error, is that for {listing(level)}."
        if level
        else ""
    )


def rate(conclusion: Conclusion, law: str, name: str) -> Interval:
    """A quantity of a law's fit to all rows."""
    return Interval(*conclusion.rates[law][name])


def against(before: Conclusion, after: Conclusion) -> str:
    """Whether a verdict stays."""
    if before.verdict == after.verdict:
        return f"stays {after.verdict}"
    return f"turns from {before.verdict} to {after.verdict}"
