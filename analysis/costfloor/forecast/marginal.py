"""Densities of prices with what a fit cannot know integrated out: effects of hosts and levels of models it has not seen.

Drawn instead, these would make a score of dozens of prices rest on a handful of lucky draws.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, logsumexp

from costfloor.fit.posterior import Draws
from costfloor.forecast import student_t

HOST_REACH = 6.0
MIN_HOST_EFFECTS = 25
TABLE_POINTS = 800
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
    return np.asarray(student_t.joint(_rows(rows), _rows(level), *_noise(draws)))


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
        place = _rows((residual - self.low) / self.step)
        return np.asarray(student_t.interpolated(self.table, place))


def unknown_host(draws: Draws) -> UnknownHost:
    """Tabulate the density of a price at an unknown host."""
    reach = TABLE_REACH * float(np.median(np.hypot(draws["host_spread"], draws["noise_scale"])))
    residual, step = np.linspace(-reach, reach, TABLE_POINTS, retstep=True)
    at_level = np.zeros((draws.size, 1))
    return UnknownHost(-reach, float(step), shared_host_logpdf(draws, at_level, -residual[None, :]))


def shared_host_logpdf(draws: Draws, rows: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Log density (S, G) of prices (S, R) of one model at one unknown host, whose effect they share, at levels (S or 1, G).

    Levels are equally spaced under each draw.
    """
    precision = rows.shape[1] / float(np.median(draws["noise_scale"])) ** 2
    spread = np.asarray(draws["host_spread"], float)
    step = 2.0 * HOST_REACH / (_points(HOST_REACH, MIN_HOST_EFFECTS, precision, spread) - 1)
    return np.asarray(student_t.joint_with_effect(_rows(rows), _rows(level), spread, HOST_REACH, step, *_noise(draws)))


def level_grid(mean: np.ndarray, spread: np.ndarray, precision: float) -> tuple[np.ndarray, np.ndarray]:
    """Levels (S, G) of a model without history and their log weights (G,), fine enough for prices that say this much of it.

    Parameters
    ----------
    mean, spread : (S,)
        What the law expects of the level.
    precision
        Inverse variance with which the prices fix the level.
    """
    standard = np.linspace(-LEVEL_REACH, LEVEL_REACH, _points(LEVEL_REACH, MIN_LEVELS, precision, spread))
    log_weight = -0.5 * standard**2
    return mean[:, None] + spread[:, None] * standard, log_weight - logsumexp(log_weight)


def _points(reach: float, least: int, precision: float, spread: np.ndarray) -> int:
    """How many points of a standard normal are fine enough when it is multiplied by `spread` and met by prices of that precision."""
    return max(least, math.ceil(2 * reach * float(np.median(spread)) * math.sqrt(precision) / STEP) + 1)


def _noise(draws: Draws) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Degrees of freedom, scale times their root, and the log density of no residual, under each draw."""
    df = np.asarray(draws.noise_df, float)
    return df, draws["noise_scale"] * np.sqrt(df), noise_logpdf(draws, np.zeros(draws.size))


def _rows(values: np.ndarray) -> np.ndarray:
    """In the one layout for which the loops are compiled."""
    return np.ascontiguousarray(values, float)
