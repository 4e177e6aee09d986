"""All baselines at one origin."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from costfloor.errors import InputError
from costfloor.forecast.baselines.drift import random_walk_drift
from costfloor.forecast.baselines.epoch_ols import epoch_ols
from costfloor.forecast.baselines.farmer_lafond import farmer_lafond
from costfloor.forecast.baselines.fixed_rate import FIFTH_A_YEAR, NO_CHANGE, fixed_rate
from costfloor.forecast.baselines.levels import forecast_from_series
from costfloor.forecast.baselines.local_linear import local_linear_trend
from costfloor.forecast.baselines.predictive import BaselineForecast
from costfloor.laws.observations import PriceObservations
from costfloor.laws.segments import by_segment

Baseline = Callable[[PriceObservations, np.ndarray, np.ndarray, int, np.random.Generator], BaselineForecast]

BASELINES: dict[str, Baseline] = {
    "epoch_ols": epoch_ols,
    "open_ols": partial(epoch_ols, columns=4),
    "no_change": partial(fixed_rate, rate=NO_CHANGE),
    "twenty_percent": partial(fixed_rate, rate=FIFTH_A_YEAR),
    "random_walk_drift": partial(forecast_from_series, random_walk_drift),
    "local_linear_trend": partial(forecast_from_series, local_linear_trend),
    "farmer_lafond": partial(forecast_from_series, farmer_lafond),
}

TITLES: dict[str, str] = {
    "epoch_ols": "one line by least squares (Epoch)",
    "open_ols": "one line with a step for open weights",
    "no_change": "no change",
    "twenty_percent": "a fall of 20 % a year",
    "random_walk_drift": "ARIMA(0,1,0) with drift",
    "local_linear_trend": "local linear trend",
    "farmer_lafond": "Farmer and Lafond",
}
"""What the baselines are called in tables and sentences."""


@dataclass(frozen=True)
class BaselineForecasts:
    """Forecasts of the baselines at one origin; every name of `BASELINES` is in one of the two.

    Attributes
    ----------
    forecasts
        By name.
    failures
        Why there is none, by name.
    """

    forecasts: dict[str, BaselineForecast]
    failures: dict[str, str]


def baseline_forecasts(
    obs: PriceObservations, seen: np.ndarray, scored: np.ndarray, *, draws: int, seed: int
) -> BaselineForecasts:
    """Forecast the scored rows by every baseline, from the seen rows alone. Each segment has a series of its own.

    Parameters
    ----------
    obs, seen, scored
        All observations, and the masks (n,) of the rows that an origin knew and of the rows to forecast.
    draws
        Draws per baseline.
    seed
        Each baseline has a stream of its own: the failure of one leaves the draws of the others as they are.

    Raises
    ------
    InputError
        There are no rows to learn from or none to forecast, or one to forecast is earlier than one to learn from.
    """
    if not seen.any() or not scored.any() or obs.time_years[scored].min() < obs.time_years[seen].max():
        raise InputError("an origin needs rows before it and other rows after it", remedy="Choose another origin")
    obs, forecasts, failures = by_segment(obs), {}, {}
    for position, (name, forecast) in enumerate(BASELINES.items()):
        try:
            forecasts[name] = forecast(obs, seen, scored, draws, np.random.default_rng([seed, position]))
        except InputError as error:
            failures[name] = str(error)
    return BaselineForecasts(forecasts, failures)
