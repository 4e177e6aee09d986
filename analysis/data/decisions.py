"""What people decide about quotes and names: data beside the prices, replayed at every build.

`raw/decisions.csv` says which quarantined quotes to accept and which kept ones to reject, with who, when and why; the latest decision on a
quote counts. `raw/mapping.csv` names the model behind a source's id; it is meant to be edited by hand.
"""

import datetime as dt
from pathlib import Path

import pandas as pd

from analysis.data.fields import date, table, text
from analysis.data.raw import RAW_FOLDER, check_references, parse_table
from analysis.data.schemas import SOURCES
from analysis.errors import InputError
from analysis.inputs import read_file
from analysis.storage import data_lock, refuse_links, write_atomic
from analysis.text import clean_text

DECISIONS = table(
    "decisions",
    "Decisions on quotes",
    {
        "quote_id": text("Quote"),
        "decision": text("What to do with it", one_of=("accept", "reject")),
        "who": text("Who decided"),
        "decided_on": date("When"),
        "why": text("Reason"),
    },
)

MAPPING = table(
    "mapping",
    "Models behind ids, by hand",
    {
        "source": text("Price source; empty for all", nullable=True, one_of=SOURCES),
        "provider": text("Seller as the source spells it; empty for all", nullable=True),
        "model_id": text("Model as the source spells it"),
        "model_key": text("Model it names"),
        "valid_from": date("First day it meant this model; empty for always", nullable=True),
        "valid_to": date("First day it no longer did", nullable=True),
        "note": text("Reason", nullable=True),
    },
)

MAPPED = "mapping by hand"
NEEDS_A_PRICE = ("no day is stated", "input or output price is missing")
"""Reasons that no decision can lift: without a day or a price there is nothing to place."""


def decide(data_dir: Path, quotes: pd.DataFrame, quote_id: str, decision: str, who: str, why: str) -> None:
    """Write down a decision on a quote of the last build, after checking that it can be carried out.

    Raises
    ------
    InputError
        The quote does not exist, or is not in a state that the decision could change; nobody decides, or for no reason.
    LockedError
        Another process writes.
    """
    who, why = reasoned(who, why)
    known = quotes[quotes["quote_id"] == quote_id]
    if known.empty:
        raise InputError(
            "is no quote of the last build", column="quote_id", value=quote_id, remedy="See `costfloor quarantine list`"
        )
    status, reason = known["status"].iloc[0], known["reason"].iloc[0]
    if decision == "accept" and (status != "quarantined" or reason in NEEDS_A_PRICE):
        raise InputError(f"cannot be accepted: it is {status} ({reason})", column="quote_id", value=quote_id)
    if decision == "reject" and status == "quarantined":
        raise InputError(f"is in quarantine already ({reason})", column="quote_id", value=quote_id)
    path = data_dir / RAW_FOLDER / "decisions.csv"
    today = str(dt.datetime.now(dt.UTC).date())
    row = pd.DataFrame([[quote_id, decision, who, today, why]], columns=list(DECISIONS.columns))
    with data_lock(data_dir):
        refuse_links(data_dir / "raw")
        # The whole table anew: a file that people edit need not end with a line break.
        decisions = pd.concat([load_decisions(data_dir), row.astype({"decided_on": "datetime64[us]"})])
        content = decisions.to_csv(index=False, lineterminator="\n").encode()
        parse_table(content, DECISIONS, path)
        write_atomic(path, content)


def reasoned(who: str, why: str) -> tuple[str, str]:
    """Who decides and why, by the rule on text; refused when nobody does or for no reason."""
    return _stated("--who", who, "Say who decides"), _stated("--why", why, "A decision needs a reason")


def _stated(option: str, value: str, remedy: str) -> str:
    """What a person says on the command line, by the rule on text."""
    if not value.strip():
        raise InputError("is empty", column=option, value=value, remedy=remedy)
    try:
        return clean_text(value, "the text")
    except ValueError as error:
        raise InputError(str(error), column=option, value=value, remedy="Write it in plain words") from error


def load_decisions(data_dir: Path) -> pd.DataFrame:
    """Decisions in the order in which they were made; empty without the file."""
    return _load(data_dir, "decisions")


def load_mapping(data_dir: Path, models: pd.DataFrame) -> pd.DataFrame:
    """The mapping by hand; empty without the file.

    Raises
    ------
    InputError
        A row breaks the schema, names a model that does not exist or holds on no day.
    """
    mapping, path = _load(data_dir, "mapping"), data_dir / RAW_FOLDER / "mapping.csv"
    check_references(mapping, models, "model_key", path)
    never = mapping["valid_to"].le(mapping["valid_from"])
    if never.any():
        row = int(never.to_numpy().argmax())
        day, remedy = str(mapping["valid_to"].iloc[row].date()), "Correct one of the two days, or leave one empty"
        raise InputError("is not after valid_from", file=path, row=row + 1, column="valid_to", value=day, remedy=remedy)
    return mapping


def apply_decisions(reasons: pd.Series, quote_ids: pd.Series, decisions: pd.DataFrame) -> pd.Series:
    """Quarantine reasons after the decisions: accepted quotes have none, rejected ones the reason that was given."""
    latest = decisions.drop_duplicates("quote_id", keep="last").set_index("quote_id")
    said = quote_ids.map(latest["decision"])
    text_ = "rejected by " + latest["who"] + ": " + latest["why"]
    lifted = reasons.mask(said.eq("accept") & ~reasons.isin(NEEDS_A_PRICE), None)
    return lifted.mask(said.eq("reject") & lifted.isna(), quote_ids.map(text_)).astype("str")


def apply_mapping(quotes: pd.DataFrame, mapping: pd.DataFrame) -> pd.DataFrame:
    """Resolved quotes with the models that the mapping names; a later row counts before an earlier one."""
    key, basis, why = (quotes[name].copy() for name in ("model_key", "match_basis", "unresolved_reason"))
    for row in mapping.to_dict("records"):
        hit = quotes["model_id"].eq(row["model_id"])
        for column in ("source", "provider"):
            hit &= pd.isna(row[column]) or quotes[column].eq(row[column])
        hit &= pd.isna(row["valid_from"]) or quotes["recorded_on"].ge(row["valid_from"])
        hit &= pd.isna(row["valid_to"]) or quotes["recorded_on"].lt(row["valid_to"])
        key, basis, why = key.mask(hit, row["model_key"]), basis.mask(hit, MAPPED), why.mask(hit, None)
    return quotes.assign(model_key=key, match_basis=basis, unresolved_reason=why)


def _load(data_dir: Path, name: str) -> pd.DataFrame:
    schema = {"decisions": DECISIONS, "mapping": MAPPING}[name]
    path = data_dir / RAW_FOLDER / f"{name}.csv"
    empty = pd.DataFrame(columns=list(schema.columns)).to_csv(index=False).encode()
    content = read_file(path, content="table") if path.exists() else empty
    return parse_table(content, schema, path)
