"""What people decide about models: data beside the raw tables, replayed at every build.

`raw/model_decisions.csv` adds models, names spellings, joins two keys that are one model, takes spellings off a model, and answers what
`costfloor models review` asks. It counts in every view, of past days too.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import pandas as pd

from costfloor.data.decisions import append_row, reasoned
from costfloor.data.fields import date, number, table, text
from costfloor.data.normalise import compact, strip_id
from costfloor.data.raw import with_rows
from costfloor.data.schemas import ALIASES, MODEL_KEY, MODELS
from costfloor.data.store import Store, held_for_writing
from costfloor.errors import InputError
from costfloor.text import clean_text

MODEL_DECISIONS = table(
    "model_decisions",
    "Decisions on models",
    {
        "action": text(
            "add: there is such a model; alias, accept: the spelling names it; merge: it is the model `into`; split, reject: the "
            "spelling does not name it (reject without a model: it names none), but that of `into`, if given",
            one_of=("add", "alias", "merge", "split", "accept", "reject"),
        ),
        "model_key": text("Model; empty only to reject all", nullable=True, pattern=MODEL_KEY),
        "spelling": text("Id or name as sources spell it; in models.dev host/id", nullable=True),
        "source": text("Source of the spelling; empty for all", nullable=True),
        "into": text("Model that takes over", nullable=True, pattern=MODEL_KEY),
        "name": text("Display name of a model to add", nullable=True),
        "creator": text("Who made it", nullable=True),
        "release_date": date("Day of its release", nullable=True),
        "weights": text("Whether its weights can be downloaded", nullable=True, one_of=("open", "closed")),
        "params_total_b": number("Its parameters", "billions", nullable=True, low=0),
        "params_active_b": number("Those used per token", "billions", nullable=True, low=0),
        "who": text("Who decided"),
        "decided_on": date("When"),
        "why": text("Reason"),
    },
)

NEEDED = {
    "add": ("model_key", "name", "creator", "release_date"),
    "alias": ("model_key", "spelling"),
    "accept": ("model_key", "spelling"),
    "merge": ("model_key", "into"),
    "split": ("model_key", "spelling"),
    "reject": ("spelling",),
}
FILE = f"{MODEL_DECISIONS.name}.csv"
HAND = "hand"
TAKEN_OFF = "a person took this name off the model"


@dataclass(frozen=True, eq=False)
class Decided:
    """What people decided on models.

    Attributes
    ----------
    models, aliases
        The raw tables with the models and spellings that people added, without the spellings that they took off.
    parted
        (source, spelling in lower case) to the models that it does not name; source is empty for all, a model is empty for any.
    merged
        Model to the one that it is.
    by_source
        Spellings of one source: `source, spelling, model_key`.
    """

    models: pd.DataFrame
    aliases: pd.DataFrame
    parted: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    merged: Mapping[str, str] = field(default_factory=dict)
    by_source: tuple[tuple[str, str, str], ...] = ()


def decide_model(store: Store, action: str, who: str, why: str, **values: Any) -> None:
    """Write down a decision on a model. Its keys are checked by whoever calls, against the models that there are.

    Parameters
    ----------
    store
        The raw data.
    action, who, why
        A value of the column `action`, who decides, and the reason.
    values
        Other columns of `MODEL_DECISIONS`; those left out are empty.

    Raises
    ------
    InputError
        A value breaks the schema or is missing. Nothing is written.
    LockedError
        Another process writes.
    """
    who, why = reasoned(who, why)
    for name, value in values.items():
        if isinstance(value, str):
            try:
                values[name] = clean_text(value, name)
            except ValueError as error:
                raise InputError(str(error), column=name, value=value, remedy="Write it in plain words") from error
    row = {name: values.get(name) for name in MODEL_DECISIONS.columns if name not in ("who", "decided_on", "why")}
    row["action"] = action
    with held_for_writing(store) as current:
        append_row(current, MODEL_DECISIONS, who, why, **row)


def replay(models: pd.DataFrame, aliases: pd.DataFrame, decisions: pd.DataFrame) -> Decided:
    """The raw tables after what people decided, in the order in which they did.

    Raises
    ------
    InputError
        A decision lacks what its action needs, or adds a model that is there already.
    """
    if decisions.empty:
        return Decided(models, aliases)
    added: list[dict[str, Any]] = []
    spelled: list[dict[str, Any]] = []
    parted: dict[tuple[str, str], frozenset[str]] = {}
    merged: dict[str, str] = {}
    by_source: list[tuple[str, str, str]] = []
    cells = decisions.astype(object).where(decisions.notna(), None).to_dict("records")
    for position, row in enumerate(cells, start=1):
        lacking = [name for name in NEEDED[row["action"]] if row[name] is None]
        if lacking:
            remedy = f"The action {row['action']} needs it"
            raise InputError("is empty", file=FILE, row=position, column=lacking[0], remedy=remedy)
        if row["action"] == "add":
            added.append(_model(row))
            spelled.append(_alias({**row, "source": None, "spelling": row["model_key"]}, row["model_key"]))
        elif row["action"] == "merge":
            merged[row["model_key"]] = row["into"]
        else:
            names = row["action"] in ("alias", "accept")
            if not names:
                place = (row["source"] or "", row["spelling"].lower())
                parted[place] = parted.get(place, frozenset()) | {row["model_key"] or ""}
            key = row["model_key"] if names else row["into"]
            if key is not None:
                spelled.append(_alias(row, key))
            if key is not None and row["source"] is not None:
                by_source.append((row["source"], row["spelling"], key))
    _refuse_twice([row["model_key"] for row in added], models)
    aliases = aliases[~_taken_off(aliases, parted)]
    return Decided(
        with_rows(models, added, MODELS), with_rows(aliases, spelled, ALIASES), parted, merged, tuple(by_source)
    )


def taken_off(quotes: pd.DataFrame, parted: Mapping[tuple[str, str], frozenset[str]]) -> pd.DataFrame:
    """Resolved quotes without the models that people said their names do not mean."""
    for (source, spelling), keys in parted.items():
        hit = quotes["model_key"].isin(keys) | (quotes["model_key"].notna() if "" in keys else False)
        hit &= (not source) | quotes["source"].eq(source)
        bare = compact(strip_id(spelling))
        ids = [name for name in quotes.loc[hit, "model_id"].unique() if compact(strip_id(name)) == bare]
        hit &= quotes["model_id"].isin(ids)
        if hit.any():
            quotes = quotes.assign(
                model_key=quotes["model_key"].mask(hit, None),
                match_basis=quotes["match_basis"].mask(hit, None),
                unresolved_reason=quotes["unresolved_reason"].mask(hit, TAKEN_OFF),
            )
    return quotes


def unknown_model(key: str, models: Iterable[str], column: str) -> InputError:
    """The error that a key is that of no model, with what to do."""
    nearest = get_close_matches(key[:100], list(models), n=3, cutoff=0.5)
    near = f", or nearest: {', '.join(nearest)}" if nearest else ""
    return InputError("is no known model", column=column, value=key, remedy=f"`costfloor models add`{near}")


def _model(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("model_key", "name", "creator", "release_date")},
        **{name: row[name] for name in ("params_total_b", "params_active_b")},
        "release_date_precision": "day",
        "open_weights": None if row["weights"] is None else row["weights"] == "open",
        "sources": f"decision by {row['who']} on {row['decided_on']:%Y-%m-%d}: {row['why']}",
    }


def _alias(row: Mapping[Hashable, Any], key: str) -> dict[str, Any]:
    return {
        "source": {"models_dev": "models.dev"}.get(row["source"], row["source"]) or HAND,
        "source_name": row["spelling"],
        "model_key": key,
        "basis": "reviewed",
        "evidence": f"{row['who']}, {row['decided_on']:%Y-%m-%d}: {row['why']}",
    }


def _taken_off(aliases: pd.DataFrame, parted: Mapping[tuple[str, str], frozenset[str]]) -> "pd.Series[bool]":
    off = pd.Series(False, index=aliases.index)
    names = aliases["source_name"].str.lower()
    for (_, spelling), keys in parted.items():
        off |= names.eq(spelling) & (aliases["model_key"].isin(keys) | ("" in keys))
    return off


def _refuse_twice(added: list[str], models: pd.DataFrame) -> None:
    there = set(models["model_key"])
    for key in added:
        if key in there:
            remedy = "Take the row out, or correct the key"
            raise InputError("is there already", file=FILE, column="model_key", value=key, remedy=remedy)
        there.add(key)
