"""What a person has to look at so that a name gets its model: proposals of the registry, and ids with prices that no model is known for."""

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from costfloor.data.candidates import unresolved_ids
from costfloor.data.known_models import KnownModels
from costfloor.data.model_names import NO_CHAT
from costfloor.data.model_statements import ALIAS_SOURCES
from costfloor.data.normalise import compact, strip_id


@dataclass(frozen=True)
class Question:
    """Something to decide.

    Attributes
    ----------
    spelling, source
        What accepting and rejecting is about; the source is None when it is the same at all.
    name, creator, release_date
        As stated; empty when they are not.
    reason
        Why it is not clear.
    candidates
        Keys of the nearest models, the nearest first; accepting names the first.
    entries
        How many entries of sources, or ids with a price, ask the same.
    evidence
        Where it can be seen.
    """

    spelling: str
    source: str | None
    name: str
    creator: str
    release_date: str
    reason: str
    candidates: tuple[str, ...]
    entries: int
    evidence: str

    def as_json(self, number: int) -> dict[str, Any]:
        """The JSON of `costfloor models review`, with the number by which it is answered."""
        return {"number": number, **asdict(self), "candidates": list(self.candidates)}


def questions(known: KnownModels, quotes: pd.DataFrame) -> list[Question]:
    """Everything to decide: first what sources state of models, then the ids with a price, those with most prices first.

    Parameters
    ----------
    known
        What is known of models.
    quotes
        The processed quotes.
    """
    return [*_proposals(known), *_without_model(known, quotes)]


def _proposals(known: KnownModels) -> list[Question]:
    pending = known.pending
    bare = pending["model_id"].map(lambda name: compact(strip_id(name)))
    asked = []
    for _, rows in pending.groupby([bare, pending["reason"], pending["nearest"]], sort=False):
        row = rows.iloc[0]
        spelling = f"{row['provider']}/{row['model_id']}" if row["source"] == "models_dev" else row["model_id"]
        alone = len(rows) == 1
        asked.append(
            Question(
                spelling if alone else row["model_id"],
                ALIAS_SOURCES.get(row["source"], row["source"]) if alone else None,
                row["name"],
                row["creator"],
                row["release_date"],
                row["reason"],
                (row["nearest"],) if row["nearest"] else (),
                len(rows),
                row["evidence"],
            )
        )
    return asked


def _without_model(known: KnownModels, quotes: pd.DataFrame) -> list[Question]:
    listed = pd.DataFrame(unresolved_ids(quotes, known.models))
    if listed.empty:
        return []
    said_none = {compact(strip_id(spelling)) for (_, spelling), keys in known.decided.parted.items() if "" in keys}
    listed = listed.assign(bare=listed["model_id"].map(lambda name: compact(strip_id(name))))
    listed = listed[~listed["model_id"].str.contains(NO_CHAT) & ~listed["bare"].isin(said_none)]
    asked = []
    for _, rows in listed.groupby("bare", sort=False):
        row = rows.iloc[0]
        at = sorted(
            f"{source}: {provider or '-'}" for source, provider in zip(rows["source"], rows["provider"], strict=True)
        )
        reason = quotes.loc[quotes["model_id"].eq(row["model_id"]) & quotes["model_key"].isna(), "reason"].iloc[0]
        evidence = f"{', '.join(at[:3])}{', ...' if len(at) > 3 else ''}, {row['first']} to {row['last']}"
        asked.append(Question(row["model_id"], None, "", "", "", reason, tuple(row["candidates"]), len(rows), evidence))
    return sorted(asked, key=lambda question: -question.entries)
