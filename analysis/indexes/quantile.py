"""Quantile-regression frontier: the line below which a tenth of all prices lies."""

import warnings

import numpy as np
import pandas as pd
from statsmodels.regression.quantile_regression import QuantReg
from statsmodels.tools.sm_exceptions import ConvergenceWarning, IterationLimitWarning

from analysis.indexes.log_index import reach
from analysis.indexes.trend import Trend, clustered_sandwich, clusters, trend_design

TAU = 0.1


def quantile_trend(rows: pd.DataFrame, tau: float = TAU) -> Trend:
    """Quantile regression of log price on time and quality.

    `Q_tau(log p) = a - r t + b quality`. Covariance `J^-1 (G/(G-1) sum_g s_g s_g') J^-1`, with `s_g` the sum over a model's
    prices of `x (tau - 1[e < 0])` and `J` the kernel estimate `1/(2h) sum x x' 1[|e| < h]`, `h` the Hall-Sheather bandwidth.

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
    # By a line that fits exactly, no neighbour would be near enough to count.
    width = max(float(fit.bandwidth), 1e-6)
    near = np.abs(fit.resid) < width
    density = (X * near[:, None]).T @ X / (2 * width)
    groups = clusters(rows)
    covariance = clustered_sandwich(np.linalg.pinv(density), X * (tau - (fit.resid < 0))[:, None], groups)
    rate = -float(fit.params[1])
    half = reach(len(np.unique(groups))) * float(np.sqrt(covariance[1, 1]))
    return Trend(
        rate=rate,
        ci90=(rate - half, rate + half),
        n=len(rows),
        dates=tuple(rows["date"].sort_values()),
        note=f"The {tau:g} quantile of log price at given quality."
        + (" The fit circled at its end." if circled else ""),
    )
