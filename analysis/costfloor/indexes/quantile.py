"""Quantile-regression frontier: the line below which a tenth of all prices lies."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from scipy.optimize import linprog

from costfloor.errors import InputError
from costfloor.indexes.log_index import reach
from costfloor.indexes.regression import INTERVAL_LEVEL, determined
from costfloor.indexes.trend import Trend, clustered_sandwich, clusters, trend_design

TAU = 0.1
"""Share of prices below the line."""


def quantile_trend(rows: pd.DataFrame) -> Trend:
    """Quantile regression of log price on time and quality.

    `Q_tau(log p) = a - r t + b quality`. Covariance `J^-1 (G/(G-1) sum_g s_g s_g') J^-1`, with `s_g` the sum over a model's
    prices of `x (tau - 1[e < 0])` and `J` the kernel estimate `1/(2h) sum x x' 1[|e| < h]`, `h` the Hall-Sheather bandwidth,
    wider where fewer than three prices to each coefficient lie within it. The line is the exact solution of the linear programme
    that defines it; reweighted least squares, the usual iteration, can circle and ends within 1e-5 or so.

    Parameters
    ----------
    rows
        Dated prices with `quality`, one row per price that was set.

    References
    ----------
    Koenker & Bassett, "Regression quantiles", Econometrica 46 (1978). Koenker & D'Orey, "Computing regression quantiles", Applied
    Statistics 36 (1987), for the dual programme. Parente & Santos Silva, "Quantile regression with
    clustered data", Journal of Econometric Methods 5 (2016), for the covariance.

    Raises
    ------
    InputError
        Too few prices for a tail of this size, or dates and quality do not tell a trend apart.
    """
    X = trend_design(rows, least=int(np.ceil(3 / min(TAU, 1 - TAU))))
    log_price = np.log(rows["price"].to_numpy(dtype=float))
    coefficients, residuals = _line(X, log_price, TAU)
    width = _bandwidth(residuals, TAU, X.shape[1])
    # Widened until the prices within it tell all coefficients apart.
    while not determined(X[np.abs(residuals) <= width]):
        width *= 2
    near = np.abs(residuals) <= width
    density = (X * near[:, None]).T @ X / (2 * width)
    groups = clusters(rows)
    covariance = clustered_sandwich(np.linalg.inv(density), X * (TAU - (residuals < 0))[:, None], groups)
    rate = -float(coefficients[1])
    half = reach(len(np.unique(groups))) * float(np.sqrt(covariance[1, 1]))
    return Trend(
        rate=rate,
        ci90=(rate - half, rate + half),
        rows=rows,
        note=f"The {TAU:g} quantile of log price at given quality.",
    )


def _line(
    X: npt.NDArray[np.float64], y: npt.NDArray[np.float64], tau: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Coefficients of the quantile line, and residuals; prices on the line have none."""
    # From least squares, in units of its residuals, and in an order of the rows' own: where several lines are equally good, neither
    # currency nor the order of a table is to choose.
    mean = np.linalg.lstsq(X, y)[0]
    left = y - X @ mean
    spread = float(left.std())
    if spread < 1e-9:
        return mean, np.zeros(len(y))
    order = np.lexsort((*X.T, left))
    # The dual: max y'a with X'a = (1 - tau) X'1 and 0 <= a <= 1, a being 1 above the line and 0 below it.
    dual = linprog(
        -left[order] / spread, A_eq=X[order].T, b_eq=(1 - tau) * X.sum(axis=0), bounds=(0, 1), method="highs-ipm"
    )
    if dual.status != 0:
        raise InputError(
            f"the line below which {tau:g} of prices lie was not found ({dual.message})", remedy="Use pareto instead"
        )
    coefficients = mean - spread * dual.eqlin.marginals
    residuals = y - X @ coefficients
    residuals[np.abs(residuals) < 1e-9 * spread] = 0.0
    return coefficients, residuals


def _bandwidth(residuals: npt.NDArray[np.float64], tau: float, coefficients: int) -> float:
    """Hall-Sheather bandwidth in log price, wide enough for three prices to each coefficient."""
    n = len(residuals)
    at = stats.norm.ppf(tau)
    reach_90 = stats.norm.ppf((1 + INTERVAL_LEVEL) / 2) ** (2 / 3)
    h = n ** (-1 / 3) * reach_90 * (1.5 * stats.norm.pdf(at) ** 2 / (2 * at**2 + 1)) ** (1 / 3)
    # In a small table the rule reaches beyond the ends of the distribution.
    h = min(h, 0.9 * tau, 0.9 * (1 - tau))
    spread = min(residuals.std(), stats.iqr(residuals) / 1.34)
    nearest = np.sort(np.abs(residuals))[min(3 * coefficients, n) - 1]
    # A line that fits exactly leaves no spread.
    return float(max(spread * (stats.norm.ppf(tau + h) - stats.norm.ppf(tau - h)), nearest, 1e-6))
