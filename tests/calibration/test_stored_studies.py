"""What a stored study says of its own gates, of what it rests on and of how long it took."""

import importlib
import inspect
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from costfloor.keys import Key
from costfloor.studies.domains import gains, hardware
from costfloor.studies.registry import FOLDER, STUDIES, recorded_studies
from costfloor.studies.stored import EARLIER_FORM, Stored, misses_a_gate, read_study, write_study
from costfloor.studies.technologies import series

KEY = Key("sbc", data={}, settings={"seed": 1}, versions={"numpy": "2"}, code="c")
REPORTS = Path(__file__).parents[2] / "reports"


@pytest.mark.parametrize(
    ("result", "missed"),
    [
        ({"passed": True, "failures": [], "rows": [{"passed": True}]}, False),
        ({"passed": None, "rows": [1.0, "text", None]}, False),
        ({"passed": False}, True),
        ({"failures": [["discovery", "2024-01-31", "3 divergences"]]}, True),
        ({"laws": {"plateau": {"default": {"passed": False}}}}, True),
        ({"fits": ({"passed": True}, {"passed": False})}, True),
    ],
)
def test_a_missed_gate_is_found_wherever_it_stands(result: dict[str, Any], missed: bool) -> None:
    assert misses_a_gate(result) == missed


def test_a_study_says_what_changed_and_how_long_it_took(tmp_path: Path) -> None:
    write_study(tmp_path, KEY, 12.34, {"rows": [1]})
    assert read_study(tmp_path, "sbc", KEY) == Stored("sbc", {"rows": [1]}, seconds=12.3)
    later = read_study(tmp_path, "sbc", replace(KEY, code="d", settings={"seed": 2}))
    assert later is not None
    assert later.stale == ("settings (seed)", "code")
    assert read_study(tmp_path, "sbc_fresh", KEY) is None


def test_studies_of_before_there_were_keys_are_read_and_stale(tmp_path: Path) -> None:
    earlier = {"request": {"data": "d", "code": "c"}, "result": {"rows": [1]}}
    (tmp_path / "sbc.json").write_text(json.dumps(earlier), "utf-8")
    found = read_study(tmp_path, "sbc", KEY)
    assert found == Stored("sbc", {"rows": [1]}, (EARLIER_FORM,))
    assert set(recorded_studies(REPORTS)) <= set(STUDIES)
    assert (REPORTS / FOLDER).is_dir()


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_has_a_module_that_runs_it(name: str) -> None:
    module = importlib.import_module(f"costfloor.studies.{name}.study")
    assert list(inspect.signature(module.run).parameters) == ["context"]


def test_studies_of_tables_name_those_that_they_read() -> None:
    assert set(STUDIES["domains"].inputs) == {*gains.TABLES, *hardware.TABLES}
    assert STUDIES["technologies"].inputs == (series.TABLE,)
    assert series.TABLE in STUDIES["reference_class"].inputs
