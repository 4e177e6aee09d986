"""The chapter that answers the questions of docs/questions.md, law by law; it reads right whichever way the answers fall."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from costfloor.fit.effective import effective_draws
from costfloor.fit.question_events import YEARS_AHEAD, on_sale
from costfloor.forecast.questions import SCORED_MONTHS, Answered, Questions
from costfloor.laws import LAWS, Law
from costfloor.sampling.probability import probability_mcse
from costfloor.studies.catalogue import part
from costfloor.studies.operating.chapter import answer_rates
from costfloor.studies.power.chapter import power_of_question
from costfloor.studies.waiting.chapter import waiting_times
from costfloor.typeset.blocks import Block, heading, table, text
from costfloor.typeset.montecarlo import differs
from costfloor.typeset.phrases import listing, plural, probability_span
from costfloor.typeset.tables import Cell, Column, Table, tabulate
from costfloor.typeset.values import Number, Probability, ProbabilitySpan, Significant

if TYPE_CHECKING:
    from costfloor.report.study import Study

LATEST: Final = str(YEARS_AHEAD[-1])
"""Of question 6 the years ahead that a sentence names."""

BETWEEN, NEAR = "between the thresholds", "within Monte Carlo error of a threshold"

ONE_LAW: Final = {"say": "says", "are": "is", "assume": "assumes"}
"""Verbs of several laws, and of a single one."""


def six_questions(study: "Study") -> list[Block]:
    """Every question with its answer, what each law says, and question 6 as a table."""
    questions = study.comparison.questions
    models = on_sale(study.obs).models
    return [
        heading("Six questions", name="questions"),
        text(
            "The questions, their thresholds and the rule were fixed on 2026-11-28; docs/questions.md has them, and what was added "
            "since. Laws are not averaged: an answer is yes or no when every law that is not set aside gives it, by more than two Monte "
            f"Carlo errors. What is asked is a mean over the {plural(models, 'model')} with a price in the 12 months to "
            f"{study.obs.last:%Y-%m-%d}.",
            left_out(questions),
        ),
        table(answers(questions)),
        table(by_law(questions)),
        *_error_rates(study),
        heading("At most 20 % a year", 2),
        table(at_most_20(questions)),
        text(average(study)),
    ]


def _error_rates(study: "Study") -> list[Block]:
    """How often the rule is right, and after how many more months of prices it would answer."""
    stored = study.calibration
    operating = stored.get("operating")
    today = operating.result if operating else None
    return [
        heading("How often the rule is right", 2),
        *part("operating", operating, answer_rates),
        *part("waiting", stored.get("waiting"), lambda result, notice: waiting_times(result, today, notice)),
        *part(
            "power", stored.get("power"), lambda result, notice: power_of_question(result, _known_within(study), notice)
        ),
    ]


def _known_within(study: "Study") -> list[float]:
    """Posterior standard deviations of the rate of the last 12 months, of the laws whose fits passed."""
    return [fit.receipt["parameters"]["rate_12m"]["sd"] for fit in study.fits.values() if fit.passed]


def in_a_sentence(answered: Answered, questions: Questions) -> str:
    """A question and what is decided of it, for the first page."""
    if answered.threshold is None:
        late = _late(questions)
        decided = f"In {LATEST} years {_span(list(late.values()))} by law." if late else "No law has a say."
    else:
        span = questions.spans()[answered.id]
        decided = f"{_capital(answered.answer)}{f' (probability {_span(span)} by law)' if span else ''}."
    return f"{answered.question} {decided}"


def left_out(questions: Questions) -> str:
    """Which laws have no say, and why."""
    if not questions.set_aside:
        return "No law is set aside."
    return f"Set aside: {'; '.join(f'{LAWS[law].title}, as {why}' for law, why in questions.set_aside.items())}."


def hangs_on(answered: Answered, questions: Questions) -> str:
    """What an answer rests on, or what would decide it."""
    if answered.answer == "not yet asked":
        return "The sizes of models, and a joint model of price and size."
    if answered.threshold is None:
        return "The law: see the last table of this chapter."
    heard = {law: answer for law, answer in answered.answer_by_law.items() if law not in questions.set_aside}
    if not heard:
        return "Every law is set aside."
    stands = {law: _stands(answered, law) for law in heard}
    clauses = [
        _clause([law for law in stands if stands[law] == stand], stand) for stand in dict.fromkeys(stands.values())
    ]
    sentence = f"{_capital('; '.join(clauses))}."
    return sentence if answered.answer != "not decided" else f"{sentence} {_would_decide(stands)}"


def answers(questions: Questions) -> Table:
    """The answers, one line each."""
    spans = questions.spans()
    return tabulate(
        "questions",
        "The six questions. Probability: of yes, the lowest and the highest over the laws that have a say; prior: the same before any "
        "price.",
        [
            Column("", lambda answered: answered.id, name="question_id"),
            Column("Question", lambda answered: answered.question, "L"),
            Column("Answer", lambda answered: answered.answer, "l"),
            Column("Probability", lambda answered: _of_span(spans[answered.id])),
            Column("Prior", lambda answered: _of_span(_prior_span(answered, questions))),
            Column("What it hangs on", lambda answered: hangs_on(answered, questions), "L"),
        ],
        questions.answers,
    )


def by_law(questions: Questions) -> Table:
    """What each law says to each question that was asked."""
    return tabulate(
        "questions_by_law",
        "What each law says: probability of yes given the prices, its Monte Carlo error in percentage points, the same probability before "
        "the prices, and posterior odds over prior odds where the threshold is of them.",
        [
            Column("Question", lambda row: row[0].id, name="question_id"),
            Column("Law", lambda row: LAWS[row[1]].title, "l"),
            Column("Probability", lambda row: Probability(row[0].probability_by_law[row[1]])),
            Column("Error", lambda row: Number(100.0 * row[0].mcse_by_law[row[1]]), unit="percentage_points"),
            Column("Prior", lambda row: Probability(row[0].prior[row[1]])),
            Column("Odds ratio", lambda row: _odds_ratio(*row)),
            Column("Says", lambda row: _says(*row, questions), "l"),
        ],
        [(answered, law) for answered in questions.answers for law in answered.probability_by_law],
    )


def at_most_20(questions: Questions) -> Table:
    """Question 6."""
    return tabulate(
        "at_most_20",
        "Probability that price at fixed capability falls by at most 20 % a year (or rises), so many years after the last date, by law.",
        [
            Column("Law", lambda law: LAWS[law].title, "l"),
            *(_in_years(str(years), questions) for years in YEARS_AHEAD),
            Column("", lambda law: "set aside" if law in questions.set_aside else None, "l", name="set_aside"),
        ],
        questions.p_at_most_20,
    )


def average(study: "Study") -> str:
    """What an average over the laws would hang on, in words."""
    questions = study.comparison.questions
    late = _late(questions)
    if not late:
        return "Every law is set aside, so that there is nothing to average."
    all_say = _span(list(late.values()))
    least, most = min(late, key=late.__getitem__), max(late, key=late.__getitem__)
    error = math.hypot(*(probability_mcse(late[law], effective_draws(study.fits[law])) for law in (least, most)))
    if not differs(late[most], late[least], error):
        return f"In {LATEST} years all laws say {all_say}, and an average would hang on nothing."
    fading = [law for law in late if _fades(LAWS[law])]
    constant = [law for law in late if law not in fading]
    groups = {"whose rate stays what it is": constant, "whose rate changes with age": fading}
    spans = [
        f"{_span([late[law] for law in laws])} under laws {which} ({_names(laws)})"
        for which, laws in groups.items()
        if laws
    ]
    return (
        f"In {LATEST} years the probability is {listing(spans)}. An average would hang on the weights of the laws alone, and no data give "
        f"them: those of stacking are no probabilities, and forecasts {SCORED_MONTHS} months ahead tell little of what lies {LATEST} years "
        "away."
    )


def _fades(law: Law) -> bool:
    """Whether the rate of a law changes with age, by its formula and not by what was fitted."""
    rng = np.random.default_rng(0)
    drawn = {name: parameter.population.draw(1, rng) for name, parameter in law.family_parameters.items()}
    return bool(np.any(law.rate(drawn, 0.0) != law.rate(drawn, 1.0)))


def _stands(answered: Answered, law: str) -> str:
    """Where a law stands, as the verb of a clause."""
    answer = answered.answer_by_law[law]
    if _assumes(answered, law):
        return f"assume {answer}"
    if answer != "not decided":
        return f"say {answer}"
    return f"are {NEAR if law in answered.within_error else BETWEEN}"


def _assumes(answered: Answered, law: str) -> bool:
    """Whether the prior of a law leaves one answer only."""
    return answered.odds_ratio_by_law.get(law, 0.0) is None


def _would_decide(stands: Mapping[str, str]) -> str:
    kinds = set(stands.values())
    if {"yes", "no"} <= {stand.split()[-1] for stand in kinds}:
        return "Nothing is decided while forecasts set neither side aside."
    if f"are {BETWEEN}" in kinds:
        return "More prices may decide."
    if f"are {NEAR}" in kinds:
        return "More draws would tell on which side."
    return "Only a law that leaves the question open could tell."


def _clause(laws: Sequence[str], stand: str) -> str:
    verb, rest = stand.split(maxsplit=1)
    return f"{_names(laws)} {ONE_LAW[verb] if len(laws) == 1 else verb} {rest}"


def _late(questions: Questions) -> dict[str, float]:
    return {law: years[LATEST] for law, years in questions.p_at_most_20.items() if law not in questions.set_aside}


def _in_years(years: str, questions: Questions) -> Column[str]:
    return Column(
        f"In {years} {'year' if years == '1' else 'years'}", lambda law: Probability(questions.p_at_most_20[law][years])
    )


def _prior_span(answered: Answered, questions: Questions) -> tuple[float, float] | None:
    heard = [p for law, p in answered.prior.items() if law not in questions.set_aside]
    return (min(heard), max(heard)) if heard else None


def _of_span(span: tuple[float, float] | None) -> Cell:
    return None if span is None else ProbabilitySpan(*span)


def _odds_ratio(answered: Answered, law: str) -> Cell:
    ratio = answered.odds_ratio_by_law.get(law)
    return None if ratio is None else Significant(ratio)


def _says(answered: Answered, law: str, questions: Questions) -> str:
    notes = [
        note
        for note, holds in {
            "by assumption": _assumes(answered, law),
            "within Monte Carlo error": law in answered.within_error,
            "set aside": law in questions.set_aside,
        }.items()
        if holds
    ]
    return f"{answered.answer_by_law[law]}{f' ({", ".join(notes)})' if notes else ''}"


def _span(probabilities: Sequence[float]) -> str:
    return probability_span(min(probabilities), max(probabilities))


def _names(laws: Sequence[str]) -> str:
    return listing([LAWS[law].title for law in laws])


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
