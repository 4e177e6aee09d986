"""Trend of price at constant quality among undominated prices."""

import pandas as pd

from costfloor.indexes.hedonic import hedonic_trend, undominated
from costfloor.indexes.trend import Trend


def pareto_trend(rows: pd.DataFrame) -> Trend:
    """Ordinary least squares of log price on date and quality, for the prices that nothing on sale beat when they came.

    `log p = a - r t + b quality + e` with Student's t interval: the estimator of `hedonic_trend(..., "pareto")`, on quality
    as it is. Only prices at which something new or better came count, so the trend is that of progress at the frontier, not
    of what the average buyer pays. Errors are taken as independent; the selection makes them lie below the market.

    References
    ----------
    Gundlach and others, "The price of progress" (2025).

    Raises
    ------
    InputError
        Fewer than four undominated prices, or dates and quality do not tell a trend apart.
    """
    scored = rows.assign(score=rows["quality"].astype(float))
    line = hedonic_trend(scored, "raw", "pareto")
    kept: pd.DataFrame = rows[undominated(scored)]
    return Trend(
        rate=line.rate,
        ci90=line.rate_ci90,
        rows=kept,
        note="Undominated prices only; errors are taken as independent.",
    )
