"""Who sells: one name per seller over all spellings, and what kind of seller it is.

`raw/hosts.csv` says it, with the evidence; `raw/host_decisions.csv` holds what people decided since, and counts before it. A seller in
neither is unknown: its prices are recorded and stay out of the laws until somebody decides.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from costfloor.data.distinct import distinct_rows
from costfloor.data.host_decisions import HOST_DECISIONS, spelling
from costfloor.data.raw import written_table
from costfloor.data.store import Store

MARKET_LOW = "lowest of month"
UNKNOWN = "unknown"

OWN_PRICE_KINDS = ("first_party", "inference_host", "cloud")
"""Sellers with prices of their own. Relays pass on those of others, and the lowest of a month is no single price."""


class Seller(NamedTuple):
    """A host, its kind and the currency of its own price list, empty when that is not known to differ from dollars."""

    host: str
    kind: str
    currency: str


@dataclass(frozen=True)
class _Entry:
    start: pd.Timestamp
    end: pd.Timestamp
    seller: Seller


@dataclass(frozen=True)
class Sellers:
    """Lookup tables from spelling, creator and day to a seller.

    Attributes
    ----------
    exact
        Spelling to creator ("" for all others) to entries, of which the last that holds on a day counts.
    prefixes
        The same for spellings that end in `*`, the longest first.
    turns
        Days on which any entry begins or ends, in order.
    """

    exact: dict[str, dict[str, list[_Entry]]]
    prefixes: dict[str, dict[str, list[_Entry]]]
    turns: list[pd.Timestamp]

    def find(self, spelling: str, creator: str, day: pd.Timestamp) -> Seller | None:
        """Who sells the models of a creator under a spelling, None when nobody has said."""
        prefixed = (entries for prefix, entries in self.prefixes.items() if spelling.startswith(prefix))
        for by_creator in (self.exact.get(spelling, {}), *prefixed):
            for key in dict.fromkeys((creator, "")):
                holding = [item for item in by_creator.get(key, []) if pd.isna(day) or item.start <= day < item.end]
                if holding:
                    return holding[-1].seller
        return None


def load_sellers(store: Store) -> Sellers:
    """Sellers of the raw store, with the decisions of people.

    Raises
    ------
    InputError, IntegrityError
        A table is missing, changed, or breaks its schema.
    """
    return sellers(store.table("hosts"), written_table(store, HOST_DECISIONS))


def sellers(hosts: pd.DataFrame, decisions: pd.DataFrame | None = None) -> Sellers:
    """Lookup tables from the raw table `hosts` and decisions in the order in which they were made.

    A decision for all creators replaces everything that was said of its spelling before.
    """
    listed: dict[str, dict[str, list[_Entry]]] = {}
    for row in _rows(hosts):
        seller = Seller(row["host"], row["kind"], row["currency"] or "")
        start, end = row["valid_from"] or pd.Timestamp.min, row["valid_to"] or pd.Timestamp.max
        listed.setdefault(row["spelling"], {}).setdefault(row["creator"] or "", []).append(_Entry(start, end, seller))
    dated = {item for by_creator in listed.values() for items in by_creator.values() for item in items}
    turns = {day for item in dated for day in (item.start, item.end)} - {pd.Timestamp.min, pd.Timestamp.max}
    starred = sorted((name for name in listed if name.endswith("*")), key=len, reverse=True)
    prefixes = {name.removesuffix("*"): listed.pop(name) for name in starred}
    for row in _rows(decisions) if decisions is not None else []:
        entry = _Entry(pd.Timestamp.min, pd.Timestamp.max, Seller(row["host"], row["kind"], ""))
        if row["creator"] is None:
            listed[row["spelling"]] = {}
        listed.setdefault(row["spelling"], {})[row["creator"] or ""] = [entry]
    return Sellers(listed, prefixes, sorted(turns))


def attach_hosts(quotes: pd.DataFrame, known: Sellers) -> pd.DataFrame:
    """Add `host`, `host_kind`, `currency` and `first_party` to resolved quotes.

    Parameters
    ----------
    quotes
        Needs `source`, `provider`, `model_key`, `recorded_on` and `valid_to`; the creator is the part of `model_key` before the slash.
    known
        From `load_sellers`.

    Returns
    -------
    pandas.DataFrame
        The same rows. `monthly_lowest` names the creator, never the seller: its host is `lowest of month`.
    """
    day = quotes["recorded_on"].fillna(quotes["valid_to"])
    turns = pd.Series(known.turns, dtype="datetime64[us]").to_numpy()
    offers = pd.DataFrame(
        {
            "source": quotes["source"],
            "provider": quotes["provider"].fillna(""),
            "creator": quotes["model_key"].fillna("").str.split("/").str[0],
            "period": np.where(day.isna(), -1, turns.searchsorted(day.to_numpy("datetime64[us]"), side="right")),
        }
    )
    first, kind = distinct_rows(offers)
    named = [
        _seller(known, source, spelling(provider), creator, when)
        for source, provider, creator, when in zip(
            *(offers[name].iloc[first] for name in ("source", "provider", "creator")), day.iloc[first], strict=True
        )
    ]
    sold_by = pd.DataFrame(named, columns=["host", "host_kind", "currency"], dtype="str")
    sold_by["first_party"] = sold_by["host_kind"].eq("first_party")
    return quotes.assign(**sold_by.iloc[kind].set_axis(quotes.index))


def _seller(known: Sellers, source: str, name: str, creator: str, day: pd.Timestamp) -> Seller:
    if source == "monthly_lowest":
        return Seller(MARKET_LOW, "market_low", "")
    return known.find(name, creator, day) or Seller(name or UNKNOWN, UNKNOWN, "")


def _rows(table: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """Rows with None for what is missing."""
    return table.astype(object).where(table.notna(), None).to_dict("records")
