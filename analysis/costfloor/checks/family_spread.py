"""Family spread: how far apart the families' rates of decline are."""

import numpy as np

from costfloor.checks.replicates import Replicates
from costfloor.checks.result import CheckResult, predictive_check
from costfloor.checks.slopes import family_slopes


def family_spread(index: np.ndarray, time_years: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the standard deviation over families of the mean rate of decline, log-rate per year, shape (S,).

    The rate of a family is the slope of its index on time, over all its quarters. `index` is (S, F, Q); `time_years` and `rows` are
    (F, Q). Families with one occupied quarter are left out.
    """
    slopes = family_slopes(index, time_years, rows)
    return slopes.std(axis=1, ddof=1) if slopes.shape[1] > 1 else np.full(len(index), np.nan)


def check(replicates: Replicates) -> CheckResult:
    """Compare the spread of rates with each law's; a law fails when its two-sided tail probability is below 0.01."""
    quarterly = replicates.quarterly
    observed, predicted = replicates.on_index(lambda index: family_spread(index, quarterly.time_years, quarterly.rows))
    return predictive_check(
        "family_spread",
        "The standard deviation over families of the mean rate of decline",
        "a year (log-rate)",
        observed,
        predicted,
        needs="two families with two occupied quarters each",
    )
