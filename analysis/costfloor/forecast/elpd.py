"""Log scores summed over past origins, with standard errors over blocks (family x quarter)."""

from collections.abc import Sequence

import numpy as np

from costfloor.forecast.scores import OriginScore


def total_elpd(scores: Sequence[OriginScore]) -> tuple[float, float | None]:
    """Log score summed over origins, and its standard error over blocks (family x quarter) with its Monte Carlo error."""
    blocks = _block_sums(scores)
    return float(blocks.sum()), _standard_error(blocks, _mcse(scores))


def difference(
    first: Sequence[OriginScore], second: Sequence[OriginScore]
) -> tuple[float | None, float | None, float | None]:
    """Difference in log score of two forecasters at the same origins, its standard error, and the Monte Carlo error in it."""
    if not first:
        return None, None, None
    blocks, mcse = _block_sums(first) - _block_sums(second), _mcse([*first, *second])
    return float(blocks.sum()), _standard_error(blocks, mcse), mcse


def blocks_of(scores: Sequence[OriginScore]) -> np.ndarray:
    """Number of the block (family x quarter) of each unit: overlapping horizons score the same rows, which share a block."""
    keys = np.concatenate([np.stack([score.unit_family, score.unit_quarter], axis=1) for score in scores])
    _, block = np.unique(keys, axis=0, return_inverse=True)
    return block.ravel()


def _mcse(scores: Sequence[OriginScore]) -> float:
    """Monte Carlo error of a sum of scores from independent fits."""
    return float(np.sqrt(sum(score.elpd_mcse**2 for score in scores)))


def _block_sums(scores: Sequence[OriginScore]) -> np.ndarray:
    return np.bincount(blocks_of(scores), weights=np.concatenate([score.unit_elpd for score in scores]))


def _standard_error(blocks: np.ndarray, mcse: float) -> float | None:
    return float(np.hypot(np.sqrt(len(blocks)) * blocks.std(ddof=1), mcse)) if len(blocks) > 1 else None
