"""Price rises: how often the quarterly index of a family goes up."""

import numpy as np

from costfloor.checks.changes import consecutive_changes
from costfloor.checks.replicates import Replicates
from costfloor.checks.result import CheckResult, predictive_check


def price_rises(index: np.ndarray) -> np.ndarray:
    """Return the share of changes between consecutive occupied quarters of a family that are rises, shape (S,), for (S, F, Q)."""
    changes = consecutive_changes(index)
    return np.mean(changes > 0, axis=1) if changes.shape[1] else np.full(len(index), np.nan)


def check(replicates: Replicates) -> CheckResult:
    """Compare the share of rises with each law's; a law fails when its two-sided tail probability is below 0.01."""
    observed, predicted = replicates.on_index(price_rises)
    return predictive_check(
        "price_rises",
        "The share (0 to 1) of quarterly changes of the index that are rises",
        "",
        observed,
        predicted,
        needs="a family with two occupied quarters",
    )
