"""The project's own table: CSV and Parquet give the same rows, and the first bad cell is named."""

import datetime as dt
import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from costfloor.errors import InputError
from costfloor.sources import table_file
from costfloor.sources.quote_table import read
from hypothesis import given
from hypothesis import strategies as st
from reader_checks import IDS, check, read_or_refuse, rows

CSV = """\ufeffprovider, model_id,input_usd_per_mtok,output_usd_per_mtok,date,valid_to,cache_read_usd_per_mtok,mode,tier,note,url
openai,gpt-4o,2.5,+1e1,2024-05-13,,1.25,,,first,https://example.org
openai,gpt-4o, .5 ,0,2024-08-06 00:00:00,2025-01-01,,completion,above 200000 tokens,,
"host, inc.",../x,3,4,,,,responses,,"=cmd()",
""".encode()


def parquet(frame: pd.DataFrame | pa.Table) -> bytes:
    buffer = io.BytesIO()
    if isinstance(frame, pd.DataFrame):
        frame.to_parquet(buffer)
    else:
        pq.write_table(frame, buffer)
    return buffer.getvalue()


def refusal(content: bytes, name: str = "table.csv") -> InputError:
    with pytest.raises(InputError) as caught:
        read(content, name)
    assert str(caught.value).startswith(name)
    return caught.value


def test_a_table() -> None:
    snapshot = read(CSV, "table.csv")
    check(snapshot)
    assert rows(snapshot) == [
        ("openai", "gpt-4o", "", 2.5, 10.0),
        ("openai", "gpt-4o", "above 200000 tokens", 0.5, 0.0),
        ("host, inc.", "../x", "", 3.0, 4.0),
    ]
    quotes = snapshot.quotes
    assert quotes["mode"].tolist() == ["chat", "completion", "responses"]
    assert quotes["cache_read_usd_per_mtok"].dropna().tolist() == [1.25]
    assert quotes["valid_from"].tolist() == [pd.Timestamp("2024-05-13"), pd.Timestamp("2024-08-06"), pd.NaT]
    assert quotes["valid_to"].tolist() == [pd.NaT, pd.Timestamp("2025-01-01"), pd.NaT]
    assert quotes["place"].tolist() == ["row 1", "row 2", "row 3"]
    assert quotes["note"].tolist() == ["first", "", "=cmd()"]
    assert snapshot.unknown_fields == {"url": 3}
    assert snapshot.skipped == {}
    assert snapshot.rows_read == 3
    assert not snapshot.complete


def test_parquet_gives_what_csv_gives() -> None:
    from_csv = read(CSV, "table.csv").quotes
    typed = from_csv.rename(columns={"valid_from": "date"}).drop(columns="place")
    days = typed.assign(date=typed["date"].dt.date, valid_to=typed["valid_to"].dt.date)
    coded = typed.astype({"provider": "category", "model_id": "category"})
    for frame in (typed, days, coded, typed.astype({"input_usd_per_mtok": str})):
        snapshot = read(parquet(frame), "TABLE.PARQUET")
        check(snapshot)
        pd.testing.assert_frame_equal(snapshot.quotes, from_csv)


def test_other_types_of_parquet() -> None:
    table = pa.table(
        {
            "provider": pa.array(["a", "b"], pa.large_string()),
            "model_id": pa.array(["c", "d"], pa.string_view()),
            "input_usd_per_mtok": pa.array([1, 2], pa.int32()),
            "output_usd_per_mtok": pa.array([1, 2]).cast(pa.decimal128(30, 2)),
            "cache_read_usd_per_mtok": pa.nulls(2),
            "note": pa.nulls(2),
            "date": pa.nulls(2),
        }
    )
    snapshot = read(parquet(table), "t.parquet")
    check(snapshot)
    assert rows(snapshot) == [("a", "c", "", 1.0, 1.0), ("b", "d", "", 2.0, 2.0)]


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("provider", "", "empty"),
        ("model_id", "  ", "empty"),
        ("model_id", "a\x07", "holds control characters"),
        ("model_id", "x" * 501, "longer than 500 characters"),
        ("input_usd_per_mtok", "", "empty"),
        ("input_usd_per_mtok", "-1", "negative"),
        ("output_usd_per_mtok", "1e9", "above 100,000,000 USD per million tokens"),
        ("output_usd_per_mtok", "$1", "not a number"),
        ("cache_read_usd_per_mtok", "x", "not a number"),
        ("cache_read_usd_per_mtok", "nan", "not a number"),
        ("date", "2024-5-1", "not an ISO date"),
        ("date", "2024-02-30", "not a day of the calendar"),
        ("date", "0024-02-20", "not between 1900 and 2199"),
        ("valid_to", "2024-05-12", "before the first day"),
        ("mode", "embedding", "not a mode"),
    ],
)
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_bad_cell_is_named(column: str, value: str, problem: str, suffix: str) -> None:
    text = {"dtype": str, "keep_default_na": False, "skipinitialspace": True, "encoding": "utf-8-sig"}
    cells = pd.read_csv(io.BytesIO(CSV), **text)
    cells = pd.concat([cells.iloc[[0]], cells.iloc[[0]]], ignore_index=True)
    cells.loc[1, column] = value
    content = cells.to_csv(index=False).encode() if suffix == "csv" else parquet(cells)
    error = refusal(content, f"table.{suffix}")
    assert (error.row, error.column, error.value) == (2, column, value)
    assert problem in str(error)
    assert error.remedy


def test_every_bad_row_is_counted() -> None:
    lines = b"provider,model_id,input_usd_per_mtok,output_usd_per_mtok\n" + b"a,b,-1,2\n" * 3
    assert "(3 rows are)" in str(refusal(lines))


@pytest.mark.parametrize("name", ["table.xlsx", "table", "table.csv.gz"])
def test_other_suffixes_are_refused(name: str) -> None:
    assert "not a .csv or .parquet file" in str(refusal(CSV, name))


def test_limits_of_size(monkeypatch: pytest.MonkeyPatch) -> None:
    content = parquet(read(CSV, "table.csv").quotes.drop(columns=["place", "valid_from"]))
    monkeypatch.setattr(table_file, "MAX_UNPACKED", 10)
    assert "too large when unpacked" in str(refusal(content, "t.parquet"))
    monkeypatch.setattr(table_file, "MAX_ROWS", 2)
    assert "too many rows" in str(refusal(content, "t.parquet"))
    assert "too many rows" in str(refusal(CSV))
    monkeypatch.setattr(table_file, "MAX_BYTES", 10)
    assert "too large" in str(refusal(CSV))


def test_text_that_is_no_text() -> None:
    # Parquet lets any bytes pass as text.
    broken = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff\xfe"], pa.binary()).buffers())
    one = pa.array([1.0])
    table = pa.table({"provider": broken, "model_id": broken, "input_usd_per_mtok": one, "output_usd_per_mtok": one})
    assert "not UTF-8 text" in str(refusal(parquet(table), "t.parquet"))


def test_a_hundred_thousand_rows() -> None:
    number = np.arange(100_000)
    ids = pd.Series(number).astype(str)
    frame = pd.DataFrame(
        {"provider": "h", "model_id": ids, "input_usd_per_mtok": number / 7, "output_usd_per_mtok": number}
    )
    snapshot = read(parquet(frame), "t.parquet")
    np.testing.assert_array_equal(snapshot.quotes["input_usd_per_mtok"], frame["input_usd_per_mtok"])
    assert snapshot.quotes["place"].iloc[-1] == "row 100000"
    assert snapshot.rows_read == len(number)


DAYS = st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31))
LINE = st.tuples(IDS, IDS, st.floats(0, 1e8), st.floats(0, 1e8), DAYS)


@given(lines=st.lists(LINE, min_size=1, max_size=8))
def test_round_trip(lines: list[tuple[str, str, float, float, dt.date | None]]) -> None:
    columns = ["provider", "model_id", "input_usd_per_mtok", "output_usd_per_mtok", "date"]
    frame = pd.DataFrame(lines, columns=columns)
    for snapshot in (read(frame.to_csv(index=False).encode(), "t.csv"), read(parquet(frame), "t.parquet")):
        check(snapshot)
        assert rows(snapshot) == [(provider, model, "", one, two) for provider, model, one, two, _ in lines]
        days = [None if pd.isna(day) else day.date() for day in snapshot.quotes["valid_from"]]
        assert days == [line[4] for line in lines]
        assert snapshot.rows_read == len(lines)


@given(content=st.binary(max_size=400), suffix=st.sampled_from([".csv", ".parquet"]))
def test_random_bytes(content: bytes, suffix: str) -> None:
    read_or_refuse(read, content, f"t{suffix}")


CELL = st.text(max_size=6) | st.sampled_from(["1", "0.5", "2024-01-01"])


@given(cells=st.lists(st.lists(CELL, min_size=5, max_size=5), max_size=4))
def test_random_cells(cells: list[list[str]]) -> None:
    columns = ["provider", "model_id", "input_usd_per_mtok", "output_usd_per_mtok", "date"]
    text = pd.DataFrame(cells, columns=columns).to_csv(index=False)
    read_or_refuse(read, text.encode(errors="replace"), "t.csv")


WHOLE = parquet(
    pd.DataFrame({"provider": ["a"] * 9, "model_id": ["b"] * 9, "input_usd_per_mtok": 1.5, "output_usd_per_mtok": 2.5})
)


@given(damage=st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_damaged_parquet(damage: list[tuple[int, int]]) -> None:
    content = bytearray(WHOLE)
    for position, value in damage:
        content[position] = value
    read_or_refuse(read, bytes(content), "t.parquet")
