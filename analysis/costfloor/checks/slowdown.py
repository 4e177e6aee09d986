"""Slowdown: the rate at which new models became cheaper in the last 12 months, less that of the 24 months before."""

import numpy as np

from costfloor.checks.hedonic import first_rows, traits, weights_of_rows
from costfloor.checks.replicates import Replicates
from costfloor.checks.result import POWERED_LEVEL, CheckResult, predictive_check
from costfloor.laws.observations import PriceObservations

LAST_YEARS, WINDOW_YEARS = 1.0, 3.0


def slowdown_weights(obs: PriceObservations) -> np.ndarray:
    """Weights (n,) of the log prices in the change of the rate, log-rate per year: negative when the decline has slowed down.

    From first prices of the last three years, on capability, open weights and a line in time with a kink a year ago.
    """
    rows = first_rows(obs)
    rows = rows[obs.last_time_years - obs.time_years[rows] < WINDOW_YEARS]
    since_kink = obs.time_years[rows] - (obs.last_time_years - LAST_YEARS)
    after = np.maximum(since_kink, 0.0)
    # The coefficient of time after the kink, beside that of all time, is the change of the slope.
    return -weights_of_rows(obs, rows, [np.ones(len(rows)), traits(obs, rows), since_kink, after], of=3)


def check(replicates: Replicates) -> CheckResult:
    """Compare the change of the rate with each law's; a law fails when its two-sided tail probability is below 0.05."""
    weights = slowdown_weights(replicates.obs)
    observed, predicted = replicates.of_new_models(lambda log_price: log_price @ weights)
    return predictive_check(
        "slowdown",
        "The rate at which new models became cheaper in the last 12 months less that of the 24 before",
        "a year (log-rate)",
        observed,
        predicted,
        needs="models that entered before and after the day a year ago",
        level=POWERED_LEVEL,
    )
