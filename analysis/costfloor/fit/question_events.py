"""What the questions of docs/questions.md ask of a law, draw by draw and on plain arrays: the same for prior and for posterior draws."""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from costfloor.fit.posterior import FUTURE_SEED, Draws, innovations
from costfloor.laws.base import Law, Parameters, fallen, rate_at
from costfloor.laws.innovations import grid_steps, path_at
from costfloor.laws.observations import PriceObservations

AT_MOST_20: Final = -math.log(0.8)
"""A fall of 20 % a year as a log-rate."""

HALVED: Final = math.log(2.0)
"""A fall by half in log points."""

SLOWED_SHARE: Final = 0.75
"""A rate of at most this share of that at the opening has slowed by a quarter or more."""

YEARS_AHEAD: Final = (1, 3, 5, 10)

WINDOW_YEARS: Final = 1.0
"""The last 12 months, and the next."""


@dataclass(frozen=True)
class OnSale:
    """The K capabilities on sale.

    Attributes
    ----------
    births : (K,)
        When the market first reached each, years from the start of time.
    family : (K,) int
        The family each is of; one market is one family.
    weight : (K,)
        Share of the models on sale that have it, summing to one.
    models
        Number of models on sale.
    """

    births: np.ndarray
    family: np.ndarray
    weight: np.ndarray
    models: int


@dataclass(frozen=True)
class QuestionEvents:
    """What is asked, for S draws: means over the models on sale.

    Attributes
    ----------
    rate_12m : (S,)
        Mean log-rate per year at fixed capability over the last 12 months; innovations are part of it, from the start of time on.
    fall_next_12m : (S,)
        Fall of log price at fixed capability over the 12 months after the last date, log points; innovations to come are part of it.
    slowed_quarter : (S,) bool
        Whether the law's rate at the last date is at most `SLOWED_SHARE` of that at the opening of a capability.
    rate_ahead : (S, len(YEARS_AHEAD))
        The law's log-rate per year so many years after the last date.
    """

    rate_12m: np.ndarray = field(repr=False)
    fall_next_12m: np.ndarray = field(repr=False)
    slowed_quarter: np.ndarray = field(repr=False)
    rate_ahead: np.ndarray = field(repr=False)

    @property
    def holds(self) -> dict[int, np.ndarray]:
        """Whether a draw says "yes", (S,) bool by the number of the question."""
        return {1: self.rate_12m <= AT_MOST_20, 2: self.fall_next_12m >= HALVED, 5: self.slowed_quarter}

    @property
    def at_most_20(self) -> dict[int, np.ndarray]:
        """Whether the rate is at most 20 % a year, (S,) bool by years after the last date."""
        return dict(zip(YEARS_AHEAD, (self.rate_ahead <= AT_MOST_20).T, strict=True))


def question_events(
    law: Law, parameters: Parameters, increments: np.ndarray, on_sale: OnSale, last_time_years: float
) -> QuestionEvents:
    """What the questions ask, under draws of a law.

    Parameters
    ----------
    law
        The law.
    parameters
        Draws of the parameters of its F families by name, each (S, F).
    increments : (S, F, steps)
        Innovations from the start of time to a year after the last date.
    on_sale
        The capabilities on sale.
    last_time_years
        The last date, in years from the start of time.
    """
    if increments.shape[-1] * law.grid_years < last_time_years + WINDOW_YEARS - 1e-9:
        raise ValueError("the innovations end before the next 12 months do")
    births, family, weight = on_sale.births, on_sale.family, on_sale.weight
    of_capability = {name: value[:, family] for name, value in parameters.items()}

    def fallen_at(time_years: float) -> np.ndarray:
        innovated = path_at(increments, family, np.full(len(births), time_years), law.grid_years)
        return np.asarray((fallen(law, of_capability, time_years - births) + innovated) @ weight)

    def mean_rate(ages_years: np.ndarray) -> np.ndarray:
        return np.asarray(rate_at(law, of_capability, ages_years) @ weight)

    now, age = fallen_at(last_time_years), last_time_years - births
    return QuestionEvents(
        rate_12m=(now - fallen_at(last_time_years - WINDOW_YEARS)) / WINDOW_YEARS,
        fall_next_12m=fallen_at(last_time_years + WINDOW_YEARS) - now,
        slowed_quarter=mean_rate(age) <= SLOWED_SHARE * mean_rate(np.zeros(len(births))),
        rate_ahead=np.column_stack([mean_rate(age + years) for years in YEARS_AHEAD]),
    )


def births_on_sale(obs: PriceObservations, family: int) -> np.ndarray:
    """Births of the capabilities on sale of a family, years from the start; of all of its units where none is on sale."""
    of_family = obs.unit_family == family
    on_sale = of_family & obs.on_sale
    return np.asarray(obs.unit_birth[on_sale if on_sale.any() else of_family])


def on_sale(obs: PriceObservations) -> OnSale:
    """The capabilities of the models on sale, as the reported rates take them: each family counts alike, and in it each model."""
    births = [births_on_sale(obs, code) for code in range(len(obs.families))]
    models = np.array([len(of_family) for of_family in births])
    clocks = np.column_stack([np.concatenate(births), np.repeat(np.arange(len(births)), models)])
    distinct, place = np.unique(clocks, axis=0, return_inverse=True)
    weight = np.bincount(place.ravel(), np.repeat(1.0 / (len(births) * models), models))
    return OnSale(distinct[:, 0], distinct[:, 1].astype(np.intp), weight, int(models.sum()))


def posterior_events(draws: Draws, obs: PriceObservations) -> QuestionEvents:
    """What the questions ask, under the draws of a fit; innovations to come are drawn from the law's own process, by `FUTURE_SEED`."""
    law, last = draws.law, obs.last_time_years
    steps = grid_steps(last + WINDOW_YEARS, law.grid_years)
    increments = innovations(draws, steps, np.random.default_rng(FUTURE_SEED))
    parameters = {name: draws[f"family_{name}"] for name in law.family_parameters}
    return question_events(law, parameters, increments, on_sale(obs), last)
