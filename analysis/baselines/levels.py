"""From forecast levels of families to the predictive distribution of the scored units."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.baselines.line import MIN_FREEDOM, capability_design
from analysis.baselines.predictive import BaselineForecast, UnitLevels, simulate, unit_log_density
from analysis.baselines.series import AdjustedPanel, adjust, entry_period
from analysis.errors import InputError
from analysis.laws.observations import PriceObservations

MIN_PERIODS = 6
"""Quarters with entries from which a family has a drift of its own: five changes, as in Farmer and Lafond (2016)."""


@dataclass(frozen=True)
class LevelPath:
    """Forecast of one family's series at 1, 2, ... quarters after its last value.

    Attributes
    ----------
    mean, variance : (h,)
        Log price at the family's centre, and the squared scale of its error.
    freedom
        Degrees of freedom of the Student-t error; infinite for a normal one.
    """

    mean: np.ndarray
    variance: np.ndarray
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

    A unit that was seen stays where its own prices and its family's series put it (the best linear predictor: a list price is forecast not
    to change). A new unit stands where its family's series is forecast to be in the quarter of its entry, one quarter ahead at the
    least; an entry within the series' own span takes the level between its values, with the error of one quarter. A unit of a
    family without a series takes the line across families.

    Parameters
    ----------
    model
        Forecasts of the series.
    obs, seen, scored, draws, rng
        As in `analysis.baselines.epoch_ols.epoch_ols`.

    Raises
    ------
    InputError
        The seen rows give no series, no drift, or no spread within models where one is needed.
    """
    panel = adjust(obs, seen)
    rows = np.flatnonzero(scored)
    units, count = np.unique(obs.unit[rows], return_counts=True)
    if count.max() > 1 and panel.residual_freedom < MIN_FREEDOM:
        problem = f"{panel.residual_freedom} repeated prices of models say nothing of the spread within models"
        raise InputError(problem, remedy=f"{MIN_FREEDOM} are needed to forecast several prices of one model")
    last = np.array([panel.series[f].period[-1] if f in panel.series else np.inf for f in obs.unit_family[units]])
    paths = model(panel, int(max((entry_period(obs, units) - last).max(), 1)))
    levels = unit_levels(panel, paths, obs, units)
    return BaselineForecast(simulate(levels, obs, rows, draws, rng), unit_log_density(levels, obs, rows), paths.notes)


def unit_levels(panel: AdjustedPanel, paths: LevelPaths, obs: PriceObservations, units: np.ndarray) -> UnitLevels:
    """The predictive distribution of units, by `forecast_from_series`'s rules.

    Parameters
    ----------
    panel, paths
        Series, and forecasts of them that reach the last entry.
    obs, units
        All observations, and the codes of the units, rising.
    """
    known = [
        _seen(panel, obs, unit)
        if panel.unit_rows[unit]
        else _new(panel, paths, obs, unit)
        if int(obs.unit_family[unit]) in panel.series
        else _of_new_family(panel, obs, unit)
        for unit in units
    ]
    mean, forecast, freedom, effect = (np.array(values) for values in zip(*known, strict=True))
    return UnitLevels(units, mean, forecast, freedom, effect, panel.residual_variance)


Known = tuple[float, float, float, float]
"""Location, squared scale and degrees of freedom of the forecast's error, variance of the unit's effect."""


def _seen(panel: AdjustedPanel, obs: PriceObservations, unit: int) -> Known:
    series = panel.series[int(obs.unit_family[unit])]
    expected = float(np.interp(entry_period(obs, np.array([unit]))[0], series.period, series.level))
    expected += panel.elasticity * float(obs.unit_quality[unit])
    sampling = panel.residual_variance / float(panel.unit_rows[unit])
    share = panel.unit_variance / (panel.unit_variance + sampling)
    return expected + share * (float(panel.unit_mean[unit]) - expected), 0.0, np.inf, share * sampling


def _new(panel: AdjustedPanel, paths: LevelPaths, obs: PriceObservations, unit: int) -> Known:
    family, quality = int(obs.unit_family[unit]), float(obs.unit_quality[unit])
    series, path = panel.series[family], paths.by_family[family]
    period = int(entry_period(obs, np.array([unit]))[0])
    ahead = max(period - int(series.period[-1]), 1)
    inside = period <= series.period[-1]
    level = float(np.interp(period, series.period, series.level)) if inside else float(path.mean[ahead - 1])
    reach = quality - float(np.interp(period, series.period, series.quality))
    effect = panel.unit_variance + reach**2 * panel.elasticity_variance
    return level + panel.elasticity * quality, float(path.variance[ahead - 1]), path.freedom, effect


def _of_new_family(panel: AdjustedPanel, obs: PriceObservations, unit: int) -> Known:
    line, one = panel.between, np.array([unit])
    design = capability_design(obs, obs.unit_entry_time[one], one)
    return float(line.mean(design)[0]), line.variance + float(line.spread(design)[0, 0]), float(line.freedom), 0.0
