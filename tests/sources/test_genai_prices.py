"""The data of genai-prices: plain prices, schedules, hours of the day and tiers of context."""

import pandas as pd
import pytest
from costfloor.sources.genai_prices import read
from costfloor.sources.snapshot import holding_on
from hypothesis import given
from hypothesis import strategies as st
from reader_checks import IDS, JSON, PRICES, check, dumps, read_or_refuse, rows

TIERED = {
    "input_mtok": {"base": 3, "tiers": [{"start": 200000, "price": 6}]},
    "cache_read_mtok": {"base": 0.3, "tiers": [{"start": 100000, "price": 0.4}, {"start": 200000, "price": 0.6}]},
    "output_mtok": {"base": 15, "tiers": [{"start": 200000, "price": 22.5}]},
}
FLAT = {"input_mtok": 3, "output_mtok": 15}
DATA = [
    {
        "id": "anthropic",
        "name": "Anthropic",
        "api_pattern": "x",
        "models": [
            {
                "id": "claude-2",
                "name": "Claude 2",
                "match": {"contains": "claude-2"},
                "prices": {"input_mtok": 8, "output_mtok": 24},
            },
            {"id": "claude-sonnet-4-5", "prices": TIERED},
            {
                "id": "claude-sonnet-4-6",
                "prices": [{"prices": TIERED}, {"constraint": {"start_date": "2026-03-13"}, "prices": FLAT}],
            },
            {"id": "voyage", "prices": {"input_mtok": 0.1, "web_searches_kcount": 10}},
            {"id": "later", "prices": {}},
            {"id": "never", "prices": []},
        ],
    },
    {
        "id": "deepseek",
        "region": "cn",
        "models": [
            {
                "id": "deepseek-chat",
                "prices": [
                    {"prices": {"input_mtok": 0.135, "output_mtok": 0.55}},
                    {
                        "constraint": {"start_time": "00:30:00Z", "end_time": "16:30:00Z"},
                        "prices": {"input_mtok": 0.27, "output_mtok": 1.1},
                    },
                ],
            }
        ],
    },
]


def test_the_data() -> None:
    snapshot = read(dumps(DATA), "data.json")
    check(snapshot)
    assert rows(snapshot) == [
        ("anthropic", "claude-2", "", 8.0, 24.0),
        ("anthropic", "claude-sonnet-4-5", "", 3.0, 15.0),
        ("anthropic", "claude-sonnet-4-5", "above 100000 tokens", 3.0, 15.0),
        ("anthropic", "claude-sonnet-4-5", "above 200000 tokens", 6.0, 22.5),
        ("anthropic", "claude-sonnet-4-6", "", 3.0, 15.0),
        ("anthropic", "claude-sonnet-4-6", "above 100000 tokens", 3.0, 15.0),
        ("anthropic", "claude-sonnet-4-6", "above 200000 tokens", 6.0, 22.5),
        ("anthropic", "claude-sonnet-4-6", "", 3.0, 15.0),
        # The price of 16 of 24 hours is the list price, though the file puts the other first.
        ("deepseek", "deepseek-chat", "outside 00:30:00Z to 16:30:00Z", 0.135, 0.55),
        ("deepseek", "deepseek-chat", "", 0.27, 1.1),
    ]
    assert snapshot.quotes["cache_read_usd_per_mtok"].dropna().tolist() == [0.3, 0.4, 0.6] * 2
    day = pd.Timestamp("2026-03-13")
    assert snapshot.quotes["valid_from"].tolist()[4:8] == [pd.NaT, pd.NaT, pd.NaT, day]
    assert snapshot.quotes["valid_to"].tolist()[4:8] == [day, day, day, pd.NaT]
    assert snapshot.quotes["place"].tolist()[6:8] == ["/0/models/2/prices/0/prices", "/0/models/2/prices/1/prices"]
    assert snapshot.skipped == {"no output price": 1, "no input price": 1, "no prices stated": 1}
    assert snapshot.unknown_fields == {"region": 1}
    assert snapshot.rows_read == 13
    assert snapshot.complete


def test_one_step_of_a_schedule_holds_on_a_day() -> None:
    quotes = read(dumps(DATA), "x").quotes
    tiers = quotes[quotes["model_id"] == "claude-sonnet-4-6"]
    assert len(holding_on(tiers, pd.Timestamp("2026-03-12"))) == 3
    assert len(holding_on(tiers, pd.Timestamp("2026-03-13"))) == 1


def test_version_3_wraps_the_list() -> None:
    snapshot = read(dumps({"units": {}, "providers": DATA}), "x")
    assert rows(snapshot) == rows(read(dumps(DATA), "x"))
    assert snapshot.quotes["place"].iloc[0] == "/providers/0/models/0/prices"


def test_version_2_has_names_for_text_and_for_how_long_a_cache_is_kept() -> None:
    whole = {
        "input_mtok": 5,
        "output_mtok": 25,
        "cache_read_mtok": 0.5,
        "cache_write_mtok": 6.25,
        "cache_write_1h_mtok": 10,
    }
    narrow = {
        "input_mtok": 32,
        "input_text_mtok": 4,
        "output_text_mtok": 16,
        "cache_text_read_mtok": 0.4,
        "output_image_mtok": 64,
        "cache_write_5m_mtok": 5,
        "cache_write_mtok": 9,
        "output_reasoning_mtok": 16,
        "web_searches_kcount": 10,
    }
    tiered = {"input_text_mtok": {"base": 1, "tiers": [{"start": 200000, "price": 2}]}, "output_mtok": 3}
    prices = {"whole": whole, "narrow": narrow, "tiered": tiered}
    models = [{"id": name, "match": {"equals": name}, "prices": found} for name, found in prices.items()]
    snapshot = read(dumps([{"id": "h", "name": "H", "api_pattern": "x", "models": models}]), "data.json")
    check(snapshot)
    assert [row[1:] for row in rows(snapshot)] == [
        ("whole", "", 5.0, 25.0),
        ("narrow", "", 4.0, 16.0),
        ("tiered", "", 1.0, 3.0),
        ("tiered", "above 200000 tokens", 2.0, 3.0),
    ]
    quotes = snapshot.quotes
    assert quotes["cache_read_usd_per_mtok"].dropna().tolist() == [0.5, 0.4]
    assert quotes["cache_write_usd_per_mtok"].dropna().tolist() == [6.25, 5.0]
    assert not snapshot.unknown_fields


def test_several_windows_count_together() -> None:
    dear, cheap = {"input_mtok": 2, "output_mtok": 4}, FLAT
    windows = [("00:00", "07:00"), ("12:00", "19:00")]
    timed = [{"constraint": {"start_time": start, "end_time": end}, "prices": dear} for start, end in windows]
    models = [{"id": "a", "prices": [{"prices": cheap}, *timed]}, {"id": "b", "prices": [{"prices": cheap}, timed[0]]}]
    found = [row[1:] for row in rows(read(dumps([{"id": "h", "models": models}]), "x"))]
    assert found == [
        ("a", "outside 00:00 to 07:00, 12:00 to 19:00", 3.0, 15.0),
        ("a", "", 2.0, 4.0),
        ("a", "from 12:00 to 19:00", 2.0, 4.0),
        ("b", "", 3.0, 15.0),
        ("b", "from 00:00 to 07:00", 2.0, 4.0),
    ]


def test_a_bad_day_costs_only_its_step() -> None:
    steps = [
        {"prices": FLAT},
        {"constraint": {"start_date": "soon"}, "prices": FLAT},
        {"constraint": {"start": "2025-01-01T00:00:00Z"}, "prices": FLAT},
    ]
    snapshot = read(dumps([{"id": "h", "models": [{"id": "a", "prices": steps}]}]), "x")
    check(snapshot)
    assert snapshot.quotes["valid_to"].tolist() == [pd.Timestamp("2025-01-01"), pd.NaT]
    assert snapshot.rejected["place"].tolist() == ["/0/models/0/prices/1/prices"]


@pytest.mark.parametrize(
    ("start", "end", "titles"),
    [
        ("16:30:00Z", "00:30:00Z", ["", "from 16:30:00Z to 00:30:00Z"]),
        ("23:00:00Z", "22:00:00Z", ["outside 23:00:00Z to 22:00:00Z", ""]),
    ],
)
def test_hours_over_midnight(start: str, end: str, titles: list[str]) -> None:
    steps = [{"prices": FLAT}, {"constraint": {"start_time": start, "end_time": end}, "prices": FLAT}]
    snapshot = read(dumps([{"id": "h", "models": [{"id": "a", "prices": steps}]}]), "x")
    assert snapshot.quotes["tier"].tolist() == titles


MODELS = st.lists(
    st.tuples(IDS, PRICES, PRICES, st.none() | st.tuples(st.integers(1, 10**6), PRICES)), min_size=1, max_size=6
)


@given(providers=st.lists(st.tuples(IDS, MODELS), min_size=1, max_size=3))
def test_round_trip(providers: list[tuple[str, list[tuple[str, float, float, tuple[int, float] | None]]]]) -> None:
    document, expected = [], []
    for provider, models in providers:
        listed = []
        for model, one, two, tier in models:
            price: object = one
            expected.append((provider, model, "", one, two))
            if tier:
                price = {"base": one, "tiers": [{"start": tier[0], "price": tier[1]}]}
                expected.append((provider, model, f"above {tier[0]} tokens", tier[1], two))
            listed.append({"id": model, "prices": {"input_mtok": price, "output_mtok": two}})
        document.append({"id": provider, "models": listed})
    snapshot = read(dumps(document), "x")
    check(snapshot)
    assert rows(snapshot) == expected
    assert snapshot.rows_read == len(expected)


@given(content=st.binary(max_size=300))
def test_random_bytes(content: bytes) -> None:
    read_or_refuse(read, content)


@given(value=JSON)
def test_random_json(value: object) -> None:
    good = {"id": "good", "prices": FLAT}
    read_or_refuse(read, dumps(value))
    for model in (
        value,
        {"id": "a", "prices": value},
        {"id": "a", "prices": [value]},
        {"id": "a", "prices": [{"prices": FLAT}, {"constraint": value, "prices": FLAT}]},
        {"id": "a", "prices": {**FLAT, "input_mtok": value}},
        {"id": "a", "prices": {**FLAT, "input_mtok": {"base": 1, "tiers": value}}},
    ):
        read_or_refuse(read, dumps([{"id": "h", "models": [good, model]}]))
