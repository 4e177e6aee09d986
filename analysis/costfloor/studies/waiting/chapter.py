"""What is said of how many more months of prices the questions ask for."""

from typing import Final

from costfloor.studies.operating.chapter import pooled, wrong_answers
from costfloor.studies.operating.study import SIMULATED, AnswerCounts, ErrorRates
from costfloor.studies.shares import share_of_panels
from costfloor.studies.simulated import ALL
from costfloor.studies.waiting.study import Waiting
from costfloor.typeset.blocks import Block, table, text
from costfloor.typeset.phrases import percentage, plural
from costfloor.typeset.tables import Column, Table, tabulate

WANTED: Final = 0.8
"""Probability of an answer that docs/questions.md asks for."""

MONTHS_PER_YEAR: Final = 12


def waiting_times(study: Waiting, today: ErrorRates | None, notice: str) -> list[Block]:
    """How often the rule decides on a longer record, and the months until it does so with probability 0.8.

    Parameters
    ----------
    study
        The longer record.
    today
        The same at today's length; without it nothing is interpolated.
    notice
        What the study is older than; empty when that is nothing.
    """
    months = study.years_more * MONTHS_PER_YEAR
    sentences = (
        f"The same was simulated for a record that is {months} months longer, with prices that come as in the last 12 "
        f"({study.rows:,} prices, {plural(study.panels, 'panel')} of each world). Laws that forecasts would set aside by then have a say "
        "there, so that an answer may come sooner.",
        *(_decided_in_words(question, study, today) for question in SIMULATED),
        f"Of the longer record {wrong}." if (wrong := wrong_answers(study.answers)) else "",
        notice,
    )
    return [text(*sentences), table(_months(study, today))]


def decided(counts: tuple[AnswerCounts, ...], question: int) -> tuple[int, int]:
    """Panels in which the rule answers a question with yes or no, and all panels."""
    hits = panels = 0
    for truth in (True, False):
        answers, of_truth = pooled(counts, question, ALL, truth)
        hits, panels = hits + sum(answers.values()), panels + of_truth
    return hits, panels


def months_until(today: float | None, later: float, months: int) -> str:
    """Months until a share of `WANTED` is decided, linear between today's share and that after so many `months`."""
    if today is not None and today >= WANTED:
        return "0"
    if later < WANTED:
        return f"more than {months}"
    if today is None:
        return f"at most {months}"
    return f"{(WANTED - today) / (later - today) * months:.0f}"


def _decided_in_words(question: int, study: Waiting, today: ErrorRates | None) -> str:
    now = "" if today is None else f", on today's in {_percentage(today.answers, question)}"
    return f"Question {question} is decided in {_percentage(study.answers, question)} of panels there{now}."


def _percentage(counts: tuple[AnswerCounts, ...], question: int) -> str:
    hits, panels = decided(counts, question)
    return percentage(hits / panels)


def _months(study: Waiting, today: ErrorRates | None) -> Table:
    months = study.years_more * MONTHS_PER_YEAR

    def until(question: int) -> str:
        hits, panels = decided(study.answers, question)
        now = None if today is None else decided(today.answers, question)
        return months_until(None if now is None else now[0] / now[1], hits / panels, months)

    return tabulate(
        "months_until_decided",
        "How often the rule says yes or no in simulated panels of both worlds, in percent with the standard error, and the months of "
        f"prices like those of the last 12 until it does so with probability {WANTED:g}: linear between both lengths.",
        [
            Column("Question", lambda question: question, name="question_id"),
            Column(
                "Decided today",
                lambda question: None if today is None else share_of_panels(*decided(today.answers, question)),
                unit="percent",
            ),
            Column(
                f"After {months} months",
                lambda question: share_of_panels(*decided(study.answers, question)),
                unit="percent",
            ),
            Column("Months until an answer", until),
        ],
        SIMULATED,
    )
