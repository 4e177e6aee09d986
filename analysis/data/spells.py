"""Every price spell the raw store knows: the compiled history, continued by the vintages that came since."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.data.history import DatedList, extend_by_lists, statements
from analysis.data.raw import load_raw
from analysis.data.vintages import Vintage, list_vintages, read_original
from analysis.sources.formats import FORMATS
from analysis.sources.snapshot import Snapshot, holding_on


def price_spells(
    data_dir: Path, as_of: pd.Timestamp | None = None, read: Mapping[str, DatedList] | None = None
) -> pd.DataFrame:
    """All spells, in the columns of the raw table `quotes` and `tier`.

    Parameters
    ----------
    data_dir
        The data folder with `raw/` inside.
    as_of
        When given, only what was recorded or observed on or before this day; a spell that ended later is still open.
    read
        The lists by the name of their vintage, when they have been read already.

    Raises
    ------
    InputError, IntegrityError
        As `analysis.data.raw.load_raw` and `analysis.data.vintages.read_original`.
    """
    base = load_raw(data_dir, "quotes").assign(tier=pd.Series(None, dtype="str"))
    vintages = list_vintages(data_dir)
    if as_of is not None:
        base = base[~base["recorded_on"].gt(as_of)]
        ends_then = base["valid_to"].where(~base["valid_to"].gt(as_of))
        base = base.assign(valid_to=ends_then, end_reason=base["end_reason"].where(ends_then.notna()))
        vintages = tuple(vintage for vintage in vintages if vintage.day <= as_of.date())
    if read is None:
        read = {vintage.name: read_list(data_dir, vintage) for vintage in vintages}
    parts = []
    for source in sorted({vintage.source for vintage in vintages}):
        known = base[base["source"] == source]
        own = [vintage for vintage in vintages if vintage.source == source]
        lists = [read[vintage.name] for vintage in own if vintage.complete]
        parts.append(extend_by_lists(known, source, lists))
        stated = [read[vintage.name] for vintage in own if not vintage.complete]
        if stated:
            parts.append(statements(source, stated))
    untouched = base[~base["source"].isin({vintage.source for vintage in vintages})]
    return pd.concat([untouched, *parts], ignore_index=True) if parts else untouched.reset_index(drop=True)


def read_list(data_dir: Path, vintage: Vintage) -> DatedList:
    """Read a vintage back from the file as it came."""
    path = f"{vintage.name}/original{vintage.suffix}"
    return dated_list(vintage, FORMATS[vintage.format].read(read_original(data_dir, vintage), path))


def dated_list(vintage: Vintage, snapshot: Snapshot) -> DatedList:
    """What a file says of the day of its vintage."""
    day = pd.Timestamp(vintage.day)
    quotes = holding_on(snapshot.quotes, day) if vintage.complete else snapshot.quotes
    texts = {name: quotes[name].replace("", None).astype("str") for name in ("tier", "note", "provider")}
    names = snapshot.rejected[["provider", "model_id"]].to_numpy()
    unreadable = frozenset((provider or None, model_id) for provider, model_id in names)
    return DatedList(day, quotes.assign(**texts), seen_in(vintage), unreadable)


def seen_in(vintage: Vintage) -> str:
    """How the evidence of a quote from this vintage begins."""
    return f"{vintage.address}, observed {vintage.observed_on}, sha256 {vintage.sha256[:12]}"
