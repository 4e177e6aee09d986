"""What the report says of the scores behind capability is read off the receipt, whichever way it falls."""

from dataclasses import replace
from typing import Any

import pytest
from costfloor.capability.scale import REFERENCES
from costfloor.report import scale
from costfloor.report.document import CHAPTERS
from costfloor.report.study import Study
from test_sentences import fit_with

DRIFT = {
    "old": ["hellaswag", "mmlu"],
    "new": ["hle"],
    "models": 40,
    "difference": 0.1,
    "difference_error": 0.3,
    "per_year": -1.0,
    "per_year_error": 0.25,
}
MOVES = [{"model_key": "lab/old", "moved": 0.5, "error": 1.0}, {"model_key": "lab/new", "moved": -3.0, "error": 1.0}]


def with_receipt(study: Study, rate: float = 1.0, **receipt: Any) -> Study:
    """The study with more in the receipt of its capability, and a rate of today under which a point of capability is worth 0.1."""
    quantities = {"score_elasticity": (0.1, 0.1), "rate_now": (rate, rate)}
    fits = {law: fit_with(law, **quantities) for law in scale.LAWS_OF_THE_ANSWER}
    build = replace(study.build, capability=study.build.capability | receipt)
    return replace(study, build=build, fits={**study.fits, **fits})


def test_a_view_says_by_when_its_scores_were_known(study: Study) -> None:
    assert scale.known(study).startswith("Capability from scores known today. Forecasts that are made within")
    past = replace(study, build=replace(study.build, as_of="2025-01-31"))
    assert scale.known(past).startswith("Capability from scores known by 2025-01-31. Forecasts")
    early = replace(study, build=replace(study.build, as_of="2024-01-31", hindsight="nobody knew"))
    assert scale.known(early).startswith("Capability from scores known today (hindsight), because nobody knew. ")


def test_references_of_the_scale_are_named_where_some_are_missing(study: Study) -> None:
    few = with_receipt(
        study, references=["anthropic/claude-3-5-sonnet-20240620", "openai/o1"], placed_anchors=["lab/old"]
    )
    assert (
        "2 had scores enough: anthropic/claude-3-5-sonnet-20240620 and openai/o1. lab/old, with fewer than 3 scores, stands"
        in scale.known(few)
    )
    two = with_receipt(study, placed_anchors=["lab/old", "lab/older"])
    assert "lab/old and lab/older, with fewer than 3 scores, stand where" in scale.known(two)
    enough = with_receipt(study, references=list(REFERENCES), placed_anchors=[])
    assert scale.known(enough) == scale.known(study)


def test_drift_is_said_in_points_and_in_price(study: Study) -> None:
    said = scale.drift(with_receipt(study, drift=DRIFT))
    assert "By 40 models with scores on 2 older and 1 newer benchmarks the scale drifts" in said
    assert "change by −1.0 points a year of release (standard error 0.2)" in said
    assert "0.10 against a rate of 1.00 under the plateau law (10 %)" in said
    assert "not told from none" in scale.drift(with_receipt(study, drift=DRIFT | {"per_year": 0.4}))
    assert "cannot be told" in scale.drift(with_receipt(study, drift=None))


def test_anchors_that_moved_are_named(study: Study) -> None:
    assert "No anchor of a band" in scale.drift(study)
    held = with_receipt(study, anchors=MOVES[:1])
    assert "The anchor of bands with scores enough lies within two standard errors" in scale.drift(held)
    assert "moved by more than two standard errors: lab/new by −3.0 points (1.0)." in scale.drift(
        with_receipt(study, drift=DRIFT, anchors=MOVES)
    )


@pytest.mark.parametrize(("rate", "readable"), [(1.0, True), (0.11, True), (0.09, False), (-0.05, False), (-0.5, True)])
def test_no_rate_is_read_off_a_scale_that_drifts_by_more(study: Study, rate: float, readable: bool) -> None:
    drifting = with_receipt(study, rate, drift=DRIFT)
    failed = scale.failures(drifting)
    assert (failed == []) is readable
    if not readable:
        assert failed[0].startswith("FAILED: the scale of capability drifts by more than the rate of decline under")
    assert scale.failures(with_receipt(study, rate, drift=None)) == []


def test_the_answer_warns_where_no_rate_is_to_be_read(study: Study) -> None:
    drifting = replace(
        study, build=replace(study.build, capability=study.build.capability | {"drift": DRIFT | {"per_year": 1e3}})
    )
    assert "no rate is to be read off these" in str(CHAPTERS["answer"](drifting))
    assert "no rate is to be read off these" not in str(CHAPTERS["answer"](study))


def test_scores_left_out_are_counted_and_unknown_benchmarks_named(study: Study) -> None:
    assert scale.left_out(study) == "No score of an ingested list is left out."
    some = with_receipt(
        study,
        left_out={"no known model": 1200, "unknown benchmark": 30},
        unknown_benchmarks=[f"b{number}" for number in range(12)],
        update={"waiting_scores": {"b1": 3, "b2": 1}, "waiting_models": ["lab/m"]},
    )
    said = scale.left_out(some)
    assert "1,230 are left out (no known model 1,200 and unknown benchmark 30)" in said
    assert "b0, b1" in said
    assert "b9 and 2 more." in said
    assert "b10" not in said
    assert said.endswith("Until the next full fit 4 scores on 2 benchmarks and 1 model wait.")
