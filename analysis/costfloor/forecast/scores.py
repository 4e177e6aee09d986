"""Scores of draws against what was observed, on plain arrays.

References: Gneiting and Raftery (2007), Strictly proper scoring rules, prediction, and estimation.
"""

from dataclasses import dataclass

import numpy as np

JACKKNIFE_BLOCKS = 20


@dataclass(frozen=True)
class OriginScore:
    """Scores of one law at one origin.

    Attributes
    ----------
    unit_elpd
        Log predictive density of the scored rows of each scored unit, joint within the unit.
    elpd_mcse
        Monte Carlo standard error of the sum of `unit_elpd`: all units share the draws, so their errors add up.
    unit_family, unit_quarter
        Family of each scored unit, and the calendar quarter (counted from the start) of its first scored row.
    crps
        Continuous ranked probability score of log price, log points, one per scored row.
    covered50, covered90
        Whether each scored row lies in its 50 and 90 % predictive interval.
    pit
        Probability integral transform of each scored row: uniform if the forecasts are calibrated.
    """

    unit_elpd: np.ndarray
    elpd_mcse: float
    unit_family: np.ndarray
    unit_quarter: np.ndarray
    crps: np.ndarray
    covered50: np.ndarray
    covered90: np.ndarray
    pit: np.ndarray


def covered(simulated: np.ndarray, observed: np.ndarray, probability: float) -> np.ndarray:
    """Whether each observation lies in the equal-tailed predictive interval of its draws (S, n)."""
    tail = (1 - probability) / 2
    low, high = np.quantile(simulated, [tail, 1 - tail], axis=0)
    return np.asarray((observed >= low) & (observed <= high))


def crps(simulated: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Continuous ranked probability score of each observation from draws (S, n), in the unit of the observation."""
    size = len(simulated)
    ordered = np.sort(simulated, axis=0)
    weights = (2.0 * np.arange(1, size + 1) - size - 1.0)[:, None]
    half_spread = (weights * ordered).sum(axis=0) / size**2
    return np.asarray(np.abs(simulated - observed).mean(axis=0) - half_spread)


def jackknife_mcse(log_density: np.ndarray) -> float:
    """Monte Carlo standard error of a sum of log mean densities, by leaving out blocks of consecutive draws.

    Parameters
    ----------
    log_density : (S, U)
        Log density of each of U units under each of S draws, the draws of a chain in sequence.

    References
    ----------
    Kuensch (1989), The jackknife and the bootstrap for general stationary observations.
    """
    size = len(log_density) // JACKKNIFE_BLOCKS
    used = log_density[: size * JACKKNIFE_BLOCKS]
    top = used.max(axis=0)
    blocks = np.exp(used - top).reshape(JACKKNIFE_BLOCKS, size, -1).sum(axis=1)
    without = np.log(np.maximum(blocks.sum(axis=0) - blocks, np.finfo(float).tiny)).sum(axis=1)
    return float(np.sqrt((JACKKNIFE_BLOCKS - 1) * without.var()))
