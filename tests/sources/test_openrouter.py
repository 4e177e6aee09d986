"""The answer of OpenRouter becomes prices per million tokens, facts and a few scores; what somebody read off its page is refused."""

from decimal import Decimal
from typing import Any

import pytest
from costfloor.errors import InputError
from costfloor.sources import openrouter
from costfloor.sources.openrouter import read_facts, read_prices, read_scores
from hypothesis import given
from hypothesis import strategies as st
from measurement_checks import check, facts, scores
from measurement_checks import read_or_refuse as measured_or_refused
from reader_checks import IDS, JSON, dumps, read_or_refuse, rows
from reader_checks import check as check_prices

GEMMA: dict[str, Any] = {
    "id": "google/gemma-4-26b-a4b-it",
    "canonical_slug": "google/gemma-4-26b-a4b-it-20260403",
    "hugging_face_id": "google/gemma-4-26B-A4B-it",
    "name": "Google: Gemma 4 26B A4B ",
    "created": 1775227989,
    "context_length": 262144,
    "architecture": {"modality": "text+image->text", "output_modalities": ["text"]},
    "pricing": {"prompt": "0.00000007", "completion": "0.0000004", "input_cache_read": "0.00000004", "discount": 0},
    "supported_parameters": ["max_tokens", "reasoning"],
    "expiration_date": None,
    "benchmarks": {
        "artificial_analysis": {"intelligence_index": 30.5, "coding_index": None},
        "design_arena": [{"arena": "models", "elo": 1190}],
    },
}
ROUTER = {"id": "openrouter/auto", "name": "Auto Router", "pricing": {"prompt": "-1", "completion": "-1"}}
FREE = {
    "id": "qwen/qwen3:free",
    "name": "Qwen: Qwen3 (free)",
    "hugging_face_id": "",
    "pricing": {"prompt": "0", "completion": "0", "request": "0"},
    "supported_parameters": ["max_tokens"],
}
IMAGES = {"id": "a/image", "architecture": {"output_modalities": ["image"]}, "pricing": {"prompt": "1"}}
ALIAS = {"id": "~google/gemma-latest", "alias_target": {"slug": "google/gemma-4-26b-a4b-it"}, "pricing": None}


def answer(*models: object, **around: object) -> bytes:
    return dumps({"data": list(models), **around})


def test_prices() -> None:
    snapshot = read_prices(answer(GEMMA, ROUTER, FREE, IMAGES, ALIAS, total_count=5), "models.json")
    check_prices(snapshot)
    assert rows(snapshot) == [
        ("openrouter", "google/gemma-4-26b-a4b-it", "", 0.07, 0.4),
        ("openrouter", "qwen/qwen3:free", "", 0.0, 0.0),
    ]
    assert snapshot.quotes["cache_read_usd_per_mtok"].dropna().tolist() == [0.04]
    assert snapshot.quotes["place"].tolist() == ["/data/0/pricing", "/data/2/pricing"]
    assert snapshot.quotes["valid_from"].isna().all()
    assert snapshot.skipped == {
        "a router, priced as the model that it picks": 1,
        "makes no text": 1,
        "no price stated": 1,
    }
    assert not snapshot.unknown_fields
    assert snapshot.complete


def test_one_of_several_pages_is_not_complete() -> None:
    page = answer(GEMMA, links={"next": "/api/v1/models?page=2"})
    assert not read_prices(page, "x").complete


def test_facts() -> None:
    read = read_facts(answer(GEMMA, FREE, ALIAS), "models.json")
    check(read)
    assert facts(read) == {
        ("openrouter", "google/gemma-4-26b-a4b-it"): {
            "creator": "google",
            "name": "Google: Gemma 4 26B A4B",
            "huggingface_id": "google/gemma-4-26B-A4B-it",
            "openrouter_id": "google/gemma-4-26b-a4b-it-20260403",
            "context_tokens": "262144",
            "reasoning": "true",
        },
        ("openrouter", "qwen/qwen3:free"): {"creator": "qwen", "name": "Qwen: Qwen3 (free)"},
        ("openrouter", "~google/gemma-latest"): {"creator": "google", "base_model": "google/gemma-4-26b-a4b-it"},
    }


def test_the_day_of_listing_is_no_day_of_release() -> None:
    assert "release_date" not in set(read_facts(answer(GEMMA), "x").rows["field"])


def test_scores() -> None:
    read = read_scores(answer(GEMMA, FREE), "models.json")
    check(read)
    name = "artificial_analysis.intelligence_index"
    assert scores(read) == [("openrouter", "google/gemma-4-26b-a4b-it", "", name, "", 30.5, "raw")]
    assert read.skipped == {"no score stated": 1, "scores of design_arena": 1, "no benchmarks stated": 1}


def test_an_older_answer_has_no_scores() -> None:
    read = read_scores(answer(FREE), "models.json")
    check(read)
    assert read.rows.empty
    assert read.skipped == {"no benchmarks stated": 1}


@pytest.mark.parametrize("read", [read_prices, read_facts, read_scores])
def test_a_list_read_off_the_page_is_refused(read: Any) -> None:
    scraped = [{"model_id": "liquid/lfm2-8b-a1b", "Input ($/1M tokens)": "$0,05", "Context (tokens)": "32.768"}]
    with pytest.raises(InputError, match=r"scrape\.json: is a list, not an answer of the API.*openrouter\.ai/api/v1"):
        read(dumps(scraped), "scrape.json")


def test_a_model_that_stands_there_twice_is_read_once() -> None:
    snapshot = read_prices(answer(GEMMA, {**GEMMA, "pricing": {"prompt": "1", "completion": "1"}}), "x")
    check_prices(snapshot)
    assert [row[3] for row in rows(snapshot)] == [0.07]
    assert snapshot.rejected["reason"].tolist() == ["model stands in the list twice"]


def test_a_price_per_million_where_it_should_be_per_token() -> None:
    with pytest.raises(InputError, match=r"most prices are unreadable.*above 100,000,000 USD per million tokens"):
        read_prices(answer({**GEMMA, "pricing": {"prompt": "150", "completion": "600"}}), "x")


# As the source writes them: decimals without an exponent, in USD per token.
PER_TOKEN = st.decimals(0, 1, places=12)


@given(models=st.dictionaries(IDS, st.tuples(PER_TOKEN, PER_TOKEN), min_size=1, max_size=5))
def test_round_trip(models: dict[str, tuple[Decimal, Decimal]]) -> None:
    document = [
        {"id": model, "pricing": {"prompt": f"{prompt:f}", "completion": f"{completion:f}"}}
        for model, (prompt, completion) in models.items()
    ]
    snapshot = read_prices(answer(*document), "x")
    check_prices(snapshot)
    expected = [
        (openrouter.PROVIDER, model, "", float(prompt * 10**6), float(completion * 10**6))
        for model, (prompt, completion) in models.items()
    ]
    assert rows(snapshot) == expected


@given(content=st.binary(max_size=300))
def test_random_bytes(content: bytes) -> None:
    read_or_refuse(read_prices, content)
    measured_or_refused(read_facts, content)
    measured_or_refused(read_scores, content)


@given(value=JSON)
def test_random_json(value: object) -> None:
    odd = {"id": "b", "name": value, "pricing": value, "benchmarks": value, "supported_parameters": value}
    prices = {"id": "c", "pricing": {"prompt": value, "completion": value}, "alias_target": value}
    for document in (dumps(value), answer(GEMMA, value, odd, prices)):
        read_or_refuse(read_prices, document)
        measured_or_refused(read_facts, document)
        measured_or_refused(read_scores, document)
