"""Stochastic cost frontier: symmetric noise around a floor that no seller undercuts for long."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.optimize import minimize, nnls
from scipy.special import log_ndtr
from statsmodels.tools.numdiff import approx_fprime

from costfloor.errors import InputError
from costfloor.indexes.log_index import reach
from costfloor.indexes.trend import Trend, clustered_sandwich, clusters, trend_design

Floats = npt.NDArray[np.float64]

SMALLEST, LARGEST = -6.0, 2.0
"""Logs of the scales of `v` and `u` that are searched, in standard deviations of least-squares residuals."""

STARTS = (0.3, 1.0, 3.0, 10.0, 100.0)
"""Ratios of the scale of `u` to that of `v` from which the search begins: nearly all noise to nearly none."""

EXACT = 1e-9
"""Residuals in log price below which prices lie on one line."""

AS_GOOD = 1e-4
"""Log likelihoods that differ by less are the same: a ratio of 1.0001."""

ADDED = 50
"""Prices that are added at a time to those that hold up a frontier without noise."""

THINNED = 10_000
"""Of more prices than this, every so-maniest by price decides from which start the search of all of them goes on."""

FLAT = 1e-3
"""A search has arrived where no parameter, in standard deviations of least-squares residuals, has a steeper average log density."""


def stochastic_trend(rows: pd.DataFrame) -> Trend:
    """Maximum likelihood of `log p = a - r t + b quality + v + u`, `v` normal and `u >= 0` half-normal.

    With `s^2 = s_u^2 + s_v^2` and `l = s_u / s_v` the density of `e = v + u` is `(2/s) phi(e/s) Phi(e l/s)`. The interval is
    from the sandwich `H^-1 (G/(G-1) sum_g g_g g_g') H^-1`, with scores summed over a model's prices.

    The likelihood has several maxima. Three kinds are compared, and the highest is taken. (1) `s_u = 0`: least squares, which is a
    local maximum when residuals are not skewed upwards (Waldman 1982); the note then says so. (2) Both scales above nought: searched
    from `STARTS`. (3) `s_v = 0`: no noise, so that every price lies on or above the frontier. There the coefficients
    are those of the least sum of squares under that constraint, a convex problem that is solved exactly; an interval does not
    exist, as the frontier is nailed to as many prices as it has coefficients.

    References
    ----------
    Aigner, Lovell & Schmidt, "Formulation and estimation of stochastic frontier production function models", Journal of
    Econometrics 6 (1977). Waldman, "A stationary point for the stochastic frontier likelihood", same journal 18 (1982). Lawson &
    Hanson, Solving Least Squares Problems (1974), chapter 23, for the constrained least squares.

    Raises
    ------
    InputError
        Too few prices, or dates and quality do not tell a trend apart; or the likelihood is highest where noise vanishes, or no search
        arrives at a maximum.
    """
    X = trend_design(rows)
    log_price = np.log(rows["price"].to_numpy(dtype=float))
    groups = clusters(rows)
    # From the rows in an order of their own: another order of the table is not to end in another maximum.
    order = np.lexsort((*X.T, log_price))
    X, log_price, groups = X[order], log_price[order], groups[order]
    beta = np.linalg.lstsq(X, log_price)[0]
    residuals = log_price - X @ beta
    spread = float(residuals.std())
    if spread < EXACT:
        # One line to the last digit: there is neither noise nor distance.
        noiseless, least_squares, estimate = -np.inf, np.inf, None
    else:
        noiseless = _log_likelihood_without_noise(X, residuals)
        least_squares = -0.5 * len(X) * (np.log(2 * np.pi * spread**2) + 1)
        estimate = _searched(X, residuals, spread)
    searched = -np.inf if estimate is None else float(log_densities(estimate, X, residuals).sum())
    if noiseless > max(least_squares, searched) - AS_GOOD:
        raise InputError(
            f"these prices leave no noise around a stochastic frontier, so that it has no interval: the log likelihood is "
            f"{noiseless:.2f} without noise and {max(least_squares, searched):.2f} with it",
            remedy="Use quantile or pareto instead, or bring more prices",
        )
    if estimate is None or least_squares > searched - AS_GOOD:
        covariance = clustered_sandwich(np.linalg.inv(X.T @ X), X * residuals[:, None], groups)
        note = "No price distance above a frontier shows (residuals are not skewed upwards): ordinary least squares."
    else:
        covariance = clustered_sandwich(
            _inverse_information(estimate, X, residuals), scores(estimate, X, residuals), groups
        )
        beta = beta + estimate[: X.shape[1]]
        note = f"Half-normal distance above the frontier with scale {np.exp(estimate[-1]):.2g} in log price."
    rate = -float(beta[1])
    half = reach(len(np.unique(groups))) * float(np.sqrt(covariance[1, 1]))
    return Trend(rate, (rate - half, rate + half), rows, note)


def log_densities(parameters: Floats, X: Floats, y: Floats) -> Floats:
    """Log density of every row; the parameters are coefficients, then the logs of `s_v` and `s_u`."""
    s_v, s_u = np.exp(parameters[-2:])
    e, s = y - X @ parameters[:-2], np.hypot(s_v, s_u)
    return np.asarray(np.log(2 / s) + _log_phi(e / s) + log_ndtr(e * s_u / (s_v * s)))


def scores(parameters: Floats, X: Floats, y: Floats) -> Floats:
    """Gradient of `log_densities`, rows by parameters."""
    s_v, s_u = np.exp(parameters[-2:])
    e, s = y - X @ parameters[:-2], np.hypot(s_v, s_u)
    z = e * s_u / (s_v * s)
    mills = np.exp(_log_phi(z) - log_ndtr(z))
    by_beta = (e / s**2 - mills * s_u / (s_v * s))[:, None] * X
    share_v, share_u, excess = (s_v / s) ** 2, (s_u / s) ** 2, (e / s) ** 2 - 1
    by_v = excess * share_v - mills * z * (1 + share_v)
    by_u = excess * share_u + mills * z * share_v
    return np.column_stack([by_beta, by_v, by_u])


def _log_phi(z: Floats) -> Floats:
    return np.asarray(-0.5 * (z**2 + np.log(2 * np.pi)))


def _log_likelihood_without_noise(X: Floats, residuals: Floats) -> float:
    """The highest log likelihood with `s_v = 0`: `sum log (2/s) phi(e/s)` over `e >= 0`, which is highest at the least `sum e^2`."""
    # Least distance programming: the shortest z with residuals - Q z >= 0, by non-negative least squares. Few prices bind: those that
    # lie below the line through the ones held so far are added until there are none.
    Q = np.linalg.qr(X)[0] * np.sqrt(len(X))
    constraints = np.column_stack([-Q, -residuals])
    target = np.append(np.zeros(Q.shape[1]), 1.0)
    held = np.argsort(residuals)[:ADDED]
    while True:
        remainder = constraints[held].T @ nnls(constraints[held].T, target)[0] - target
        e = residuals + Q @ (remainder[:-1] / remainder[-1])
        below = np.setdiff1d(np.flatnonzero(e < -1e-9 * residuals.std()), held)
        if not len(below):
            break
        held = np.append(held, below[np.argsort(e[below])[:ADDED]])
    return float(len(e) * (0.5 * np.log(2 / np.pi) - 0.5 * np.log((e**2).mean()) - 0.5))


def _searched(X: Floats, residuals: Floats, spread: float) -> Floats | None:
    """The highest maximum with both scales above nought, for residuals of least squares; None where no search arrives at one."""
    thin = slice(None, None, -(-len(X) // THINNED))
    places = [_arrived(_start(ratio, X.shape[1], spread), X[thin], residuals[thin], spread) for ratio in STARTS]
    maxima = [place for place in places if place is not None]
    if not maxima:
        return None
    best = max(maxima, key=lambda place: float(log_densities(place, X[thin], residuals[thin]).sum()))
    return best if len(X) <= THINNED else _arrived(best, X, residuals, spread)


def _start(ratio: float, k: int, spread: float) -> Floats:
    """Scales with the variance of the residuals; the mean of u belongs in u, not in the constant."""
    s_v = spread / np.sqrt(1 + ratio**2 * (1 - 2 / np.pi))
    return np.array([-ratio * s_v * np.sqrt(2 / np.pi), *np.zeros(k - 1), np.log(s_v), np.log(ratio * s_v)])


def _arrived(start: Floats, X: Floats, residuals: Floats, spread: float) -> Floats | None:
    """Where a search ends, or None when that is at a bound, where there is no maximum with both scales, or short of a flat place."""
    k, low, high = X.shape[1], np.log(spread) + SMALLEST, np.log(spread) + LARGEST
    search = minimize(
        lambda p: (-log_densities(p, X, residuals).mean(), -scores(p, X, residuals).mean(axis=0)),
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, None)] * k + [(low, high)] * 2,
        options={"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-9},
    )
    inside = (low + 1e-6 < search.x[-2:]).all() and (search.x[-2:] < high - 1e-6).all()
    flat = np.abs(search.jac * np.append(np.full(k, spread), [1.0, 1.0])).max() < FLAT
    return search.x if np.isfinite(search.fun) and inside and flat else None


def _inverse_information(parameters: Floats, X: Floats, y: Floats) -> Floats:
    """Inverse of minus the Hessian of the log likelihood."""
    information = -approx_fprime(parameters, lambda p: scores(p, X, y).sum(axis=0), centered=True)
    scale = np.sqrt(np.abs(np.diag(information)).clip(min=np.finfo(float).tiny))
    try:
        scaled = cho_solve(cho_factor((information + information.T) / 2 / np.outer(scale, scale)), np.eye(len(scale)))
    except LinAlgError as error:
        raise InputError(
            "the likelihood of a stochastic frontier is flat on these prices, so that it has no interval",
            remedy="Use quantile or pareto instead, or bring more prices",
        ) from error
    return np.asarray(scaled / np.outer(scale, scale))
