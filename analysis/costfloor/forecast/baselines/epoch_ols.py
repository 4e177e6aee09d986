"""One log-linear trend for everything: the regression behind published rates of decline, with and without a step for open weights.

Log price on date and capability, one slope each, and a Student-t predictive distribution; families, hosts and models are ignored, as they
are in Epoch AI (March 2025) and in Gundlach et al., "The price of progress" (2025). Both fit record lows or undominated rows. Here all
seen rows are used: what is scored are all later rows, not the cheapest, and a line through the frontier forecasts the frontier, below
most prices; at early origins, too, there are fewer record lows in a band than a line has coefficients.
"""

import numpy as np
from scipy.stats import multivariate_t

from costfloor.forecast.baselines.line import Line, capability_design, fit_line
from costfloor.forecast.baselines.predictive import BaselineForecast
from costfloor.laws.observations import PriceObservations

COLUMNS = ("level", "date", "capability", "open weights")


def epoch_ols(
    obs: PriceObservations,
    seen: np.ndarray,
    scored: np.ndarray,
    draws: int,
    rng: np.random.Generator,
    columns: int = 3,
) -> BaselineForecast:
    """Forecast the scored rows from a line through the seen ones.

    Parameters
    ----------
    obs, seen, scored
        All observations, and the masks (n,) of the rows to learn from and to forecast.
    draws
        Number of draws, S.
    rng
        Source of the draws.
    columns
        How many of `COLUMNS` are used.

    Raises
    ------
    InputError
        The seen rows do not give a line; see `fit_line`.
    """
    return forecast_from_line(obs, seen, scored, draws, rng, obs.time_years, columns)


def forecast_from_line(
    obs: PriceObservations,
    seen: np.ndarray,
    scored: np.ndarray,
    draws: int,
    rng: np.random.Generator,
    line_time: np.ndarray,
    columns: int,
    fallen: float | np.ndarray = 0.0,
) -> BaselineForecast:
    """Forecast the scored rows from where a line through the seen ones stands at given times, less what prices have fallen since.

    Parameters
    ----------
    obs, seen, scored, draws, rng, columns
        As in `epoch_ols`.
    line_time : (n,)
        When the line is read, years from the start.
    fallen : (n,)
        Log points.

    Raises
    ------
    InputError
        The seen rows do not give a line; see `fit_line`.
    """
    rows = np.flatnonzero(scored)
    design = capability_design(obs, line_time, obs.unit)[:, :columns]
    line = fit_line(obs.log_price[seen], design[seen])
    design, unit = design[rows], obs.unit[rows]
    log_price = (obs.log_price + fallen)[rows]
    density = [
        _log_density(line, log_price[of_unit], design[of_unit])
        for of_unit in (unit == code for code in np.unique(unit))
    ]
    unused = [name for column, name in enumerate(COLUMNS[:columns]) if column not in line.columns]
    notes = (f"not told apart from the other regressors: {', '.join(unused)}",) if unused else ()
    simulated = _simulate(line, design, draws, rng) - np.broadcast_to(fallen, obs.log_price.shape)[rows]
    return BaselineForecast(simulated, np.array(density), notes)


def _log_density(line: Line, log_price: np.ndarray, design: np.ndarray) -> float:
    shape = line.spread(design) + line.variance * np.eye(len(design))
    return float(multivariate_t(line.mean(design), shape, df=line.freedom).logpdf(log_price))


def _simulate(line: Line, design: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    deviation = np.sqrt(line.variance * line.freedom / rng.chisquare(line.freedom, (draws, 1)))
    root = np.linalg.cholesky(line.covariance)
    errors = rng.standard_normal((draws, len(line.columns))) @ root.T @ design[:, line.columns].T
    return np.asarray(line.mean(design) + deviation * (errors + rng.standard_normal((draws, len(design)))))
