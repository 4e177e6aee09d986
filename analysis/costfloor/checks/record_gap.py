"""Record gap: the longest wait from one record-low price to the next."""

import numpy as np

from costfloor.checks.records import record_lows
from costfloor.checks.replicates import Replicates
from costfloor.checks.result import CheckResult, predictive_check


def record_gap(log_price: np.ndarray, time_years: np.ndarray, family: np.ndarray) -> np.ndarray:
    """Return the longest time between two consecutive record lows of a family, months, largest over families, shape (S,).

    `log_price` is (S, n) at equal quality; `time_years` and `family` are (n,). NaN where no family has a second record; the wait since
    the last record is `record_recency`'s.
    """
    longest = np.full(len(log_price), -np.inf)
    for dates, records in record_lows(log_price, time_years, family):
        previous = np.maximum.accumulate(np.where(records, dates, -np.inf), axis=1)[:, :-1]
        gaps = np.where(records[:, 1:], dates[1:] - previous, -np.inf)
        longest = np.maximum(longest, gaps.max(axis=1))
    return np.where(np.isfinite(longest), 12.0 * longest, np.nan)


def check(replicates: Replicates) -> CheckResult:
    """Compare the longest gap with each law's; a law fails when its two-sided tail probability is below 0.01."""
    obs = replicates.obs
    observed, predicted = replicates.on_rows(lambda log_price: record_gap(log_price, obs.time_years, obs.segment))
    return predictive_check(
        "record_gap",
        "The longest time between two record-low prices of a family at equal quality",
        "months",
        observed,
        predicted,
        needs="a family with two record lows",
    )
