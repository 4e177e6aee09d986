"""The catalogue of models.dev: hosts, their models and the cost of each in USD per million tokens, facts and some scores.

`api.json` is by host; `models.json` holds the models themselves, without hosts; `catalog.json` holds both.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from costfloor.sources.entries import EntryBuilder
from costfloor.sources.json_input import as_mapping, pointer, read_json, required
from costfloor.sources.measured_values import HUGGING_FACE
from costfloor.sources.measurements import FactBuilder, Measurements, ScoreBuilder
from costfloor.sources.snapshot import Snapshot, SnapshotBuilder, label, tier_above

COLUMNS = {
    "input": "input_usd_per_mtok",
    "output": "output_usd_per_mtok",
    "cache_read": "cache_read_usd_per_mtok",
    "cache_write": "cache_write_usd_per_mtok",
}
OTHER_PRICES = {"reasoning", "input_audio", "output_audio", "per_minute"}
COST_FIELDS = {*COLUMNS, *OTHER_PRICES, "context_over_200k", "tiers"}
PROVIDER_FIELDS = {"id", "env", "npm", "api", "name", "doc", "models"}
MODEL_FIELDS = {
    *("id", "name", "family", "type", "description", "attachment", "reasoning", "reasoning_options", "temperature"),
    *("tool_call", "interleaved", "structured_output", "knowledge", "release_date", "last_updated", "modalities"),
    *("open_weights", "cost", "limit", "status", "experimental", "provider", "base_model", "canonical_model_id"),
    *("parameters", "license", "links", "weights", "benchmarks"),
}
FACTS = {
    "name": ("name",),
    "release_date": ("release_date",),
    "open_weights": ("open_weights",),
    "reasoning": ("reasoning",),
    "license": ("license",),
    "params_total_b": ("parameters", "total"),
    "params_active_b": ("parameters", "active"),
    "context_tokens": ("limit", "context"),
}
BENCHMARK_FIELDS = {"name", "score", "metric", "harness", "variant", "dataset", "version", "source", "date"}
PERCENT = re.compile(
    r"(?:average |mean )?(?:pass@1|accuracy|exact match)|%|percent(?:age)?(?: \w+)?|resolved?|(?:\w+ )?rate", re.I
)
SCALE_FORMS = {"percent": PERCENT, "fraction": re.compile(r"(?:fraction|proportion)(?: \w+)?", re.I)}


def read(content: bytes, name: str) -> Snapshot:
    """Read the catalogue.

    Parameters
    ----------
    content
        Bytes of the file.
    name
        Display name, for messages.

    Raises
    ------
    InputError
        Not JSON, not in this format, or with hardly a readable price.
    """
    builder = SnapshotBuilder(name)
    for place, provider, model_id, model in _models(content, builder):
        # Without a host it is the model itself, which nobody sells.
        if provider:
            _read_model(builder, place, provider, model_id, model)
    return builder.build(complete=True)


def read_facts(content: bytes, name: str) -> Measurements:
    """Read what each host states of each model, and what the catalogue states of the model itself (provider empty).

    Hosts disagree; all is kept. Parameters, errors as `read`.
    """
    builder = FactBuilder(name)
    for place, provider, model_id, model in _text_models(content, builder):
        if not provider:
            builder.add(place, model_id, "creator", model_id.split("/")[0])
        builder.add_stated(place, model_id, _in_units(model), FACTS, provider=provider)
        # Older files have the one name, newer ones the other.
        base = model.get("base_model") or model.get("canonical_model_id")
        builder.add(place, model_id, "base_model", base, provider=provider)
        builder.add(pointer(place, "weights"), model_id, "huggingface_id", _weights(model), provider=provider)
    return builder.build(may_be_empty=True)


def read_scores(content: bytes, name: str) -> Measurements:
    """Read the scores that newer files hold; there may be none.

    The metric decides on the scale: what is no share is kept as it stands. Data set and harness, which make another task of a benchmark,
    stand in brackets behind its name. A score is self-reported when its source is one of the pages that the entry itself links to.
    Parameters, errors as `read`.
    """
    builder = ScoreBuilder(name)
    for place, provider, model_id, model in _text_models(content, builder):
        scores, where = model.get("benchmarks"), pointer(place, "benchmarks")
        if scores is None:
            builder.skip("no benchmarks stated")
            continue
        if not isinstance(scores, list):
            builder.reject(where, provider, model_id, "benchmarks are not a list", scores)
            continue
        own_pages = {page for key in ("links", "weights") for page in _addresses(model.get(key))}
        for position, score in enumerate(scores):
            _read_score(builder, pointer(where, position), provider, model_id, score, own_pages)
    return builder.build(may_be_empty=True)


def _read_score(
    builder: ScoreBuilder, place: str, provider: str, model_id: str, score: object, own_pages: Collection[str]
) -> None:
    if not isinstance(score, dict):
        builder.reject(place, provider, model_id, "benchmark is not an object", score)
        return
    builder.count_unknown(score.keys() - BENCHMARK_FIELDS)
    metric, source = score.get("metric"), score.get("source")
    wrong = [key for key in ("metric", "source", "dataset", "harness") if not isinstance(score.get(key), str | None)]
    if wrong:
        builder.reject(place, provider, model_id, f"{wrong[0]} is not text", score[wrong[0]])
        return
    scale = next((scale for scale, form in SCALE_FORMS.items() if form.fullmatch((metric or "")[:60])), "raw")
    points = score.get("score")
    if scale == "percent" and isinstance(points, int | float) and 0 < points <= 1:
        builder.reject(place, provider, model_id, "either a fraction or 1 % and less: the entry does not tell", points)
        return
    task = ", ".join(str(score[key]) for key in ("dataset", "harness") if score.get(key))
    benchmark = score.get("name")
    builder.add(
        place,
        model_id,
        f"{benchmark} ({task})" if task and isinstance(benchmark, str) else benchmark,
        points,
        scale,
        provider=provider,
        variant=score.get("variant"),
        benchmark_version=score.get("version"),
        self_reported=source in own_pages,
        measured_on=score.get("date"),
    )


def _models(content: bytes, builder: EntryBuilder) -> Iterator[tuple[str, str, str, object]]:
    """Place, host, id and entry of each model of `api.json`, `models.json` (without hosts) or `catalog.json` (both)."""
    file = builder.file
    top = as_mapping(read_json(content, file, builder.count_repeated), "", file)
    both = top.keys() == {"models", "providers"}
    hosts = as_mapping(top["providers"], "/providers", file) if both else top
    if both:
        for model_id, model in as_mapping(top["models"], "/models", file).items():
            yield pointer("/models", model_id), "", model_id, model
    for key, value in hosts.items():
        place = pointer("/providers" if both else "", key)
        entry = as_mapping(value, place, file)
        # A model is named maker/model, a host by a word.
        if not both and "/" in key and "models" not in entry:
            yield place, "", key, entry
            continue
        builder.count_unknown(entry.keys() - PROVIDER_FIELDS)
        models = as_mapping(required(entry, "models", place, file), pointer(place, "models"), file)
        for model_id, model in models.items():
            yield pointer(place, "models", model_id), key, model_id, model


def _text_models(content: bytes, builder: EntryBuilder) -> Iterator[tuple[str, str, str, dict[str, object]]]:
    """Those of them that write text."""
    for place, provider, model_id, model in _models(content, builder):
        if not isinstance(model, dict):
            builder.reject(place, provider, model_id, "model is not an object", model)
            continue
        builder.count_unknown(model.keys() - MODEL_FIELDS)
        if _makes_no_text(model):
            builder.skip("makes no text")
        else:
            yield place, provider, model_id, model


def _in_units(model: Mapping[str, object]) -> dict[str, object]:
    """An entry with its parameters in billions, and without a context of zero, which stands for none stated."""
    limit, parameters = model.get("limit"), model.get("parameters")
    if isinstance(limit, dict) and limit.get("context") == 0:
        limit = None
    if isinstance(parameters, dict):
        numbers = {key: count for key, count in parameters.items() if type(count) in (int, float)}
        parameters = {**parameters, **{key: count / 1e9 for key, count in numbers.items()}}
    return {**model, "limit": limit, "parameters": parameters}


def _makes_no_text(model: Mapping[str, object]) -> bool:
    modalities = model.get("modalities")
    made = modalities.get("output") if isinstance(modalities, dict) else None
    return isinstance(made, list) and bool(made) and "text" not in made


def _addresses(pages: object) -> list[str]:
    entries = pages if isinstance(pages, list) else []
    urls = [entry.get("url") for entry in entries if isinstance(entry, dict)]
    return [url for url in urls if isinstance(url, str)]


def _weights(model: Mapping[str, object]) -> str | None:
    """Where the weights lie at Hugging Face; the first place, for the others hold other formats of them."""
    return next((url for url in _addresses(model.get("weights")) if HUGGING_FACE.fullmatch(url[:300])), None)


def _read_model(builder: SnapshotBuilder, place: str, provider: str, model_id: str, model: object) -> None:
    if not isinstance(model, dict):
        builder.reject(place, provider, model_id, "model is not an object", model)
        return
    builder.count_unknown(model.keys() - MODEL_FIELDS)
    for _ in _mode_costs(model.get("experimental")):
        builder.skip("price of an experimental mode")
    cost, place = model.get("cost"), pointer(place, "cost")
    if cost is None:
        builder.skip("no cost stated")
        return
    if not isinstance(cost, dict):
        builder.reject(place, provider, model_id, "cost is not an object", cost)
        return
    if _makes_no_text(model):
        builder.skip("makes no text")
        return
    builder.count_unknown(cost.keys() - COST_FIELDS)
    stated = {"release date stated": model.get("release_date"), "status": model.get("status")}
    note = label(model.get("name"), stated)
    builder.add(place, provider, model_id, _prices(cost), note=note)
    _read_tiers(builder, place, provider, model_id, cost, note)


def _read_tiers(
    builder: SnapshotBuilder, place: str, provider: str, model_id: str, cost: Mapping[str, object], note: str
) -> None:
    tiers, legacy = cost.get("tiers"), cost.get("context_over_200k")
    if tiers is not None and not isinstance(tiers, list):
        builder.reject(pointer(place, "tiers"), provider, model_id, "tiers are not a list", tiers)
        tiers = None
    for position, tier in enumerate(tiers or []):
        where = pointer(place, "tiers", position)
        if not isinstance(tier, dict):
            builder.reject(where, provider, model_id, "tier is not an object", tier)
            continue
        builder.count_unknown(tier.keys() - COST_FIELDS - {"tier"})
        bounds = tier.get("tier")
        size = bounds.get("size") if isinstance(bounds, dict) else None
        kind = bounds.get("type", "context") if isinstance(bounds, dict) else "context"
        try:
            title = tier_above(size, "tokens" if kind == "context" else f"tokens of {kind}")
        except ValueError as error:
            builder.reject(where, provider, model_id, str(error), size)
            continue
        builder.add(where, provider, model_id, _prices(tier), tier=title, note=note)
    if legacy is None:
        return
    if tiers:
        # The catalogue writes it beside the tiers for old readers, whatever the size of the tier.
        builder.skip("older copy of a tier")
    elif isinstance(legacy, dict):
        builder.count_unknown(legacy.keys() - COST_FIELDS)
        where = pointer(place, "context_over_200k")
        builder.add(where, provider, model_id, _prices(legacy), tier=tier_above(200_000), note=note)
    else:
        builder.reject(pointer(place, "context_over_200k"), provider, model_id, "tier is not an object", legacy)


def _prices(cost: Mapping[str, object]) -> dict[str, object]:
    return {column: cost.get(field) for field, column in COLUMNS.items()}


def _mode_costs(experimental: object) -> list[object]:
    modes = experimental.get("modes") if isinstance(experimental, dict) else None
    listed = modes.values() if isinstance(modes, dict) else ()
    return [mode["cost"] for mode in listed if isinstance(mode, dict) and mode.get("cost") is not None]
