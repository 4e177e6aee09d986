"""What is said of how often the questions are answered rightly, in the chapter of their answers."""

from collections.abc import Sequence

from costfloor.laws import LAWS
from costfloor.studies.operating.study import SIMULATED, AnswerCounts, ErrorRates, Held
from costfloor.studies.operating.worlds import WORLDS
from costfloor.studies.shares import share_of_panels
from costfloor.studies.simulated import ALL
from costfloor.typeset.blocks import Block, table, text
from costfloor.typeset.phrases import listing, percentage, plural
from costfloor.typeset.tables import Cell, Column, Table, tabulate


def answer_rates(study: ErrorRates, notice: str) -> list[Block]:
    """How often each law and the rule answer the questions rightly, wrongly or not at all."""
    sentences = (
        f"{plural(study.panels, 'panel')} of the real one's design were drawn from each of two laws as they are fitted, at today's rates, "
        "and all laws fitted to each by short chains. No law is set aside there, as no past forecasts are scored: one that cannot slow "
        "has a say in question 5, to which the rule then never says yes.",
        *(_rule_in_words(study.answers, question) for question in SIMULATED),
        rate_held(study.held),
        notice,
    )
    return [text(*sentences), table(_answers(study))]


def _rule_in_words(counts: Sequence[AnswerCounts], question: int) -> str:
    clauses = []
    for truth, right, wrong in ((True, "yes", "no"), (False, "no", "yes")):
        answers, panels = pooled(counts, question, ALL, truth)
        if panels:
            clauses.append(
                f"where {right} is true, in {plural(panels, 'panel')}, the rule says so in {answers[right]} and {wrong} in {answers[wrong]}"
            )
    return f"Question {question}: {'; '.join(clauses)}."


def pooled(counts: Sequence[AnswerCounts], question: int, law: str, truth: bool) -> tuple[dict[str, int], int]:
    """Panels by answer over all worlds, and their number, where `truth` is true."""
    chosen = [count for count in counts if (count.question, count.law, count.truth) == (question, law, truth)]
    answers = {answer: sum(count.answers[answer] for count in chosen) for answer in ("yes", "no")}
    return answers, sum(count.panels for count in chosen)


def wrong_answers(counts: Sequence[AnswerCounts]) -> str:
    """How many of the rule's answers to all questions are wrong; empty where it gave none."""
    answers = wrong = 0
    for question in SIMULATED:
        for truth, false in ((True, "no"), (False, "yes")):
            by_answer, _ = pooled(counts, question, ALL, truth)
            answers, wrong = answers + sum(by_answer.values()), wrong + by_answer[false]
    return f"{wrong} of {plural(answers, 'answer')} {'is' if wrong == 1 else 'are'} wrong" if answers else ""


def rate_held(held: Sequence[Held]) -> str:
    """How often the intervals of the rate over the last 12 months hold the true one: under the law that holds, and at least and at most."""
    true_laws = [
        f"{percentage(_held_by(held, world.name, world.law))} under {LAWS[world.law].title} where it holds"
        for world in WORLDS
    ]
    least, most = (
        f"{percentage(row.held / row.panels)} ({LAWS[row.law].title}, where {_holding(row.world)} holds)"
        for row in (min(held, key=_share_held), max(held, key=_share_held))
    )
    return (
        f"The 90 % interval of the rate over the last 12 months holds the true one in {listing(true_laws)}; over all laws and worlds in "
        f"{least} to {most} of panels."
    )


def _share_held(row: Held) -> float:
    return row.held / row.panels


def _holding(world: str) -> str:
    return LAWS[next(known.law for known in WORLDS if known.name == world)].title


def _held_by(held: Sequence[Held], world: str, law: str) -> float:
    return _share_held(next(row for row in held if (row.world, row.law) == (world, law)))


def _answers(study: ErrorRates) -> Table:
    return tabulate(
        "answer_rates",
        "What each law says where the truth is known, over the panels of both worlds: in how many yes is true, and how often it says yes "
        "and no there; then the same where no is true. The rest is not decided. In percent with the standard error.",
        [
            Column("Question", lambda row: row[0], name="question_id"),
            Column("Law", lambda row: row[1] if row[1] == ALL else LAWS[row[1]].title, "l"),
            *(
                column
                for truth, words in ((True, "yes"), (False, "no"))
                for column in (
                    _panels(study, truth, words),
                    *(_says(study, truth, words, answer) for answer in ("yes", "no")),
                )
            ),
        ],
        [(question, law) for question in SIMULATED for law in (*LAWS, ALL)],
    )


def _panels(study: ErrorRates, truth: bool, words: str) -> Column[tuple[int, str]]:
    return Column(
        f"{words.capitalize()} true",
        lambda row: pooled(study.answers, *row, truth)[1] or None,
        name=f"panels_{words}_is_true",
    )


def _says(study: ErrorRates, truth: bool, words: str, answer: str) -> Column[tuple[int, str]]:
    def cell(row: tuple[int, str]) -> Cell:
        answers, panels = pooled(study.answers, *row, truth)
        return share_of_panels(answers[answer], panels)

    return Column(f"says {answer}", cell, name=f"says_{answer}_where_{words}_is_true", unit="percent")
