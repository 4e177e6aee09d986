"""Did the rate of decline change? Tests for one break at an unknown date."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import InputError
from analysis.indexes.price_index import PriceIndex
from analysis.indexes.regression import DAYS_PER_YEAR

Floats = npt.NDArray[np.float64]

TRIMMING = 0.15
REPLICATES = 499
SEED = 20210115
MINIMUM_PERIODS = 24
STRAIGHT_LINES = ("frontier", "pareto", "quantile", "stochastic")

NULL = "the log index follows one straight line in time throughout, with errors that may be serially correlated (AR(1))"


@dataclass(frozen=True)
class BreakTest:
    """A test for one structural break.

    Attributes
    ----------
    name
        `sup-F` or `CUSUM of OLS residuals`.
    null
        What the p-value supposes, in words.
    statistic, p_value
        The p-value is from the bootstrap.
    break_date
        The last day before the break that fits best; a date and no finding unless the null is rejected.
    n
        Periods.
    """

    name: str
    null: str
    statistic: float
    p_value: float
    break_date: pd.Timestamp
    n: int

    def __str__(self) -> str:
        return (
            f"{self.name} {self.statistic:.3g}, p = {self.p_value:.3g} ({self.n} periods; null: {self.null}); "
            f"the most likely break is after {self.break_date:%Y-%m-%d}"
        )


def break_tests(index: PriceIndex) -> tuple[BreakTest, BreakTest]:
    """Sup-F and CUSUM on a price index.

    Raises
    ------
    InputError
        An index that is a straight line by construction, or one of fewer than 24 periods.
    """
    if index.kind in STRAIGHT_LINES:
        raise InputError(
            "a fitted line has no break to find", value=index.kind, remedy="Use matched, geks, hedonic or adjacent"
        )
    code = "M" if index.frequency == "month" else "Q"
    days = pd.PeriodIndex([row.period for row in index.periods], freq=code).end_time.normalize()
    log_index = np.log([row.value for row in index.periods])
    return sup_f(days, log_index), cusum(days, log_index)


def sup_f(days: pd.DatetimeIndex, log_index: Floats, replicates: int = REPLICATES, seed: int = SEED) -> BreakTest:
    """Largest F statistic for a change of level and slope over all break dates with 15 % of periods on either side.

    `F(k) = ((RSS_0 - RSS_k) / 2) / (RSS_k / (n - 4))`, `RSS_0` of one line, `RSS_k` of two with the break after period `k`.
    The p-value is from a recursive wild bootstrap under one line: residuals of the best two lines give the AR(1) coefficient
    (corrected for its bias in small samples) and innovations, whose signs are drawn anew. Tabulated critical values
    (Andrews 1993) suppose stationary regressors and long samples; a trend and 40 months are neither.

    References
    ----------
    Andrews, "Tests for parameter instability and structural change with unknown change point", Econometrica 61 (1993).
    Hansen, "Testing for structural change in conditional models", Journal of Econometrics 97 (2000), for the bootstrap.

    Raises
    ------
    InputError
        Fewer than 24 periods.
    """
    lines = _Lines(days)
    statistics = lines.f_statistics(log_index[None])[0]
    p_value = _p_value(lines, log_index, lambda y: lines.f_statistics(y).max(axis=1), replicates, seed)
    last = lines.candidates[int(statistics.argmax())] - 1
    return BreakTest("sup-F", NULL, float(statistics.max()), p_value, days[last], len(days))


def cusum(days: pd.DatetimeIndex, log_index: Floats, replicates: int = REPLICATES, seed: int = SEED) -> BreakTest:
    """Largest cumulative sum of least-squares residuals around one line, in absolute value.

    `sup_k |sum over t <= k of e_t| / (s sqrt(n))` as statsmodels' `breaks_cusumolsresid`, written out for many series at
    once. Its p-value is from the bootstrap of `sup_f`:
    the tabulated one is for independent errors and regressors without a trend.

    References
    ----------
    Ploberger & Kraemer, "The CUSUM test with OLS residuals", Econometrica 60 (1992).

    Raises
    ------
    InputError
        Fewer than 24 periods.
    """
    lines = _Lines(days)
    residuals = lines.residuals(log_index[None])[0]
    statistic = float(lines.cusum_statistics(log_index[None])[0])
    p_value = _p_value(lines, log_index, lines.cusum_statistics, replicates, seed)
    last = int(np.abs(residuals.cumsum()).argmax())
    return BreakTest("CUSUM of OLS residuals", NULL, statistic, p_value, days[last], len(days))


class _Lines:
    """One line and all pairs of lines through the same dates, ready for many series at once."""

    def __init__(self, days: pd.DatetimeIndex) -> None:
        n = len(days)
        if n < MINIMUM_PERIODS:
            raise InputError(
                f"{n} periods are too few to look for a break", remedy=f"{MINIMUM_PERIODS} are needed; use months"
            )
        years = (days - days[0]).days.to_numpy() / DAYS_PER_YEAR
        X = np.column_stack([np.ones(n), years - years.mean()])
        self.n = n
        # Three periods a side at least: a line through two has no residual.
        margin = max(int(np.ceil(TRIMMING * n)), 3)
        self.candidates = range(margin, n - margin + 1)
        self.one = np.linalg.qr(X)[0]
        after = [np.arange(n) >= k for k in self.candidates]
        self.two = [np.linalg.qr(np.column_stack([X, X * late[:, None]]))[0] for late in after]

    def residuals(self, y: Floats, basis: Floats | None = None) -> Floats:
        Q = self.one if basis is None else basis
        return np.asarray(y - y @ Q @ Q.T)

    def f_statistics(self, y: Floats) -> Floats:
        """Series by candidate break dates."""
        null = (self.residuals(y) ** 2).sum(axis=1)
        split = np.column_stack([(self.residuals(y, Q) ** 2).sum(axis=1) for Q in self.two])
        # Two lines that fit to the last digit would divide by nought.
        split = np.maximum(split, 1e-14 * (y**2).sum(axis=1, keepdims=True) + np.finfo(float).tiny)
        return np.asarray((null[:, None] - split) / 2 / (split / (self.n - 4)))

    def cusum_statistics(self, y: Floats) -> Floats:
        e = self.residuals(y)
        scale = np.sqrt((e**2).sum(axis=1) / (self.n - 2) * self.n)
        return np.asarray(np.abs(e.cumsum(axis=1)).max(axis=1) / np.maximum(scale, np.finfo(float).tiny))


def _p_value(lines: _Lines, y: Floats, statistic: Callable[[Floats], Floats], replicates: int, seed: int) -> float:
    if (lines.residuals(y[None]) ** 2).sum() <= 1e-20 * (y**2).sum():
        return 1.0  # one line to the last digit
    best = lines.two[int(lines.f_statistics(y[None])[0].argmax())]
    errors = lines.residuals(y[None], best)[0]
    rho = _corrected_ar1(errors)
    innovations = errors[1:] - rho * errors[:-1]
    # As many degrees of freedom as the two lines took.
    innovations *= np.sqrt(lines.n / (lines.n - 4))
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(replicates, lines.n))
    drawn = np.empty((replicates, lines.n))
    # The first error from the stationary law.
    drawn[:, 0] = signs[:, 0] * innovations.std() / np.sqrt(1 - rho**2)
    for t in range(1, lines.n):
        drawn[:, t] = rho * drawn[:, t - 1] + signs[:, t] * innovations[t - 1]
    beaten = (statistic(drawn) >= statistic(y[None])[0]).sum()
    return float((1 + beaten) / (1 + replicates))


def _corrected_ar1(errors: Floats) -> float:
    """First-order autocorrelation, with the bias that the fitted lines bring taken out, within [0, 0.95]."""
    n = len(errors)
    total = float(errors @ errors)
    raw = float(errors[1:] @ errors[:-1]) / total if total > 0 else 0.0
    # A fitted line takes (2 + 4 rho) / n off (Tjostheim & Paulsen 1983), each of two half as long twice that. Choosing where
    # they meet takes more: another factor of two keeps the size of the tests with rho up to 0.8 (docs/indexes.md).
    return float(np.clip((raw + 8 / n) / (1 - 16 / n), 0.0, 0.95))
