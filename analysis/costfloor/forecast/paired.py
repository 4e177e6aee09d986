"""Standard errors of scores and of their differences, where rows share models, hosts and months.

A row is scored from several origins, the rows of one model or host move together, and whatever lies between two forecasters, the
common path of prices since an origin and what each had learned before it, moves all rows of that horizon at once. So neither rows nor
quarters are independent. Of several ways to cluster the largest error counts: by model (and host, where a row has one), and by blocks
of time as long as the horizon. Blocks are few, and each way is widened by Student-t with the number of its clusters, so that plus and
minus 1.645 times the error is an interval of 90 %. docs/forecast-scores.md has what such intervals cover in simulated panels, beside
those of other estimators.

References: Ibragimov and Mueller (2010), t-statistic based correlation and heterogeneity robust inference: few blocks of time and
Student-t; Cameron, Gelbach and Miller (2011), Robust inference with multiway clustering.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import norm, t

from costfloor.forecast.scores import OriginScore

COVERED: Final = 0.90
"""The interval whose width sets the error."""

MONTHS_OF_QUARTER: Final = 3


@dataclass(frozen=True)
class Difference:
    """How far a forecaster is from another on the same rows, and the standard error of that; None where it cannot be known."""

    value: float
    se: float | None


def crps_difference(first: Sequence[OriginScore], second: Sequence[OriginScore], horizon_months: int) -> Difference:
    """Mean over all rows of the CRPS of one forecaster less that of another at the same origins."""
    values = np.concatenate([score.crps - other.crps for score, other in zip(first, second, strict=True)])
    return Difference(float(values.mean()), row_error(values, first, horizon_months))


def index_difference(
    first: Sequence[OriginScore], second: Sequence[OriginScore], horizon_months: int
) -> Difference | None:
    """As `crps_difference`, of the mean log price of a quarter, each quarter of each origin alike; None where none has rows enough."""
    values = np.concatenate([score.index_crps - other.index_crps for score, other in zip(first, second, strict=True)])
    if not len(values):
        return None
    quarter = np.concatenate([score.index_quarter for score in first])
    return Difference(float(values.mean()), clustered_error(values, (time_blocks(quarter, horizon_months),)))


def row_error(values: np.ndarray, scores: Sequence[OriginScore], horizon_months: int) -> float | None:
    """Standard error of the mean of a value per scored row, over models, blocks of time, and hosts where there are several."""
    unit, host, quarter = (
        np.concatenate([getattr(score, name) for score in scores]) for name in ("row_unit", "row_host", "row_quarter")
    )
    ways = [unit, time_blocks(quarter, horizon_months)]
    return clustered_error(values, [*ways, host] if len(np.unique(host)) > 1 else ways)


def clustered_error(values: np.ndarray, ways: Sequence[np.ndarray]) -> float | None:
    """Standard error of the mean of values, the largest of several ways to cluster them; None where a way has a single cluster.

    Parameters
    ----------
    values : (n,)
        One per row.
    ways
        Codes of the clusters, (n,) each.
    """
    clusters = [np.unique(codes, return_inverse=True)[1] for codes in ways]
    return None if any(cluster.max() == 0 for cluster in clusters) else max(_error(values, way) for way in clusters)


def time_blocks(quarter: np.ndarray, horizon_months: int) -> np.ndarray:
    """Codes (n,) of blocks of time of one length, at least as long as the horizon, or halves of what is shorter than two horizons.

    Parameters
    ----------
    quarter : (n,) int
        Quarters since any start.
    horizon_months
        How far ahead the rows were forecast at most.
    """
    since = quarter - quarter.min()
    quarters = int(since.max()) + 1
    blocks = max(2, quarters * MONTHS_OF_QUARTER // horizon_months)
    return np.asarray(since * blocks // quarters)


def _error(values: np.ndarray, cluster: np.ndarray) -> float:
    sums = np.bincount(cluster, weights=values - values.mean())
    count = len(sums)
    widened = t.ppf((1 + COVERED) / 2, count - 1) / norm.ppf((1 + COVERED) / 2)
    return float(widened * np.sqrt((sums**2).sum() * count / (count - 1)) / len(values))
