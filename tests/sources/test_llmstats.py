"""The folders of LLMStats become scores with who reported them, and facts of models."""

import json

import pytest
from archive_checks import check, facts, read_or_refuse, scores, zipped
from costfloor.errors import InputError
from costfloor.sources.llmstats import read_facts, read_scores
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_checks import IDS, JSON

FOLDER = "data/organizations/zai-org/models"
MODEL = {
    "model_id": "glm-4.6",
    "name": "GLM-4.6",
    "organization_id": "zai-org",
    "release_date": "2025-09-30",
    "license_id": "mit",
    "param_count": 357_000_000_000,
    "multimodal": False,
    "source_weights_link": "https://huggingface.co/zai-org/GLM-4.6",
}
SCORE = {
    "model_benchmark_id": 1,
    "benchmark_id": "gpqa",
    "model_id": "glm-4.6",
    "score": 0.81,
    "normalized_score": 0.81,
    "is_self_reported": True,
}


def archive_of(
    models: dict[str, object], benchmarks: dict[str, object], highest: dict[str, float] | None = None
) -> bytes:
    """A zip of the folders: models and scores by the folder of the model, highest scores by benchmark."""
    files = {f"{FOLDER}/{name}/model.json": json.dumps(value) for name, value in models.items()}
    files |= {f"{FOLDER}/{name}/benchmarks.json": json.dumps(value) for name, value in benchmarks.items()}
    described = {"gpqa": 1.0, **(highest or {})}
    files |= {
        f"data/benchmarks/{name}.json": json.dumps({"benchmark_id": name, "max_score": most})
        for name, most in described.items()
    }
    return zipped({"LICENSE.md": "x", "data/organizations/zai-org/organization.json": "{}", **files})


def test_scores() -> None:
    points = {**SCORE, "benchmark_id": "cfeval", "score": 2134, "normalized_score": 0.2134}
    share = {**SCORE, "benchmark_id": "codeforces", "score": 0.7, "normalized_score": 0.7, "is_self_reported": False}
    content = archive_of({}, {"glm-4.6": [SCORE, SCORE, points, share]}, {"cfeval": 10_000, "codeforces": 3000})
    measured = read_scores(content, "llmstats.zip")
    check(measured)
    assert scores(measured) == [
        ("glm-4.6", "", "gpqa", 0.81, "fraction"),
        ("glm-4.6", "", "cfeval", 2134.0, "raw"),
        ("glm-4.6", "", "codeforces", 0.7, "fraction"),
    ]
    assert measured.rows["self_reported"].tolist() == [True, True, False]
    assert measured.rows["place"].tolist()[0] == f"{FOLDER}/glm-4.6/benchmarks.json, /0"
    assert set(measured.rows["measured_on"]) == {""}
    assert measured.skipped == {"score repeated": 1}


def test_scores_that_are_wrong() -> None:
    wrong = [
        {**SCORE, "score": 81.0, "normalized_score": 0.81},
        {**SCORE, "score": "high"},
        {**SCORE, "score": True},
        {**SCORE, "is_self_reported": "yes"},
        {**SCORE, "model_id": None},
        7,
    ]
    good = [{**SCORE, "score": number / 10} for number in range(6)]
    measured = read_scores(archive_of({}, {"a": wrong, "b": good}), "x")
    check(measured)
    assert measured.rejected["reason"].tolist() == [
        "score is not between 0 and 1",
        "score is text, not a number",
        "score is true, not a number",
        "does not say whether it is self-reported",
        "model id is null, not text",
        "score is not an object",
    ]


def test_facts() -> None:
    measured = read_facts(archive_of({"glm-4.6": {**MODEL, "colour": "red"}}, {"glm-4.6": [SCORE]}), "llmstats.zip")
    check(measured)
    assert facts(measured) == [
        ("glm-4.6", "name", "GLM-4.6"),
        ("glm-4.6", "creator", "zai-org"),
        ("glm-4.6", "release_date", "2025-09-30"),
        ("glm-4.6", "license", "mit"),
        ("glm-4.6", "params_total_b", "357"),
        ("glm-4.6", "huggingface_id", "zai-org/GLM-4.6"),
    ]
    assert measured.unknown_fields == {"colour": 1}


@pytest.mark.parametrize(
    ("count", "reason"),
    [
        (357, "too few parameters: are they in billions?"),
        (0.5, "too few parameters: are they in billions?"),
        (3.57e20, "params total b is not between 0.001 and 100,000"),
        (-1, "params total b is not between 0.001 and 100,000"),
        ("many", "params total b is text, not a number"),
        (True, "params total b is true, not a number"),
        ([7], "params total b is a list, not a number"),
    ],
)
def test_parameters_are_counted_one_by_one(count: object, reason: str) -> None:
    measured = read_facts(archive_of({"a": {**MODEL, "param_count": count}}, {}), "x")
    check(measured)
    assert measured.rejected["reason"].tolist() == [reason]
    assert "params_total_b" not in set(measured.rows["field"])


def test_an_address_of_several_models_identifies_none() -> None:
    models = {name: {**MODEL, "model_id": name} for name in ("r1", "r1-zero")}
    measured = read_facts(archive_of(models, {}), "x")
    check(measured)
    assert "huggingface_id" not in set(measured.rows["field"])
    assert measured.skipped == {"address of weights given for several models": 2}


def test_a_model_that_is_there_twice_is_read_once_and_its_disagreements_stay() -> None:
    models = {
        "a": {**MODEL, "source_weights_link": None},
        "b": {**MODEL, "release_date": "2025-10-01", "source_weights_link": ""},
    }
    measured = read_facts(archive_of(models, {}), "x")
    check(measured)
    assert [value for _, field, value in facts(measured) if field == "release_date"] == ["2025-09-30", "2025-10-01"]
    assert measured.skipped == {"fact stated before": 4}


def test_files_that_are_not_known_are_named() -> None:
    files = {f"{FOLDER}/a/benchmarks.json": json.dumps([SCORE]), f"{FOLDER}/a/prices.json": "{}", "run.sh": "x"}
    measured = read_scores(zipped(files), "x")
    assert measured.skipped == {f"file not known: {FOLDER}/a/prices.json": 1, "file not known: run.sh": 1}


@pytest.mark.parametrize("content", ["[", "7", "null", '{"a": 1}', "\ufeff", '[{"score": NaN}]', "[" * 100_000])
def test_a_file_that_is_not_as_it_should_be_is_named(content: str) -> None:
    files = {f"{FOLDER}/a/benchmarks.json": content, f"{FOLDER}/b/benchmarks.json": json.dumps([SCORE])}
    with pytest.raises(InputError, match=rf"^x\.zip/{FOLDER}/a/benchmarks\.json"):
        read_scores(zipped(files), "x.zip")


ITEMS = st.lists(
    st.tuples(IDS, IDS, st.floats(0, 1, allow_subnormal=False), st.booleans()), min_size=1, max_size=5, unique=True
)


@settings(max_examples=30)
@given(items=ITEMS)
def test_round_trip(items: list[tuple[str, str, float, bool]]) -> None:
    written = [
        {**SCORE, "model_id": model, "benchmark_id": benchmark, "score": score, "is_self_reported": reported}
        for model, benchmark, score, reported in items
    ]
    measured = read_scores(archive_of({}, {"a": written}), "x")
    check(measured)
    columns = measured.rows[["model_id", "benchmark", "score", "self_reported"]]
    assert list(columns.itertuples(index=False, name=None)) == items


@settings(max_examples=30)
@given(value=JSON, field=st.sampled_from([*SCORE]))
def test_random_scores(value: object, field: str) -> None:
    read_or_refuse(read_scores, archive_of({}, {"a": [{**SCORE, field: value}], "b": [SCORE]}))
    read_or_refuse(read_scores, archive_of({}, {"a": value, "b": [SCORE]}))


@settings(max_examples=30)
@given(value=JSON, field=st.sampled_from([*MODEL]))
def test_random_models(value: object, field: str) -> None:
    read_or_refuse(read_facts, archive_of({"a": {**MODEL, field: value}, "b": MODEL}, {}))
    read_or_refuse(read_facts, archive_of({"a": value, "b": MODEL}, {}))
