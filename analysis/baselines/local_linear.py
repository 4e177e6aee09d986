"""Local linear trend: level and slope of a family's quality-adjusted series both walk at random.

Harvey (1989), Forecasting, structural time series models and the Kalman filter, section 2.3.2; variances by maximum likelihood
(`statsmodels.tsa.statespace.structural.UnobservedComponents`), quarters without entries are missing values. The irregular component is left
out of the error of the level: it is the sampling noise of a mean over few models, and a scored model has its own effect.
"""

import warnings

import numpy as np
from statsmodels.tsa.statespace.structural import UnobservedComponents

from analysis.baselines.farmer_lafond import drift_path
from analysis.baselines.levels import MIN_PERIODS, LevelPath, LevelPaths
from analysis.baselines.series import AdjustedPanel, FamilySeries, pooled_steps

MAX_ITERATIONS = 200


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
        paths[family] = drift_path(float(series.level[-1]), pooled, quarters, theta=0.0)
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
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        model = UnobservedComponents(values, "local linear trend", use_exact_diffuse=True)
        result = model.fit(disp=False, maxiter=MAX_ITERATIONS)
        forecast = result.get_forecast(quarters)
    irregular = float(result.params[model.param_names.index("sigma2.irregular")])
    variance = np.maximum(np.asarray(forecast.var_pred_mean) - irregular, 0.0)
    texts = tuple(f"{warning.category.__name__}: {warning.message}" for warning in heard)
    return LevelPath(np.asarray(forecast.predicted_mean), variance, np.inf), texts
