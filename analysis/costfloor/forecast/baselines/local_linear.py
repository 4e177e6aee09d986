"""Local linear trend: level and slope of a family's quality-adjusted series both walk at random.

Harvey (1989), Forecasting, structural time series models and the Kalman filter, section 2.3.2; variances by maximum likelihood
(`statsmodels.tsa.statespace.structural.UnobservedComponents`), quarters without prices are missing values. The variances are taken as known
once estimated and one of them is often zero, so that intervals from a dozen values are on the narrow side: of simulated random
walks they cover fewer than promised.
"""

import warnings
from typing import Any

import numpy as np
from statsmodels.tsa.statespace.structural import UnobservedComponents

from costfloor.forecast.baselines.farmer_lafond import drift_path
from costfloor.forecast.baselines.levels import MIN_PERIODS, LevelPath, LevelPaths
from costfloor.forecast.baselines.line import SMALLEST_VARIANCE
from costfloor.forecast.baselines.series import AdjustedPanel, FamilySeries, pooled_steps

MAX_ITERATIONS = 200

HIGHER = 1e-3
"""Log likelihoods that differ by less are of one maximum."""


def local_linear_trend(panel: AdjustedPanel, quarters: int) -> LevelPaths:
    """Forecast every series of at least `MIN_PERIODS` values; shorter ones are random walks with pooled drift.

    What the estimator warned of is in the notes, with the family's name.

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
    pooled = pooled_steps(panel)
    paths: dict[int, LevelPath] = {}
    notes = []
    for family, series in panel.series.items():
        if len(series.period) >= MIN_PERIODS:
            try:
                paths[family], heard = fitted_path(series, quarters)
                notes += [f"{series.name}: {text}" for text in heard]
                continue
            except np.linalg.LinAlgError as error:
                notes.append(f"{series.name}: {error}; pooled drift and variance")
        else:
            notes.append(f"{series.name}: {len(series.period)} quarters, pooled drift and variance")
        paths[family] = drift_path(series, pooled, quarters, theta=0.0)
    return LevelPaths(paths, tuple(notes))


def fitted_path(series: FamilySeries, quarters: int) -> tuple[LevelPath, tuple[str, ...]]:
    """Forecast of one series, and what the estimator warned of.

    Parameters
    ----------
    series
        At least three values.
    quarters
        How far to forecast.
    """
    values = np.full(series.period[-1] - series.period[0] + 1, np.nan)
    values[series.period - series.period[0]] = series.level
    model = UnobservedComponents(values, "local linear trend", use_exact_diffuse=True)
    result, texts = _best_fit(model, values)
    variance = {name: float(value) for name, value in zip(model.param_names, result.params, strict=True)}
    state, covariance = result.filtered_state[:2, -1], result.filtered_state_cov[:2, :2, -1]
    walk = np.diag([variance["sigma2.level"], variance["sigma2.trend"]])
    # The rows of a family's quarter share its irregular component.
    errors = _covariance(covariance, walk, quarters) + variance["sigma2.irregular"] * np.eye(quarters + 1)
    return LevelPath(state[0] + state[1] * np.arange(quarters + 1), errors, np.inf), texts


def _best_fit(model: UnobservedComponents, values: np.ndarray) -> tuple[Any, tuple[str, ...]]:
    """The highest of the likelihood's maxima, and what its search warned of.

    There is often one with most of the variance in each of the three components. A later search counts when it is higher by more
    than rounding, so that equal maxima give the library's own.
    """
    variance = max(float(np.var(np.diff(values[np.isfinite(values)]))), SMALLEST_VARIANCE)
    best, heard = _fit_from(model, None)
    for component in range(3):
        start = np.full(3, 1e-3 * variance)
        start[component] = variance
        other, of_other = _fit_from(model, start)
        if other.llf > best.llf + HIGHER:
            best, heard = other, of_other
    return best, heard


def _fit_from(model: UnobservedComponents, start: np.ndarray | None) -> tuple[Any, tuple[str, ...]]:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        result = model.fit(start_params=start, disp=False, maxiter=MAX_ITERATIONS)
    return result, tuple(f"{warning.category.__name__}: {warning.message}" for warning in heard)


def _covariance(state: np.ndarray, walk: np.ndarray, quarters: int) -> np.ndarray:
    """Covariance of the level 0, 1, ..., `quarters` ahead, from that of level and slope at the end and their innovations."""
    transition = np.array([[1.0, 1.0], [0.0, 1.0]])
    levels = np.empty((quarters + 1, quarters + 1))
    for ahead in range(quarters + 1):
        # Later levels share the errors of this state and add the slope's error once a quarter.
        later = state[0, 0] + state[0, 1] * np.arange(quarters + 1 - ahead)
        levels[ahead, ahead:] = levels[ahead:, ahead] = later
        state = transition @ state @ transition.T + walk
    return levels
