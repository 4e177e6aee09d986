"""When two prices are one: floating-point dust is no price change.

Sources write 0.049999999999999996 where they mean 0.05, and a price per token times a million is seldom the decimal it stands for. Prices
are stored as their source writes them, and compared to one part in a billion.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

DUST = 1e-9
"""Relative: far above what arithmetic with doubles leaves (1e-15), far below any price step."""


def equal_price(price: ArrayLike, other: ArrayLike) -> NDArray[np.bool_]:
    """Whether prices are equal up to dust, one by one; two missing values are the same."""
    left, right = np.asarray(price, float), np.asarray(other, float)
    alike = np.abs(left - right) <= DUST * np.maximum(np.abs(left), np.abs(right))
    return np.asarray(alike | (np.isnan(left) & np.isnan(right)))


def equal_prices(prices: pd.DataFrame, other: pd.DataFrame) -> "pd.Series[bool]":
    """Rows in which all prices are equal up to dust; the columns of the two tables answer each other by position."""
    return pd.Series(equal_price(prices, other).all(axis=1), index=prices.index)


def without_dust(prices: pd.DataFrame) -> pd.DataFrame:
    """Each price replaced by the smallest of its column that equals it, so that equal rows are exactly equal."""
    return prices.apply(_smallest_equal)


def _smallest_equal(column: pd.Series) -> pd.Series:
    values, place = np.unique(column.to_numpy(float), return_inverse=True)
    begins = np.append(True, ~equal_price(values[1:], values[:-1]))[: len(values)]
    first = np.maximum.accumulate(np.where(begins, np.arange(len(values)), 0))
    return pd.Series(values[first][place], index=column.index)
