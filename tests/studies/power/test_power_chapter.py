"""What is said of the power of checks and of question 1 reads right whichever way the simulations and the real panel fall."""

from dataclasses import replace

import numpy as np
import pytest
from costfloor.laws import LAWS
from costfloor.studies.power.chapter import (
    against_what_was_asked,
    power_of_checks,
    power_of_question,
    what_a_yes_takes,
    what_they_say,
)
from costfloor.studies.power.study import ALL, CheckPower, Power, QuestionPower
from costfloor.studies.power.worlds import LAW_WORLDS, RATE_WORLDS
from scipy.stats import norm

PANELS = 40


def study(rejected: int) -> Power:
    """Two checks; `young_decline` fails discovery in so many panels in which plateau holds, everything else in one."""
    checks = tuple(
        CheckPower(world.name, law, check, PANELS, rejected if special else 1)
        for world in LAW_WORLDS
        for law in ("plateau", "discovery")
        for check in ("young_decline", "slowdown")
        for special in [(world.law, law, check) == ("plateau", "discovery", "young_decline")]
    )
    questions = tuple(
        QuestionPower(world.name, law, {"yes": 10, "no": 20, "not decided": 10})
        for world in RATE_WORLDS
        for law in (*LAWS, ALL)
    )
    return Power(PANELS, checks, questions)


@pytest.mark.parametrize(
    ("passed", "said"), [(False, "young decline rejects it."), (True, "young decline lets it pass."), (None, "")]
)
def test_checks_that_can_tell_are_named_with_what_they_say(passed: bool | None, said: str) -> None:
    sentence = what_they_say(study(30), "discovery", {"young_decline": {"discovery": passed}})
    assert sentence.startswith(
        "Continued discovery is rejected in more than half of the panels in which plateau holds by young decline (75 %)."
    )
    assert sentence.endswith(said or "(75 %).")


def test_without_power_no_check_is_named() -> None:
    for law, title, other in (
        ("plateau", "plateau", "continued discovery"),
        ("discovery", "continued discovery", "plateau"),
    ):
        assert what_they_say(study(20), law, {"young_decline": {law: False}}) == (
            f"No check rejects {title} in more than half of the panels in which {other} holds."
        )


def test_the_table_has_power_and_false_alarms() -> None:
    (words, table) = power_of_checks(study(30), {}, "")
    assert "40 panels" in words["text"]
    assert [row[0] for row in table["rows"]] == ["young decline", "slowdown"]
    assert table["rows"][0][1].startswith("75")
    assert table["rows"][1][1].startswith("2")


def test_answers_are_given_by_law_and_world() -> None:
    simulated = study(1)
    constant = replace(simulated.questions[0], answers={"yes": 40, "no": 0, "not decided": 0})
    words, table = power_of_question(replace(simulated, questions=(constant, *simulated.questions[1:])), [0.2], "")
    assert (
        "the laws, each by itself, say yes in 25 % to 100 % of panels and no in 0 % to 50 % of panels; all of them together"
        in words["text"]
    )
    assert "all of them together say yes in 25 % and no in 50 %." in words["text"]
    assert " 25 % to 25 %" not in words["text"]
    assert len(table["rows"]) == (len(LAWS) + 1) * len(RATE_WORLDS)


@pytest.mark.parametrize(
    ("slow", "fast", "words"),
    [
        (40, 0, "That is what was asked for beforehand"),
        (0, 0, "FAILED: beforehand a yes in 80 % of panels of the first was asked for."),
        (40, 10, "FAILED: beforehand a yes in at most 5 % of panels of the second was asked for."),
    ],
)
def test_answers_are_held_against_what_was_asked_for(slow: int, fast: int, words: str) -> None:
    simulated = study(1)
    together = tuple(
        QuestionPower(world.name, ALL, {"yes": yes, "no": 0, "not decided": PANELS - yes})
        for world, yes in zip(RATE_WORLDS, (slow, fast), strict=True)
    )
    assert against_what_was_asked(replace(simulated, questions=together)).startswith(words)


def test_what_a_yes_takes_gives_it_in_so_many_panels() -> None:
    """Estimates as far off as their posterior is wide say yes in 80 % of panels at the precision that is named, by simulation."""
    sentence = what_a_yes_takes([0.12, 0.3])
    assert sentence.endswith("the laws know it within 0.12 to 0.30.")
    assert "On the real panel" not in what_a_yes_takes([])
    named = float(sentence.split("standard deviation of ")[1].split(". ")[0])
    truth, limit = -np.log(1 - 0.18), -np.log(0.8)
    means = truth + named * np.random.default_rng(0).standard_normal(100_000)
    yes = norm.cdf((limit - means) / named) >= 0.95
    assert yes.mean() == pytest.approx(0.8, abs=0.03)
