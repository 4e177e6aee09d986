"""What checks and answers are worth: how often they tell what is true in simulated panels of today's design."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from scipy.stats import norm

from costfloor.fit.question_events import AT_MOST_20
from costfloor.forecast.questions import QUESTIONS
from costfloor.laws import LAWS
from costfloor.studies.power.study import ASKED, COMPARED, CheckPower, Power, QuestionPower
from costfloor.studies.power.worlds import LAW_WORLDS, RATE_WORLDS
from costfloor.studies.shares import share_of_panels
from costfloor.studies.simulated import ALL, ANSWERS
from costfloor.typeset.blocks import Block, table, text
from costfloor.typeset.phrases import listing, percentage, plural
from costfloor.typeset.tables import Cell, Column, Table, tabulate

WANTED: Final = 0.8
"""Share of panels of the first world in which question 1 is to be answered yes: docs/questions.md."""

ALLOWED: Final = 0.05
"""The same of the second world, at most."""

POWERFUL: Final = 0.5
"""Share of panels from which on a check can tell a law that does not hold."""


def power_of_checks(study: Power, outcomes: Mapping[str, Mapping[str, bool | None]], notice: str) -> list[Block]:
    """How often each check rejects either law, and what those that can tell say of the real panel.

    Parameters
    ----------
    study
        The simulations.
    outcomes
        By check and law whether the real panel's passed.
    notice
        What the study is older than; empty when that is nothing.
    """
    sentences = (
        f"{plural(study.panels, 'panel')} of the real one's design were drawn from each of two fitted laws, and both laws fitted to each.",
        *(what_they_say(study, law, outcomes) for law in COMPARED),
        notice,
    )
    return [text(*sentences), table(_checks(study))]


def what_they_say(study: Power, law: str, outcomes: Mapping[str, Mapping[str, bool | None]]) -> str:
    """Which checks reject a law in more than half of the panels in which another holds, and whether they reject it on the real panel."""
    rows = [row for row in study.checks if row.law == law and row.world != _own_world(law) and row.judged]
    able = [row for row in rows if row.rejected > POWERFUL * row.judged]
    title, other = LAWS[law].title, LAWS[next(name for name in COMPARED if name != law)].title
    if not able:
        return f"No check rejects {title} in more than half of the panels in which {other} holds."
    named = listing([f"{_words(row.check)} ({percentage(row.rejected / row.judged)})" for row in able])
    rejected = [row.check for row in able if outcomes.get(row.check, {}).get(law) is False]
    passed = [row.check for row in able if outcomes.get(row.check, {}).get(law) is True]
    clauses = [
        f"{listing([_words(check) for check in checks])} {several if len(checks) > 1 else single}"
        for checks, single, several in (
            (rejected, "rejects it", "reject it"),
            (passed, "lets it pass", "let it pass"),
        )
        if checks
    ]
    real = f" On the real panel {' and '.join(clauses)}." if clauses else ""
    return f"{title[:1].upper()}{title[1:]} is rejected in more than half of the panels in which {other} holds by {named}.{real}"


def power_of_question(study: Power, known_within: Sequence[float], notice: str) -> list[Block]:
    """How often each law answers the first question, and how, in the two worlds that were fixed for it.

    Parameters
    ----------
    study
        The simulations.
    known_within
        Posterior standard deviations of the rate of the last 12 months, log-rate per year, of the laws whose fits passed.
    notice
        What the study is older than; empty when that is nothing.
    """
    sentences = (
        f"Question {ASKED} was asked in {plural(study.panels, 'panel')} of each of two worlds that are today's but for the rate of their "
        "last 12 months. No law is set aside there, as no past forecasts are scored.",
        *(_answered(study, world.name) for world in RATE_WORLDS),
        against_what_was_asked(study),
        what_a_yes_takes(known_within),
        notice,
    )
    return [text(*sentences), table(_question(study))]


def against_what_was_asked(study: Power) -> str:
    """Whether the laws together answer yes as often as docs/questions.md asked for, in the world where it is true and the other."""
    slow, fast = (
        next(row.answers["yes"] for row in study.questions if (row.world, row.law) == (world.name, ALL)) / study.panels
        for world in RATE_WORLDS
    )
    missed = [
        f"a yes in {percentage(WANTED)} of panels of the first was asked for" if slow < WANTED else "",
        f"a yes in at most {percentage(ALLOWED)} of panels of the second was asked for" if fast > ALLOWED else "",
    ]
    if any(missed):
        return f"FAILED: beforehand {listing(list(filter(None, missed)))}."
    return (
        f"That is what was asked for beforehand: a yes in {percentage(WANTED)} of panels of the first at least, in {percentage(ALLOWED)} "
        "of the second at most."
    )


def _answered(study: Power, world: str) -> str:
    rows = [row for row in study.questions if row.world == world and row.law != ALL]
    (together,) = (row.answers for row in study.questions if (row.world, row.law) == (world, ALL))
    spans = [
        f"{answer} in {_span([row.answers[answer] / study.panels for row in rows])} of panels"
        for answer in ("yes", "no")
    ]
    return (
        f"In the world of {world} the laws, each by itself, say {' and '.join(spans)}; all of them together say yes in "
        f"{percentage(together['yes'] / study.panels)} and no in {percentage(together['no'] / study.panels)}."
    )


def what_a_yes_takes(known_within: Sequence[float]) -> str:
    """How well the rate would have to be known for the yes that is asked for in the first world, and how well it is."""
    world = RATE_WORLDS[0]
    threshold = next(question.threshold for question in QUESTIONS if question.id == ASKED)
    assert world.window_rate is not None and threshold is not None
    below = AT_MOST_20 - world.window_rate
    needed = below / float(norm.ppf(threshold.yes) + norm.ppf(WANTED))
    takes = (
        f"A market at {world.name} is {below:.3f} a year below the log-rate that is asked about: a yes in {percentage(WANTED)} of panels "
        f"takes a rate of the last 12 months that is known within a standard deviation of {needed:.3f}."
    )
    if not known_within:
        return takes
    return f"{takes} On the real panel the laws know it within {min(known_within):.2f} to {max(known_within):.2f}."


def _span(shares: Sequence[float]) -> str:
    least, most = percentage(min(shares)), percentage(max(shares))
    return least if least == most else f"{least} to {most}"


def _own_world(law: str) -> str:
    return next(world.name for world in LAW_WORLDS if world.law == law)


def _words(check: str) -> str:
    return check.replace("_", " ")


def _checks(study: Power) -> Table:
    return tabulate(
        "check_power",
        "How often a check fails a law, in percent of simulated panels with the standard error: where the other law holds that is its "
        "power, where the law itself holds its rate of false alarms.",
        [
            Column("Check", _words, "l"),
            *(
                Column(
                    f"{LAWS[law].title} fails where {LAWS[world.law].title} holds",
                    _rejections(study.checks, world.name, law),
                    unit="percent",
                )
                for law in reversed(COMPARED)
                for world in LAW_WORLDS
            ),
        ],
        dict.fromkeys(row.check for row in study.checks),
    )


def _rejections(rows: Sequence[CheckPower], world: str, law: str) -> Callable[[str], Cell]:
    def cell(check: str) -> Cell:
        row = next(row for row in rows if (row.world, row.law, row.check) == (world, law, check))
        return share_of_panels(row.rejected, row.judged)

    return cell


def _question(study: Power) -> Table:
    return tabulate(
        "question_power",
        f"Answers to question {ASKED} in simulated panels, by law, in percent with the standard error.",
        [
            Column("World", lambda row: row.world, "l"),
            Column("Law", lambda row: row.law if row.law == ALL else LAWS[row.law].title, "l"),
            *(_answers(answer, study.panels) for answer in ANSWERS),
        ],
        study.questions,
    )


def _answers(answer: str, panels: int) -> Column[QuestionPower]:
    return Column(answer.capitalize(), lambda row: share_of_panels(row.answers[answer], panels), unit="percent")
