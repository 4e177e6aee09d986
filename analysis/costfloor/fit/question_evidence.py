"""What a fitted law says to the questions of docs/questions.md, given the prices and before them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from costfloor.fit.posterior import innovations
from costfloor.fit.question_events import WINDOW_YEARS, OnSale, question_events
from costfloor.fit.result import Fit
from costfloor.laws.innovations import grid_steps
from costfloor.laws.observations import PriceObservations
from costfloor.laws.prior_predictive import draw_innovations, prior_parameters
from costfloor.sampling.probability import Probability, probability_of, probability_of_independent

PRIOR_DRAWS: Final = 20_000


@dataclass(frozen=True)
class LawEvidence:
    """What one law says.

    Attributes
    ----------
    posterior, prior
        Probability of "yes" given the prices and before them, by the number of the question.
    at_most_20
        Posterior probability of a rate of at most 20 % a year, by years after the last date.
    """

    posterior: Mapping[int, Probability]
    prior: Mapping[int, Probability]
    at_most_20: Mapping[int, Probability]


def on_sale(obs: PriceObservations) -> OnSale:
    """The capabilities of the models with a row in the 12 months to the last date, each model with equal weight.

    A model's entry is never after its first row. Without repeated models every row is a model.
    """
    units = np.unique(obs.unit[obs.time_years >= obs.last_time_years - WINDOW_YEARS])
    clocks = np.column_stack([obs.births[obs.unit_family[units]], obs.unit_family[units]])
    distinct, models = np.unique(clocks, axis=0, return_counts=True)
    return OnSale(distinct[:, 0], distinct[:, 1].astype(np.intp), models / len(units), len(units))


def questions_of_fit(fit: Fit, obs: PriceObservations, seed: int) -> LawEvidence:
    """What a fitted law says, given the prices and before them.

    Parameters
    ----------
    fit
        The fit.
    obs
        The observations that it was made to.
    seed
        Of innovations to come and of the prior draws.
    """
    law, draws, rng = fit.law, fit.parameters, np.random.default_rng(seed)
    families, last, capabilities = len(obs.families), obs.last_time_years, on_sale(obs)
    known, steps = (grid_steps(years, law.grid_years) for years in (last, last + WINDOW_YEARS))
    of_families = {name: draws[f"family_{name}"] for name in law.family_parameters}
    after = question_events(law, of_families, innovations(draws, steps, rng), capabilities, last)
    drawn = prior_parameters(law, families, PRIOR_DRAWS, rng)
    of_families = {name: drawn[f"family_{name}"] for name in law.family_parameters}
    increments = np.zeros((PRIOR_DRAWS, families, steps))
    if law.innovations:
        increments = draw_innovations(law, drawn, obs.mean_age_at_last, families, steps, rng, ahead=steps - known)
    before = question_events(law, of_families, increments, capabilities, last)

    def posterior(event: np.ndarray) -> Probability:
        return probability_of(event.reshape(fit.posterior.sizes["chain"], -1))

    return LawEvidence(
        posterior={number: posterior(event) for number, event in after.holds.items()},
        prior={number: probability_of_independent(event) for number, event in before.holds.items()},
        at_most_20={years: posterior(event) for years, event in after.at_most_20.items()},
    )
