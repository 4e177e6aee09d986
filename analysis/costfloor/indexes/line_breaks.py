"""Did the rate of decline change? Tests on the prices behind an index that is one straight line."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from costfloor.errors import InputError
from costfloor.indexes.break_statistics import REPLICATES, SEED, BreakTest, Floats, Lines, break_test
from costfloor.indexes.trend import clusters, trend_design

MINIMUM_PRICES = 12
MINIMUM_MODELS = 6
"""With signs drawn per model no p-value is below `2^(1 - models)`: 0.03 with six, and nothing below 0.05 with fewer."""

ORDER = ("date", "price", "quality", "model")

BLOCK = 4_000_000
"""Numbers in one block of bootstrap series: 32 MB."""

ERRORS = "with errors that are independent between models"
# How often: docs/indexes.md.
INDICATIVE = "the rule that selects them uses price, so the p-value is indicative: without a break it is below 0.05 in"
NULLS = {
    "frontier": f"the record lows follow one straight line in time, {ERRORS}; {INDICATIVE} a third of simulated markets",
    "pareto": f"the undominated prices at given quality follow one straight line in time, {ERRORS}; {INDICATIVE} a sixth of "
    "simulated markets",
    "quantile": f"the mean of log price at given quality, not its tenth percentile, follows one straight line in time, {ERRORS}",
    "stochastic": f"the mean of log price at given quality, frontier and distance together, follows one straight line in time, "
    f"{ERRORS}",
}


def line_break_tests(kind: str, rows: pd.DataFrame, replicates: int = REPLICATES) -> tuple[BreakTest, BreakTest]:
    """Sup-F and CUSUM of least-squares residuals for a line through dated prices.

    `log p = a - r t + b quality + e`, against a level `a` and rate `r` that change at one unknown date with 15 % of prices, and
    three dates, on either side; `b` is common to both sides. Statistics as in `breaks.sup_f` and `breaks.cusum`, with a break only
    between two dates. p-values are from a wild bootstrap under one line: its residuals keep their size, and all those of a model
    change sign together or not at all. Shocks that models share in time are outside the null, and reject as a break does.

    For `quantile` this tests the mean line. Tests for a break in the quantile itself (Qu 2008) are another matter: a spread that
    widens leaves the mean alone and moves the tenth percentile.

    Parameters
    ----------
    kind
        `frontier`, `pareto`, `quantile` or `stochastic`: says which null is stated.
    rows
        The prices behind the line: `date`, `price`, `quality`, and `model` where known (else each row stands alone). Rows that are
        `left_censored` are left out: dating an old stock on the first day of the record looks like a break.

    References
    ----------
    Cameron, Gelbach & Miller, "Bootstrap-based improvements for inference with clustered errors", Review of Economics and
    Statistics 90 (2008). Qu, "Testing for structural change in regression quantiles", Journal of Econometrics 146 (2008).

    Raises
    ------
    InputError
        Fewer than 12 prices or 6 models, dates and quality that do not tell a trend apart, or too few dates for a break.
    """
    if "left_censored" in rows:
        rows = rows[~rows["left_censored"]]
    if len(rows) < MINIMUM_PRICES:
        raise InputError(
            f"{len(rows)} prices are too few to look for a break",
            remedy=f"{MINIMUM_PRICES} are needed; bring more prices",
        )
    # Ties are broken by what the row says, so that the order of a table does not decide.
    rows = rows.sort_values([name for name in ORDER if name in rows], ignore_index=True)
    X = trend_design(rows)
    lines = Lines(pd.DatetimeIndex(rows["date"]), X)
    if not len(lines.before):
        raise InputError("the prices have too few dates to look for a break", remedy="Bring prices of more dates")
    models, groups = np.unique(clusters(rows), return_inverse=True)
    if len(models) < MINIMUM_MODELS:
        raise InputError(
            f"prices of {len(models)} models are too few to look for a break", remedy=f"{MINIMUM_MODELS} are needed"
        )
    y = np.log(rows["price"].to_numpy(dtype=float))
    e = lines.residuals(y[None])[0]
    null = NULLS[kind]
    return (
        break_test("sup-F", lines, y, null, _signed(e, groups, replicates)),
        break_test("CUSUM of OLS residuals", lines, y, null, _signed(e, groups, replicates)),
    )


def _signed(e: Floats, groups: npt.NDArray[np.intp], replicates: int) -> Iterator[Floats]:
    """The residuals with the signs of each model drawn anew, in blocks of (series, n)."""
    rng = np.random.default_rng(SEED)
    size = max(BLOCK // len(e), 1)
    for start in range(0, replicates, size):
        signs = rng.choice([-1.0, 1.0], size=(min(size, replicates - start), groups.max() + 1))
        yield e * signs[:, groups]
