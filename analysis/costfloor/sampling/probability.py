"""The probability of an event by draws, with its Monte Carlo error."""

import math
from dataclasses import dataclass

import arviz_stats
import numpy as np

from costfloor.sampling.policy import ESS_LIMIT


@dataclass(frozen=True)
class Probability:
    """A probability, and the standard error that more draws would take away."""

    value: float
    mcse: float


def probability_of(event: np.ndarray) -> Probability:
    """The probability of an event, from whether it holds in each draw of each chain.

    Parameters
    ----------
    event : (chains, draws) bool
        At least four draws of a chain.

    Returns
    -------
    Probability
        Its error is that of as many independent draws as the indicator has effective ones.

    References
    ----------
    Vehtari, Gelman, Simpson, Carpenter and Buerkner (2021), Bayesian Analysis 16(2).
    """
    value = float(event.mean())
    effective = float(arviz_stats.ess(event.astype(float), method="mean", chain_axis=0, draw_axis=1))
    return Probability(value, probability_mcse(value, min(effective, event.size)))


def probability_of_independent(event: np.ndarray) -> Probability:
    """The same of independent draws (S,), as those of a prior."""
    value = float(event.mean())
    return Probability(value, probability_mcse(value, event.size))


def probability_mcse(p: float, draws: float = ESS_LIMIT) -> float:
    """Monte Carlo error of a posterior probability from this many effective draws.

    No fewer than one of them is on either side: draws that all agree are not certainty.
    """
    p = min(max(p, 1.0 / draws), 1.0 - 1.0 / draws)
    return math.sqrt(p * (1.0 - p) / draws)
