"""Columns that a user names as covariates: how they are read, and what is refused."""

from pathlib import Path

import pandas as pd
import pytest
from costfloor.errors import InputError
from costfloor.sources.covariates import RESERVED, covariate_cells
from costfloor.sources.price_table import COLUMNS, price_table, read_price_table

HEADER = "date,price,score,context,tier,batch,open_weights"
ROWS = [
    "2024-01-01,1,0.5,8000,pro,true,1",
    "2024-02-01,2,0.6, 1.28e5 , basic,FALSE,0",
    "2024-03-01,3,0.7,0,max 2,true,1",
]
NAMES = ["tier", "context", "batch", "open_weights"]


def write(folder: Path, rows: list[str] = ROWS, header: str = HEADER) -> Path:
    path = folder / "table.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_numbers_truth_values_and_text(tmp_path: Path) -> None:
    table = read_price_table(write(tmp_path), covariates=NAMES)
    assert list(table.frame) == [
        "date",
        "price",
        "score",
        "quality",
        "family",
        "open_weights",
        "tier",
        "context",
        "batch",
    ]
    assert table.frame["context"].tolist() == [8000.0, 128000.0, 0.0]
    assert table.frame["tier"].tolist() == ["pro", "basic", "max 2"]
    for name in ("batch", "open_weights"):
        assert table.frame[name].dtype == bool
        assert table.frame[name].tolist() == [True, False, True]
    assert table.ignored_columns == ()
    assert read_price_table(write(tmp_path)).ignored_columns == ("context", "tier", "batch")


def test_a_data_frame_and_parquet_give_the_same(tmp_path: Path) -> None:
    path = write(tmp_path)
    from_csv = read_price_table(path, covariates=NAMES).frame
    typed = from_csv[["date", "price", "score", *NAMES]]
    typed.to_parquet(tmp_path / "table.parquet", index=False)
    from_parquet = read_price_table(tmp_path / "table.parquet", covariates=NAMES).frame
    from_frame = price_table(typed.astype({"tier": "category"}), covariates=NAMES).frame
    for frame in (from_parquet, from_frame):
        pd.testing.assert_frame_equal(frame[list(from_csv)], from_csv)


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("context", "", "empty"),
        ("tier", "  ", "empty"),
        ("context", "inf", "not a finite number"),
        ("context", "-Infinity", "not a finite number"),
        ("context", "NaN", "not a finite number"),
        ("context", "1e999", "not a finite number"),
        ("context", "8k", "not a number, as other cells of its column are"),
        ("context", "1_000", "not a number, as other cells of its column are"),
        ("tier", "7", "not a number, as other cells of its column are"),
        ("context", "1e31", "not zero or of a size from 1e-30 to 1e+30"),
        ("context", "-1e-31", "not zero or of a size from 1e-30 to 1e+30"),
        ("tier", "\x1b[2J", "holds control characters"),
        ("tier", "a" * 501, "longer than 500 characters"),
        ("open_weights", "2", "not 1 or 0 as in the rest of the column"),
    ],
)
def test_a_bad_cell_is_named(column: str, value: str, problem: str, tmp_path: Path) -> None:
    place = HEADER.split(",").index(column)
    fields = ROWS[1].split(",")
    fields[place] = value
    path = write(tmp_path, [ROWS[0], ",".join(fields), ROWS[2]])
    with pytest.raises(InputError) as caught:
        read_price_table(path, covariates=[column])
    error = caught.value
    assert error.problem.startswith(problem)
    assert (error.file, error.column) == (path, column)
    # Where a column has numbers, the cells without one are at fault.
    assert error.row == (1 if (column, value) == ("tier", "7") else 2)
    assert error.remedy
    assert len(str(error).splitlines()) == 1


def test_names_that_are_no_covariates(tmp_path: Path) -> None:
    path = write(tmp_path)
    for name in RESERVED:
        with pytest.raises(InputError, match=f"column '{name}': has a meaning of its own"):
            read_price_table(path, covariates=[name])
    assert {name for name in COLUMNS if name not in RESERVED} == {"open_weights"}
    with pytest.raises(InputError, match=r"column 'size': missing\. The file has 'date', 'price'"):
        read_price_table(path, covariates=["size"])
    with pytest.raises(InputError, match="column 'tier': is named twice"):
        read_price_table(path, covariates=["tier", "context", "tier"])
    for no_list in ("tier", [1], None, 5):
        with pytest.raises(InputError, match=r"is no list of names of columns\. Write covariates="):
            read_price_table(path, covariates=no_list)  # type: ignore[arg-type]


def test_names_that_come_one_by_one_are_all_taken(tmp_path: Path) -> None:
    path = write(tmp_path)
    given = (name for name in NAMES)
    read = read_price_table(path, covariates=given).frame  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(read, read_price_table(path, covariates=NAMES).frame)


def test_a_name_that_a_terminal_would_act_on_is_refused() -> None:
    cells = pd.DataFrame({"\x1b[31mred": ["1", "2"]}, dtype=str)
    with pytest.raises(InputError) as caught:
        covariate_cells(cells, list(cells), "the table")
    assert "\x1b" not in str(caught.value)
    assert r"\x1b[31mred" in str(caught.value)


def test_an_empty_column_is_read() -> None:
    assert covariate_cells(pd.DataFrame({"tier": []}, dtype=str), ["tier"], "the table").empty
