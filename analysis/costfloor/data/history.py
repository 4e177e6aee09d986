"""From dated lists of prices to price spells: when each price began, between which days, and when it left.

A source that is looked at again and again says which prices hold on the days of its vintages. A price that was not there on the day
before began in between, or on the day that the list states; one that is gone has left. The result depends on the set of vintages only, not
on the order in which they came.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from costfloor.data.price_equality import equal_prices
from costfloor.data.spell_rows import ONE_DAY, PRICES, SERIES, SIDE_PRICES, SPELL_COLUMNS, DatedList, as_quotes
from costfloor.data.vintages import Coverage


def extend_by_lists(base: pd.DataFrame, source: str, lists: Sequence[DatedList]) -> pd.DataFrame:
    """Continue the spells of one source by lists of its prices, whole or partial.

    Parameters
    ----------
    base
        Spells of the source that are known already (columns `SPELL_COLUMNS`); may be empty.
    source
        Name of the source.
    lists
        At most one a day, in any order.

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
    parts = [_contradictions(base, source, earlier)] if earlier else []
    if later:
        base, fresh = _continue(base, source, horizon, later)
        parts.append(fresh)
    return pd.concat([base, *[part for part in parts if len(part)]], ignore_index=True)


def _continue(
    base: pd.DataFrame, source: str, horizon: pd.Timestamp, lists: list[DatedList]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    days = _day_column([horizon, *(item.day for item in lists)])
    rows = _sighted(base, horizon, lists)
    follows = rows["series"].eq(rows["series"].shift())
    at_once = follows & rows["step"].eq(rows["step"].shift() + 1)
    repeated = follows & equal_prices(rows[PRICES], rows[PRICES].shift())
    unchanged = at_once & repeated & equal_prices(rows[SIDE_PRICES], rows[SIDE_PRICES].shift())

    spell = (~unchanged).cumsum()
    last_known = _at(days, rows["step"].map(_last_whole_step(lists)))
    # `gone`: the day of the first list without the price, when there is one.
    rows = rows.assign(
        event=np.select([~follows, ~at_once, ~repeated], ["first", "reappeared", "change"], "auxiliary"),
        changed_after=rows["seen"].shift().where(at_once, last_known),
        flag=_flags_that_go_on(rows, base, run=(~repeated).cumsum().astype("int64"), follows=follows),
        gone=_at(days, rows.groupby(spell)["step"].transform("last") + 1),
        at_once=at_once,
    )
    begun = _on_stated_days(rows[~unchanged].reset_index(drop=True), base)
    following = begun["series"].eq(begun["series"].shift(-1)) & begun["at_once"].shift(-1, fill_value=False)
    ends = begun["day"].shift(-1).where(following, begun["gone"]).astype("datetime64[us]")
    reasons = pd.Series(np.where(following, "changed", "vanished"), index=begun.index, dtype="str").where(ends.notna())
    begun = begun.assign(valid_to=ends, end_reason=reasons)

    ended = begun[begun["step"].eq(0) & begun["valid_to"].notna()].set_index("quote_id")
    closed = base["quote_id"].isin(ended.index) & base["valid_to"].isna()
    ids = base["quote_id"]
    base = base.assign(
        valid_to=base["valid_to"].mask(closed, ended["valid_to"].reindex(ids).set_axis(base.index)),
        end_reason=base["end_reason"].mask(closed, ended["end_reason"].reindex(ids).set_axis(base.index)),
    )
    fresh = begun[begun["step"] > 0].reset_index(drop=True)
    quotes = as_quotes(fresh, source, basis="list")
    quotes = quotes.assign(
        event=fresh["event"],
        changed_after=fresh["changed_after"],
        valid_to=fresh["valid_to"],
        left_censored=fresh["changed_after"].isna(),
        quality_flag=fresh["flag"].fillna(quotes["quality_flag"]),
        end_reason=fresh["end_reason"],
    )
    return base, quotes[SPELL_COLUMNS]


def _sighted(base: pd.DataFrame, horizon: pd.Timestamp, lists: list[DatedList]) -> pd.DataFrame:
    """Every price on the day of every list, by series and day: those of the list, and those that go on without being on it.

    `step` 0 is what `base` leaves open, step n the nth list; `seen` is the last day on which the price was really listed.
    """
    open_spells = base[base["valid_to"].isna() & base["recorded_on"].notna()]
    open_spells = open_spells.sort_values("recorded_on", kind="stable").drop_duplicates(SERIES, keep="last")
    known = open_spells[[*SERIES, *PRICES, *SIDE_PRICES, "quote_id", "recorded_on"]]
    before = known.rename(columns={"recorded_on": "day"}).assign(step=0, copy=0, seen=horizon)
    listed = _stepped(lists)
    parts, ends = [before, listed], listed["step"].searchsorted(range(1, len(lists) + 2))
    for step, item in enumerate(lists, start=1):
        told = listed.iloc[ends[step - 1] : ends[step]]
        carried = _carried(before, told, item, step)
        before = told
        if len(carried):
            parts.append(carried)
            before = pd.concat([told, carried])
    rows = pd.concat(parts, ignore_index=True)
    rows["series"] = rows.groupby([*SERIES, "copy"], dropna=False, sort=False).ngroup()
    rows["seen"] = rows["seen"].astype("datetime64[us]")
    return rows.sort_values(["series", "step"], kind="stable").reset_index(drop=True)


def _stepped(lists: Sequence[DatedList]) -> pd.DataFrame:
    """Rows of lists by the position of their list, from 1; a second price under the same name is a series of its own."""
    rows = pd.concat(
        [
            item.quotes.assign(step=step, day=item.day, seen=item.day, evidence=item.evidence)
            for step, item in enumerate(lists, start=1)
        ],
        ignore_index=True,
    )
    ordered = rows.sort_values(["step", *SERIES, *PRICES, *SIDE_PRICES], ignore_index=True)
    return ordered.assign(copy=ordered.groupby(["step", *SERIES], dropna=False).cumcount())


def _carried(before: pd.DataFrame, listed: pd.DataFrame, item: DatedList, step: int) -> pd.DataFrame:
    """The prices before that go on: all that a partial list leaves out, and those behind an unreadable entry."""
    held = before
    if item.coverage is not Coverage.PARTIAL:
        if not item.unreadable:
            return before.iloc[:0]
        names = [(None if pd.isna(provider) else provider, model) for provider, model in before[SERIES[:2]].to_numpy()]
        held = before[np.array([name in item.unreadable for name in names], dtype=bool)]
    told = pd.MultiIndex.from_frame(listed[[*SERIES, "copy"]])
    held = held[~pd.MultiIndex.from_frame(held[[*SERIES, "copy"]]).isin(told)]
    return held.assign(step=step)


def _last_whole_step(lists: list[DatedList]) -> pd.Series:
    """For each step the step before it at which the whole list was known; what is new came after that."""
    whole = [0, *(step if item.coverage is Coverage.WHOLE else 0 for step, item in enumerate(lists, start=1))]
    return pd.Series([-1, *np.maximum.accumulate(whole)[:-1]])


def _flags_that_go_on(
    rows: pd.DataFrame, base: pd.DataFrame, run: "pd.Series[int]", follows: "pd.Series[bool]"
) -> pd.Series:
    """The flag of the last spell of `base` for a series that goes on, or comes back, at the price of that spell; else missing."""
    last = base[base["recorded_on"].notna()].sort_values("recorded_on", kind="stable")
    last = last.drop_duplicates(SERIES, keep="last")[[*SERIES, *PRICES, "quality_flag"]]
    first_run = run.eq(run.where(~follows).ffill())
    pairs = rows[[*SERIES, *PRICES, "copy"]].merge(last, on=SERIES, how="left", suffixes=("", "_last"))
    alike = equal_prices(rows[PRICES], pairs[[f"{name}_last" for name in PRICES]]) & rows["copy"].eq(0)
    return pairs["quality_flag"].where(alike & first_run & rows[PRICES].notna().all(axis=1))


def _on_stated_days(begun: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    """New spells on the day from which the list itself says that they hold, where that can be.

    It cannot be when the price before was first listed on that day or later, or the name was not listed on it: lists exclude each other.
    """
    closed = base[base["valid_to"].notna()].groupby(SERIES, dropna=False)["valid_to"].max().rename("closed_on")
    closed_on = begun[SERIES].merge(closed.reset_index(), on=SERIES, how="left")["closed_on"]
    inside = begun["series"].eq(begun["series"].shift())
    # The first day on which the price before was listed; for what came back, the day on which it had gone.
    before = begun["day"].where(begun["at_once"].shift(-1, fill_value=False), begun["gone"]).shift().where(inside)
    floor = before.fillna(closed_on.dt.as_unit("us") - ONE_DAY)
    stated = begun["valid_from"]
    used = begun["step"].gt(0) & begun["event"].ne("auxiliary") & stated.le(begun["day"]) & ~stated.le(floor)
    return begun.assign(
        day=begun["day"].mask(used, stated), changed_after=begun["changed_after"].mask(used, stated - ONE_DAY)
    )


def _contradictions(base: pd.DataFrame, source: str, lists: Sequence[DatedList]) -> pd.DataFrame:
    """What lists from inside the known history say otherwise, as observations of their days."""
    rows = _stepped(lists).assign(row=lambda t: t.index)
    known = base[[*SERIES, *PRICES, "recorded_on", "valid_to"]]
    pairs = rows[["row", "day", *SERIES, *PRICES]].merge(known, on=SERIES, suffixes=("", "_known"))
    holds = pairs["recorded_on"].le(pairs["day"]) & ~pairs["valid_to"].le(pairs["day"])
    told = holds & equal_prices(pairs[PRICES], pairs[[f"{name}_known" for name in PRICES]])
    following = pairs.loc[pairs["recorded_on"].gt(pairs["day"])].groupby("row")["recorded_on"].min()
    news = rows[~rows["row"].isin(pairs.loc[told, "row"])].reset_index(drop=True)
    ends = following.reindex(news["row"]).set_axis(news.index).astype("datetime64[us]")
    return as_quotes(news, source, basis="list").assign(
        event="observed",
        changed_after=pd.Series(pd.NaT, index=news.index, dtype="datetime64[us]"),
        valid_to=ends,
        left_censored=True,
        end_reason=pd.Series("changed", index=news.index, dtype="str").where(ends.notna()),
    )[SPELL_COLUMNS]


def _day_column(days: list[pd.Timestamp]) -> pd.Series:
    return pd.Series(pd.to_datetime(days)).astype("datetime64[us]")


def _at(days: pd.Series, steps: pd.Series) -> pd.Series:
    """The day of each step, missing for one that has none."""
    return days.reindex(steps).set_axis(steps.index)
