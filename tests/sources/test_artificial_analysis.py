"""Artificial Analysis in its four shapes becomes scores by slug, with the level of effort as variant, and facts; never prices."""

from typing import Any

import pytest
from costfloor.errors import InputError
from costfloor.sources.artificial_analysis import read_facts, read_scores, split_effort
from hypothesis import given
from hypothesis import strategies as st
from measurement_checks import check, facts, read_or_refuse, scores
from reader_checks import IDS, JSON, dumps

ARCHIVED: dict[str, Any] = {
    "id": "36f73aaf",
    "name": "gpt-oss-20B (high)",
    "short_name": "gpt-oss-20B (high)",
    "slug": "gpt-oss-20b",
    "release_date": "2025-08-05",
    "reasoning_model": True,
    "deprecated": False,
    "creator": {"id": "e67e56e3", "name": "OpenAI", "slug": "openai", "country": "us"},
    "evaluations": {
        "artificial_analysis_intelligence_index": 24.47,
        "artificial_analysis_intelligence_index_is_estimated": True,
        "aa_omniscience": -63.917,
        "aa_omniscience_accuracy": 0.155,
        "gpqa": 0.688,
        "mmmu_pro": None,
    },
    "pricing": {"price_1m_input_tokens": 0.07, "price_1m_output_tokens": 0.2},
    "speed": {"output_tokens_per_second": 260.2},
    "capabilities": {"context_window_tokens": 131072, "total_parameters": 21, "active_parameters": 3.6},
    "open_weights": {
        "is_open_weights": True,
        "license_name": "Apache 2.0",
        "huggingface_url": "https://huggingface.co/openai/gpt-oss-20b",
        "openrouter_api_id": "openai/gpt-oss-20b",
    },
    "breakdowns": {"multilingual": {"index": 0.75}},
}
PAGE: dict[str, Any] = {
    "tier": "pro",
    "intelligence_index_version": 4.1,
    "pagination": {"page": 1, "page_size": 200, "total_pages": 1, "has_more": False},
    "a_new_key": 1,
    "data": [
        {
            "id": "1",
            "name": "Claude Opus 4.6 (Non-reasoning, Low Effort)",
            "slug": "claude-opus-4-6-low",
            "release_date": None,
            "model_creator": {"id": "2", "name": "Anthropic"},
            "reasoning_model": False,
            "evaluations": {"artificial_analysis_coding_index": 41.5, "gpqa_diamond": 0.84, "gdpval_aa_elo": 1300.5},
            "parameters": None,
            "context_window_tokens": 200000,
            "licensing": {"is_open_weights": False},
            "huggingface_url": None,
            "performance": {},
            "something_new": {"a": 1},
        }
    ],
}
LEGACY: dict[str, Any] = {
    "status": 200,
    "prompt_options": {"parallel_queries": 1},
    "data": [
        {
            "id": "1",
            "name": "o3-mini (high)",
            "slug": "o3-mini-high",
            "release_date": "2025-01-31",
            "model_creator": {"id": "2", "name": "OpenAI", "slug": "openai"},
            "evaluations": {"artificial_analysis_math_index": 86.5, "math_500": 0.985, "aime": 0.86, "hle": None},
            "pricing": {"price_1m_input_tokens": 1.1},
            "median_output_tokens_per_second": 153.8,
        }
    ],
}
FLAT: list[dict[str, Any]] = [
    {
        "name": "Solar Pro 2 (Preview) (Reasoning)",
        "slug": "solar-pro-2-preview-reasoning",
        "creator": "upstage",
        "creator_name": "Upstage",
        "release_date": "2025-05-20",
        "intelligence_index": 18.8,
        "math_index": None,
        "gpqa": 0.578,
        "tau2": 0.2,
        "output_tps": 100.0,
        "price_input": 0.5,
    }
]


def archive(*models: dict[str, Any]) -> bytes:
    return dumps({"meta": {"endpoint": "llms"}, "models": list(models)})


def test_the_archive() -> None:
    read = read_scores(archive(ARCHIVED), "llms.json")
    check(read)
    assert scores(read) == [
        ("", "gpt-oss-20b", "high", "artificial_analysis_intelligence_index", "", 24.47, "raw"),
        ("", "gpt-oss-20b", "high", "aa_omniscience", "", -63.917, "raw"),
        ("", "gpt-oss-20b", "high", "aa_omniscience_accuracy", "", 0.155, "fraction"),
        ("", "gpt-oss-20b", "high", "gpqa", "", 0.688, "fraction"),
    ]
    assert read.rows["estimated"].tolist() == [True, False, False, False]
    assert read.rows["place"].tolist()[-1] == "/models/0/evaluations/gpqa"
    assert read.skipped == {"no score stated": 1}
    assert not read.unknown_fields
    stated = read_facts(archive(ARCHIVED), "llms.json")
    check(stated)
    assert facts(stated) == {
        ("", "gpt-oss-20b"): {
            "name": "gpt-oss-20B",
            "creator": "OpenAI",
            "release_date": "2025-08-05",
            "reasoning": "true",
            "open_weights": "true",
            "license": "Apache 2.0",
            "huggingface_id": "openai/gpt-oss-20b",
            "openrouter_id": "openai/gpt-oss-20b",
            "params_total_b": "21",
            "params_active_b": "3.6",
            "context_tokens": "131072",
        }
    }
    assert set(stated.rows.set_index("field")["unit"][["params_total_b", "params_active_b"]]) == {"billions"}


def test_a_page_of_the_api() -> None:
    read = read_scores(dumps(PAGE), "page.json")
    check(read)
    model = ("", "claude-opus-4-6-low", "non-reasoning, low effort")
    assert scores(read) == [
        (*model, "artificial_analysis_coding_index", "4.1", 41.5, "raw"),
        (*model, "gpqa_diamond", "", 0.84, "fraction"),
        (*model, "gdpval_aa_elo", "", 1300.5, "raw"),
    ]
    assert read.unknown_fields == {"a_new_key": 1, "something_new": 1}
    assert facts(read_facts(dumps(PAGE), "page.json"))[model[:2]] == {
        "name": "Claude Opus 4.6",
        "creator": "Anthropic",
        "reasoning": "false",
        "open_weights": "false",
        "context_tokens": "200000",
    }


def test_the_older_answer_of_the_api() -> None:
    read = read_scores(dumps(LEGACY), "models.json")
    assert [row[2:] for row in scores(read)] == [
        ("high", "artificial_analysis_math_index", "", 86.5, "raw"),
        ("high", "math_500", "", 0.985, "fraction"),
        ("high", "aime", "", 0.86, "fraction"),
    ]
    assert not read.unknown_fields
    assert facts(read_facts(dumps(LEGACY), "x"))["", "o3-mini-high"]["name"] == "o3-mini"


def test_the_flat_list() -> None:
    read = read_scores(dumps(FLAT), "benchmarks.json")
    check(read)
    slug = "solar-pro-2-preview-reasoning"
    assert scores(read) == [
        ("", slug, "reasoning", "intelligence_index", "", 18.8, "raw"),
        ("", slug, "reasoning", "gpqa", "", 0.578, "fraction"),
        ("", slug, "reasoning", "tau2", "", 0.2, "fraction"),
    ]
    assert read.rows["place"].tolist()[0] == "/0/intelligence_index"
    assert facts(read_facts(dumps(FLAT), "x")) == {
        ("", slug): {"name": "Solar Pro 2 (Preview)", "creator": "Upstage", "release_date": "2025-05-20"}
    }


@pytest.mark.parametrize(
    ("name", "without", "effort"),
    [
        ("gpt-oss-120B (low)", "gpt-oss-120B", "low"),
        ("GPT-5 (minimal)", "GPT-5", "minimal"),
        ("GPT-5.2 (xhigh)", "GPT-5.2", "xhigh"),
        ("GLM-5.1 (Non-reasoning)", "GLM-5.1", "non-reasoning"),
        (
            "Claude Opus 4.6 (Adaptive Reasoning, Max Effort)",
            "Claude Opus 4.6",
            "adaptive reasoning, max effort",
        ),
        (
            "Gemini 2.5 Flash Preview (Sep '25) (Reasoning)",
            "Gemini 2.5 Flash Preview (Sep '25)",
            "reasoning",
        ),
        ("GPT-4o (May '24)", "GPT-4o (May '24)", ""),
        ("GPT-4o (ChatGPT)", "GPT-4o (ChatGPT)", ""),
        ("Llama 3.2 (Vision)", "Llama 3.2 (Vision)", ""),
        ("(high)", "(high)", ""),
    ],
)
def test_only_a_level_of_effort_leaves_the_name(name: str, without: str, effort: str) -> None:
    assert split_effort(name) == (without, effort)


def test_a_rebased_index_is_another_version() -> None:
    rebased = {**PAGE, "intelligence_index_version": 5}
    versions = [set(read_scores(dumps(page), "x").rows["benchmark_version"]) for page in (PAGE, rebased)]
    assert versions == [{"", "4.1"}, {"", "5.0"}]


def test_a_slug_that_stands_there_twice_is_read_once() -> None:
    renamed = {**ARCHIVED, "name": "gpt-oss-20B"}
    read = read_facts(archive(ARCHIVED, renamed), "x")
    check(read)
    assert facts(read)["", "gpt-oss-20b"]["name"] == "gpt-oss-20B"
    assert read.rejected["reason"].tolist() == ["model stands in the list twice"]
    assert read.rejected["place"].tolist() == ["/models/1"]


def test_a_benchmark_in_percent_is_rejected_with_its_small_scores() -> None:
    models = [
        {"slug": str(number), "name": "x", "evaluations": {"hle": hle, "gpqa": 0.5, "ifbench": 0.5}}
        for number, hle in enumerate((0.4, 0.9, 12.5))
    ]
    read = read_scores(archive(*models), "x")
    check(read)
    assert set(read.rows["benchmark"]) == {"gpqa", "ifbench"}
    assert set(read.rejected["reason"]) == {"scores of this benchmark are above 1: are they percentages?"}
    assert len(read.rejected) == 3


def test_a_repository_elsewhere_is_no_address_of_the_weights() -> None:
    elsewhere = {**ARCHIVED["open_weights"], "huggingface_url": "https://github.com/zai-org/GLM-4.6"}
    read = read_facts(archive({**ARCHIVED, "open_weights": elsewhere}), "x")
    assert "huggingface_id" not in facts(read)["", "gpt-oss-20b"]
    assert read.rejected[["place", "reason"]].to_numpy().tolist() == [
        [
            "/models/0/open_weights/huggingface_url",
            "not a model of Hugging Face, by its address or as owner/name",
        ]
    ]


def test_a_file_without_scores_is_refused() -> None:
    bare = {"slug": "a", "name": "A"}
    with pytest.raises(InputError, match=r"holds no scores \(1 x no evaluations stated\)"):
        read_scores(archive(bare), "x")


@given(
    models=st.dictionaries(
        IDS, st.tuples(st.floats(0, 1), st.floats(-1e6, 1e6, allow_subnormal=False), st.booleans()), min_size=1
    )
)
def test_round_trip(models: dict[str, tuple[float, float, bool]]) -> None:
    document = [
        {
            "slug": slug,
            "name": f"{slug}(low)",
            "evaluations": {"gpqa": share, "some_index": points, "some_index_is_estimated": guessed},
        }
        for slug, (share, points, guessed) in models.items()
    ]
    read = read_scores(archive(*document), "x")
    check(read)
    assert not len(read.rejected)
    expected = [
        row
        for slug, (share, points, guessed) in models.items()
        for row in ((slug, "gpqa", share, False), (slug, "some_index", points, guessed))
    ]
    columns = ["model_id", "benchmark", "score", "estimated"]
    assert list(read.rows[columns].itertuples(index=False, name=None)) == expected


@given(content=st.binary(max_size=300))
def test_random_bytes(content: bytes) -> None:
    read_or_refuse(read_scores, content)
    read_or_refuse(read_facts, content)


@given(value=JSON)
def test_random_json(value: object) -> None:
    odd = {**ARCHIVED, "slug": "b", "evaluations": value, "capabilities": value}
    score = {**ARCHIVED, "slug": "c", "evaluations": {"gpqa": value, "hle": 0.5, "hle_is_estimated": value}}
    for document in (
        value,
        {"data": [value], "intelligence_index_version": value},
        {"models": [value, ARCHIVED, odd, score, {**ARCHIVED, "slug": "d", "name": value}]},
    ):
        read_or_refuse(read_scores, dumps(document))
        read_or_refuse(read_facts, dumps(document))
