"""The catalogue of models.dev (`api.json`): provider, then model, then cost in USD per million tokens."""

from collections.abc import Mapping

from costfloor.sources.json_input import as_mapping, pointer, read_json, required
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
    *(
        "id",
        "name",
        "family",
        "attachment",
        "reasoning",
        "reasoning_options",
        "temperature",
        "tool_call",
        "interleaved",
        "description",
    ),
    *(
        "structured_output",
        "knowledge",
        "release_date",
        "last_updated",
        "modalities",
        "open_weights",
        "cost",
        "limit",
        "status",
    ),
    *("experimental", "provider"),
}


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
    for provider_id, value in as_mapping(read_json(content, name, builder.count_repeated), "", name).items():
        place = pointer("", provider_id)
        provider = as_mapping(value, place, name)
        builder.count_unknown(provider.keys() - PROVIDER_FIELDS)
        models = as_mapping(required(provider, "models", place, name), pointer(place, "models"), name)
        for model_id, model in models.items():
            _read_model(builder, pointer(place, "models", model_id), provider_id, model_id, model)
    return builder.build(complete=True)


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
    modalities = model.get("modalities")
    made = modalities.get("output") if isinstance(modalities, dict) else None
    if isinstance(made, list) and made and "text" not in made:
        builder.skip("makes no text")
        return
    builder.count_unknown(cost.keys() - COST_FIELDS)
    said = {"release date stated": model.get("release_date"), "status": model.get("status")}
    note = label(model.get("name"), said)
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
    found = modes.values() if isinstance(modes, dict) else ()
    return [mode["cost"] for mode in found if isinstance(mode, dict) and mode.get("cost") is not None]
