"""The price lists of llm-prices (`current-v1.json`, `historical-v1.json`), in USD per million tokens."""

from costfloor.sources.json_input import as_list, as_mapping, pointer, read_json, required
from costfloor.sources.snapshot import Snapshot, SnapshotBuilder, label

DAY_FIELDS = {"from_date", "to_date"}
FIELDS = {"id", "vendor", "name", "input", "output", "input_cached", *DAY_FIELDS}


def read(content: bytes, name: str) -> Snapshot:
    """Read either list.

    The current one is complete. The historical one, which dates its prices, is not: it keeps prices that no longer hold.

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
    top = as_mapping(read_json(content, name, builder.count_repeated), "", name)
    builder.count_unknown(top.keys() - {"updated_at", "prices"})
    entries = as_list(required(top, "prices", "", name), "/prices", name)
    for position, entry in enumerate(entries):
        place = pointer("/prices", position)
        if not isinstance(entry, dict):
            builder.reject(place, None, None, "entry is not an object", entry)
            continue
        builder.count_unknown(entry.keys() - FIELDS)
        prices = {
            "input_usd_per_mtok": entry.get("input"),
            "output_usd_per_mtok": entry.get("output"),
            "cache_read_usd_per_mtok": entry.get("input_cached"),
        }
        builder.add(
            place,
            entry.get("vendor"),
            entry.get("id"),
            prices,
            valid_from=entry.get("from_date"),
            valid_to=entry.get("to_date"),
            note=label(entry.get("name")),
        )
    dated = any(isinstance(entry, dict) and not DAY_FIELDS.isdisjoint(entry) for entry in entries)
    return builder.build(complete=not dated)
