"""Matched-model index: only models sold in both of two neighbouring periods count."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from costfloor.indexes.log_index import MINIMUM_MODELS, Floats, LogIndex, longest_run, run_note
from costfloor.indexes.periods import PeriodMatrix, followed_prices


def matched_index(matrix: PeriodMatrix) -> LogIndex:
    """Chained Jevons index of the items that two neighbouring periods share.

    The link is the geometric mean of price relatives, `log L_t = mean over i of log(p_it / p_i,t-1)`, and the index is the
    product of the links. With `e_g` the sum over model `g`'s items of their relatives' deviations from the mean, the link has
    variance `G/(G-1) sum_g e_g^2 / n^2`; links are taken as independent, so the log index has the running sum (delta method).
    Two periods with fewer than two models in common break the chain: the longest run without a break is kept.

    A link in which no price moved has variance 0. That says that no price on the list moved, not that none could have.

    References
    ----------
    ILO and others, Consumer Price Index Manual: Concepts and Methods (2020), chapters 6 and 8. Pakes, "A reconsideration of
    hedonic price indexes with an application to PC's", American Economic Review 93 (2003): matched models leave out the fall
    in value of those that exit.

    Raises
    ------
    InputError
        No two neighbouring periods share two models, or no model is there twice.
    """
    prices, models, alone = followed_prices(matrix)
    relatives = np.diff(prices, axis=1)
    matched = ~np.isnan(relatives)
    linked = np.array([len(np.unique(models[column])) >= MINIMUM_MODELS for column in matched.T], dtype=bool)
    first, last = longest_run(linked)
    links = [_link(relatives[matched[:, t], t], models[matched[:, t]]) for t in range(first, last)]
    steps, variances = np.array(links).T
    counts = matched[:, first:last].sum(axis=0).tolist()
    note = (
        "Models that leave, and new ones, count only while they are on the list twice: falls through them are missed."
    )
    return LogIndex(
        periods=matrix.periods[first : last + 1],
        days=matrix.days[first : last + 1],
        log=np.concatenate([[0.0], np.cumsum(steps)]),
        se=np.sqrt(np.concatenate([[0.0], np.cumsum(variances)])),
        n=(counts[0], *counts),
        models=len(np.unique(models[matched[:, first:last].any(axis=1)])),
        note=f"{run_note(matrix.periods, first, last)}{note} {alone}".rstrip(),
    )


def _link(relatives: Floats, models: npt.NDArray[np.intp]) -> tuple[float, float]:
    mean = relatives.mean()
    sums = pd.Series(relatives - mean).groupby(models).sum().to_numpy()
    clusters = len(sums)
    return float(mean), float(clusters / (clusters - 1) * (sums**2).sum() / len(relatives) ** 2)
