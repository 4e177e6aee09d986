"""The part on channels turns with the world, and says what is missing, stale, failed or not known."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from costfloor.forecast.verdict import CREDIBLE
from costfloor.records import typed
from costfloor.report.chapters import mechanisms
from costfloor.report.study import Study
from costfloor.sampling.probability import probability_mcse
from costfloor.studies.catalogue import STUDIES
from costfloor.studies.channels.chapter import TITLES, arrivals, flattening, other_readings, whole
from costfloor.studies.channels.figure import draw
from costfloor.studies.channels.record_lows import Accounting
from costfloor.studies.channels.result import ChannelResult
from costfloor.studies.channels.study import MAIN, READINGS, ChannelStudy
from costfloor.studies.stored import Stored
from costfloor.typeset.montecarlo import edge_mcse
from costfloor.typeset.style import STYLE

WORLDS: Mapping[str, Any] = json.loads(Path(__file__).with_name("channel_worlds.json").read_text("utf-8"))


def told(study: Study, result: Mapping[str, Any], stale: tuple[str, ...] = ()) -> str:
    stored = Stored("channels", typed(ChannelStudy, result), stale)
    blocks = mechanisms(replace(study, calibration={"channels": stored}))
    return " ".join(block["text"] for block in blocks if block["kind"] == "text")


def main(**changes: Any) -> ChannelResult:
    return replace(typed(ChannelResult, WORLDS["undecided"]["readings"][MAIN]), **changes)


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


def test_a_share_or_a_probability_too_near_to_its_threshold_says_nothing() -> None:
    draws = main().diagnostics.ess_bulk_min
    edge = 2.0 * edge_mcse((0.5, 0.6, 0.7), draws)
    assert "models that were on sale already" in whole(main(share=(0.5 + 1.1 * edge, 0.6, 0.7)))
    assert "is left open" in whole(main(share=(0.5 + 0.9 * edge, 0.6, 0.7)))
    error = 2.0 * probability_mcse(CREDIBLE, draws)
    assert "Both flatten." in flattening(main(p_fixed_halved=CREDIBLE + 1.5 * error, p_changed_halved=0.999))
    assert "Whether the fixed graph flattens is left open" in flattening(
        main(p_fixed_halved=CREDIBLE + 0.5 * error, p_changed_halved=0.999)
    )


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        ((0.3, 0.5, 0.7), "changes more often"),
        ((-0.7, -0.5, -0.3), "changes less often"),
        ((0.0001, 0.5, 1.0), "changes neither clearly more nor less often"),
    ],
)
def test_what_the_number_of_hosts_does(effect: tuple[float, float, float], said: str) -> None:
    assert said in arrivals(main(hosts_effect=effect))


def test_readings_that_differ_are_named() -> None:
    readings = {MAIN: main(share=(0.1, 0.2, 0.3)), "no_arrivals": main(share=(0.0, 0.1, 0.2))}
    assert "none says otherwise" in other_readings(readings)
    readings["all_arrivals"] = main(share=(0.6, 0.7, 0.8))
    assert "undated arrivals count too" in other_readings(readings)
    assert other_readings({MAIN: main()}) == ""


def test_a_failed_fit_is_marked(study: Study) -> None:
    result = deepcopy(WORLDS["all_fixed"])
    result["readings"][MAIN]["diagnostics"] |= {"passed": False, "worst": "R-hat 1.020 of share"}
    assert "FAILED gates: as above (R-hat 1.020 of share)" in told(study, result)


def test_a_study_of_other_data_is_out_of_date(study: Study) -> None:
    assert "OUT OF DATE" in told(study, WORLDS["all_fixed"], ("data",))


def test_without_the_study(study: Study) -> None:
    *_, opening, sentence = mechanisms(replace(study, calibration={}))
    assert (opening["kind"], sentence["text"]) == ("heading", STUDIES["channels"].not_run)


def test_record_lows_of_years_with_no_open_band() -> None:
    lows = Accounting((2023, 2024), (1.0, 0.0), (2.0, 0.0), (2.0, 0.0), 3.0)
    assert lows.by_period(["2022–2023", "2024"]) == [(0.5, 1.0), None]


@pytest.mark.parametrize("world", [None, *WORLDS])
def test_the_figure_is_drawn(world: str | None) -> None:
    with mpl.rc_context(STYLE):
        assert draw(typed(ChannelStudy, WORLDS[world]) if world else None).axes
