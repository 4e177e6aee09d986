"""Does the answer depend on what is measured, and on which prices: the verdict rule on every variant of the panel."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from costfloor.forecast.elpd import difference
from costfloor.forecast.origins import MIN_SCORED_ROWS, MIN_SEEN_ROWS, forecast_origins, masks
from costfloor.laws.observations import PriceObservations, observations, subset
from costfloor.laws.panel import market_observations
from costfloor.sampling.policy import Sampling
from costfloor.studies.context import Context, HeavyStudy
from costfloor.studies.measures.variants import BASE, CALENDAR, VARIANTS, PanelTables, panel_tables
from costfloor.studies.rule import HORIZON_MONTHS, Conclusion, apply_rule

MODERATE: Final = Sampling(draws=1000, tune=1000, target_accepts=(0.95, 0.99))
"""Half the draws of the report and one attempt less: over a hundred fits."""

LAWS_ON_ALL_ROWS: Final = ("plateau", "discovery", "encompassing")


@dataclass(frozen=True)
class Variant(Conclusion):
    """What the rule says of one variant of the panel: its name and its title in words beside the conclusion."""

    name: str = ""
    title: str = ""


@dataclass(frozen=True)
class Clocks:
    """Log score of plateau that decays with age less that of one that decays with the calendar, with its errors as in `Conclusion`."""

    elpd_difference: float | None
    elpd_difference_se: float | None
    elpd_difference_mcse: float | None = None


@dataclass(frozen=True)
class Measures:
    """Every variant of the panel, the base first, and both clocks on the same prices."""

    variants: tuple[Variant, ...]
    clocks: Clocks

    @property
    def passed(self) -> bool:
        """Whether every fit behind a conclusion passed its gates."""
        return all(variant.passed for variant in self.variants)


def variant_observations(tables: PanelTables) -> dict[str, PriceObservations]:
    """What the laws see in each variant; rates of today are those of the last day of the panel in all of them."""
    by_variant = {
        name: observations(variant.rows(tables))
        if variant.clocked_by is None
        else market_observations(variant.rows(tables), variant.clocked_by(tables))
        for name, variant in VARIANTS.items()
    }
    return {name: replace(obs, last=by_variant[BASE].last) for name, obs in by_variant.items()}


def variant_origins(obs: PriceObservations, dates: list[pd.Timestamp]) -> list[pd.Timestamp]:
    """Those of the base's origins at which a variant has the rows that the verdict asks for, though it may be younger than a year."""
    return [date for date in dates if _enough(obs, *masks(obs, date, HORIZON_MONTHS))]


def _enough(obs: PriceObservations, seen: np.ndarray, scored: np.ndarray) -> bool:
    many = seen.sum() >= MIN_SEEN_ROWS and scored.sum() >= MIN_SCORED_ROWS
    return bool(many and subset(obs, seen).models_repeat == obs.models_repeat)


def measures_study(context: Context) -> Measures:
    """Apply the rule to every variant; and compare the forecasts of plateau by age and by calendar on the same prices."""
    every = variant_observations(panel_tables(context.built))
    dates = [origin.date for origin in forecast_origins(every[BASE], HORIZON_MONTHS)]
    tables = {name: (obs, variant_origins(obs, dates)) for name, obs in every.items()}
    settings = replace(MODERATE, seed=context.settings.seed)
    ruled = apply_rule("measures", tables, LAWS_ON_ALL_ROWS, settings, context)
    age, calendar = (ruled[name].scores["plateau"] for name in (BASE, CALENDAR))
    variants = (
        Variant(**vars(ruled_table.conclusion), name=name, title=VARIANTS[name].title)
        for name, ruled_table in ruled.items()
    )
    return Measures(tuple(variants), Clocks(*difference(age, calendar, HORIZON_MONTHS)))


STUDY: Final = HeavyStudy(Measures, measures_study)
