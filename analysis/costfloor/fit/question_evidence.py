"""What a fitted law says to the questions of docs/questions.md, given the prices and before them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from costfloor.fit.question_events import WINDOW_YEARS, QuestionEvents, on_sale, posterior_events, question_events
from costfloor.fit.result import Fit
from costfloor.laws.base import Law
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


def questions_of_fit(fit: Fit, obs: PriceObservations, seed: int) -> LawEvidence:
    """What a fitted law says, given the prices and before them.

    Parameters
    ----------
    fit
        The fit.
    obs
        The observations that it was made to.
    seed
        Of the prior draws.
    """
    after = posterior_events(fit.parameters, obs)
    before = prior_events(fit.law, obs, PRIOR_DRAWS, np.random.default_rng(seed))

    def posterior(event: np.ndarray) -> Probability:
        return probability_of(event.reshape(fit.posterior.sizes["chain"], -1))

    return LawEvidence(
        posterior={number: posterior(event) for number, event in after.holds.items()},
        prior={number: probability_of_independent(event) for number, event in before.holds.items()},
        at_most_20={years: posterior(event) for years, event in after.at_most_20.items()},
    )


def prior_events(law: Law, obs: PriceObservations, size: int, rng: np.random.Generator) -> QuestionEvents:
    """The same under `size` draws of the priors of a law as it is fitted: of `obs` the dates and births count, and no price."""
    families, last = len(obs.families), obs.last_time_years
    known, steps = (grid_steps(years, law.grid_years) for years in (last, last + WINDOW_YEARS))
    drawn = prior_parameters(law, families, size, rng)
    increments = np.zeros((size, families, steps))
    if law.innovations:
        increments = draw_innovations(law, drawn, obs.mean_age_at_last, families, steps, rng, ahead=steps - known)
    return question_events(
        law, {name: drawn[f"family_{name}"] for name in law.family_parameters}, increments, on_sale(obs), last
    )
