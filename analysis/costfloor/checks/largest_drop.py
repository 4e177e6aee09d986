"""Largest drop: the biggest fall of a family's price from one quarter to the next."""

import numpy as np

from costfloor.checks.changes import consecutive_changes
from costfloor.checks.replicates import Replicates
from costfloor.checks.result import CheckResult, predictive_check


def largest_drop(index: np.ndarray) -> np.ndarray:
    """Return the largest fall of the index (S, F, Q) between consecutive occupied quarters of a family, log points, shape (S,).

    Negative when the index never falls.
    """
    changes = consecutive_changes(index)
    return -changes.min(axis=1) if changes.shape[1] else np.full(len(index), np.nan)


def check(replicates: Replicates) -> CheckResult:
    """Compare the largest drop with each law's; a law fails when its two-sided tail probability is below 0.01."""
    observed, predicted = replicates.on_index(largest_drop)
    return predictive_check(
        "largest_drop",
        "The largest fall of the quarterly index from one occupied quarter of a family to its next",
        "log points",
        observed,
        predicted,
        needs="a family with two occupied quarters",
    )
