"""Coefficients of hedonic regressions as fixed linear maps, the same for observed and for replicated log prices. No law enters.

The rows are the first price of each model: later ones follow it, and say little of what new models cost.
"""

from collections.abc import Sequence

import numpy as np

from costfloor.laws.innovations import GRID_YEARS as QUARTER_YEARS
from costfloor.laws.observations import PriceObservations

NO_VARIATION = 1e-9
"""Share of a regressor's sum of squares left by the others, below which its coefficient is not identified."""


def first_rows(obs: PriceObservations) -> np.ndarray:
    """The row of each unit's first price, (U,), in the order of the units; of several on one day the first in the table."""
    order = np.lexsort((np.arange(obs.n), obs.time_years, obs.unit))
    return np.asarray(order[np.unique(obs.unit[order], return_index=True)[1]])


def coefficient_weights(regressors: Sequence[np.ndarray], of: int) -> np.ndarray:
    """Weights of log prices in a least-squares coefficient.

    By Frisch-Waugh-Lovell it is that of the part of the regressor which the others leave.

    Parameters
    ----------
    regressors
        The columns of the regression, each (n,) or (n, k); a constant is one of them where it is wanted.
    of
        Number of the regressor, a single column, whose coefficient is asked for.

    Returns
    -------
    Shape (n,); NaN where the coefficient is not identified.
    """
    others = np.column_stack([column for number, column in enumerate(regressors) if number != of])
    column = np.asarray(regressors[of], float)
    left = column - others @ np.linalg.lstsq(others, column, rcond=None)[0]
    if left @ left <= NO_VARIATION * (column @ column):
        return np.full(len(column), np.nan)
    return np.asarray(left / (left @ column))


def weights_of_rows(obs: PriceObservations, rows: np.ndarray, regressors: Sequence[np.ndarray], of: int) -> np.ndarray:
    """`coefficient_weights` of a regression on the chosen `rows` (m,), zero for all others, shape (n,); NaN without any row."""
    if not len(rows):
        return np.full(obs.n, np.nan)
    weights = np.zeros(obs.n)
    weights[rows] = coefficient_weights(regressors, of)
    return weights


def traits(obs: PriceObservations, rows: np.ndarray) -> np.ndarray:
    """What a price is adjusted for: capability in standard deviations, open weights (0 or 1) and families, shape (m, 2 + F - 1).

    With one family no column tells it; a constant is not among them.
    """
    family = obs.family[rows][:, None] == np.arange(1, len(obs.families))
    return np.column_stack([obs.quality[rows] / obs.quality_scale, obs.unit_open[obs.unit[rows]], family]).astype(float)


def calendar(obs: PriceObservations, rows: np.ndarray) -> np.ndarray:
    """What takes up everything common to all capabilities: quarters, counted back from the last date, and a slope within them, (m, k)."""
    time = obs.time_years[rows]
    back = np.floor((obs.last_time_years - time) / QUARTER_YEARS).astype(int)
    return np.column_stack([back[:, None] == np.unique(back), time]).astype(float)
