"""The models of OpenRouter (`/api/v1/models`): prices as text in USD per token, facts, and a few scores of others.

`created` is when a model was listed, not when it was released: it is not read.
"""

from collections.abc import Iterator, Mapping

from costfloor.errors import InputError
from costfloor.sources.entries import EntryBuilder
from costfloor.sources.json_input import as_list, as_mapping, pointer, read_json, required
from costfloor.sources.measurements import FactBuilder, Measurements, ScoreBuilder
from costfloor.sources.snapshot import Snapshot, SnapshotBuilder, label
from costfloor.sources.values import identifier

PROVIDER = "openrouter"
COLUMNS = {
    "prompt": "input_usd_per_mtok",
    "completion": "output_usd_per_mtok",
    "input_cache_read": "cache_read_usd_per_mtok",
    "input_cache_write": "cache_write_usd_per_mtok",
}
OTHER_PRICES = {"request", "image", "image_output", "audio", "audio_output", "input_audio_cache", "web_search"}
PRICE_FIELDS = {*COLUMNS, *OTHER_PRICES, "internal_reasoning", "input_cache_write_1h", "discount"}
FACTS = {
    "name": ("name",),
    "huggingface_id": ("hugging_face_id",),
    "openrouter_id": ("canonical_slug",),
    "base_model": ("alias_target", "slug"),
    "context_tokens": ("context_length",),
}
MODEL_FIELDS = {
    *("id", "created", "description", "architecture", "pricing", "benchmarks", "reasoning", "top_provider"),
    *("per_request_limits", "supported_parameters", "default_parameters", "supported_voices", "knowledge_cutoff"),
    *("expiration_date", "links", *(path[0] for path in FACTS.values())),
}


def read_prices(content: bytes, name: str) -> Snapshot:
    """Read the prices. A router, which costs what the model it picks costs, is left out; a free variant has prices of zero.

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
    top, models = _open(content, builder)
    for place, model_id, model in _text_models(builder, models):
        pricing, where = model.get("pricing"), pointer(place, "pricing")
        if pricing is None:
            builder.skip("no price stated")
        elif not isinstance(pricing, dict):
            builder.reject(where, PROVIDER, model_id, "pricing is not an object", pricing)
        elif any(pricing.get(field) in ("-1", -1) for field in ("prompt", "completion")):
            builder.skip("a router, priced as the model that it picks")
        else:
            builder.count_unknown(pricing.keys() - PRICE_FIELDS)
            prices = {column: pricing.get(field) for field, column in COLUMNS.items()}
            builder.add(where, PROVIDER, model_id, prices, per_token=True, note=label(model.get("name")))
    links = top.get("links")
    more_pages = isinstance(links, dict) and bool(links.get("next"))
    return builder.build(complete=not more_pages)


def read_facts(content: bytes, name: str) -> Measurements:
    """Read the facts. That a model reasons is stated by what it can be asked for. Parameters, errors as `read_prices`."""
    builder = FactBuilder(name)
    _, models = _open(content, builder)
    for place, model_id, model in _text_models(builder, models):
        # An alias for the newest of a line begins with a tilde.
        creator = model_id.lstrip("~").split("/")[0] if "/" in model_id else None
        builder.add(pointer(place, "id"), model_id, "creator", creator, provider=PROVIDER)
        builder.add_stated(place, model_id, model, FACTS, provider=PROVIDER)
        asked = model.get("supported_parameters")
        if isinstance(asked, list) and "reasoning" in asked:
            builder.add(pointer(place, "supported_parameters"), model_id, "reasoning", True, provider=PROVIDER)
    return builder.build(may_be_empty=True)


def read_scores(content: bytes, name: str) -> Measurements:
    """Read the indices of Artificial Analysis that newer answers repeat, of a version that they do not state; there may be none.

    Parameters, errors as `read_prices`.
    """
    builder = ScoreBuilder(name)
    _, models = _open(content, builder)
    for place, model_id, model in _text_models(builder, models):
        benchmarks, where = model.get("benchmarks"), pointer(place, "benchmarks")
        if benchmarks is None:
            builder.skip("no benchmarks stated")
            continue
        if not isinstance(benchmarks, dict):
            builder.reject(where, PROVIDER, model_id, "benchmarks are not an object", benchmarks)
            continue
        for source, scores in benchmarks.items():
            if source != "artificial_analysis":
                builder.skip(f"scores of {source[:40]}")
            elif not isinstance(scores, dict | None):
                builder.reject(pointer(where, source), PROVIDER, model_id, "scores are not an object", scores)
            else:
                for index, score in (scores or {}).items():
                    builder.add(
                        pointer(where, source, index), model_id, f"{source}.{index}", score, "raw", provider=PROVIDER
                    )
    return builder.build(may_be_empty=True)


def _open(content: bytes, builder: EntryBuilder) -> tuple[dict[str, object], list[object]]:
    """The whole answer, and its models."""
    file = builder.file
    top = read_json(content, file, builder.count_repeated)
    if isinstance(top, list):
        # Such lists are read off the page: decimal commas, points between thousands, and prices with a rebate in one text.
        problem = "is a list, not an answer of the API of OpenRouter"
        raise InputError(problem, file=file, remedy="Fetch https://openrouter.ai/api/v1/models")
    top = as_mapping(top, "", file)
    builder.count_unknown(top.keys() - {"data", "links", "total_count"})
    return top, as_list(required(top, "data", "", file), "/data", file)


def _text_models(builder: EntryBuilder, models: list[object]) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    """Place, id and fields of each model that writes text; an id that stands there twice is read once."""
    seen: set[str] = set()
    for position, model in enumerate(models):
        place = pointer("/data", position)
        if not isinstance(model, dict):
            builder.reject(place, PROVIDER, None, "model is not an object", model)
            continue
        builder.count_unknown(model.keys() - MODEL_FIELDS)
        stated = model.get("id")
        try:
            model_id = identifier(stated, "model id")
            if model_id in seen:
                raise ValueError("model stands in the list twice")
        except ValueError as error:
            builder.reject(place, PROVIDER, stated, str(error), stated)
            continue
        seen.add(model_id)
        architecture = model.get("architecture")
        made = architecture.get("output_modalities") if isinstance(architecture, dict) else None
        if isinstance(made, list) and made and "text" not in made:
            builder.skip("makes no text")
        else:
            yield place, model_id, model
