"""Bayes factors of a point null inside the encompassing law, by the Savage-Dickey density ratio.

The ratio of posterior to prior density at the point, with the other parameters' priors the same under both. It moves with the width of the
prior, which a forecast score does not: a secondary row, never the headline. Reference: Wagenmakers, Lodewyckx, Kuriyal and Grasman (2010),
*Cognitive Psychology* 60.
"""

from dataclasses import dataclass

import numpy as np

from costfloor.fit.result import Fit

BATCHES = 20
NULLS = {"no decay": 1.0, "no floor": 0.0}
"""Points of the kept share, by what they say."""


@dataclass(frozen=True)
class PointNull:
    """A Bayes factor.

    Attributes
    ----------
    null, point
        What is held against the rest, and the value of the kept share that says so.
    bayes_factor
        Above one the data favour the point over the rest of the law, below one the rest.
    relative_mcse
        Its relative Monte Carlo error over batches of consecutive draws; infinite where no draw is near the point.
    draws, beyond
        How many draws there are, and how many of them lie on the other side of the point than their median.
    """

    null: str
    point: float
    bayes_factor: float
    relative_mcse: float
    draws: int
    beyond: int


def point_nulls(fit: Fit) -> tuple[PointNull, ...]:
    """Bayes factors of no decay and of no floor, from the fit of the encompassing law."""
    draws = fit.draws("kept_share")
    before = fit.law.family_parameters["kept_share"].population
    nulls = []
    for null, point in NULLS.items():
        prior = float(np.exp(before.logpdf(np.array(point))))
        density = _density(draws, point)
        parts = np.array([_density(part, point) for part in np.array_split(draws, BATCHES)])
        error = float(parts.std(ddof=1) / np.sqrt(BATCHES))
        relative = error / density if density > 0 else float("inf")
        beyond = min(int(np.sum(draws < point)), int(np.sum(draws > point)))
        nulls.append(PointNull(null, point, density / prior, relative, len(draws), beyond))
    return tuple(nulls)


def _density(draws: np.ndarray, point: float) -> float:
    """Gaussian kernel estimate with Silverman's bandwidth."""
    spread = min(draws.std(), np.subtract(*np.quantile(draws, (0.75, 0.25))) / 1.34)
    bandwidth = 0.9 * spread * len(draws) ** -0.2
    return float(np.mean(_normal(draws, point, bandwidth)))


def _normal(x: np.ndarray, mean: float, sd: float) -> np.ndarray:
    return np.asarray(np.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * np.sqrt(2 * np.pi)))
