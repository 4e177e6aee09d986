r"""Young decline: on one day and at equal capability, how much farther prices have fallen since where the capability was young.

A regression of first prices on time (quarters, and a slope within them), capability, open weights and

.. math:: F(t_0 - b_i) - F(t_i - b_i), \qquad F(a) = \frac{h}{\ln 2} \left(1 - 2^{-a / h}\right)

with first price on :math:`t_i`, birth :math:`b_i`, last date :math:`t_0` and a half-life :math:`h` of half a year: the decline that a
rate which is higher by one at birth and fades lets a capability have between its first price and the last date. The coefficient estimates
that excess: zero under a constant rate, positive where the decline slows down with age. Time takes up everything common to all
capabilities. Chosen by its power in simulated panels, before it was computed for observed prices.
"""

import math

import numpy as np

from costfloor.checks.hedonic import calendar, first_rows, traits, weights_of_rows
from costfloor.checks.replicates import Replicates
from costfloor.checks.result import POWERED_LEVEL, CheckResult, predictive_check
from costfloor.laws.observations import PriceObservations

HALF_LIFE_YEARS = 0.5


def faded(age_years: np.ndarray) -> np.ndarray:
    """Return F at ages of any sign, years: before birth it goes on by its first slope."""
    since = np.maximum(age_years, 0.0)
    fading = HALF_LIFE_YEARS / math.log(2.0) * (1.0 - 2.0 ** (-since / HALF_LIFE_YEARS))
    return np.asarray(fading + np.minimum(age_years, 0.0))


def excess_weights(obs: PriceObservations, *, drifting: bool) -> np.ndarray:
    """Weights (n,) of the log prices in the coefficient; `drifting` lets the slope of price on capability change with time."""
    rows = first_rows(obs)
    age = obs.age_years[rows]
    since_entry = obs.last_time_years - obs.time_years[rows]
    controls = [traits(obs, rows), calendar(obs, rows)]
    if drifting:
        controls.append((obs.quality[rows] * since_entry)[:, None])
    return weights_of_rows(obs, rows, [*controls, faded(age + since_entry) - faded(age)], of=len(controls))


def check(replicates: Replicates) -> CheckResult:
    """Compare the excess with each law's; a law fails when its two-sided tail probability is below 0.05."""
    return _check(replicates, "young_decline", "", drifting=False)


def check_drifting(replicates: Replicates) -> CheckResult:
    """The same where the price of capability may drift with time."""
    return _check(replicates, "young_decline_drifting", ", with a price of capability that drifts,", drifting=True)


def _check(replicates: Replicates, name: str, how: str, *, drifting: bool) -> CheckResult:
    weights = excess_weights(replicates.obs, drifting=drifting)
    observed, predicted = replicates.of_new_models(lambda log_price: log_price @ weights)
    return predictive_check(
        name,
        f"The excess of the rate at birth over the later one by a regression of first prices{how}",
        "a year (log-rate)",
        observed,
        predicted,
        needs="models that entered at different ages in one quarter",
        level=POWERED_LEVEL,
    )
