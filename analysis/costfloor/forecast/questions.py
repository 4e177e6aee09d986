"""The six questions of docs/questions.md: thresholds as data, the answer of each law, and what the laws say together.

Laws are not averaged: an answer is "yes" or "no" when every law that is not set aside gives it. Nothing turns on less than Monte Carlo
error.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

import pandas as pd

from costfloor.fit.question_evidence import LawEvidence
from costfloor.forecast.elpd import difference, total_elpd
from costfloor.forecast.scores import OriginScore
from costfloor.forecast.verdict import clear_lead
from costfloor.laws import LAWS
from costfloor.records import typed
from costfloor.sampling.probability import Probability

Answer = Literal["yes", "no", "not decided", "not yet asked", "a table"]

SCORED_MONTHS: Final = 12
"""How far ahead the forecasts reach by whose scores a law is set aside."""

CLEAR_ERRORS: Final = 2.0
"""Monte Carlo errors by which a law must be past a threshold."""


@dataclass(frozen=True)
class Threshold:
    """From where on an answer is "yes", and up to where it is "no".

    `of` says what is held against them: the posterior probability, or the odds ratio, which is posterior odds over prior odds.
    """

    of: Literal["probability", "odds ratio"]
    yes: float
    no: float


@dataclass(frozen=True)
class Question:
    """A question as docs/questions.md has it; without a threshold it asks for a table."""

    id: int
    words: str
    threshold: Threshold | None
    asked: bool = True


QUESTIONS: Final = (
    Question(
        1,
        "Do new models at fixed capability become cheaper by 20 % a year or less, over the last 12 months?",
        Threshold("probability", yes=0.95, no=0.05),
    ),
    Question(
        2,
        "Will the price at fixed capability at least halve in the next 12 months?",
        Threshold("probability", yes=0.90, no=0.10),
    ),
    Question(
        3,
        "Does the price per active parameter, within hosts, fall by 20 % a year or less, over the last 12 months?",
        Threshold("probability", yes=0.95, no=0.05),
        asked=False,
    ),
    Question(
        4,
        "Is the fall of the size needed at fixed capability, over the last 12 months, below half of that over the 24 months before?",
        Threshold("probability", yes=0.90, no=0.10),
        asked=False,
    ),
    Question(
        5,
        "Has the rate slowed by a quarter or more since a capability opened?",
        Threshold("odds ratio", yes=10.0, no=0.1),
    ),
    Question(6, "How probable is a fall of at most 20 % a year in 1, 3, 5 and 10 years, under each law?", None),
)


@dataclass(frozen=True)
class Answered:
    """A question with its answer.

    Attributes
    ----------
    probability_by_law, mcse_by_law
        Posterior probability of "yes" under each law, and its Monte Carlo error; empty where nothing was asked.
    prior
        Prior probability of "yes" under each law.
    odds_ratio_by_law
        Posterior odds over prior odds, where the threshold is of them; None under a law whose prior leaves one answer only. Of draws
        that all agree it is a bound.
    answer_by_law
        What each law says, those that are set aside included.
    within_error
        Laws whose probability or odds ratio is within its Monte Carlo error of a threshold.
    power
        How often the rule decides, by simulation: not of a single comparison, so that it is None here; the study `power` has it.
    """

    id: int
    question: str
    answer: Answer
    threshold: Threshold | None
    probability_by_law: dict[str, float] = field(default_factory=dict)
    mcse_by_law: dict[str, float] = field(default_factory=dict)
    prior: dict[str, float] = field(default_factory=dict)
    odds_ratio_by_law: dict[str, float | None] = field(default_factory=dict)
    answer_by_law: dict[str, Answer] = field(default_factory=dict)
    within_error: tuple[str, ...] = ()
    power: float | None = None


@dataclass(frozen=True)
class Questions:
    """All questions with their answers.

    Attributes
    ----------
    answers
        In the order of their numbers.
    p_at_most_20
        By law the posterior probability of a rate of at most 20 % a year, by years after the last date ("1", "3", "5", "10").
    set_aside
        Laws that have no say, and why. Forecasts count 12 months ahead alone: a comparison over seven months or fewer has none of these.
    """

    answers: tuple[Answered, ...]
    p_at_most_20: dict[str, dict[str, float]]
    set_aside: dict[str, str]

    def spans(self) -> dict[int, tuple[float, float] | None]:
        """Lowest and highest posterior probability of "yes" over the laws that have a say, by question; None without any."""
        spans: dict[int, tuple[float, float] | None] = {}
        for answered in self.answers:
            heard = [p for law, p in answered.probability_by_law.items() if law not in self.set_aside]
            spans[answered.id] = (min(heard), max(heard)) if heard else None
        return spans

    def in_short(self) -> list[dict[str, Any]]:
        """`id`, `answer` and `probability`, which is that of `spans` as no law speaks for all, and of a table that of its last year."""
        last_year = [
            by_year[max(by_year, key=int)] for law, by_year in self.p_at_most_20.items() if law not in self.set_aside
        ]
        of_table = (min(last_year), max(last_year)) if last_year else None
        spans = {**self.spans(), **{answered.id: of_table for answered in self.answers if answered.answer == "a table"}}
        return [
            {"id": answered.id, "answer": answered.answer, "probability": None if span is None else list(span)}
            for answered, span in zip(self.answers, spans.values(), strict=True)
        ]

    def to_json(self) -> dict[str, Any]:
        """As plain data, with the keys of the contract."""
        return {
            "questions": [asdict(answered) for answered in self.answers],
            "p_at_most_20": self.p_at_most_20,
            "questions_set_aside": self.set_aside,
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Questions":
        """What `to_json` gave; KeyError or ValueError where that was another version's."""
        answers = tuple(typed(Answered, answered) for answered in content["questions"])
        return cls(answers, content["p_at_most_20"], content["questions_set_aside"])

    def to_frame(self) -> pd.DataFrame:
        """One row per question that was asked and law: `question, law, answer, probability, mcse, prior, odds_ratio, set_aside`."""
        rows = [
            {
                "question": answered.id,
                "law": law,
                "answer": answered.answer_by_law[law],
                "probability": p,
                "mcse": answered.mcse_by_law[law],
                "prior": answered.prior[law],
                "odds_ratio": answered.odds_ratio_by_law.get(law),
                "set_aside": law in self.set_aside,
            }
            for answered in self.answers
            for law, p in answered.probability_by_law.items()
        ]
        columns = ["question", "law", "answer", "probability", "mcse", "prior", "odds_ratio", "set_aside"]
        return pd.DataFrame(rows, columns=columns).astype({"odds_ratio": float})


def answer_questions(evidence: Mapping[str, LawEvidence], set_aside: Mapping[str, str]) -> Questions:
    """Apply the rule of docs/questions.md.

    Parameters
    ----------
    evidence
        What each law says, by its name.
    set_aside
        From `laws_set_aside`.
    """
    at_most_20 = {name: {str(years): p.value for years, p in law.at_most_20.items()} for name, law in evidence.items()}
    return Questions(
        tuple(_answered(question, evidence, set_aside) for question in QUESTIONS), at_most_20, dict(set_aside)
    )


def laws_set_aside(
    missed: Mapping[str, str], scores: Mapping[str, Sequence[OriginScore]], missed_before: Collection[str]
) -> dict[str, str]:
    """The laws that have no say, and why.

    Parameters
    ----------
    missed
        The gates that the fit of a law to all rows missed, for those that missed any.
    scores
        Of each law's forecasts 12 months ahead, at the same origins.
    missed_before
        Laws of which a fit at an origin missed a gate: by such scores no law is the best, and none is set aside.
    """
    aside = {law: f"its fit missed a gate: {gates}" for law, gates in missed.items()}
    judged = {law: score for law, score in scores.items() if score and law not in {*aside, *missed_before}}
    if not judged:
        return aside
    best = max(judged, key=lambda law: total_elpd(judged[law], SCORED_MONTHS)[0])
    for law, score in judged.items():
        behind, error, _ = difference(judged[best], score, SCORED_MONTHS)
        if behind is not None and error is not None and behind > clear_lead(error):
            aside[law] = (
                f"its forecasts score {behind:.1f} below those of {LAWS[best].title} (standard error {error:.1f})"
            )
    return aside


@dataclass(frozen=True)
class LawAnswer:
    """What one law says: `within_error` of a threshold it is not decided; `odds_ratio` as in `Answered`."""

    answer: Answer
    within_error: bool
    odds_ratio: float | None


def law_answer(threshold: Threshold, posterior: Probability, prior: Probability) -> LawAnswer:
    """Hold one law against a threshold.

    A law whose prior leaves one answer only, as a constant rate does of slowing, gives that answer and has no odds ratio.
    """
    if threshold.of == "probability":
        return _held(posterior.value, posterior.mcse, threshold.yes, threshold.no, None)
    if prior.value in {0.0, 1.0}:
        return LawAnswer("yes" if prior.value else "no", within_error=False, odds_ratio=None)
    (after, after_error), (before, before_error) = _log_odds(posterior), _log_odds(prior)
    ratio, error = after - before, math.hypot(after_error, before_error)
    return _held(ratio, error, math.log(threshold.yes), math.log(threshold.no), math.exp(ratio))


def _answered(question: Question, evidence: Mapping[str, LawEvidence], set_aside: Mapping[str, str]) -> Answered:
    if not question.asked:
        return Answered(question.id, question.words, "not yet asked", question.threshold)
    threshold = question.threshold
    if threshold is None:
        return Answered(question.id, question.words, "a table", None)
    posterior = {name: law.posterior[question.id] for name, law in evidence.items()}
    prior = {name: law.prior[question.id] for name, law in evidence.items()}
    answers = {name: law_answer(threshold, posterior[name], prior[name]) for name in evidence}
    heard = {name: law for name, law in answers.items() if name not in set_aside}
    # What a law assumes is no evidence: laws that leave one answer only cannot give it by themselves.
    learned = threshold.of == "probability" or any(law.odds_ratio is not None for law in heard.values())
    together = {law.answer for law in heard.values()}
    of_odds = threshold.of == "odds ratio"
    return Answered(
        id=question.id,
        question=question.words,
        answer=together.pop() if learned and len(together) == 1 else "not decided",
        threshold=threshold,
        probability_by_law={name: p.value for name, p in posterior.items()},
        mcse_by_law={name: p.mcse for name, p in posterior.items()},
        prior={name: p.value for name, p in prior.items()},
        odds_ratio_by_law={name: law.odds_ratio for name, law in answers.items()} if of_odds else {},
        answer_by_law={name: law.answer for name, law in answers.items()},
        within_error=tuple(name for name, law in answers.items() if law.within_error),
    )


def _held(value: float, error: float, yes: float, no: float, odds_ratio: float | None) -> LawAnswer:
    if min(abs(value - yes), abs(value - no)) <= CLEAR_ERRORS * error:
        return LawAnswer("not decided", within_error=True, odds_ratio=odds_ratio)
    answer: Answer = "yes" if value >= yes else "no" if value <= no else "not decided"
    return LawAnswer(answer, within_error=False, odds_ratio=odds_ratio)


def _log_odds(p: Probability) -> tuple[float, float]:
    """Log odds and their error; of draws that all agree, those of the last one that might have been another."""
    value = min(max(p.value, p.mcse), 1.0 - p.mcse)
    return math.log(value / (1.0 - value)), p.mcse / (value * (1.0 - value))
