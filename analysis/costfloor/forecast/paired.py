"""Standard errors of scores and of their differences, where rows share models, hosts and months.

A row is scored from several origins, the rows of one model or host move together, and whatever lies between two forecasters, the
common path of prices since an origin and what each had learned before it, moves all rows of that horizon at once. So neither rows nor
quarters are independent. Of several ways to cluster the largest error counts: by model (and host, where a row has one), and by blocks
of time of two thirds of the horizon. Blocks are few and unequal, so that each way has the small-sample variance and the degrees of
freedom that few clusters ask for, and is widened by Student-t: plus and minus 1.645 times the error is an interval of 90 %.
docs/forecast-scores.md has what such intervals cover in simulated panels, beside those of other estimators.

References: Bell and McCaffrey (2002), Bias reduction in standard errors for linear regression with multi-stage samples (the variance);
Imbens and Kolesar (2016), Robust standard errors in small samples (the degrees of freedom, for effects of clusters); Ibragimov and
Mueller (2010), t-statistic based correlation and heterogeneity robust inference (few blocks of time).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import norm, t

from costfloor.forecast.scores import OriginScore

COVERED: Final = 0.90
"""The interval whose width sets the error."""

MIN_BLOCKS: Final = 3

RESTS_ON: Final = "by models or by blocks of time"
"""What an error of a log score says of itself where it is printed."""


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
    """Codes (n,) of blocks of time of one length: at least two thirds of the horizon, or a third of all time where that is short.

    Parameters
    ----------
    quarter : (n,) int
        Quarters since any start.
    horizon_months
        How far ahead the rows were forecast at most.
    """
    since = quarter - quarter.min()
    quarters = int(since.max()) + 1
    # All time over two thirds of the horizon, both in months.
    blocks = max(MIN_BLOCKS, 3 * quarters * 3 // (2 * horizon_months))
    return np.asarray(since * min(blocks, quarters) // quarters)


def _error(values: np.ndarray, cluster: np.ndarray) -> float:
    size = np.bincount(cluster)
    share = size / size.sum()
    sums = np.bincount(cluster, weights=values - values.mean()) / np.sqrt(1 - share)
    widened = t.ppf((1 + COVERED) / 2, _freedom(share)) / norm.ppf((1 + COVERED) / 2)
    return float(widened * np.sqrt((sums**2).sum()) / len(values))


def _freedom(share: np.ndarray) -> float:
    """Degrees of freedom of the variance of a mean over clusters with these shares of the rows, when each has an effect of its own.

    By Satterthwaite's rule: squared trace over squared norm of the covariance of the clusters' sums around the mean, which are
    `scale[g] * (effect[g] - mean effect)`.
    """
    scale, concentration = share**2 / (1 - share), float((share**2).sum())
    moments = [float((scale * share**power).sum()) for power in range(3)]
    trace = (1 + concentration) * moments[0] - 2 * moments[1]
    between = concentration**2 * moments[0] ** 2 - 4 * concentration * moments[0] * moments[1]
    between += 2 * moments[0] * moments[2] + 2 * moments[1] ** 2
    norm_squared = between + float((scale**2 * (1 + 2 * concentration - 4 * share)).sum())
    return trace**2 / norm_squared
