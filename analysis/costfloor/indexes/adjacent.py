"""Adjacent-period hedonic index: a time-dummy regression for every two neighbouring periods."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from costfloor.indexes.log_index import MINIMUM_MODELS, LogIndex, longest_run, run_note
from costfloor.indexes.periods import PeriodMatrix
from costfloor.indexes.time_dummy import BIAS_NOTE, TimeDummyFit, fit_time_dummy


def adjacent_index(rows: pd.DataFrame, matrix: PeriodMatrix) -> LogIndex:
    """Chain of two-period time-dummy regressions: the price of quality may change from link to link.

    `log I_t = sum of d_s over s <= t`, where `d_s` is the period effect of the regression on periods `s - 1` and `s` alone.
    A model stays for many links with much the same residual, so links are not independent: each model's influence on `d_s`
    is added up over the links before it is squared, `var log I_t = G/(G-1) sum_g (sum over s <= t of psi_gs)^2`.
    Two periods whose regression does not determine the effect break the chain; the longest run is kept.

    Parameters
    ----------
    rows
        `in_force(matrix)` or `new_prices(matrix)`.
    matrix
        Where the periods come from.

    References
    ----------
    Griliches, "Hedonic price indexes for automobiles" (1961), for adjacent years. Pakes (2003) for why coefficients should
    be free to move.

    Raises
    ------
    InputError
        No two neighbouring periods with a regression.
    """
    by_period = dict(iter(rows.groupby("period")))
    fits = [_link(by_period, period) for period in range(1, len(matrix.periods))]
    first, last = longest_run(np.array([fit is not None for fit in fits], dtype=bool))
    links = [fit for fit in fits[first:last] if fit is not None]
    influence = pd.concat([fit.influence[1] for fit in links], axis=1).fillna(0.0).to_numpy().cumsum(axis=1)
    psi = np.pad(influence, ((0, 0), (1, 0)))
    clusters = len(psi)
    counts = rows.groupby("period").size().reindex(range(first, last + 1), fill_value=0)
    bare = sum(fit.controls != "hosts" for fit in links)
    hosts = f"{bare} of {len(links)} links are without host effects, for too few prices. " if bare else ""
    return LogIndex(
        periods=matrix.periods[first : last + 1],
        days=matrix.days[first : last + 1],
        log=np.concatenate([[0.0], np.cumsum([fit.effects[1] for fit in links])]),
        se=np.sqrt(clusters / (clusters - 1) * (psi**2).sum(axis=0)),
        n=tuple(counts.tolist()),
        models=clusters,
        note=run_note(matrix.periods, first, last) + hosts + BIAS_NOTE,
    )


def _link(by_period: Mapping[Any, pd.DataFrame], period: int) -> TimeDummyFit | None:
    pair = [by_period[number] for number in (period - 1, period) if number in by_period]
    if len(pair) < 2 or min(rows["model"].nunique() for rows in pair) < MINIMUM_MODELS:
        return None
    return fit_time_dummy(pd.concat(pair))
