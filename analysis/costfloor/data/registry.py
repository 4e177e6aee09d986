"""The models that there are: those of the raw tables, and those that trusted sources have named since.

Pure functions of tables. Statements are taken in by the day on which they were seen, so that the models of a past day are a part of
those of today; which file came first, nobody can tell from the result. Each statement is held against what is known, from the surest
to the weakest: the address at Hugging Face, the id at OpenRouter, the base model that a catalogue names, a reviewed spelling, a name.
What fits nowhere and comes from a trusted source with creator, name and day of release is a new model, unless it looks like a known
one: then a person decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from costfloor.data.creators import Creators
from costfloor.data.model_names import (
    EFFORT,
    MOVING,
    NO_CHAT,
    OTHER_WEIGHTS,
    SERVED,
    bare_name,
    dated_stem,
    spelled_id,
    spelled_name,
)
from costfloor.data.model_statements import ALIAS_SOURCES, EPOCH, TRUSTED, Days, Statement, release, statements
from costfloor.data.normalise import strip_id
from costfloor.data.raw import with_rows
from costfloor.data.recognition import Index, slug_of
from costfloor.data.schemas import ALIASES, MODELS
from costfloor.data.spellings import REGISTERED, Spellings, cells

CLOSE = "looks like a known model of the same days"
FAR_APART = "releases stated lie more than 14 days apart"
WHO = "creator is not in creators.csv"


@dataclass(frozen=True, eq=False)
class Registry:
    """The models known by a day.

    Attributes
    ----------
    models
        In the schema `MODELS`: the rows that were given, unchanged, and the new ones.
    aliases
        In the schema `ALIASES`: the rows that were given, and the spellings of new models and of new entries.
    pending
        Entries that a person has to look at: `source, provider, model_id, name, creator, release_date, reason, nearest, evidence`.
    registered
        Day on which the statement was seen by which each new model is known.
    """

    models: pd.DataFrame
    aliases: pd.DataFrame
    pending: pd.DataFrame
    registered: Mapping[str, pd.Timestamp]


def register(
    models: pd.DataFrame,
    aliases: pd.DataFrame,
    known: Spellings,
    facts: pd.DataFrame,
    creators: Creators,
    parted: Mapping[tuple[str, str], frozenset[str]],
) -> Registry:
    """Take in what is stated of models.

    Parameters
    ----------
    models, aliases
        The raw tables, with what people added.
    known
        The spellings of those tables.
    facts
        As in `costfloor.data.model_states.states`, of the days that count.
    creators
        Who is who.
    parted
        (source, spelling) to the models that a person said it is not; source is empty for all.
    """
    book = _Book(models, aliases, known, creators, parted)
    stated = statements(facts, creators)
    for statement in stated:
        book.take_in(statement)
    # What a host listed before the model had registered.
    for statement in list(book.waiting.values()):
        book.recognise(statement)
    return book.closed()


class _Book:
    """The models known so far, while statements are taken in one after another."""

    def __init__(
        self,
        models: pd.DataFrame,
        aliases: pd.DataFrame,
        known: Spellings,
        creators: Creators,
        parted: Mapping[tuple[str, str], frozenset[str]],
    ) -> None:
        self.models, self.aliases, self.creators = models, aliases, creators
        self.index = Index(models, aliases, known, parted)
        self.new: dict[str, Statement] = {}
        self.members: dict[str, list[Statement]] = {}
        self.rows: dict[tuple[str, str], tuple[str, str, str]] = {}
        self.given = set(cells(aliases, "source", "source_name"))
        self.waiting: dict[tuple[str, str, str], Statement] = {}
        self.pending: dict[tuple[str, str, str], tuple[Statement, str, str]] = {}
        self.hosts: dict[tuple[str, str], dict[str, Days]] = {}

    def take_in(self, stated: Statement) -> None:
        """A statement is of a known model, of a new one, or waits."""
        stated = self.index.of_its_family(stated)
        if stated.source == "models_table" and self._is_new_key(stated):
            self._register(stated, stated.model_id)
            return
        if self.recognise(stated):
            return
        self.waiting[stated.entry] = stated
        self.pending.pop(stated.entry, None)
        if self._could_be_new(stated):
            close = self.index.close_to(stated)
            if close:
                self.pending[stated.entry] = stated, CLOSE, close
            else:
                self._register(stated, self._free_key(stated))

    def recognise(self, stated: Statement) -> bool:
        """Whether a statement is of a known model; its spelling is noted, or what speaks against it."""
        at_odds = ""
        for key, basis in self.index.ladder(stated):
            if key in self.index.parted(stated):
                continue
            if basis == "reviewed" or not (stated.trusted and key in self.new) or stated.fits(self.index.released[key]):
                self._note(stated, key, basis)
                return True
            at_odds = at_odds or key
        if at_odds:
            self.waiting[stated.entry] = stated
            self.pending[stated.entry] = stated, FAR_APART, at_odds
        return bool(at_odds)

    def _could_be_new(self, stated: Statement) -> bool:
        words = f"{stated.model_id} {stated.name}"
        if stated.released is None or not stated.name or NO_CHAT.search(words) or OTHER_WEIGHTS.search(words):
            return False
        if (
            ":" in stated.model_id
            or self.index.moves(stated)
            or self.index.names_a_snapshot(stated)
            or "" in self.index.parted(stated)
        ):
            return False
        if stated.source in TRUSTED and stated.creator and not stated.prefix:
            self.pending[stated.entry] = stated, WHO, ""
        if not stated.prefix:
            return False
        if stated.source in EPOCH:
            by_id = spelled_id(dated_stem(strip_id(stated.model_id))[0], stated.prefix)
            return spelled_name(stated.name, stated.prefix) == by_id
        if stated.trusted:
            return stated.source != "models_dev" or stated.numbered
        return stated.source == "models_dev" and "/" in stated.model_id and self._seconded(stated)

    def _seconded(self, stated: Statement) -> bool:
        """Whether another host states the same model of the same days; one alone is not trusted."""
        bare = strip_id(stated.model_id)
        base = EFFORT.sub("", bare)
        if SERVED.search(f"{stated.model_id} {stated.name}") or not stated.numbered:
            return False
        if base != bare and (stated.prefix, spelled_id(base, stated.prefix)) in self.index.named:
            return False
        seen = self.hosts.setdefault((stated.prefix, spelled_id(stated.model_id, stated.prefix)), {})
        assert stated.days is not None
        seen[stated.provider] = stated.days
        return any(stated.fits(days) for host, days in seen.items() if host != stated.provider)

    def _free_key(self, stated: Statement) -> str:
        key = f"{stated.prefix}/{slug_of(stated)}"
        assert stated.released is not None
        # Another model has that name already.
        return f"{key}-{stated.released:%Y-%m-%d}" if self.index.has_key(key) else key

    def _is_new_key(self, stated: Statement) -> bool:
        return stated.released is not None and bool(stated.name) and not self.index.has_key(stated.model_id)

    def _register(self, stated: Statement, key: str) -> None:
        assert stated.days is not None
        self.new[key] = stated
        self.index.released[key] = stated.days
        self.index.add_key(key)
        tail = key.split("/", 1)[1]
        self.rows.setdefault((REGISTERED, tail), (key, REGISTERED, stated.evidence))
        self.index.named.setdefault(
            (key.split("/", maxsplit=1)[0], spelled_id(tail, key.split("/", maxsplit=1)[0])), key
        )
        self._note(stated, key, REGISTERED)

    def _note(self, stated: Statement, key: str, basis: str) -> None:
        """Take down how an entry spells a model; what is taken down first stays."""
        self.waiting.pop(stated.entry, None)
        self.pending.pop(stated.entry, None)
        members = self.members.setdefault(key, [])
        members.append(stated)
        evidence = stated.evidence
        source = ALIAS_SOURCES.get(stated.source, stated.source)
        self.rows.setdefault((source, stated.alias), (key, basis, evidence))
        prefix = key.split("/", maxsplit=1)[0]
        says = stated.trusted and (stated.first_party or key in self.new)
        if says and stated.source not in EPOCH and not self.index.moves(stated):
            for name in stated.names(prefix):
                self.index.named.setdefault((prefix, name), key)
        if key not in self.new:
            return
        general = [stated.model_id] if stated.first_party or stated.source == "openrouter" else []
        general += [stated.name] if stated.trusted and stated.source not in EPOCH else []
        if stated.huggingface_id and (stated.trusted or stated.source == "openrouter"):
            self.index.spelled.setdefault(("huggingface", stated.huggingface_id), key)
            general.append(stated.huggingface_id)
        if not stated.served_otherwise:
            for openrouter in stated.openrouter_ids:
                self.index.spelled.setdefault(("openrouter", openrouter), key)
                general.append(openrouter)
        for name in general:
            if not MOVING.search(name) and ":" not in name and not self.index.served_apart(stated, key):
                self.rows.setdefault((REGISTERED, name), (key, REGISTERED, evidence))
                self.index.named.setdefault((prefix, spelled_id(name, prefix)), key)

    def closed(self) -> Registry:
        """The tables."""
        models = [self._model(key, stated) for key, stated in self.new.items()]
        spelled = [
            {"source": source, "source_name": name, "model_key": key, "basis": basis, "evidence": evidence}
            for (source, name), (key, basis, evidence) in sorted(self.rows.items())
            if (source, name) not in self.given
        ]
        pending = [
            {
                **{name: getattr(stated, name) for name in ("source", "provider", "model_id", "name", "creator")},
                "release_date": stated.release_date,
                "reason": reason,
                "nearest": nearest,
                "evidence": stated.evidence,
            }
            for stated, reason, nearest in self.pending.values()
        ]
        columns = ["source", "provider", "model_id", "name", "creator", "release_date", "reason", "nearest", "evidence"]
        return Registry(
            with_rows(self.models, models, MODELS),
            with_rows(self.aliases, spelled, ALIASES),
            pd.DataFrame(pending, columns=columns, dtype="str").sort_values(columns[:3], ignore_index=True),
            {key: stated.day for key, stated in self.new.items()},
        )

    def _model(self, key: str, first: Statement) -> dict[str, Any]:
        members = self.members[key]
        released, precise = release(members, first)
        facts: dict[str, str] = {}
        # The surest last, and of each the newest: what was stated may have been put right.
        for stated in sorted(members, key=lambda member: member.weight):
            facts |= stated.properties
        surest = (
            max(stated.weight for stated in members if "reasoning" in stated.properties) if "reasoning" in facts else 0
        )
        if any(stated.weight == surest and stated.properties.get("reasoning") == "true" for stated in members):
            # One of its levels of effort does.
            facts["reasoning"] = "true"
        return {
            "model_key": key,
            "name": bare_name(next((stated.name for stated in members if stated.trusted and stated.name), first.name)),
            "creator": self.creators.names.get(first.prefix, first.creator or first.prefix),
            "release_date": released,
            "release_date_precision": "day" if precise else "month",
            **{name: facts[name] == "true" for name in ("open_weights", "reasoning") if name in facts},
            **{name: float(facts[name]) for name in ("params_total_b", "params_active_b") if name in facts},
            "sources": ";".join(sorted({stated.source for stated in members})),
        }
