"""The chapter on training against inference reads right in opposite worlds, and says what is missing, stale or failed."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from costfloor.records import typed
from costfloor.report.chapters import training_against_inference
from costfloor.report.study import Study
from costfloor.studies.domains.chapter import VARIANTS, answer, failures, other_ways, reproduced
from costfloor.studies.domains.figure import draw
from costfloor.studies.domains.hardware import Trend
from costfloor.studies.domains.hardware_part import yearly_gains
from costfloor.studies.domains.result import DomainFit, described
from costfloor.studies.domains.study import VARIANTS as RULES
from costfloor.studies.domains.study import DomainStudy
from costfloor.studies.stored import Stored
from costfloor.typeset.phrases import extent
from costfloor.typeset.style import STYLE

WORLDS: Mapping[str, Any] = json.loads(Path(__file__).with_name("domain_worlds.json").read_text("utf-8"))
TREND = Trend("rental price", "H100", 0.2, (0.1, 0.3), 20, 2023.7, 2025.9, "a mix")


def base(world: str = "undecided", **changes: Any) -> DomainFit:
    return replace(typed(DomainFit, WORLDS[world]["base"]), **changes)


def blocks_of(study: Study, found: DomainStudy, stale: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return training_against_inference(replace(study, calibration={"domains": Stored("domains", found, stale)}))


def told(study: Study, result: Mapping[str, Any], stale: tuple[str, ...] = ()) -> str:
    blocks = blocks_of(study, typed(DomainStudy, result), stale)
    return " ".join(block["text"] for block in blocks if block["kind"] == "text")


@pytest.mark.parametrize(
    ("world", "said"),
    [
        ("training_goes_on", "The data support the claim."),
        ("inference_goes_on", "The data support the opposite: inference goes on and training flattens."),
        ("undecided", "The data leave the claim open."),
    ],
)
def test_the_answer_turns_with_the_world(study: Study, world: str, said: str) -> None:
    words = told(study, WORLDS[world])
    assert said in words
    assert "FAILED" not in words
    assert "OUT OF DATE" not in words


def test_training_leads_where_it_goes_on_and_inference_where_it_does() -> None:
    ahead = "gains more with a probability of above 99 %"
    assert f"training {ahead}" in answer(base("training_goes_on"))
    assert f"inference {ahead}" in answer(base("inference_goes_on"))
    even = base()
    progress = replace(even.differences["progress_later"], p_positive=0.6)
    even = replace(even, differences={**even.differences, "progress_later": progress})
    assert "which gains more is open (training, with a probability of 60 %)" in answer(even)


@pytest.mark.parametrize(
    ("slowed", "said"),
    [
        ({"training": 0.99, "inference": 0.99}, "against the claim: training has slowed too."),
        ({"training": 0.5, "inference": 0.01}, "against the claim: inference has not slowed."),
        ({"training": 0.99, "inference": 0.01}, "against the claim: training has slowed too and inference has not slowed."),
        ({"training": 0.9, "inference": 0.5}, "against the claim."),
        ({"training": 0.952, "inference": 0.5}, "against the claim."),
    ],
)  # fmt: skip
def test_what_speaks_against_the_claim_is_named(slowed: dict[str, float], said: str) -> None:
    assert said in answer(base(p_claim=0.01, p_reverse=0.02, p_slowed=slowed))


def test_absent_stale_and_failed(study: Study) -> None:
    blocks = training_against_inference(replace(study, calibration={}))
    assert "make calibrate does it" in blocks[1]["text"]
    assert "OUT OF DATE: since this was computed, data changed" in told(study, WORLDS["undecided"], ("data",))
    failed = deepcopy(WORLDS["undecided"])
    failed["base"]["diagnostics"] |= {"passed": False, "worst": "3 divergences"}
    failed["variants"]["one_submitter"] = {
        **failed["variants"]["base"], "passed": False, "worst": "R-hat 1.2 of rate",
    }  # fmt: skip
    said = failures(typed(DomainStudy, failed))
    assert "FAILED gates: the fit behind the answer (3 divergences) and one submitter per series (R-hat 1.2" in said
    assert said in told(study, failed)


def test_every_way_to_build_series_has_words() -> None:
    assert list(VARIANTS) == list(RULES)


def test_other_ways_say_the_same_or_not() -> None:
    own = described(base())
    assert other_ways({"base": own}) == ""
    same = other_ways({"base": own, "one_submitter": replace(own, p_claim=0.2)})
    assert "In 1 other way to build the series the claim has 20 %; none says otherwise." in same
    other = other_ways(
        {"base": own, "one_submitter": replace(own, p_claim=0.99), "threshold_1": replace(own, p_claim=0.3)}
    )
    assert "30 % to 99 %; one submitter per series would say otherwise." in other


def test_what_the_model_does_not_reproduce_is_named() -> None:
    source = base().sources["MLPerf training"]
    good = replace(source, measured=source.replicated[1], gains=5, intervals=10, gains_replicated=(0.3, 0.5, 0.7))
    assert "reproduce the progress of every source" in reproduced({"MLPerf training": good})
    assert "do not reproduce the progress of MLPerf training." in reproduced(
        {"MLPerf training": replace(good, measured=9.0)}
    )
    few = reproduced({"MLPerf training": replace(good, gains=0)})
    assert "do not reproduce the share of intervals with a gain in MLPerf training." in few


def test_hardware_by_itself() -> None:
    assert "cheaper rental of the same device gives 0.20 (90 % interval 0.10 to 0.30)" in yearly_gains([TREND])
    rise = replace(TREND, rate=-0.1, interval90=(-0.2, 0.0))
    assert "gives -0.10 to 0.20 (the interval of 1 of 2 trends is above zero)" in yearly_gains([TREND, rise])
    assert yearly_gains([]) == "Nothing is known of hardware by itself."
    assert extent([0.2, 0.2], str) == "0.2"


def test_tables_and_figure(study: Study) -> None:
    found = replace(typed(DomainStudy, WORLDS["training_goes_on"]), hardware=(TREND,))
    tables = [block for block in blocks_of(study, found) if block["kind"] == "table"]
    assert len(tables) == 4
    assert all(len(row) == len(one["columns"]) == len(one["align"]) for one in tables for row in one["rows"])
    assert tables[3]["rows"][0] == ("rental price", "H100", "0.20", "0.10 to 0.30", "20, 2023–2025", "a mix")
    with mpl.rc_context(STYLE):
        figure = draw(found.base)
        assert [ax.get_title(loc="left") for ax in figure.axes] == ["MLPerf training", "MLPerf inference"]
        assert len(draw(None).axes) == 1
