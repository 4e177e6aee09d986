"""Whatever a user brings, the answer is one line and exit 2 within ten seconds, and the store stays as it was, byte for byte."""

import importlib
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import costfloor.capability.measured
import pytest
from cli_run import Run, contents, run
from costfloor.build import build
from costfloor.economics.scenario_file import read_scenario
from hostile_inputs import BY_HAND, GOOD, INPUTS, SCENARIO, UNSAFE_TEXT, written
from store import opened, small_store, stored
from test_panel import stand_in_capability

SECONDS = 10


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A built store that no test here may change."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(costfloor.capability.measured, "measured_capability", stand_in_capability)
        folder = small_store(tmp_path_factory.mktemp("hostile") / "data")
        build(opened(folder), None, lambda line: None)
        # Not counted in the time of the first that needs it.
        for slow in ("costfloor.economics.study", "costfloor.indexes.price_index", "costfloor.ingest"):
            importlib.import_module(slow)
        yield folder


@contextmanager
def in_time() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise AssertionError(f"no answer within {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def require_refusal(answer: Run, says: str) -> None:
    assert answer.code == 2, answer
    assert answer.out == ""
    (line,) = answer.err.splitlines()
    assert line.startswith("error: ")
    assert says in line
    assert "Traceback" not in line
    assert not [character for character in line if ord(character) < 32]
    assert len(line) < 2_000


def looked_at(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Inode, size and time of change of every file: hashes would take longer than the commands."""
    found = {}
    for path in [folder, *folder.rglob("*")]:
        status = path.lstat()
        found[str(path)] = (status.st_ino, status.st_size, status.st_mtime_ns)
    return found


@pytest.fixture(scope="module", autouse=True)
def whole(data: Path) -> Iterator[None]:
    """Byte for byte, over all of these tests."""
    before = contents(data)
    yield
    assert contents(data) == before


def test_they_are_many() -> None:
    assert len(INPUTS) + len(BY_HAND) + 2 * len(UNSAFE_TEXT) >= 300


@pytest.mark.parametrize("name", INPUTS)
def test_refused_in_one_line(name: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = INPUTS[name].bring(tmp_path)
    if "--data" not in arguments:
        arguments = ["--data", data, *arguments]
    before = looked_at(data)
    with in_time():
        answer = run(capsys, *arguments, "--quiet")
    require_refusal(answer, INPUTS[name].says)
    assert looked_at(data) == before


@contextmanager
def in_place_of(path: Path) -> Iterator[None]:
    """Room for another file of that name, and the one that was there again afterwards."""
    kept = path.with_name(f"{path.name}.kept")
    there = path.exists()
    if there:
        path.rename(kept)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        if there:
            kept.rename(path)


@pytest.mark.parametrize("name", BY_HAND)
def test_tables_that_people_edit(name: str, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, content, says = BY_HAND[name]
    path = data / "raw" / file
    with in_place_of(path):
        path.write_bytes(content)
        before = looked_at(data / "processed")
        with in_time():
            answer = run(capsys, "--data", data, "models", "unresolved", "--quiet")
        require_refusal(answer, says)
        assert path.name in answer.err
        assert looked_at(data / "processed") == before
        assert path.read_bytes() == content


@pytest.mark.parametrize("file", ["mapping.csv", "decisions.csv"])
def test_a_pipe_among_the_tables_is_not_waited_for(file: str, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = data / "raw" / file
    with in_place_of(path):
        os.mkfifo(path)
        with in_time():
            require_refusal(run(capsys, "--data", data, "build", "--quiet"), "is not a regular file")


@pytest.mark.parametrize("option", ["--who", "--why"])
@pytest.mark.parametrize("kind", [*UNSAFE_TEXT, "surrogate", "long"])
def test_who_decides_and_why(option: str, kind: str, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = {**UNSAFE_TEXT, "surrogate": "a\udcffb", "long": "x" * 501}[kind]
    quotes = stored(data).quotes
    quote = quotes.loc[quotes["status"].eq("kept"), "quote_id"].iloc[0]
    said = {"--who": "Ada", "--why": "a promotion", option: text}
    words = [word for pair in said.items() for word in pair]
    before = looked_at(data)
    with in_time():
        answer = run(capsys, "--data", data, "quarantine", "reject", quote, *words, "--quiet")
    require_refusal(answer, f"column '{option}'")
    # The lock stays where it is made.
    assert {place for place in looked_at(data) if not place.endswith(".lock")} == {
        place for place in before if not place.endswith(".lock")
    }


SCRIPTS = {
    "Chinese": "\u901a\u4e49\u5343\u95ee",
    "Arabic": "\u0646\u0645\u0648\u0630\u062c",
    "Hebrew": "\u05de\u05d5\u05d3\u05dc",
    "Hindi": "\u092e\u0949\u0921\u0932",
    "Thai": "\u0e42\u0e21\u0e40\u0e14\u0e25",
    "Korean": "\ubaa8\ub378",
    "Greek": "\u03bc\u03bf\u03bd\u03c4\u03ad\u03bb\u03bf",
    "emoji": "\U0001f916\U0001f469\u200d\U0001f52c",
    "decomposed": "mode\u0300le",
    "markup": '#import "x"; $x$ <b> `rm` \\input{y}',
    "formula": '=HYPERLINK("x")',
    "path": "../../etc/passwd",
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_names_in_any_script_give_the_same_numbers(
    script: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = '"' + SCRIPTS[script].replace('"', '""') + '"'
    plain = written(tmp_path, "plain.csv", GOOD)
    other = written(tmp_path, f"{script}.csv", GOOD.replace(",big,", f",{named},").replace(",h1,", f",{named},"))
    arguments = ["--data", data, "trend", "hedonic", "--json", "--table"]
    with in_time():
        answer = run(capsys, *arguments, other)
    assert (answer.code, answer.err) == (0, "")
    assert answer.json == run(capsys, *arguments, plain).json


def test_one_name_in_two_forms_is_one_name(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ["2023-01-10,30.0,0.40,caf\u00e9,h,A", "2023-01-10,30.0,0.40,cafe\u0301,h,A"]
    path = written(tmp_path, "t.csv", "\n".join(["date,price,score,family,host,model", *rows]))
    require_refusal(run(capsys, "--data", data, "trend", "hedonic", "--table", path, "--quiet"), "row 1 has it")


def test_a_scenario_in_any_script_is_read(tmp_path: Path) -> None:
    text = SCENARIO.replace("Worked example", "\U0001f916 \u6a21\u578b mode\u0300le")
    found = read_scenario(written(tmp_path, "mode\u0300le.toml", text))
    assert (found.title, found.name) == ("\U0001f916 \u6a21\u578b mod\u00e8le", "mod\u00e8le")
