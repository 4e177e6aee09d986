"""From single statements of prices to price spells, and prices that are announced: said to hold from a day that nobody has seen yet."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from costfloor.data.price_equality import equal_prices, without_dust
from costfloor.data.spell_rows import ONE_DAY, PRICES, SERIES, SIDE_PRICES, SPELL_COLUMNS, DatedList, as_quotes

ANNOUNCED = "announced"


def stated_days(quotes: pd.DataFrame, seen: pd.Timestamp) -> pd.Series:
    """The day from which a price is said to hold; its last day when only the end is said; else the day it was seen."""
    last = quotes["valid_to"] - ONE_DAY
    known_end = last.where(last.lt(seen))
    return quotes["valid_from"].fillna(known_end).fillna(seen)


def statements(base: pd.DataFrame, source: str, lists: Sequence[DatedList]) -> pd.DataFrame:
    """Spells from single statements, each for a day of its own: absence says nothing, and neither does what is known already.

    Parameters
    ----------
    base
        Spells of the source that are known already (columns `SPELL_COLUMNS`); may be empty. A statement of a price that `base` has on its
        day adds nothing, so that a list of past prices does not date them anew.
    source
        Name of the source.
    lists
        Statements, in any order. Where two of them state different prices for one day, the later observed one counts; the other is
        flagged `superseded`.

    Returns
    -------
    pandas.DataFrame
        The new spells, columns `SPELL_COLUMNS`. An end that lies after the day on which it was stated is not believed: it may be put off.
    """
    rows = _in_order(base, lists)
    place = rows.groupby([*SERIES, "day"], dropna=False, sort=False).ngroup()
    superseded = place.eq(place.shift(-1)) & rows["seen"].ne(rows["seen"].shift(-1)) & ~rows["known"]
    series = rows.groupby(SERIES, dropna=False, sort=False).ngroup()
    before = _valid_before(rows, series, ~superseded)
    repeated = equal_prices(rows[PRICES], before[PRICES])
    run = (~repeated).cumsum()
    # A cache or batch price that is not stated is what it was.
    sides = rows[SIDE_PRICES].groupby(run).ffill()
    ended = before["valid_to"].le(rows["day"])
    same = repeated & equal_prices(sides, _valid_before(sides, series, ~superseded)[SIDE_PRICES]) & ~ended & ~superseded
    same = (same | _told_by(base, rows, series, ~superseded)) & ~rows["known"]

    # What was said last of an end counts.
    spell = (~same).cumsum().astype("int64")
    ends = _last_of(rows["valid_to"], spell)
    events = np.select([before["row"].isna(), ended, ~repeated], ["observed", "reappeared", "change"], "auxiliary")
    flags = rows["quality_flag"].groupby(run).ffill().mask(superseded, "superseded")
    new = ~same & ~rows["known"]
    chosen = rows.assign(event=events, flag=flags, valid_to=ends)[new].reset_index(drop=True)
    quotes = as_quotes(chosen, source, basis="stated")
    return quotes.assign(
        event=chosen["event"],
        changed_after=(chosen["day"] - ONE_DAY).where(chosen["valid_from"].notna()),
        valid_to=chosen["valid_to"],
        left_censored=chosen["valid_from"].isna(),
        quality_flag=quotes["quality_flag"].mask(chosen["flag"].notna(), chosen["flag"]),
        end_reason=pd.Series("stated", index=chosen.index, dtype="str").where(chosen["valid_to"].notna()),
    )[SPELL_COLUMNS]


def announcements(source: str, lists: Sequence[DatedList]) -> pd.DataFrame:
    """Prices that lists said would hold from a later day, once each, as of the first list that said so.

    They are recorded as announced and never as held: an announced rise may be called off. One that comes true is in a later list, as a
    price that holds.
    """
    parts = [item.announced.assign(day=item.day, evidence=item.evidence) for item in lists if len(item.announced)]
    if not parts:
        return pd.DataFrame(columns=SPELL_COLUMNS)
    rows = pd.concat(parts, ignore_index=True).sort_values([*SERIES, "valid_from", "day", *PRICES, "evidence"])
    first = without_dust(rows[PRICES]).join(rows[[*SERIES, "valid_from"]]).drop_duplicates().index
    rows = rows.loc[first].reset_index(drop=True).assign(copy=ANNOUNCED)
    announced_for = "announced for " + rows["valid_from"].dt.strftime("%Y-%m-%d")
    # Named after the day it is for, so that the same price for another day is another announcement.
    named = as_quotes(rows.assign(day=rows["valid_from"]), source, basis="list")
    return named.assign(
        recorded_on=rows["day"].astype("datetime64[us]"),
        event=ANNOUNCED,
        changed_after=pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us]"),
        valid_to=pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us]"),
        left_censored=False,
        end_reason=pd.Series(None, index=rows.index, dtype="str"),
        note=announced_for.where(rows["note"].isna(), announced_for + "; " + rows["note"].fillna("")),
    )[SPELL_COLUMNS]


def _in_order(base: pd.DataFrame, lists: Sequence[DatedList]) -> pd.DataFrame:
    """What is known and what is stated, by series and day; a statement that is made again stands once, with the end said last."""
    known = base.loc[
        base["recorded_on"].notna(), [*SERIES, *PRICES, *SIDE_PRICES, "recorded_on", "valid_to", "quality_flag"]
    ]
    known = known.rename(columns={"recorded_on": "day"}).assign(seen=known["recorded_on"], known=True)
    stated = [
        item.quotes.assign(
            day=stated_days(item.quotes, item.day),
            valid_to=item.quotes["valid_to"].where(item.quotes["valid_to"].le(item.day)),
            seen=item.day,
            evidence=item.evidence,
            known=False,
        )
        for item in lists
    ]
    # Before the statements, where the two are of one day and price.
    rows = pd.concat([known.assign(evidence=""), *stated], ignore_index=True)
    rows = rows.sort_values([*SERIES, "day", "seen", *PRICES, "evidence"]).reset_index(drop=True)
    statement = without_dust(rows[[*PRICES, *SIDE_PRICES]]).join(rows[[*SERIES, "day", "known"]])
    kind = statement.groupby(list(statement), dropna=False, sort=False).ngroup()
    ends = _last_of(rows["valid_to"], kind)
    first = ~kind.duplicated() | rows["known"]
    return rows.assign(valid_to=rows["valid_to"].where(rows["known"], ends))[first].reset_index(drop=True)


def _last_of(values: pd.Series, group: "pd.Series[int]") -> pd.Series:
    """For each row the value, or its absence, in the last row of its group."""
    place = pd.Series(np.arange(len(values)), index=values.index).groupby(group).transform("last")
    return values.take(place.to_numpy()).set_axis(values.index)


def _valid_before(rows: pd.DataFrame, series: "pd.Series[int]", valid: "pd.Series[bool]") -> pd.DataFrame:
    """For each row the one before it in its series that was not superseded, all missing where there is none; `row` is its place."""
    place = pd.Series(np.arange(len(rows), dtype=float), index=rows.index).where(valid)
    before = place.groupby(series).ffill().groupby(series).shift()
    return rows.reindex(before).set_axis(rows.index).assign(row=before)


def _told_by(
    base: pd.DataFrame, rows: pd.DataFrame, series: "pd.Series[int]", valid: "pd.Series[bool]"
) -> "pd.Series[bool]":
    """Whether `base` has the price of a statement on its day, and no other statement has spoken against it since that price began."""
    prices = [*PRICES, *SIDE_PRICES]
    known = base[[*SERIES, *prices, "changed_after", "recorded_on", "valid_to"]]
    known = known.assign(begins=(known["changed_after"] + ONE_DAY).fillna(known["recorded_on"]))
    stated = rows.loc[~rows["known"], [*SERIES, *prices, "day"]]
    pairs = stated.assign(row=stated.index).merge(known, on=SERIES, suffixes=("", "_known"))
    holds = pairs["begins"].le(pairs["day"]) & ~pairs["valid_to"].le(pairs["day"])
    has = pairs[[f"{name}_known" for name in prices]].set_axis(prices, axis=1)
    holds &= equal_prices(pairs[prices].where(pairs[prices].notna(), has), has)
    begins = pairs[holds].groupby("row")["begins"].min().reindex(rows.index)
    news = rows["day"].where(valid & ~rows["known"] & begins.isna())
    last_news = news.groupby(series).ffill().groupby(series).shift()
    return begins.notna() & ~last_news.ge(begins)
