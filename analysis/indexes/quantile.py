"""Quantile-regression frontier: the line below which a tenth of all prices lies."""

import warnings

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from statsmodels.regression.quantile_regression import QuantReg
from statsmodels.tools.sm_exceptions import ConvergenceWarning, IterationLimitWarning

from analysis.indexes.log_index import reach
from analysis.indexes.regression import INTERVAL_LEVEL
from analysis.indexes.trend import Trend, clustered_sandwich, clusters, trend_design

TAU = 0.1


def quantile_trend(rows: pd.DataFrame, tau: float = TAU) -> Trend:
    """Quantile regression of log price on time and quality.

    `Q_tau(log p) = a - r t + b quality`. Covariance `J^-1 (G/(G-1) sum_g s_g s_g') J^-1`, with `s_g` the sum over a model's
    prices of `x (tau - 1[e < 0])` and `J` the kernel estimate `1/(2h) sum x x' 1[|e| < h]`, `h` the Hall-Sheather bandwidth,
    wider where fewer than three prices to each coefficient lie within it.

    Parameters
    ----------
    rows
        Dated prices with `quality`, one row per price that was set.
    tau
        Share of prices below the line.

    References
    ----------
    Koenker & Bassett, "Regression quantiles", Econometrica 46 (1978). Parente & Santos Silva, "Quantile regression with
    clustered data", Journal of Econometric Methods 5 (2016), for the covariance.

    Raises
    ------
    InputError
        Too few prices for a tail of this size, or dates and quality do not tell a trend apart.
    """
    X = trend_design(rows, least=int(np.ceil(3 / min(tau, 1 - tau))))
    log_price = np.log(rows["price"].to_numpy(dtype=float))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit = QuantReg(log_price, X).fit(q=tau, max_iter=5000)
    # The iteration can circle between lines that are equally good to 1e-6.
    circled = any(issubclass(w.category, ConvergenceWarning | IterationLimitWarning) for w in caught)
    width = _bandwidth(fit.resid, tau, X.shape[1])
    # Widened until the prices within it tell all coefficients apart.
    while np.linalg.matrix_rank(X[np.abs(fit.resid) <= width]) < X.shape[1]:
        width *= 2
    near = np.abs(fit.resid) <= width
    density = (X * near[:, None]).T @ X / (2 * width)
    groups = clusters(rows)
    covariance = clustered_sandwich(np.linalg.inv(density), X * (tau - (fit.resid < 0))[:, None], groups)
    rate = -float(fit.params[1])
    half = reach(len(np.unique(groups))) * float(np.sqrt(covariance[1, 1]))
    return Trend(
        rate=rate,
        ci90=(rate - half, rate + half),
        rows=rows,
        note=f"The {tau:g} quantile of log price at given quality."
        + (" The fit circled at its end." if circled else ""),
    )


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
