"""Compiled loops over Student-t densities on grids of levels, which as array operations would fill gigabytes.

`constant` is what a single log density has whatever the residual, `size` the scale times the root of the degrees of freedom `df`.
"""

import math
from typing import Final

import numpy as np
from numba import njit

ROWS_PER_LOGARITHM: Final = 16
"""Logarithms are the costly part: one for the product over several rows, so few that it cannot overflow."""

_SMALLEST: Final = 1e-280
"""Below it a sum of products has lost digits."""


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
    density = np.empty((len(rows), level.shape[1]))
    for draw in range(len(rows)):
        levels = level[min(draw, len(level) - 1)]
        for at in range(len(levels)):
            factors = _log_factors(rows[draw], levels[at], size[draw])
            density[draw, at] = rows.shape[1] * constant[draw] - 0.5 * (df[draw] + 1.0) * factors
    return density


@njit(cache=True)
def joint_with_effect(
    rows: np.ndarray,
    level: np.ndarray,
    spread: np.ndarray,
    reach: float,
    step: float,
    df: np.ndarray,
    size: np.ndarray,
    constant: np.ndarray,
) -> np.ndarray:
    """Log density (S, G) of rows (S, R) at equally spaced levels (S or 1, G), averaged over a normal effect that all rows share.

    The effect is a sum over points at most `step` standard deviations `spread` (S,) apart, to `reach` on either side. They lie on the
    lattice of the levels, or on a finer one, so that the density is worked out once per level plus effect and not once per pair. Levels
    differ: a lattice as fine as `spread` over thousands would be long, which the priors of both spreads rule out.
    """
    density = np.empty((len(rows), level.shape[1]))
    for draw in range(len(rows)):
        levels = level[min(draw, len(level) - 1)]
        gap = levels[1] - levels[0] if len(levels) > 1 else step * spread[draw]
        widest = step * spread[draw]
        parts, stride, each_side = 1, 1, 0
        if widest > 0.0:
            if widest < abs(gap):
                parts = math.ceil(abs(gap) / widest)
            else:
                stride = int(widest / abs(gap))
            each_side = math.ceil(reach * spread[draw] / (stride * abs(gap) / parts))
        gap /= parts
        beside = each_side * stride

        lattice = np.empty((len(levels) - 1) * parts + 1 + 2 * beside)
        for point in range(len(lattice)):
            factors = _log_factors(rows[draw], levels[0] + (point - beside) * gap, size[draw])
            lattice[point] = rows.shape[1] * constant[draw] - 0.5 * (df[draw] + 1.0) * factors
        weight = np.ones(2 * each_side + 1)
        if each_side:
            weight = np.exp(-0.5 * (np.arange(-each_side, each_side + 1) * (stride * gap / spread[draw])) ** 2)
        weight /= weight.sum()
        top = lattice.max()
        scaled = np.exp(lattice - top)
        for at in range(len(levels)):
            total = 0.0
            for effect in range(len(weight)):
                total += weight[effect] * scaled[at * parts + effect * stride]
            if total > _SMALLEST:
                density[draw, at] = top + math.log(total)
            else:
                density[draw, at] = _far_out(lattice[at * parts :: stride][: len(weight)], weight)
    return density


@njit(cache=True)
def _far_out(log_density: np.ndarray, weight: np.ndarray) -> float:
    """Log of the weighted sum where all densities are too small for a number."""
    top: float = log_density.max()
    return top + math.log((weight * np.exp(log_density - top)).sum())


@njit(cache=True)
def interpolated(table: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Values (S, G) of a table (S, M) of each draw at places (S, G) between its columns; beyond them it goes on by its last slope."""
    values = np.empty(place.shape)
    for draw in range(len(place)):
        for at in range(place.shape[1]):
            left = min(max(int(place[draw, at]), 0), table.shape[1] - 2)
            within = place[draw, at] - left
            values[draw, at] = table[draw, left] + within * (table[draw, left + 1] - table[draw, left])
    return values
