r"""Random walk with drift and autocorrelated noise, after Farmer and Lafond (2016).

The log price changes by :math:`y_t - y_{t-1} = \mu + v_t + \theta v_{t-1}`. With the drift estimated by the mean of the last :math:`m`
changes, the error of a forecast :math:`\tau` steps ahead is

.. math:: E = \sum_{i=t+1}^{t+\tau} n_i - \frac{\tau}{m} \sum_{i=t-m+1}^{t} n_i, \qquad n_i = v_i + \theta v_{i-1}.

Collecting the coefficients of each :math:`v` gives :math:`\operatorname{Var} E = \sigma_v^2 A^*` with

.. math:: A^* = -2\theta + \left(1 + \frac{2 (m - 1) \theta}{m} + \theta^2\right) \left(\tau + \frac{\tau^2}{m}\right),

their factor for the integrated moving average; :math:`\theta = 0` leaves :math:`\tau + \tau^2 / m`. Normalised by the standard
deviation of the changes, which estimates :math:`\sigma_v \sqrt{1 + \theta^2}`, errors are close to Student-t with :math:`m - 1`
degrees of freedom.

Reference: Farmer, J. D. and Lafond, F. (2016). How predictable is technological progress? Research Policy 45(3), 647-665.
"""

import numpy as np

from costfloor.forecast.baselines.levels import MIN_PERIODS, LevelPath, LevelPaths
from costfloor.forecast.baselines.series import AdjustedPanel, FamilySeries, Steps, pooled_steps, steps_of

THETA = 0.63
"""The authors' value, from forecast errors of 53 technologies; a few dozen changes of noisy means cannot estimate one."""

LAST_STEPS = 5
"""The authors' m: changes behind drift and variance."""


def forecast_error_covariance(
    steps_ahead: int, sample_size: int, innovation_variance: float, theta: float
) -> np.ndarray:
    r"""Covariance of the forecast errors 0, 1, ..., `steps_ahead` steps ahead of an IMA(1,1) with estimated drift.

    Parameters
    ----------
    steps_ahead
        The largest :math:`\tau`.
    sample_size
        :math:`m`, the number of changes behind the drift, at least 1.
    innovation_variance
        :math:`\sigma_v^2`, of the :math:`v`, not of the changes.
    theta
        :math:`\theta`.
    """
    ahead = np.arange(steps_ahead + 1)[:, None]
    behind = np.broadcast_to(-ahead / sample_size, (len(ahead), sample_size))
    noise = np.pad(np.hstack([behind, (np.arange(steps_ahead) < ahead).astype(float)]), ((0, 0), (1, 1)))
    # Each v is in its own step's noise and, times theta, in the next one's.
    weights = noise[:, :-1] + theta * noise[:, 1:]
    return np.asarray(innovation_variance * weights @ weights.T)


def farmer_lafond(panel: AdjustedPanel, quarters: int) -> LevelPaths:
    """Forecast every series from its last `LAST_STEPS` changes, or from all changes of all series where it has fewer.

    A change over a gap of :math:`g` quarters has mean :math:`g` times the drift, and :math:`g (1 + theta^2) + 2 (g - 1) theta` times the
    innovation variance; without gaps the estimates are the authors'.

    Parameters
    ----------
    panel
        The series.
    quarters
        How far to forecast.

    Raises
    ------
    InputError
        The series together have too few changes.
    """
    return drift_paths(panel, quarters, THETA, LAST_STEPS)


def drift_paths(panel: AdjustedPanel, quarters: int, theta: float, last_steps: int = 0) -> LevelPaths:
    """Forecast every series from its last changes, zero for all of them; one of few values from all changes of all series."""
    pooled, paths, notes = pooled_steps(panel), {}, []
    for family, series in panel.series.items():
        steps = steps_of(series)
        steps = Steps(steps.gap[-last_steps:], steps.change[-last_steps:])
        if len(series.period) < MIN_PERIODS:
            steps = pooled
            notes.append(f"{series.name}: {len(series.period)} quarters, pooled drift and variance")
        paths[family] = drift_path(series, steps, quarters, theta)
    return LevelPaths(paths, tuple(notes))


def drift_path(series: FamilySeries, steps: Steps, quarters: int, theta: float) -> LevelPath:
    """Forecast of a series from its last value and the changes that give drift and variance.

    In the quarter of the last value itself only the sampling error of that value is left.

    Parameters
    ----------
    series
        The series.
    steps
        At least two changes.
    quarters
        How far to forecast.
    theta
        Autocorrelation of the noise; 0 for a random walk.
    """
    elapsed, freedom = int(steps.gap.sum()), len(steps.gap) - 1
    drift = float(steps.change.sum()) / elapsed
    inflation = steps.gap * (1 + theta**2) + 2 * (steps.gap - 1) * theta
    innovation = float(((steps.change - drift * steps.gap) ** 2 / inflation).sum()) / freedom
    covariance = forecast_error_covariance(quarters, elapsed, innovation, theta)
    covariance[0, 0] = series.last_variance
    return LevelPath(float(series.level[-1]) + drift * np.arange(quarters + 1), covariance, float(freedom))
