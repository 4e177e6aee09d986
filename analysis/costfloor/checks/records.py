"""Record-low prices within a family, on quality-adjusted rows."""

from collections.abc import Iterator

import numpy as np


def record_lows(
    log_price: np.ndarray, time_years: np.ndarray, family: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield, for each family with rows on at least two dates, its dates and which of them bring a record.

    A date has a record when its lowest price is below all prices of earlier dates; a family's first date has one always.

    Parameters
    ----------
    log_price : (S, n)
        Log price at equal quality, S data sets.
    time_years, family : (n,)
        Date and family of each row.

    Yields
    ------
    Dates (D,), years in ascending order, and records (S, D), bool.
    """
    for code in np.unique(family):
        rows = np.flatnonzero(family == code)
        rows = rows[np.argsort(time_years[rows], kind="stable")]
        dates, first = np.unique(time_years[rows], return_index=True)
        if len(dates) < 2:
            continue
        lowest = np.minimum.reduceat(log_price[:, rows], first, axis=1)
        before = np.minimum.accumulate(lowest, axis=1)[:, :-1]
        later = lowest[:, 1:] < before
        yield dates, np.concatenate([np.ones((len(log_price), 1), bool), later], axis=1)
