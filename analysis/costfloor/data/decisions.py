"""What people decide about quotes and names: data beside the prices, replayed at every build.

`raw/decisions.csv` says which quarantined quotes to accept and which kept ones to reject, with who, when and why; the latest decision on a
quote counts, and it goes on with the price when only its cache or batch price moves. `raw/mapping.csv` names the model behind a source's
id; it is meant to be edited by hand.
"""

import datetime as dt
from difflib import get_close_matches
from typing import Any

import pandas as pd
import pandera.pandas as pa

from costfloor.data.distinct import distinct_rows
from costfloor.data.fields import date, dtype, table, text
from costfloor.data.raw import check_references, parse_table, written_table
from costfloor.data.schemas import LONG_ID, QUOTE_ID_PATTERN, SHORT_ID
from costfloor.data.store import Store, held_for_writing
from costfloor.data.vintages import SOURCES
from costfloor.errors import InputError
from costfloor.storage import refuse_links, write_atomic
from costfloor.text import clean_text

DECISIONS = table(
    "decisions",
    "Decisions on quotes",
    {
        "quote_id": text("Quote", pattern=QUOTE_ID_PATTERN),
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
ZERO_PRICE = "zero price: free tier or unknown"

NEEDS_A_PRICE = ("no day is stated", "input or output price is missing", ZERO_PRICE)
"""Reasons that no decision can lift: without a day or a price there is nothing to place."""


def decide(store: Store, quotes: pd.DataFrame, quote_id: str, decision: str, who: str, why: str) -> str:
    """Write down a decision on a quote of the last build, after checking that it can be carried out.

    Returns
    -------
    str
        The whole id of the quote.

    Raises
    ------
    InputError
        The quote does not exist, or is not in a state that the decision could change; nobody decides, or for no reason.
    LockedError
        Another process writes.
    """
    who, why = reasoned(who, why)
    (whole,) = whole_ids(pd.Series([quote_id]), quotes["quote_id"])
    known = quotes[quotes["quote_id"] == whole]
    if known.empty:
        raise InputError(
            "is no quote of the last build", column="quote_id", value=quote_id, remedy="See `costfloor quarantine list`"
        )
    status, reason = known["status"].iloc[0], known["reason"].iloc[0]
    if status == "announced":
        raise InputError(f"cannot be decided on: it is {reason}", column="quote_id", value=quote_id)
    if decision == "accept" and (status != "quarantined" or reason in NEEDS_A_PRICE):
        raise InputError(f"cannot be accepted: it is {status} ({reason})", column="quote_id", value=quote_id)
    if decision == "reject" and status == "quarantined":
        raise InputError(f"is in quarantine already ({reason})", column="quote_id", value=quote_id)
    with held_for_writing(store) as current:
        append_row(current, DECISIONS, who, why, quote_id=whole, decision=decision)
    return str(whole)


def append_row(store: Store, schema: pa.DataFrameSchema, who: str, why: str, **values: Any) -> None:
    """Add what somebody decides today to a table of decisions. The caller holds the data lock.

    Parameters
    ----------
    store
        As it is under the lock; whoever reads on opens it anew.
    schema
        Of the table, whose name is that of its file.
    who, why
        Who decides, and the reason, as `reasoned` returns them.
    values
        The other columns of the row but the day.

    Raises
    ------
    InputError
        The table breaks its schema.
    """
    path = store.places.raw / f"{schema.name}.csv"
    refuse_links(path.parent)
    row = {**values, "who": who, "decided_on": str(dt.datetime.now(dt.UTC).date()), "why": why}
    added = pd.DataFrame([row], columns=list(schema.columns))
    added = added.astype({name: dtype(column) for name, column in schema.columns.items()})
    # The whole table anew: a file that people edit need not end with a line break.
    content = pd.concat([written_table(store, schema), added]).to_csv(index=False, lineterminator="\n").encode()
    parse_table(content, schema, path)
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


def load_mapping(store: Store, models: pd.DataFrame) -> pd.DataFrame:
    """The mapping by hand; empty without the file.

    Raises
    ------
    InputError
        A row breaks the schema, names a model that does not exist or holds on no day.
    """
    mapping, path = written_table(store, MAPPING), store.places.raw / "mapping.csv"
    check_references(mapping, models, "model_key", path)
    never = mapping["valid_to"].le(mapping["valid_from"])
    if never.any():
        row = int(never.to_numpy().argmax())
        day, remedy = str(mapping["valid_to"].iloc[row].date()), "Correct one of the two days, or leave one empty"
        raise InputError("is not after valid_from", file=path, row=row + 1, column="valid_to", value=day, remedy=remedy)
    return mapping


def decided(quotes: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """What was decided on each quote: `decision`, and `rejection`, the reason that a rejected one gets; missing where nothing was.

    Parameters
    ----------
    quotes
        Spells, with `quote_id`, `event`, `recorded_on` and the columns that name a series.
    decisions
        In the schema `DECISIONS`.

    Raises
    ------
    InputError
        A decision names more than one quote.
    """
    ids = whole_ids(decisions["quote_id"], quotes["quote_id"])
    latest = decisions.assign(quote_id=ids).drop_duplicates("quote_id", keep="last").reset_index(drop=True)
    number = quotes["quote_id"].map(pd.Series(latest.index, index=latest["quote_id"], dtype="float64"))
    number = _with_auxiliary(number, quotes)
    rejection = "rejected by " + latest["who"] + ": " + latest["why"]
    return pd.DataFrame({"decision": number.map(latest["decision"]), "rejection": number.map(rejection)})


def apply_decisions(reasons: pd.Series, decided_on: pd.DataFrame) -> pd.Series:
    """Quarantine reasons after what was `decided`: accepted quotes have none, rejected ones the reason that was given."""
    decision = decided_on["decision"]
    lifted = reasons.mask(decision.eq("accept") & ~reasons.isin(NEEDS_A_PRICE), None)
    return lifted.mask(decision.eq("reject") & lifted.isna(), decided_on["rejection"]).astype("str")


def without_quote(decisions: pd.DataFrame, quote_ids: pd.Series) -> list[str]:
    """A line for each decision on what is no quote: a slip of the pen, or a quote of a vintage that was withdrawn."""
    lost = decisions[~whole_ids(decisions["quote_id"], quote_ids).isin(quote_ids)]
    lines = []
    for row, given in enumerate(decisions["quote_id"], start=1):
        if given in set(lost["quote_id"]):
            (nearest,) = get_close_matches(given, quote_ids.tolist(), n=1, cutoff=0.0)
            lines.append(
                f"decisions.csv, row {row}, column 'quote_id', value {given!r}: is no quote. The nearest is {nearest!r}"
            )
    return lines


def whole_ids(given: pd.Series, quote_ids: pd.Series) -> pd.Series:
    """Ids of quotes as they are today, for ids as they stand in decisions.

    Ids of quotes from vintages once had 12 digits, the first 12 of today's 32. An id that is no quote's stays as it is.

    Raises
    ------
    InputError
        An id of 12 digits is the beginning of several.
    """
    short = given[~given.isin(quote_ids)].drop_duplicates()
    begun = quote_ids[quote_ids.str.startswith(tuple(short))] if len(short) else quote_ids.iloc[:0]
    begun = begun[begun.str.rsplit("-", n=1).str[-1].str.len().eq(LONG_ID)]
    meant = pd.DataFrame({"short": begun.str.slice(stop=SHORT_ID - LONG_ID), "whole": begun})
    meant = meant[meant["short"].isin(short)]
    unsure = meant["short"].duplicated()
    if unsure.any():
        value = meant.loc[unsure, "short"].iloc[0]
        rows = given.reset_index(drop=True)
        raise InputError(
            "is the beginning of several ids",
            file="decisions.csv",
            row=int(rows[rows.eq(value)].index[0]) + 1,
            column="quote_id",
            value=value,
            remedy=f"Write the whole id: {', '.join(meant.loc[meant['short'].eq(value), 'whole'])}",
        )
    whole = given.map(meant.set_index("short")["whole"]).astype("str")
    return whole.where(whole.notna(), given)


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


def _with_auxiliary(number: pd.Series, quotes: pd.DataFrame) -> pd.Series:
    """The number of the decision on each quote, where only a cache or batch price moved that on the quote before it."""
    series = ["source", "provider", "model_id", "tier"]
    ordered = quotes[[*series, "recorded_on", "event"]].sort_values([*series, "recorded_on"], kind="stable")
    price = ordered["event"].ne("auxiliary").cumsum()
    _, kind = distinct_rows(ordered[series].assign(price=price))
    return number.reindex(ordered.index).groupby(kind).ffill().reindex(number.index)
