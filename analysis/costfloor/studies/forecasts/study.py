"""The leave-future-out tables: every law and classical forecast from two dozen past origins, at 3, 6 and 12 months."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from costfloor.forecast.failures import failures_at_origins
from costfloor.forecast.lfo import HORIZONS, score_baselines, score_laws
from costfloor.forecast.origins import Origin, forecast_origins
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations
from costfloor.laws.panel import panel_observations
from costfloor.sampling.policy import Sampling
from costfloor.studies.context import Context, HeavyStudy
from costfloor.studies.forecasts.common_rows import horizon_table
from costfloor.studies.forecasts.result import ForecastStudy

ORIGINS: Final = 24
EVERY_MONTHS: Final = 1
MIN_ROWS: Final = 15
"""Fewer than the verdict asks for: an early origin is worth little and costs little, and its failure would be in the table."""

DRAWS: Final = 1000
TUNE: Final = 700
"""Shorter chains than those of the report's fits: a refit that misses a gate with them is repeated."""


def forecast_study(context: Context) -> ForecastStudy:
    """Every forecaster from the dates from which the longest horizon has passed, at all horizons."""
    obs = panel_observations(context.built)
    origins = forecast_origins(obs, max(HORIZONS), count=ORIGINS, every_months=EVERY_MONTHS, min_rows=MIN_ROWS)
    return forecast_tables(obs, origins, HORIZONS, context)


def forecast_tables(
    obs: PriceObservations, origins: Sequence[Origin], horizons: Sequence[int], context: Context
) -> ForecastStudy:
    """Fit every law at every origin, score it and the classical forecasts, and put them into tables on common rows.

    Parameters
    ----------
    obs
        The panel.
    origins
        Past dates.
    horizons
        Months ahead; at a date from which one has not passed it is left out.
    context
        How fits run and where they are kept.
    """
    dates = [origin.date for origin in origins]
    laws = score_laws(
        list(LAWS), obs, dates, horizons, _chains(context.settings), context.places.fits,
        context.progress, context.workers, context.scheduler,
    )  # fmt: skip
    classical = score_baselines(obs, dates, horizons, context.settings.seed)
    every = [*laws, *classical]
    failures = tuple((failure.law, str(failure.origin), failure.reason) for failure in failures_at_origins(every))
    return ForecastStudy(
        tuple(horizon_table(every, months) for months in horizons),
        tuple((str(origin.date.date()), origin.rows_seen) for origin in origins),
        failures,
    )


def _chains(settings: Sampling) -> Sampling:
    return replace(settings, draws=DRAWS, tune=TUNE)


STUDY: Final = HeavyStudy(ForecastStudy, forecast_study)
