"""Artificial Analysis: scores and facts, in the daily archive of its page, in the answers of its API and in a flat list.

No prices are read: those that it states are medians over hosts, and a median is nobody's offer. Each level of effort is a model of its own
there ("gpt-oss-20B (low)"): the id stays the source's slug, and the level becomes the variant. What the archive holds beside the main
scores (`breakdowns`: parts of a benchmark) and all speeds are left out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from costfloor.errors import InputError
from costfloor.sources.entries import CHECK_FORMAT, EntryBuilder
from costfloor.sources.json_input import as_list, as_mapping, pointer, read_json, required
from costfloor.sources.measured_values import bounded
from costfloor.sources.measurements import FactBuilder, Measurements, ScoreBuilder
from costfloor.sources.values import identifier

NAMED_EFFORT = re.compile(r"(.*\S) \(([^()]{1,60})\)")
EFFORT = re.compile(
    r"(?:adaptive |non-)?(?:reasoning|thinking)|(?:none|minimal|low|medium|high|xhigh|max)(?: effort)?", re.I
)

ESTIMATED = "_is_estimated"
INDEX = re.compile(r"(?:artificial_analysis_)?(?:intelligence|coding|agentic|math)_index")
"""The indices that the stated version is of: each is a mean over benchmarks that changes with it."""

POINTS = re.compile(r"\w*_(?:index|elo|omniscience)")
"""Scores in points; all others are fractions."""

SURELY_PERCENT = 2.0
"""No slip of a rounding lifts a fraction so far."""

AROUND_MODELS = ("meta", "status", "tier", "intelligence_index_version", "pagination", "prompt_options")


@dataclass(frozen=True)
class Shape:
    """One way in which the source is published.

    Attributes
    ----------
    models
        Name of the list of models; empty when the file is that list.
    facts
        For each fact, the names from the model down to it.
    scores
        Names of the scores; None when they are an object of their own, `evaluations`, and all in it are scores.
    others
        Fields that are known and not read.
    """

    models: str
    facts: Mapping[str, tuple[str, ...]]
    scores: frozenset[str] | None
    others: frozenset[str]


ARCHIVE = Shape(
    "models",
    {
        "creator": ("creator", "name"),
        "release_date": ("release_date",),
        "reasoning": ("reasoning_model",),
        "open_weights": ("open_weights", "is_open_weights"),
        "license": ("open_weights", "license_name"),
        "huggingface_id": ("open_weights", "huggingface_url"),
        "openrouter_id": ("open_weights", "openrouter_api_id"),
        "params_total_b": ("capabilities", "total_parameters"),
        "params_active_b": ("capabilities", "active_parameters"),
        "context_tokens": ("capabilities", "context_window_tokens"),
    },
    None,
    frozenset({"id", "short_name", "deprecated", "pricing", "speed", "breakdowns"}),
)
API = Shape(
    "data",
    {
        "creator": ("model_creator", "name"),
        "release_date": ("release_date",),
        "reasoning": ("reasoning_model",),
        "open_weights": ("licensing", "is_open_weights"),
        "huggingface_id": ("huggingface_url",),
        "openrouter_id": ("openrouter_api_id",),
        "params_total_b": ("parameters", "total"),
        "params_active_b": ("parameters", "active"),
        "context_tokens": ("context_window_tokens",),
    },
    None,
    frozenset(
        {
            *("id", "pricing", "performance", "providers"),
            *("artificial_analysis_intelligence_index_cost", "artificial_analysis_intelligence_index_token_counts"),
            *("median_output_tokens_per_second", "median_time_to_first_token_seconds"),
            "median_time_to_first_answer_token",
        }
    ),
)
FLAT = Shape(
    "",
    {"creator": ("creator_name",), "release_date": ("release_date",)},
    frozenset(
        {
            *("intelligence_index", "coding_index", "math_index", "mmlu_pro", "gpqa", "hle", "livecodebench"),
            *("scicode", "ifbench", "lcr", "terminalbench_hard", "tau2", "math_500", "aime", "aime_25"),
        }
    ),
    frozenset(
        {
            *("id", "creator", "creator_id", "output_tps", "ttft", "ttfat"),
            *("price_input", "price_output", "price_blended"),
        }
    ),
)


def read_scores(content: bytes, name: str) -> Measurements:
    """Read the scores. The version of the index, where the file states one, is the version of each index as a benchmark.

    Parameters
    ----------
    content
        Bytes of the file.
    name
        Display name, for messages.

    Raises
    ------
    InputError
        Not JSON, in none of the shapes, or with hardly a readable score.
    """
    builder = ScoreBuilder(name)
    shape, version, models = _open(content, builder)
    read = [(slug, model, *_scores(shape, model, place)) for place, slug, model in _models(builder, shape, models)]
    percentages = _in_percent([scores for _, _, scores, _ in read])
    for slug, model, scores, where in read:
        if not isinstance(scores, Mapping):
            builder.reject(where, "", slug, "evaluations are not an object", scores)
            continue
        if not scores:
            builder.skip("no evaluations stated")
        _, effort = split_effort(model.get("name"))
        for benchmark, score in scores.items():
            if benchmark.endswith(ESTIMATED):
                continue
            place, estimated = pointer(where, benchmark), scores.get(benchmark + ESTIMATED)
            if not isinstance(estimated, bool | None):
                builder.reject(place, "", slug, "estimated is not true or false", estimated)
            elif benchmark in percentages and score is not None:
                builder.reject(place, "", slug, "scores of this benchmark are above 1: are they percentages?", score)
            else:
                builder.add(
                    place,
                    slug,
                    benchmark,
                    score,
                    "raw" if POINTS.fullmatch(benchmark) else "fraction",
                    variant=effort,
                    benchmark_version=version if INDEX.fullmatch(benchmark) else None,
                    estimated=bool(estimated),
                )
    return builder.build()


def read_facts(content: bytes, name: str) -> Measurements:
    """Read the facts; the name is without the level of effort. Parameters, errors as `read_scores`."""
    builder = FactBuilder(name)
    shape, _, models = _open(content, builder)
    for place, slug, model in _models(builder, shape, models):
        builder.add(pointer(place, "name"), slug, "name", split_effort(model.get("name"))[0])
        builder.add_stated(place, slug, model, shape.facts)
    return builder.build()


def split_effort(name: object) -> tuple[object, str]:
    """A model's name without the level of effort in brackets at its end, and that level in small letters."""
    match = NAMED_EFFORT.fullmatch(name) if isinstance(name, str) and len(name) <= 200 else None
    if match is None or not all(EFFORT.fullmatch(part) for part in match.group(2).split(", ")):
        return name, ""
    return match.group(1), match.group(2).lower()


def _open(content: bytes, builder: EntryBuilder) -> tuple[Shape, str, list[object]]:
    """The shape of a file, the version of its index, and its models."""
    file = builder.file
    top = read_json(content, file, builder.count_repeated)
    if isinstance(top, list):
        return FLAT, "", top
    top = as_mapping(top, "", file)
    shape = ARCHIVE if ARCHIVE.models in top else API
    models = as_list(required(top, shape.models, "", file), pointer("", shape.models), file)
    builder.count_unknown(top.keys() - {shape.models, *AROUND_MODELS})
    version = top.get("intelligence_index_version")
    if version is None:
        return shape, "", models
    try:
        return shape, str(bounded(version, "version", 0.0, 1000.0)), models
    except ValueError as error:
        column = "/intelligence_index_version"
        raise InputError(str(error), file=file, column=column, remedy=CHECK_FORMAT) from error


def _models(
    builder: EntryBuilder, shape: Shape, models: list[object]
) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    """Place, slug and fields of each model that can be read; a slug that stands there twice is read once."""
    known = {"slug", "name", *shape.others, *(path[0] for path in shape.facts.values())}
    known |= {"evaluations"} if shape.scores is None else shape.scores
    seen: set[str] = set()
    for position, model in enumerate(models):
        place = pointer("", *([shape.models] if shape.models else []), position)
        if not isinstance(model, dict):
            builder.reject(place, "", None, "model is not an object", model)
            continue
        slug, name = model.get("slug"), model.get("name")
        value: object = None
        try:
            slug = identifier(value := slug, "slug")
            identifier(value := name, "name", required=False)
            if slug in seen:
                raise ValueError("model stands in the list twice")
        except ValueError as error:
            builder.reject(place, "", slug, str(error), value)
            continue
        seen.add(slug)
        builder.count_unknown(model.keys() - known)
        yield place, slug, model


def _scores(shape: Shape, model: Mapping[str, object], place: str) -> tuple[object, str]:
    """The scores of a model by benchmark, as found, and where they stand."""
    if shape.scores is None:
        evaluations = model.get("evaluations")
        return {} if evaluations is None else evaluations, pointer(place, "evaluations")
    return {benchmark: score for benchmark, score in model.items() if benchmark in shape.scores}, place


def _in_percent(models: Iterable[object]) -> set[str]:
    """Benchmarks that are given as percentages where fractions were: those up to 1 % would pass for fractions, one by one."""
    return {
        benchmark
        for scores in models
        if isinstance(scores, Mapping)
        for benchmark, score in scores.items()
        if type(score) in (int, float) and score >= SURELY_PERCENT and not POINTS.fullmatch(benchmark)
    }
