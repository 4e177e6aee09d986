"""Everything that one report says something about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from costfloor.built import BuildReport
from costfloor.checks.result import CheckResult
from costfloor.economics.study import Economics
from costfloor.fit.result import Fit
from costfloor.forecast.compare import Comparison
from costfloor.forecast.ledger import Entry
from costfloor.laws.observations import PriceObservations
from costfloor.report.baselines import Baselines
from costfloor.report.price_indexes import PanelIndexes
from costfloor.studies.events.event_study import EventEffect
from costfloor.studies.last_forecast.result import LastForecast
from costfloor.studies.levers.levers import Lever
from costfloor.studies.stored import Stored


@dataclass(frozen=True)
class Study:
    """Results of one data vintage.

    Attributes
    ----------
    build
        What the build holds.
    panel, quotes
        The processed tables `panel` and `quotes`.
    obs
        The observations that `fits` were made to.
    fits
        Fits by law name.
    comparison
        The decision between plateau and discovery.
    checks
        Posterior predictive checks, in the order in which they are shown.
    baselines
        Classical trends on the panel: `costfloor.report.baselines.baselines(panel)`.
    epoch
        Published rates to stand beside them: `costfloor.report.baselines.published_rates()`.
    indexes
        Price indexes of the panel: `costfloor.report.price_indexes.panel_indexes(panel)`.
    history
        What was concluded from each data vintage, oldest first; the last one is this study.
    past_days
        What was to be concluded on each past day that the ledger has, earliest first.
    last_forecast
        How the forecast of the last year-end did; None in results that were stored before it was asked.
    calibration
        The heavy studies that were run, by name, each with what has changed since.
    economics
        Unit economics of the services that come with the package.
    innovations, events
        Months of dated innovations in serving by kind, and what follows them: `costfloor.studies.events.event_study`.
    levers
        What discounts and sparse models take off a bill: `costfloor.studies.levers.levers`.
    """

    build: BuildReport
    panel: pd.DataFrame = field(repr=False)
    quotes: pd.DataFrame = field(repr=False)
    obs: PriceObservations = field(repr=False)
    fits: Mapping[str, Fit]
    comparison: Comparison
    checks: tuple[CheckResult, ...]
    baselines: Baselines
    epoch: pd.DataFrame = field(repr=False)
    indexes: PanelIndexes = field(repr=False)
    history: tuple[Entry, ...] = field(repr=False)
    past_days: tuple[Entry, ...] = field(repr=False)
    last_forecast: LastForecast | None = field(repr=False)
    calibration: Mapping[str, Stored[Any]] = field(repr=False)
    economics: Economics = field(repr=False)
    innovations: Mapping[str, Sequence[pd.Period]] = field(repr=False)
    events: tuple[EventEffect, ...]
    levers: tuple[Lever, ...]
