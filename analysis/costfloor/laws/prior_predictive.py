"""What the priors of a law say about prices before any price is seen, with NumPy alone.

The draws use the same `decline`, `rate` and innovations as the model, so a change of a prior shows here at once. Reference: Gabry,
Simpson, Vehtari, Betancourt and Gelman (2019), Visualization in Bayesian workflow, on prior predictive checks.
"""

from dataclasses import dataclass, field

import numpy as np

from costfloor.laws.base import Law, Parameters, fallen, mean_rate, rate_at
from costfloor.laws.innovations import COMMON_SHARE, grid_steps, path_at

PLAUSIBLE_ANNUAL_FACTOR = (1.05, 100.0)
"""Falls of price at fixed quality that no reader would call absurd; priors should put about 90 % here."""


@dataclass(frozen=True)
class PriorPredictive:
    """Prior draws of a law for capabilities of given births in one market: S draws, K capabilities.

    Attributes
    ----------
    law
        The law.
    annual_factor : (S, K)
        By how much price divides per year on average from a capability's birth to the last date, innovations included.
    rate_now : (S, K)
        Log-rate per year of each capability at the last date, without innovations.
    long_run_rate : (S,)
        Log-rate per year as age goes to infinity: the floor of plateau.
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
    """Draw parameters and innovations of a market from the priors of a law.

    Parameters
    ----------
    law
        The law.
    births
        Birth of each capability in years, shape (K,), from any origin of time.
    last_time_years
        The last date, in years from the same origin; after every birth.
    draws, seed
        Number of draws S, and the seed of the generator.
    """
    rng = np.random.default_rng(seed)
    ages = last_time_years - births
    parameters = {name: parameter.population.draw(draws, rng) for name, parameter in law.family_parameters.items()}
    by_draw = {name: values[:, None] for name, values in parameters.items()}
    declined = fallen(law, by_draw, ages)
    if law.innovations:
        last = float(ages.max())
        increments = draw_innovations(law, parameters, float(ages.mean()), 1, grid_steps(last, law.grid_years), rng)
        market = np.zeros(len(births), np.intp)
        declined = declined + path_at(increments, market, np.full(len(births), last), law.grid_years)
        declined = declined - path_at(increments, market, births - births.min(), law.grid_years)
    # A capability of a day cannot be put on an annual basis in floating point; the cap is far outside what is judged.
    annual_factor = np.exp(np.clip(declined / ages, -50.0, 50.0))
    return PriorPredictive(law, annual_factor, rate_at(law, by_draw, ages), np.asarray(law.long_run_rate(parameters)))


def prior_parameters(law: Law, families: int, size: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw a law's parameters from its priors, with the names that they have in a posterior.

    Parameters
    ----------
    law
        The law, as it is fitted.
    families
        Number of families F.
    size
        Number of draws S.

    Returns
    -------
    dict
        Those of the population and of the innovations (S,), and those of each family as `family_NAME` (S, F).
    """
    drawn: dict[str, np.ndarray] = {}
    for name, parameter in law.family_parameters.items():
        center = drawn[name] = parameter.population.draw(size, rng)
        offset = np.zeros((size, families))
        # A single family is its population where the spread is set, as in the model.
        if parameter.spread and not (families == 1 and parameter.spread.distribution == "constant"):
            spread = drawn[parameter.spread.name] = parameter.spread.draw(size, rng)
            offset = spread[:, None] * rng.standard_normal(offset.shape)
        drawn[f"family_{name}"] = np.asarray(parameter.of_family(center[:, None], offset))
    for prior in law.innovations.priors if law.innovations else ():
        drawn[prior.name] = prior.draw(size, rng)
    return drawn


def draw_innovations(
    law: Law,
    population: Parameters,
    span_years: float,
    families: int,
    steps: int,
    rng: np.random.Generator,
    *,
    ahead: int = 0,
) -> np.ndarray:
    """Draw the innovations of families, shape (draws, families, steps): common ones and their own, or those of one market.

    Parameters
    ----------
    law
        A law with innovations, whose own parameters are drawn where `population` lacks them.
    population
        Draws of the law's population parameters, each of shape (draws,).
    span_years
        The mean age of the families, over which gains add up to the rate.
    ahead
        How many of the steps, the last ones, are yet to come: like those of a forecast they are of the exact process.
    """
    kind = law.innovations
    if kind is None:
        raise ValueError(f"{law.name} has no innovations")
    rate = np.asarray(mean_rate(law, population, span_years))
    values = {p.name: population[p.name] if p.name in population else p.draw(len(rate), rng) for p in kind.priors}
    parameters = {
        name: np.asarray(value)[:, None, None] for name, value in (values | {"innovation_rate": rate}).items()
    }

    def increments(paths: int) -> np.ndarray:
        known = kind.smooth(rng.standard_normal((len(rate), paths, steps - ahead)), parameters)
        return np.concatenate([known, kind.fresh(rng, (len(rate), paths, ahead), parameters)], axis=-1)

    common = increments(1)
    return common if families == 1 else COMMON_SHARE * common + (1.0 - COMMON_SHARE) * increments(families)
