"""Every bad table is refused by every command that reads one: exit 2, one line, and nothing written."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_run import HEADER, ROWS, contents, run, write_table
from costfloor.errors import DEFECT
from costfloor.fit import fit as engine
from costfloor.laws import LAWS


def changed(row: int, column: str, value: str) -> list[str]:
    """The good rows with one cell changed; rows count from 1."""
    cells = ROWS[row - 1].split(",")
    cells[HEADER.split(",").index(column)] = value
    return [*ROWS[: row - 1], ",".join(cells), *ROWS[row:]]


def without(column: str, folder: Path) -> Path:
    at = HEADER.split(",").index(column)
    lines = [[cell for index, cell in enumerate(line.split(",")) if index != at] for line in [HEADER, *ROWS]]
    return write_table(folder, [",".join(line) for line in lines[1:]], ",".join(lines[0]))


def cell(row: int, column: str, value: str) -> Callable[[Path], Path]:
    return lambda folder: write_table(folder, changed(row, column, value))


def content(data: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / "table.csv").write_bytes(data)
        return folder / "table.csv"

    return write


def folder_of_that_name(folder: Path) -> Path:
    (folder / "table.csv").mkdir()
    return folder / "table.csv"


TOMORROW = str(dt.datetime.now(dt.UTC).date() + dt.timedelta(days=3))
LATIN = "\n".join([HEADER, *changed(2, "model", "Modèle")]).encode("latin-1")

# What makes the table, and what the message must name: place, value and remedy.
BAD: dict[str, tuple[Callable[[Path], Path], list[str]]] = {
    "missing column": (lambda folder: without("price", folder), ["column 'price'", "missing", "rename the one"]),
    "negative price": (cell(3, "price", "-12.0"), ["row 3", "column 'price'", "'-12.0'", "Leave free or unknown"]),
    "zero price": (cell(4, "price", "0"), ["row 4", "column 'price'", "'0'", "not above zero", "Leave free"]),
    "score off its scale": (cell(5, "score", "52"), ["row 5", "column 'score'", "'52'", "--score-scale"]),
    "unparsable date": (cell(2, "date", "10/02/2023"), ["row 2", "column 'date'", "'10/02/2023'", "YYYY-MM-DD"]),
    "impossible date": (cell(2, "date", "2023-02-30"), ["row 2", "column 'date'", "'2023-02-30'", "YYYY-MM-DD"]),
    "future date": (cell(8, "date", TOMORROW), ["row 8", "column 'date'", TOMORROW, "future", "correct the year"]),
    "duplicate key": (
        lambda folder: write_table(folder, [*ROWS, ROWS[2].replace("12.0", "11.0")]),
        ["row 9", "column 'date'", "2023-05-10", "row 3 has it", "Keep one of the two"],
    ),
    "empty file": (content(b""), ["is empty", "Start it with a header row"]),
    "header only": (content(HEADER.encode() + b"\n"), ["no rows", "Add at least one"]),
    "mixed units": (cell(6, "price", "0.000003"), ["row 6", "column 'price'", "'0.000003'", "unit", "one unit"]),
    "semicolons": (
        content("\n".join([HEADER, *ROWS]).replace(",", ";").encode()),
        ["than commas", f"'{HEADER.replace(',', ';')}'", "commas between cells"],
    ),
    "not UTF-8": (content(LATIN), ["not UTF-8", "line 3", "Save as UTF-8"]),
    "a folder": (folder_of_that_name, ["is a folder", "Name the CSV or Parquet file"]),
    "no file": (lambda folder: folder / "table.csv", ["does not exist", "Check the path"]),
    "text for a number": (cell(1, "price", "$30"), ["row 1", "column 'price'", "'$30'", "plain number"]),
}

COMMANDS: dict[str, list[str]] = {
    "fit": ["fit", "plateau", "--out", "OUT"],
    "compare": ["compare"],
    "check": ["check", "all"],
    "trend frontier": ["trend", "frontier", "--threshold", "0.4", "--score-scale", "fraction"],
    "trend hedonic": ["trend", "hedonic", "--frontier", "pareto"],
}


@pytest.fixture(autouse=True)
def no_sampling(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("went on to fit")

    monkeypatch.setattr(engine, "fit_key", refuse)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_a_bad_table_is_refused(
    case: str, command: str, as_json: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out, inputs = tmp_path / "data", tmp_path / "out", tmp_path / "in"
    for folder in (data, out, inputs):
        folder.mkdir()
    (data / "keep.txt").write_text("as it was")
    make, named = BAD[case]
    table = make(inputs)
    before = contents(tmp_path)
    arguments = [str(out) if argument == "OUT" else argument for argument in COMMANDS[command]]

    result = run(capsys, "--data", data, *arguments, "--table", table, *(["--json"] if as_json else []))

    assert result.code == 2
    assert result.out == ""
    (line,) = result.err.splitlines()
    assert line.startswith("error: ")
    for part in [str(table), *named]:
        assert part in line
    assert "Traceback" not in line
    assert contents(tmp_path) == before


@pytest.mark.parametrize("command", ["trend frontier", "trend hedonic"])
def test_the_good_table_is_taken(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = run(capsys, *COMMANDS[command], "--table", write_table(tmp_path), "--json")
    assert (result.code, result.err) == (0, "")
    assert result.json["n"] == 8
    assert result.json["factor_per_year"] > 1


@pytest.mark.parametrize("command", ["fit", "compare", "check"])
def test_the_good_table_goes_on_to_a_fit(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [str(tmp_path) if argument == "OUT" else argument for argument in COMMANDS[command]]
    result = run(capsys, "--data", tmp_path, *arguments, "--table", write_table(tmp_path))
    assert result.code == DEFECT
    assert "went on to fit" in result.err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["fit", "moore"], ["column 'LAW'", "'moore'", f"Choose from {', '.join(LAWS)}"]),
        (["check", "horoscope"], ["column 'NAME'", "'horoscope'", "Choose from curvature"]),
        (["fit", "plateau", "--score-scale", "stars"], ["'--score-scale'", "'stars'", "fraction, percent, raw"]),
        (["compare", "--score-scale", "stars"], ["'--score-scale'", "'stars'"]),
        (["check", "--score-scale", "stars"], ["'--score-scale'", "'stars'"]),
        (["trend", "hedonic", "--score-scale", "stars"], ["'--score-scale'", "'stars'"]),
        (["trend", "frontier", "--threshold", "1", "--score-scale", "stars"], ["'--score-scale'", "'stars'"]),
        (["trend", "hedonic", "--frontier", "best"], ["'--frontier'", "'best'", "pareto, all"]),
        (["trend", "frontier", "--threshold", "9"], ["too few for a trend", "lower threshold"]),
        (["trend", "frontier", "--threshold", "nan"], ["too few for a trend"]),
    ],
    ids=lambda value: (
        " ".join(value) if isinstance(value, list) and value[0] in {"fit", "check", "compare", "trend"} else ""
    ),
)
def test_an_unknown_choice_is_refused(
    arguments: list[str], named: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = write_table(tmp_path)
    before = contents(tmp_path)
    result = run(capsys, "--data", tmp_path / "data", *arguments, "--table", table)
    assert (result.code, result.out) == (2, "")
    (line,) = result.err.splitlines()
    assert line.startswith("error: ")
    for part in named:
        assert part in line
    assert contents(tmp_path) == before


@pytest.mark.parametrize("text", ["yesterday", "2025-13-01", "30.6.2025", "2025-06", ""])
@pytest.mark.parametrize("command", ["build", "report", "refit"])
def test_a_bad_day_is_refused(text: str, command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = run(capsys, "--data", tmp_path, command, "--as-of", text)
    assert (result.code, result.out) == (2, "")
    (line,) = result.err.splitlines()
    for part in ("column '--as-of'", repr(text), "is not a date", "2025-06-30"):
        assert part in line
    assert contents(tmp_path) == {str(tmp_path): "folder"}


@pytest.mark.parametrize("command", [["build"], ["fit", "plateau"], ["compare"], ["check"], ["report"]])
def test_a_data_folder_without_raw_data_is_an_input_error(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = run(capsys, *command, "--data", tmp_path / "none")
    assert (result.code, result.out) == (2, "")
    (line,) = result.err.splitlines()
    assert "datapackage.json" in line
    assert "--data" in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["fit", "compare", "check"])
def test_a_file_where_the_fits_should_go_is_refused_before_any_fit(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = write_table(tmp_path)
    target = ["fit", "plateau", "--out", table] if command == "fit" else [command, "--data", table]
    before = contents(tmp_path)
    result = run(capsys, *target, "--table", table)
    assert (result.code, result.out) == (2, "")
    (line,) = result.err.splitlines()
    assert str(table) in line
    assert "folder" in line
    assert contents(tmp_path) == before


@pytest.mark.parametrize("command", [["fit", "plateau"], ["compare"], ["check"]])
@pytest.mark.parametrize("kind", ["few rows", "one date"])
def test_a_table_without_a_trend_is_refused(
    kind: str, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same_day = [f"2023-01-01,{line.split(',', 1)[1]}" for line in ROWS]
    table = write_table(tmp_path, ROWS[:2] if kind == "few rows" else [f"{line}{n}" for n, line in enumerate(same_day)])
    before = contents(tmp_path)
    result = run(capsys, "--data", tmp_path / "data", *command, "--table", table)
    assert (result.code, result.out) == (2, "")
    (line,) = result.err.splitlines()
    assert str(table) in line
    assert contents(tmp_path) == before


@pytest.mark.parametrize("command", ["build", "report", "refit"])
def test_a_view_of_the_future_is_refused(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = run(capsys, "--data", tmp_path, command, "--as-of", "2999-01-01")
    assert (result.code, result.out) == (2, "")
    assert "column '--as-of', value '2999-01-01': is in the future" in result.err
    assert contents(tmp_path) == {str(tmp_path): "folder"}
