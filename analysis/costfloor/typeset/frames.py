"""Columns of the numbers behind a figure: quantiles under one name."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

THREE: Final = ("q05", "q50", "q95")
FIVE: Final = ("q05", "q25", "q50", "q75", "q95")
FIVE_LEVELS: Final = (0.05, 0.25, 0.5, 0.75, 0.95)


def three(name: str, values: Sequence[float]) -> dict[str, float]:
    """5, 50 and 95 % of a number, as `NAME_q05` and so on."""
    return {f"{name}_{part}": float(value) for part, value in zip(THREE, values, strict=True)}


def five(name: str, draws: np.ndarray) -> dict[str, np.ndarray]:
    """5, 25, 50, 75 and 95 % of draws (S, n), each (n,), as `NAME_q05` and so on."""
    return {f"{name}_{part}": row for part, row in zip(FIVE, np.quantile(draws, FIVE_LEVELS, axis=0), strict=True)}


def quantile_rows(frame: pd.DataFrame, name: str) -> np.ndarray:
    """The quantiles of a name, in rising order, shape (3 or 5, n)."""
    return np.array([frame[f"{name}_{part}"] for part in FIVE if f"{name}_{part}" in frame], float)
