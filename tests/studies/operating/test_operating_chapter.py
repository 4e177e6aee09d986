"""What is said of right and wrong answers reads right whichever way the simulations fall."""

from collections.abc import Mapping
from typing import Any

import pytest
from costfloor.laws import LAWS
from costfloor.studies.catalogue import part
from costfloor.studies.operating.chapter import answer_rates, rate_held
from costfloor.studies.operating.study import SIMULATED, AnswerCounts, ErrorRates, Held, SimulatedVerdict
from costfloor.studies.operating.verdicts import false_verdicts, real_among_simulated, verdict_rates
from costfloor.studies.operating.worlds import WORLDS
from costfloor.studies.simulated import ALL
from costfloor.studies.stored import Stored
from costfloor.studies.waiting.chapter import decided, months_until, waiting_times
from costfloor.studies.waiting.study import Waiting

PLATEAU, DISCOVERY = (world.name for world in WORLDS)


def answered(yes: int, no: int, undecided: int) -> dict[str, int]:
    return {"yes": yes, "no": no, "not decided": undecided}


def counts(rule: Mapping[tuple[str, bool], Mapping[str, int]]) -> tuple[AnswerCounts, ...]:
    """The rule's answers by world and truth; single laws say no to everything."""
    return tuple(
        AnswerCounts(world, question, law, truth, answers if law == ALL else answered(0, sum(answers.values()), 0))
        for (world, truth), answers in rule.items()
        for question in SIMULATED
        for law in (*LAWS, ALL)
    )


ANSWERS = counts(
    {(PLATEAU, True): answered(3, 1, 4), (PLATEAU, False): answered(2, 5, 5), (DISCOVERY, False): answered(0, 9, 11)}
)


def verdicts(world: str, counts: Mapping[str, int], *, lead: float | None, p_slowed: float) -> list[SimulatedVerdict]:
    """Panels of a world with so many verdicts; leads and probabilities of slowing rise evenly to the ones given."""
    every = [verdict for verdict, count in counts.items() for _ in range(count)]
    return [
        SimulatedVerdict(
            world,
            verdict,
            None if lead is None else lead * (place + 1) / len(every),
            p_slowed * (place + 1) / len(every),
        )
        for place, verdict in enumerate(every)
    ]


VERDICTS = (
    *verdicts(PLATEAU, {"plateau": 4, "inconclusive": 16}, lead=200.0, p_slowed=1.0),
    *verdicts(DISCOVERY, {"plateau": 3, "discovery": 7, "inconclusive": 10}, lead=100.0, p_slowed=0.5),
)
HELD = tuple(
    Held(world.name, law, 20, 18 if world.law == law else 12 if law == "baumol" else 15)
    for world in WORLDS
    for law in LAWS
)
STUDY = ErrorRates(20, ANSWERS, VERDICTS, HELD)


def words(blocks: list[dict[str, Any]]) -> str:
    return " ".join(str(block.get("text", "")) for block in blocks)


def test_right_and_wrong_answers_are_counted_by_what_is_true() -> None:
    blocks = answer_rates(STUDY, "")
    assert (
        "Question 2: where yes is true, in 8 panels, the rule says so in 3 and no in 1; "
        "where no is true, in 32 panels, the rule says so in 14 and yes in 2."
    ) in words(blocks)
    never = ErrorRates(20, counts({(PLATEAU, False): answered(0, 20, 0)}), VERDICTS, HELD)
    assert "Question 5: where no is true, in 20 panels, the rule says so in 20 and yes in 0." in words(
        answer_rates(never, "")
    )
    assert "where yes is true" not in words(answer_rates(never, ""))


def test_each_law_has_its_line_and_the_rule_too() -> None:
    rows = answer_rates(STUDY, "")[-1]["rows"]
    assert len(rows) == len(SIMULATED) * (len(LAWS) + 1)
    rule = next(row for row in rows if row[1] == ALL)
    assert rule[2] == "8"
    assert rule[3].startswith("38 %")
    assert rule[5] == "32"
    assert rule[7].startswith("44 %")


def test_intervals_of_the_rate_are_held_against_the_truth() -> None:
    sentence = rate_held(HELD)
    assert "in 90 % under plateau where it holds and 90 % under continued discovery where it holds" in sentence
    assert (
        "in 60 % (Baumol's cost disease, where plateau holds) to 90 % (plateau, where plateau holds) of panels"
        in sentence
    )


def test_false_verdicts_have_an_upper_limit() -> None:
    plateau, discovery = (false_verdicts(VERDICTS, world) for world in WORLDS)
    assert plateau.startswith("Where plateau holds it says discovery in 0 of 20 panels (at most 9 %")
    assert plateau.endswith("plateau in 4, and inconclusive in 16.")
    assert discovery.startswith("Where continued discovery holds it says plateau in 3 of 20 panels (at most 31 %")


def test_the_real_evidence_is_placed_among_the_simulated() -> None:
    among = real_among_simulated(VERDICTS, 100.0, 0.5)
    assert among.startswith(
        "A lead of plateau of +100.0 or more, as on the real panel, comes in 11 of 20 (at most 72 %) where plateau"
    )
    assert (
        "holds and 1 of 20 (at most 18 %) where continued discovery holds. A probability of a halved rate of 50 %"
        in among
    )
    assert "20 of 20 (at most 100 %) where plateau holds and 20 of 20" in real_among_simulated(VERDICTS, -50.0, 0.5)
    assert real_among_simulated(VERDICTS, None, 0.999).startswith("A probability of a halved rate of")
    without = verdicts(PLATEAU, {"inconclusive": 20}, lead=None, p_slowed=0.5)
    assert "comes in 0 of 20 (at most 9 %) where plateau" in real_among_simulated((*without, *VERDICTS[20:]), 10.0, 0.5)


def test_verdicts_have_a_table_by_world() -> None:
    stored = Stored("operating", STUDY, ("code",))
    blocks = part("operating", stored, lambda result, notice: verdict_rates(result, notice, 10.0, 0.5))
    assert "OUT OF DATE: since this was computed, code changed" in words(blocks)
    assert [row[0] for row in blocks[-1]["rows"]] == [PLATEAU, DISCOVERY]
    assert [cell.split(" (")[0] for cell in blocks[-1]["rows"][1][2:5]] == ["15 %", "35 %", "50 %"]
    assert blocks[-1]["rows"][1][5].startswith("52.50 (")


def test_not_run_says_so() -> None:
    blocks = part("operating", None, answer_rates)
    assert "make calibrate" in words(blocks)
    assert not [block for block in blocks if block["kind"] == "table"]


@pytest.mark.parametrize(
    ("today", "later", "said"),
    [
        (0.85, 0.9, "0"),
        (0.2, 0.5, "more than 24"),
        (0.2, 1.0, "18"),
        (None, 0.9, "at most 24"),
        (None, 0.1, "more than 24"),
        (0.9, 0.2, "0"),
    ],
)
def test_months_until_the_rule_decides(today: float | None, later: float, said: str) -> None:
    assert months_until(today, later, 24) == said


def test_a_longer_record_is_told_beside_todays() -> None:
    later = counts({(PLATEAU, True): answered(9, 0, 1), (DISCOVERY, False): answered(0, 9, 1)})
    waiting = Waiting(2, 10, 5000, later)
    assert decided(ANSWERS, 1) == (20, 40)
    assert decided(later, 1) == (18, 20)
    blocks = waiting_times(waiting, STUDY, "")
    assert "24 months longer" in words(blocks)
    assert "(5,000 prices, 10 panels of each world)" in words(blocks)
    assert "Question 1 is decided in 90 % of panels there, on today's in 50 %." in words(blocks)
    assert "Of the longer record 0 of 54 answers are wrong." in words(blocks)
    false = counts({(PLATEAU, True): answered(0, 10, 0)})
    assert "Of the longer record 30 of 30 answers are wrong." in words(
        waiting_times(Waiting(2, 10, 5000, false), None, "")
    )
    silent = counts({(PLATEAU, True): answered(0, 0, 10)})
    assert "answers are wrong" not in words(waiting_times(Waiting(2, 10, 5000, silent), None, ""))
    assert blocks[-1]["rows"][0][0] == "1"
    assert blocks[-1]["rows"][0][-1] == "18"
    alone = waiting_times(waiting, None, "")
    assert "on today's" not in words(alone)
    assert alone[-1]["rows"][0][1] == ""
    assert alone[-1]["rows"][0][-1] == "at most 24"
