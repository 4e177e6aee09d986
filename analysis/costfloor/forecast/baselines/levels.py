"""From forecast levels of families to the predictive distribution of the scored rows."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from costfloor.errors import InputError
from costfloor.forecast.baselines.line import MIN_FREEDOM, SMALLEST_VARIANCE, capability_design
from costfloor.forecast.baselines.predictive import (
    BaselineForecast,
    UnitPredictive,
    log_density,
    simulate,
    student_errors,
)
from costfloor.forecast.baselines.series import AdjustedPanel, adjust, period_of
from costfloor.laws.observations import PriceObservations

MIN_PERIODS = 6
"""Values from which a series has a drift of its own: five changes, as in Farmer and Lafond (2016)."""


@dataclass(frozen=True)
class LevelPath:
    """Forecast of one family's series at 0, 1, 2, ... quarters after its last value.

    Attributes
    ----------
    mean : (h + 1,)
        Log price at the family's centre.
    covariance : (h + 1, h + 1)
        Scale matrix of its errors.
    freedom
        Degrees of freedom of the Student-t errors; infinite for normal ones.
    """

    mean: np.ndarray
    covariance: np.ndarray
    freedom: float


@dataclass(frozen=True)
class LevelPaths:
    """Forecasts by code of the family, and notes on how they came about."""

    by_family: dict[int, LevelPath]
    notes: tuple[str, ...]


PathModel = Callable[[AdjustedPanel, int], LevelPaths]
"""From series and a number of quarters to forecasts for every family that has a series."""


def forecast_from_series(
    model: PathModel,
    obs: PriceObservations,
    seen: np.ndarray,
    scored: np.ndarray,
    draws: int,
    rng: np.random.Generator,
) -> BaselineForecast:
    """Forecast the scored rows from series of the seen ones.

    A row has its family's forecast level in the quarter of its date, the slope of quality, its unit's effect (predicted from the unit's own
    seen rows, if any) and noise. Hosts have no effects. Rows of a family without a series take the line across families.

    Parameters
    ----------
    model
        Forecasts of the series.
    obs, seen, scored, draws, rng
        As in `costfloor.forecast.baselines.epoch_ols.epoch_ols`.

    Raises
    ------
    InputError
        The seen rows give no series, no drift, or no spread within models where one is needed.
    """
    panel, rows = adjust(obs, seen), np.flatnonzero(scored)
    units, place, count = np.unique(obs.unit[rows], return_inverse=True, return_counts=True)
    if count.max() > 1 and panel.spreads.residual_freedom < MIN_FREEDOM:
        problem = f"{panel.spreads.residual_freedom} degrees of freedom say nothing of the spread within models"
        raise InputError(problem, remedy=f"{MIN_FREEDOM} are needed to forecast several prices of one model")
    first = min(int(series.period[-1]) for series in panel.series.values())
    paths = model(panel, int(period_of(obs.time_years[rows]).max()) - first)
    simulated, density = _shared_errors(panel, paths, obs, rows, draws, rng), np.empty(len(units))
    for index, unit in enumerate(units):
        of_unit = place == index
        predictive = predict_unit(panel, paths, obs, int(unit), obs.time_years[rows[of_unit]])
        simulated[:, of_unit] = simulate(predictive, simulated[:, of_unit], rng)
        density[index] = log_density(predictive, obs.log_price[rows[of_unit]])
    return BaselineForecast(simulated, density, paths.notes)


def predict_unit(
    panel: AdjustedPanel, paths: LevelPaths, obs: PriceObservations, unit: int, time_years: np.ndarray
) -> UnitPredictive:
    """Predictive distribution of one unit's prices at given times.

    Parameters
    ----------
    panel, paths
        Series, and forecasts of them that reach the last time.
    obs, unit
        All observations, and the code of the unit.
    time_years : (R,)
        Not before the last quarter of the unit's family in `panel`.
    """
    residual = panel.spreads.residual
    family, quality = int(obs.unit_family[unit]), float(obs.unit_quality[unit])
    if family not in panel.series:
        units = np.full(len(time_years), unit)
        mean = panel.between.mean(capability_design(obs, time_years, units))
        spread = _line_spread(panel, obs, time_years, units)
        return UnitPredictive(mean, spread, float(panel.between.freedom), 0.0, 0.0, residual)
    series, path = panel.series[family], paths.by_family[family]
    ahead = period_of(time_years) - int(series.period[-1])
    return UnitPredictive(
        mean=path.mean[ahead] + panel.elasticity * quality + panel.unit_effect[unit],
        forecast_covariance=path.covariance[np.ix_(ahead, ahead)],
        freedom=path.freedom,
        unit_variance=float(panel.unit_variance[unit]),
        slope_variance=(quality - series.last_quality) ** 2 * panel.elasticity_variance,
        residual_variance=residual,
    )


def _shared_errors(
    panel: AdjustedPanel,
    paths: LevelPaths,
    obs: PriceObservations,
    rows: np.ndarray,
    draws: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draws (S, rows) of the errors that units share: of their family's path and of the slope, or of the line across families."""
    errors = np.empty((draws, len(rows)))
    slope_error = np.sqrt(panel.elasticity_variance) * rng.standard_normal((draws, 1))
    family, time, unit = obs.family[rows], obs.time_years[rows], obs.unit[rows]
    for code, series in panel.series.items():
        of_family = family == code
        path = student_errors(paths.by_family[code].covariance, paths.by_family[code].freedom, draws, rng)
        reach = obs.unit_quality[unit[of_family]] - series.last_quality
        errors[:, of_family] = path[:, period_of(time[of_family]) - int(series.period[-1])] + slope_error * reach
    new = ~np.isin(family, list(panel.series))
    if new.any():
        spread = _line_spread(panel, obs, time[new], unit[new])
        errors[:, new] = student_errors(spread, float(panel.between.freedom), draws, rng)
    return errors


def _line_spread(panel: AdjustedPanel, obs: PriceObservations, time_years: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Scale matrix of errors of the line across families for rows at given times: of its coefficients, and of units around it."""
    of_units = max(panel.between.variance - panel.spreads.residual, SMALLEST_VARIANCE)
    same = np.equal.outer(unit, unit)
    return np.asarray(panel.between.spread(capability_design(obs, time_years, unit)) + of_units * same)
