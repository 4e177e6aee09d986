"""Prices entered in another unit than the rest, such as USD per token among USD per million tokens."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

# A slip between per-token and per-million-token moves a price by six decades. Real prices of one kind of good stay
# within about two decades of their median at any one time, and leave no empty stretch of three decades between them.
MAX_DECADES_FROM_NEIGHBOURS = 4.0
MAX_EMPTY_DECADES = 3.0
NEIGHBOURS = 11
SMALLEST_FAMILY = 5


def unit_slips(frame: pd.DataFrame) -> pd.Series:
    """Mark the rows whose price cannot be in the same unit as the others.

    A price is judged beside those of its own family (of the whole table, when the family has fewer than five rows):
    it is marked when it lies more than four decades from the median of the eleven prices nearest in time (more than
    chance explains, where prices are so many and so spread out that it reaches further than four decades), or when
    an empty stretch of more than three decades divides the prices and it is on the side with fewer of them. The
    median is local so that a price that falls by many decades over a long history is left alone; the gap finds a
    change of unit that holds from some date on.

    Parameters
    ----------
    frame
        Columns `date`, `price` (> 0) and `family`.

    Returns
    -------
    pandas.Series
        Booleans, on the frame's index.
    """
    log_price = np.log10(frame["price"])
    by_date = log_price.loc[frame["date"].sort_values(kind="stable").index]
    marked = pd.Series(False, index=frame.index)
    sizes = frame["family"].map(frame["family"].value_counts())
    small = sizes < SMALLEST_FAMILY
    if small.any():
        marked |= _far_from_neighbours(by_date) & small
        marked |= _beyond_gap(log_price) & small
    for _, own in by_date[~small[by_date.index]].groupby(frame["family"], sort=False):
        marked.loc[own.index] |= _far_from_neighbours(own) | _beyond_gap(own)
    return marked


def _far_from_neighbours(log_price_by_date: pd.Series) -> pd.Series:
    window = min(NEIGHBOURS, len(log_price_by_date))
    half = window // 2
    values = log_price_by_date.to_numpy()
    # Near either end the window stays whole and stops moving.
    starts = np.clip(np.arange(len(values)) - half, 0, len(values) - window)
    medians = np.median(np.lib.stride_tricks.sliding_window_view(values, window), axis=1)[starts]
    distances = values - medians
    far = np.abs(distances) > max(MAX_DECADES_FROM_NEIGHBOURS, _reach_of_chance(distances))
    return pd.Series(far, index=log_price_by_date.index)


def _reach_of_chance(distances: npt.NDArray[np.float64]) -> float:
    """The distance that one of so many normal deviates of this spread exceeds once in a thousand tables."""
    q10, q25, q75, q90 = np.quantile(distances, [0.10, 0.25, 0.75, 0.90])
    # Both are the standard deviation of clean prices. Slips widen the first before the second.
    spread = min((q90 - q10) / (2 * norm.ppf(0.90)), (q75 - q25) / (2 * norm.ppf(0.75)))
    return float(spread * norm.isf(0.001 / len(distances)))


def _beyond_gap(log_price: pd.Series) -> pd.Series:
    ordered = np.sort(log_price.to_numpy())
    gaps = np.diff(ordered)
    if not gaps.size or gaps.max() <= MAX_EMPTY_DECADES:
        return pd.Series(False, index=log_price.index)
    split = int(gaps.argmax())
    low_side_is_larger = split + 1 > len(ordered) / 2
    above: pd.Series = log_price > ordered[split]
    return above if low_side_is_larger else ~above
