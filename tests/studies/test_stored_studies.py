"""Stored studies are read into their types, those of earlier code too, and say how they stand and whether their gates held."""

import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from costfloor.errors import IntegrityError
from costfloor.keys import Key
from costfloor.records import typed
from costfloor.storage import plain
from costfloor.studies.catalogue import STUDIES, failed_gates, part
from costfloor.studies.domains import gains, hardware
from costfloor.studies.stored import EARLIER_FORM, Standing, read_study, standing, write_study
from costfloor.studies.technologies import series

CALIBRATION = Path(__file__).parents[2] / "reports" / "calibration"


@pytest.mark.parametrize("name", sorted(path.stem for path in CALIBRATION.glob("*.json")))
def test_the_studies_in_the_repository_are_read_and_written_the_same(name: str, tmp_path: Path) -> None:
    kind = STUDIES[name].load().result
    stored = read_study(CALIBRATION, name, kind, None)
    assert stored is not None
    assert isinstance(stored.result, kind)
    assert isinstance(stored.result.passed, bool)
    key = Key(name, data={}, settings={"seed": 1}, versions={"numpy": "2"}, code="a")
    write_study(tmp_path, key, 12.34, stored.result)
    again = read_study(tmp_path, name, kind, replace(key, code="b"))
    assert again is not None
    assert (again.result, again.stale) == (stored.result, ("code",))
    assert typed(kind, plain(asdict(stored.result))) == stored.result


def test_nothing_lies_beside_the_studies_of_the_catalogue() -> None:
    assert {path.stem for path in CALIBRATION.glob("*.json")} <= set(STUDIES)


@pytest.mark.parametrize("content", [{"request": {}, "result": {"readings": 1}}, {"result": {}}, {"request": {}}])
def test_a_file_of_another_shape_is_refused(content: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "witnesses.json").write_text(json.dumps(content))
    with pytest.raises(IntegrityError, match="Delete it and run `make calibrate` again"):
        read_study(tmp_path, "witnesses", STUDIES["witnesses"].load().result, None)


def test_a_study_whose_form_has_changed_with_its_code_counts_as_not_run(tmp_path: Path) -> None:
    key = Key("witnesses", data={}, settings={}, versions={}, code="a")
    kind = STUDIES["witnesses"].load().result
    write_study(tmp_path, key, 1.0, read("power"))
    assert read_study(tmp_path, "witnesses", kind, replace(key, code="b")) is None
    assert read_study(tmp_path, "witnesses", kind, None) is None
    with pytest.raises(IntegrityError, match="is no study of this program"):
        read_study(tmp_path, "witnesses", kind, key)


def read(name: str) -> Any:
    stored = read_study(CALIBRATION, name, STUDIES[name].load().result, None)
    assert stored is not None
    return stored.result


def test_a_study_passes_when_all_that_it_rests_on_does() -> None:
    graphs, domains, hindcast = read("graphs"), read("domains"), read("hindcast")
    missed_gate = replace(graphs.laws[0].diagnostics, passed=False)
    assert not replace(graphs, laws=(replace(graphs.laws[0], diagnostics=missed_gate), *graphs.laws[1:])).passed
    assert not replace(graphs, direct=replace(graphs.direct, diagnostics=missed_gate)).passed
    assert domains.passed == (domains.base.passed and all(variant.passed for variant in domains.variants.values()))
    assert not replace(domains, base=replace(domains.base, diagnostics=missed_gate)).passed
    date = hindcast.half_years[0]
    missed = replace(date, conclusion=replace(date.conclusion, failures=("plateau on all rows: 3 divergences",)))
    assert not replace(hindcast, half_years=(missed,)).passed


def test_failed_gates_are_named_or_nothing_is_said() -> None:
    assert failed_gates([]) == ""
    assert (
        failed_gates(["one (R-hat)", "two"])
        == "FAILED gates: one (R-hat) and two; what they say is not to be relied on."
    )


def test_a_part_that_was_not_run_says_how_to_run_it() -> None:
    for name, entry in STUDIES.items():
        (block,) = part(name, None, lambda found, notice: [])
        assert block["text"] == f"{entry.missing}: make calibrate does it."


def test_names_and_titles_cost_no_library() -> None:
    code = (
        "import sys, costfloor.studies.catalogue as c; print(len(c.STUDIES), "
        "[name for name in ('numpy', 'pandas', 'scipy', 'pymc', 'matplotlib') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.split() == [str(len(STUDIES)), "[]"]


def test_a_study_says_what_changed_and_how_long_it_took(tmp_path: Path) -> None:
    key = Key("domains", data={}, settings={"seed": 1}, versions={"numpy": "2"}, code="c")
    write_study(tmp_path, key, 12.34, read("domains"))
    assert standing(tmp_path, "domains", key) == Standing(seconds=12.3)
    later = standing(tmp_path, "domains", replace(key, code="d", settings={"seed": 2}))
    assert later is not None
    assert later.stale == ("settings (seed)", "code")
    assert standing(tmp_path, "sbc", key) is None


def test_studies_of_before_there_were_keys_are_stale(tmp_path: Path) -> None:
    earlier = {"request": {"data": "d", "code": "c"}, "result": {"rows": [1]}}
    (tmp_path / "sbc.json").write_text(json.dumps(earlier), "utf-8")
    key = Key("sbc", data={}, settings={}, versions={}, code="c")
    assert standing(tmp_path, "sbc", key) == Standing((EARLIER_FORM,))


def test_studies_of_tables_name_those_that_they_read() -> None:
    assert set(STUDIES["domains"].inputs) == {*gains.TABLES, *hardware.TABLES}
    assert STUDIES["technologies"].inputs == (series.TABLE,)
    assert series.TABLE in STUDIES["reference_class"].inputs
