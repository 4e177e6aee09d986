"""GEKS-Jevons: every pair of periods compared, then made transitive."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse.csgraph import connected_components

from costfloor.errors import InputError
from costfloor.indexes.log_index import MINIMUM_MODELS, Floats, LogIndex, longest_run, run_note
from costfloor.indexes.periods import PeriodMatrix, followed_prices

WINDOWS = {"month": 13, "quarter": 5}

BLOCK = 4_000_000
"""Numbers in one block of influences: 32 MB."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Bilateral indexes of the pairs of periods that lie in one window; row `d - 1`, column `s` is of the pair `(s, s + d)`.

    Attributes
    ----------
    means
        Mean log relative from `s` to `s + d`; 0 where nothing is shared.
    counts
        Items behind it.
    usable
        Whether these are of enough models.
    """

    means: Floats
    counts: npt.NDArray[np.int64]
    usable: npt.NDArray[np.bool_]

    def between(self, first: int, last: int) -> "Pairs":
        """The pairs within a run of periods, `last` included."""
        run = slice(first, last + 1)
        return Pairs(
            self.means[: last - first, run], self.counts[: last - first, run], self.usable[: last - first, run]
        )


def geks_index(matrix: PeriodMatrix, window: int | None = None) -> LogIndex:
    """Rolling-window GEKS-Jevons index with a mean splice on the published index.

    In a window of `W` periods the bilateral Jevons indexes `P_st` over the items that `s` and `t` share are made transitive:
    `log I_t = (1/W) sum over s of log P_st`, up to a constant. Pairs with fewer than two models in common are left out and
    the log levels are those that fit the remaining pairs best in least squares, which is the same thing when none is missing.
    A new period joins the published index at the mean over all periods the windows share (Diewert & Fox 2022),
    `log I_T = mean over t of (log I_t + a_T - a_t)` with `a` the log levels of the newest window; earlier values stay.
    Only pairs within a window are ever compared, so the work grows with the periods and not with their square.

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
        No two neighbouring periods share two models, no model is there twice, or a window shorter than two periods.
    """
    length = WINDOWS[matrix.frequency] if window is None else window
    if length < 2:
        raise InputError(
            "a window has two periods or more", value=length, remedy="The usual windows reach one year back"
        )
    prices, models, alone = followed_prices(matrix)
    # Rows of one model side by side, so that its items are a slice.
    by_model = np.argsort(models, kind="stable")
    prices, models = prices[by_model], models[by_model]
    pairs = _pairs(prices, models, min(length, prices.shape[1]))
    first, last = longest_run(pairs.usable[0, : len(matrix.periods) - 1])
    prices, length = prices[:, first : last + 1], min(length, last - first + 1)
    pairs = pairs.between(first, last)
    weights = _window_weights(pairs, length)
    present = ~np.isnan(prices)
    seen = present.any(axis=1)
    clusters = len(np.unique(models[seen]))
    variance = sum(
        (_spliced(weights, block) ** 2).sum(axis=1) for block in _influences(prices[seen], models[seen], pairs)
    )
    return LogIndex(
        periods=matrix.periods[first : last + 1],
        days=matrix.days[first : last + 1],
        log=_spliced(weights, pairs.means[:, :, None])[:, 0],
        se=np.sqrt(clusters / (clusters - 1) * np.asarray(variance)),
        n=tuple(present.sum(axis=0).tolist()),
        models=clusters,
        note=f"{run_note(matrix.periods, first, last)}Windows of {length} {matrix.frequency}s, mean splice. {alone}".rstrip(),
    )


def transitive_weights(usable: npt.NDArray[np.bool_]) -> Floats:
    """The linear map from bilateral log indexes to log levels, `a_t = sum over s, u of w_tsu log P_su`.

    Least squares of `log P_su` on `a_u - a_s` over usable pairs. Its normal matrix is the Laplacian of the graph whose edges are
    these pairs; levels are determined up to a constant in each connected part, and have mean 0 there. Periods that no
    chain of pairs links are not comparable: only differences within a part mean anything.

    Parameters
    ----------
    usable
        Which pairs of periods are compared, (T, T), symmetric; the diagonal does not count.

    Returns
    -------
    numpy.ndarray
        (T, T, T).
    """
    pairs = (usable & ~np.eye(len(usable), dtype=bool)).astype(float)
    part = connected_components(pairs, directed=False)[1]
    # The mean over a part, for every period. It spans what the Laplacian sends to nought; with it added, the Laplacian is
    # positive definite, and nobody has to guess from rounded eigenvalues which of them are nought.
    mean = (part[:, None] == part) / np.bincount(part)[part]
    laplacian = np.diag(pairs.sum(axis=0)) - pairs
    inverse = cho_solve(cho_factor(laplacian + mean), np.eye(len(usable))) - mean
    # sum_u a_tu sum_s pairs_su log P_su, written out as weights.
    weights: Floats = inverse[:, None, :] * pairs[None, :, :]
    return weights


def _pairs(prices: Floats, models: npt.NDArray[np.intp], length: int) -> Pairs:
    """Compare every period with the `length - 1` that follow it."""
    periods = prices.shape[1]
    shape = (max(length - 1, 1), periods)
    means, counts, shared = np.zeros(shape), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    starts = _starts(models)
    for lag in range(1, length):
        relatives = prices[:, lag:] - prices[:, :-lag]
        both = ~np.isnan(relatives)
        counts[lag - 1, :-lag] = both.sum(axis=0)
        means[lag - 1, :-lag] = np.where(both, relatives, 0.0).sum(axis=0) / np.maximum(counts[lag - 1, :-lag], 1)
        # Sold in both periods is not enough for a model: it has to be by the same host.
        shared[lag - 1, :-lag] = np.logical_or.reduceat(both, starts, axis=0).sum(axis=0)
    return Pairs(means, counts, shared >= MINIMUM_MODELS)


def _influences(prices: Floats, models: npt.NDArray[np.intp], pairs: Pairs) -> Iterator[Floats]:
    """How far each model moves the bilateral means, `sum over its items of (relative - mean) / n`: (lag, period, model)."""
    starts = np.append(_starts(models), len(models))
    size = max(BLOCK // pairs.means.size, 1)
    for of_block in range(0, len(starts) - 1, size):
        bounds = starts[of_block : of_block + size + 1]
        of_models = prices[bounds[0] : bounds[-1]]
        influence = np.zeros((*pairs.means.shape, len(bounds) - 1))
        for lag in range(1, len(pairs.means) + 1):
            mean, count = pairs.means[lag - 1, :-lag], np.maximum(pairs.counts[lag - 1, :-lag], 1)
            deviations = np.nan_to_num((of_models[:, lag:] - of_models[:, :-lag] - mean) / count)
            influence[lag - 1, :-lag] = np.add.reduceat(deviations, bounds[:-1] - bounds[0], axis=0).T
        yield influence


def _starts(models: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Where each model begins in rows that are sorted by model."""
    return np.flatnonzero(np.append(True, models[1:] != models[:-1]))


def _window_weights(pairs: Pairs, length: int) -> list[Floats]:
    """Of every window, the weights of its pairs `(s, u)`, `s < u`, in its levels: (periods of the window, pairs)."""
    s, u = np.triu_indices(length, 1)
    windows = []
    for start in range(pairs.usable.shape[1] - length + 1):
        usable = np.zeros((length, length), dtype=bool)
        usable[s, u] = usable[u, s] = pairs.usable[u - s - 1, start + s]
        weights = transitive_weights(usable)
        # From u to s is minus from s to u.
        windows.append(weights[:, s, u] - weights[:, u, s])
    return windows


def _spliced(weights: list[Floats], logs: Floats) -> Floats:
    """Published log levels, first window, then one more period at a time; `logs` (lag, period, k) gives (period, k)."""
    length = len(weights[0])
    s, u = np.triu_indices(length, 1)
    published = np.empty(logs.shape[1:])
    for start, of_window in enumerate(weights):
        levels = of_window @ logs[u - s - 1, start + s]
        if start == 0:
            published[:length] = levels
        else:
            overlap = published[start : start + length - 1]
            published[start + length - 1] = (overlap + levels[-1] - levels[:-1]).mean(axis=0)
    return np.asarray(published - published[0])
