"""What people decide about sellers: data beside `raw/hosts.csv`, replayed at every build."""

import pandas as pd

from costfloor.data.decisions import append_row, reasoned
from costfloor.data.fields import date, table, text
from costfloor.data.schemas import HOST_NAME, LISTED_KINDS
from costfloor.data.store import Store, held_for_writing
from costfloor.errors import InputError

HOST_DECISIONS = table(
    "host_decisions",
    "Decisions on sellers",
    {
        "spelling": text("Seller as the sources spell it, in lower case"),
        "creator": text("Only for the models of this creator; empty for all", nullable=True),
        "host": text("The seller's one name", pattern=HOST_NAME),
        "kind": text("Kind of seller", one_of=LISTED_KINDS),
        "who": text("Who decided"),
        "decided_on": date("When"),
        "why": text("Reason"),
    },
)


def spelling(provider: str) -> str:
    """A seller's spelling as the tables write it: in lower case, without blanks around it."""
    return provider.strip().lower()


def decide_host(
    store: Store, quotes: pd.DataFrame, provider: str, host: str, kind: str, creator: str | None, who: str, why: str
) -> None:
    """Write down who a seller of the last build is.

    Parameters
    ----------
    store
        The raw data.
    quotes
        The processed quotes.
    provider
        Seller as a source spells it.
    host, kind
        The seller's one name and its kind; a second spelling of a known seller takes the name of that one.
    creator
        Only for the models of this creator, as the first part of their keys; goes with `first_party`, and with nothing else.
    who, why
        Who decides, and the reason.

    Raises
    ------
    InputError
        Nobody sells under this spelling, the name or the kind does not exist, or nobody decides or for no reason. Nothing is written.
    LockedError
        Another process writes.
    """
    who, why = reasoned(who, why)
    name = spelling(provider)
    if name not in set(quotes["provider"].dropna().map(spelling)):
        remedy = "See `costfloor hosts review`"
        raise InputError("is no seller of the last build", column="SPELLING", value=provider, remedy=remedy)
    if (kind == "first_party") != (creator is not None):
        remedy = "Give --creator with --kind first_party, and only there"
        raise InputError("does not fit --creator", column="--kind", value=kind, remedy=remedy)
    creators = set(quotes["model_key"].dropna().str.split("/").str[0])
    if creator is not None and creator not in creators:
        remedy = "Write it as it begins the keys of its models, such as openai in openai/gpt-5"
        raise InputError("made no model of the last build", column="--creator", value=creator, remedy=remedy)
    with held_for_writing(store) as current:
        append_row(current, HOST_DECISIONS, who, why, spelling=name, creator=creator, host=host, kind=kind)
