"""Predictive distributions of the rows of one unit: their joint density, and draws, in which units share the errors of the forecast."""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, logsumexp
from scipy.stats import chi2

NODES = 600
TAIL = 1e-60
"""Probability left out at each end of a chi-square: less than an outlier of 30 standard deviations needs at 60 degrees of freedom."""


@dataclass(frozen=True)
class BaselineForecast:
    """What a baseline said of the scored rows.

    Attributes
    ----------
    simulated : (S, rows)
        Draws of log price, joint over all rows: an error of the path or the slope is one and the same for all of them.
    unit_log_density : (units,)
        Log predictive density of the scored rows of each scored unit, joint within the unit, in the order of the units' codes.
    notes
        Warnings of the estimators, and what stood in for what could not be estimated.
    """

    simulated: np.ndarray
    unit_log_density: np.ndarray
    notes: tuple[str, ...]


@dataclass(frozen=True)
class UnitPredictive:
    """The log prices of R rows of one unit: a location, Student-t errors of the forecast, normal effects of unit and slope, normal noise.

    Attributes
    ----------
    mean : (R,)
        Location, log points.
    forecast_covariance : (R, R)
        Scale matrix of the forecast's errors, squared log points.
    freedom
        Their degrees of freedom; infinite for normal errors.
    unit_variance
        Of the effect that the rows share.
    slope_variance
        Of the error of the slope times what the unit's quality is away: the rows share it, and other units do too.
    residual_variance
        Of a row around its unit's level; above zero.
    """

    mean: np.ndarray
    forecast_covariance: np.ndarray
    freedom: float
    unit_variance: float
    slope_variance: float
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


def log_density(unit: UnitPredictive, log_price: np.ndarray) -> float:
    """Joint log density of a unit's log prices (R,)."""
    size = len(log_price)
    normal = (unit.unit_variance + unit.slope_variance) * np.ones((size, size)) + unit.residual_variance * np.eye(size)
    root = np.linalg.inv(np.linalg.cholesky(normal))
    # In the axes of this decomposition both parts of the covariance are diagonal, whatever the factor of the first.
    spread, axes = np.linalg.eigh(root @ unit.forecast_covariance @ root.T)
    error = axes.T @ (root @ (log_price - unit.mean))
    factor, log_weight = variance_mixture(unit.freedom)
    variance = 1 + factor[:, None] * np.maximum(spread, 0.0)
    inside = logsumexp(log_weight - 0.5 * (np.log(variance) + error**2 / variance).sum(axis=1))
    return float(inside + np.log(np.diag(root)).sum() - 0.5 * size * np.log(2 * np.pi))


def student_errors(covariance: np.ndarray, freedom: float, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Draws (S, k) of errors with a scale matrix (k, k): Student-t, or normal where `freedom` is infinite."""
    factor = 1.0 if np.isinf(freedom) else freedom / rng.chisquare(freedom, (draws, 1))
    spread, axes = np.linalg.eigh(covariance)
    errors = rng.standard_normal((draws, len(covariance))) @ (axes * np.sqrt(np.maximum(spread, 0.0))).T
    return np.asarray(np.sqrt(factor) * errors)


def simulate(unit: UnitPredictive, errors: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draws (S, R) of a unit's log prices, given those (S, R) of what it shares with other units: errors of forecast and slope."""
    shared = np.sqrt(unit.unit_variance) * rng.standard_normal((len(errors), 1))
    noise = np.sqrt(unit.residual_variance) * rng.standard_normal(errors.shape)
    return np.asarray(unit.mean + errors + shared + noise)
