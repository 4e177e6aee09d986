"""Inputs that were reported as refused, or read with the wrong word, and what is right for each."""

import json
import time
from pathlib import Path

import costfloor.capability.measured
import pandas as pd
import pytest
from cli_run import run
from costfloor.errors import InputError
from costfloor.sources.formats import FORMATS
from costfloor.sources.litellm import read as read_litellm
from costfloor.sources.price_table import read_price_table
from costfloor.sources.snapshot import Snapshot
from store import small_store
from test_panel import stand_in_capability

CASES = Path(__file__).parents[1] / "cases"
TWICE = CASES / "11_same_name_twice" / "L02_dup_same.json"
SEMICOLONS = CASES / "12_semicolon_and_decimal_comma" / "semicolon.csv"
ZONES = CASES / "14_dates_with_a_zone"


def _prices(format_name: str, content: bytes, name: str) -> Snapshot:
    read = FORMATS[format_name].read_prices
    assert read is not None
    return read(content, name)


def test_a_name_repeated_with_the_same_content_is_read_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(costfloor.capability.measured, "measured_capability", stand_in_capability)
    data = small_store(tmp_path / "data")
    answer = run(capsys, "--data", data, "ingest", "litellm", TWICE, "--observed-on", "2026-06-30", "--json")
    assert answer.code == 0
    assert (answer.json["rows_read"], answer.json["rows_new"], answer.json["rows_repeated"]) == (2, 2, 1)
    assert "1 name is repeated with the same content, which is read once: x/gpt-4o" in answer.err


def test_every_format_counts_what_is_repeated() -> None:
    price = '{"cost": {"input": 1, "output": 2}}'
    found = _prices("models-dev", f'{{"h": {{"models": {{"a": {price}, "a": {price}}}}}}}'.encode(), "l.json")
    assert (len(found.quotes), found.rows_read, found.repeated) == (1, 1, {"a": 1})
    entry = '{"id": "a", "id": "a", "vendor": "h", "name": "x", "input": 1, "output": 2, "output": 2}'
    found = _prices("llm-prices", f'{{"prices": [{entry}]}}'.encode(), "l.json")
    assert (len(found.quotes), found.repeated) == (1, {"id": 1, "output": 1})
    model = '{"id": "a", "prices": {"input_mtok": 1, "input_mtok": 1, "output_mtok": 2}}'
    found = _prices("genai-prices", f'[{{"id": "h", "name": "H", "models": [{model}]}}]'.encode(), "l.json")
    assert (len(found.quotes), found.repeated) == (1, {"input_mtok": 1})


@pytest.mark.parametrize(
    ("first", "second"), [("1", "2"), ("1", "true"), ("null", "0"), ('{"a": 1}', '{"a": 1, "b": 1}')]
)
def test_two_values_for_one_name_are_refused(first: str, second: str) -> None:
    with pytest.raises(InputError, match="column 'm': appears more than once in one object, with two values"):
        read_litellm(f'{{"m": {first}, "m": {second}}}'.encode(), "l.json")


def test_the_order_of_fields_is_no_difference() -> None:
    entry = {"litellm_provider": "h", "mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6}
    turned = json.dumps(dict(reversed(entry.items())))
    assert read_litellm(f'{{"m": {json.dumps(entry)}, "m": {turned}}}'.encode(), "l.json").repeated == {"m": 1}


def test_semicolons_with_decimal_commas_get_the_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, "--data", tmp_path / "none", "index", "quantile", "--table", SEMICOLONS)
    assert answer.code == 2
    assert "separated by something else than commas" in answer.err
    assert "points, not commas, in numbers" in answer.err


@pytest.mark.parametrize("name", ["isoz.csv", "tz_utc.parquet"])
def test_midnights_in_utc_are_days_of_a_price_table(name: str) -> None:
    frame = read_price_table(ZONES / name).frame
    assert frame["date"].dt.tz is None
    assert frame["date"].iloc[:3].dt.strftime("%Y-%m-%d").tolist() == ["2023-01-29", "2023-02-05", "2023-03-23"]


def test_midnights_in_utc_are_days_of_a_list() -> None:
    path = ZONES / "q_tz.parquet"
    days = _prices("table", path.read_bytes(), path.name).quotes["valid_from"]
    assert days.dt.strftime("%Y-%m-%d").tolist() == ["2026-01-05", "2026-02-01", "2026-03-01"]


STYLES = (
    "2024-02-29T00:00:00Z",
    "2024-02-29 00:00:00+00:00",
    "2024-02-29T00:00Z",
    "2024-02-29 00:00:00 UTC",
    "2024-02-29T00:00:00.000-0000",
)
NO_DAYS = (
    "2024-02-29T00:00:00+01:00",
    "2024-02-29T22:00:00Z",
    "2024-02-29T00:00:01Z",
    "2024-02-29 12:00",
    "2024-02-29T00:00:00-00:30",
)


@pytest.mark.parametrize("text", STYLES)
def test_how_midnight_in_utc_is_written(text: str, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text(f"date,price,score\n{text},1,0.5\n")
    assert read_price_table(table).frame["date"].tolist() == [pd.Timestamp("2024-02-29")]
    content = f"provider,model_id,input_usd_per_mtok,output_usd_per_mtok,date\nh,m,1,2,{text}\n".encode()
    assert _prices("table", content, "t.csv").quotes["valid_from"].tolist() == [pd.Timestamp("2024-02-29")]


@pytest.mark.parametrize("text", NO_DAYS)
def test_a_moment_that_is_no_midnight_in_utc_is_no_day(text: str, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text(f"date,price,score\n{text},1,0.5\n")
    said = "it has a time of day other than midnight in UTC. Write the date as YYYY-MM-DD"
    with pytest.raises(InputError, match=said):
        read_price_table(table)
    content = f"provider,model_id,input_usd_per_mtok,output_usd_per_mtok,date\nh,m,1,2,{text}\n".encode()
    with pytest.raises(InputError, match=said):
        _prices("table", content, "t.csv")


def test_a_parquet_list_in_another_zone_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    frame = pd.read_parquet(ZONES / "q_tz.parquet")
    frame.assign(date=frame["date"].dt.tz_convert("Asia/Tokyo")).to_parquet(path)
    with pytest.raises(InputError, match="column 'date': holds moments in the time zone Asia/Tokyo"):
        _prices("table", path.read_bytes(), path.name)


def test_a_column_of_any_name_is_left_out(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    header = ["date", "price", "score", "self", "quality", "columns", "index", "0", ""]
    rows = ["2024-01-01,1,0.5,a,1,2,3,4,5", "2024-01-01,1,0.5,b,1,2,3,4,5"]
    table.write_text("\n".join([",".join(header), *rows]))
    found = read_price_table(table)
    assert len(found.frame) == 2
    assert found.frame["quality"].tolist() == [0.0, 0.0]
    assert found.ignored_columns == tuple(header[3:])


def test_the_work_of_a_price_map_grows_with_its_length() -> None:
    """Both took time with the square: 4 and 7 seconds at a fifth of this length."""
    price = {"litellm_provider": "h", "mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6}
    tiers = {f"input_cost_per_token_above_{number}_tokens": 1e-6 for number in range(1, 10_001)}
    names = {"a_" * 250_000: 1, "cost_per_" * 50_000: 1, "x" * 500_000: 1}
    started = time.process_time()
    assert len(read_litellm(json.dumps({"m": {**price, **tiers}}).encode(), "l.json").quotes) == 10_001
    found = read_litellm(json.dumps({"m": {**price, **names}}).encode(), "l.json")
    assert len(found.unknown_fields) == 3
    assert time.process_time() - started < 5


def test_a_table_of_many_families_is_looked_at_once(tmp_path: Path) -> None:
    """Prices are judged family by family, which took a look at every row for each family."""
    rows = [
        f"2024-{1 + number % 12:02}-{1 + number % 28:02},{1 + number % 7},0.5,f{number // 5},m{number}"
        for number in range(50_000)
    ]
    table = tmp_path / "t.csv"
    table.write_text("\n".join(["date,price,score,family,model", *rows]))
    started = time.process_time()
    assert read_price_table(table).frame["family"].nunique() == 10_000
    assert time.process_time() - started < 20
