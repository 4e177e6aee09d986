"""The catalogue of models.dev becomes one row per cost and per tier."""

import pandas as pd
import pytest
from costfloor.errors import InputError
from costfloor.sources.models_dev import read
from hypothesis import given
from hypothesis import strategies as st
from reader_checks import IDS, JSON, PRICES, check, dumps, read_or_refuse, rows

CATALOGUE = {
    "openai": {
        "id": "openai",
        "env": ["OPENAI_API_KEY"],
        "npm": "@ai-sdk/openai",
        "name": "OpenAI",
        "doc": "https://example.org",
        "models": {
            "gpt-4o": {
                "id": "gpt-4o",
                "name": "GPT-4o",
                "release_date": "2024-05-13",
                "modalities": {"input": ["text", "image"], "output": ["text"]},
                "cost": {"input": 2.5, "output": 10, "cache_read": 1.25},
            },
            "gpt-5.4": {
                "name": "GPT-5.4",
                "status": "beta",
                "cost": {
                    "input": 2.5,
                    "output": 15,
                    "reasoning": 15,
                    "tiers": [
                        {"input": 5, "output": 22.5, "cache_read": 0.5, "tier": {"type": "context", "size": 272000}}
                    ],
                    "context_over_200k": {"input": 5, "output": 22.5, "cache_read": 0.5},
                },
                "experimental": {"modes": {"fast": {"cost": {"input": 5, "output": 30}}}},
            },
            "dall-e-3": {"modalities": {"output": ["image"]}, "cost": {"input": 1, "output": 1}},
            "gpt-next": {"name": "not priced yet", "knowledge_cutoff": "2026"},
        },
    },
    "openrouter": {
        "models": {
            "google/gemini-2.5-pro": {
                "cost": {
                    "input": 1.25,
                    "output": 10,
                    "cache_write": 2.375,
                    "context_over_200k": {"input": 2.5, "output": 15},
                }
            },
            "qwen/qwen3:free": {"cost": {"input": 0, "output": "0", "image": 0}},
            "a~b": {"cost": {"input": 1, "output": None}},
        }
    },
}


def test_a_catalogue() -> None:
    snapshot = read(dumps(CATALOGUE), "api.json")
    check(snapshot)
    assert rows(snapshot) == [
        ("openai", "gpt-4o", "", 2.5, 10.0),
        ("openai", "gpt-5.4", "", 2.5, 15.0),
        ("openai", "gpt-5.4", "above 272000 tokens", 5.0, 22.5),
        ("openrouter", "google/gemini-2.5-pro", "", 1.25, 10.0),
        ("openrouter", "google/gemini-2.5-pro", "above 200000 tokens", 2.5, 15.0),
        ("openrouter", "qwen/qwen3:free", "", 0.0, 0.0),
    ]
    quotes = snapshot.quotes
    assert quotes["cache_read_usd_per_mtok"].dropna().tolist() == [1.25, 0.5]
    assert quotes["cache_write_usd_per_mtok"].dropna().tolist() == [2.375]
    assert quotes["note"].tolist()[:2] == [
        "listed as GPT-4o; release date stated 2024-05-13",
        "listed as GPT-5.4; status beta",
    ]
    assert quotes["place"].tolist()[2:5] == [
        "/openai/models/gpt-5.4/cost/tiers/0",
        "/openrouter/models/google~1gemini-2.5-pro/cost",
        "/openrouter/models/google~1gemini-2.5-pro/cost/context_over_200k",
    ]
    assert set(quotes["mode"]) == {"chat"}
    assert quotes["valid_from"].isna().all()
    assert snapshot.skipped == {
        "price of an experimental mode": 1,
        "older copy of a tier": 1,
        "makes no text": 1,
        "no cost stated": 1,
        "no output price": 1,
    }
    assert snapshot.unknown_fields == {"knowledge_cutoff": 1, "image": 1}
    assert snapshot.rows_read == 11
    assert snapshot.complete


def test_a_bad_tier_costs_only_the_tier() -> None:
    cost = {"input": 1, "output": 2, "tiers": [{"input": -1, "output": 2, "tier": {"size": 1000}}, 7]}
    snapshot = read(dumps({"h": {"models": {"a": {"cost": cost}, "b": {"cost": {"input": 1, "output": 1}}}}}), "x")
    check(snapshot)
    assert [row[1] for row in rows(snapshot)] == ["a", "b"]
    assert snapshot.rejected.to_dict("records") == [
        {
            "place": "/h/models/a/cost/tiers/0",
            "provider": "h",
            "model_id": "a",
            "reason": "input price is negative",
            "value": "-1",
        },
        {
            "place": "/h/models/a/cost/tiers/1",
            "provider": "h",
            "model_id": "a",
            "reason": "tier is not an object",
            "value": "7",
        },
    ]


def test_a_tier_of_another_kind_is_named() -> None:
    tiers = [{"input": 1, "output": 2, "tier": {"type": "output", "size": 1000}}]
    snapshot = read(dumps({"h": {"models": {"a": {"cost": {"input": 1, "output": 2, "tiers": tiers}}}}}), "x")
    assert rows(snapshot)[1][2] == "above 1000 tokens of output"


def test_the_majority_decides() -> None:
    models = {str(number): {"cost": {"input": 1 if number % 2 else "?", "output": 1}} for number in range(4)}
    assert len(read(dumps({"h": {"models": models}}), "x").rejected) == 2
    models["4"] = {"cost": {"input": "?", "output": 1}}
    with pytest.raises(
        InputError, match=r"most prices are unreadable \(3 of 5\).*/h/models/0/cost: input price is text"
    ):
        read(dumps({"h": {"models": models}}), "x")


MODELS = st.dictionaries(IDS, st.tuples(PRICES, PRICES, st.none() | PRICES), min_size=1, max_size=5)


@given(catalogue=st.dictionaries(IDS, MODELS, min_size=1, max_size=4))
def test_round_trip(catalogue: dict[str, dict[str, tuple[float, float, float | None]]]) -> None:
    document = {
        provider: {
            "models": {
                model: {"cost": {"input": one, "output": two, "cache_read": three}}
                for model, (one, two, three) in models.items()
            }
        }
        for provider, models in catalogue.items()
    }
    snapshot = read(dumps(document), "x")
    check(snapshot)
    expected = [
        (provider, model, "", *prices[:2]) for provider, models in catalogue.items() for model, prices in models.items()
    ]
    assert rows(snapshot) == expected
    cached = [prices[2] for models in catalogue.values() for prices in models.values()]
    pd.testing.assert_series_equal(
        snapshot.quotes["cache_read_usd_per_mtok"], pd.Series(cached, dtype=float), check_names=False
    )
    assert snapshot.rows_read == len(expected)


@given(content=st.binary(max_size=300))
def test_random_bytes(content: bytes) -> None:
    read_or_refuse(read, content)


@given(value=JSON)
def test_random_json(value: object) -> None:
    read_or_refuse(read, dumps(value))
    read_or_refuse(read, dumps({"h": {"models": {"a": value, "good": {"cost": {"input": 1, "output": 1}}}}}))
    read_or_refuse(read, dumps({"h": {"models": {"a": {"cost": value}, "good": {"cost": {"input": 1, "output": 1}}}}}))
