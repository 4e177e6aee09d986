"""What the priors of a law say about prices before any price is seen, with NumPy alone.

The draws use the same `decline`, `rate` and innovations as the model, so a change of a prior shows here at once. Reference: Gabry,
Simpson, Vehtari, Betancourt and Gelman (2019), Visualization in Bayesian workflow, on prior predictive checks.
"""

from dataclasses import dataclass, field

import numpy as np

from analysis.laws.base import Law, mean_rate
from analysis.laws.innovations import centred_increments, grid_steps, market_path
from analysis.laws.priors import DISCOVERIES, Prior

PLAUSIBLE_ANNUAL_FACTOR = (1.05, 100.0)
"""Falls of price at fixed quality that no reader would call absurd; priors should put about 90 % here."""


@dataclass(frozen=True)
class PriorPredictive:
    """Prior draws of a law for families of given births: S draws, F families.

    Attributes
    ----------
    law
        The law.
    annual_factor : (S, F)
        By how much price divides per year on average from a family's birth to the last date, innovations included.
    rate_now : (S, F)
        Log-rate per year of each family at the last date, without innovations.
    long_run_rate : (S,)
        Population log-rate per year as age goes to infinity: the floor of plateau.
    """

    law: Law
    annual_factor: np.ndarray = field(repr=False)
    rate_now: np.ndarray = field(repr=False)
    long_run_rate: np.ndarray = field(repr=False)

    @property
    def plausible_share(self) -> float:
        """Share of annual factors within `PLAUSIBLE_ANNUAL_FACTOR`."""
        low, high = PLAUSIBLE_ANNUAL_FACTOR
        return float(np.mean((self.annual_factor >= low) & (self.annual_factor <= high)))


def prior_predictive(law: Law, births: np.ndarray, last_time_years: float, *, draws: int, seed: int) -> PriorPredictive:
    """Draw population, families and market from the priors of a law.

    Parameters
    ----------
    law
        The law.
    births
        Birth of each family in years, shape (F,), from any origin of time.
    last_time_years
        The last date, in years from the same origin; after every birth.
    draws, seed
        Number of draws S, and the seed of the generator.
    """
    rng = np.random.default_rng(seed)
    ages = last_time_years - births
    population, family = {}, {}
    for name, parameter in law.family_parameters.items():
        center = population[name] = draw_prior(parameter.population, draws, rng)
        offset = draw_prior(parameter.spread, draws, rng)[:, None] * rng.standard_normal((draws, len(births)))
        family[name] = center[:, None] * np.exp(offset) if parameter.positive else center[:, None] + offset
    fallen = law.decline(family, ages)
    if law.innovations:
        steps = grid_steps(float(ages.max()))
        average = np.asarray(mean_rate(law, population, float(ages.mean())))[:, None]
        arrivals = draw_prior(DISCOVERIES, draws, rng)[:, None]
        increments = centred_increments(rng.standard_normal((draws, steps)), average, arrivals)
        since_first = births - births.min()
        fallen = fallen + market_path(increments, np.array([float(ages.max())])) - market_path(increments, since_first)
    # A family of a day cannot be put on an annual basis in floating point; the cap is far outside what is judged.
    annual_factor = np.exp(np.clip(fallen / ages, -50.0, 50.0))
    return PriorPredictive(law, annual_factor, law.rate(family, ages), np.asarray(law.long_run_rate(population)))


def draw_prior(prior: Prior, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Draw from one prior, shape (draws,).

    Raises
    ------
    ValueError
        The distribution is none of those that `Prior` names.
    """
    match prior.distribution, prior.constants:
        case "normal", (mean, sd):
            return rng.normal(mean, sd, draws)
        case "lognormal", (median, sd_log):
            return median * np.exp(rng.normal(0.0, sd_log, draws))
        case "lognormal_above", (low, median, sd_log):
            return low + median * np.exp(rng.normal(0.0, sd_log, draws))
        case "halfnormal", (sd,):
            return np.abs(rng.normal(0.0, sd, draws))
        case "gamma", (shape, rate):
            return rng.gamma(shape, 1.0 / rate, draws)
        case _:
            raise ValueError(f"unknown prior {prior}")
