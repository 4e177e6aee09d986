"""Standard error of a mean over rows that share models and hosts."""

import numpy as np


def clustered_se(values: np.ndarray, first: np.ndarray, second: np.ndarray) -> float | None:
    """Standard error of the mean of values, clustered in two ways; None where a way has a single cluster.

    What all rows share, as a common path of prices, no clustering sees.

    Parameters
    ----------
    values : (n,)
        One per row.
    first, second : (n,) int
        Codes of the clusters.

    References
    ----------
    Cameron, Gelbach and Miller (2011), Robust inference with multiway clustering. The largest of the three variances is taken where
    their sum less the shared part is smaller.
    """
    if min(len(np.unique(first)), len(np.unique(second))) < 2:
        return None
    both = np.unique(np.column_stack([first, second]), axis=0, return_inverse=True)[1].ravel()
    by_first, by_second, shared = (_variance(values, codes) for codes in (first, second, both))
    return float(np.sqrt(max(by_first + by_second - shared, by_first, by_second)))


def _variance(values: np.ndarray, codes: np.ndarray) -> float:
    cluster = np.unique(codes, return_inverse=True)[1]
    sums = np.bincount(cluster, weights=values - values.mean())
    count = len(sums)
    return float((sums**2).sum() / len(values) ** 2 * count / (count - 1))
