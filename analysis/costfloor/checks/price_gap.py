"""Price gap: how the difference in price between neighbouring capabilities on one day changes with time."""

import numpy as np

from costfloor.checks.hedonic import calendar, first_rows, traits, weights_of_rows
from costfloor.checks.replicates import Replicates
from costfloor.checks.result import POWERED_LEVEL, CheckResult, predictive_check
from costfloor.laws.observations import PriceObservations

WINDOW_YEARS = 2.0


def gap_weights(obs: PriceObservations) -> np.ndarray:
    """Weights (n,) of the log prices in the yearly change of the price of a standard deviation of capability, log points.

    From first prices of the last two years, on time, capability, open weights and capability times time.
    """
    rows = first_rows(obs)
    back = obs.last_time_years - obs.time_years[rows]
    rows, back = rows[back < WINDOW_YEARS], back[back < WINDOW_YEARS]
    drift = -back * obs.quality[rows] / obs.quality_scale
    return weights_of_rows(obs, rows, [calendar(obs, rows), traits(obs, rows), drift], of=2)


def check(replicates: Replicates) -> CheckResult:
    """Compare how the gap closes with each law's; a law fails when its two-sided tail probability is below 0.05."""
    weights = gap_weights(replicates.obs)
    observed, predicted = replicates.of_new_models(lambda log_price: np.asarray(log_price @ weights))
    return predictive_check(
        "price_gap",
        "The yearly change of what a standard deviation of capability costs on one day",
        "log points a year",
        observed,
        predicted,
        needs="models of different capability in two quarters of the last two years",
        level=POWERED_LEVEL,
    )
