"""Every known spelling of every model, as lookup tables from the surest to the weakest."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from costfloor.data.normalise import compact, strip_display_name, strip_id, version_stem

FORBIDDEN = "artificial_analysis_slug"
REGISTERED = "registered"
"""Source and basis of the spellings of models that registered themselves, wherever they are sold."""

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
    REGISTERED,
)
NAME_SOURCES = ("hand", "gundlach", "epoch_efficiency", "epoch_hub", "artificial_analysis", "llmstats_name")
SUGGESTED = ("suggested_exact", "suggested_stripped", "suggested_tokens")
STATED = ("huggingface_id", "openrouter_id", "base_model", "stated_name", REGISTERED)
"""Bases of spellings that hold for one entry of one source, from the surest to the weakest."""

TUNED = ("it", "chat", "instruct")
SAME_RELEASE = pd.Timedelta(days=14)
"""Statements of one release lie within this; further apart they are about two models, or one is wrong."""
ROUGH = pd.Timedelta(days=45)
"""Catalogues give rough dates: a stated release this much after a model's own may still be meant for it."""
MOVING_CREATORS = ("anthropic", "google", "mistral", "openai", "qwen", "xai")
"""Vendors whose undated ids follow the newest snapshot; hosts of open weights stay with the snapshot they loaded."""

KNOWN_TO = pd.Timestamp("2025-12-31")
"""Last day of the record that the raw tables of names were made for: what a moving name means later, they do not know."""


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
        Compact id to (first day, first day no longer, model), for names whose model changed. None is known to hold after `known_to`.
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
    released
        Release day of every model that has one.
    known_to
        Last day of which it is known what moving names mean.
    """

    moving: dict[str, list[tuple[pd.Timestamp, pd.Timestamp, str]]]
    tables: list[SpellingTable]
    snapshots: dict[str, list[tuple[pd.Timestamp, str]]]
    instruct: dict[str, str]
    suggested: dict[tuple[str, str], tuple[str, str]]
    catalogue: dict[tuple[str, str], str]
    released: dict[str, pd.Timestamp]
    known_to: pd.Timestamp


def spellings(
    models: pd.DataFrame, aliases: pd.DataFrame, provider_models: pd.DataFrame, known_to: pd.Timestamp = KNOWN_TO
) -> Spellings:
    """Lookup tables from the tables `models`, `aliases` and `provider_models`, and the last day of which they know the models."""
    usable = aliases[(aliases["source"] != FORBIDDEN) & ~aliases["note"].fillna("").str.startswith("ambiguous")]
    reviewed = usable[usable["basis"].isin(["reviewed", REGISTERED])]
    tables = []
    by_source: dict[str, list[tuple[str, str]]] = {}
    for source, name, key in cells(reviewed, "source", "source_name", "model_key"):
        by_source.setdefault(source, []).append((name, key))
    for basis, sources in (("id", ID_SOURCES), ("name", NAME_SOURCES)):
        for source in sources:
            names = by_source.get(source, [])
            tables.append(_table(f"{source} {basis}", names, strip_id if basis == "id" else strip_display_name))
    tables.append(_table("model name", cells(models, "name", "model_key"), strip_display_name))
    hints = usable[usable["basis"].isin([*SUGGESTED, *STATED]) & usable["source"].ne(REGISTERED)]
    suggested = {
        (source, name.lower()): (basis, key)
        for source, name, basis, key in cells(hints, "source", "source_name", "basis", "model_key")
    }
    stated = provider_models.dropna(subset=["base_model"])
    catalogue = {
        (provider, model_id): base for provider, model_id, base in cells(stated, "provider", "model_id", "base_model")
    }
    dated = models.dropna(subset=["release_date"])
    return Spellings(
        moving=_moving(usable[usable["basis"] == "moving"], known_to),
        tables=tables,
        snapshots=_snapshots(models, usable[usable["source"] == REGISTERED]),
        instruct=_instruct(models),
        suggested=suggested,
        catalogue=catalogue,
        released=dict(cells(dated, "model_key", "release_date")),
        known_to=known_to,
    )


def cells(table: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """The cells of some columns, row by row; a column as a list is gone through ten times as fast as by itself."""
    return zip(*(table[column].tolist() for column in columns), strict=True)


def _table(basis: str, names: Iterable[tuple[str, str]], strip: Callable[[str], str]) -> SpellingTable:
    exact: dict[str, set[str]] = {}
    loose: dict[str, set[str]] = {}
    for name, key in names:
        exact.setdefault(name.lower(), set()).add(key)
        loose.setdefault(compact(strip(name)), set()).add(key)
    return SpellingTable(basis, _unique(exact), _unique(loose))


def _unique(choices: dict[str, set[str]]) -> dict[str, str]:
    return {name: next(iter(keys)) for name, keys in choices.items() if len(keys) == 1}


def _moving(aliases: pd.DataFrame, known_to: pd.Timestamp) -> dict[str, list[tuple[pd.Timestamp, pd.Timestamp, str]]]:
    periods: dict[str, list[tuple[pd.Timestamp, pd.Timestamp, str]]] = {}
    ends = aliases["valid_to"].fillna(known_to + pd.Timedelta(days=1))
    for name, start, end, key in zip(
        aliases["source_name"], aliases["valid_from"], ends, aliases["model_key"], strict=True
    ):
        periods.setdefault(compact(name), []).append((start, end, key))
    return periods


def _snapshots(models: pd.DataFrame, registered: pd.DataFrame) -> dict[str, list[tuple[pd.Timestamp, str]]]:
    """Dated snapshots by the stem of their keys, and of the ids under which the models that registered themselves are known."""
    released = dict(cells(models.dropna(subset=["release_date"]), "model_key", "release_date"))
    names = [(key, key.split("/", 1)[1]) for key in released]
    names += [(key, strip_id(name)) for key, name in cells(registered, "model_key", "source_name") if key in released]
    families: dict[str, set[tuple[pd.Timestamp, str]]] = {}
    for key, tail in names:
        if version_stem(tail) != tail:
            families.setdefault(compact(version_stem(tail)), set()).add((released[key], key))
    return {stem: sorted(versions) for stem, versions in families.items()}


def _instruct(models: pd.DataFrame) -> dict[str, str]:
    keys = set(models["model_key"])
    tuned = {key: f"{key}-{suffix}" for key in keys for suffix in TUNED if f"{key}-{suffix}" in keys}
    return {base: key for base, key in tuned.items() if not base.startswith("openai/")}
