"""LiteLLM's price map becomes one row per key and tier, in USD per million tokens."""

import numpy as np
import pytest
from costfloor.sources.litellm import read
from hypothesis import given
from hypothesis import strategies as st
from reader_checks import IDS, JSON, check, dumps, read_or_refuse, rows

MAP = {
    "sample_spec": {"mode": "one of: chat, embedding", "input_cost_per_token": 0.0, "litellm_provider": "one of"},
    "gpt-4o": {
        "litellm_provider": "openai",
        "mode": "chat",
        "max_tokens": 16384,
        "input_cost_per_token": 2.5e-06,
        "output_cost_per_token": 1e-05,
        "cache_read_input_token_cost": 1.25e-06,
        "input_cost_per_token_batches": 1.25e-06,
        "output_cost_per_token_batches": 5e-06,
        "input_cost_per_token_priority": 4.25e-06,
        "supports_vision": True,
        "new_kind_of_field": 1,
    },
    "gemini/gemini-2.5-pro": {
        "litellm_provider": "gemini",
        "mode": "chat",
        "input_cost_per_token": 1.25e-06,
        "output_cost_per_token": 1e-05,
        "input_cost_per_token_above_200k_tokens": 2.5e-06,
        "output_cost_per_token_above_200k_tokens": 1.5e-05,
        "cache_read_input_token_cost_above_200k_tokens": 2.5e-07,
        "cache_creation_input_token_cost_above_1hr": 3e-06,
        "input_cost_per_audio_token": 1e-06,
    },
    "dashscope/qwen3-max": {
        "litellm_provider": "dashscope",
        "mode": "chat",
        "tiered_pricing": [
            {"range": [0, 32000.0], "input_cost_per_token": 1.2e-06, "output_cost_per_token": "6e-06"},
            {"range": [32000, 128000], "input_cost_per_token": 2.4e-06, "output_cost_per_token": 1.2e-05},
        ],
    },
    "databricks/llama": {
        "litellm_provider": "databricks",
        "mode": "completion",
        "input_cost_per_token": 1.00002e-06,
        "output_cost_per_token": 2.9999900000000002e-06,
    },
    "no-provider": {"mode": "responses", "input_cost_per_token": 0, "output_cost_per_token": 0},
    "text-embedding-3-small": {"litellm_provider": "openai", "mode": "embedding", "input_cost_per_token": 2e-08},
    "whisper-1": {"litellm_provider": "openai", "mode": "audio_transcription", "input_cost_per_second": 0.0001},
    "chat-bison": {"litellm_provider": "vertex_ai", "mode": "chat", "input_cost_per_character": 2.5e-07},
    "sagemaker/x": {"litellm_provider": "sagemaker", "mode": "chat", "input_cost_per_second": 4.2e-04},
    "github_copilot/gpt-4o": {"litellm_provider": "github_copilot", "mode": "chat"},
    "half": {"litellm_provider": "x", "mode": "chat", "input_cost_per_token": 1e-06, "output_cost_per_token": None},
    "no-mode": {"litellm_provider": "x", "input_cost_per_token": 1e-06},
}


def test_a_map() -> None:
    snapshot = read(dumps(MAP), "map.json")
    check(snapshot)
    assert rows(snapshot) == [
        ("openai", "gpt-4o", "", 2.5, 10.0),
        # A tier that names no output price of its own goes on with the base price.
        ("openai", "gpt-4o", "priority", 4.25, 10.0),
        ("gemini", "gemini/gemini-2.5-pro", "", 1.25, 10.0),
        ("gemini", "gemini/gemini-2.5-pro", "above 200000 tokens", 2.5, 15.0),
        ("dashscope", "dashscope/qwen3-max", "", 1.2, 6.0),
        ("dashscope", "dashscope/qwen3-max", "above 32000 tokens", 2.4, 12.0),
        ("databricks", "databricks/llama", "", 1.00002, 2.99999),
        ("", "no-provider", "", 0.0, 0.0),
    ]
    quotes = snapshot.quotes
    assert quotes["cache_read_usd_per_mtok"].dropna().tolist() == [1.25, 0.25]
    assert quotes["batch_input_usd_per_mtok"].dropna().tolist() == [1.25]
    assert quotes["batch_output_usd_per_mtok"].dropna().tolist() == [5.0]
    assert quotes["mode"].tolist() == ["chat"] * 6 + ["completion", "responses"]
    assert quotes["place"].tolist()[2:6] == [
        "/gemini~1gemini-2.5-pro",
        "/gemini~1gemini-2.5-pro/input_cost_per_token_above_200k_tokens",
        "/dashscope~1qwen3-max/tiered_pricing/0",
        "/dashscope~1qwen3-max/tiered_pricing/1",
    ]
    assert snapshot.skipped == {
        "sample entry": 1,
        "mode embedding": 1,
        "mode audio_transcription": 1,
        "priced per character, not per token": 1,
        "priced per second, not per token": 1,
        "no price per token": 1,
        "no output price": 1,
        "no mode stated": 1,
    }
    assert snapshot.unknown_fields == {"new_kind_of_field": 1}
    assert snapshot.rows_read == 16
    assert snapshot.complete


def test_steps_beside_a_base_price() -> None:
    steps = [
        {"range": [0, 1000], "input_cost_per_token": 1e-6},
        {"range": [1000], "input_cost_per_token": 2e-6},
        {"range": ["?"], "input_cost_per_token": 2e-6},
        {"range": []},
    ]
    base = {"litellm_provider": "h", "mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": 3e-6}
    snapshot = read(dumps({"a": {**base, "tiered_pricing": steps}}), "x")
    check(snapshot)
    assert rows(snapshot) == [("h", "a", "", 1.0, 3.0), ("h", "a", "above 1000 tokens", 2.0, 3.0)]
    assert snapshot.skipped == {"repeats the base price": 1}
    assert snapshot.rejected["place"].tolist() == ["/a/tiered_pricing/2", "/a/tiered_pricing/3"]


PER_MILLION = st.integers(0, 10**9).map(lambda number: number / 1e4)


@given(
    entries=st.dictionaries(
        IDS.filter(lambda key: key != "sample_spec"), st.tuples(PER_MILLION, PER_MILLION), min_size=1, max_size=8
    )
)
def test_round_trip(entries: dict[str, tuple[float, float]]) -> None:
    document = {
        key: {
            "litellm_provider": "h",
            "mode": "chat",
            "input_cost_per_token": one / 1e6,
            "output_cost_per_token": two / 1e6,
        }
        for key, (one, two) in entries.items()
    }
    snapshot = read(dumps(document), "x")
    check(snapshot)
    # Exactly: the noise of the division is gone.
    assert rows(snapshot) == [("h", key, "", *prices) for key, prices in entries.items()]
    assert snapshot.rows_read == len(entries)


@given(number=st.floats(0, 100, allow_subnormal=False))
def test_any_price_per_token(number: float) -> None:
    entry = {"mode": "chat", "input_cost_per_token": number, "output_cost_per_token": 0}
    snapshot = read(dumps({"a": entry}), "x")
    np.testing.assert_allclose(snapshot.quotes["input_usd_per_mtok"], number * 1e6, rtol=1e-11)


@given(content=st.binary(max_size=300))
def test_random_bytes(content: bytes) -> None:
    read_or_refuse(read, content)


@given(value=JSON)
def test_random_json(value: object) -> None:
    good = {"mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6}
    read_or_refuse(read, dumps(value))
    read_or_refuse(read, dumps({"good": good, "a": value}))
    read_or_refuse(read, dumps({"good": good, "a": {"mode": "chat", "tiered_pricing": value}}))
    read_or_refuse(read, dumps({"good": good, "a": {**good, "input_cost_per_token_above_200k_tokens": value}}))


PEAK = {"litellm_provider": "deepseek", "mode": "chat", "input_cost_per_token": 3e-07, "output_cost_per_token": 1.2e-06}
HALF = {"input_cost_per_token": 1.5e-07, "output_cost_per_token": 6e-07}
WORKDAYS = [1, 2, 3, 4, 5]


def priced_by_hours(**hours: object) -> dict[str, object]:
    return {**PEAK, "off_peak_pricing": {**HALF, **hours}}


@pytest.mark.parametrize(
    "hours",
    [
        {"hours_utc": ["04:00-06:00", "10:00-01:00"]},
        {
            "windows": [
                {"hours_utc": ["04:00-06:00", "10:00-01:00"], "weekdays": WORKDAYS},
                {"hours_utc": "00:00-00:00", "weekdays": [6, 7]},
            ]
        },
        {
            "windows": [{"hours_utc": "00:00-00:00", "weekdays": ["Monday", "tue", "Wed", "thu"]}],
            "weekday_timezone": "Asia/Shanghai",
        },
    ],
)
def test_the_price_of_most_hours_is_the_list_price(hours: dict[str, object]) -> None:
    snapshot = read(dumps({"deepseek/deepseek-flash": priced_by_hours(**hours)}), "x")
    check(snapshot)
    key = ("deepseek", "deepseek/deepseek-flash")
    assert rows(snapshot) == [(*key, "peak hours", 0.3, 1.2), (*key, "", 0.15, 0.6)]
    assert not snapshot.unknown_fields


@pytest.mark.parametrize(
    ("hours", "why"),
    [
        ({"hours_utc": "16:30-00:30"}, "holds for 56 of 168 hours"),
        ({"hours_utc": "00:00-12:00"}, "holds for 84 of 168 hours"),
        ({}, "without hours"),
        ({"hours_utc": "night"}, "not written as"),
        ({"hours_utc": [8, 9]}, "not written as"),
        ({"windows": "night"}, "not a list"),
        ({"windows": [{"weekdays": [1]}]}, "not written as"),
        ({"windows": [{"hours_utc": "00:00-00:00", "weekdays": [0]}]}, "neither 1 to 7"),
        ({"windows": [{"hours_utc": "00:00-00:00", "weekdays": "all"}]}, "not a list"),
    ],
)
def test_where_no_price_is_that_of_most_hours_the_entry_is_held_back(hours: dict[str, object], why: str) -> None:
    snapshot = read(dumps({"deepseek/deepseek-flash": priced_by_hours(**hours), "other": PEAK}), "x")
    check(snapshot)
    assert [row[1] for row in rows(snapshot)] == ["other"]
    assert snapshot.rejected["model_id"].tolist() == ["deepseek/deepseek-flash"]
    assert why in snapshot.rejected["reason"].iloc[0]


def test_hours_with_tiers_keep_the_tiers() -> None:
    entry = {
        "litellm_provider": "dashscope",
        "mode": "chat",
        "tiered_pricing": [
            {"range": [0, 1000], "input_cost_per_token": 3e-06, "output_cost_per_token": 4e-06},
            {"range": [1000, 2000], "input_cost_per_token": 5e-06, "output_cost_per_token": 6e-06},
        ],
        "off_peak_pricing": {"hours_utc": "10:00-01:00", "input_cost_per_token": 1e-06},
    }
    found = [(tier, *prices) for _, _, tier, *prices in rows(read(dumps({"dashscope/qwen": entry}), "x"))]
    assert found == [("peak hours", 3.0, 4.0), ("", 1.0, 4.0), ("above 1000 tokens", 5.0, 6.0)]
