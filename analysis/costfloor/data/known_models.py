"""The models and spellings that are known by a day: raw tables, what people decided, and what sources have stated since."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import pandas as pd

from costfloor.data.creators import CREATORS, creators_of
from costfloor.data.decisions import MAPPED, MAPPING, apply_mapping, load_mapping
from costfloor.data.identity import resolve
from costfloor.data.measured import stated_facts
from costfloor.data.model_decisions import MODEL_DECISIONS, Decided, replay, taken_off
from costfloor.data.raw import written_table
from costfloor.data.registry import Registry, register
from costfloor.data.spellings import KNOWN_TO, Spellings, spellings
from costfloor.data.store import Store
from costfloor.data.vintages import MEASURED_SOURCES, Coverage, Vintage
from costfloor.data.withdrawals import standing_vintages

TABLES = ("models", "aliases", "provider_models", "corrections")
"""Raw tables that models are known from."""


@dataclass(frozen=True, eq=False)
class KnownModels:
    """What is known of models by a day.

    Attributes
    ----------
    models, aliases
        In the schemas `MODELS` and `ALIASES`.
    pending, registered
        Entries of sources that a person has to look at, and the days from which new models are known: see
        `costfloor.data.registry.Registry`.
    spellings
        Lookup tables of the spellings.
    mapping
        Models that people named for ids, in the schema `MAPPING`.
    decided
        What people decided on models.
    """

    models: pd.DataFrame
    aliases: pd.DataFrame
    pending: pd.DataFrame
    registered: Mapping[str, pd.Timestamp]
    spellings: Spellings
    mapping: pd.DataFrame
    decided: Decided

    def resolved(self, quotes: pd.DataFrame) -> pd.DataFrame:
        """Spells with the model each is about: by the spellings, and above them by the decisions and the mapping of people."""
        return apply_mapping(taken_off(resolve(quotes, self.spellings), self.decided.parted), self.mapping)


@dataclass(frozen=True)
class _Stated:
    """What models are known from: stores of equal content, opened before a list came in or after, know the same."""

    content: tuple[object, ...]
    vintages: tuple[Vintage, ...]
    as_of: pd.Timestamp | None
    store: Store = field(compare=False, repr=False)


def known_models(store: Store, as_of: pd.Timestamp | None = None) -> KnownModels:
    """What is known of models by a day, from the raw store; the same content is worked out once.

    Parameters
    ----------
    store
        The raw data.
    as_of
        When given, facts of later days do not count. What people decided counts in every view, but for models released later.

    Raises
    ------
    InputError, IntegrityError
        A table is missing or changed, breaks its schema, or names a model that does not exist.
    """
    files = tuple(store.hashes.get(f"{name}.csv") for name in TABLES)
    written = tuple(store.by_hand.get(f"{schema.name}.csv") for schema in (MODEL_DECISIONS, CREATORS, MAPPING))
    stating = (vintage for vintage in standing_vintages(store) if vintage.source in MEASURED_SOURCES)
    by_then = tuple(vintage for vintage in stating if as_of is None or vintage.day <= as_of.date())
    return models_of(_Stated((*files, *written), by_then, as_of, store))


@lru_cache(maxsize=4)
def models_of(stated: _Stated) -> KnownModels:
    """The same, from the content of a store."""
    store, as_of = stated.store, stated.as_of
    decided, known = decided_on(replace(stated, vintages=()))
    grown = grow(decided, known, stated_facts(store, as_of), written_table(store, CREATORS))
    catalogue, listed_to = store.table("provider_models"), _listed_to(stated.vintages)
    named = spellings(grown.models, grown.aliases, catalogue, listed_to)
    by_source = _by_source(decided)
    by_source = by_source[by_source["model_key"].isin(grown.models["model_key"])]
    mapping = pd.concat([by_source, load_mapping(store, grown.models)], ignore_index=True)
    return KnownModels(grown.models, grown.aliases, grown.pending, grown.registered, named, mapping, decided)


@lru_cache(maxsize=4)
def decided_on(stated: _Stated) -> tuple[Decided, Spellings]:
    """The raw tables after what people decided, whatever lists there are, and the spellings in them."""
    decisions = written_table(stated.store, MODEL_DECISIONS)
    if stated.as_of is not None:
        decisions = decisions[~decisions["release_date"].gt(stated.as_of)]
    decided = replay(stated.store.table("models"), stated.store.table("aliases"), decisions)
    return decided, spellings(decided.models, decided.aliases, stated.store.table("provider_models"))


def grow(decided: Decided, known: Spellings, facts: pd.DataFrame, creators: pd.DataFrame) -> Registry:
    """The tables of models and aliases with what is stated in facts, and with the models that people joined.

    A decision on a model that is not known by the day, because nobody had stated it yet, waits for it.
    """
    grown = register(decided.models, decided.aliases, known, facts, creators_of(creators), decided.parted)
    into = {key: target for key, target in decided.merged.items() if target in set(grown.models["model_key"])}
    for _ in into:  # a model that was joined to one that was joined to another
        into = {key: into.get(target, target) for key, target in into.items()}
    models = grown.models[~grown.models["model_key"].isin(into)].reset_index(drop=True)
    aliases = grown.aliases.assign(model_key=grown.aliases["model_key"].replace(into))
    aliases = aliases[aliases["model_key"].isin(models["model_key"])].reset_index(drop=True)
    return Registry(models, aliases, grown.pending, grown.registered)


def _listed_to(stating: Iterable[Vintage]) -> pd.Timestamp:
    """The last day of which the newest model of a maker is known: that of the last whole list of models, or of the compiled record.

    A part of a list, or what somebody measured, does not say that nothing newer is there.
    """
    return max([KNOWN_TO, *(pd.Timestamp(vintage.day) for vintage in stating if vintage.coverage is Coverage.WHOLE)])


def _by_source(decided: Decided) -> pd.DataFrame:
    """The spellings of one source that people decided on, as a mapping."""
    rows = []
    for source, spelling, key in decided.by_source:
        provider, _, model_id = spelling.partition("/") if source == "models_dev" else ("", "", spelling)
        rows.append(
            {"source": source, "provider": provider or None, "model_id": model_id, "model_key": key, "note": MAPPED}
        )
    return pd.DataFrame(rows, columns=list(MAPPING.columns)).astype(
        {"valid_from": "datetime64[us]", "valid_to": "datetime64[us]"}
    )
