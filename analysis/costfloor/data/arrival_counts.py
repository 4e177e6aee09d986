"""What a file brings, counted: each entry of it is new, changed, unchanged, past, announced, rejected or skipped."""

from dataclasses import dataclass

import pandas as pd

from costfloor.data.spell_rows import DatedList
from costfloor.data.spells import seen_in
from costfloor.data.statements import ANNOUNCED
from costfloor.data.vintages import Coverage, Vintage
from costfloor.sources.measurements import Measurements
from costfloor.sources.snapshot import Snapshot

NAME = ["provider", "model_id"]
KEYS = {
    "scores": ["provider", "model_id", "variant", "benchmark", "benchmark_version"],
    "facts": ["provider", "model_id", "field"],
}
VALUES = {"scores": "score", "facts": "value"}


@dataclass(frozen=True)
class Counts:
    """Entries of one kind in a file: `read` is the sum of all but `gone`.

    Attributes
    ----------
    new, changed, unchanged
        Of what the source did not state the time before; that is another now; that is as it was.
    past, announced
        Prices that do not hold on the day: already ended, not yet begun.
    rejected, skipped
        With a wrong value, and of no kind that is read.
    gone
        What the source stated the time before and no longer does.
    """

    read: int
    new: int
    changed: int
    unchanged: int
    past: int
    announced: int
    rejected: int
    skipped: int
    gone: int

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(mine + others for mine, others in zip(vars(self).values(), vars(other).values(), strict=True)))


@dataclass(frozen=True)
class PriceCounts:
    """What a price list brings to the store.

    Attributes
    ----------
    counts
        Of its entries.
    held_back
        Of the new and changed prices, those that the rules hold back.
    unresolved
        Ids of the file that no model is known for.
    sellers_unknown
        Sellers of new and changed prices that nobody has looked at.
    """

    counts: Counts
    held_back: int
    unresolved: int
    sellers_unknown: int


def count_prices(
    quotes: pd.DataFrame, vintage: Vintage, snapshot: Snapshot, listed: DatedList, *, stored: bool
) -> PriceCounts:
    """Count a price list against everything cleaned with it.

    Parameters
    ----------
    quotes
        From `costfloor.data.quotes.build_quotes`, the list included.
    vintage, snapshot, listed
        The list.
    stored
        False when it was in the store before: then it brings nothing.
    """
    brought = quotes[quotes["evidence"].str.startswith(seen_in(vintage), na=False) & quotes["event"].ne(ANNOUNCED)]
    moved = brought["event"].isin(["change", "auxiliary"])
    if vintage.coverage is not Coverage.STATEMENTS:
        # A row of a list from inside the known history that contradicts it.
        moved |= brought["event"].eq("observed")
    new, changed = (int((~moved).sum()), int(moved.sum())) if stored else (0, 0)
    told, announced = len(listed.quotes), len(listed.announced)
    ids = snapshot.quotes[NAME].drop_duplicates().replace("", None)
    # A name may have lost its model since an earlier price.
    until = (
        quotes["source"].eq(vintage.source)
        & quotes["recorded_on"].le(pd.Timestamp(vintage.day))
        & quotes["event"].ne(ANNOUNCED)
    )
    latest = quotes[until].sort_values("recorded_on", kind="stable").drop_duplicates(NAME, keep="last")
    unresolved = ids.merge(latest.loc[latest["model_key"].notna(), NAME], on=NAME, how="left", indicator=True)
    return PriceCounts(
        Counts(
            read=snapshot.rows_read,
            new=new,
            changed=changed,
            unchanged=told - new - changed,
            past=len(snapshot.quotes) - told - announced,
            announced=announced,
            rejected=len(snapshot.rejected),
            skipped=sum(snapshot.skipped.values()),
            gone=int(_ended_by(quotes, vintage).sum()) if stored else 0,
        ),
        held_back=int(brought["status"].eq("quarantined").sum()) if stored else 0,
        unresolved=int(unresolved["_merge"].eq("left_only").sum()),
        sellers_unknown=int(brought.loc[brought["host_kind"].eq("unknown"), "host"].nunique()),
    )


def count_measurements(kind: str, stated: Measurements, before: Measurements | None) -> Counts:
    """Count scores or facts against those of the list that the source published before.

    Parameters
    ----------
    kind
        `scores` or `facts`.
    stated, before
        What the file says, and what the one before it said; None without one.
    """
    key, value = KEYS[kind], VALUES[kind]
    rows = stated.rows[[*key, value]]
    known = (stated.rows.iloc[:0] if before is None else before.rows)[[*key, value]].drop_duplicates()
    same = rows.merge(known, on=[*key, value], how="left", indicator="same")["same"].eq("both")
    named = rows.merge(known[key].drop_duplicates(), on=key, how="left", indicator="named")["named"].eq("both")
    still = known[key].drop_duplicates().merge(rows[key].drop_duplicates(), on=key, how="left", indicator="still")
    return Counts(
        read=stated.rows_read,
        new=int((~named).sum()),
        changed=int((named & ~same).sum()),
        unchanged=int(same.sum()),
        past=0,
        announced=0,
        rejected=len(stated.rejected),
        skipped=sum(stated.skipped.values()),
        gone=int(still["still"].eq("left_only").sum()),
    )


def _ended_by(quotes: pd.DataFrame, vintage: Vintage) -> "pd.Series[bool]":
    """Prices that end because this list does not have them."""
    if vintage.coverage is not Coverage.WHOLE:
        return pd.Series(False, index=quotes.index)
    gone = quotes["valid_to"].eq(pd.Timestamp(vintage.day)) & quotes["end_reason"].eq("vanished")
    return gone & quotes["source"].eq(vintage.source)
