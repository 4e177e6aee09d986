"""Does the answer depend on what is measured, and on which prices: the verdict rule on every variant of the panel."""

from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from costfloor.fit.request import FitSettings
from costfloor.forecast.elpd import difference
from costfloor.forecast.origins import MIN_SCORED_ROWS, MIN_SEEN_ROWS, forecast_origins, masks
from costfloor.laws.observations import PriceObservations, observations, subset
from costfloor.studies.context import Context
from costfloor.studies.measures.variants import BASE, CALENDAR, VARIANTS, PanelTables, load_tables
from costfloor.studies.operating.study import HORIZON_MONTHS
from costfloor.studies.rule import apply_rule

MODERATE: Final = FitSettings(draws=1000, tune=1000, target_accepts=(0.95, 0.99))
"""Half the draws of the report and one attempt less: over a hundred fits."""

LAWS_ON_ALL_ROWS: Final = ("plateau", "discovery", "encompassing")


def variant_observations(tables: PanelTables) -> dict[str, PriceObservations]:
    """What the laws see in each variant; rates of today are those of the last day of the panel in all of them."""
    found = {name: observations(variant.rows(tables)) for name, variant in VARIANTS.items()}
    return {name: replace(obs, last=found[BASE].last) for name, obs in found.items()}


def variant_origins(obs: PriceObservations, dates: list[pd.Timestamp]) -> list[pd.Timestamp]:
    """Those of the base's origins at which a variant has the rows that the verdict asks for, though it may be younger than a year."""
    return [date for date in dates if _enough(obs, *masks(obs, date, HORIZON_MONTHS))]


def _enough(obs: PriceObservations, seen: np.ndarray, scored: np.ndarray) -> bool:
    many = seen.sum() >= MIN_SEEN_ROWS and scored.sum() >= MIN_SCORED_ROWS
    return bool(many and subset(obs, seen).models_repeat == obs.models_repeat)


def run(context: Context) -> dict[str, Any]:
    """Apply the rule to every variant; and compare the forecasts of plateau by age and by calendar on the same prices."""
    every = variant_observations(load_tables(context.data_dir))
    dates = [origin.date for origin in forecast_origins(every[BASE], HORIZON_MONTHS)]
    tables = {name: (obs, variant_origins(obs, dates)) for name, obs in every.items()}
    settings = replace(MODERATE, seed=context.settings.seed)
    ruled = apply_rule("measures", tables, LAWS_ON_ALL_ROWS, settings, context)
    age, calendar = (ruled[name].scores["plateau"] for name in (BASE, CALENDAR))
    gap, gap_se, _ = difference(age, calendar)
    return {
        "variants": [
            {"name": name, "title": VARIANTS[name].title, **one.conclusion.to_json()} for name, one in ruled.items()
        ],
        "clocks": {"elpd_difference": gap, "elpd_difference_se": gap_se},
    }
