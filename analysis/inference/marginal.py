"""Densities of prices with what a fit cannot know integrated out: effects of hosts and levels of models it has not seen.

Drawn instead, these would make a score of dozens of prices rest on a handful of lucky draws.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, logsumexp

from analysis.inference.posterior import Draws

ROWS_PER_LOGARITHM = 16
"""So few factors of a product cannot overflow."""

HOST_REACH = 6.0
MIN_HOST_EFFECTS = 25
TABLE_POINTS = 800
TABLE_PARTS = 8
"""Filled in as many steps, to spare memory."""

TABLE_REACH = 12.0
"""Half width of the table in standard deviations; beyond it the density goes on by its last slope."""

LEVEL_REACH = 8.0
MIN_LEVELS = 33
STEP = 1.2
"""Distance of grid points in standard deviations of what the prices say of a level or an effect."""


def noise_logpdf(draws: Draws, residual: np.ndarray) -> np.ndarray:
    """Log density of Student-t noise at residuals (S, ...), under each draw."""
    shape = (-1,) + (1,) * (residual.ndim - 1)
    df, scale = draws.noise_df.reshape(shape), draws["noise_scale"].reshape(shape)
    constant = gammaln((df + 1) / 2) - gammaln(df / 2) - 0.5 * np.log(df * np.pi) - np.log(scale)
    return np.asarray(constant - (df + 1) / 2 * np.log1p((residual / scale) ** 2 / df))


def joint_noise_logpdf(draws: Draws, rows: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Log density of several prices at given levels: the sum of `noise_logpdf(rows[:, r] - level)`.

    Parameters
    ----------
    rows : (S, R)
        Log prices, less all that is known of them.
    level : (S or 1, G)
        Levels.

    Returns
    -------
    numpy.ndarray (S, G)
    """
    df = draws.noise_df[:, None]
    size = draws["noise_scale"][:, None] * np.sqrt(df)
    scaled_rows, scaled_level = rows / size, level / size
    total = np.repeat(rows.shape[1] * noise_logpdf(draws, np.zeros((draws.size, 1))), level.shape[1], axis=1)
    # Logarithms are the costly part: one for the product over several rows. In place, because these arrays are large.
    for start in range(0, rows.shape[1], ROWS_PER_LOGARITHM):
        product = np.ones_like(total)
        for row in scaled_rows[:, start : start + ROWS_PER_LOGARITHM].T:
            factor = row[:, None] - scaled_level
            factor *= factor
            factor += 1.0
            product *= factor
        np.log(product, out=product)
        product *= (df + 1) / 2
        total -= product
    return total


@dataclass(frozen=True)
class UnknownHost:
    """Log density of a single price at a host without history, tabulated per draw: Student-t noise plus a normal host effect.

    Attributes
    ----------
    low, step
        First residual and distance of the table, log points.
    table
        Log densities, shape (S, M).
    """

    low: float
    step: float
    table: np.ndarray

    def logpdf(self, residual: np.ndarray) -> np.ndarray:
        """Log density at residuals (S, G), by linear interpolation."""
        place = (residual - self.low) / self.step
        left = np.clip(place.astype(int), 0, self.table.shape[1] - 2)
        within = place - left
        start = np.take_along_axis(self.table, left, axis=1)
        return np.asarray(start + within * (np.take_along_axis(self.table, left + 1, axis=1) - start))


def unknown_host(draws: Draws) -> UnknownHost:
    """Tabulate the density of a price at an unknown host."""
    reach = TABLE_REACH * float(np.median(np.hypot(draws["host_spread"], draws["noise_scale"])))
    residual, step = np.linspace(-reach, reach, TABLE_POINTS, retstep=True)
    at_level = np.zeros((draws.size, 1))
    parts = [shared_host_logpdf(draws, at_level, -part[None, :]) for part in np.array_split(residual, TABLE_PARTS)]
    return UnknownHost(-reach, float(step), np.concatenate(parts, axis=1))


def shared_host_logpdf(draws: Draws, rows: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Log density (S, G) of prices (S, R) of one model at one unknown host, whose effect they share, at levels (S or 1, G)."""
    precision = rows.shape[1] / float(np.median(draws["noise_scale"])) ** 2
    standard, log_weight = _standard_normal(HOST_REACH, MIN_HOST_EFFECTS, precision, draws["host_spread"])
    effects = draws["host_spread"][:, None] * standard
    at = level[:, :, None] + effects[:, None, :]
    density = joint_noise_logpdf(draws, rows, at.reshape(draws.size, -1)).reshape(draws.size, level.shape[1], -1)
    return _log_sum(density + log_weight)


def level_grid(mean: np.ndarray, spread: np.ndarray, precision: float) -> tuple[np.ndarray, np.ndarray]:
    """Levels (S, G) of a model without history and their log weights (G,), fine enough for prices that say this much of it.

    Parameters
    ----------
    mean, spread : (S,)
        What the law expects of the level.
    precision
        Inverse variance with which the prices fix the level.
    """
    standard, log_weight = _standard_normal(LEVEL_REACH, MIN_LEVELS, precision, spread)
    return mean[:, None] + spread[:, None] * standard, log_weight


def _standard_normal(reach: float, least: int, precision: float, spread: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points of a standard normal with log weights: fine enough when it is multiplied by `spread` and met by prices of that precision."""
    count = max(least, math.ceil(2 * reach * float(np.median(spread)) * math.sqrt(precision) / STEP) + 1)
    standard = np.linspace(-reach, reach, count)
    log_weight = -0.5 * standard**2
    return standard, log_weight - logsumexp(log_weight)


def _log_sum(log_values: np.ndarray) -> np.ndarray:
    """Log of the sum of exponentials over the last axis; the general one takes twice as long on arrays of this size."""
    top = log_values.max(axis=-1)
    shifted = log_values - top[..., None]
    np.exp(shifted, out=shifted)
    return np.asarray(top + np.log(shifted.sum(axis=-1)))
