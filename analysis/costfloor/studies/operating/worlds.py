"""Panels of today's design, or of a longer one, from worlds in which every answer is known: drawn from fits to the real panel."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from costfloor.fit.posterior import Draws, expected_log_price, innovations, replicate
from costfloor.fit.question_events import WINDOW_YEARS, QuestionEvents, on_sale, question_events
from costfloor.laws.innovations import grid_steps
from costfloor.laws.observations import PriceObservations, subset


@dataclass(frozen=True)
class World:
    """A truth: the law that holds, with the parameters that its fit to the real panel gives, and its name in words."""

    name: str
    law: str


WORLDS: Final = (World("plateau holds", "plateau"), World("discovery holds", "discovery"))


@dataclass(frozen=True)
class SimulatedPanels:
    """Panels of a world.

    Attributes
    ----------
    log_price : (S, n)
        One panel per draw of the law that holds.
    events
        What the questions ask, in each of them: its own past, and a year to come that no panel shows.
    """

    log_price: np.ndarray
    events: QuestionEvents


def simulate(draws: Draws, obs: PriceObservations, seed: int) -> SimulatedPanels:
    """Draw innovations, models and noise anew for each of S draws of the law that holds; hosts stay.

    Parameters
    ----------
    draws
        Of a fit to the real panel.
    obs
        The design: the real panel's, or one that is longer (`extended`).
    seed
        Of what is drawn anew.
    """
    rng = np.random.default_rng(seed)
    law, last = draws.law, obs.last_time_years
    increments = innovations(draws, grid_steps(last + WINDOW_YEARS, law.grid_years), rng, redraw=True)
    history = replace(draws, values={**draws.values, "common_innovation": increments[:, 0]})
    log_price = replicate(history, expected_log_price(history, obs, rng, redraw_units=True), rng)
    parameters = {name: draws[f"family_{name}"] for name in law.family_parameters}
    return SimulatedPanels(log_price, question_events(law, parameters, increments, on_sale(obs), last))


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
