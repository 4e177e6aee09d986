"""Every sentence follows from the results, and says the opposite when they are the opposite."""

from dataclasses import replace

import pytest
from costfloor.studies.witnesses import chapter
from costfloor.studies.witnesses.by_year import ANY_HOST, INCUMBENTS, Decomposition, YearParts
from costfloor.studies.witnesses.decomposition import PARTS
from costfloor.studies.witnesses.figure import RATE, draw, frame
from costfloor.studies.witnesses.parts import Coverage
from costfloor.studies.witnesses.rates import Witness
from costfloor.studies.witnesses.result import WitnessStudy, agreement
from costfloor.studies.witnesses.tasks import TASK, TOKEN, TOKENS
from costfloor.studies.witnesses.throughput import INFERENCEX, MLPERF, FormatStep
from costfloor.typeset.style import svg
from made_up_rates import made_up, rate


def study(*witnesses: Witness) -> WitnessStudy:
    year = YearParts(2025, 1.0, 50, 90, 600, {name: rate(0.1) for name in PARTS}, rate(0.5))
    return WitnessStudy(
        decomposition=Decomposition((year,), 1e-15),
        witnesses=witnesses,
        rates=agreement([(one.name, one.rate) for one in witnesses]),
        changes=agreement([(one.name, one.change) for one in witnesses if one.change is not None]),
        steps=(FormatStep(INFERENCEX, rate(0.26), 56, 2), FormatStep(MLPERF, None, 0, 0)),
        formats={"results": 100, "stated": 20, "taken": 10, "unlike": 3},
        discounts=(),
        coverage=Coverage(10, 5, 4),
    )


@pytest.mark.parametrize(
    ("value", "half", "words"),
    [
        (0.0, 0.05, "lies below 15 % a year"),
        (0.19, 0.02, "lies between 15 and 20 % a year"),
        (0.9, 0.1, "lies above 20 % a year"),
        (0.2, 0.5, "cannot be told from a limit of that range"),
    ],
)
def test_a_witness_is_put_where_its_interval_lies(value: float, half: float, words: str) -> None:
    assert words in chapter.beside_floor([made_up(MLPERF, value, half=half)])


def test_only_witnesses_of_a_fixed_graph_are_put_beside_the_floor() -> None:
    assert chapter.beside_floor([made_up(TASK, 0.9)]) == "No witness of a fixed graph has data enough."


def test_agreement_turns_with_the_rates() -> None:
    alike = study(made_up(INCUMBENTS, 0.18), made_up(MLPERF, 0.19))
    unlike = study(made_up(INCUMBENTS, 0.0), made_up(MLPERF, 0.9))
    assert "do not contradict one another" in chapter.agree_on_rate(alike.rates)
    assert "do not agree on the rate" in chapter.agree_on_rate(unlike.rates)
    near = study(made_up(INCUMBENTS, 0.1, half=0.06), made_up(MLPERF, 0.2, half=0.06))
    assert "agree on the rate is doubtful" in chapter.agree_on_rate(near.rates)
    assert "nothing can be said" in chapter.agree_on_rate(None)


def test_a_witness_that_one_cluster_carries_is_named() -> None:
    one = made_up(INFERENCEX, 0.6)
    assert "InferenceX throughput, one (-0.10 without it)" in chapter.carried([replace(one, without=-0.1)])
    assert chapter.carried([replace(one, without=0.4), replace(one, without=0.9)]) == ""
    assert chapter.carried([replace(made_up(INFERENCEX, -0.6), without=-0.4)]) == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ((-0.5, -0.5), "same weights at the same host and MLPerf throughput slowed."),
        ((0.5, 0.5), "same weights at the same host and MLPerf throughput sped up."),
        ((-0.5, 0.5), "They do not agree on slowing."),
        ((0.0, 0.01), "neither can be told."),
        ((-0.5, -0.04), "differ by more than their errors"),
    ],
)
def test_slowing_turns_with_the_changes(changes: tuple[float, float], words: str) -> None:
    found = study(*(made_up(name, 0.2, change) for name, change in zip((INCUMBENTS, MLPERF), changes, strict=True)))
    assert words in chapter.agree_on_slowing(found)


@pytest.mark.parametrize(
    ("tokens", "change", "words"),
    [
        (-0.4, -0.5, ("newer models take more tokens", "The price of a task falls more slowly in the second half")),
        (0.4, 0.5, ("newer models take fewer tokens", "The price of a task falls faster in the second half")),
        (
            0.0,
            0.0,
            ("cannot be told (0.00", "Whether the price of a task falls more slowly in the second half cannot be told"),
        ),
    ],
)
def test_a_task_and_its_tokens(tokens: float, change: float, words: tuple[str, str]) -> None:
    said = chapter.tasks_and_tokens(study(made_up(TASK, 0.8, change), made_up(TOKEN, 1.2), made_up(TOKENS, tokens)))
    assert all(part in said for part in words)


def test_a_decomposition_that_does_not_add_up_fails() -> None:
    exact = study(made_up(INCUMBENTS, 0.0), made_up(ANY_HOST, 0.1))
    missed = replace(exact, decomposition=replace(exact.decomposition, largest_error=1e-6))
    assert (exact.passed, missed.passed) == (True, False)
    assert chapter.adds_up(missed).startswith("FAILED")
    assert "0.10 (0.03) at incumbents and 0.10 (0.03) by entering hosts in 2025" in chapter.same_weights(exact)
    assert "hold still (" in chapter.same_weights(exact)


def test_the_chapter_and_the_figure_stand_with_and_without_witnesses() -> None:
    full = study(made_up(INCUMBENTS, 0.0), made_up(ANY_HOST, 0.1), made_up(MLPERF, 0.3, half=5.0), made_up(TASK, 0.8))
    blocks = chapter.fixed_graph_witnesses(full, "OUT OF DATE.")
    assert [block["kind"] for block in blocks].count("table") == 3
    assert svg(draw, full) == svg(draw, full)
    empty = replace(full, witnesses=(), decomposition=Decomposition((), 0.0), rates=None, changes=None)
    assert chapter.fixed_graph_witnesses(empty)
    assert svg(draw, empty)
    assert svg(draw, None)


def test_the_table_has_what_the_figure_of_witnesses_does_not_show() -> None:
    full = study(made_up(INCUMBENTS, 0.13), made_up(TASK, 0.8))
    (table,) = (
        block
        for block in chapter.fixed_graph_witnesses(full)
        if (block["kind"], block.get("name")) == ("table", "witnesses")
    )
    assert table["columns"] == ("Witness", "Time", "Rows", "Clusters", "Rate without", "Cluster")
    # The rate with its interval stands in the file behind the figure.
    whole = frame(full).query("year == ''").set_index("witness")
    assert whole.loc[INCUMBENTS, RATE] == 0.13
    assert whole.loc[INCUMBENTS, [f"{RATE}_low", f"{RATE}_high"]].tolist() == [
        full.witnesses[0].rate.low,
        full.witnesses[0].rate.high,
    ]
