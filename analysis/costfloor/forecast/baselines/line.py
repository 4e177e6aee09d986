"""Least squares of log price on time and capability, and what a line says of a new price."""

from dataclasses import dataclass

import numpy as np

from costfloor.errors import InputError
from costfloor.laws.observations import PriceObservations

MIN_FREEDOM = 3
"""Degrees of freedom below which a spread is a guess."""

SMALLEST_VARIANCE = 1e-4
"""List prices are rounded to about a hundredth: prices on a line to the last digit do not promise that the next one is."""


@dataclass(frozen=True)
class Line:
    """A fitted regression.

    Attributes
    ----------
    columns : (k,) int
        Columns of the design that the data can tell apart; the others are not used.
    coefficients : (k,)
        Their coefficients.
    covariance : (k, k)
        Covariance of the coefficients over the variance of the noise.
    variance
        Of the noise, squared log points; at least `SMALLEST_VARIANCE`.
    freedom
        Degrees of freedom behind it.
    """

    columns: np.ndarray
    coefficients: np.ndarray
    covariance: np.ndarray
    variance: float
    freedom: int

    def mean(self, design: np.ndarray) -> np.ndarray:
        """Expected log price of each row of a design, (n,)."""
        return np.asarray(design[:, self.columns] @ self.coefficients)

    def spread(self, design: np.ndarray) -> np.ndarray:
        """Covariance (n, n) of the expectations, squared log points."""
        kept = design[:, self.columns]
        return np.asarray(self.variance * kept @ self.covariance @ kept.T)


def capability_design(obs: PriceObservations, time_years: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Regressors (n, 4) of prices at given times: one, time, capability, and whether the weights are open."""
    return np.column_stack([np.ones(len(unit)), time_years, obs.unit_capability[unit], obs.unit_open[unit]])


def fit_line(log_price: np.ndarray, design: np.ndarray) -> Line:
    """Ordinary least squares on the columns that can be told apart, earlier columns first.

    Parameters
    ----------
    log_price : (n,)
        Log prices.
    design : (n, k)
        One, time, and further regressors.

    Raises
    ------
    InputError
        All prices are of one time, or fewer than `MIN_FREEDOM` degrees of freedom are left.
    """
    scale = np.maximum(np.abs(design).max(axis=0), np.finfo(float).tiny)
    kept: list[int] = []
    for column in range(design.shape[1]):
        trial = [*kept, column]
        if np.linalg.matrix_rank(design[:, trial] / scale[trial]) == len(trial):
            kept.append(column)
    if 1 not in kept:
        raise InputError("prices of one time have no trend", remedy="Bring prices with more than one date")
    freedom = len(log_price) - len(kept)
    if freedom < MIN_FREEDOM:
        problem = f"{len(log_price)} prices are too few for a line with {len(kept)} coefficients"
        raise InputError(problem, remedy=f"{len(kept) + MIN_FREEDOM} are needed")
    used = design[:, kept]
    # Of columns of one size: the cut-off of a pseudo-inverse is not to take a small column for none.
    inverse = np.linalg.pinv(used / scale[kept]) / scale[kept][:, None]
    coefficients = inverse @ log_price
    residual = log_price - used @ coefficients
    return Line(
        columns=np.array(kept),
        coefficients=coefficients,
        covariance=inverse @ inverse.T,
        variance=max(float(residual @ residual) / freedom, SMALLEST_VARIANCE),
        freedom=freedom,
    )
