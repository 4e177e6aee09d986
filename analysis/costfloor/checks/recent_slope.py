"""Recent slope: how fast prices fell over the last twelve months."""

import numpy as np

from costfloor.checks.replicates import Replicates
from costfloor.checks.result import CheckResult, predictive_check
from costfloor.checks.slopes import pooled_slope

LAST_QUARTERS = 4


def recent_slope(index: np.ndarray, time_years: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the log-rate per year over the last four quarters, positive when price falls, shape (S,).

    One slope for all families, which have their own levels. `index` is (S, F, Q); `time_years` and `rows` are (F, Q).
    """
    last = slice(-LAST_QUARTERS, None)
    return -pooled_slope(index[:, :, last], time_years[:, last], rows[:, last])


def check(replicates: Replicates) -> CheckResult:
    """Compare the recent rate with each law's; a law fails when its two-sided tail probability is below 0.01."""
    quarterly = replicates.quarterly
    observed, predicted = replicates.on_index(lambda index: recent_slope(index, quarterly.time_years, quarterly.rows))
    return predictive_check(
        "recent_slope",
        "The rate of decline over the last 12 months",
        "a year (log-rate)",
        observed,
        predicted,
        needs="a family with two occupied quarters in the last 12 months",
    )
