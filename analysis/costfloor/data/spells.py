"""Every price spell the raw store knows: the compiled history, continued by the vintages that came since."""

from collections.abc import Mapping

import pandas as pd

from costfloor.data.history import extend_by_lists
from costfloor.data.spell_rows import DatedList
from costfloor.data.statements import announcements, statements
from costfloor.data.store import Store
from costfloor.data.vintages import SOURCES, Coverage, Vintage
from costfloor.data.withdrawals import standing_vintages
from costfloor.errors import IntegrityError
from costfloor.sources.snapshot import Snapshot, holding_on


def price_spells(
    store: Store, as_of: pd.Timestamp | None = None, lists: Mapping[Vintage, DatedList] | None = None
) -> pd.DataFrame:
    """All spells, in the columns of the raw table `quotes` and `tier`.

    Parameters
    ----------
    store
        The raw data.
    as_of
        When given, only what was recorded or observed on or before this day; a spell that ended later is still open.
    lists
        Of the store by then, as `read_lists` gives them, when they are at hand.

    Raises
    ------
    InputError, IntegrityError
        As `costfloor.data.store.Store.table` and `read_lists`.
    """
    base = store.table("quotes").assign(tier=pd.Series(None, dtype="str"))
    if as_of is not None:
        base = base[~base["recorded_on"].gt(as_of)]
        ends_then = base["valid_to"].where(~base["valid_to"].gt(as_of))
        base = base.assign(valid_to=ends_then, end_reason=base["end_reason"].where(ends_then.notna()))
    by_source: dict[str, list[DatedList]] = {}
    for vintage, item in (read_lists(store, as_of) if lists is None else lists).items():
        by_source.setdefault(vintage.source, []).append(item)
    parts = [base[~base["source"].isin(by_source)]]
    for source, dated in sorted(by_source.items()):
        stated = [item for item in dated if item.coverage is Coverage.STATEMENTS]
        listed = [item for item in dated if item.coverage is not Coverage.STATEMENTS]
        spells = extend_by_lists(base[base["source"] == source], source, listed)
        parts += [spells, *([statements(spells, source, stated)] if stated else []), announcements(source, dated)]
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else base.reset_index(drop=True)


def read_lists(store: Store, as_of: pd.Timestamp | None = None) -> dict[Vintage, DatedList]:
    """The prices of each standing vintage of the store; with `as_of`, of those observed by then.

    Raises
    ------
    InputError, IntegrityError
        As `costfloor.data.withdrawals.standing_vintages`; or a file is not what its receipt says.
    """
    standing = [vintage for vintage in standing_vintages(store) if as_of is None or vintage.day <= as_of.date()]
    priced = {vintage: store.reading(vintage).prices for vintage in standing if vintage.source in SOURCES}
    return {vintage: dated_list(vintage, prices) for vintage, prices in priced.items() if prices is not None}


def dated_list(vintage: Vintage, snapshot: Snapshot) -> DatedList:
    """What a file says of the day of its vintage.

    Raises
    ------
    IntegrityError
        The receipt does not say truly whether the file is a list of all that is sold.
    """
    if snapshot.complete == (vintage.coverage is Coverage.STATEMENTS):
        raise IntegrityError(
            f"{vintage.name}: its receipt calls it {vintage.coverage}, which it is not. Restore it from a copy"
        )
    day, texts = pd.Timestamp(vintage.day), ("tier", "note", "provider")
    quotes = snapshot.quotes.assign(**{name: snapshot.quotes[name].replace("", None).astype("str") for name in texts})
    announced = quotes["valid_from"].gt(day)
    told = quotes[~announced] if vintage.coverage is Coverage.STATEMENTS else holding_on(quotes, day)
    names = snapshot.rejected[["provider", "model_id"]].to_numpy()
    unreadable = frozenset((provider or None, model_id) for provider, model_id in names)
    return DatedList(day, told, seen_in(vintage), unreadable, vintage.coverage, quotes[announced])


def seen_in(vintage: Vintage) -> str:
    """How the evidence of a quote from this vintage begins."""
    return f"{vintage.address}, observed {vintage.observed_on}, sha256 {vintage.sha256[:12]}"
