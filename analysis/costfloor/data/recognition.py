"""Which known model a statement is of: the rungs from an address at Hugging Face down to a name."""

from collections.abc import Iterator, Mapping
from itertools import product, takewhile

import pandas as pd

from costfloor.data.model_names import (
    EFFORT,
    MOVING,
    SERVED,
    SIZES_OF_A_LINE,
    alike,
    bare_name,
    dated_stem,
    hard_words,
    is_snapshot,
    slug,
    spelled_id,
)
from costfloor.data.model_statements import ALIAS_SOURCES, EPOCH, Days, Statement
from costfloor.data.normalise import compact, strip_id, version_stem
from costfloor.data.spellings import MOVING_CREATORS, SAME_RELEASE, Spellings, cells


class Index:
    """The models known so far, by everything that may name them.

    Attributes
    ----------
    released
        First and last day that the release of a model may have been on.
    keys
        Keys of models by the maker, their first part.
    makers
        Makers by the word with which the names of their models begin.
    spelled
        (huggingface, openrouter or the name of a source; spelling in lower case) to model.
    reviewed, named
        (maker, compact name) to model: of the tables of spellings, and of what has been recognised or registered here.
    """

    def __init__(
        self,
        models: pd.DataFrame,
        aliases: pd.DataFrame,
        known: Spellings,
        parted: Mapping[tuple[str, str], frozenset[str]],
    ) -> None:
        self.known, self.said_not = known, parted
        self.released = {key: (day, day) for key, day in known.released.items()}
        self.keys: dict[str, list[str]] = {}
        self.makers: dict[str, set[str]] = {}
        self.spelled: dict[tuple[str, str], str] = {}
        self.named: dict[tuple[str, str], str] = {}
        for key in models["model_key"]:
            self.add_key(key)
        # The surest table first; the name may stand there with the maker in front.
        self.reviewed: dict[tuple[str, str], str] = {}
        for table in known.tables:
            for name, key in table.loose.items():
                self.reviewed.setdefault((key.split("/")[0], name), key)
        reviewed = aliases[aliases["basis"].eq("reviewed")]
        for source, name, key in cells(reviewed, "source", "source_name", "model_key"):
            kind = next((kind for kind in ("huggingface", "openrouter") if source.startswith(kind)), source)
            self.spelled.setdefault((kind, name.lower()), key)

    def add_key(self, key: str) -> None:
        """There is a model of this key; the first word of its name belongs to its maker."""
        prefix, tail = key.split("/", 1)
        self.keys.setdefault(prefix, []).append(key)
        if lead := _lead(tail):
            self.makers.setdefault(lead, set()).add(prefix)

    def of_its_family(self, stated: Statement) -> Statement:
        """A statement of a host that makes models, which sells those of others too."""
        if not stated.first_party or stated.source != "models_dev" or "/" in stated.model_id:
            return stated
        makers = self.makers.get(_lead(strip_id(stated.model_id)), set())
        if not makers or stated.prefix in makers:
            return stated
        return stated._replace(prefix=min(makers) if len(makers) == 1 else "", first_party=False)

    def ladder(self, stated: Statement) -> Iterator[tuple[str, str]]:
        """Models that a statement may be of, the surest first."""
        spelled = self.spelled
        if stated.source == "models_table" and self.has_key(stated.model_id):
            yield stated.model_id, "reviewed"
        if not stated.served_otherwise:
            rungs = [("huggingface", stated.huggingface_id, "huggingface_id")]
            rungs += [("openrouter", name, "openrouter_id") for name in stated.openrouter_ids]
            rungs.append(("openrouter", stated.base_model, "base_model"))
            yield from ((spelled[kind, name], basis) for kind, name, basis in rungs if (kind, name) in spelled)
        reviewed = (ALIAS_SOURCES.get(stated.source, stated.source), stated.alias.lower())
        if reviewed in spelled:
            yield spelled[reviewed], "reviewed"
        if not self.moves(stated):
            yield from ((key, "stated_name") for key in self._by_name(stated))

    def _by_name(self, stated: Statement) -> Iterator[str]:
        makers = (
            [stated.prefix] if stated.prefix else sorted(self.makers.get(_lead(stated.name or stated.model_id), ()))
        )
        for prefix in makers:
            for name in stated.names(prefix):
                places = (self.named, self.reviewed), ((prefix, name), (prefix, compact(prefix) + name))
                for key in (table.get(place) for table, place in product(*places)):
                    if key is not None and not self.served_apart(stated, key):
                        yield key
        if stated.source in EPOCH:
            stem, day = dated_stem(strip_id(stated.model_id))
            key = self.named.get((stated.prefix, spelled_id(stem, stated.prefix)))
            if day is not None and key and _apart(day, self.released[key]) <= SAME_RELEASE:
                yield key

    def moves(self, stated: Statement) -> bool:
        """Whether the id is a name whose model changes."""
        stem = strip_id(stated.model_id)
        if MOVING.search(stated.model_id) or MOVING.search(stated.name) or compact(stem) in self.known.moving:
            return True
        versions = self.known.snapshots.get(compact(stem), [])
        return (
            stated.source != "artificial_analysis"
            and len(versions) > 1
            and versions[-1][1].startswith(MOVING_CREATORS)
            and not is_snapshot(stem)
            and compact(version_stem(stem)) == compact(stem)
        )

    def names_a_snapshot(self, stated: Statement) -> bool:
        """Whether an id is a bare name of which only dated snapshots are known."""
        stem = strip_id(stated.model_id)
        return stated.source == "models_dev" and not is_snapshot(stem) and compact(stem) in self.known.snapshots

    def served_apart(self, stated: Statement, key: str) -> bool:
        """Whether an entry is of other weights, of another model of the line, or served in another way, than the model of a key."""
        words = f"{stated.model_id} {stated.name}"
        if any(word.group().lower() not in key for word in SERVED.finditer(words)):
            return True
        bare = strip_id(stated.model_id)
        if stated.source == "artificial_analysis" or compact(bare) == compact(key.split("/", 1)[1]):
            return False
        _, day = dated_stem(bare)
        other_day = day is not None and key in self.released and _apart(day, self.released[key]) > SAME_RELEASE
        return other_day or any(word.group() not in key for word in SIZES_OF_A_LINE.finditer(EFFORT.sub("", bare)))

    def close_to(self, stated: Statement) -> str:
        """A known model of the same creator and days whose name differs in words that tell no models apart; empty without one."""
        words = hard_words(slug_of(stated), stated.prefix)
        for key in self.keys.get(stated.prefix, []):
            if key not in self.released or key in self.parted(stated) or not stated.fits(self.released[key]):
                continue
            if alike(words, hard_words(key.split("/", 1)[1], stated.prefix)):
                return key
        return ""

    def parted(self, stated: Statement) -> frozenset[str]:
        """Models that a person said this entry is not."""
        if not self.said_not:
            return frozenset()
        source = ALIAS_SOURCES.get(stated.source, stated.source)
        sides = {"", stated.source, source}
        spellings = {stated.alias.lower(), stated.model_id.lower()}
        return frozenset().union(
            *(self.said_not.get((side, spelling), frozenset()) for side in sides for spelling in spellings)
        )

    def has_key(self, key: str) -> bool:
        """Whether there is a model of this key."""
        return key in self.keys.get(key.split("/", maxsplit=1)[0], [])


def slug_of(stated: Statement) -> str:
    """The second part of the key that a model gets by a statement."""
    by_id = slug(dated_stem(strip_id(stated.model_id))[0] if stated.source in EPOCH else strip_id(stated.model_id))
    by_name = slug(bare_name(stated.name))
    if stated.source in ("artificial_analysis", "llmstats") or compact(by_name) == compact(by_id):
        return by_name
    return by_id


def _apart(day: pd.Timestamp, days: Days) -> pd.Timedelta:
    return max(day - days[1], days[0] - day, pd.Timedelta(0))


def _lead(name: str) -> str:
    """The word that a family of models shares, such as `glm` of `GLM-5.1`."""
    return "".join(takewhile(str.isalpha, bare_name(name).lower()))
