"""The price data of genai-prices (`data.json` of versions 1 to 3), in USD per million tokens."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from costfloor.sources.json_input import as_list, as_mapping, pointer, read_json, required
from costfloor.sources.snapshot import Snapshot, SnapshotBuilder, label, tier_above
from costfloor.sources.values import day

KEYS = {
    "input_usd_per_mtok": ("input_text_mtok", "input_mtok"),
    "output_usd_per_mtok": ("output_text_mtok", "output_mtok"),
    "cache_read_usd_per_mtok": ("cache_text_read_mtok", "cache_read_mtok"),
    "cache_write_usd_per_mtok": (
        "cache_text_write_5m_mtok",
        "cache_text_write_mtok",
        "cache_write_5m_mtok",
        "cache_write_mtok",
    ),
}
"""Where each price stands, the narrower name first: version 2 has names for text alone and for how long a cache is kept."""

PRICE_KEY = re.compile(r"\w+_(?:mtok|kcount|mchars|hours|gpixels|kpages)")
PROVIDER_FIELDS = {
    *(
        "id",
        "name",
        "pricing_urls",
        "api_pattern",
        "description",
        "price_comments",
        "model_match",
        "provider_match",
        "models",
    ),
    *("extractors", "fallback_model_providers", "tool_match"),
}
MODEL_FIELDS = {
    *(
        "id",
        "name",
        "description",
        "match",
        "context_window",
        "price_comments",
        "prices",
        "prices_checked",
        "price_discrepancies",
    ),
    *("collapse", "deprecated", "removed"),
}
STEP_FIELDS = {"constraint", "prices"}
CLOCK = re.compile(r"([0-2][0-9]):([0-5][0-9])(?::[0-5][0-9])?(?:Z|[+-][0-9]{2}:[0-9]{2})?")


@dataclass(frozen=True)
class _Step:
    """One of a model's alternative sets of prices, and when it applies."""

    place: str
    prices: Mapping[str, object]
    start: object = None
    hours: tuple[str, str] | None = None


def read(content: bytes, name: str) -> Snapshot:
    """Read the price data: a list of providers, or (since version 3) an object that holds it as `providers`.

    A model with a schedule gives a row for each step, with the days on which the step begins and ends.

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
    top, place = read_json(content, name, builder.count_repeated), ""
    if isinstance(top, dict):
        top, place = required(top, "providers", "", name), "/providers"
    for position, value in enumerate(as_list(top, place, name)):
        where = pointer(place, position)
        provider = as_mapping(value, where, name)
        builder.count_unknown(provider.keys() - PROVIDER_FIELDS)
        models = as_list(required(provider, "models", where, name), pointer(where, "models"), name)
        for number, model in enumerate(models):
            _read_model(builder, pointer(where, "models", number), provider.get("id"), model)
    return builder.build(complete=True)


def _read_model(builder: SnapshotBuilder, place: str, provider: object, model: object) -> None:
    if not isinstance(model, dict):
        builder.reject(place, provider, None, "model is not an object", model)
        return
    builder.count_unknown(model.keys() - MODEL_FIELDS)
    model_id, prices, place = model.get("id"), model.get("prices"), pointer(place, "prices")
    if prices is None or prices == []:
        builder.skip("no prices stated")
        return
    steps: list[_Step] = []
    if isinstance(prices, dict):
        steps.append(_Step(place, prices))
    elif isinstance(prices, list):
        for position, value in enumerate(prices):
            try:
                steps.append(_step(builder, pointer(place, position), value))
            except ValueError as error:
                builder.reject(pointer(place, position), provider, model_id, str(error), value)
    else:
        builder.reject(place, provider, model_id, "prices are neither an object nor a list", prices)
    starts = sorted({start for step in steps if (start := _first_day(step)) is not None})
    note = label(model.get("name"))
    for step, when in zip(steps, _titles(steps), strict=True):
        first_day = _first_day(step)
        until = (
            next((str(start) for start in starts if first_day is None or start > first_day), None)
            if step.hours is None
            else None
        )
        builder.count_unknown(field for field in step.prices if not PRICE_KEY.fullmatch(field))
        _add_tiers(builder, step, provider, model_id, when, until, note)


def _step(builder: SnapshotBuilder, place: str, value: object) -> _Step:
    if not isinstance(value, dict) or not isinstance(value.get("prices"), dict):
        raise ValueError("step has no prices")
    builder.count_unknown(value.keys() - STEP_FIELDS)
    constraint, place = value.get("constraint"), pointer(place, "prices")
    if constraint is None:
        return _Step(place, value["prices"])
    if not isinstance(constraint, dict):
        raise ValueError("constraint is not an object")
    start = constraint.get("start_date", constraint.get("start"))
    if start is not None:
        return _Step(place, value["prices"], start=start)
    clock = constraint.get("start_time"), constraint.get("end_time")
    if all(isinstance(time, str) and CLOCK.fullmatch(time) for time in clock):
        return _Step(place, value["prices"], hours=(str(clock[0]), str(clock[1])))
    raise ValueError("constraint is neither a first day nor hours of the day")


def _first_day(step: _Step) -> dt.date | None:
    """When a step begins; None also where that is unreadable, for which the step itself is rejected later."""
    try:
        return day(step.start, "first day")
    except ValueError:
        return None


def _titles(steps: list[_Step]) -> list[str]:
    """What sets each step apart from the list price, "" for the list price itself.

    Where the price depends on the hour, the one that holds for most of the day is the list price: the file puts the other first.
    """
    timed = [(step, step.hours) for step in steps if step.hours is not None]
    held = Counter[str]()
    for step, hours in timed:
        held[repr(step.prices)] += _minutes(hours)
    usual = next((step for step, _ in timed if held[repr(step.prices)] > 12 * 60), None)
    outside = "" if usual is None else "outside " + ", ".join("{} to {}".format(*hours) for _, hours in timed)
    return [
        "" if step is usual else outside if step.hours is None else "from {} to {}".format(*step.hours)
        for step in steps
    ]


def _minutes(hours: tuple[str, str]) -> int:
    start, end = (int(clock[:2]) * 60 + int(clock[3:5]) for clock in hours)
    return (end - start) % (24 * 60)


def _add_tiers(
    builder: SnapshotBuilder, step: _Step, provider: object, model_id: object, when: str, until: str | None, note: str
) -> None:
    """Add the base price of a step, and a row for each size of context from which any of its prices changes."""
    base: dict[str, object] = {}
    changes: dict[str, dict[str, object]] = {}
    for column, fields in KEYS.items():
        field = next((field for field in fields if step.prices.get(field) is not None), fields[-1])
        value = step.prices.get(field)
        if isinstance(value, dict):
            try:
                base[column] = _tiered(value, column, changes)
            except ValueError as error:
                builder.reject(pointer(step.place, field), provider, model_id, str(error), value)
                return
        else:
            base[column] = value
    current = base
    ordered = sorted(changes, key=lambda title: int(title.split()[1]))
    for tier, prices in (("", base), *((title, changes[title]) for title in ordered)):
        current = {**current, **prices}
        builder.add(
            step.place,
            provider,
            model_id,
            current,
            tier=", ".join(part for part in (tier, when) if part),
            valid_from=step.start,
            valid_to=until,
            note=note,
        )


def _tiered(value: Mapping[str, object], column: str, changes: dict[str, dict[str, object]]) -> object:
    """The base of a price that depends on the context; its further prices go into `changes`, by tier and column."""
    tiers = value.get("tiers")
    if not isinstance(tiers, list) or "base" not in value:
        raise ValueError("price is an object without base and tiers")
    for tier in tiers:
        if not isinstance(tier, dict) or tier.get("price") is None:
            raise ValueError("tier has no price")
        changes.setdefault(tier_above(tier.get("start")), {})[column] = tier["price"]
    return value["base"]
