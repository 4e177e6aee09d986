"""New rows on another scale or in another unit than the fitted ones, and tables with too little, through the program."""

from pathlib import Path

import pytest
from cli_run import ROWS, contents, run, write_table

NEW = "2024-11-10,0.8,0.66,big,h2,F"


@pytest.mark.parametrize(
    ("rows", "bad", "column", "value"),
    [
        (["2024-11-10,0.0000008,0.66,big,h2,F", "2024-12-10,0.0000007,0.66,big,h2,G"], 1, "price", "8e-07"),
        (["2024-11-10,8000,0.66,big,h2,F", "2024-12-10,7000,0.66,big,h2,G"], 1, "price", "8000.0"),
        ([NEW, "2024-12-10,0.8,0.9999,big,h2,G"], 2, "score", "0.9999"),
    ],
)
def test_score_refuses_another_scale_at_once(
    rows: list[str], bad: int, column: str, value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = write_table(tmp_path, name="old.csv"), write_table(tmp_path, rows, name="new.csv")
    data = tmp_path / "data"
    result = run(capsys, "score", "--table", new, "--fitted", old, "--data", data, "--quiet")
    assert result.code == 2
    for part in (str(new), f"row {bad}", f"column '{column}'", f"value {value}", "Give"):
        assert part in result.err
    assert not data.exists() or not contents(data)


@pytest.mark.parametrize("command", [("fit", "exponential"), ("compare",), ("check", "all")])
@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (ROWS[:7], "7 rows of 7 dates, too few"),
        ([f"2024-01-01,{price},0.5,big,h1,M{price}" for price in range(1, 31)], "30 rows of 1 date, too few"),
        ([f"2024-01-{day:02d},2.5,0.5,big,h1,M{day}" for day in range(1, 31)], "the same price in all 30 rows"),
    ],
)
def test_too_little_is_said_at_once(
    command: tuple[str, ...], rows: list[str], problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = write_table(tmp_path, rows)
    result = run(capsys, *command, "--table", table, "--data", tmp_path / "data", "--quiet")
    assert result.code == 2
    assert problem in result.err
    assert str(table) in result.err
