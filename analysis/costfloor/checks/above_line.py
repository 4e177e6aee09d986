"""Above the line: the share of new models that enter at more than the line of price on capability of a year ago says."""

import numpy as np

from costfloor.checks.hedonic import first_rows, traits
from costfloor.checks.replicates import Replicates
from costfloor.checks.result import POWERED_LEVEL, CheckResult, predictive_check
from costfloor.laws.observations import PriceObservations

LAST_YEARS = 1.0


def above_line(log_price: np.ndarray, obs: PriceObservations) -> np.ndarray:
    """Return the share of the models of the last 12 months above the least-squares line of those of the 12 months before, shape (S,).

    The line is of first prices `log_price` (S, n) on capability and open weights. NaN without models in either year.
    """
    rows = first_rows(obs)
    back = obs.last_time_years - obs.time_years[rows]
    before, after = rows[(back >= LAST_YEARS) & (back < 2 * LAST_YEARS)], rows[back < LAST_YEARS]
    if not (len(before) and len(after)):
        return np.full(len(log_price), np.nan)
    known, asked = (np.column_stack([np.ones(len(of)), traits(obs, of)]) for of in (before, after))
    line = np.linalg.lstsq(known, log_price[:, before].T, rcond=None)[0]
    return np.asarray(np.mean(log_price[:, after] > (asked @ line).T, axis=1))


def check(replicates: Replicates) -> CheckResult:
    """Compare the share with each law's; a law fails when its two-sided tail probability is below 0.05."""
    obs = replicates.obs
    observed, predicted = replicates.of_new_models(lambda log_price: above_line(log_price, obs))
    return predictive_check(
        "above_line",
        "The share (0 to 1) of the last 12 months' models that entered above the line of price on capability of a year ago",
        "",
        observed,
        predicted,
        needs="models that entered in each of the last two years",
        level=POWERED_LEVEL,
    )
