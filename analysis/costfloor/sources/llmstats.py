"""The folders of LLMStats (`llm-leaderboard`), zipped: models with their facts, and scores that mostly their makers published."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from costfloor.sources.entries import EntryBuilder
from costfloor.sources.json_input import as_list, as_mapping, pointer, read_json
from costfloor.sources.measurements import FactBuilder, Measurements, ScoreBuilder
from costfloor.sources.unpack import archive
from costfloor.sources.values import described

SOURCE = "llmstats"
ADDRESS = "https://github.com/JonathanChavezTamales/llm-leaderboard"
LICENCE = "CC BY 4.0"

MODEL, SCORES = "model.json", "benchmarks.json"
SCORE_FIELDS = (
    *("model_benchmark_id", "benchmark_id", "model_id", "score", "normalized_score", "is_self_reported"),
    *("self_reported_source_link", "verified_by_llmstats", "analysis_method", "verification_provider_id"),
    *("verification_hardware", "verification_date", "verification_notes", "created_at", "updated_at", "benchmark_name"),
)
MODEL_FIELDS = {
    *("model_id", "name", "organization_id", "model_family_id", "fine_tuned_from_model_id", "description"),
    *("release_date", "announcement_date", "license_id", "multimodal", "knowledge_cutoff", "param_count"),
    *("training_tokens", "available_in_zeroeval", "source_api_ref", "source_playground", "source_paper"),
    *("source_scorecard_blog_link", "source_repo_link", "source_weights_link", "created_at", "updated_at"),
}
OTHER_FILES = re.compile(
    r"(?:.*/)?(?:data/(?:benchmarks/[^/]+|organizations/[^/]+/organization|providers/.+)\.json|[^/]+\.md)"
)
"""Files without scores and facts of models: descriptions of benchmarks, organisations and providers, and the licence."""

BENCHMARK_FILE = re.compile(r"(?:.*/)?data/benchmarks/[^/]+\.json")
WEIGHTS = re.compile(r"https?://(?:www\.)?huggingface\.co/([^/\s]+/[^/\s?#]+)/?")
LEAST_PARAMETERS = 1e6


def read_scores(content: bytes, name: str) -> Measurements:
    """Read all scores; `self_reported` as the source says it, no day, for it states none.

    A score is a fraction. Of a benchmark that counts points it is the share of a highest score that LLMStats has set; a few were left as
    points.

    Parameters
    ----------
    content
        Bytes of the zip file.
    name
        Display name, for messages.

    Raises
    ------
    InputError
        No sound zip file, a file in it that is not as JSON should be, or hardly a readable score.
    """
    builder = ScoreBuilder(name)
    files = archive(content, name)
    highest = _highest_scores(builder, files)
    seen = set()
    for path, table in _files(builder, files, SCORES):
        for position, item in enumerate(as_list(_json(builder, path, table), "", f"{name}/{path}")):
            place = f"{path}, {pointer('', position)}"
            if not isinstance(item, dict):
                builder.reject(place, "", None, "score is not an object", item)
                continue
            record = tuple(described(item.get(field)) for field in SCORE_FIELDS)
            if record in seen:
                builder.skip("score repeated")
                continue
            seen.add(record)
            _read_score(builder, place, item, highest)
    return builder.build()


def read_facts(content: bytes, name: str) -> Measurements:
    """Read name, creator, release, licence, size and address of the weights of each model.

    Parameters, errors: as `read_scores`.
    """
    builder = FactBuilder(name)
    files = _files(builder, archive(content, name), MODEL)
    models = [(path, as_mapping(_json(builder, path, file), "", f"{name}/{path}")) for path, file in files]
    repositories = Counter(_repository(model) for _, model in models)
    for path, model in models:
        builder.count_unknown(model.keys() - MODEL_FIELDS)
        identity = model.get("model_id")
        fields = {"name": "name", "creator": "organization_id", "release_date": "release_date", "license": "license_id"}
        for field, stated in fields.items():
            builder.add(f"{path}, /{stated}", identity, field, model.get(stated))
        _read_size(builder, f"{path}, /param_count", identity, model.get("param_count"))
        repository = _repository(model)
        if repository and repositories[repository] > 1:
            builder.skip("address of weights given for several models")
        else:
            builder.add(f"{path}, /source_weights_link", identity, "huggingface_id", repository)
    return builder.build()


def _read_score(
    builder: ScoreBuilder, place: str, item: Mapping[str, object], highest: Mapping[object, object]
) -> None:
    builder.count_unknown(item.keys() - set(SCORE_FIELDS))
    model, benchmark, score = item.get("model_id"), item.get("benchmark_id"), item.get("score")
    reported = item.get("is_self_reported")
    if not isinstance(reported, bool):
        builder.reject(place, "", model, "does not say whether it is self-reported", reported)
        return
    counts_points = isinstance(benchmark, str) and highest.get(benchmark, 1) != 1
    scale = "raw" if counts_points and score != item.get("normalized_score") else "fraction"
    builder.add(place, model, benchmark, score, scale, self_reported=reported)


def _read_size(builder: FactBuilder, place: str, model: object, count: object) -> None:
    if isinstance(count, bool) or not isinstance(count, int | float):
        builder.add(place, model, "params_total_b", count)
    elif 0 < count < LEAST_PARAMETERS:
        # The schema upstream speaks of billions, the files count.
        builder.reject(place, "", model, "too few parameters: are they in billions?", count)
    else:
        builder.add(place, model, "params_total_b", count / 1e9)


def _repository(model: Mapping[str, object]) -> str | None:
    link = model.get("source_weights_link")
    match = WEIGHTS.fullmatch(link) if isinstance(link, str) else None
    return match.group(1) if match else None


def _highest_scores(builder: EntryBuilder, files: Mapping[str, bytes]) -> dict[object, object]:
    benchmarks = [
        as_mapping(_json(builder, path, content), "", f"{builder.file}/{path}")
        for path, content in files.items()
        if BENCHMARK_FILE.fullmatch(path)
    ]
    named = [benchmark for benchmark in benchmarks if isinstance(benchmark.get("benchmark_id"), str)]
    return {benchmark["benchmark_id"]: benchmark.get("max_score") for benchmark in named}


def _files(builder: EntryBuilder, files: Mapping[str, bytes], wanted: str) -> Iterator[tuple[str, bytes]]:
    """Files of one name below `models/`; files that are not known are skipped by name."""
    for path, content in files.items():
        *_, grandparent, _, file = ("", "", *PurePosixPath(path).parts)
        if grandparent == "models" and file == wanted:
            yield path, content
        elif not (grandparent == "models" and file in (MODEL, SCORES)) and not OTHER_FILES.fullmatch(path):
            builder.skip(f"file not known: {path}")


def _json(builder: EntryBuilder, path: str, content: bytes) -> object:
    return read_json(content, f"{builder.file}/{path}", builder.count_repeated)
