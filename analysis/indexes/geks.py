"""GEKS-Jevons: every pair of periods compared, then made transitive."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import InputError
from analysis.indexes.log_index import MINIMUM_MODELS, Floats, LogIndex, longest_run, run_note
from analysis.indexes.periods import PeriodMatrix, log_prices

WINDOWS = {"month": 13, "quarter": 5}


def geks_index(matrix: PeriodMatrix, window: int | None = None) -> LogIndex:
    """Rolling-window GEKS-Jevons index with a mean splice on the published index.

    In a window of `W` periods the bilateral Jevons indexes `P_st` over the items that `s` and `t` share are made transitive:
    `log I_t = (1/W) sum over s of log P_st`, up to a constant. Pairs with fewer than two models in common are left out and
    the log levels are those that fit the remaining pairs best in least squares, which is the same thing when none is missing.
    A new period joins the published index at the mean over all periods the windows share (Diewert & Fox 2022),
    `log I_T = mean over t of (log I_t + a_T - a_t)` with `a` the log levels of the newest window; earlier values stay.

    Standard errors: infinitesimal jackknife over models. Given which pairs exist, the log index is linear in the bilateral means,
    so the influence of model `g` is that linear map of `sum over its items of (relative - mean) / n` and
    the variance is `G/(G-1) sum_g psi_g^2`. It is deleting a model in the limit, and needs no replicate that may fall apart.

    Parameters
    ----------
    matrix
        Prices in force.
    window
        Periods in a window; 13 months or 5 quarters by default, so that a window reaches one year back.

    References
    ----------
    Ivancic, Diewert & Fox, "Scanner data, time aggregation and the construction of price indexes", Journal of Econometrics
    161 (2011). Diewert & Fox, "Substitution bias in multilateral methods for CPI construction", Journal of Business and
    Economic Statistics 40 (2022). Efron, The Jackknife, the Bootstrap and Other Resampling Plans (1982), chapter 6.

    Raises
    ------
    InputError
        No two neighbouring periods share two models, or a window shorter than two periods.
    """
    length = WINDOWS[matrix.frequency] if window is None else window
    if length < 2:
        raise InputError(
            "a window has two periods or more", value=length, remedy="The usual windows reach one year back"
        )
    prices = log_prices(matrix)
    models = pd.factorize(matrix.items["model"])[0]
    means, counts, usable = _bilateral(prices, models)
    first, last = longest_run(np.diagonal(usable, 1))
    run = slice(first, last + 1)
    weights = _spliced(usable[run, run], length)
    # A pair that is not used has weight 0.
    shares = weights / np.maximum(counts[run, run], 1)
    psi = np.empty((models.max() + 1, last - first + 1))
    for model in range(len(psi)):
        sums, of_model = _pair_sums(prices[models == model, run])
        psi[model] = np.einsum("tsu,su->t", shares, sums - of_model * means[run, run])
    present = matrix.spell[:, run] != -1
    clusters = len(np.unique(models[present.any(axis=1)]))
    note = f"Windows of {min(length, last - first + 1)} {matrix.frequency}s, mean splice; models seen once only do not count."
    return LogIndex(
        periods=matrix.periods[run],
        days=matrix.days[run],
        log=np.einsum("tsu,su->t", weights, means[run, run]),
        se=np.sqrt(clusters / (clusters - 1) * (psi**2).sum(axis=0)),
        n=tuple(present.sum(axis=0).tolist()),
        models=clusters,
        note=run_note(matrix.periods, first, last) + note,
    )


def transitive_weights(usable: npt.NDArray[np.bool_]) -> Floats:
    """The linear map from bilateral log indexes to log levels of mean 0, `a_t = sum over s, u of w_tsu log P_su`.

    Least squares of `log P_su` on `a_u - a_s` over usable pairs: the pseudo-inverse of the pairs' graph Laplacian.
    """
    pairs = (usable & ~np.eye(len(usable), dtype=bool)).astype(float)
    inverse = np.linalg.pinv(np.diag(pairs.sum(axis=0)) - pairs, hermitian=True)
    # sum_u a_tu sum_s pairs_su log P_su, written out as weights.
    weights: Floats = inverse[:, None, :] * pairs[None, :, :]
    return weights


def _bilateral(prices: Floats, models: npt.NDArray[np.intp]) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Mean log relative from period (row) to period (column), the items behind it, and whether they are of enough models."""
    sums, counts = _pair_sums(prices)
    # Sold in both periods is not enough for a model: it has to be by the same host.
    shared = np.zeros_like(counts)
    for model in range(models.max() + 1):
        shared += _pair_sums(prices[models == model])[1] > 0
    return sums / np.maximum(counts, 1), counts, shared >= MINIMUM_MODELS


def _pair_sums(prices: Floats) -> tuple[Floats, Floats]:
    """Sums of log relatives over the items that two periods share, for every pair of periods, and how many items these are."""
    present = ~np.isnan(prices)
    sold, level = present.astype(float), np.where(present, prices, 0.0)
    return sold.T @ level - level.T @ sold, sold.T @ sold


def _spliced(usable: npt.NDArray[np.bool_], length: int) -> Floats:
    """Weights of the published index on the bilateral indexes: first window, then one more period at a time."""
    periods = len(usable)
    published = np.zeros((periods, periods, periods))
    length = min(length, periods)
    published[:length, :length, :length] = transitive_weights(usable[:length, :length])
    for newest in range(length, periods):
        span = slice(newest - length + 1, newest + 1)
        levels = np.zeros((length, periods, periods))
        levels[:, span, span] = transitive_weights(usable[span, span])
        overlap = published[newest - length + 1 : newest]
        published[newest] = (overlap + levels[-1] - levels[:-1]).mean(axis=0)
    return np.asarray(published - published[0])
