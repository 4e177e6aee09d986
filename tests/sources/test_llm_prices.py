"""Both lists of llm-prices: today's prices, and the dated ones."""

import datetime as dt

import pandas as pd
from costfloor.sources.llm_prices import read
from hypothesis import given
from hypothesis import strategies as st
from reader_checks import IDS, JSON, PRICES, check, dumps, read_or_refuse, rows

CURRENT = {
    "updated_at": "2025-12-17",
    "prices": [
        {"id": "gpt-4o", "vendor": "openai", "name": "GPT-4o", "input": 2.5, "output": 10, "input_cached": 1.25},
        {
            "id": "gemini-2.5-pro-200k",
            "vendor": "google",
            "name": "Gemini 2.5 Pro >200k",
            "input": 2.5,
            "output": 15,
            "input_cached": None,
        },
        # The real list holds this id twice.
        {"id": "grok-4-fast", "vendor": "xai", "name": "Grok 4 Fast", "input": 0.2, "output": 0.5},
        {"id": "grok-4-fast", "vendor": "xai", "name": "Grok 4 Fast ≤128k", "input": 0.2, "output": 0.5, "context": 1},
    ],
}
HISTORICAL = {
    "prices": [
        {
            "id": "o3",
            "vendor": "openai",
            "name": "o3",
            "input": 2,
            "output": 8,
            "from_date": "2025-06-10",
            "to_date": None,
        },
        {
            "id": "o3",
            "vendor": "openai",
            "name": "o3",
            "input": 10,
            "output": 40,
            "from_date": None,
            "to_date": "2025-06-10",
        },
        {
            "id": "o9",
            "vendor": "openai",
            "name": "o9",
            "input": None,
            "output": None,
            "from_date": None,
            "to_date": None,
        },
    ]
}


def test_the_current_list() -> None:
    snapshot = read(dumps(CURRENT), "current-v1.json")
    check(snapshot)
    assert rows(snapshot) == [
        ("openai", "gpt-4o", "", 2.5, 10.0),
        ("google", "gemini-2.5-pro-200k", "", 2.5, 15.0),
        ("xai", "grok-4-fast", "", 0.2, 0.5),
        ("xai", "grok-4-fast", "", 0.2, 0.5),
    ]
    assert snapshot.quotes["cache_read_usd_per_mtok"].dropna().tolist() == [1.25]
    assert snapshot.quotes["note"].iloc[3] == "listed as Grok 4 Fast ≤128k"
    assert snapshot.quotes["place"].iloc[3] == "/prices/3"
    assert snapshot.quotes["valid_from"].isna().all()
    assert snapshot.unknown_fields == {"context": 1}
    assert snapshot.complete


def test_the_historical_list() -> None:
    snapshot = read(dumps(HISTORICAL), "historical-v1.json")
    check(snapshot)
    assert rows(snapshot) == [("openai", "o3", "", 2.0, 8.0), ("openai", "o3", "", 10.0, 40.0)]
    day = pd.Timestamp("2025-06-10")
    assert snapshot.quotes["valid_from"].tolist() == [day, pd.NaT]
    assert snapshot.quotes["valid_to"].tolist() == [pd.NaT, day]
    assert snapshot.skipped == {"no input price": 1}
    assert not snapshot.complete


ENTRIES = st.lists(
    st.tuples(IDS, IDS, PRICES, PRICES, st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31))), min_size=1
)


@given(entries=ENTRIES)
def test_round_trip(entries: list[tuple[str, str, float, float, dt.date | None]]) -> None:
    document = {
        "prices": [
            {"vendor": vendor, "id": name, "input": one, "output": two, "from_date": None if day is None else str(day)}
            for vendor, name, one, two, day in entries
        ]
    }
    snapshot = read(dumps(document), "x")
    check(snapshot)
    assert rows(snapshot) == [(vendor, name, "", one, two) for vendor, name, one, two, _ in entries]
    days = [None if pd.isna(day) else day.date() for day in snapshot.quotes["valid_from"]]
    assert days == [entry[4] for entry in entries]
    assert snapshot.rows_read == len(entries)


@given(content=st.binary(max_size=300))
def test_random_bytes(content: bytes) -> None:
    read_or_refuse(read, content)


@given(
    value=JSON,
    field=st.sampled_from(["id", "vendor", "name", "input", "output", "input_cached", "from_date", "to_date", "x"]),
)
def test_random_json(value: object, field: str) -> None:
    good = {"id": "a", "vendor": "b", "input": 1, "output": 2}
    read_or_refuse(read, dumps(value))
    read_or_refuse(read, dumps({"prices": value}))
    read_or_refuse(read, dumps({"prices": [good, value]}))
    read_or_refuse(read, dumps({"prices": [good, {**good, field: value}]}))
