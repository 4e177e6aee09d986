"""Predictive distributions of scored rows: draws for intervals, and the joint density of each unit's rows."""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, logsumexp
from scipy.stats import chi2

from analysis.laws.observations import PriceObservations

NODES = 400
TAIL = 1e-30
"""Probability left out at each end of a chi-square: far less than any outlier needs."""


@dataclass(frozen=True)
class BaselineForecast:
    """What a baseline said of the scored rows.

    Attributes
    ----------
    simulated : (S, rows)
        Draws of log price, joint over the rows of a unit.
    unit_log_density : (units,)
        Log predictive density of the scored rows of each scored unit, joint within the unit, in the order of the units' codes.
    notes
        Warnings of the estimators, and what stood in for what could not be estimated.
    """

    simulated: np.ndarray
    unit_log_density: np.ndarray
    notes: tuple[str, ...]


@dataclass(frozen=True)
class UnitLevels:
    """What is known of the log price of U scored units: a level that their rows share, and noise around it.

    The level is a location, a Student-t error of the forecast and a normal effect of the unit; the noise is normal.

    Attributes
    ----------
    unit : (U,) int
        Codes, rising.
    mean : (U,)
        Location, log points.
    forecast_variance, freedom : (U,)
        Squared scale and degrees of freedom of the forecast's error; infinite degrees of freedom are a normal error.
    unit_variance : (U,)
        Of the unit's effect.
    residual_variance
        Of a row around its unit's level; above zero.
    """

    unit: np.ndarray
    mean: np.ndarray
    forecast_variance: np.ndarray
    freedom: np.ndarray
    unit_variance: np.ndarray
    residual_variance: float


def variance_mixture(freedom: float) -> tuple[np.ndarray, np.ndarray]:
    """Factors of the variance that make a normal a Student-t, and the logs of their weights.

    A Student-t with `freedom` degrees of freedom is a normal whose variance is multiplied by `freedom` over a chi-square. The mixture is
    a trapezium rule over the log of the chi-square.
    """
    if np.isinf(freedom):
        return np.ones(1), np.zeros(1)
    logs = np.linspace(np.log(chi2.ppf(TAIL, freedom)), np.log(chi2.isf(TAIL, freedom)), NODES)
    half = freedom / 2
    density = half * logs - np.exp(logs) / 2 - half * np.log(2) - gammaln(half)
    return freedom * np.exp(-logs), density - logsumexp(density)


def unit_log_density(levels: UnitLevels, obs: PriceObservations, rows: np.ndarray) -> np.ndarray:
    """Log density (U,) of the rows of each unit, jointly, with the shared level integrated out.

    Parameters
    ----------
    levels
        The predictive distribution.
    obs, rows
        All observations, and the indices of the scored rows.
    """
    place = np.searchsorted(levels.unit, obs.unit[rows])
    size = len(levels.unit)
    count = np.bincount(place, minlength=size)
    error = obs.log_price[rows] - levels.mean[place]
    mean_error = np.bincount(place, error, size) / count
    within = np.bincount(place, (error - mean_error[place]) ** 2, size)
    noise = levels.residual_variance
    # A Gaussian with equal correlations: the mean of the rows is the only thing that the shared level moves.
    fixed = within / noise + (count - 1) * np.log(noise) + np.log(count) + count * np.log(2 * np.pi)
    log_density = np.empty(size)
    for freedom in np.unique(levels.freedom):
        own = levels.freedom == freedom
        factor, log_weight = variance_mixture(float(freedom))
        shared = levels.forecast_variance[own, None] * factor + levels.unit_variance[own, None]
        variance = shared + noise / count[own, None]
        moved = np.log(variance) + mean_error[own, None] ** 2 / variance
        log_density[own] = logsumexp(log_weight - 0.5 * moved, axis=1) - 0.5 * fixed[own]
    return log_density


def simulate(
    levels: UnitLevels, obs: PriceObservations, rows: np.ndarray, draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Draws (S, rows) of log price; the rows of a unit share its level, units are drawn apart.

    Parameters as in `unit_log_density`; `draws` is S.
    """
    shape = (draws, len(levels.unit))
    factor = np.ones(shape)
    heavy = np.isfinite(levels.freedom)
    freedom = levels.freedom[heavy]
    factor[:, heavy] = freedom / rng.chisquare(freedom, (draws, len(freedom)))
    spread = np.sqrt(levels.forecast_variance * factor + levels.unit_variance)
    level = levels.mean + spread * rng.standard_normal(shape)
    noise = np.sqrt(levels.residual_variance) * rng.standard_normal((draws, len(rows)))
    return np.asarray(level[:, np.searchsorted(levels.unit, obs.unit[rows])] + noise)
