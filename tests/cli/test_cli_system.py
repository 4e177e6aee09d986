"""The system says no, the program has a defect, the terminal knows no Chinese: one line, the right code, nothing half done."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import costfloor.cli.report
import costfloor.cli.status
import costfloor.report.assemble
import costfloor.report.compute
import pytest
from cli_run import contents, run, write_table
from costfloor.cli import main
from costfloor.errors import DEFECT
from costfloor.report.assemble import LOCK
from costfloor.storage import data_lock
from store import write_catalogue

ROOT = Path(__file__).parents[2]
RAW = ROOT / "data" / "raw"
LONG = "x" * 300
STATUS = {"vintage": "v", "fits": [], "unfitted": [], "unreadable": [], "studies": [], "questions": [], "stale": False}
STATUS |= {name: {"state": "missing", "because": "it was not made"} for name in ("report", "page")}
STATUS |= {"quarantined": 0, "unresolved": 0}
STATUS |= {"panel": {"quotes": 1, "models": 1, "hosts": 1, "first": "2024-01-01", "last": "2024-12-31"}}


def the_line(said: str) -> str:
    (line,) = said.splitlines()
    assert line.startswith("error: ")
    return line


def program(*arguments: object, **options: Any) -> "subprocess.CompletedProcess[str]":
    """The program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "costfloor", *map(str, arguments)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT / "analysis")} | options.pop("env", {}),
        **options,
    )


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "Make room on the disk"),
        (errno.EIO, "Check the disk"),
        (errno.EROFS, "Name a place that you may read and write"),
        (errno.EACCES, "Name a place that you may read and write"),
        (errno.EMFILE, "Raise the limit on open files"),
        (errno.ENAMETOOLONG, "Name a shorter path"),
    ],
)
def test_a_refusal_of_the_system_is_one_line(
    number: int, remedy: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number), str(tmp_path / "build.json"))

    monkeypatch.setattr(costfloor.cli.status, "current_status", refuse)
    result = run(capsys, "status", "--data", tmp_path)
    assert (result.code, result.out) == (2, "")
    line = the_line(result.err)
    for part in (str(tmp_path / "build.json"), os.strerror(number), remedy):
        assert part in line


def test_a_defect_has_a_code_of_its_own_and_shows_where_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(*_: object) -> None:
        raise ZeroDivisionError("in the middle of it")

    monkeypatch.setattr(costfloor.cli.status, "current_status", defect)
    result = run(capsys, "status", "--data", tmp_path)
    assert result.code == DEFECT == 70
    first, *trace = result.err.splitlines()
    assert first == "error: a defect of the program (ZeroDivisionError). Please report it with what follows"
    assert trace[0].startswith("Traceback")
    assert trace[-1] == "ZeroDivisionError: in the middle of it"


def test_too_little_memory_is_no_defect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_memory(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(costfloor.cli.status, "current_status", out_of_memory)
    result = run(capsys, "status", "--data", tmp_path)
    assert result.code == 2
    assert "the memory does not suffice" in the_line(result.err)


def a_long_path(folder: Path) -> Path:
    return folder / LONG


def a_file(folder: Path) -> Path:
    (folder / "file").write_text("")
    return folder / "file"


def below_a_file(folder: Path) -> Path:
    return a_file(folder) / "below"


@pytest.mark.parametrize("command", [["build"], ["status"], ["report"], ["refit"], ["quarantine", "list"], ["sources"]])
@pytest.mark.parametrize("place", [a_long_path, a_file, below_a_file])
def test_a_data_folder_that_cannot_be_is_one_line(
    command: list[str], place: Callable[[Path], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = place(tmp_path)
    before = contents(tmp_path)
    result = run(capsys, *command, "--data", data, "--reports", tmp_path / "reports")
    assert (result.code, result.out) == (2, "")
    assert str(data) in the_line(result.err)
    assert contents(tmp_path) == before


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with the project's own raw data."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "raw").symlink_to(RAW)
    return folder


@pytest.mark.parametrize("name", ["report.pdf", "answer.svg", "report.json"])
def test_a_report_in_whose_place_lies_a_folder_is_refused_before_any_work(
    name: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(costfloor.report.compute, "run_study", None)
    (tmp_path / "reports" / name).mkdir(parents=True)
    result = run(capsys, "report", "--data", data, "--reports", tmp_path / "reports", "--quiet")
    assert result.code == 2
    assert f"{name}: cannot be written (Is a directory)" in the_line(result.err)


@pytest.mark.parametrize("name", ["calibration", "calibration/sbc.json/inside"])
def test_a_study_that_could_not_be_written_is_not_begun(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "reports" / name
    path.parent.mkdir(parents=True)
    path.write_text("")
    result = run(capsys, "calibrate", "sbc", "--data", tmp_path / "data", "--reports", tmp_path / "reports")
    assert (result.code, result.out) == (2, "")
    assert str(tmp_path / "reports" / "calibration") in the_line(result.err)
    assert not (tmp_path / "data").exists()


def test_two_reports_at_once(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(costfloor.report.compute, "run_study", None)
    reports = tmp_path / "reports"
    for folder, name in ((reports, LOCK), (data / "processed" / "refit", ".lock")):
        with data_lock(folder, name):
            result = run(capsys, "report", "--data", data, "--reports", reports)
        assert (result.code, result.out) == (3, "")
        assert f"{folder} is in use by process {os.getpid()}" in the_line(result.err)


@pytest.mark.parametrize("command", [["build"], ["report"], ["refit"], ["fit", "plateau", "--table", "TABLE"]])
def test_processed_tables_behind_a_link_are_refused_by_every_command(
    command: list[str], data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere, table = tmp_path / "elsewhere", write_table(tmp_path)
    elsewhere.mkdir()
    (data / "processed").symlink_to(elsewhere)
    arguments = [str(table) if part == "TABLE" else part for part in command]
    result = run(capsys, *arguments, "--data", data, "--reports", tmp_path / "reports")
    assert (result.code, result.out) == (2, "")
    assert f"{data / 'processed'}: is a link" in the_line(result.err)
    assert list(elsewhere.iterdir()) == []


def test_a_raw_folder_behind_a_link_is_read_and_never_written(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(RAW)
    prices, day = write_catalogue(tmp_path, 0)
    result = run(capsys, "ingest", "models-dev", prices, "--observed-on", day, "--data", data, "--quiet")
    assert (result.code, result.out) == (2, "")
    assert f"{data / 'raw'}: is a link" in the_line(result.err)
    assert contents(RAW) == before


def test_a_full_standard_output_is_said(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        ended = program("--data", tmp_path, "trend", "--help", stdout=full)
    assert ended.returncode == 2
    assert "(No space left on device). Make room on the disk" in the_line(ended.stderr)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_output_never_dies_of_its_encoding(encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(costfloor.cli.status, "current_status", lambda *_: STATUS | {"vintage": "智谱 é"})
    terminal = TextIOWrapper(BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", terminal)
    with pytest.raises(SystemExit) as ending:
        main(["status", "--data", str(tmp_path)])
    assert ending.value.code == 0
    assert b"vintage \\u667a\\u8c31 " in terminal.buffer.getvalue()  # type: ignore[attr-defined]  # of BytesIO


def test_an_error_never_dies_of_its_encoding(tmp_path: Path) -> None:
    environment = {"PYTHONIOENCODING": "ascii:strict", "LC_ALL": "C"}
    ended = program("trend", "frontier", "--threshold", 9, "--table", tmp_path / "价格.csv", env=environment)
    assert ended.returncode == 2
    assert "\\u4ef7\\u683c.csv: cannot be read: it does not exist" in the_line(ended.stderr)


@pytest.mark.parametrize(
    ("state", "unfitted", "said"),
    [
        ("missing", ["plateau", "baumol"], "not fitted here: plateau, baumol. Run `costfloor report`\n"),
        (
            "current",
            ["plateau"],
            "not fitted here: plateau. Run `costfloor report --fresh`; the report itself is current\n",
        ),
        ("stale", [], "something is stale or missing: run `costfloor report`\n"),
    ],
)
def test_a_status_with_something_missing_says_so(
    state: str,
    unfitted: list[str],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = STATUS | {"unfitted": unfitted, "report": {"state": state, "because": ""}}
    monkeypatch.setattr(costfloor.cli.status, "current_status", lambda *_: found)
    result = run(capsys, "status", "--data", tmp_path)
    assert (result.code, result.err) == (1, said)


def test_control_characters_reach_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = run(capsys, "trend", "frontier", "--threshold", 1, "--table", tmp_path / "a\x1b[31mb\u202ec.csv")
    assert result.code == 2
    assert "a\\x1b[31mb\\u202ec.csv" in the_line(result.err)
