"""The exact p-value of the largest departure of ranks from uniform ones, by recursion over the points of their distribution.

Reference: Saeilynoja, Buerkner and Vehtari (2022), Graphical test for discrete uniformity, *Statistics and Computing* 32, section 3: the
probability that the empirical distribution of uniform ranks stays between two lines.
"""

from typing import Final

import numpy as np
from scipy import stats
from scipy.special import gammaln

# Its own module, since forecasts rest on the code of `ranks` and not on this.
from costfloor.studies.sbc.ranks import BAND, Uniformity, _depths

TIE: Final = 1e-9
"""Relative difference below which two tail probabilities are the same."""


def exact_uniformity(ranks: np.ndarray, draws: int) -> Uniformity:
    """Compare ranks (N,), integers from 0 to `draws`, with uniform ones; as `uniformity` of `ranks`, without a simulated null."""
    depths = _depths(ranks[None, :], draws)[0]
    p_value = p_of_depth(float(depths.min()), len(ranks), draws)
    return Uniformity(len(ranks), float((depths.argmin() + 1) / (draws + 1)), p_value, p_value > 1.0 - BAND)


def p_of_depth(depth: float, simulations: int, draws: int) -> float:
    """Probability that uniform ranks leave the diagonal somewhere at least as far as to a two-sided tail probability of `depth`.

    Parameters
    ----------
    depth
        Two-sided tail probability of the number of ranks below a point, the smallest over the points.
    simulations, draws
        Number of ranks, and of the draws among which each was ranked: a rank is any of 0 to `draws`.

    Examples
    --------
    >>> round(p_of_depth(0.01, simulations=200, draws=31), 3)
    0.095
    """
    bins = draws + 1
    every = np.arange(simulations + 1)
    log_factorial = gammaln(every + 1.0)
    counts, chance = np.zeros(1, dtype=int), np.ones(1)
    for point in range(1, draws + 1):
        share = point / bins
        tails = 2.0 * np.minimum(
            stats.binom.cdf(every, simulations, share), stats.binom.sf(every - 1, simulations, share)
        )
        after = every[tails > depth * (1.0 + TIE)]
        # Of the ranks that are not below the point before, each is in the next bin with this probability.
        next_bin = 1.0 / (bins - point + 1)
        gained, left = after[:, None] - counts[None, :], simulations - after[:, None]
        possible = gained >= 0
        log_chance = (
            log_factorial[simulations - counts][None, :]
            - log_factorial[np.where(possible, gained, 0)]
            - log_factorial[left]
            + gained * np.log(next_bin)
            + left * np.log1p(-next_bin)
        )
        counts, chance = after, np.where(possible, np.exp(log_chance), 0.0) @ chance
    return float(min(1.0, max(0.0, 1.0 - chance.sum())))
