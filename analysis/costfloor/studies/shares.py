"""Shares of simulated panels, with their doubt: by Jeffreys' prior, so that none of a few dozen panels is no certainty."""

from scipy.stats import beta

from costfloor.typeset.values import Estimate


def share_of_panels(hits: int, panels: int) -> Estimate | None:
    """A share in percent with the standard deviation of its posterior; None of no panels."""
    if not panels:
        return None
    deviation = float(beta.std(hits + 0.5, panels - hits + 0.5))
    return Estimate(100.0 * hits / panels, 100.0 * deviation, ".0f", " %")


def highest_share(hits: int, panels: int, probability: float) -> float:
    """The share that the true one is below with a probability."""
    return float(beta.ppf(probability, hits + 0.5, panels - hits + 0.5))
