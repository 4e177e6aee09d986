"""Log scores summed over past origins, with standard errors over models and over blocks of time."""

from collections.abc import Sequence

import numpy as np

from costfloor.forecast.paired import clustered_error, time_blocks
from costfloor.forecast.scores import OriginScore


def total_elpd(scores: Sequence[OriginScore], horizon_months: int) -> tuple[float, float | None]:
    """Log score summed over origins, and its standard error (`costfloor.forecast.paired`) with its Monte Carlo error."""
    values = _by_unit(scores)
    return float(values.sum()), _standard_error(values, scores, horizon_months, _mcse(scores))


def difference(
    first: Sequence[OriginScore], second: Sequence[OriginScore], horizon_months: int
) -> tuple[float | None, float | None, float | None]:
    """Difference in log score of two forecasters at the same origins, its standard error, and the Monte Carlo error in it.

    Paired by unit. All are None without an origin; the standard error is, too, where all rows are of one model or one quarter.
    """
    if not first:
        return None, None, None
    values, mcse = _by_unit(first) - _by_unit(second), _mcse([*first, *second])
    return float(values.sum()), _standard_error(values, first, horizon_months, mcse), mcse


def _by_unit(scores: Sequence[OriginScore]) -> np.ndarray:
    return np.concatenate([score.unit_elpd for score in scores])


def _mcse(scores: Sequence[OriginScore]) -> float:
    """Monte Carlo error of a sum of scores from independent fits."""
    return float(np.sqrt(sum(score.elpd_mcse**2 for score in scores)))


def _standard_error(
    values: np.ndarray, scores: Sequence[OriginScore], horizon_months: int, mcse: float
) -> float | None:
    unit = np.concatenate([score.unit for score in scores])
    quarter = np.concatenate([score.unit_quarter for score in scores])
    error = clustered_error(values, (unit, time_blocks(quarter, horizon_months)))
    return None if error is None else float(np.hypot(len(values) * error, mcse))
