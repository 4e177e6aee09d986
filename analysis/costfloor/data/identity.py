"""Which model a quote is about: from a source's spelling and a day to a canonical model, or to the reason why not.

The tables of spellings are tried from the surest to the weakest, and the rule that matched is written down as
`match_basis`. Slugs of Artificial Analysis are never used: its `gpt-4o` is one snapshot of November 2024.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from costfloor.data.distinct import distinct_rows
from costfloor.data.model_names import dated_stem
from costfloor.data.normalise import compact, strip_display_name, strip_id, version_stem
from costfloor.data.spellings import MOVING_CREATORS, ROUGH, SAME_RELEASE, TUNED, Spellings, SpellingTable

LATEST = "-latest"
REASONING = re.compile(r"-(?:non-)?reasoning$")
"""How vendors mark that a model is asked to reason, or not to: one model at two settings."""

INFERRED = ("newest snapshot", "only snapshot", ", latest")
"""Ends of the bases of names that nobody has looked up for the day: as with moving names, a stated release may contradict
them."""

DISPLAY_NAME_SOURCES = ("curated", "epoch_api", "monthly_lowest")
UNKNOWN = "no model has this name"
MOVED = "moving name on a day without a known model"
LATER = "the list states a later release than that of the model this name is known for"

STATED_RELEASE = r"release date stated(?: then)? (\d{4}-\d{2}(?:-\d{2})?)"
"""How the note of a quote gives the release that its source states."""

ONE_LINE = pd.Timedelta(days=730)
"""A vendor renews the models of a line within this."""


def resolve(quotes: pd.DataFrame, known: Spellings) -> pd.DataFrame:
    """Add `model_key`, `match_basis` and `unresolved_reason` to price spells.

    Parameters
    ----------
    quotes
        Needs `source`, `provider`, `model_id`, `mode`, `recorded_on`, `valid_to`, `note`.
    known
        From `spellings`.

    Returns
    -------
    pandas.DataFrame
        The same rows; exactly one of `model_key` and `unresolved_reason` is filled.
    """
    names = quotes[["source", "provider", "model_id", "mode"]].fillna("")
    day = quotes["recorded_on"].fillna(quotes["valid_to"])
    compacted = {model_id: compact(strip_id(model_id)) for model_id in names["model_id"].unique()}
    tuned = {name + suffix for name in compacted.values() for suffix in TUNED} & set(compacted.values())
    # What nothing below tells apart is looked up once.
    matters = _seller_matters(names, known, {name for name in compacted if _may_be_tuned(compacted[name], tuned)})
    period = _periods(names["model_id"], day, known)
    stated = quotes["note"].str.extract(STATED_RELEASE, expand=False).where(period >= 0)
    kinds = names.assign(provider=names["provider"].where(matters, ""), matters=matters, period=period, stated=stated)
    first, kind = distinct_rows(kinds)
    rivals = names.loc[
        names["model_id"].isin([model_id for model_id, name in compacted.items() if name in tuned]),
        ["source", "provider", "model_id"],
    ].drop_duplicates()
    listed = {(source, provider, compacted[model_id]) for source, provider, model_id in rivals.to_numpy()}
    sightings = [
        _Sighting(source, provider, model_id, mode, when, release)
        for (source, provider, model_id, mode), when, release in zip(
            names.iloc[first].to_numpy(), day.iloc[first], _days(stated.iloc[first]), strict=True
        )
    ]
    resolved = pd.DataFrame(
        [_resolve_one(seen, known, listed) for seen in sightings],
        columns=["model_key", "match_basis", "unresolved_reason"],
        dtype="str",
    )
    return pd.concat([quotes, resolved.iloc[kind].set_axis(quotes.index)], axis=1)


def _days(texts: pd.Series) -> pd.Series:
    """Days or months as text, missing where they are none."""
    return pd.to_datetime(texts, format="ISO8601", errors="coerce")


def _may_be_tuned(name: str, tuned: set[str]) -> bool:
    return any(name + suffix in tuned for suffix in TUNED)


def _seller_matters(names: pd.DataFrame, known: Spellings, siblings: set[str]) -> "pd.Series[bool]":
    """Rows whose model may depend on who sells it: named in a catalogue or a suggestion, or beside a tuned sibling."""
    place = names["provider"] + "/" + names["model_id"]
    lower = names["provider"] + "/" + names["model_id"].str.lower()
    catalogue = [f"{provider}/{model_id}" for provider, model_id in known.catalogue]
    suggested = [name for source, name in known.suggested if source == "models.dev"]
    return place.isin(catalogue) | lower.isin(suggested) | names["model_id"].isin(siblings)


def _periods(model_ids: pd.Series, day: pd.Series, known: Spellings) -> NDArray[np.intp]:
    """Number of the period a row is in: within one, no name changes its model. All days are one for names that never do."""
    turns = {known.known_to + pd.Timedelta(days=1)}
    turns |= {end for spans in known.moving.values() for span in spans for end in span[:2]}
    turns |= {released for versions in known.snapshots.values() for released, _ in versions}
    ordered = pd.Series(sorted(turn for turn in turns if not pd.isna(turn)), dtype="datetime64[us]").to_numpy()
    period = np.where(day.isna(), -1, ordered.searchsorted(day.to_numpy("datetime64[us]"), side="right"))
    code, names = pd.factorize(model_ids)
    dated = np.array([_depends_on_day(name, known) for name in names], dtype=bool)
    return np.where(dated[code], period, -1)


def _depends_on_day(model_id: str, known: Spellings) -> bool:
    """Whether a spelling could be a moving name or share its stem with dated snapshots."""
    stripped = strip_id(model_id)
    return (
        stripped.endswith(LATEST)
        or compact(stripped) in known.moving
        or compact(version_stem(stripped)) in known.snapshots
    )


class _Sighting(NamedTuple):
    source: str
    provider: str
    model_id: str
    mode: str
    day: pd.Timestamp
    stated_release: pd.Timestamp

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
        return self.stripped.endswith(LATEST)

    @property
    def stem(self) -> str:
        """What dated snapshots of the name share; empty when the name is dated itself."""
        stem = version_stem(self.stripped)
        return compact(stem) if stem == self.stripped or self.is_latest else ""

    def contradicts(self, released: pd.Timestamp | None) -> bool:
        """Whether the list states a release that is later than a model's."""
        return released is not None and bool(self.stated_release > released + ROUGH)


def _resolve_one(
    seen: _Sighting, known: Spellings, listed: set[tuple[str, str, str]]
) -> tuple[str | None, str | None, str | None]:
    stripped = seen.stripped
    if (spans := known.moving.get(compact(stripped))) is not None:
        return _moving_name(seen, known, spans)
    # Nothing is known of this day's moving names.
    if seen.day > known.known_to and (seen.is_latest or _follows_snapshots(seen, known)):
        return None, None, MOVED
    for key, basis in _candidates(seen, known):
        if basis.endswith(INFERRED) and seen.contradicts(known.released.get(key)):
            return None, None, LATER
        served = known.instruct.get(key)
        # A host that lists the tuned model beside this id sells the base model under it.
        tuned = any((seen.source, seen.provider, compact(stripped) + suffix) in listed for suffix in TUNED)
        if served and not tuned and "base" not in stripped and seen.mode == "chat":
            return served, f"{basis}, instruct", None
        return key, basis, None
    return None, None, UNKNOWN


def _moving_name(
    seen: _Sighting, known: Spellings, spans: list[tuple[pd.Timestamp, pd.Timestamp, str]]
) -> tuple[str | None, str | None, str | None]:
    """What a name that has pointed at several models stood for on the day, unless the list states a later release."""
    key = next((key for start, end, key in spans if start <= seen.day < end), None)
    if key is None:
        return None, None, MOVED
    if seen.contradicts(known.released.get(key)):
        return None, None, LATER
    return key, "moving name", None


def _candidates(seen: _Sighting, known: Spellings) -> Iterator[tuple[str, str]]:
    tables = [table for table in known.tables if seen.is_display_name or table.basis.endswith(" id")]
    name = seen.model_id.lower()
    by_hand = known.tables[0].exact
    if name not in by_hand and seen.stripped not in by_hand:
        yield from _newest_snapshot(seen, known)
    yield from ((table.exact[name], table.basis) for table in tables if name in table.exact)
    yield from _loosely(seen.spelled, tables, "normalised")
    yield from _only_snapshot(seen, known)
    yield from _dated_release(seen, known)
    if REASONING.search(seen.stripped):
        yield from _loosely(compact(REASONING.sub("", seen.stripped)), tables, "effort")
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


def _follows_snapshots(seen: _Sighting, known: Spellings) -> bool:
    """Whether a bare name is one of those that their vendor points at each new snapshot."""
    versions = known.snapshots.get(seen.stem, [])
    return len(versions) > 1 and versions[-1][1].startswith(MOVING_CREATORS)


def _newest_snapshot(seen: _Sighting, known: Spellings) -> Iterator[tuple[str, str]]:
    released = [key for start, key in known.snapshots.get(seen.stem, []) if start <= seen.day]
    if released and _follows_snapshots(seen, known):
        yield released[-1], "newest snapshot"


def _dated_release(seen: _Sighting, known: Spellings) -> Iterator[tuple[str, str]]:
    """The model of a bare name that was released on the day with which the id ends."""
    stem, day = dated_stem(seen.stripped)
    if day is None:
        return
    for key, basis in _loosely(
        compact(stem), [table for table in known.tables if table.basis.endswith(" id")], "dated"
    ):
        released = known.released.get(key)
        if released is not None and abs(day - released) <= SAME_RELEASE:
            yield key, basis


def _only_snapshot(seen: _Sighting, known: Spellings) -> Iterator[tuple[str, str]]:
    versions = known.snapshots.get(seen.stem, [])
    if len(versions) == 1 and versions[0][0] <= seen.day:
        yield versions[0][1], "only snapshot"
    elif seen.is_latest and not versions:
        for key, basis in _loosely(
            seen.stem, [table for table in known.tables if table.basis.endswith(" id")], "latest"
        ):
            released = known.released.get(key)
            # The newest of a line that has no number is not one of years ago.
            if released is None or re.search(r"\d", seen.stem) or seen.day <= released + ONE_LINE:
                yield key, basis
