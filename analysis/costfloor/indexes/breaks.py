"""Did the rate of decline change? Tests for one break at an unknown date."""

import numpy as np
import pandas as pd

from costfloor.errors import InputError
from costfloor.indexes.break_statistics import REPLICATES, SEED, BreakTest, Floats, Lines, break_test
from costfloor.indexes.line_breaks import line_break_tests
from costfloor.indexes.periods import PERIOD_CODES
from costfloor.indexes.price_index import PriceIndex
from costfloor.indexes.regression import DAYS_PER_YEAR

MINIMUM_PERIODS = 24

NULL = "the log index follows one straight line in time throughout, with errors that may be serially correlated (AR(1))"


def break_tests(index: PriceIndex) -> tuple[BreakTest, BreakTest]:
    """Sup-F and CUSUM on a price index of any kind.

    An index by period (matched, geks, hedonic, adjacent) is tested as a series. One that is a straight line by construction
    (frontier, pareto, quantile, stochastic) has no break to find: the prices behind it are tested, by `line_break_tests`.

    Raises
    ------
    InputError
        Fewer than 24 periods, or 12 prices behind a line, or the other reasons of `line_break_tests`.
    """
    if index.rows is not None:
        return line_break_tests(index.kind, index.rows)
    code = PERIOD_CODES[index.frequency]
    days = pd.PeriodIndex([row.period for row in index.periods], freq=code).end_time.normalize()
    log_index = np.log([row.value for row in index.periods])
    return sup_f(days, log_index), cusum(days, log_index)


def sup_f(days: pd.DatetimeIndex, log_index: Floats, replicates: int = REPLICATES) -> BreakTest:
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
    lines = _lines(days)
    return break_test("sup-F", lines, log_index, NULL, [_drawn(lines, log_index, replicates)])


def cusum(days: pd.DatetimeIndex, log_index: Floats, replicates: int = REPLICATES) -> BreakTest:
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
    lines = _lines(days)
    return break_test("CUSUM of OLS residuals", lines, log_index, NULL, [_drawn(lines, log_index, replicates)])


def _lines(days: pd.DatetimeIndex) -> Lines:
    n = len(days)
    if n < MINIMUM_PERIODS:
        raise InputError(
            f"{n} periods are too few to look for a break", remedy=f"{MINIMUM_PERIODS} are needed; use months"
        )
    years = (days - days[0]).days.to_numpy() / DAYS_PER_YEAR
    return Lines(days, np.column_stack([np.ones(n), years - years.mean()]))


def _drawn(lines: Lines, y: Floats, replicates: int) -> Floats:
    """Series around one line with the errors of the best two, (replicates, n)."""
    errors = lines.residuals_of_two(y, lines.before[int(lines.f_statistics(y[None])[0].argmax())])
    rho = _corrected_ar1(errors)
    innovations = errors[1:] - rho * errors[:-1]
    # As many degrees of freedom as the two lines took.
    innovations *= np.sqrt(lines.n / (lines.n - 4))
    signs = np.random.default_rng(SEED).choice([-1.0, 1.0], size=(replicates, lines.n))
    drawn = np.empty((replicates, lines.n))
    # The first error from the stationary law.
    drawn[:, 0] = signs[:, 0] * innovations.std() / np.sqrt(1 - rho**2)
    for t in range(1, lines.n):
        drawn[:, t] = rho * drawn[:, t - 1] + signs[:, t] * innovations[t - 1]
    return drawn


def _corrected_ar1(errors: Floats) -> float:
    """First-order autocorrelation, with the bias that the fitted lines bring taken out, within [0, 0.95]."""
    n = len(errors)
    total = float(errors @ errors)
    raw = float(errors[1:] @ errors[:-1]) / total if total > 0 else 0.0
    # A fitted line takes (2 + 4 rho) / n off (Tjostheim & Paulsen 1983), each of two half as long twice that. Choosing where
    # they meet takes more: another factor of two keeps the size of the tests with rho up to 0.8 (docs/indexes.md).
    return float(np.clip((raw + 8 / n) / (1 - 16 / n), 0.0, 0.95))
