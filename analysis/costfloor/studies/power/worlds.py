"""Panels of today's design from worlds in which the answer is known, drawn from fits to the real panel: at today's rates, not at others.

Innovations, models and noise are drawn anew; hosts stay. In a world of the laws everything else is a posterior draw of the law that holds.
In a world of the first question the market's rate over the last 12 months is set as well.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from costfloor.fit.posterior import Draws, expected_log_price, innovations, replicate
from costfloor.fit.question_events import WINDOW_YEARS
from costfloor.laws.innovations import grid_position, grid_steps
from costfloor.laws.observations import PriceObservations


@dataclass(frozen=True)
class World:
    """A truth.

    Attributes
    ----------
    name
        In words.
    law
        The law that holds; its fit to the real panel gives all parameters.
    window_rate
        Log-rate per year of the market over the last 12 months, where it is set.
    """

    name: str
    law: str
    window_rate: float | None = None


LAW_WORLDS: Final = (World("plateau holds", "plateau"), World("discovery holds", "discovery"))

RATE_WORLDS: Final = (
    World("18 % a year over the last 12 months", "discovery", -float(np.log(1 - 0.18))),
    World("a rate of 1.5 over the last 12 months", "discovery", 1.5),
)
"""Those that docs/questions.md fixes for its first question."""


def panels(world: World, draws: Draws, obs: PriceObservations, seed: int) -> np.ndarray:
    """Log prices of a world, one panel for each draw of the law that holds in it, shape (S, n).

    Raises
    ------
    ValueError
        A rate is set in a world whose law has not a constant one beside its innovations.
    """
    rng = np.random.default_rng(seed)
    increments = innovations(draws, grid_steps(obs.last_time_years, draws.law.grid_years), rng, redraw=True)
    if world.window_rate is not None:
        increments = with_rate(increments, world.window_rate, draws, obs)
    history = replace(draws, values={**draws.values, "common_innovation": increments[:, 0]})
    return replicate(history, expected_log_price(history, obs, rng, redraw_units=True), rng)


def with_rate(increments: np.ndarray, rate: float, draws: Draws, obs: PriceObservations) -> np.ndarray:
    """Innovations (S, 1, steps) in which a market of constant rate falls by `rate` in the last 12 months.

    The step in which they begin is the first to be set: within a step innovations go on evenly, so that the rate over the window is exact.
    """
    if "rate" not in draws.law.family_parameters or increments.shape[1] != 1:
        raise ValueError("only a market with a constant rate beside its innovations can be given another one")
    steps, grid_years = increments.shape[2], draws.law.grid_years
    (first,), _ = grid_position(np.array([obs.last_time_years - WINDOW_YEARS]), steps, grid_years)
    changed = increments.copy()
    changed[:, 0, first:] = grid_years * (rate - draws["family_rate"])
    return changed
