"""The chapter on the six questions says what the rule says, whichever way the draws fall."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from costfloor.fit.question_evidence import LawEvidence
from costfloor.forecast.questions import Answered, Questions
from costfloor.laws import LAWS
from costfloor.panel import law_rows
from costfloor.report.chapter_questions import (
    answers,
    at_most_20,
    average,
    by_law,
    hangs_on,
    in_a_sentence,
    left_out,
    six_questions,
)
from costfloor.report.document import documents
from costfloor.report.study import Study
from fake_study import make_comparison, make_evidence, make_questions, make_study

NO, YES, OPEN = make_evidence(0.01), make_evidence(0.99), make_evidence(0.5)
NEVER = make_evidence(0.0, prior=0.0)
CONSTANT = ("exponential", "random_walk", "discovery")


def agreed(evidence: LawEvidence, **others: LawEvidence) -> Questions:
    return make_questions(**(dict.fromkeys(LAWS, evidence) | others))


def answered(questions: Questions, number: int) -> Answered:
    return questions.answers[number - 1]


def with_questions(folder: Path, questions: Questions) -> Study:
    return make_study(folder, comparison=make_comparison(questions=questions))


def words(blocks: list[Any]) -> str:
    return " ".join(str(block.get("text", "")) for block in blocks)


@pytest.mark.parametrize(
    ("evidence", "said", "span"),
    [(YES, "Yes", "99 %"), (NO, "No", "1 %"), (OPEN, "Not decided", "50 %")],
)
def test_the_first_page_says_what_is_decided(evidence: LawEvidence, said: str, span: str) -> None:
    questions = agreed(evidence)
    sentences = [in_a_sentence(question, questions) for question in questions.answers]
    assert sentences[0] == (
        "Do new models at fixed capability become cheaper by 20 % a year or less, over the last 12 months? "
        f"{said} (probability {span} by law)."
    )
    assert sentences[2].endswith("over the last 12 months? Not yet asked.")
    assert sentences[5] == (
        f"How probable is a fall of at most 20 % a year in 1, 3, 5 and 10 years, under each law? In 10 years {span} by law."
    )


def test_the_first_page_has_all_six_and_keeps_the_verdict(tmp_path: Path) -> None:
    questions = agreed(YES)
    blocks = documents(with_questions(tmp_path, questions))["report"]["blocks"]
    table = next(block for block in blocks if block["kind"] == "table")
    assert [row[0] for row in table["rows"]] == ["1", "2", "3", "4", "5", "6"]
    assert [row[2] for row in table["rows"]] == ["yes", "yes", "not yet asked", "not yet asked", "yes", "see chance"]
    assert blocks[0]["title"].startswith("Not decided")


def test_laws_that_agree_are_named_with_what_they_say() -> None:
    for evidence, said in ((YES, "say yes"), (NO, "say no")):
        assert hangs_on(answered(agreed(evidence), 1), agreed(evidence)) == (
            "Constant rate, random walk with drift, plateau, Baumol's cost disease, continued discovery and encompassing law "
            f"{said}."
        )


@pytest.mark.parametrize(("side", "other", "said", "against"), [(YES, NO, "yes", "no"), (NO, YES, "no", "yes")])
def test_laws_that_part_are_named(side: LawEvidence, other: LawEvidence, said: str, against: str) -> None:
    questions = agreed(side, plateau=other, baumol=OPEN)
    assert answered(questions, 2).answer == "not decided"
    assert hangs_on(answered(questions, 2), questions) == (
        f"Constant rate, random walk with drift, continued discovery and encompassing law say {said}; plateau says {against}; Baumol's "
        "cost disease is between the thresholds. Nothing is decided while forecasts set neither side aside."
    )


def test_what_would_decide_is_more_prices_or_more_draws() -> None:
    between, near = agreed(YES, plateau=OPEN), agreed(YES, plateau=make_evidence(0.953))
    assert hangs_on(answered(between, 1), between).endswith(
        "plateau is between the thresholds. More prices may decide."
    )
    assert answered(near, 1).answer == "not decided"
    assert hangs_on(answered(near, 1), near).endswith(
        "plateau is within Monte Carlo error of a threshold. More draws would tell on which side."
    )


def test_an_assumption_is_called_one() -> None:
    constant = dict.fromkeys(CONSTANT, NEVER)
    no = agreed(NO, **constant)
    assert answered(no, 5).answer == "no"
    assert hangs_on(answered(no, 5), no) == (
        "Constant rate, random walk with drift and continued discovery assume no; plateau, Baumol's cost disease and encompassing law "
        "say no."
    )
    yes = agreed(YES, **constant)
    assert answered(yes, 5).answer == "not decided"
    assert hangs_on(answered(yes, 5), yes).endswith("Nothing is decided while forecasts set neither side aside.")
    alone = agreed(NEVER)
    assert hangs_on(answered(alone, 5), alone).endswith(
        "assume no. Only a law that leaves the question open could tell."
    )


def test_laws_that_are_set_aside_are_named_and_not_heard() -> None:
    why = "its forecasts score 23.1 below those of plateau (standard error 8.0)"
    questions = make_questions({"baumol": why}, **(dict.fromkeys(LAWS, YES) | {"baumol": NO}))
    assert left_out(questions) == f"Set aside: Baumol's cost disease, as {why}."
    assert left_out(agreed(YES)) == "No law is set aside."
    assert answered(questions, 1).answer == "yes"
    assert "Baumol" not in hangs_on(answered(questions, 1), questions)
    assert [row[-1] for row in by_law(questions).rows if row[1].startswith("Baumol")] == ["no (set aside)"] * 3
    nobody = make_questions(dict.fromkeys(LAWS, "its fit missed a gate: R-hat"))
    assert hangs_on(answered(nobody, 1), nobody) == "Every law is set aside."
    assert in_a_sentence(nobody.answers[5], nobody).endswith("No law has a say.")
    assert in_a_sentence(nobody.answers[0], nobody).endswith("12 months? Not decided.")


def test_the_table_of_answers_has_both_ranges() -> None:
    questions = agreed(YES, plateau=make_evidence(0.6, prior=0.3))
    rows = {row[0]: row for row in answers(questions).rows}
    assert rows["1"][2:5] == ("not decided", "60 % to 99 %", "30 % to 40 %")
    assert rows["3"][2:5] == ("not yet asked", "", "")


def test_each_law_has_a_line_with_its_error_and_odds() -> None:
    questions = agreed(OPEN, plateau=make_evidence(0.96, prior=0.4), discovery=NEVER)
    rows = {(row[0], row[1]): row[2:] for row in by_law(questions).rows}
    assert len(rows) == 3 * len(LAWS)
    assert rows["5", "plateau"] == ("96 %", "0.40", "40 %", "36", "yes")
    assert rows["1", "plateau"] == ("96 %", "0.40", "40 %", "", "yes")
    assert rows["5", "continued discovery"] == ("below 1 %", "0.40", "below 1 %", "", "no (by assumption)")
    assert rows["1", "constant rate"][-1] == "not decided"


def test_question_six_is_by_law_and_year() -> None:
    questions = agreed(NO, plateau=make_evidence(0.3, late=0.6))
    rows = {row[0]: row[1:] for row in at_most_20(questions).rows}
    assert rows["plateau"] == ("30 %", "30 %", "30 %", "60 %", "")
    assert at_most_20(questions).columns[1:5] == ("In 1 year", "In 3 years", "In 5 years", "In 10 years")


def test_what_an_average_would_hang_on(tmp_path: Path) -> None:
    fading = dict.fromkeys(("plateau", "baumol", "encompassing"), make_evidence(0.2, late=0.7))
    said = average(with_questions(tmp_path, agreed(NO, **fading)))
    assert said.startswith(
        "In 10 years the probability is 1 % under laws whose rate stays what it is (constant rate, random walk with drift and continued "
        "discovery) and 70 % under laws whose rate changes with age (plateau, Baumol's cost disease and encompassing law). An average "
        "would hang on the weights of the laws alone"
    )
    turned = average(with_questions(tmp_path, agreed(YES, **dict.fromkeys(fading, make_evidence(0.2, late=0.1)))))
    assert "99 % under laws whose rate stays" in turned
    assert "10 % under laws whose rate changes" in turned
    still = dict.fromkeys(fading, make_evidence(0.9, late=0.9))
    assert "90 % under laws whose rate changes" in average(with_questions(tmp_path, agreed(NO, **still)))
    level = average(with_questions(tmp_path, agreed(OPEN, plateau=make_evidence(0.5, late=0.51))))
    assert level == "In 10 years all laws say 50 % to 51 %, and an average would hang on nothing."
    assert "nothing to average" in average(with_questions(tmp_path, make_questions(dict.fromkeys(LAWS, "why"))))


def test_the_chapter_says_what_it_averages_over(tmp_path: Path) -> None:
    study = with_questions(tmp_path, agreed(YES))
    blocks = six_questions(study)
    assert [block["name"] for block in blocks if block["kind"] == "table"] == [
        "questions", "questions_by_law", "at_most_20",
    ]  # fmt: skip
    rows = law_rows(study.panel)
    recent = rows[rows["date"] >= study.obs.last - pd.Timedelta(days=365)]
    assert 0 < recent["model"].nunique() < rows["model"].nunique()
    assert (
        f"a mean over the {recent['model'].nunique()} models with a price in the 12 months to {study.obs.last:%Y-%m-%d}."
        in words(blocks)
    )
