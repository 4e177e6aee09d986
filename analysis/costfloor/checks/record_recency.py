"""Record recency: how long ago prices last reached a new low."""

import numpy as np

from costfloor.checks.records import record_lows
from costfloor.checks.replicates import Replicates
from costfloor.checks.result import CheckResult, predictive_check


def record_recency(
    log_price: np.ndarray, time_years: np.ndarray, family: np.ndarray, last_time_years: float
) -> np.ndarray:
    """Return the months from a family's last record low to the last date of the table, mean over families, shape (S,).

    `log_price` is (S, n) at equal quality; `time_years` and `family` are (n,). Families with a single date are left out.
    """
    waits = [
        last_time_years - np.where(records, dates, -np.inf).max(axis=1)
        for dates, records in record_lows(log_price, time_years, family)
    ]
    return 12.0 * np.mean(waits, axis=0) if waits else np.full(len(log_price), np.nan)


def check(replicates: Replicates) -> CheckResult:
    """Compare the wait since the last record with each law's; a law fails when its two-sided tail probability is below 0.01."""
    obs = replicates.obs
    observed, predicted = replicates.on_rows(
        lambda log_price: record_recency(log_price, obs.time_years, obs.segment, obs.last_time_years)
    )
    return predictive_check(
        "record_recency",
        "The time since a family's last record-low price at equal quality, mean over families,",
        "months",
        observed,
        predicted,
        needs="a family with prices on two dates",
    )
