"""The part on channels turns with the world, and says what is missing, stale, failed or not known."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from costfloor.studies.channels.chapter import TITLES, channels, flattening, lows_by_period, other_readings, whole
from costfloor.studies.channels.figure import draw_result
from costfloor.report.study import Study
from costfloor.typeset.style import STYLE
from costfloor.studies.channels.study import MAIN, READINGS
from costfloor.studies.stored import Stored

WORLDS: Mapping[str, Any] = json.loads(
    (Path(__file__).parents[1] / "mechanisms" / "channel_worlds.json").read_text("utf-8")
)


def told(study: Study, result: Mapping[str, Any], stale: tuple[str, ...] = ()) -> str:
    stored = Stored("channels", dict(result), stale)
    blocks = channels(replace(study, calibration={"channels": stored}))
    return " ".join(block["text"] for block in blocks if block["kind"] == "text")


def main(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(WORLDS["undecided"]["readings"][MAIN]), **changes}


@pytest.mark.parametrize(
    ("world", "said"),
    [
        ("all_fixed", "most of the decline comes from models that were on sale already."),
        ("all_changed", "most of the decline comes from new models."),
        ("undecided", "which channel is the larger one is left open."),
    ],
)
def test_the_answer_turns_with_the_world(study: Study, world: str, said: str) -> None:
    words = told(study, WORLDS[world])
    assert said in words
    assert "FAILED" not in words
    assert "OUT OF DATE" not in words


def test_every_reading_has_a_title() -> None:
    assert set(TITLES) == set(READINGS)


def test_no_share_without_a_fall() -> None:
    assert "is open" in whole(main(share=None))


@pytest.mark.parametrize(
    ("fixed", "changed", "said"),
    [
        (0.99, 0.01, "The fixed graph flattens while the changed graph goes on."),
        (0.01, 0.99, "The changed graph flattens while the fixed graph goes on."),
        (0.99, 0.99, "Both flatten."),
        (0.01, 0.01, "Neither flattens."),
        (0.5, 0.01, "Whether the fixed graph flattens is left open."),
        (0.5, 0.5, "Whether the fixed and the changed graph flattens is left open."),
        (None, 0.01, "Of the fixed graph it is not known to have fallen before"),
    ],
)
def test_flattening_reads_right(fixed: float | None, changed: float, said: str) -> None:
    assert said in flattening(main(p_fixed_halved=fixed, p_changed_halved=changed))


def test_readings_that_differ_are_named() -> None:
    readings = {MAIN: main(share=[0.1, 0.2, 0.3]), "no_arrivals": main(share=[0.0, 0.1, 0.2])}
    assert "none says otherwise" in other_readings(readings)
    readings["all_arrivals"] = main(share=[0.6, 0.7, 0.8])
    assert "undated arrivals count too" in other_readings(readings)
    assert other_readings({MAIN: main()}) == ""


def test_a_failed_fit_is_marked(study: Study) -> None:
    result = deepcopy(WORLDS["all_fixed"])
    result["readings"][MAIN]["diagnostics"] |= {"passed": False, "worst": "R-hat 1.020 of share"}
    assert "FAILED gates: as above (R-hat 1.020 of share)" in told(study, result)


def test_a_study_of_other_data_is_out_of_date(study: Study) -> None:
    assert "OUT OF DATE" in told(study, WORLDS["all_fixed"], ("data",))


def test_without_the_study(study: Study) -> None:
    blocks = channels(replace(study, calibration={}))
    assert [block["kind"] for block in blocks] == ["heading", "text"]


def test_record_lows_of_years_with_no_open_band() -> None:
    lows = {"years": [2023, 2024], "fixed": [1.0, 0.0], "changed": [2.0, 0.0], "band_years": [2.0, 0.0]}
    assert lows_by_period(lows, ["2022–2023", "2024"]) == [(0.5, 1.0), None]


@pytest.mark.parametrize("world", [None, *WORLDS])
def test_the_figure_is_drawn(world: str | None) -> None:
    with mpl.rc_context(STYLE):
        assert draw_result(WORLDS[world] if world else None).axes
