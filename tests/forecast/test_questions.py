"""The rule of docs/questions.md: thresholds, laws that part, laws that are set aside, and nothing within Monte Carlo error."""

import json
import math
import re
from pathlib import Path

import pandas as pd
import pytest
from costfloor.cli.overview import IN_SHORT
from costfloor.fit.question_events import AT_MOST_20, HALVED, SLOWED_SHARE, YEARS_AHEAD
from costfloor.fit.question_evidence import LawEvidence
from costfloor.forecast.origins import forecast_origins
from costfloor.forecast.questions import (
    QUESTIONS,
    SCORED_MONTHS,
    Answered,
    Questions,
    Threshold,
    answer_questions,
    law_answer,
    laws_set_aside,
)
from costfloor.forecast.scores import OriginScore
from costfloor.laws.observations import observations
from costfloor.sampling.probability import Probability
from origin_scores import score

ROOT = Path(__file__).parents[2]
ONE = Threshold("probability", yes=0.95, no=0.05)
FIVE = Threshold("odds ratio", yes=10.0, no=0.1)
EVEN = Probability(0.5, 0.003)


def law(posterior: float, prior: float = 0.5, mcse: float = 0.005) -> LawEvidence:
    """A law that says the same to every question."""
    after, before = Probability(posterior, mcse), Probability(prior, 0.003)
    return LawEvidence(
        dict.fromkeys((1, 2, 5), after), dict.fromkeys((1, 2, 5), before), dict.fromkeys(YEARS_AHEAD, after)
    )


def answers(evidence: dict[str, LawEvidence], set_aside: dict[str, str] | None = None) -> dict[int, str]:
    return {answered.id: answered.answer for answered in answer_questions(evidence, set_aside or {}).answers}


def test_questions_and_thresholds_are_those_that_were_fixed() -> None:
    """Word by word, and number by number, from the table of the page."""
    text = (ROOT / "docs" / "questions.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d) \| (.+?) \| (.+?) \| ?(.*?) ?\|$", text, re.MULTILINE)
    assert [(question.id, question.words) for question in QUESTIONS] == [
        (int(number), words) for number, words, *_ in rows
    ]
    for question, (_, _, yes, no) in zip(QUESTIONS, rows, strict=True):
        if question.threshold is None:
            assert (yes, no) == ("a table, no yes or no", "")
            continue
        of = "P" if question.threshold.of == "probability" else "odds ratio"
        low = f"{question.threshold.no:.2f}" if of == "P" else f"1/{1 / question.threshold.no:.0f}"
        high = f"{question.threshold.yes:.2f}" if of == "P" else f"{question.threshold.yes:.0f}"
        assert (yes, no) == (f"{of} >= {high}", f"{of} <= {low}")
    assert "-log(0.8) = 0.2231" in text
    assert "log 2 = 0.6931" in text
    assert pytest.approx((0.2231, 0.6931, 0.75), abs=5e-5) == (AT_MOST_20, HALVED, SLOWED_SHARE)
    assert {question.id for question in QUESTIONS if not question.asked} == {3, 4}


@pytest.mark.parametrize(
    ("p", "mcse", "wanted"),
    [
        (0.97, 0.0099, "yes"),
        (0.97, 0.0101, "not decided"),
        (0.95, 0.001, "not decided"),
        (0.949, 0.0, "not decided"),
        (0.5, 0.01, "not decided"),
        (0.03, 0.0101, "not decided"),
        (0.03, 0.0099, "no"),
        (0.051, 0.0, "not decided"),
    ],
)
def test_a_probability_is_past_its_threshold_by_two_errors(p: float, mcse: float, wanted: str) -> None:
    found = law_answer(ONE, Probability(p, mcse), EVEN)
    assert (found.answer, found.odds_ratio) == (wanted, None)
    assert found.within_error == (mcse in {0.0101, 0.001})


@pytest.mark.parametrize(
    ("posterior", "prior", "ratio", "wanted"),
    [
        (0.95, 0.5, 19.0, "yes"),
        (0.95, 0.8, 4.75, "not decided"),
        (0.05, 0.5, 1 / 19, "no"),
        (0.05, 0.2, 4 / 19, "not decided"),
        (0.5, 0.5, 1.0, "not decided"),
        (0.5, 0.02, 49.0, "yes"),
        (0.91, 0.5, 91 / 9, "not decided"),
    ],
)
def test_odds_count_against_those_of_the_prior(posterior: float, prior: float, ratio: float, wanted: str) -> None:
    found = law_answer(FIVE, Probability(posterior, 0.004), Probability(prior, 0.001))
    assert found.odds_ratio == pytest.approx(ratio)
    assert found.answer == wanted


def test_the_error_of_an_odds_ratio_is_that_of_both_probabilities() -> None:
    posterior, prior = Probability(0.95, 0.004), Probability(0.5, 0.01)
    error = math.hypot(0.004 / (0.95 * 0.05), 0.01 / 0.25)
    lead = math.log(19.0) - 2 * error
    assert law_answer(Threshold("odds ratio", yes=math.exp(lead - 1e-9), no=0.1), posterior, prior).answer == "yes"
    assert law_answer(Threshold("odds ratio", yes=math.exp(lead + 1e-9), no=0.1), posterior, prior).within_error


def test_draws_that_all_agree_give_a_finite_odds_ratio() -> None:
    many, few = (law_answer(FIVE, Probability(1.0, 1 / draws), EVEN) for draws in (4000, 20))
    assert many.odds_ratio == pytest.approx(3999)
    assert many.answer == "yes"
    assert (few.answer, few.within_error) == ("not decided", True)


@pytest.mark.parametrize(("prior", "wanted"), [(0.0, "no"), (1.0, "yes")])
def test_a_prior_that_leaves_one_answer_gives_it_without_odds(prior: float, wanted: str) -> None:
    found = law_answer(FIVE, Probability(prior, 0.001), Probability(prior, 0.0))
    assert (found.answer, found.odds_ratio, found.within_error) == (wanted, None, False)


@pytest.mark.parametrize(
    ("posteriors", "first", "second", "fifth"),
    [
        ((0.99, 0.98), "yes", "yes", "yes"),
        ((0.01, 0.02), "no", "no", "no"),
        ((0.99, 0.01), "not decided", "not decided", "not decided"),
        ((0.99, 0.5), "not decided", "not decided", "not decided"),
        ((0.93, 0.93), "not decided", "yes", "yes"),
        ((0.07, 0.07), "not decided", "no", "no"),
    ],
)
def test_an_answer_is_what_every_law_says(posteriors: tuple[float, float], first: str, second: str, fifth: str) -> None:
    found = answers({"plateau": law(posteriors[0]), "discovery": law(posteriors[1])})
    assert found == {1: first, 2: second, 3: "not yet asked", 4: "not yet asked", 5: fifth, 6: "a table"}


def test_a_law_that_is_set_aside_has_no_say_but_is_shown() -> None:
    evidence = {"plateau": law(0.99), "discovery": law(0.01)}
    found = answer_questions(evidence, {"discovery": "its fit missed a gate: R-hat"})
    assert found.answers[0].answer == "yes"
    assert found.answers[0].answer_by_law == {"plateau": "yes", "discovery": "no"}
    assert found.spans()[1] == (0.99, 0.99)
    assert found.spans()[3] is None
    frame = found.to_frame()
    assert list(frame.loc[frame["set_aside"], "law"].unique()) == ["discovery"]
    assert len(frame) == 3 * 2
    assert answers(evidence, dict.fromkeys(evidence, "aside")) == {
        1: "not decided", 2: "not decided", 3: "not yet asked", 4: "not yet asked", 5: "not decided", 6: "a table",
    }  # fmt: skip


def test_what_laws_assume_of_slowing_is_no_evidence() -> None:
    constant = law(0.0, prior=0.0, mcse=1e-4)
    slowing, steady, open_ = law(0.99), law(0.01), law(0.5)
    assert answers({"discovery": constant, "exponential": constant})[5] == "not decided"
    assert answers({"discovery": constant, "plateau": steady})[5] == "no"
    assert answers({"discovery": constant, "plateau": open_})[5] == "not decided"
    # While a constant rate has a say nothing is found to have slowed.
    assert answers({"discovery": constant, "plateau": slowing})[5] == "not decided"
    assert answers({"discovery": constant, "plateau": slowing}, {"discovery": "its forecasts"})[5] == "yes"
    # Of the other questions an assumption is not asked.
    assert answers({"discovery": constant, "exponential": constant})[1] == "no"


def test_the_table_of_question_six_is_by_law_and_year() -> None:
    found = answer_questions({"plateau": law(0.3), "discovery": law(0.0)}, {})
    assert found.p_at_most_20 == {
        "plateau": dict.fromkeys(("1", "3", "5", "10"), 0.3),
        "discovery": dict.fromkeys(("1", "3", "5", "10"), 0.0),
    }


def test_in_short_question_six_is_its_last_year_over_the_laws_that_have_a_say() -> None:
    by_law = {"plateau": {"1": 0.0, "10": 0.7}, "baumol": {"1": 0.1, "10": 0.99}, "discovery": {"1": 0.0, "10": 0.01}}
    asked = (Answered(6, QUESTIONS[5].words, "a table", None),)
    for set_aside, span in (
        ({}, [0.01, 0.99]),
        ({"discovery": "why"}, [0.7, 0.99]),
        (dict.fromkeys(by_law, "why"), None),
    ):
        assert Questions(asked, by_law, set_aside).in_short() == [{"id": 6, "answer": "a table", "probability": span}]
    assert str(YEARS_AHEAD[-1]) in IN_SHORT[6]


def test_json_has_the_keys_of_the_contract_and_comes_back() -> None:
    found = answer_questions({"plateau": law(0.99), "discovery": law(0.0, prior=0.0)}, {"discovery": "why"})
    content = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert set(content["questions"][0]) >= {
        "id", "question", "answer", "threshold", "probability_by_law", "prior", "power",
    }  # fmt: skip
    assert content["questions"][0]["threshold"] == {"of": "probability", "yes": 0.95, "no": 0.05}
    assert content["questions"][4]["odds_ratio_by_law"]["discovery"] is None
    assert content["p_at_most_20"]["plateau"]["10"] == 0.99
    assert Questions.from_json(content) == found
    with pytest.raises(ValueError, match="answer"):
        Questions.from_json({**content, "questions": [{"id": 1, "question": "Is it?"}]})
    with pytest.raises(KeyError):
        Questions.from_json({})


def forecasts(mean: float, spread: float = 0.0, mcse: float = 0.0) -> list[OriginScore]:
    """Scores of forty models in eight quarters that differ from `mean` by `spread`, either way in turn."""
    units = list(range(40))
    values = [mean + (spread if unit % 2 else -spread) for unit in units]
    return [score(values, units, [unit // 5 for unit in units], [0.1] * 40, [True] * 40, mcse=mcse)]


@pytest.mark.parametrize(("months", "whole_year"), [(3, 0), (7, 0), (8, 1), (12, 3)])
def test_a_comparison_over_few_months_has_no_date_from_which_a_year_has_passed(months: int, whole_year: int) -> None:
    dates = pd.date_range("2022-01-15", "2026-04-15", freq="5D")
    frame = pd.DataFrame({"date": dates, "price": 1.0, "quality": 0.0, "family": "all"})
    obs = observations(frame)
    origins = forecast_origins(obs, months)
    assert len(origins) == 3
    passed = [origin.date + pd.DateOffset(months=SCORED_MONTHS) <= obs.last for origin in origins]
    assert sum(passed) == whole_year


def test_a_law_is_set_aside_for_forecasts_that_are_clearly_worse() -> None:
    best, worse, noisy, close = forecasts(-1.0), forecasts(-1.5), forecasts(-1.5, mcse=10.5), forecasts(-1.09)
    found = laws_set_aside({}, {"plateau": best, "baumol": worse, "discovery": noisy, "exponential": close}, ())
    # Baumol is 20 behind without doubt, discovery 20 with an error of 10.5, the constant rate less than four.
    assert set(found) == {"baumol"}
    assert found["baumol"] == "its forecasts score 20.0 below those of plateau (standard error 0.0)"


def test_a_missed_gate_sets_aside_and_no_score_of_such_fits_counts() -> None:
    scores = {"plateau": forecasts(-1.0), "discovery": forecasts(-1.5), "exponential": forecasts(-1.55)}
    assert laws_set_aside({"plateau": "R-hat 1.2"}, scores, ()) == {"plateau": "its fit missed a gate: R-hat 1.2"}
    # A fit at an origin: its score makes no law the best and sets none aside.
    assert set(laws_set_aside({}, scores, ("plateau",))) == set()
    assert set(laws_set_aside({}, scores, ("discovery",))) == {"exponential"}
    assert laws_set_aside({}, {"plateau": [], "discovery": []}, ()) == {}


def test_one_model_has_no_error_and_sets_no_law_aside() -> None:
    alone = [score([mean, mean], [0, 0], [3, 4], [0.1, 0.1], [True, True]) for mean in (-1.0, -30.0)]
    assert laws_set_aside({}, {"plateau": alone[:1], "discovery": alone[1:]}, ()) == {}


def test_an_answer_of_another_kind_is_not_read() -> None:
    answered = Answered(1, "Is it?", "yes", ONE)
    content = {"questions": [{**vars(answered), "threshold": vars(ONE), "answer": "perhaps"}]}
    with pytest.raises(ValueError, match="answer"):
        Questions.from_json({**content, "p_at_most_20": {}, "questions_set_aside": {}})
