"""What a fit says to questions 3 and 4 of docs/questions.md, and the rates behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from costfloor.fit.question_events import AT_MOST_20
from costfloor.forecast.questions import QUESTIONS, Answer, law_answer
from costfloor.sampling.probability import Probability, probability_of, probability_of_independent
from costfloor.sampling.quantiles import Quantiles, quantiles
from costfloor.studies.graphs.draws import GraphDraws, Rates, prior_draws, rates

ASKED: Final = (3, 4)
PRIOR_DRAWS: Final = 20_000
WINDOW_YEARS: Final = 1.0
BEFORE_YEARS: Final = 2.0
SLOWED_TO: Final = 0.5
"""Of the rate before, below which a channel has slowed in the sense of question 4."""


@dataclass(frozen=True)
class Asked:
    """One question to one law.

    Attributes
    ----------
    posterior, prior
        Probability of "yes", with its Monte Carlo error.
    answer
        Of this law alone; "not decided" also within two Monte Carlo errors of a threshold.
    """

    posterior: Probability
    prior: Probability
    answer: Answer


@dataclass(frozen=True)
class Windows:
    """The last 12 months and the 24 before, in years since the first date; the latter begin with the record where it is shorter."""

    last: tuple[float, float]
    before: tuple[float, float]


def windows(last_years: float) -> Windows:
    """The windows of a record of that length.

    Raises
    ------
    ValueError
        There is no record before the last 12 months.
    """
    split = last_years - WINDOW_YEARS
    if split <= 0.0:
        raise ValueError("the record has no more than 12 months")
    return Windows((split, last_years), (max(0.0, split - BEFORE_YEARS), split))


def holds(draws: GraphDraws, last_years: float) -> dict[int, np.ndarray]:
    """Whether each draw says "yes", (S,) bool by number of the question."""
    last, before = (rates(draws, window) for window in _both(last_years))
    return {3: last.fixed <= AT_MOST_20, 4: slowed(last.active, before.active)}


def slowed(last: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Whether a rate is below half of the one before, (S,) bool; what did not fall before has nothing to slow from."""
    return np.asarray((before > 0.0) & (last < SLOWED_TO * before))


def asked(draws: GraphDraws, last_years: float, steps: int, seed: int) -> dict[int, Asked]:
    """Both questions to one law, given the prices and before them."""
    before = holds(prior_draws(draws.law, steps, PRIOR_DRAWS, np.random.default_rng(seed)), last_years)
    answers: dict[int, Asked] = {}
    for number, event in holds(draws, last_years).items():
        posterior = probability_of(event.reshape(draws.chains, -1))
        prior = probability_of_independent(before[number])
        threshold = next(question.threshold for question in QUESTIONS if question.id == number)
        assert threshold is not None
        answers[number] = Asked(posterior, prior, law_answer(threshold, posterior, prior).answer)
    return answers


def together(answers: Mapping[str, Answer]) -> Answer:
    """What all laws with a say answer: theirs where they agree, else "not decided"; also where no law has a say."""
    every = set(answers.values())
    return every.pop() if len(every) == 1 else "not decided"


def slowed_by_channel(draws: GraphDraws, last_years: float) -> dict[str, Probability]:
    """Probability that a channel has slowed to less than half, in the windows of question 4."""
    last, before = (rates(draws, window) for window in _both(last_years))
    events = {
        "fixed": slowed(last.fixed, before.fixed),
        "active": slowed(last.active, before.active),
        "changed": slowed(last.changed, before.changed),
    }
    return {name: probability_of(event.reshape(draws.chains, -1)) for name, event in events.items()}


def quantiles_of(window: Rates) -> dict[str, Quantiles]:
    """Median and 90 % interval of each rate of a window."""
    return {name: quantiles(getattr(window, name)) for name in ("fixed", "active", "changed", "total")}


def fixed_share(whole: Rates) -> np.ndarray:
    """Share of the fixed graph in the whole fall, (S,); not a number where the price at fixed capability did not fall."""
    return np.where(whole.total > 0.0, whole.fixed / np.where(whole.total > 0.0, whole.total, 1.0), np.nan)


def _both(last_years: float) -> tuple[tuple[float, float], tuple[float, float]]:
    of_record = windows(last_years)
    return of_record.last, of_record.before
