"""Adjacent-period hedonic index: a time-dummy regression for every two neighbouring periods."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from costfloor.indexes.covariates import (
    Covariate,
    CovariateEffect,
    covariate_columns,
    covariate_effects,
    labelled,
    require_variation,
    resting_on_one,
    some,
    too_narrow,
)
from costfloor.indexes.log_index import MINIMUM_MODELS, LogIndex, longest_run, reach, run_note
from costfloor.indexes.periods import PeriodMatrix
from costfloor.indexes.time_dummy import BIAS_NOTE, TimeDummyFit, fit_time_dummy, undetermined


def adjacent_index(rows: pd.DataFrame, matrix: PeriodMatrix, covariates: Sequence[str] = ()) -> LogIndex:
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
    covariates
        Columns of `rows` that every link holds constant; what each is worth is the mean over the links in which it differs.

    References
    ----------
    Griliches, "Hedonic price indexes for automobiles" (1961), for adjacent years. Pakes (2003) for why coefficients should
    be free to move.

    Raises
    ------
    InputError
        No two neighbouring periods with a regression, or a covariate that is constant, or that no link tells apart.
    """
    require_variation(rows, covariates)
    # What is unstated somewhere has the same levels in links where all is stated.
    rows = rows.assign(**{name: labelled(rows[name]) for name in covariates if rows[name].hasnans})
    by_period = dict(iter(rows.groupby("period")))
    pairs = [_pair(by_period, period) for period in range(1, len(matrix.periods))]
    fits = [None if pair is None else fit_time_dummy(pair, covariates=covariates) for pair in pairs]
    if covariates and not any(fits) and (enough := [pair for pair in pairs if pair is not None]):
        raise undetermined(max(enough, key=len), covariates)
    first, last = longest_run(np.array([fit is not None for fit in fits], dtype=bool))
    links = [fit for fit in fits[first:last] if fit is not None]
    influence = pd.concat([fit.influence[1] for fit in links], axis=1).fillna(0.0).to_numpy().cumsum(axis=1)
    psi = np.pad(influence, ((0, 0), (1, 0)))
    clusters = len(psi)
    counts = rows.groupby("period").size().reindex(range(first, last + 1), fill_value=0)
    columns = covariate_columns(rows, covariates)
    effects = _mean_effects(links, columns, clusters)
    seen = {(effect.name, effect.level) for effect in effects}
    unseen = [column.words for column in columns if (column.name, column.level) not in seen]
    worth = f"No link shows what these are worth: {some(unseen)}. " if unseen else ""
    alone = _alone(links, [pair for pair in pairs[first:last] if pair is not None], columns)
    broken = covariates and any(fit is None for fit, pair in zip(fits, pairs, strict=True) if pair is not None)
    apart = "It also breaks where covariates cannot be told apart from the period. " if broken else ""
    bare = sum(fit.controls != "hosts" for fit in links)
    hosts = f"{bare} of {len(links)} links are without host effects, for too few prices. " if bare else ""
    return LogIndex(
        periods=matrix.periods[first : last + 1],
        days=matrix.days[first : last + 1],
        log=np.concatenate([[0.0], np.cumsum([fit.effects[1] for fit in links])]),
        se=np.sqrt(clusters / (clusters - 1) * (psi**2).sum(axis=0)),
        n=tuple(counts.tolist()),
        models=clusters,
        note=run_note(matrix.periods, first, last)
        + apart
        + worth
        + hosts
        + too_narrow(alone, "in some links ")
        + BIAS_NOTE,
        covariates=effects,
    )


def _mean_effects(
    links: Sequence[TimeDummyFit], columns: Sequence[Covariate], clusters: int
) -> tuple[CovariateEffect, ...]:
    """What each covariate is worth, on average over the links that have it against its base in all rows."""
    effects: list[CovariateEffect] = []
    for column in columns:
        key = (column.name, column.level, column.base)
        places = [
            (link, at)
            for link in links
            for at, other in enumerate(link.columns)
            if (other.name, other.level, other.base) == key
        ]
        if not places:
            continue
        effect = np.mean([link.covariates[at] for link, at in places])
        influence = pd.concat([link.covariates_influence[at] for link, at in places], axis=1).fillna(0.0).mean(axis=1)
        half = reach(clusters) * np.sqrt(clusters / (clusters - 1) * (influence**2).sum())
        effects += covariate_effects([column], np.array([effect]), np.array([[effect - half, effect + half]]))
    return tuple(effects)


def _alone(
    links: Sequence[TimeDummyFit], pairs: Sequence[pd.DataFrame], columns: Sequence[Covariate]
) -> tuple[str, ...]:
    """Columns that rest on one model in a link that counts in what they are worth."""
    bases = {(column.name, column.base) for column in columns}
    words: set[str] = set()
    for link, pair in zip(links, pairs, strict=True):
        counted = [column for column in link.columns if (column.name, column.base) in bases]
        words.update(resting_on_one(counted, pair["model"]))
    return tuple(column.words for column in columns if column.words in words)


def _pair(by_period: Mapping[Any, pd.DataFrame], period: int) -> pd.DataFrame | None:
    """The prices of a period and the one before it; None when either has too few models."""
    pair = [by_period[number] for number in (period - 1, period) if number in by_period]
    if len(pair) < 2 or min(rows["model"].nunique() for rows in pair) < MINIMUM_MODELS:
        return None
    return pd.concat(pair)
