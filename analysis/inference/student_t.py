"""Compiled loops over Student-t densities on grids of levels, which as array operations would fill gigabytes.

`constant` is what a single log density has whatever the residual, `size` the scale times the root of the degrees of freedom `df`.
"""

import math
from typing import Final

import numpy as np
from numba import njit

ROWS_PER_LOGARITHM: Final = 16
"""Logarithms are the costly part: one for the product over several rows, so few that it cannot overflow."""


@njit(cache=True)
def _log_factors(rows: np.ndarray, level: float, size: float) -> float:
    """Sum over rows of `log(1 + ((row - level) / size)**2)`."""
    total, product = 0.0, 1.0
    for row in range(len(rows)):
        scaled = (rows[row] - level) / size
        product *= 1.0 + scaled * scaled
        if (row + 1) % ROWS_PER_LOGARITHM == 0:
            total += math.log(product)
            product = 1.0
    return total + math.log(product)


@njit(cache=True)
def joint(rows: np.ndarray, level: np.ndarray, df: np.ndarray, size: np.ndarray, constant: np.ndarray) -> np.ndarray:
    """Log density (S, G) of rows (S, R) at levels (S or 1, G)."""
    found = np.empty((len(rows), level.shape[1]))
    for draw in range(len(rows)):
        own = level[min(draw, len(level) - 1)]
        for at in range(len(own)):
            factors = _log_factors(rows[draw], own[at], size[draw])
            found[draw, at] = rows.shape[1] * constant[draw] - 0.5 * (df[draw] + 1.0) * factors
    return found


@njit(cache=True)
def joint_with_effect(
    rows: np.ndarray,
    level: np.ndarray,
    spread: np.ndarray,
    standard: np.ndarray,
    log_weight: np.ndarray,
    df: np.ndarray,
    size: np.ndarray,
    constant: np.ndarray,
) -> np.ndarray:
    """Log density (S, G) of rows (S, R) at levels (S or 1, G), averaged over an effect of all rows: `spread * standard` with weights."""
    found = np.empty((len(rows), level.shape[1]))
    terms = np.empty(len(standard))
    for draw in range(len(rows)):
        own = level[min(draw, len(level) - 1)]
        for at in range(len(own)):
            for point in range(len(standard)):
                factors = _log_factors(rows[draw], own[at] + spread[draw] * standard[point], size[draw])
                terms[point] = log_weight[point] - 0.5 * (df[draw] + 1.0) * factors
            top, total = terms.max(), 0.0
            for point in range(len(standard)):
                total += math.exp(terms[point] - top)
            found[draw, at] = rows.shape[1] * constant[draw] + top + math.log(total)
    return found


@njit(cache=True)
def interpolated(table: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Values (S, G) of a table (S, M) of each draw at places (S, G) between its columns; beyond them it goes on by its last slope."""
    found = np.empty(place.shape)
    for draw in range(len(place)):
        for at in range(place.shape[1]):
            left = min(max(int(place[draw, at]), 0), table.shape[1] - 2)
            within = place[draw, at] - left
            found[draw, at] = table[draw, left] + within * (table[draw, left + 1] - table[draw, left])
    return found
