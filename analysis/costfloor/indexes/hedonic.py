"""How fast the price of a given quality falls, with quality in the regression."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logit

from costfloor.errors import InputError
from costfloor.indexes.covariates import CovariateEffect, covariate_columns, effects_frame, require_variation
from costfloor.indexes.regression import annual_decline
from costfloor.indexes.yearly_factor import YearlyFactor
from costfloor.sources.price_table import SCORE_BOUNDS, ScoreScale

Frontier = Literal["pareto", "all"]

SCORE_CLIP = (0.005, 0.995)
MINIMUM_ROWS = 4


@dataclass(frozen=True)
class HedonicTrend(YearlyFactor):
    """The trend of price at constant quality.

    Attributes
    ----------
    n
        Rows in the regression.
    factor_per_year, ci90
        How many times cheaper after a year of 365 days, and its 90 % t interval.
    r_squared
        Of log price on date, quality and covariates.
    score_coefficient
        Change of log price with one unit of quality (logit of the score, or the raw score).
    covariates
        What each covariate is worth, with 90 % t intervals.
    """

    n: int
    factor_per_year: float
    ci90: tuple[float, float]
    r_squared: float | None
    score_coefficient: float
    covariates: tuple[CovariateEffect, ...] = ()

    def __str__(self) -> str:
        low, high = self.rate_ci90
        held = "quality and covariates" if self.covariates else "quality"
        return (
            f"{self.n} prices: log-rate {self.rate:.3g} a year at constant {held} (90 % interval {low:.3g} to {high:.3g}), "
            f"{self.factor_per_year:.3g} times cheaper after a year"
        )

    __repr__ = __str__

    def covariates_frame(self) -> pd.DataFrame:
        """One row per covariate, or per level of one in text: `covariate, level, base, effect, low, high`; the interval is 90 %."""
        return effects_frame(self.covariates)


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
    dates = prices["date"].to_numpy()[order]
    price, score = (prices[name].to_numpy(dtype=float)[order].tolist() for name in ("price", "score"))
    kept = np.empty(len(prices), dtype=bool)
    # The best offers so far, none beaten by another: scores and prices both rise.
    best_scores: list[float] = []
    best_prices: list[float] = []
    starts = np.append(np.flatnonzero(np.append(True, dates[1:] != dates[:-1])), len(dates))
    for start, end in pairwise(starts.tolist() if len(dates) else []):
        # All of a day are on sale before any of them is judged.
        for row in range(start, end):
            at = bisect_left(best_scores, score[row])
            if at < len(best_scores) and best_prices[at] <= price[row]:
                continue
            beaten = slice(bisect_left(best_prices, price[row]), bisect_right(best_scores, score[row]))
            best_scores[beaten], best_prices[beaten] = [score[row]], [price[row]]
        for row in range(start, end):
            better = bisect_right(best_scores, score[row])
            as_good = bisect_left(best_scores, score[row])
            kept[order[row]] = (better == len(best_scores) or best_prices[better] > price[row]) and (
                as_good == len(best_scores) or best_prices[as_good] >= price[row]
            )
    return kept


def hedonic_trend(
    prices: pd.DataFrame, score_scale: ScoreScale, frontier: Frontier, covariates: Sequence[str] = ()
) -> HedonicTrend:
    """Ordinary least squares of log price on date, quality and covariates.

    The estimator of Gundlach et al., "The price of progress" (2025).

    Parameters
    ----------
    prices
        Columns `date` (datetime64), `price` (> 0) and `score`, as `read_price_table` gives them.
    score_scale
        A fraction or percent score is clipped to [0.005, 0.995] before its logit; a raw score is used as it is.
    frontier
        `pareto` keeps the rows that `undominated` marks; `all` keeps every row.
    covariates
        Columns of `prices` that are held constant beside quality; which rows are kept does not depend on them.

    Raises
    ------
    InputError
        Too few rows are left (four without covariates), dates and scores do not tell a trend apart, or a covariate is constant or
        cannot be told apart from them.
    """
    kept = prices[undominated(prices)] if frontier == "pareto" else prices
    columns = covariate_columns(kept, covariates)
    least = MINIMUM_ROWS + len(columns)
    if len(kept) < least:
        raise InputError(
            f"{len(kept)} prices are too few for a hedonic trend ({frontier})",
            remedy=f"{least} are needed; bring more prices",
        )
    require_variation(kept, covariates)
    quality = kept["score"].to_numpy(dtype=float)
    if score_scale != "raw":
        quality = logit(np.clip(quality / SCORE_BOUNDS[score_scale][1], *SCORE_CLIP))
    line = annual_decline(kept["date"], kept["price"], quality, columns)
    return HedonicTrend(
        n=len(kept),
        factor_per_year=line.factor_per_year,
        ci90=line.ci90,
        r_squared=line.r_squared,
        score_coefficient=line.quality,
        covariates=line.covariates,
    )
