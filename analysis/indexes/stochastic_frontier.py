"""Stochastic cost frontier: symmetric noise around a floor that no seller undercuts for long."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from scipy.optimize import minimize
from statsmodels.tools.numdiff import approx_fprime

from analysis.errors import InputError
from analysis.indexes.log_index import reach
from analysis.indexes.trend import Trend, clustered_sandwich, clusters, trend_design

Floats = npt.NDArray[np.float64]

SMALLEST, LARGEST = -6.0, 2.0
"""Logs of the scales of `v` and `u` that are searched, in standard deviations of least-squares residuals."""


def stochastic_trend(rows: pd.DataFrame) -> Trend:
    """Maximum likelihood of `log p = a - r t + b quality + v + u`, `v` normal and `u >= 0` half-normal.

    With `s^2 = s_u^2 + s_v^2` and `l = s_u / s_v` the density of `e = v + u` is `(2/s) phi(e/s) Phi(e l/s)`. The interval is
    from the sandwich `H^-1 (G/(G-1) sum_g g_g g_g') H^-1`, with scores summed over a model's prices. When least-squares
    residuals are not skewed upwards the likelihood has its maximum at `s_u = 0` (Waldman 1982): the trend is then that of
    least squares, and the note says so.

    References
    ----------
    Aigner, Lovell & Schmidt, "Formulation and estimation of stochastic frontier production function models", Journal of
    Econometrics 6 (1977). Waldman, "A stationary point for the stochastic frontier likelihood", same journal 18 (1982).

    Raises
    ------
    InputError
        Too few prices, or dates and quality do not tell a trend apart; or the likelihood has no maximum, or has it where noise vanishes:
        there the frontier is nailed to a few prices, and an interval would be absurdly narrow.
    """
    X = trend_design(rows)
    log_price = np.log(rows["price"].to_numpy(dtype=float))
    groups = clusters(rows)
    beta = np.linalg.lstsq(X, log_price)[0]
    residuals = log_price - X @ beta
    spread = residuals.std()
    if spread < 1e-9 or stats.skew(residuals) <= 0:
        covariance = clustered_sandwich(np.linalg.inv(X.T @ X), X * residuals[:, None], groups)
        note = "No price distance above a frontier shows (residuals are not skewed upwards): ordinary least squares."
    else:
        beta, covariance, share = _maximum(X, log_price, beta, spread, groups)
        note = f"Half-normal distance above the frontier with scale {share:.2g} in log price."
    rate = -float(beta[1])
    half = reach(len(np.unique(groups))) * float(np.sqrt(covariance[1, 1]))
    return Trend(rate, (rate - half, rate + half), rows, note)


def log_densities(parameters: Floats, X: Floats, y: Floats) -> Floats:
    """Log density of every row; the parameters are coefficients, then the logs of `s_v` and `s_u`."""
    s_v, s_u = np.exp(parameters[-2:])
    e, s = y - X @ parameters[:-2], np.hypot(s_v, s_u)
    return np.asarray(np.log(2 / s) + stats.norm.logpdf(e / s) + stats.norm.logcdf(e * s_u / (s_v * s)))


def scores(parameters: Floats, X: Floats, y: Floats) -> Floats:
    """Gradient of `log_densities`, rows by parameters."""
    s_v, s_u = np.exp(parameters[-2:])
    e, s = y - X @ parameters[:-2], np.hypot(s_v, s_u)
    z = e * s_u / (s_v * s)
    mills = np.exp(stats.norm.logpdf(z) - stats.norm.logcdf(z))
    by_beta = (e / s**2 - mills * s_u / (s_v * s))[:, None] * X
    share_v, share_u, excess = (s_v / s) ** 2, (s_u / s) ** 2, (e / s) ** 2 - 1
    by_v = excess * share_v - mills * z * (1 + share_v)
    by_u = excess * share_u + mills * z * share_v
    return np.column_stack([by_beta, by_v, by_u])


def _maximum(
    X: Floats, y: Floats, beta: Floats, spread: float, groups: npt.NDArray[np.intp]
) -> tuple[Floats, Floats, float]:
    """Coefficients, their covariance, and the scale of `u`."""
    k = X.shape[1]
    # The mean of u belongs in u, not in the constant.
    start = np.concatenate([beta, np.log([0.7 * spread, spread])])
    start[0] -= spread * np.sqrt(2 / np.pi)
    best = minimize(
        lambda p: -log_densities(p, X, y).sum(),
        start,
        jac=lambda p: -scores(p, X, y).sum(axis=0),
        method="L-BFGS-B",
        bounds=[(None, None)] * k + [(np.log(spread) + SMALLEST, np.log(spread) + LARGEST)] * 2,
        options={"maxiter": 2000, "ftol": 1e-13, "gtol": 1e-7},
    )
    if not np.isfinite(best.fun):
        raise InputError(
            "the stochastic frontier has no maximum on these prices", remedy="Use quantile or pareto instead"
        )
    if best.x[-2] < np.log(spread) + SMALLEST + 1e-6:
        raise InputError(
            "these prices leave no noise around a stochastic frontier, so that it has no interval",
            remedy="Use quantile or pareto instead, or bring more prices",
        )
    hessian = approx_fprime(best.x, lambda p: scores(p, X, y).sum(axis=0), centered=True)
    covariance = clustered_sandwich(np.linalg.pinv(hessian, rcond=1e-10), scores(best.x, X, y), groups)
    return best.x[:k], covariance[:k, :k], float(np.exp(best.x[-1]))
