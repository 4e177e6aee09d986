"""Which model a quote is about: from a source's spelling and a day to a canonical model, or to the reason why not.

The tables of spellings are tried from the surest to the weakest, and the rule that matched is written down as
`match_basis`. Slugs of Artificial Analysis are never used: its `gpt-4o` is one snapshot of November 2024.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.data.normalise import compact, strip_display_name, strip_id, version_stem

FORBIDDEN = "artificial_analysis_slug"
ID_SOURCES = (
    "hand",
    "api_id",
    "canonical_tail",
    "openrouter_style",
    "epoch_hub",
    "api_id_bedrock",
    "api_id_vertex",
    "openrouter_via_aa",
    "huggingface_via_aa",
    "huggingface_via_epoch",
)
NAME_SOURCES = ("hand", "gundlach", "epoch_efficiency", "epoch_hub", "artificial_analysis", "llmstats_name")
SUGGESTED = ("suggested_exact", "suggested_stripped", "suggested_tokens")
DISPLAY_NAME_SOURCES = ("curated", "epoch_api", "monthly_lowest")
TUNED = ("it", "chat", "instruct")
MOVING_CREATORS = ("anthropic", "google", "mistral", "openai", "qwen", "xai")
"""Vendors whose undated ids follow the newest snapshot; hosts of open weights stay with the snapshot they loaded."""

UNKNOWN = "no model has this name"
MOVED = "moving name on a day without a known model"


@dataclass(frozen=True)
class SpellingTable:
    """Spellings of one source: lower case to model, and compact form to model; ambiguous ones are left out."""

    basis: str
    exact: dict[str, str]
    loose: dict[str, str]


@dataclass(frozen=True)
class Spellings:
    """Lookup tables from spelling to model.

    Attributes
    ----------
    moving
        Compact id to (first day, first day no longer, model), for names whose model changed.
    tables
        The surest first; the first one holds the spellings read by hand.
    snapshots
        Compact stem to (release day, model) of every dated snapshot, oldest first.
    instruct
        Base model to its instruction-tuned sibling: endpoints sell the latter under the former's name.
    suggested
        (source of the suggestion, spelling) to (basis, model).
    catalogue
        (provider, model id) to the base model the models.dev catalogue states.
    """

    moving: dict[str, list[tuple[pd.Timestamp, pd.Timestamp, str]]]
    tables: list[SpellingTable]
    snapshots: dict[str, list[tuple[pd.Timestamp, str]]]
    instruct: dict[str, str]
    suggested: dict[tuple[str, str], tuple[str, str]]
    catalogue: dict[tuple[str, str], str]


def spellings(models: pd.DataFrame, aliases: pd.DataFrame, provider_models: pd.DataFrame) -> Spellings:
    """Lookup tables from the raw tables `models`, `aliases` and `provider_models`."""
    usable = aliases[(aliases["source"] != FORBIDDEN) & ~aliases["note"].fillna("").str.startswith("ambiguous")]
    reviewed = usable[usable["basis"] == "reviewed"]
    tables = []
    for basis, sources in (("id", ID_SOURCES), ("name", NAME_SOURCES)):
        for source in sources:
            chosen = reviewed[reviewed["source"] == source]
            names = list(zip(chosen["source_name"], chosen["model_key"], strict=True))
            tables.append(_table(f"{source} {basis}", names, strip_id if basis == "id" else strip_display_name))
    tables.append(_table("model name", zip(models["name"], models["model_key"], strict=True), strip_display_name))
    hints = usable[usable["basis"].isin(SUGGESTED)]
    suggested = {
        (source, name.lower()): (basis, key)
        for source, name, basis, key in zip(
            hints["source"], hints["source_name"], hints["basis"], hints["model_key"], strict=True
        )
    }
    stated = provider_models.dropna(subset=["base_model"])
    catalogue = {
        (provider, model_id): base
        for provider, model_id, base in zip(stated["provider"], stated["model_id"], stated["base_model"], strict=True)
    }
    return Spellings(
        moving=_moving(usable[usable["basis"] == "moving"]),
        tables=tables,
        snapshots=_snapshots(models),
        instruct=_instruct(models),
        suggested=suggested,
        catalogue=catalogue,
    )


def resolve(quotes: pd.DataFrame, known: Spellings) -> pd.DataFrame:
    """Add `model_key`, `match_basis` and `unresolved_reason` to price spells.

    Parameters
    ----------
    quotes
        Needs `source`, `provider`, `model_id`, `mode`, `recorded_on`, `valid_to`.
    known
        From `spellings`.

    Returns
    -------
    pandas.DataFrame
        The same rows; exactly one of `model_key` and `unresolved_reason` is filled.
    """
    names = quotes[["source", "provider", "model_id", "mode"]].fillna("")
    day = quotes["recorded_on"].fillna(quotes["valid_to"])
    # A few names mean another model on another day; of all others each is looked up once.
    dated = {name: _depends_on_day(name, known) for name in names["model_id"].unique()}
    places = names.assign(day=day.where(names["model_id"].map(dated)))
    place = places.groupby(list(places), dropna=False, sort=False).ngroup().to_numpy()
    first = np.unique(place, return_index=True)[1]
    sightings = [
        _Sighting(source, provider, model_id, mode, when)
        for (source, provider, model_id, mode), when in zip(names.to_numpy()[first], day.iloc[first], strict=True)
    ]
    listed = {(seen.source, seen.provider, compact(seen.stripped)) for seen in sightings}
    found = pd.DataFrame(
        [_resolve_one(seen, known, listed) for seen in sightings],
        columns=["model_key", "match_basis", "unresolved_reason"],
        dtype="str",
    )
    return pd.concat([quotes, found.iloc[place].set_axis(quotes.index)], axis=1)


def _depends_on_day(model_id: str, known: Spellings) -> bool:
    """Whether a spelling could be a moving name or share its stem with dated snapshots."""
    stripped = strip_id(model_id)
    return compact(stripped) in known.moving or compact(version_stem(stripped)) in known.snapshots


class _Sighting(NamedTuple):
    source: str
    provider: str
    model_id: str
    mode: str
    day: pd.Timestamp

    @property
    def stripped(self) -> str:
        return strip_id(self.model_id)

    @property
    def is_display_name(self) -> bool:
        return self.source in DISPLAY_NAME_SOURCES

    @property
    def spelled(self) -> str:
        return compact(strip_display_name(self.model_id) if self.is_display_name else self.stripped)

    @property
    def is_latest(self) -> bool:
        return self.stripped.endswith("-latest")

    @property
    def stem(self) -> str:
        """What dated snapshots of the name share; empty when the name is dated itself."""
        stem = version_stem(self.stripped)
        return compact(stem) if stem == self.stripped or self.is_latest else ""


def _resolve_one(
    seen: _Sighting, known: Spellings, listed: set[tuple[str, str, str]]
) -> tuple[str | None, str | None, str | None]:
    stripped = seen.stripped
    if compact(stripped) in known.moving:
        for start, end, key in known.moving[compact(stripped)]:
            if start <= seen.day < end:
                return key, "moving name", None
        return None, None, MOVED
    for key, basis in _candidates(seen, known):
        served = known.instruct.get(key)
        # A host that lists the tuned model beside this id sells the base model under it.
        tuned = any((seen.source, seen.provider, compact(stripped) + suffix) in listed for suffix in TUNED)
        if served and not tuned and "base" not in stripped and seen.mode == "chat":
            return served, f"{basis}, instruct", None
        return key, basis, None
    return None, None, UNKNOWN


def _candidates(seen: _Sighting, known: Spellings) -> Iterator[tuple[str, str]]:
    tables = [table for table in known.tables if seen.is_display_name or table.basis.endswith(" id")]
    name = seen.model_id.lower()
    by_hand = known.tables[0].exact
    if name not in by_hand and seen.stripped not in by_hand:
        yield from _newest_snapshot(seen, known)
    yield from ((table.exact[name], table.basis) for table in tables if name in table.exact)
    yield from _loosely(seen.spelled, tables, "normalised")
    yield from _only_snapshot(seen, known)
    stated = known.catalogue.get((seen.provider, seen.model_id), "")
    yield from _loosely(compact(strip_id(stated)), tables, "catalogue base model")
    if seen.is_latest:
        return
    for suffix in TUNED:
        yield from _loosely(seen.spelled + suffix, tables, "instruct")
    for place in (("models.dev", f"{seen.provider}/{name}"), ("tokencost", name), ("litellm", name)):
        if place in known.suggested:
            basis, key = known.suggested[place]
            yield key, basis


def _loosely(spelled: str, tables: list[SpellingTable], how: str) -> Iterator[tuple[str, str]]:
    return ((table.loose[spelled], f"{table.basis}, {how}") for table in tables if spelled in table.loose)


def _newest_snapshot(seen: _Sighting, known: Spellings) -> Iterator[tuple[str, str]]:
    versions = known.snapshots.get(seen.stem, [])
    released = [key for start, key in versions if start <= seen.day]
    if released and len(versions) > 1 and released[-1].startswith(MOVING_CREATORS):
        yield released[-1], "newest snapshot"


def _only_snapshot(seen: _Sighting, known: Spellings) -> Iterator[tuple[str, str]]:
    versions = known.snapshots.get(seen.stem, [])
    if len(versions) == 1 and versions[0][0] <= seen.day:
        yield versions[0][1], "only snapshot"
    elif seen.is_latest and not versions:
        yield from _loosely(seen.stem, [table for table in known.tables if table.basis.endswith(" id")], "latest")


def _table(basis: str, names: Iterable[tuple[str, str]], strip: Callable[[str], str]) -> SpellingTable:
    exact: dict[str, set[str]] = {}
    loose: dict[str, set[str]] = {}
    for name, key in names:
        exact.setdefault(name.lower(), set()).add(key)
        loose.setdefault(compact(strip(name)), set()).add(key)
    return SpellingTable(basis, _unique(exact), _unique(loose))


def _unique(choices: dict[str, set[str]]) -> dict[str, str]:
    return {name: next(iter(keys)) for name, keys in choices.items() if len(keys) == 1}


def _moving(aliases: pd.DataFrame) -> dict[str, list[tuple[pd.Timestamp, pd.Timestamp, str]]]:
    periods: dict[str, list[tuple[pd.Timestamp, pd.Timestamp, str]]] = {}
    ends = aliases["valid_to"].fillna(pd.Timestamp.max.floor("D"))
    for name, start, end, key in zip(
        aliases["source_name"], aliases["valid_from"], ends, aliases["model_key"], strict=True
    ):
        periods.setdefault(compact(name), []).append((start, end, key))
    return periods


def _snapshots(models: pd.DataFrame) -> dict[str, list[tuple[pd.Timestamp, str]]]:
    dated = models[models["release_date"].notna()].sort_values("release_date")
    families: dict[str, list[tuple[pd.Timestamp, str]]] = {}
    for key, released in zip(dated["model_key"], dated["release_date"], strict=True):
        tail = key.split("/", 1)[1]
        if version_stem(tail) != tail:
            families.setdefault(compact(version_stem(tail)), []).append((released, key))
    return families


def _instruct(models: pd.DataFrame) -> dict[str, str]:
    keys = set(models["model_key"])
    tuned = {key: f"{key}-{suffix}" for key in keys for suffix in TUNED if f"{key}-{suffix}" in keys}
    return {base: key for base, key in tuned.items() if not base.startswith("openai/")}
