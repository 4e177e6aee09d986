"""From dated lists of prices to price spells: when each price began, between which days, and when it left.

A source that is looked at again and again says which prices hold on the days of its vintages. A price that was not there on the day
before began in between; one that is gone has left. The result depends on the set of vintages only, not on the order in which they came.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.types import is_datetime64_dtype

from analysis.data.schemas import QUOTE_COLUMNS
from analysis.storage import sha256_bytes

PRICES = ["input_usd_per_mtok", "output_usd_per_mtok"]
SIDE_PRICES = [
    "cache_read_usd_per_mtok",
    "cache_write_usd_per_mtok",
    "batch_input_usd_per_mtok",
    "batch_output_usd_per_mtok",
]
SERIES = ["provider", "model_id", "tier"]
ONE_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, eq=False)
class DatedList:
    """The tidy prices of one vintage.

    Attributes
    ----------
    day
        When the source said so.
    quotes
        Columns `analysis.sources.snapshot.TIDY_COLUMNS`.
    evidence
        Where it can be seen.
    unreadable
        (provider, model_id) of entries that are listed with a wrong value: they are still there, at a price nobody knows.
    """

    day: pd.Timestamp
    quotes: pd.DataFrame
    evidence: str
    unreadable: frozenset[tuple[str | None, str]] = frozenset()


def extend_by_lists(base: pd.DataFrame, source: str, lists: Sequence[DatedList]) -> pd.DataFrame:
    """Continue the spells of one source by whole lists of its prices.

    Parameters
    ----------
    base
        Spells of the source that are known already (columns `QUOTE_COLUMNS`); may be empty.
    source
        Name of the source.
    lists
        Whole lists, at most one a day, in any order.

    Returns
    -------
    pandas.DataFrame
        `base` with the ends that the lists show, and the new spells. A list from before the last day of `base` adds a spell where it
        contradicts `base`, but no exit.
    """
    if not lists:
        return base
    horizon = pd.concat([base["recorded_on"], base["valid_to"]]).max()
    ordered = sorted(lists, key=lambda item: item.day)
    later = [item for item in ordered if pd.isna(horizon) or item.day > horizon]
    earlier = [item for item in ordered if not pd.isna(horizon) and item.day <= horizon]
    parts = [_contradictions(base, source, item) for item in earlier]
    if later:
        base, fresh = _continue(base, source, horizon, later)
        parts.append(fresh)
    return pd.concat([base, *[part for part in parts if len(part)]], ignore_index=True)


def statements(source: str, lists: Sequence[DatedList]) -> pd.DataFrame:
    """Spells from single statements, each for a day of its own: absence says nothing, repetition nothing new.

    Where two vintages state different prices for one day, the later observed one counts; the other is flagged `superseded`.
    """
    stated = [
        item.quotes.assign(day=stated_days(item.quotes, item.day), seen=item.day, evidence=item.evidence)
        for item in lists
    ]
    rows = pd.concat(stated, ignore_index=True).sort_values([*SERIES, "day", "seen", *PRICES, "evidence"])
    rows = rows.drop_duplicates([*SERIES, "day", *PRICES, *SIDE_PRICES]).reset_index(drop=True)
    place = rows.groupby([*SERIES, "day"], dropna=False, sort=False).ngroup()
    superseded = (place == place.shift(-1)) & (rows["seen"] != rows["seen"].shift(-1))
    series = rows.groupby(SERIES, dropna=False, sort=False).ngroup()
    valid = ~superseded
    before = rows[PRICES + SIDE_PRICES].where(valid).groupby(series).ffill().groupby(series).shift()
    same = _equal(rows[PRICES + SIDE_PRICES], before) & valid & ~superseded & (series == series.shift())
    rows, series = rows[~same].reset_index(drop=True), series[~same].reset_index(drop=True)
    superseded = superseded[~same].reset_index(drop=True)
    first = series != series.shift()
    quotes = _as_quotes(rows, source, basis="stated")
    return quotes.assign(
        event=np.where(first, "observed", "change"),
        changed_after=(rows["day"] - ONE_DAY).where(rows["valid_from"].notna()),
        valid_to=rows["valid_to"],
        left_censored=rows["valid_from"].isna(),
        quality_flag=quotes["quality_flag"].mask(superseded, "superseded"),
        end_reason=pd.Series("stated", index=rows.index, dtype="str").where(rows["valid_to"].notna()),
    )[[*QUOTE_COLUMNS, "tier"]]


def stated_days(quotes: pd.DataFrame, seen: pd.Timestamp) -> pd.Series:
    """The day from which a price is said to hold; its last day when only the end is said; else the day it was seen."""
    last = quotes["valid_to"] - ONE_DAY
    known_end = last.where(last.lt(seen))
    return quotes["valid_from"].fillna(known_end).fillna(seen)


def _continue(
    base: pd.DataFrame, source: str, horizon: pd.Timestamp, lists: list[DatedList]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    open_spells = base[base["valid_to"].isna() & base["recorded_on"].notna()]
    open_spells = open_spells.sort_values("recorded_on", kind="stable").drop_duplicates(SERIES, keep="last")
    known = open_spells[[*SERIES, *PRICES, *SIDE_PRICES, "quote_id"]].assign(step=0, copy=0)
    days = [horizon, *(item.day for item in lists)]
    steps = [known]
    for step, item in enumerate(lists, start=1):
        listed = _stepped(item, step)
        steps.append(pd.concat([listed, _carried(steps[-1], listed, item, step)], ignore_index=True))
    rows = pd.concat(steps, ignore_index=True)
    rows["series"] = rows.groupby([*SERIES, "copy"], dropna=False, sort=False).ngroup()
    rows = rows.sort_values(["series", "step"], kind="stable").reset_index(drop=True)

    follows = rows["series"].eq(rows["series"].shift())
    at_once = follows & rows["step"].eq(rows["step"].shift() + 1)
    same = at_once & _equal(rows[PRICES], rows[PRICES].shift())
    unchanged = same & _equal(rows[SIDE_PRICES], rows[SIDE_PRICES].shift())
    spell = (~unchanged).cumsum()
    last_step = rows.groupby(spell)["step"].transform("last")
    # The day after the last one on which the price was listed, when there is one.
    end_step = last_step + 1
    ends = pd.Series(pd.to_datetime(days)).reindex(end_step).set_axis(rows.index).astype("datetime64[us]")
    starts_again = pd.Series(~unchanged & at_once, index=rows.index).groupby(spell).first()
    replaced = spell.map(starts_again.shift(-1)).fillna(False).astype(bool)
    rows = rows.assign(
        valid_to=ends,
        end_reason=pd.Series(np.where(replaced, "changed", "vanished"), index=rows.index, dtype="str").where(
            ends.notna()
        ),
        event=np.select([~follows, ~at_once, ~same], ["first", "reappeared", "change"], "auxiliary"),
        changed_after=pd.Series(pd.to_datetime(days)).reindex(rows["step"] - 1).set_axis(rows.index),
    )
    begun = rows[~unchanged]
    ended = begun[begun["step"].eq(0) & begun["valid_to"].notna()].set_index("quote_id")
    closed = base["quote_id"].isin(ended.index) & base["valid_to"].isna()
    ids = base["quote_id"]
    base = base.assign(
        valid_to=base["valid_to"].mask(closed, ended["valid_to"].reindex(ids).set_axis(base.index)),
        end_reason=base["end_reason"].mask(closed, ended["end_reason"].reindex(ids).set_axis(base.index)),
    )
    fresh = begun[begun["step"] > 0].reset_index(drop=True)
    quotes = _as_quotes(fresh, source, basis="list")
    quotes = quotes.assign(
        event=fresh["event"],
        changed_after=fresh["changed_after"].astype("datetime64[us]"),
        valid_to=fresh["valid_to"],
        left_censored=fresh["changed_after"].isna(),
        end_reason=fresh["end_reason"],
    )
    return base, quotes[[*QUOTE_COLUMNS, "tier"]]


def _stepped(item: DatedList, step: int) -> pd.DataFrame:
    """Rows of a list with its position; a second price under the same name is a series of its own."""
    ordered = item.quotes.sort_values([*SERIES, *PRICES, *SIDE_PRICES])
    copy = ordered.groupby(SERIES, dropna=False).cumcount()
    return ordered.assign(step=step, copy=copy, day=item.day, evidence=item.evidence)


def _carried(before: pd.DataFrame, listed: pd.DataFrame, item: DatedList, step: int) -> pd.DataFrame:
    """The prices before an unreadable entry: until it can be read again, they are the last that is known."""
    if not item.unreadable:
        return before.iloc[:0]
    names = [(None if pd.isna(provider) else provider, model) for provider, model in before[SERIES[:2]].to_numpy()]
    held = before[np.array([name in item.unreadable for name in names], dtype=bool)]
    told = pd.MultiIndex.from_frame(listed[[*SERIES, "copy"]])
    held = held[~pd.MultiIndex.from_frame(held[[*SERIES, "copy"]]).isin(told)]
    return held.assign(step=step, day=item.day)


def _contradictions(base: pd.DataFrame, source: str, item: DatedList) -> pd.DataFrame:
    """What a list from inside the known history says otherwise, as observations of that day."""
    rows = _stepped(item, 0).reset_index(drop=True).assign(row=lambda t: t.index)
    known = base[[*SERIES, *PRICES, "recorded_on", "valid_to"]]
    pairs = rows[["row", *SERIES, *PRICES]].merge(known, on=SERIES, suffixes=("", "_known"))
    holds = pairs["recorded_on"].le(item.day) & ~pairs["valid_to"].le(item.day)
    told = holds & _equal(pairs[PRICES], pairs[[f"{name}_known" for name in PRICES]].set_axis(PRICES, axis=1))
    following = pairs.loc[pairs["recorded_on"].gt(item.day)].groupby("row")["recorded_on"].min()
    news = rows[~rows["row"].isin(pairs.loc[told, "row"])].reset_index(drop=True)
    quotes = _as_quotes(news, source, basis="list")
    ends = following.reindex(news["row"]).set_axis(news.index).astype("datetime64[us]")
    return quotes.assign(
        event="observed",
        changed_after=pd.Series(pd.NaT, index=news.index, dtype="datetime64[us]"),
        valid_to=ends,
        left_censored=True,
        end_reason=pd.Series("changed", index=news.index, dtype="str").where(ends.notna()),
    )[[*QUOTE_COLUMNS, "tier"]]


def _as_quotes(rows: pd.DataFrame, source: str, *, basis: str) -> pd.DataFrame:
    """The columns that do not depend on what came before and after."""
    days = rows["day"].astype("datetime64[us]")
    zero = rows[PRICES].eq(0).any(axis=1)
    return rows[[*SERIES, *PRICES, *SIDE_PRICES, "mode", "note"]].assign(
        quote_id=_ids(rows, source),
        source=source,
        recorded_on=days,
        quality_flag=pd.Series("ok", index=rows.index, dtype="str").mask(zero, "zero_price"),
        date_basis=basis,
        date_precision=pd.Series(None, index=rows.index, dtype="str"),
        evidence=rows["evidence"] + ": " + rows["place"],
    )


def _ids(rows: pd.DataFrame, source: str) -> pd.Series:
    """Names made of what a row says: the digest of its cells as Python writes a tuple of them."""
    cells = rows[[*SERIES, *PRICES, *SIDE_PRICES, "day"]].assign(copy=rows.get("copy", 0))
    tuples = pc.binary_join_element_wise(*(_written(cells[name]) for name in cells), ", ")
    digests = [f"{source}-{sha256_bytes(b'(%b)' % row)[:12]}" for row in tuples.cast(pa.binary()).to_pylist()]
    return pd.Series(digests, index=rows.index, dtype="str")


def _written(column: pd.Series) -> pa.Array:
    """The cells as Python writes them, each distinct value written once."""
    code, values = pd.factorize(column, use_na_sentinel=False)
    if is_datetime64_dtype(column):
        values = pd.DatetimeIndex(values).strftime("%Y-%m-%d")
    return pa.array([repr(value) for value in values.tolist()], pa.string()).take(pa.array(code))


def _equal(one: pd.DataFrame, other: pd.DataFrame) -> "pd.Series[bool]":
    """Rows with the same values; two missing values are the same."""
    left, right = one.to_numpy(float), other.to_numpy(float)
    alike = ((left == right) | (np.isnan(left) & np.isnan(right))).all(axis=1)
    return pd.Series(alike, index=one.index)
