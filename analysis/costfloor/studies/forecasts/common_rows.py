"""From scores by forecaster and origin to a table on the rows that all could forecast."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from costfloor.forecast.baselines import BASELINES
from costfloor.forecast.elpd import difference
from costfloor.forecast.lfo import Scored, mixture_score
from costfloor.forecast.paired import Difference, crps_difference, index_difference
from costfloor.forecast.scores import OriginScore
from costfloor.forecast.stacking import stacking_weights
from costfloor.laws import LAWS
from costfloor.studies.forecasts.result import AVERAGE, ForecastRow, Horizon, LeftOut
from costfloor.studies.sbc.ranks import uniformity

PIT_LEVELS: Final = 99


def horizon_table(scored: Sequence[Scored], months: int) -> Horizon:
    """All forecasters at one horizon, on common rows.

    A date at which one of them has no forecast is left out for all, and counted; a forecaster with none at any date is left out itself.
    A law whose fit missed a gate has no forecast.

    Parameters
    ----------
    scored
        Of laws and classical forecasts, from the same origins.
    months
        The horizon.
    """
    dates = sorted({forecast.origin for forecast in scored if months in forecast.scores})
    by_name: dict[str, dict[pd.Timestamp, OriginScore]] = {name: {} for name in (*LAWS, *BASELINES)}
    for forecast in scored:
        missed_a_gate = forecast.name in LAWS and forecast.failure
        if months in forecast.scores and not missed_a_gate:
            by_name[forecast.name][forecast.origin] = forecast.scores[months]
    absent = tuple(name for name, scores in by_name.items() if not scores)
    missing = {
        date: tuple(name for name, scores in by_name.items() if name not in absent and date not in scores)
        for date in dates
    }
    common = [date for date in dates if not missing[date]]
    left_out = tuple(LeftOut(str(date.date()), names) for date, names in missing.items() if names)
    origins = tuple(str(date.date()) for date in common)
    scores = {name: [by_date[date] for date in common] for name, by_date in by_name.items() if name not in absent}
    laws = {name: of_law for name, of_law in scores.items() if name in LAWS}
    if not common or not laws:
        return Horizon(months, origins, left_out, absent, 0, 0, 0, "", ())
    average = [average_score(of_origin) for of_origin in zip(*laws.values(), strict=True)]
    every = laws | {AVERAGE: average} | {name: rival for name, rival in scores.items() if name not in LAWS}
    best = min((*laws, AVERAGE), key=lambda name: _mean(every[name], "crps"))
    weights = stacking_weights(laws)
    return Horizon(
        months,
        origins,
        left_out,
        absent,
        rows=sum(len(score.crps) for score in average),
        models=len(np.unique(np.concatenate([score.row_unit for score in average]))),
        quarters=len(np.unique(np.concatenate([score.row_quarter for score in average]))),
        best=best,
        forecasters=tuple(_row(name, months, every, best, weights) for name in every),
    )


def average_score(scores: Sequence[OriginScore]) -> OriginScore:
    """Score of the equal mixture of laws at one origin; nothing about it is fitted to the scores.

    Its distribution function is the average of theirs, and so are its transforms and from them its coverage. Its CRPS is at most the
    average of theirs, as the score is convex: that bound is given, of rows and of quarters.
    """
    pit = np.mean([score.pit for score in scores], axis=0)
    return replace(
        scores[0],
        unit_elpd=mixture_score(scores, np.full(len(scores), 1.0 / len(scores))),
        elpd_mcse=float(np.mean([score.elpd_mcse for score in scores])),
        crps=np.mean([score.crps for score in scores], axis=0),
        covered50=np.abs(pit - 0.5) <= 0.25,
        covered90=np.abs(pit - 0.5) <= 0.45,
        pit=pit,
        index_crps=np.mean([score.index_crps for score in scores], axis=0),
    )


def _row(
    name: str,
    months: int,
    every: Mapping[str, Sequence[OriginScore]],
    best: str,
    weights: Mapping[str, float],
) -> ForecastRow:
    scores, reference = every[name], every[best]
    pit = np.concatenate([score.pit for score in scores])
    ahead, ahead_se, ahead_mcse = difference(scores, reference, months)
    other = name != best and ahead is not None
    return ForecastRow(
        forecaster=name,
        elpd=float(sum(score.unit_elpd.sum() for score in scores)),
        crps=_mean(scores, "crps"),
        index_crps=_mean(scores, "index_crps") if any(len(score.index_crps) for score in scores) else None,
        elpd_ahead=Difference(ahead, ahead_se) if other and ahead is not None else None,
        crps_behind=crps_difference(scores, reference, months) if other else None,
        index_behind=index_difference(scores, reference, months) if other else None,
        elpd_ahead_mcse=ahead_mcse if other else None,
        coverage50=_mean(scores, "covered50"),
        coverage90=_mean(scores, "covered90"),
        pit=uniformity(np.floor(pit * (PIT_LEVELS + 1)).clip(max=PIT_LEVELS).astype(int), PIT_LEVELS),
        weight=weights.get(name),
    )


def _mean(scores: Sequence[OriginScore], name: str) -> float:
    return float(np.concatenate([getattr(score, name) for score in scores]).mean())
