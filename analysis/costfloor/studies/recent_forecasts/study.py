"""The tables of forecasts once more, from dates of the last 16 months: at 3 and 6 months, as no year has passed from most of them."""

from typing import Final

from costfloor.forecast.origins import forecast_origins
from costfloor.laws.panel import panel_observations
from costfloor.studies.context import Context, HeavyStudy
from costfloor.studies.forecasts.result import ForecastStudy
from costfloor.studies.forecasts.study import forecast_tables

HORIZONS: Final = (3, 6)
"""Months ahead."""

ORIGINS: Final = 7
EVERY_MONTHS: Final = 2
"""Over a year; every month would cost twice as much and show the same prices once more."""


def run(context: Context) -> ForecastStudy:
    """Compute the study: see `costfloor.studies.registry`."""
    obs = panel_observations(context.built)
    origins = forecast_origins(obs, min(HORIZONS), count=ORIGINS, every_months=EVERY_MONTHS)
    return forecast_tables(obs, origins, HORIZONS, context)


STUDY: Final = HeavyStudy(ForecastStudy, run)
