"""The price map of LiteLLM (`model_prices_and_context_window.json`), in USD per token."""

import re
from collections.abc import Mapping
from functools import lru_cache

from costfloor.sources.entries import MAX_FIELD_NAME
from costfloor.sources.json_input import as_mapping, pointer, read_json
from costfloor.sources.off_peak import WEEK, minutes_a_week
from costfloor.sources.snapshot import MODES, Snapshot, SnapshotBuilder, tier_above

STEMS = {
    "input_cost_per_token": "input_usd_per_mtok",
    "output_cost_per_token": "output_usd_per_mtok",
    "cache_read_input_token_cost": "cache_read_usd_per_mtok",
    "cache_creation_input_token_cost": "cache_write_usd_per_mtok",
}
LIST_PRICES = ("input_usd_per_mtok", "output_usd_per_mtok")
PRICE = re.compile(rf"({'|'.join(STEMS)})(?:_above_([0-9]{{1,9}})(k?)_tokens)?(?:_(batches|priority|flex))?")

UNITS = ("character", "second", "image", "pixel", "query", "page", "session", "request", "video", "audio")
OTHER_UNIT = re.compile(rf"\w*cost_per_(?:\w+_)?({'|'.join(UNITS)})\w*")

KNOWN = re.compile(
    r"(?:supports?|supported|max|min|uses|regional|default)_\w+|\w*cost_per_(?!token)\w+|\w+_dbu_cost_per_token"
    r"|cache_(?:creation|read)_\w+|mode|litellm_provider|source|metadata|comment|notes?|deprecation_date|display_name|model_v\w+"
    r"|off_peak_pricing|tool_use_system_prompt_tokens|output_vector_size|[rt]p[dm]|provider_specific_entry|tiered_pricing|\w+_processing_\w+"
)


def read(content: bytes, name: str) -> Snapshot:
    """Read the price map. `model_id` is the whole key, with its `provider/` where it has one.

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
    for key, entry in as_mapping(read_json(content, name, builder.count_repeated), "", name).items():
        _read_entry(builder, key, entry)
    return builder.build(complete=True)


def _read_entry(builder: SnapshotBuilder, key: str, entry: object) -> None:
    if key == "sample_spec":
        builder.skip("sample entry")
        return
    place = pointer("", key)
    if not isinstance(entry, dict):
        builder.reject(place, None, key, "entry is not an object", entry)
        return
    builder.count_unknown(field for field in entry if not _is_known(field))
    provider, mode = entry.get("litellm_provider"), entry.get("mode")
    if mode is None:
        builder.skip("no mode stated")
        return
    if not isinstance(mode, str):
        builder.reject(pointer(place, "mode"), provider, key, "mode is not text", mode)
        return
    if mode not in MODES:
        builder.skip(f"mode {mode[:40]}")
        return
    _Entry(builder, place, provider, key, mode).read(entry)


class _Entry:
    """One key of the map: who sells it under which name, and where its prices go."""

    def __init__(self, builder: SnapshotBuilder, place: str, provider: object, key: str, mode: str) -> None:
        self.builder, self.place, self.provider, self.key, self.mode = builder, place, provider, key, mode

    def read(self, entry: Mapping[str, object]) -> None:
        """Add the base price and every tier."""
        groups, first = _groups(entry)
        base = groups.pop("", {})
        steps = entry.get("tiered_pricing")
        if block := entry.get("off_peak_pricing"):
            peak = self.read_hours(block, base, steps)
            if peak is None:
                return
            base = peak
        elif any(column in base for column in LIST_PRICES):
            self.add(self.place, base, "")
        elif not groups and not steps:
            short = (field for field in entry if len(field) <= MAX_FIELD_NAME)
            units = {match.group(1) for field in short if (match := OTHER_UNIT.fullmatch(field))}
            self.builder.skip(f"priced per {min(units)}, not per token" if units else "no price per token")
        for tier, prices in groups.items():
            self.add(pointer(self.place, first[tier]), _inherit(base, prices), tier)
        if steps is not None:
            self.read_steps(steps, base)

    def read_hours(self, block: object, base: Mapping[str, object], steps: object) -> dict[str, object] | None:
        """Add the prices of an entry that costs less at some hours: those of most hours are the list price.

        What stands beside the block is the price at the peak. Where the cheaper one does not hold for most of the week, neither is a list
        price, and the entry is held back: nothing is returned, else the price at the peak.
        """
        place = pointer(self.place, "off_peak_pricing")
        first = steps[0] if isinstance(steps, list) and steps and isinstance(steps[0], dict) else {}
        peak = _inherit(_groups(first)[0].get("", {}), base)
        try:
            if not isinstance(block, dict):
                raise ValueError("off-peak pricing is not an object")
            minutes = minutes_a_week(block)
            if minutes <= WEEK // 2:
                raise ValueError(
                    f"the off-peak price holds for {minutes / 60:g} of 168 hours, so that there is no list price"
                )
        except ValueError as error:
            self.reject(place, str(error), block)
            return None
        self.add(self.place, peak, "peak hours")
        self.add(place, {**peak, **_groups(block)[0].get("", {})}, "")
        return peak

    def read_steps(self, steps: object, base: Mapping[str, object]) -> None:
        """Add the steps of `tiered_pricing`, each with the range of tokens it is for."""
        place = pointer(self.place, "tiered_pricing")
        if not isinstance(steps, list):
            self.reject(place, "tiered pricing is not a list", steps)
            return
        for position, step in enumerate(steps):
            where = pointer(place, position)
            bounds = step.get("range") if isinstance(step, dict) else None
            if not isinstance(step, dict) or not isinstance(bounds, list) or not bounds:
                self.reject(where, "step has no range of tokens", step)
                continue
            prices = _inherit(base, _groups(step)[0].get("", {}))
            if bounds[0] == 0 and not isinstance(bounds[0], bool):
                if all(column in base for column in LIST_PRICES):
                    self.builder.skip("repeats the base price")
                else:
                    self.add(where, prices, "")
                continue
            try:
                tier = tier_above(bounds[0])
            except ValueError as error:
                self.reject(where, str(error), bounds[0])
                continue
            self.add(where, prices, tier)

    def add(self, place: str, prices: Mapping[str, object], tier: str) -> None:
        """Add a price per token of this key."""
        self.builder.add(
            place,
            self.provider,
            self.key,
            prices,
            per_token=True,
            tier=tier,
            mode=self.mode,
            provider_required=False,
        )

    def reject(self, place: str, reason: str, value: object) -> None:
        """Reject a part of this key."""
        self.builder.reject(place, self.provider, self.key, reason, value)


def _is_known(field: str) -> bool:
    # The patterns take time with the square of the length.
    return len(field) <= MAX_FIELD_NAME and _fits(field)


@lru_cache(maxsize=1024)
def _fits(field: str) -> bool:
    """Thousands of entries have the same fields."""
    return bool(PRICE.fullmatch(field) or KNOWN.fullmatch(field))


def _tier(price_field: re.Match[str]) -> str:
    """Name of the tier that a price field belongs to, "" for the base price."""
    _, size, thousand, service = price_field.groups()
    context = [f"above {int(size) * (1000 if thousand else 1)} tokens"] if size else []
    return ", ".join(context + ([service] if service in ("priority", "flex") else []))


def _groups(entry: Mapping[str, object]) -> tuple[dict[str, dict[str, object]], dict[str, str]]:
    """The stated prices of an entry, by tier and column, and the first field of each tier."""
    groups: dict[str, dict[str, object]] = {}
    first: dict[str, str] = {}
    for field, value in entry.items():
        match = PRICE.fullmatch(field)
        if match is None or value is None:
            continue
        column = STEMS[match.group(1)]
        if match.group(4) == "batches":
            if column not in LIST_PRICES:
                continue
            column = f"batch_{column}"
        tier = _tier(match)
        groups.setdefault(tier, {})[column] = value
        first.setdefault(tier, field)
    return groups, first


def _inherit(base: Mapping[str, object], prices: Mapping[str, object]) -> dict[str, object]:
    """The prices of a tier: where it names no input or output price of its own, the base price goes on."""
    return {**{column: base[column] for column in LIST_PRICES if column in base}, **prices}
