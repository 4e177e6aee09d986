"""Innovation autocorrelation: do market-wide falls come in runs, which no law here allows for."""

import numpy as np

from costfloor.checks.replicates import Replicates
from costfloor.checks.result import CheckResult, predictive_check

MIN_CHANGES = 6
"""With fewer quarterly changes, little is left of them after a linear trend is taken out."""
NO_RESIDUAL = 1e-20
"""Sum of squared residuals (log points squared) that is rounding of a perfect trend."""


def innovation_autocorrelation(index: np.ndarray) -> np.ndarray:
    """Return the lag-1 autocorrelation of the mean quarterly change over families, less its linear trend, shape (S,).

    `index` is (S, F, Q). A change counts for a family that is there in both adjacent quarters; a quarter without any breaks the
    sequence, and only pairs of adjacent changes enter the numerator.
    """
    changes = np.diff(index, axis=2)
    counted = np.isfinite(changes[0])
    quarters = np.flatnonzero(counted.any(axis=0))
    undefined = np.full(len(index), np.nan)
    if len(quarters) < MIN_CHANGES:
        return undefined
    mean = np.where(counted, changes, 0.0).sum(axis=1)[:, quarters] / counted.sum(axis=0)[quarters]
    trend = np.column_stack([np.ones(len(quarters)), quarters])
    residual = mean - mean @ np.linalg.pinv(trend).T @ trend.T
    adjacent = np.diff(quarters) == 1
    products = (residual[:, :-1] * residual[:, 1:])[:, adjacent].sum(axis=1)
    squares = (residual**2).sum(axis=1)
    return np.asarray(np.divide(products, squares, out=undefined, where=squares > NO_RESIDUAL))


def check(replicates: Replicates) -> CheckResult:
    """Compare the autocorrelation with each law's; a law fails when its two-sided tail probability is below 0.01."""
    observed, predicted = replicates.on_index(innovation_autocorrelation)
    return predictive_check(
        "innovation_autocorrelation",
        "The lag-1 autocorrelation of the mean quarterly change over families",
        "",
        observed,
        predicted,
        needs=f"{MIN_CHANGES} quarters in which a family is there that was there the quarter before",
    )
