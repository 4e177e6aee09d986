"""Facts and scores of models.dev, by host and of the models themselves."""

from typing import Any

import pytest
from costfloor.errors import InputError
from costfloor.sources.models_dev import read, read_facts, read_scores
from hypothesis import given
from hypothesis import strategies as st
from measurement_checks import check, facts, read_or_refuse, scores
from reader_checks import IDS, JSON, dumps, rows

SOLD: dict[str, Any] = {
    "id": "z-ai/glm-5.2",
    "name": "GLM-5.2\n",
    "family": "glm",
    "release_date": "2026-06",
    "reasoning": True,
    "open_weights": False,
    "limit": {"context": 1000000, "output": 131072},
    "modalities": {"output": ["text"]},
    "canonical_model_id": "zhipuai/glm-5.2",
    "cost": {"input": 1, "output": 3},
}
ITSELF: dict[str, Any] = {
    "id": "zhipuai/glm-5.2",
    "name": "GLM-5.2",
    "release_date": "2026-06-13",
    "reasoning": True,
    "open_weights": True,
    "license": "MIT",
    "limit": {"context": 0},
    "parameters": {"total": 753329940480, "active": 40000000000, "architecture": "moe"},
    "links": [{"label": "Announcement", "url": "https://z.ai/blog/glm-5.2"}],
    "weights": [
        {"label": "ModelScope", "url": "https://modelscope.cn/models/ZhipuAI/GLM-5.2"},
        {"label": "Hugging Face", "url": "https://huggingface.co/zai-org/GLM-5.2"},
    ],
    "benchmarks": [
        {
            "name": "Terminal-Bench",
            "score": 82.7,
            "metric": "success rate",
            "harness": "Claude Code",
            "version": "2.1",
            "source": "https://z.ai/blog/glm-5.2",
            "date": "2026-06-16",
        },
        {
            "name": "Humanity's Last Exam",
            "score": "54.7",
            "metric": "accuracy",
            "variant": "with tools",
            "dataset": "text-only subset",
        },
        {"name": "FrontierSWE", "score": 74.4, "metric": "dominance", "source": "https://other.example"},
        {"name": "Aider Polyglot", "score": 0.5, "metric": "fraction correct"},
        {"name": "Made Up", "score": 12},
    ],
}


def test_facts_by_host() -> None:
    catalogue = {"host": {"models": {"z-ai/glm-5.2": SOLD, "pic": {"modalities": {"output": ["image"]}, "name": "P"}}}}
    stated = read_facts(dumps(catalogue), "api.json")
    check(stated)
    assert facts(stated) == {
        ("host", "z-ai/glm-5.2"): {
            "name": "GLM-5.2",
            "release_date": "2026-06",
            "open_weights": "false",
            "reasoning": "true",
            "context_tokens": "1000000",
            "base_model": "zhipuai/glm-5.2",
        }
    }
    assert stated.skipped == {"makes no text": 1}
    assert not stated.unknown_fields


MODELS = {"zhipuai/glm-5.2": ITSELF}
CATALOGUE = {"models": MODELS, "providers": {"host": {"id": "host", "models": {"z-ai/glm-5.2": SOLD}}}}


def test_facts_of_the_model_itself() -> None:
    stated = read_facts(dumps(MODELS), "models.json")
    check(stated)
    assert facts(stated) == {
        ("", "zhipuai/glm-5.2"): {
            "creator": "zhipuai",
            "name": "GLM-5.2",
            "release_date": "2026-06-13",
            "open_weights": "true",
            "reasoning": "true",
            "license": "MIT",
            "params_total_b": "753.32994048",
            "params_active_b": "40",
            "huggingface_id": "zai-org/GLM-5.2",
        }
    }
    both = read_facts(dumps(CATALOGUE), "catalog.json")
    check(both)
    assert set(facts(both)) == {("", "zhipuai/glm-5.2"), ("host", "z-ai/glm-5.2")}


def test_scores_on_the_scale_of_their_metric() -> None:
    read_ = read_scores(dumps(MODELS), "models.json")
    check(read_)
    model = ("", "zhipuai/glm-5.2")
    assert scores(read_) == [
        (*model, "", "Terminal-Bench (Claude Code)", "2.1", 82.7, "percent"),
        (*model, "with tools", "Humanity's Last Exam (text-only subset)", "", 54.7, "percent"),
        (*model, "", "FrontierSWE", "", 74.4, "raw"),
        (*model, "", "Aider Polyglot", "", 0.5, "fraction"),
        (*model, "", "Made Up", "", 12.0, "raw"),
    ]
    assert read_.rows["self_reported"].tolist() == [True, False, False, False, False]
    assert read_.rows["measured_on"].tolist() == ["2026-06-16", "", "", "", ""]


@pytest.mark.parametrize(
    ("metric", "scale"),
    [
        ("percent correct", "percent"),
        ("resolve rate", "percent"),
        ("resolved", "percent"),
        ("accuracy", "percent"),
        ("pass@1", "percent"),
        ("average pass@1", "percent"),
        ("%", "percent"),
        ("fraction", "fraction"),
        ("Elo", "raw"),
        ("score", "raw"),
        (None, "raw"),
    ],
)
def test_metrics(metric: str | None, scale: str) -> None:
    entry = {"name": "b", "score": 40 if scale != "fraction" else 0.4, "metric": metric}
    assert scores(read_scores(dumps({"a/b": {"benchmarks": [entry]}}), "x"))[0][-1] == scale


def test_a_share_that_may_be_either_is_rejected() -> None:
    entries = [{"name": "b", "score": score, "metric": "accuracy"} for score in (0.742, 0, 80)]
    read_ = read_scores(dumps({"a/b": {"benchmarks": entries}}), "x")
    check(read_)
    assert read_.rows["score"].tolist() == [0.0, 80.0]
    assert read_.rejected[["place", "value"]].to_numpy().tolist() == [["/a~1b/benchmarks/0", "0.742"]]


def test_files_without_scores_have_none() -> None:
    read_ = read_scores(dumps({"host": {"models": {"m": SOLD}}}), "api.json")
    check(read_)
    assert read_.rows.empty
    assert read_.skipped == {"no benchmarks stated": 1}


def test_only_hosts_sell() -> None:
    assert rows(read(dumps(CATALOGUE), "catalog.json")) == [("host", "z-ai/glm-5.2", "", 1.0, 3.0)]
    with pytest.raises(InputError, match="holds no price of a text model"):
        read(dumps(MODELS), "models.json")


def test_the_zero_of_a_clock_is_no_day_of_release() -> None:
    models = {"m": {**SOLD, "release_date": "1970-01-01"}}
    stated = read_facts(dumps({"host": {"models": models}}), "x")
    check(stated)
    assert stated.rejected["reason"].tolist() == ["release date is before 2010"]


@given(models=st.dictionaries(IDS, st.tuples(st.booleans(), st.integers(1, 10**9)), min_size=1, max_size=5))
def test_round_trip(models: dict[str, tuple[bool, int]]) -> None:
    document = {
        "h": {
            "models": {
                model: {"open_weights": open_weights, "limit": {"context": tokens}}
                for model, (open_weights, tokens) in models.items()
            }
        }
    }
    stated = read_facts(dumps(document), "x")
    check(stated)
    assert facts(stated) == {
        ("h", model): {"open_weights": str(open_weights).lower(), "context_tokens": str(tokens)}
        for model, (open_weights, tokens) in models.items()
    }


@given(content=st.binary(max_size=300))
def test_random_bytes(content: bytes) -> None:
    read_or_refuse(read_facts, content)
    read_or_refuse(read_scores, content)


@given(value=JSON)
def test_random_json(value: object) -> None:
    for document in (
        value,
        {"models": value, "providers": {"h": {"models": {"good": SOLD, "a": value}}}},
        {
            "a/b": ITSELF,
            "a/c": {**dict.fromkeys(ITSELF, value), "modalities": None},
            "a/d": {"benchmarks": [value, dict.fromkeys(ITSELF["benchmarks"][0], value)], "weights": [value]},
        },
    ):
        read_or_refuse(read_facts, dumps(document))
        read_or_refuse(read_scores, dumps(document))
