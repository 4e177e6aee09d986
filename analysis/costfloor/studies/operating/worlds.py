"""Worlds in which the answer is known, and panels that are longer than the real one."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from costfloor.laws.observations import PriceObservations, subset


@dataclass(frozen=True)
class World:
    """A truth: a law, its population parameters and spreads, and years of data beyond the real panel."""

    name: str
    law: str
    truth: dict[str, float]
    years_more: int = 0


_CONSTANT = {"rate": 1.9, "rate_spread": 0.35}
_PLATEAU = {
    "rate_excess": 2.6, "rate_excess_spread": 0.3, "half_life_years": 1.5, "half_life_years_spread": 0.2, "rate_floor_spread": 0.05,
}  # fmt: skip

WORLDS: Final = (
    World("constant rate, discovery's gains", "discovery", _CONSTANT),
    World("constant rate, Gaussian innovations", "random_walk", _CONSTANT | {"innovation_sd": 0.6}),
    World("constant rate, two years on", "discovery", _CONSTANT, 2),
    World("floor 0.18", "plateau", _PLATEAU | {"rate_floor": 0.18}),
    World("floor 0.18, two years on", "plateau", _PLATEAU | {"rate_floor": 0.18}, 2),
    World("floor 0.5", "plateau", _PLATEAU | {"rate_floor": 0.5}),
    World("floor 0.5, two years on", "plateau", _PLATEAU | {"rate_floor": 0.5}, 2),
)
"""A panel with two years more takes three times as long as one of today's length."""


def extended(obs: PriceObservations, years: int) -> PriceObservations:
    """The design of a panel that is longer by `years`: what came in the last year comes again each year, from other models.

    Families go on. In a market of one family, where each model has the birth of its capability, what comes again is a year newer, and as
    much abler as models were from one year of birth to the next.
    """
    for _ in range(years):
        obs = _a_year_longer(obs)
    return obs


def _a_year_longer(obs: PriceObservations) -> PriceObservations:
    again = obs.time_years > obs.last_time_years - 1.0
    units, unit = np.unique(obs.unit[again], return_inverse=True)
    last = obs.last + pd.DateOffset(years=1)
    newer = 1.0 if obs.births_differ else 0.0
    abler = float(np.polyfit(obs.unit_birth, obs.unit_capability, 1)[0]) if newer else 0.0

    def longer(name: str, rows: np.ndarray, shift: float | None = None) -> np.ndarray:
        before = getattr(obs, name)
        return np.concatenate([before, before[rows] if shift is None else before[rows] + shift])

    with_more = replace(
        obs,
        log_price=longer("log_price", again),
        time_years=longer("time_years", again, 1.0),
        host=longer("host", again),
        unit=np.concatenate([obs.unit, len(obs.unit_family) + unit]),
        unit_entry_time=longer("unit_entry_time", units, 1.0),
        unit_birth=longer("unit_birth", units, newer),
        unit_capability=longer("unit_capability", units, abler),
        unit_quality_sd=longer("unit_quality_sd", units),
        unit_open=longer("unit_open", units),
        unit_family=longer("unit_family", units),
        unit_segment=longer("unit_segment", units),
        units=(*obs.units, *(f"{obs.units[code]}, by {last.date()}" for code in units)),
        reference_years=obs.reference_years + 1.0,
        last=last,
        # Models to come have no releases: at past dates of a longer panel births are those of the whole.
        clock=None,
        data_hash=f"{obs.data_hash}+1",
    )
    # In the units of the panel, but for what its families are on average.
    whole = subset(with_more, np.ones(with_more.n, bool))
    return replace(with_more, family_birth=whole.family_birth, family_open=whole.family_open)
