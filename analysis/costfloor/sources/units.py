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
    log_price = np.log10(frame["price"].to_numpy(dtype=float))
    family = pd.factorize(frame["family"])[0]
    # By family, and by date within: lexsort takes its last key first, and leaves what is equal in the file's order.
    positions = np.lexsort((frame["date"].to_numpy(), family))
    members = np.split(positions, np.flatnonzero(np.diff(family[positions])) + 1)
    marked = np.zeros(len(frame), dtype=bool)
    small = (np.bincount(family) < SMALLEST_FAMILY)[family]
    if small.any():
        by_date = frame["date"].to_numpy().argsort(kind="stable")
        marked[by_date] = _slips(log_price[by_date])
        marked &= small
    for rows in members:
        if len(rows) >= SMALLEST_FAMILY:
            marked[rows] = _slips(log_price[rows])
    return pd.Series(marked, index=frame.index)


def _slips(log_price_by_date: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    if np.ptp(log_price_by_date) <= MAX_EMPTY_DECADES:
        # Neither a gap nor a distance can be larger.
        return np.zeros(len(log_price_by_date), dtype=bool)
    return _far_from_neighbours(log_price_by_date) | _beyond_gap(log_price_by_date)


def _far_from_neighbours(values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    window = min(NEIGHBOURS, len(values))
    # Near either end the window stays whole and stops moving.
    starts = np.clip(np.arange(len(values)) - window // 2, 0, len(values) - window)
    medians = np.median(np.lib.stride_tricks.sliding_window_view(values, window), axis=1)[starts]
    distances = values - medians
    far: npt.NDArray[np.bool_] = np.abs(distances) > max(MAX_DECADES_FROM_NEIGHBOURS, _reach_of_chance(distances))
    return far


def _reach_of_chance(distances: npt.NDArray[np.float64]) -> float:
    """The distance that one of so many normal deviates of this spread exceeds once in a thousand tables."""
    q10, q25, q75, q90 = np.quantile(distances, [0.10, 0.25, 0.75, 0.90])
    # Both are the standard deviation of clean prices. Slips widen the first before the second.
    spread = min((q90 - q10) / (2 * norm.ppf(0.90)), (q75 - q25) / (2 * norm.ppf(0.75)))
    return float(spread * norm.isf(0.001 / len(distances)))


def _beyond_gap(log_price: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    ordered = np.sort(log_price)
    gaps = np.diff(ordered)
    if gaps.max() <= MAX_EMPTY_DECADES:
        return np.zeros(len(log_price), dtype=bool)
    split = int(gaps.argmax())
    low_side_is_larger = split + 1 > len(ordered) / 2
    above: npt.NDArray[np.bool_] = log_price > ordered[split]
    return above if low_side_is_larger else ~above
