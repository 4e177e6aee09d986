"""How many independent draws the draws of a fit are worth."""

from costfloor.fit.result import Fit
from costfloor.sampling.policy import ESS_LIMIT


def effective_draws(fit: Fit) -> float:
    """The fewest effective draws of any reported quantity; where that is not known, those that the gates ask for."""
    return float(fit.receipt["diagnostics"].get("ess_bulk_min") or ESS_LIMIT)
