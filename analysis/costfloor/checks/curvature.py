"""Curvature: does the decline slow down with age as much as in the data."""

import numpy as np

from costfloor.checks.replicates import Replicates
from costfloor.checks.result import CheckResult, predictive_check
from costfloor.checks.slopes import pooled_slope


def curvature(index: np.ndarray, age_years: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the slope on age in the second half of the ages over that in the first, shape (S,).

    Each half has half of the rows. The slopes are common to all families, which have their own level in each half. 1 is no slowdown,
    0 a standstill after the first half, above 1 an acceleration.

    Parameters
    ----------
    index : (S, F, Q)
        Log price by family and quarter.
    age_years, rows : (F, Q)
        Mean age and number of rows of each cell.
    """
    ages = np.repeat(age_years.ravel(), rows.ravel().astype(int))
    young = age_years <= np.median(ages)
    first = pooled_slope(index, age_years, np.where(young, rows, 0.0))
    second = pooled_slope(index, age_years, np.where(young, 0.0, rows))
    return np.asarray(np.divide(second, first, out=np.full(len(index), np.nan), where=first != 0))


def check(replicates: Replicates) -> CheckResult:
    """Compare the curvature with each law's; a law fails when its two-sided tail probability is below 0.01."""
    quarterly = replicates.quarterly
    observed, predicted = replicates.on_index(lambda index: curvature(index, quarterly.age_years, quarterly.rows))
    return predictive_check(
        "curvature",
        "The rate of decline in the older half of the ages, divided by that in the younger half,",
        "",
        observed,
        predicted,
        needs="a family with two occupied quarters in each half of the ages",
    )
