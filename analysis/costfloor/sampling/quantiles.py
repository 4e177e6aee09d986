"""Median and 90 % interval of draws, as plain numbers."""

from typing import Any

import numpy as np

from costfloor.sampling.policy import CI_QUANTILES

Quantiles = tuple[float, float, float]
"""5, 50 and 95 %."""


def quantiles(draws: Any) -> Quantiles:
    """Quantiles of draws of any shape."""
    low, middle, high = np.quantile(np.asarray(draws), CI_QUANTILES).tolist()
    return low, middle, high


def quantiles_by_column(draws: np.ndarray) -> tuple[Quantiles, ...]:
    """Quantiles of draws (S, n) of each of n numbers."""
    return tuple((low, middle, high) for low, middle, high in np.quantile(draws, CI_QUANTILES, axis=0).T.tolist())
