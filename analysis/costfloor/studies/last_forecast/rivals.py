"""Simple rivals of the laws: one least-squares line up to the day, and from there on its own slope, none, or a fall of 20 % a year."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from costfloor.forecast.baselines import BaselineForecast
from costfloor.forecast.baselines.epoch_ols import epoch_ols
from costfloor.forecast.lfo import BASELINE_DRAWS
from costfloor.laws.observations import PriceObservations
from costfloor.studies.last_forecast.result import FIFTH_A_YEAR, LINE, NO_CHANGE

FIXED_RATES: Final[Mapping[str, float]] = {NO_CHANGE: 0.0, FIFTH_A_YEAR: -math.log(0.8)}
"""Log-rates a year by which prices fall after the day."""


def rivals(obs: PriceObservations, seen: np.ndarray, scored: np.ndarray, seed: int) -> dict[str, BaselineForecast]:
    """Forecast the scored rows by each rival, from the seen rows alone.

    All share the line of `costfloor.forecast.baselines.epoch_ols` through the seen rows, and its doubt. Those of a fixed rate leave it on
    the last day that was seen.

    Raises
    ------
    InputError
        The seen rows give no line.
    """
    rng = np.random.default_rng(seed)
    line = epoch_ols(obs, seen, scored, BASELINE_DRAWS, rng)
    forecasts = {LINE: line}
    ahead = np.where(scored, obs.time_years - obs.time_years[seen].max(), 0.0)
    for name, rate in FIXED_RATES.items():
        # Later prices as they would have been on the last day, had they fallen at this rate since.
        at_day = replace(obs, time_years=obs.time_years - ahead, log_price=obs.log_price + rate * ahead)
        forecast = epoch_ols(at_day, seen, scored, BASELINE_DRAWS, rng)
        forecasts[name] = replace(forecast, simulated=forecast.simulated - rate * ahead[scored])
    return forecasts
