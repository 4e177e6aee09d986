"""A good table comes through unchanged; a bad one is refused with the place and the remedy."""

import datetime as dt
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from costfloor.errors import InputError
from costfloor.inputs import MAX_BYTES
from costfloor.laws.observations import DAYS_PER_YEAR, observations
from costfloor.sources import table_file
from costfloor.sources.price_table import PriceTable, ScoreScale, price_table, read_price_table
from costfloor.storage import sha256_file
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reader_checks import IDS

TODAY = dt.date(2026, 1, 31)
GOOD = [
    "date,price,score,family,host,model,open_weights",
    "2023-03-14,37.5,0.40,gpt-4,openai,GPT-4,false",
    "2024-05-13,7.5,0.55,gpt-4,openai,GPT-4o,false",
    "2024-12-26,0.48,0.59,gpt-4,deepseek,DeepSeek-V3,true",
    "2024-12-26,0.90,0.59,gpt-4,together,DeepSeek-V3,true",
]


def write(folder: Path, lines: list[str] | str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    if isinstance(lines, bytes):
        path.write_bytes(lines)
    else:
        path.write_text(lines if isinstance(lines, str) else "\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(path: Path, scale: ScoreScale = "fraction") -> PriceTable:
    return read_price_table(path, scale, today=TODAY)


def changed(row: int, column: str, value: str) -> list[str]:
    """The good table with one cell changed."""
    header = GOOD[0].split(",")
    fields = GOOD[row].split(",")
    fields[header.index(column)] = value
    return [*GOOD[:row], ",".join(fields), *GOOD[row + 1 :]]


def refusal(path: Path, scale: ScoreScale = "fraction") -> InputError:
    with pytest.raises(InputError) as caught:
        read(path, scale)
    assert caught.value.file == path
    assert caught.value.remedy
    return caught.value


def test_a_good_table(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    table = read(path)
    assert list(table.frame) == ["date", "price", "score", "quality", "family", "host", "model", "open_weights"]
    assert table.frame["date"].iloc[0] == pd.Timestamp("2023-03-14")
    assert table.frame["price"].tolist() == [37.5, 7.5, 0.48, 0.9]
    np.testing.assert_allclose(table.frame["quality"].iloc[0], np.log(0.4 / 0.6))
    assert table.frame["open_weights"].tolist() == [False, False, True, True]
    assert table.sha256 == sha256_file(path)
    assert table.ignored_columns == ()


def test_only_the_required_columns(tmp_path: Path) -> None:
    frame = read(write(tmp_path, ["date,price,score", "2024-01-01,1,0.5"])).frame
    assert list(frame) == ["date", "price", "score", "quality", "family"]
    assert frame["family"].tolist() == ["all"]


def test_the_scales_agree(tmp_path: Path) -> None:
    fraction = read(write(tmp_path, ["date,price,score", "2024-01-01,1,0.25"], "f.csv"))
    percent = read(write(tmp_path, ["date,price,score", "2024-01-01,1,25"], "p.csv"), "percent")
    raw = read(write(tmp_path, ["date,price,score", "2024-01-01,1,-1250.5"], "r.csv"), "raw")
    np.testing.assert_allclose(percent.frame["quality"], fraction.frame["quality"])
    assert percent.frame["score"].tolist() == [25.0]
    assert raw.frame["quality"].tolist() == [-1250.5]


def test_what_other_programs_write_is_understood(tmp_path: Path) -> None:
    header = "\ufeff date ,price,score,note,model"
    text = "\r\n".join([header, "2024-01-01 00:00:00, 1e-1 ,.5,x,  Ünï 模型", "", "2024-01-02,2,0.5,y,b", ""])
    table = read(write(tmp_path, text))
    assert table.frame["model"].tolist() == ["  Ünï 模型", "b"]
    assert table.frame["price"].tolist() == [0.1, 2.0]
    assert table.ignored_columns == ("note",)


def with_births(*births: str, header: str = GOOD[0]) -> list[str]:
    """The good table with a birth in each row; columns that the header leaves out are gone."""
    kept = [GOOD[0].split(",").index(name) for name in header.split(",")]
    rows = [",".join(line.split(",")[column] for column in kept) for line in GOOD[1:]]
    return [f"{header},birth", *(f"{row},{birth}" for row, birth in zip(rows, births, strict=True))]


def test_a_family_has_a_clock_of_its_own(tmp_path: Path) -> None:
    obs = observations(read(write(tmp_path, with_births(*["2022-03-14"] * 4))).frame)
    assert not obs.births_differ
    assert obs.family_birth == pytest.approx([-365 / DAYS_PER_YEAR])
    # From the first date, it is the clock that a table without births has.
    given = read(write(tmp_path, with_births(*["2023-03-14"] * 4))).frame
    assert observations(given).data_hash == observations(read(write(tmp_path, GOOD)).frame).data_hash


@pytest.mark.parametrize("header", ["date,price,score,host,model", "date,price,score,family,host,model"])
def test_in_one_family_every_model_has_its_birth(tmp_path: Path, header: str) -> None:
    births = ["2022-01-01", "2023-06-01", "2024-01-01", "2024-01-01"]
    table = read(write(tmp_path, with_births(*births, header=header)))
    assert table.ignored_columns == ()
    assert observations(table.frame).births_differ
    again = price_table(table.frame)
    assert again.frame["birth"].tolist() == [pd.Timestamp(day) for day in births]
    refused = refusal(write(tmp_path, with_births(*births[:3], "2024-01-02", header=header)))
    assert (refused.row, refused.column) == (4, "birth")
    assert "the model at this score" in str(refused)


def test_of_several_families_each_has_one_birth(tmp_path: Path) -> None:
    lines = ["date,price,score,family,birth", "2024-01-01,1,0.5,a,2023-01-01", "2024-01-02,1,0.5,b,2023-05-01"]
    assert read(write(tmp_path, lines)).frame["birth"].nunique() == 2
    refused = refusal(write(tmp_path, [*lines, "2024-01-03,1,0.5,b,2023-05-02"]))
    assert (refused.row, refused.column, refused.value) == (3, "birth", "2023-05-02")
    assert "leave the family column out" in str(refused)


@pytest.mark.parametrize(
    ("birth", "problem"),
    [
        ("2024-05-14", "after the date of its price"),
        ("2027-01-01", "in the future"),
        ("", "not an ISO date"),
        ("1832-01-01", "before 1900"),
    ],
)
def test_a_bad_birth_is_named(tmp_path: Path, birth: str, problem: str) -> None:
    refused = refusal(write(tmp_path, with_births("2023-03-14", birth, "2023-03-14", "2023-03-14")))
    assert (refused.row, refused.column, refused.value) == (2, "birth", birth)
    assert problem in str(refused)


@pytest.mark.parametrize("ones", [("1", "0"), ("TRUE", "False")])
def test_booleans_in_one_style(tmp_path: Path, ones: tuple[str, str]) -> None:
    yes, no = ones
    lines = ["date,price,score,open_weights", f"2024-01-01,1,0.5,{yes}", f"2024-01-02,1,0.5,{no}"]
    assert read(write(tmp_path, lines)).frame["open_weights"].tolist() == [True, False]


def test_parquet_gives_what_csv_gives(tmp_path: Path) -> None:
    from_csv = read(write(tmp_path, GOOD))
    typed = from_csv.frame[["date", "price", "score", "family", "host", "model", "open_weights"]]
    days = typed.assign(date=typed["date"].dt.date)
    for name, frame in (("timestamps.parquet", typed), ("days.PARQUET", days)):
        frame.to_parquet(tmp_path / name, index=False)
        pd.testing.assert_frame_equal(read(tmp_path / name).frame, from_csv.frame)


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("price", "-1", "not above zero"),
        ("price", "0", "not above zero"),
        ("price", "0.0", "not above zero"),
        ("price", "nan", "not a number"),
        ("price", "inf", "not a number"),
        ("price", "1e999", "not a finite number"),
        ("price", "", "empty"),
        ("price", "$3", "not a number"),
        ("price", "1_000", "not a number"),
        ("price", "\uff11", "not a number"),
        ("score", "0", "on a bound of the fraction scale"),
        ("score", "1", "on a bound of the fraction scale"),
        ("score", "40", "outside the fraction scale, 0 to 1"),
        ("score", "-0.1", "outside the fraction scale, 0 to 1"),
        ("score", "NaN", "not a number"),
        ("score", "high", "not a number"),
        ("date", "", "not an ISO date"),
        ("date", "13/05/2024", "not an ISO date"),
        ("date", "2024-5-3", "not an ISO date"),
        ("date", "20240503", "not an ISO date"),
        ("date", "2024-05-13T10:30:00", "not an ISO date"),
        ("date", "2024-02-30", "not a day of the calendar"),
        ("date", "0024-05-13", "before 1900"),
        ("date", "2026-02-01", "in the future (today is 2026-01-31)"),
        ("family", "", "empty"),
        ("host", "  ", "empty"),
        ("model", "", "empty"),
        ("open_weights", "", "not true or false"),
        ("open_weights", "yes", "not true or false"),
        ("open_weights", "1", "not true or false"),
        ("price", "480000", "unit"),
        ("price", "4.8e-7", "unit"),
    ],
)
def test_a_bad_cell_is_named(tmp_path: Path, column: str, value: str, problem: str) -> None:
    path = write(tmp_path, changed(3, column, value))
    error = refusal(path)
    assert (error.row, error.column, error.value) == (3, column, value)
    message = str(error)
    assert message.startswith(f"{path}, row 3, column '{column}', value {value!r}: ")
    assert problem in message


def test_every_bad_row_is_counted_and_the_first_is_named(tmp_path: Path) -> None:
    lines = ["date,price,score", *[f"2024-01-{day:02},{-day},0.5" for day in range(1, 6)]]
    error = refusal(write(tmp_path, lines))
    assert error.row == 1
    assert "(5 rows are)" in str(error)


def test_bounds_of_the_scale_pass_for_an_estimator_that_clips(tmp_path: Path) -> None:
    path = write(tmp_path, ["date,price,score", "2024-01-01,1,0", "2024-01-02,2,100"])
    table = read_price_table(path, "percent", TODAY, closed_scale=True)
    assert table.frame["quality"].tolist() == [-np.inf, np.inf]
    path = write(tmp_path, ["date,price,score", "2024-01-01,1,0", "2024-01-02,2,100.5"])
    with pytest.raises(InputError, match="outside the percent scale"):
        read_price_table(path, "percent", TODAY, closed_scale=True)


@pytest.mark.parametrize("column", ["date", "price", "score"])
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    error = refusal(write(tmp_path, [GOOD[0].replace(column, "other"), *GOOD[1:]]))
    assert error.column == column
    assert "'other'" in str(error)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"date,price,score\n", "has a header but no rows"),
        (b"date,price,score\n2024-01-01,1,0.5\n2024-01-02,1\n", "has 2 fields where the header has 3"),
        (b"date,price,score\n2024-01-01,1,0.5,\n", "has 4 fields where the header has 3"),
        (b'date,price,score\n2024-01-01,1,"0.5\n', "not valid CSV"),
        (b"date,price,score,price\n2024-01-01,1,0.5,2\n", "appears more than once"),
        (b"date,price,score\n2024-01-01,1,\xe9\n", "not UTF-8 text (line 2)"),
        ("date,price,score\n".encode("utf-16"), "not UTF-8 text"),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    assert problem in str(refusal(write(tmp_path, content)))


@pytest.mark.parametrize(
    ("name", "problem"), [("none.csv", "does not exist"), ("folder.csv", "is a folder"), ("book.xlsx", "not a .csv")]
)
def test_a_bad_path_is_refused(tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "book.xlsx").write_text("x")
    assert problem in str(refusal(tmp_path / name))


def test_a_pipe_and_an_impossible_path_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert "not a regular file" in str(refusal(tmp_path / "pipe.csv"))
    assert "cannot be read" in str(refusal(tmp_path / ("long" * 200 + ".csv")))
    with pytest.raises(InputError):
        read(Path("nul\0byte.csv"))


def test_limits_of_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, GOOD)
    frame = read(path).frame
    frame.to_parquet(tmp_path / "table.parquet")
    monkeypatch.setattr(table_file, "MAX_ROWS", 3)
    assert "too many rows" in str(refusal(path))
    assert "too many rows" in str(refusal(tmp_path / "table.parquet"))
    os.truncate(path, MAX_BYTES + 1)
    assert "too large" in str(refusal(path))


def test_an_unknown_scale_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a score scale"):
        read_price_table(write(tmp_path, GOOD), "odds")


def test_a_repeated_row_is_refused(tmp_path: Path) -> None:
    lines = ["date,price,score", "2024-01-01,1,0.5", "2024-01-02,1,0.5", "2024-01-01,1.0,0.50"]
    error = refusal(write(tmp_path, lines))
    assert error.row == 3
    assert "a repeat of an earlier row: row 1 has it" in str(error)


def test_rows_that_differ_in_any_column_are_two_rows(tmp_path: Path) -> None:
    lines = ["date,price,score,name", "2024-01-01,1,0.5,a", "2024-01-01,1,0.5,b"]
    assert len(read(write(tmp_path, lines)).frame) == 2


@pytest.mark.parametrize("column", ["price", "score", "family"])
def test_one_model_at_one_host_has_one_price_a_day(tmp_path: Path, column: str) -> None:
    again = changed(4, column, {"price": "0.95", "score": "0.7", "family": "other"}[column])[4]
    error = refusal(write(tmp_path, [*GOOD, again]))
    assert error.row == 5
    assert "row 4 has it" in str(error)
    assert "DeepSeek-V3" in str(error)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\0" * 64 + b"PAR1", b"date,price,score\n"])
def test_a_broken_parquet_file_is_refused(tmp_path: Path, content: bytes) -> None:
    refusal(write(tmp_path, content, "table.parquet"))


def test_parquet_cells_meet_the_same_checks(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    good = {"date": ["2024-01-01", "2024-01-02"], "price": [1.0, 2.0], "score": [0.5, 0.6]}
    for column, value, problem in (
        ("price", None, "not a number"),
        ("price", float("inf"), "not a number"),
        ("date", None, "not an ISO date"),
        ("date", pd.Timestamp("2024-01-02T10:30"), "not an ISO date"),
    ):
        first = pd.Timestamp(good[column][0]) if isinstance(value, pd.Timestamp) else good[column][0]
        pd.DataFrame({**good, column: [first, value]}).to_parquet(path)
        error = refusal(path)
        assert (error.row, error.column) == (2, column)
        assert problem in str(error) or "empty" in str(error)


@given(content=st.binary(max_size=400), suffix=st.sampled_from([".csv", ".parquet"]))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_bytes_are_refused_and_nothing_else(tmp_path: Path, content: bytes, suffix: str) -> None:
    refusal(write(tmp_path, content, f"table{suffix}"))


@given(
    cells=st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12)), min_size=1, max_size=4)
)
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_cells_are_read_or_refused(tmp_path: Path, cells: list[tuple[str, str, str]]) -> None:
    path = tmp_path / "table.csv"
    pd.DataFrame(cells, columns=["date", "price", "score"]).to_csv(path, index=False, errors="replace")
    try:
        table = read(path)
    except InputError as error:
        assert str(path) in str(error)
    else:
        assert (table.frame["price"] > 0).all()


@given(
    rows=st.lists(
        st.tuples(
            st.dates(dt.date(2020, 1, 1), TODAY),
            st.floats(0.05, 50),
            st.floats(0.001, 0.999),
            IDS,
        ),
        min_size=1,
        max_size=20,
        unique_by=lambda row: (row[0], row[3]),
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_round_trip(tmp_path: Path, rows: list[tuple[dt.date, float, float, str]]) -> None:
    written = pd.DataFrame(rows, columns=["date", "price", "score", "model"]).assign(host="h")
    for path in (tmp_path / "table.csv", tmp_path / "table.parquet"):
        if path.suffix == ".csv":
            written.to_csv(path, index=False)
        else:
            written.to_parquet(path)
        frame = read(path).frame
        assert frame["date"].dt.date.tolist() == written["date"].tolist()
        assert frame["price"].tolist() == written["price"].tolist()
        assert frame["score"].tolist() == written["score"].tolist()
        assert frame["model"].tolist() == written["model"].tolist()
