"""How fast the price of a given quality falls, with quality in the regression."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logit

from analysis.errors import InputError
from analysis.indexes.regression import annual_decline
from analysis.sources.price_table import SCORE_BOUNDS, ScoreScale

Frontier = Literal["pareto", "all"]

SCORE_CLIP = (0.005, 0.995)
MINIMUM_ROWS = 4


@dataclass(frozen=True)
class HedonicTrend:
    """The trend of price at constant quality.

    Attributes
    ----------
    n
        Rows in the regression.
    factor_per_year, ci90
        How many times cheaper after a year of 365 days, and its 90 % t interval.
    r_squared
        Of log price on date and quality.
    score_coefficient
        Change of log price with one unit of quality (logit of the score, or the raw score).
    """

    n: int
    factor_per_year: float
    ci90: tuple[float, float]
    r_squared: float | None
    score_coefficient: float

    def __str__(self) -> str:
        low, high = self.ci90
        return (
            f"{self.n} prices: {self.factor_per_year:.3g} times cheaper a year at constant quality "
            f"(90 % interval {low:.3g} to {high:.3g})"
        )


def undominated(prices: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which rows nothing on sale that day beat.

    A row stays when no row dated on or before it has a score at least as high at a price at most as high, one of
    them strictly.

    Parameters
    ----------
    prices
        Columns `date`, `price` and `score`.

    Returns
    -------
    numpy.ndarray
        Booleans, one per row, in the order of `prices`.
    """
    order = prices["date"].argsort(kind="stable").to_numpy()
    dates, price, score = (prices[name].to_numpy()[order] for name in ("date", "price", "score"))
    on_sale = np.searchsorted(dates, dates, side="right")
    kept = np.empty(len(prices), dtype=bool)
    for row, end in enumerate(on_sale):
        as_good = (score[:end] >= score[row]) & (price[:end] <= price[row])
        better = (score[:end] > score[row]) | (price[:end] < price[row])
        kept[order[row]] = not (as_good & better).any()
    return kept


def hedonic_trend(prices: pd.DataFrame, score_scale: ScoreScale, frontier: Frontier) -> HedonicTrend:
    """Ordinary least squares of log price on date and quality.

    The estimator of Gundlach et al., "The price of progress" (2025).

    Parameters
    ----------
    prices
        Columns `date` (datetime64), `price` (> 0) and `score`, as `read_price_table` gives them.
    score_scale
        A fraction or percent score is clipped to [0.005, 0.995] before its logit; a raw score is used as it is.
    frontier
        `pareto` keeps the rows that `undominated` marks; `all` keeps every row.

    Raises
    ------
    InputError
        Fewer than four rows are left, or dates and scores do not tell a trend apart.
    """
    kept = prices[undominated(prices)] if frontier == "pareto" else prices
    if len(kept) < MINIMUM_ROWS:
        raise InputError(
            f"{len(kept)} prices are too few for a hedonic trend ({frontier})",
            remedy=f"{MINIMUM_ROWS} are needed; bring more prices",
        )
    quality = kept["score"].to_numpy(dtype=float)
    if score_scale != "raw":
        quality = logit(np.clip(quality / SCORE_BOUNDS[score_scale][1], *SCORE_CLIP))
    line = annual_decline(kept["date"], kept["price"], quality)
    return HedonicTrend(
        n=len(kept),
        factor_per_year=line.factor_per_year,
        ci90=line.ci90,
        r_squared=line.r_squared,
        score_coefficient=line.other_coefficients[0],
    )
