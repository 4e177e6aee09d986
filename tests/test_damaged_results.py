"""Derived files that were truncated, emptied, edited, swapped or crafted: built again or refused in one line, and never believed."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import costfloor.capability.full_fit
import costfloor.capability.measured
import numpy as np
import pandas as pd
import pytest
from cli_run import Run, contents, run
from costfloor.build import build, stored_build
from costfloor.built import RECORD
from costfloor.capability.abilities import BenchmarkDraws
from costfloor.capability.bands import BANDS
from costfloor.capability.full_fit import full_fit
from costfloor.capability.model import IndexUnits
from costfloor.data.performance import Performance
from costfloor.data.unchanged import remember
from costfloor.errors import IntegrityError, MissingResultError
from costfloor.forecast.ledger import Entry, add_entry, read_ledger
from costfloor.forecast.refit import STATE, State, load_state
from costfloor.keys import Key
from costfloor.places import Places
from costfloor.records import HASH, sealed, write_record
from store import opened, small_store

TABLES = ("quotes", "disagreements", "capability", "capability_residuals", "panel")
Damage = Callable[[Path], None]


def capability(_data: Path, _performance: Performance, models: pd.DataFrame, _say: Any, **_: bool) -> Any:
    """No sampling: an even spread over the models, and rising over the anchors of the bands."""
    table = pd.DataFrame({"model_key": models["model_key"], "capability": np.linspace(90.0, 160.0, len(models))})
    anchors = {band.anchor: 100.0 + 12.0 * position for position, band in enumerate(BANDS)}
    table["capability"] = table["model_key"].map(anchors).fillna(table["capability"])
    receipt = {"diagnostics": {"passed": True}, "models": len(table)}
    return table.assign(capability_sd=1.5, n_benchmarks=5), receipt, pd.DataFrame({"benchmark": ["x"], "n": [1]})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    data = small_store(tmp_path_factory.mktemp("built") / "data")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(costfloor.capability.measured, "measured_capability", capability)
        build(opened(data))
        yield data


@pytest.fixture
def data(built: Path, tmp_path: Path) -> Path:
    copied = tmp_path / "data"
    shutil.copytree(built, copied)
    # A copy's files have other times than the build remembers.
    remember(opened(copied).looks, copied)
    return copied


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def edited(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def removed(path: Path) -> None:
    path.unlink()


def swapped(path: Path) -> None:
    others = [other for other in sorted(path.parent.glob(f"*{path.suffix}")) if other != path]
    path.write_bytes(others[0].read_bytes() if others else b'{"law": "plateau"}')


def nested(path: Path) -> None:
    path.write_text("[" * 100_000)


def no_object(path: Path) -> None:
    path.write_text("[1]")


def unsealed(path: Path) -> None:
    path.write_text(json.dumps({name: value for name, value in json.loads(path.read_text()).items() if name != HASH}))


def crafted(path: Path) -> None:
    """Right in itself, and of wrong types."""
    record = json.loads(path.read_text())
    del record[HASH]
    write_record(path, dict.fromkeys(record, 1))


def one_line(result: Run, path: Path) -> None:
    assert (result.code, result.out) == (2, "")
    (line,) = result.err.splitlines()
    assert line.startswith(f"error: {path}")


@pytest.mark.parametrize("damage", [truncated, emptied, edited, removed, swapped])
def test_damaged_tables_are_built_again(damage: Damage, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each alone is noticed, and one build makes all of them anew, as it does when it notices one."""
    before = contents(data)
    tables = [data / "processed" / f"{table}.parquet" for table in TABLES]
    for path in tables:
        whole = path.read_bytes()
        damage(path)
        status = run(capsys, "status", "--data", data)
        assert status.code in {1, 2}
        assert "Traceback" not in status.err
        with pytest.raises(MissingResultError, match=path.name):
            stored_build(opened(data))
        path.write_bytes(whole)
    for path in tables:
        damage(path)
    assert run(capsys, "build", "--data", data, "--quiet").code == 0
    assert contents(data) == before


@pytest.mark.parametrize("damage", [truncated, emptied, edited, removed, swapped, nested, no_object, unsealed, crafted])
def test_a_damaged_record_of_a_build_is_said_and_built_again(
    damage: Damage, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, path = contents(data), data / "processed" / RECORD
    damage(path)
    status = run(capsys, "status", "--data", data)
    assert status.code in {1, 2}
    again = run(capsys, "build", "--data", data)
    assert again.code == 0
    if damage is not removed:
        one_line(status, path)
        (warning,) = [line for line in again.err.splitlines() if str(path) in line]
        assert str(path) in warning
    assert contents(data) == before


def test_a_folder_in_the_place_of_a_record_is_one_line(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = data / "processed" / RECORD
    path.unlink()
    path.mkdir()
    for command in ("status", "build"):
        one_line(run(capsys, command, "--data", data, "--quiet"), path)


def test_where_results_go_is_what_the_caller_says_and_not_what_a_file_says(data: Path, tmp_path: Path) -> None:
    path, elsewhere = data / "processed" / RECORD, tmp_path / "elsewhere" / "panel.parquet"
    record = json.loads(path.read_text())
    del record[HASH]
    assert "path" not in record
    path.write_text(json.dumps(sealed({**record, "path": str(elsewhere)})))
    assert build(opened(data)).report.path == str(data / "processed" / "panel.parquet")
    assert not elsewhere.parent.exists()


def test_stray_files_break_nothing(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fits = data / "processed" / "fits"
    fits.mkdir()
    for name, content in {"notes.json": "{", "a.json": "[]", "b.json": '{"law": "plateau"}', "c.nc": "x"}.items():
        (fits / name).write_text(content)
    (fits / "folder.json").mkdir()
    # Measured capability is no stray file.
    (fits / "capability-0123456789abcdef.json").write_text("{}")
    result = run(capsys, "status", "--data", data, "--json")
    assert result.code == 1
    assert len(result.json["unreadable"]) == 4
    assert "not fitted" in result.err


@pytest.mark.parametrize("damage", [truncated, emptied, edited, swapped, nested, no_object, unsealed, crafted])
def test_a_damaged_state_is_refused_before_any_fit(
    damage: Damage, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = data / "processed" / "refit" / STATE
    state = State("v", "h", "inconclusive", {"plateau": "0" * 64})
    write_record(path, vars(state))
    assert load_state(Places(data)) == state
    damage(path)
    result = run(capsys, "refit", "--data", data, "--reports", tmp_path / "reports", "--quiet")
    one_line(result, path)
    assert f"Delete {path.parent} to start afresh" in result.err


LINE = Entry(
    "v", "h", "2025-10-18", 48, "inconclusive", None, None, 0.6, 0.03, True, {"plateau": {"r": [0.1, 0.2, 0.3]}}
)


@pytest.mark.parametrize(
    "change",
    [
        {"n": 0},
        {"n": "48"},
        {"last": "yesterday"},
        {"p_slowed": 1.5},
        {"p_floor_15_20": None},
        {"passed": "yes"},
        {"quantities": {"plateau": {"r": [0.3, 0.2, 0.1]}}},
        {"quantities": {"plateau": {"r": [0.1]}}},
        {"quantities": []},
        {"answers": {"1": {"answer": "yes", "probability": {"plateau": 1.5}}}},
        {"answers": {"6": {"answer": "a table", "by_years": {"plateau": {"1": -0.1}}}}},
        {"answers": {"1": {"probability": {"plateau": 0.5}}}},
        {"unknown": 1},
    ],
)
def test_an_edited_line_of_the_ledger_is_named(change: dict[str, Any], tmp_path: Path) -> None:
    add_entry(tmp_path / "ledger.jsonl", LINE)
    path = tmp_path / "ledger.jsonl"
    whole = path.read_text()
    path.write_text(whole + json.dumps({**vars(LINE), **change}) + "\n")
    with pytest.raises(IntegrityError, match=r"ledger.jsonl, line 2: is no entry \(.*\). Restore the file from a copy"):
        read_ledger(tmp_path / "ledger.jsonl")
    path.write_text(whole)
    assert read_ledger(tmp_path / "ledger.jsonl") == [LINE]


@pytest.mark.parametrize(
    "content", ["{", "", "[" * 100_000, '{"n": NaN}', "null"], ids=["cut", "empty", "deep", "nan", "null"]
)
def test_a_broken_line_of_the_ledger_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "ledger.jsonl").write_text(f"{content}\n")
    with pytest.raises(IntegrityError, match=r"ledger.jsonl, line 1: is no entry"):
        read_ledger(tmp_path / "ledger.jsonl")


def test_a_damaged_ledger_stops_a_refit_before_any_fit(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "reports" / "ledger.jsonl"
    path.parent.mkdir()
    path.write_text('{"vintage": "v"}\n')
    one_line(run(capsys, "refit", "--data", data, "--reports", path.parent, "--quiet"), path)


@pytest.mark.parametrize(
    ("suffix", "damage"),
    [
        *((".json", damage) for damage in (truncated, emptied, edited, unsealed)),
        *(
            (suffix, damage)
            for suffix in (".parquet", "-residuals.parquet", "-benchmarks.parquet")
            for damage in (truncated, emptied, edited)
        ),
    ],
)
def test_a_damaged_capability_fit_is_measured_anew(
    suffix: str, damage: Damage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits = tmp_path / "processed" / "fits"
    key = Key("capability", None, None, {}, "")
    name = f"capability-{key.digest[:16]}"
    ones = np.ones((2, 1))
    draws = BenchmarkDraws(("hle",), ones, ones, ones, np.zeros(1), np.zeros(2), np.ones(2))
    table, residuals = pd.DataFrame({"model_key": ["a"]}), pd.DataFrame({"n": [1]})
    parts = {"": table, "-residuals": residuals, "-benchmarks": draws.to_frame()}
    files = {fits / f"{name}{part}.parquet": frame for part, frame in parts.items()}
    fits.mkdir(parents=True)
    hashes = {}
    for path, frame in files.items():
        frame.to_parquet(path, index=False)
        hashes[path.name] = contents(path)[str(path)]
    units = IndexUnits(0.0, 130.0, 8.0)
    write_record(fits / f"{name}.json", {"receipt": {"models": 1}, "units": asdict(units), "files": hashes})
    monkeypatch.setattr(costfloor.capability.full_fit, "capability_key", lambda _: key)
    lines: list[str] = []
    no_scores: Any = None
    fit = full_fit(fits, no_scores, table, lines.append)
    assert (fit.receipt, list(fit.table["model_key"]), fit.units, lines) == ({"models": 1}, ["a"], units, [])
    assert fit.benchmarks.benchmarks == ("hle",)
    np.testing.assert_array_equal(fit.benchmarks.ability_sd, draws.ability_sd)

    damage(fits / f"{name}{suffix}")
    # What is measured would begin with the scores, of which there are none.
    with pytest.raises(AttributeError):
        full_fit(fits, no_scores, table, lines.append)
    (warning,) = lines
    assert f"{name}{suffix}: " in warning
    assert warning.endswith("Capability is measured anew")
