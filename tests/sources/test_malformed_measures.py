"""Every broken or hostile file of scores, facts or OpenRouter's prices is refused with its name, or loses only the entry that is wrong."""

import gzip
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from costfloor.errors import InputError
from costfloor.sources import artificial_analysis, model_table, models_dev, openrouter, score_table
from measurement_checks import check

Read = Callable[[bytes, str], Any]
DEEP = 100_000


def dumps(value: object) -> bytes:
    return json.dumps(value).encode()


def analysed(**fields: object) -> bytes:
    """An archive of Artificial Analysis with three good models and another."""
    good = {"name": "Foo", "creator": {"name": "Acme"}, "release_date": "2026-01-01", "evaluations": {"gpqa": 0.5}}
    models = [{**good, "slug": f"foo-{number}"} for number in range(3)]
    return dumps({"models": [*models, {**good, "slug": "bad", **fields}]})


def listed(**fields: object) -> bytes:
    """An answer of OpenRouter with three good models and another."""
    good = {"name": "Foo", "pricing": {"prompt": "0.000001", "completion": "0.000002"}, "context_length": 1000}
    good |= {"benchmarks": {"artificial_analysis": {"intelligence_index": 30}}}
    models = [{**good, "id": f"acme/foo-{number}"} for number in range(3)]
    return dumps({"data": [*models, {**good, "id": "acme/bad", **fields}]})


def catalogued(**fields: object) -> bytes:
    """The models of models.dev, three good ones and another."""
    good = {"name": "Foo", "release_date": "2026-01", "benchmarks": [{"name": "b", "score": 50, "metric": "accuracy"}]}
    return dumps({**{f"acme/foo-{number}": good for number in range(3)}, "acme/bad": {**good, **fields}})


def benchmark(**fields: object) -> bytes:
    return catalogued(benchmarks=[{"name": "b", "score": 50, "metric": "accuracy", **fields}])


def page(**around: object) -> bytes:
    return dumps({"data": [{"slug": "foo", "name": "Foo", "evaluations": {"x_index": 1}}], **around})


def models(row: str) -> bytes:
    header = "model_key,name,creator,release_date,open_weights,params_total_b,params_active_b"
    return f"{header}\nacme/foo,Foo,Acme,2026-01-01,true,7,7\n{row}\n".encode()


def measured(row: str) -> bytes:
    return f"model,benchmark,score,scale,measured_on\nacme/foo,gpqa,0.5,fraction,2026-01-01\n{row}\n".encode()


AA_SCORES, AA_FACTS = artificial_analysis.read_scores, artificial_analysis.read_facts
OR_PRICES, OR_FACTS, OR_SCORES = openrouter.read_prices, openrouter.read_facts, openrouter.read_scores
MD_SCORES, MD_FACTS = models_dev.read_scores, models_dev.read_facts
TABLE_SCORES, TABLE_FACTS = score_table.read_scores, model_table.read_facts

# One entry is rejected, at this place and for this reason; the good ones are read.
REJECTED: dict[str, tuple[Read, bytes, str, str]] = {
    "aa-score-text": (AA_SCORES, analysed(evaluations={"gpqa": "good"}), "/models/3/evaluations/gpqa", "score is text"),
    "aa-score-list": (AA_SCORES, analysed(evaluations={"gpqa": [1]}), "/models/3/evaluations/gpqa", "score is a list"),
    "aa-score-true": (AA_SCORES, analysed(evaluations={"gpqa": True}), "/models/3/evaluations/gpqa", "score is true"),
    "aa-score-negative": (
        AA_SCORES,
        analysed(evaluations={"gpqa": -0.1}),
        "/models/3/evaluations/gpqa",
        "not between 0",
    ),
    "aa-score-huge": (
        AA_SCORES,
        analysed(evaluations={"x_index": 1e300}),
        "/models/3/evaluations/x_index",
        "not between",
    ),
    "aa-evaluations-list": (AA_SCORES, analysed(evaluations=[1]), "/models/3/evaluations", "are not an object"),
    "aa-estimated-text": (
        AA_SCORES,
        analysed(evaluations={"gpqa": 0.5, "gpqa_is_estimated": "no"}),
        "/models/3/evaluations/gpqa",
        "estimated is not true or false",
    ),
    "aa-slug-null": (AA_FACTS, analysed(slug=None), "/models/3", "slug is null, not text"),
    "aa-slug-control": (AA_FACTS, analysed(slug="a\u0000b"), "/models/3", "slug holds control characters"),
    "aa-slug-twice": (AA_FACTS, analysed(slug="foo-1"), "/models/3", "model stands in the list twice"),
    "aa-renamed": (AA_SCORES, analysed(slug="foo-1", name="Bar"), "/models/3", "model stands in the list twice"),
    "aa-name-number": (AA_FACTS, analysed(name=5), "/models/3", "name is 5, not text"),
    "aa-day": (AA_FACTS, analysed(release_date="2026-02-30"), "/models/3/release_date", "not a day of the calendar"),
    "aa-day-number": (AA_FACTS, analysed(release_date=20260101), "/models/3/release_date", "not an ISO date"),
    "aa-raw-parameters": (
        AA_FACTS,
        analysed(capabilities={"total_parameters": 21_000_000_000}),
        "/models/3/capabilities/total_parameters",
        "params total b is not between 0.001 and 100,000",
    ),
    "aa-million-as-billion": (
        AA_FACTS,
        analysed(capabilities={"active_parameters": 1e6}),
        "/models/3/capabilities/active_parameters",
        "params active b is not between",
    ),
    "aa-creator-text": (AA_FACTS, analysed(creator="Acme"), "/models/3/creator", "creator is not an object"),
    "or-price-text": (OR_PRICES, listed(pricing={"prompt": "$0,05", "completion": "1"}), "/data/3/pricing", "is text"),
    "or-price-negative": (
        OR_PRICES,
        listed(pricing={"prompt": "-2", "completion": "0"}),
        "/data/3/pricing",
        "negative",
    ),
    "or-price-per-million": (
        OR_PRICES,
        listed(pricing={"prompt": "150", "completion": "9"}),
        "/data/3/pricing",
        "above",
    ),
    "or-pricing-list": (OR_PRICES, listed(pricing=[]), "/data/3/pricing", "pricing is not an object"),
    "or-id-twice": (OR_PRICES, listed(id="acme/foo-1"), "/data/3", "model stands in the list twice"),
    "or-context": (OR_FACTS, listed(context_length="131.072.000"), "/data/3/context_length", "is text, not a number"),
    "or-weights": (OR_FACTS, listed(hugging_face_id="foo"), "/data/3/hugging_face_id", "not a model of Hugging Face"),
    "or-score": (
        OR_SCORES,
        listed(benchmarks={"artificial_analysis": {"coding_index": "45 points"}}),
        "/data/3/benchmarks/artificial_analysis/coding_index",
        "score is text",
    ),
    "or-benchmarks": (OR_SCORES, listed(benchmarks=[]), "/data/3/benchmarks", "benchmarks are not an object"),
    "md-score-above": (MD_SCORES, benchmark(score=742), "/acme~1bad/benchmarks/0", "not between 0 and 100"),
    "md-score-share": (MD_SCORES, benchmark(score=0.742), "/acme~1bad/benchmarks/0", "either a fraction or 1 %"),
    "md-score-words": (MD_SCORES, benchmark(score="74.2%"), "/acme~1bad/benchmarks/0", "score is text"),
    "md-metric-list": (MD_SCORES, benchmark(metric=["a"]), "/acme~1bad/benchmarks/0", "metric is not text"),
    "md-day": (MD_SCORES, benchmark(date="2026-13"), "/acme~1bad/benchmarks/0", "not a day of the calendar"),
    "md-name": (MD_SCORES, benchmark(name=None), "/acme~1bad/benchmarks/0", "benchmark is null, not text"),
    "md-flag": (MD_FACTS, catalogued(open_weights="perhaps"), "/acme~1bad/open_weights", "not true or false"),
    "md-billions": (
        MD_FACTS,
        catalogued(parameters={"total": 753}),
        "/acme~1bad/parameters/total",
        "params total b is not between 0.001",
    ),
    "md-epoch": (MD_FACTS, catalogued(release_date="1970-01-01"), "/acme~1bad/release_date", "before 2010"),
}

# The whole file is refused, and the message says so.
REFUSED: dict[str, tuple[Read, bytes, str]] = {
    "aa-gzip": (AA_SCORES, gzip.compress(analysed()), "compressed file, unpack it first"),
    "aa-cut-off": (AA_SCORES, analysed()[:-40], "not valid JSON"),
    "aa-deep": (AA_FACTS, b'{"models":' + b"[" * DEEP, "nested too deep"),
    "aa-other-list": (AA_SCORES, listed(), "most scores are unreadable (4 of 4)"),
    "aa-models-object": (AA_SCORES, dumps({"models": {}}), "column '/models': is an object, not a list"),
    "aa-no-models": (AA_FACTS, dumps({"meta": {}}), "column '/data': missing"),
    "aa-empty": (AA_FACTS, dumps({"models": []}), "holds no facts"),
    "aa-version-list": (AA_SCORES, page(intelligence_index_version=[4]), "version is a list, not a number"),
    "aa-version-text": (AA_SCORES, page(intelligence_index_version="four"), "version is text, not a number"),
    "aa-all-percent": (
        AA_SCORES,
        dumps([{"slug": "a", "name": "A", "gpqa": 67.2, "hle": 5.1, "intelligence_index": 24.5}]),
        "most scores are unreadable (2 of 3): has the format changed? The first, at /0/gpqa: scores of this benchmark are above 1",
    ),
    "aa-nan": (AA_SCORES, b'[{"slug": "a", "gpqa": NaN}]', "is not a number in JSON"),
    "or-html": (OR_PRICES, b"<!doctype html>", "looks like HTML, not JSON"),
    "or-no-data": (OR_FACTS, dumps({"error": {}}), "column '/data': missing"),
    "or-scrape": (OR_PRICES, dumps([{"Input ($/1M tokens)": "$0,05"}]), "is a list, not an answer of the API"),
    "md-two-values": (MD_FACTS, b'{"a/b": {"name": "x", "name": "y"}}', "appears more than once in one object"),
    "md-host-without-models": (MD_FACTS, dumps({"host": {}}), "column '/host/models': missing"),
    "table-percent": (TABLE_SCORES, measured("acme/bar,gpqa,67.2,fraction,2026-01-01"), "row 2, column 'score'"),
    "table-scale": (TABLE_SCORES, measured("acme/bar,gpqa,0.6,share,2026-01-01"), "row 2, column 'scale'"),
    "table-twice": (TABLE_SCORES, measured("acme/foo,gpqa,0.6,fraction,2026-01-01"), "row 2, column 'model'"),
    "table-no-day": (TABLE_SCORES, measured("acme/bar,gpqa,0.6,fraction,"), "row 2, column 'measured_on', value '': empty"),
    "models-twice": (TABLE_FACTS, models("acme/foo,Foo,Acme,2026-01-02,true,,"), "row 2, column 'model_key'"),
    "models-raw": (TABLE_FACTS, models("acme/bar,Bar,Acme,2026-01-02,true,7000000000,"), "row 2, column 'params_total_b'"),
    "models-active": (TABLE_FACTS, models("acme/bar,Bar,Acme,2026-01-02,true,7,70"), "row 2, column 'params_active_b'"),
    "models-day": (TABLE_FACTS, models("acme/bar,Bar,Acme,2026-02-30,true,,"), "row 2, column 'release_date'"),
    "models-key": (TABLE_FACTS, models("../../etc/passwd,Bar,Acme,2026-01-02,true,,"), "row 2, column 'model_key'"),
}  # fmt: skip


@pytest.mark.parametrize("name", REJECTED)
def test_only_the_wrong_entry_is_lost(name: str) -> None:
    read, content, place, reason = REJECTED[name]
    start = time.perf_counter()
    result = read(content, "file.json")
    assert time.perf_counter() - start < 2
    if read is OR_PRICES:
        assert result.rows_read == len(result.quotes) + len(result.rejected) + sum(result.skipped.values())
        assert len(result.quotes) == 3
    else:
        check(result)
        assert len(set(result.rows["model_id"]) - {"bad", "acme/bad"}) == 3
    assert result.rejected["place"].tolist() == [place]
    assert reason in result.rejected["reason"].item()


@pytest.mark.parametrize("name", REFUSED)
def test_the_file_is_refused(name: str) -> None:
    read, content, message = REFUSED[name]
    file = "table.csv" if read in (TABLE_SCORES, TABLE_FACTS) else "file.json"
    start = time.perf_counter()
    with pytest.raises(InputError) as refusal:
        read(content, file)
    assert time.perf_counter() - start < 2
    assert message in str(refusal.value)
    assert str(refusal.value).startswith(file)
    assert "\n" not in str(refusal.value)
