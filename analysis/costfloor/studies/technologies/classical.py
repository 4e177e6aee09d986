"""Classical forecasts of a series from its own points: a random walk with drift, Farmer and Lafond's walk, and a line.

Each is a Student-t. The walks are those of `costfloor.forecast.baselines.farmer_lafond`, with all changes of the series behind drift and
variance: half of a short series has not many.
"""

from collections.abc import Callable

import numpy as np
from scipy.stats import multivariate_t
from scipy.stats import t as student_t

from costfloor.fit.slowed import SLOWED
from costfloor.forecast.baselines.farmer_lafond import THETA, drift_path
from costfloor.forecast.baselines.levels import LevelPath
from costfloor.forecast.baselines.series import FamilySeries, Steps
from costfloor.forecast.scores import crps
from costfloor.studies.technologies.forecast import SeriesForecast, rates, slope_weights
from costfloor.studies.technologies.series import CostSeries, split_at

DRAWS = 4000


def walk(seen: CostSeries, ages: np.ndarray, theta: float) -> LevelPath:
    """Random walk with drift, changes correlated by `theta` as in Farmer and Lafond (2016), at later ages.

    Parameters
    ----------
    seen
        At least three observations.
    ages : (M,)
        Whole years since the first observation, after the last one seen.
    theta
        0 for a plain random walk.
    """
    year = seen.age_years.astype(int)
    ahead = ages.astype(int) - year[-1]
    path = drift_path(
        FamilySeries(seen.name, year, seen.log_cost, last_variance=0.0, last_quality=0.0),
        Steps(np.diff(year), np.diff(seen.log_cost)),
        int(ahead[-1]),
        theta,
    )
    return LevelPath(path.mean[ahead], path.covariance[np.ix_(ahead, ahead)], path.freedom)


def line(seen: CostSeries, ages: np.ndarray) -> LevelPath:
    """Ordinary least squares of log cost on time, with the errors of the line and of the observations, at later ages."""
    design = np.column_stack([np.ones(seen.n), seen.age_years])
    later = np.column_stack([np.ones(len(ages)), ages])
    inverse = np.linalg.pinv(design)
    coefficients = inverse @ seen.log_cost
    residual = seen.log_cost - design @ coefficients
    freedom = seen.n - 2
    covariance = float(residual @ residual) / freedom * (np.eye(len(ages)) + later @ inverse @ inverse.T @ later.T)
    return LevelPath(later @ coefficients, covariance, float(freedom))


CLASSICAL: dict[str, Callable[[CostSeries, np.ndarray], LevelPath]] = {
    "walk with drift": lambda seen, ages: walk(seen, ages, theta=0.0),
    "Farmer & Lafond": lambda seen, ages: walk(seen, ages, THETA),
    "line (OLS)": line,
}
"""Forecasts of a series at later ages, from the observations seen."""


def forecast_classical(name: str, whole: CostSeries, share: float, seed: int) -> SeriesForecast:
    """Score a classical forecast from the first `share` of a series on the rest; `name` is one of `CLASSICAL`.

    Parameters
    ----------
    name
        Of the forecast.
    whole, share, seed
        As in `costfloor.studies.technologies.forecast.forecast_series`.
    """
    seen = split_at(whole.n, share)
    ages, later = whole.age_years[seen:], whole.log_cost[seen:]
    path = CLASSICAL[name](whole.first(seen), ages)
    scale = np.sqrt(np.diagonal(path.covariance))
    weights = slope_weights(ages)
    slope_scale = np.sqrt(weights @ path.covariance @ weights)
    draws = path.mean + scale * np.random.default_rng(seed).standard_t(path.freedom, (DRAWS, len(ages)))
    return SeriesForecast(
        name=whole.name,
        years_ahead=ages - whole.age_years[seen - 1],
        elpd=float(multivariate_t.logpdf(later, path.mean, path.covariance, df=path.freedom)),
        crps=crps(draws, later),
        pit=np.asarray(student_t.cdf((later - path.mean) / scale, path.freedom)),
        slows=float(student_t.cdf((SLOWED * rates(whole, share)[0] - weights @ path.mean) / slope_scale, path.freedom)),
        simulated=draws,
    )
