"""What a batch of files changes in the quotes: what waits for a person, and the prices that began, ended, moved or came back."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from costfloor.data.candidates import unresolved_ids
from costfloor.data.model_names import NO_CHAT
from costfloor.data.normalise import compact, strip_id
from costfloor.data.spell_rows import PRICES, SERIES
from costfloor.data.spells import seen_in
from costfloor.data.unknown_sellers import unknown_sellers
from costfloor.data.vintages import Coverage, Vintage
from costfloor.panel import LAW_HOST_KINDS
from costfloor.refresh.result import HeldPrice, ModelPrices, Move, NewSeller, PriceNews, UnresolvedId

PRICE = "price_usd_per_mtok"
LISTED = ["source", "provider", "model_id"]


def brought_by(quotes: pd.DataFrame, vintages: Collection[Vintage]) -> "pd.Series[bool]":
    """Quotes that one of these lists was the first to show."""
    if not vintages:
        return pd.Series(False, index=quotes.index)
    return quotes["evidence"].str.startswith(tuple(seen_in(vintage) for vintage in vintages)).fillna(False).astype(bool)


def ended_by(quotes: pd.DataFrame, vintages: Collection[Vintage]) -> "pd.Series[bool]":
    """Quotes that end because one of these lists does not have them."""
    whole = [(v.source, pd.Timestamp(v.day)) for v in vintages if v.coverage is Coverage.WHOLE]
    places = pd.MultiIndex.from_arrays([quotes["source"], quotes["valid_to"]])
    listed = places.isin(whole) if whole else np.zeros(len(quotes), dtype=bool)
    return quotes["end_reason"].eq("vanished") & listed


def held_prices(quotes: pd.DataFrame, fresh: "pd.Series[bool]") -> tuple[HeldPrice, ...]:
    """New prices that the rules hold back, by reason and name."""
    rows = quotes[fresh & quotes["status"].eq("quarantined")].sort_values(["reason", *LISTED, "quote_id"])
    columns = ["quote_id", *LISTED, *PRICES, "reason"]
    cells = rows[columns].astype(object).where(rows[columns].notna(), None)
    return tuple(HeldPrice(*row) for row in cells.itertuples(index=False))


def new_sellers(quotes: pd.DataFrame, fresh: "pd.Series[bool]") -> tuple[NewSeller, ...]:
    """Sellers that nobody has looked at and that no earlier list names, the one with most rows first."""
    unknown = quotes["host_kind"].eq("unknown")
    names = set(quotes.loc[fresh & unknown, "host"]) - set(quotes.loc[~fresh, "host"])
    if not names:
        return ()
    models = quotes.loc[quotes["host"].isin(names), "model_key"].dropna().unique()
    near = quotes[
        quotes["model_key"].isin(models) & (~unknown | quotes["host"].isin(names)) | quotes["host"].isin(names)
    ]
    return tuple(
        NewSeller(seller["spelling"], tuple(seller["sources"]), seller["rows"], seller["likely_relay_of"])
        for seller in unknown_sellers(near)
    )


def new_unresolved(quotes: pd.DataFrame, fresh: "pd.Series[bool]", models: pd.DataFrame) -> tuple[UnresolvedId, ...]:
    """Names of chat models that no earlier list has and no model is known for, the one with most sellers first; spellings together."""
    unresolved = quotes["status"].eq("unresolved") & ~quotes["model_id"].str.contains(NO_CHAT)
    new = fresh & unresolved & ~quotes["model_id"].isin(quotes.loc[~fresh, "model_id"])
    ids = quotes.loc[new, [*LISTED, "host"]].drop_duplicates()
    nearest = {row["model_id"]: row["candidates"][0] for row in unresolved_ids(quotes[new], models)} if len(ids) else {}
    names = []
    for _, listed in ids.groupby(ids["model_id"].map(lambda name: compact(strip_id(name)))):
        spellings = listed["model_id"].value_counts()
        common = str(min(spellings.index[spellings.eq(spellings.max())], key=lambda name: (len(name), name)))
        sources = tuple(sorted(set(listed["source"])))
        names.append(UnresolvedId(common, len(spellings), listed["host"].nunique(), sources, nearest[common]))
    return tuple(sorted(names, key=lambda name: (-name.sellers, name.model_id)))


def price_news(
    quotes: pd.DataFrame, fresh: "pd.Series[bool]", ended: "pd.Series[bool]", measured: Collection[str] | None
) -> PriceNews:
    """Prices that the laws see and that began, ended, moved or came back.

    Parameters
    ----------
    quotes
        From `costfloor.data.quotes.build_quotes`, the new lists included.
    fresh, ended
        From `brought_by` and `ended_by`.
    measured
        Models with measured capability; None while that is not known.
    """
    previous = (
        quotes.sort_values("recorded_on", kind="stable").groupby(["source", *SERIES], dropna=False)[PRICE].shift()
    )
    seen = quotes["status"].eq("kept") & quotes["host_kind"].isin(LAW_HOST_KINDS)
    if measured is not None:
        seen &= quotes["model_key"].isin(measured)
    rows = quotes.assign(before=previous)
    # A price after none, or after a free trial, is a new one.
    priced = rows["before"].gt(0)
    changed = seen & fresh & rows["event"].eq("change") & priced & rows["before"].ne(rows[PRICE])
    returned = seen & fresh & rows["event"].eq("reappeared") & priced
    began = rows[seen & fresh & rows["event"].ne("auxiliary") & ~changed & ~returned & ~rows["before"].eq(rows[PRICE])]
    gone = rows[seen & ended]
    return PriceNews(
        measured=measured is not None,
        new=_by_model(began),
        new_prices=len(began),
        gone=_by_model(gone),
        gone_prices=len(gone),
        changed=_moves(rows[changed]),
        returned=_moves(rows[returned]),
    )


def _by_model(rows: pd.DataFrame) -> tuple[ModelPrices, ...]:
    table = (
        rows.groupby("model_key")
        .agg(sellers=("host", "nunique"), lowest=(PRICE, "min"), highest=(PRICE, "max"))
        .reset_index()
        .sort_values(["sellers", "model_key"], ascending=[False, True])
    )
    return tuple(ModelPrices(*row) for row in table.itertuples(index=False))


def _moves(rows: pd.DataFrame) -> tuple[Move, ...]:
    size = (np.log(rows[PRICE]) - np.log(rows["before"])).abs()
    ordered = rows.assign(size=size, day=rows["recorded_on"].dt.strftime("%Y-%m-%d")).sort_values(
        ["size", "model_key", "host", "day"], ascending=[False, True, True, True]
    )
    return tuple(Move(*row) for row in ordered[["model_key", "host", "day", "before", PRICE]].itertuples(index=False))
