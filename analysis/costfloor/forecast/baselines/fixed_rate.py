"""Prices that fall at a rate fixed beforehand from the last day on: none at all, or 20 % a year.

The level of the last day is that of the least-squares line with a step for open weights through all seen rows; the spread is the line's,
at that day, and the noise around it. The rate is taken as given and adds nothing to the spread, however far ahead.
"""

import math
from typing import Final

import numpy as np

from costfloor.forecast.baselines.epoch_ols import COLUMNS, forecast_from_line
from costfloor.forecast.baselines.predictive import BaselineForecast
from costfloor.laws.observations import PriceObservations

NO_CHANGE: Final = 0.0
FIFTH_A_YEAR: Final = -math.log(0.8)


def fixed_rate(
    obs: PriceObservations,
    seen: np.ndarray,
    scored: np.ndarray,
    draws: int,
    rng: np.random.Generator,
    rate: float,
) -> BaselineForecast:
    """Forecast the scored rows by the line's level on the last seen day and a log-rate per year after it.

    Parameters
    ----------
    obs, seen, scored, draws, rng
        As in `costfloor.forecast.baselines.epoch_ols.epoch_ols`.
    rate
        Positive when prices fall.

    Raises
    ------
    InputError
        The seen rows give no line.
    """
    day = obs.time_years[seen].max()
    fallen = rate * np.maximum(obs.time_years - day, 0.0)
    return forecast_from_line(obs, seen, scored, draws, rng, np.minimum(obs.time_years, day), len(COLUMNS), fallen)
