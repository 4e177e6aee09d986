"""Ranks of truths among posterior draws: uniform if the machinery is right.

References: Talts, Betancourt, Simpson, Vehtari and Gelman (2018), arXiv 1804.06788; Saeilynoja, Buerkner and Vehtari (2022), Graphical
test for discrete uniformity, *Statistics and Computing* 32; Modrak et al. (2023), Simulation-based calibration checking for Bayesian
computation, *Bayesian Analysis*.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import stats

BAND = 0.95
COVERAGE_BAND = 0.99
BAND_SIMULATIONS = 4000
INTERVALS = (0.5, 0.9)


@dataclass(frozen=True)
class Uniformity:
    """Whether ranks are uniform.

    Attributes
    ----------
    simulations
        Number of ranks N.
    furthest
        Where the empirical distribution leaves the uniform one most, from 0 to 1.
    p_value
        Probability that uniform ranks leave the diagonal at least as far somewhere, relative to their pointwise spread.
    inside
        Whether the empirical distribution stays inside the 95 % simultaneous band.
    """

    simulations: int
    furthest: float
    p_value: float
    inside: bool


@dataclass(frozen=True)
class IntervalCoverage:
    """How often a central posterior interval held the truth.

    Attributes
    ----------
    probability, share
        Nominal and found coverage.
    low, high
        Binomial band of the share, adjusted for the number of rows in the table.
    """

    probability: float
    share: float
    low: float
    high: float

    @property
    def inside(self) -> bool:
        """Whether the share lies in its band."""
        return self.low <= self.share <= self.high


def rank(truth: float, draws: np.ndarray, rng: np.random.Generator) -> int:
    """Rank of a truth among its draws, from 0 to their number; ties are broken at random."""
    below, equal = int((draws < truth).sum()), int((draws == truth).sum())
    return below + int(rng.integers(equal + 1))


def uniformity(ranks: np.ndarray, draws: int) -> Uniformity:
    """Compare ranks (N,), integers from 0 to `draws`, with the simultaneous band of uniform ones."""
    depth = _depths(ranks[None, :], draws)[0]
    null = _null(len(ranks), draws)
    p_value = float((1 + np.sum(null <= depth.min())) / (1 + len(null)))
    return Uniformity(len(ranks), float((depth.argmin() + 1) / (draws + 1)), p_value, p_value > 1 - BAND)


def band(simulations: int, draws: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points and the lower and upper edge of the 95 % simultaneous band of the empirical distribution of uniform ranks."""
    level = float(np.quantile(_null(simulations, draws), 1 - BAND))
    points = np.arange(1, draws + 1) / (draws + 1)
    low = stats.binom.ppf(level / 2, simulations, points) / simulations
    high = stats.binom.isf(level / 2, simulations, points) / simulations
    return points, low, high


def interval_coverage(ranks: np.ndarray, draws: int, probability: float, rows: int) -> IntervalCoverage:
    """Share of truths in their central interval, with a 99 % band adjusted for `rows` such shares (Bonferroni)."""
    cut = _cut(draws, probability)
    inside = (ranks >= cut) & (ranks <= draws - cut)
    exact = exact_coverage(draws, probability)
    edge = (1 - COVERAGE_BAND) / 2 / rows
    low, high = stats.binom.ppf([edge, 1 - edge], len(ranks), exact) / len(ranks)
    return IntervalCoverage(probability, float(inside.mean()), float(low), float(high))


def exact_coverage(draws: int, probability: float) -> float:
    """Share of uniform ranks in a central interval: ranks are integers, so that it is near the nominal one, not equal to it."""
    return (draws + 1 - 2 * _cut(draws, probability)) / (draws + 1)


def _cut(draws: int, probability: float) -> int:
    return round((1 - probability) / 2 * (draws + 1))


def _depths(ranks: np.ndarray, draws: int) -> np.ndarray:
    """Two-sided tail probability of the count of ranks below each point, (sets, points): small where far from uniform."""
    simulations = ranks.shape[1]
    points = np.arange(1, draws + 1)
    counts = np.stack([np.sort(of_draws).searchsorted(points) for of_draws in ranks])
    share = points / (draws + 1)
    lower = stats.binom.cdf(counts, simulations, share)
    upper = stats.binom.sf(counts - 1, simulations, share)
    return np.asarray(2 * np.minimum(lower, upper))


@cache
def _null(simulations: int, draws: int) -> np.ndarray:
    """Smallest depth of uniform ranks, many times over."""
    rng = np.random.default_rng(20251231)
    sets = rng.integers(draws + 1, size=(BAND_SIMULATIONS, simulations))
    return np.concatenate([_depths(part, draws).min(axis=1) for part in np.array_split(sets, 40)])
