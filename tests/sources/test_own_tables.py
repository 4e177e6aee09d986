"""Tables of one's own models and scores become facts and scores; a bad cell is named with its row, column, value and remedy."""

import datetime as dt
import io
from collections.abc import Callable

import pandas as pd
import pytest
from costfloor.errors import InputError
from costfloor.sources import own_table
from costfloor.sources.measurements import Measurements
from costfloor.sources.model_table import read_facts
from costfloor.sources.score_table import read_scores
from hypothesis import given
from hypothesis import strategies as st
from measurement_checks import check, facts, read_or_refuse, scores

MODELS = b"""model_key,name,creator,release_date,open_weights,params_total_b,params_active_b,reasoning,huggingface_url,evidence,mood
acme/foo-1,Foo 1,Acme,2026-04-01,TRUE,30,3.5,,https://huggingface.co/acme/Foo-1,https://acme.example/foo,good
acme/foo-2,Foo 2,Acme,2026-05,false,,,true,,,
"""
SCORES = b"""model,benchmark,score,scale,measured_on,variant,benchmark_version,stderr,self_reported,evidence
acme/foo-1,gpqa_diamond,0.61,fraction,2026-04-02,,,0.02,true,https://acme.example/foo
acme/foo-1,gpqa_diamond,0.7,fraction,2026-04-02,high,,,,
Foo 1,aa_index,41.5,raw,2026-04,,4.1,,false,
Foo 1,aider_polyglot,59.6,percent,2026-04,,,,,
"""
Read = Callable[[bytes, str], Measurements]


def parquet(content: bytes) -> bytes:
    buffer = io.BytesIO()
    pd.read_csv(io.BytesIO(content)).to_parquet(buffer)
    return buffer.getvalue()


def refusal(read: Read, content: bytes, name: str = "t.csv") -> InputError:
    with pytest.raises(InputError) as caught:
        read(content, name)
    assert str(caught.value).startswith(name)
    return caught.value


def test_models() -> None:
    read = read_facts(MODELS, "models.csv")
    check(read)
    assert facts(read) == {
        ("", "acme/foo-1"): {
            "name": "Foo 1",
            "creator": "Acme",
            "release_date": "2026-04-01",
            "open_weights": "true",
            "params_total_b": "30",
            "params_active_b": "3.5",
            "huggingface_id": "acme/Foo-1",
        },
        ("", "acme/foo-2"): {
            "name": "Foo 2",
            "creator": "Acme",
            "release_date": "2026-05",
            "open_weights": "false",
            "reasoning": "true",
        },
    }
    assert set(read.rows["place"]) == {"row 1: https://acme.example/foo", "row 2"}
    assert read.unknown_fields == {"mood": 2}


def test_scores() -> None:
    read = read_scores(SCORES, "scores.csv")
    check(read)
    assert scores(read) == [
        ("", "acme/foo-1", "", "gpqa_diamond", "", 0.61, "fraction"),
        ("", "acme/foo-1", "high", "gpqa_diamond", "", 0.7, "fraction"),
        ("", "Foo 1", "", "aa_index", "4.1", 41.5, "raw"),
        ("", "Foo 1", "", "aider_polyglot", "", 59.6, "percent"),
    ]
    assert read.rows["stderr"].dropna().tolist() == [0.02]
    assert read.rows["self_reported"].tolist() == [True, False, False, False]
    assert read.rows["measured_on"].tolist() == ["2026-04-02", "2026-04-02", "2026-04", "2026-04"]


@pytest.mark.parametrize(("read", "content"), [(read_facts, MODELS), (read_scores, SCORES)])
def test_parquet_reads_as_csv(read: Read, content: bytes) -> None:
    assert read(parquet(content), "t.parquet").rows.equals(read(content, "t.csv").rows)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"acme/foo-1,", b"foo-1,", "row 1, column 'model_key', value 'foo-1': not a model key. Write it as creator/slug"),
        (b"acme/foo-2,", b"acme/foo-1,", "row 2, column 'model_key', value 'acme/foo-1': model_key as in row 1"),
        (b"Foo 1", b" ", "row 1, column 'name', value '': empty. Fill in every cell"),
        (b"2026-04-01", b"2026-04-31", "column 'release_date', value '2026-04-31': release date is not a day of the calendar"),
        (b"2026-04-01", b"1.4.2026", "release date is not an ISO date (YYYY-MM-DD). Write a day as YYYY-MM-DD"),
        (b"TRUE", b"yes", "column 'open_weights', value 'yes': open weights is yes, not true or false"),
        (b",30,", b",30000000000,", "column 'params_total_b', value '30000000000': params total b is not between"),
        (b",3.5,", b",35,", "column 'params_active_b', value '35': more than params_total_b"),
        (b"https://huggingface.co", b"https://github.com", "not a model of Hugging Face"),
        (b"open_weights", b"weights", "column 'open_weights': missing. The file has 'model_key'"),
        (MODELS[MODELS.index(b"\n") :], b"\n", "has a header but no rows"),
    ],
)  # fmt: skip
def test_a_bad_model(old: bytes, new: bytes, message: str) -> None:
    assert message in str(refusal(read_facts, MODELS.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"0.61,fraction", b"61,fraction", "row 1, column 'score', value 61.0: score is not between 0 and 1. Is it a fraction?"),
        (b"59.6,percent", b"159.6,percent", "row 4, column 'score', value 159.6: score is not between 0 and 100"),
        (b"0.61", b"0,61", "row 1, value"),
        (b"0.61", b"n/a", "row 1, column 'score', value 'n/a': score is text, not a number"),
        (b"0.61", b"", "row 1, column 'score', value '': empty"),
        (b"fraction", b"share", "column 'scale', value 'share': not a scale. Use one of fraction, percent, raw"),
        (b"2026-04-02", b"April", "column 'measured_on', value 'April': day is not an ISO date"),
        (b"0.02", b"-0.02", "column 'stderr', value '-0.02': standard error is not between 0"),
        (b"0.02", b"2", "row 1, column 'stderr', value 2.0: stderr is not between 0 and 1"),
        (b",high,", b",,", "row 2, column 'model', value 'acme/foo-1'"),
        (b"true", b"1", "column 'self_reported', value '1': not true or false"),
        (b"scale", b"unit", "column 'scale': missing"),
    ],
)  # fmt: skip
def test_a_bad_score(old: bytes, new: bytes, message: str) -> None:
    assert message in str(refusal(read_scores, SCORES.replace(old, new, 1)))


def test_other_files() -> None:
    assert "not a .csv or .parquet file" in str(refusal(read_scores, SCORES, "t.json"))
    assert "is empty" in str(refusal(read_facts, b""))
    assert "not a readable Parquet file" in str(refusal(read_facts, MODELS, "t.parquet"))


def test_too_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_table, "MAX_ENTRIES", 3)
    assert "too many rows. Split the table: at most 3 rows are read" in str(refusal(read_scores, SCORES))


DAYS = st.dates(dt.date(2010, 1, 1), dt.date(2199, 12, 31))


@given(rows=st.lists(st.tuples(st.floats(0, 100), DAYS), min_size=1, max_size=5))
def test_round_trip(rows: list[tuple[float, dt.date]]) -> None:
    expected = [(f"acme/foo-{number}", score, str(day)) for number, (score, day) in enumerate(rows)]
    table = pd.DataFrame(expected, columns=["model", "score", "measured_on"]).assign(benchmark="b", scale="percent")
    read = read_scores(table.to_csv(index=False).encode(), "t.csv")
    check(read)
    columns = ["model_id", "score", "measured_on"]
    assert list(read.rows[columns].itertuples(index=False, name=None)) == expected


@given(content=st.binary(max_size=300), suffix=st.sampled_from([".csv", ".parquet"]))
def test_random_bytes(content: bytes, suffix: str) -> None:
    read_or_refuse(read_facts, content, f"t{suffix}")
    read_or_refuse(read_scores, content, f"t{suffix}")


@given(cells=st.lists(st.lists(st.text(max_size=6), min_size=5, max_size=5), max_size=3))
def test_random_cells(cells: list[list[str]]) -> None:
    for read, content in ((read_facts, MODELS), (read_scores, SCORES)):
        header = content.split(b"\n")[0].decode().split(",")[:5]
        table = pd.DataFrame(cells, columns=header).to_csv(index=False).encode(errors="replace")
        read_or_refuse(read, table, "t.csv")
