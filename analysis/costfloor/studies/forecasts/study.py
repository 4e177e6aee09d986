"""The leave-future-out table: every law and classical forecast from a dozen past origins, at 3, 6 and 12 months."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from costfloor.forecast.baselines import BASELINES
from costfloor.forecast.elpd import difference, total_elpd
from costfloor.forecast.failures import failures_at_origins
from costfloor.forecast.lfo import HORIZONS, Scored, mixture_score, score_baselines, score_laws
from costfloor.forecast.origins import forecast_origins
from costfloor.forecast.scores import OriginScore
from costfloor.forecast.stacking import stacking_weights
from costfloor.laws import LAWS
from costfloor.laws.panel import panel_observations
from costfloor.sampling.policy import Sampling
from costfloor.studies.context import Context, HeavyStudy
from costfloor.studies.sbc.ranks import Uniformity, uniformity

ORIGINS: Final = 24
EVERY_MONTHS: Final = 1
MIN_ROWS: Final = 15
"""Fewer than the verdict asks for: an early origin is worth little and costs little, and its failure would be in the table."""

DRAWS: Final = 1000
TUNE: Final = 700
"""Shorter chains than those of the report's fits: a refit that misses a gate with them is repeated."""

AVERAGE: Final = "average_of_laws"
REFERENCE: Final = "discovery"
PIT_LEVELS: Final = 99


@dataclass(frozen=True)
class ForecastRow:
    """Scores of one forecaster at one horizon, over the origins at which it could forecast.

    Attributes
    ----------
    forecaster, horizon_months
        Law, classical forecast or the equal mixture of the laws.
    origins, rows
        How many origins, and prices scored over all of them.
    elpd, se
        Joint log predictive density summed over origins, and its standard error over blocks (family x quarter).
    elpd_difference, elpd_difference_se
        Against discovery on the same origins, paired by block.
    elpd_difference_mcse
        The part of that standard error that more draws would take away.
    crps
        Mean over rows, log points; of the mixture a bound from above.
    crps_ratio
        To that of discovery on the same rows; below one is better.
    crps_by_origin
        By date of the origin how many prices were scored, and the mean over them.
    coverage50, coverage90
        Shares of rows inside their intervals.
    pit
        Whether the probability integral transforms are uniform, as if rows were independent.
    weight
        Stacking weight over all origins; None for any other.
    """

    forecaster: str
    horizon_months: int
    origins: int
    rows: int
    elpd: float
    se: float | None
    elpd_difference: float | None
    elpd_difference_se: float | None
    elpd_difference_mcse: float | None
    crps: float
    crps_ratio: float
    crps_by_origin: dict[str, tuple[int, float]]
    coverage50: float
    coverage90: float
    pit: Uniformity
    weight: float | None


@dataclass(frozen=True)
class ForecastStudy:
    """The table, and what is behind it: origins (date, rows seen) and failures (forecaster, origin, reason)."""

    rows: tuple[ForecastRow, ...]
    origins: tuple[tuple[str, int], ...]
    failures: tuple[tuple[str, str, str], ...]

    @property
    def passed(self) -> bool:
        """Whether every refit passed its gates, and every classical forecast could be made."""
        return not self.failures


def forecast_study(context: Context) -> ForecastStudy:
    """Fit every law at every origin, score it and the classical forecasts, and put them into one table."""
    obs = panel_observations(context.built)
    origins = forecast_origins(obs, max(HORIZONS), count=ORIGINS, every_months=EVERY_MONTHS, min_rows=MIN_ROWS)
    dates = [origin.date for origin in origins]
    laws = score_laws(
        list(LAWS), obs, dates, HORIZONS, _chains(context.settings), context.places.fits,
        context.progress, context.workers, context.scheduler,
    )  # fmt: skip
    classical = score_baselines(obs, dates, HORIZONS, context.settings.seed)
    every = [*laws, *classical]
    rows = [row for months in HORIZONS for row in horizon_rows(every, months)]
    failures = tuple((failure.law, str(failure.origin), failure.reason) for failure in failures_at_origins(every))
    return ForecastStudy(
        tuple(rows), tuple((str(origin.date.date()), origin.rows_seen) for origin in origins), failures
    )


def horizon_rows(scored: Sequence[Scored], horizon_months: int) -> list[ForecastRow]:
    """Rows of the table at one horizon: laws, their average, classical forecasts."""
    by_name: dict[str, dict[pd.Timestamp, OriginScore]] = {name: {} for name in (*LAWS, *BASELINES)}
    for forecast in scored:
        if horizon_months in forecast.scores:
            by_name[forecast.name][forecast.origin] = forecast.scores[horizon_months]
    weights = stacking_weights({name: list(by_name[name].values()) for name in LAWS})
    by_name[AVERAGE] = {date: average_score([by_name[name][date] for name in LAWS]) for date in by_name[REFERENCE]}
    order = (*LAWS, AVERAGE, *BASELINES)
    return [_row(name, horizon_months, by_name, weights.get(name)) for name in order if by_name[name]]


def average_score(scores: Sequence[OriginScore]) -> OriginScore:
    """Score of the equal mixture of laws at one origin; nothing about it is fitted to the scores.

    Its distribution function is the average of theirs, and so are its transforms and from them its coverage. Its CRPS is at most the
    average of theirs, as the score is convex: that bound is given.
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
    )


def _row(
    name: str, months: int, by_name: Mapping[str, Mapping[pd.Timestamp, OriginScore]], weight: float | None
) -> ForecastRow:
    by_origin, reference = by_name[name], by_name[REFERENCE]
    scores = list(by_origin.values())
    total, se = total_elpd(scores)
    paired = [(by_origin[date], reference[date]) for date in by_origin if date in reference]
    gap, gap_se, gap_mcse = difference([score for score, _ in paired], [other for _, other in paired])
    if name == REFERENCE:
        # From itself it differs by nothing, whatever its draws.
        gap_se = gap_mcse = 0.0
    crps, theirs = (np.concatenate([pair[side].crps for pair in paired]) for side in (0, 1))
    pit = np.concatenate([score.pit for score in scores])
    return ForecastRow(
        forecaster=name,
        horizon_months=months,
        origins=len(scores),
        rows=len(pit),
        elpd=total,
        se=se,
        elpd_difference=gap,
        elpd_difference_se=gap_se,
        elpd_difference_mcse=gap_mcse,
        crps=float(np.concatenate([score.crps for score in scores]).mean()),
        crps_ratio=float(crps.mean() / theirs.mean()),
        crps_by_origin={
            str(date.date()): (len(score.crps), float(score.crps.mean())) for date, score in by_origin.items()
        },
        coverage50=float(np.concatenate([score.covered50 for score in scores]).mean()),
        coverage90=float(np.concatenate([score.covered90 for score in scores]).mean()),
        pit=uniformity(np.floor(pit * (PIT_LEVELS + 1)).clip(max=PIT_LEVELS).astype(int), PIT_LEVELS),
        weight=weight,
    )


def _chains(settings: Sampling) -> Sampling:
    return replace(settings, draws=DRAWS, tune=TUNE)


STUDY: Final = HeavyStudy(ForecastStudy, forecast_study)
