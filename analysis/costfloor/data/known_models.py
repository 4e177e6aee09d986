"""The models and spellings that are known by a day: raw tables, what people decided, and what sources have stated since."""

from collections.abc import Mapping
from dataclasses import dataclass
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
from costfloor.data.vintages import MEASURED_SOURCES, Coverage
from costfloor.data.withdrawals import standing_vintages


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


@lru_cache(maxsize=4)
def known_models(store: Store, as_of: pd.Timestamp | None = None) -> KnownModels:
    """What is known of models by a day, from the raw store; an opened store does not change, so it is worked out once.

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
    catalogue = store.table("provider_models")
    decisions = written_table(store, MODEL_DECISIONS)
    if as_of is not None:
        decisions = decisions[~decisions["release_date"].gt(as_of)]
    decided = replay(store.table("models"), store.table("aliases"), decisions)
    grown = grow(decided, catalogue, stated_facts(store, as_of), written_table(store, CREATORS))
    named = spellings(grown.models, grown.aliases, catalogue, _listed_to(store, as_of))
    by_source = _by_source(decided)
    by_source = by_source[by_source["model_key"].isin(grown.models["model_key"])]
    mapping = pd.concat([by_source, load_mapping(store, grown.models)], ignore_index=True)
    return KnownModels(grown.models, grown.aliases, grown.pending, grown.registered, named, mapping, decided)


def grow(decided: Decided, catalogue: pd.DataFrame, facts: pd.DataFrame, creators: pd.DataFrame) -> Registry:
    """The tables of models and aliases with what is stated in facts, and with the models that people joined.

    A decision on a model that is not known by the day, because nobody had stated it yet, waits for it.
    """
    known = spellings(decided.models, decided.aliases, catalogue)
    grown = register(decided.models, decided.aliases, known, facts, creators_of(creators), decided.parted)
    into = {key: target for key, target in decided.merged.items() if target in set(grown.models["model_key"])}
    for _ in into:  # a model that was joined to one that was joined to another
        into = {key: into.get(target, target) for key, target in into.items()}
    models = grown.models[~grown.models["model_key"].isin(into)].reset_index(drop=True)
    aliases = grown.aliases.assign(model_key=grown.aliases["model_key"].replace(into))
    aliases = aliases[aliases["model_key"].isin(models["model_key"])].reset_index(drop=True)
    return Registry(models, aliases, grown.pending, grown.registered)


def _listed_to(store: Store, as_of: pd.Timestamp | None) -> pd.Timestamp:
    """The last day of which the newest model of a maker is known: that of the last whole list of models, or of the compiled record.

    A part of a list, or what somebody measured, does not say that nothing newer is there.
    """
    days = [
        pd.Timestamp(vintage.day)
        for vintage in standing_vintages(store)
        if vintage.source in MEASURED_SOURCES and vintage.coverage is Coverage.WHOLE
    ]
    return max([KNOWN_TO, *(day for day in days if as_of is None or day <= as_of)])


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
