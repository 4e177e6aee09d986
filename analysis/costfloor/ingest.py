"""Take in a price list: read it, compare it with what is known, prove that a build accepts it, store it. `costfloor ingest`."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from costfloor.data.distinct import distinct_rows
from costfloor.data.quotes import build_quotes
from costfloor.data.spell_rows import PRICES, SERIES, DatedList
from costfloor.data.spells import Lists, dated_list, price_spells, read_lists, seen_in
from costfloor.data.statements import ANNOUNCED, stated_days
from costfloor.data.store import Store, held_for_writing
from costfloor.data.vintages import Coverage, Vintage, add_vintage, refuse_second_list
from costfloor.data.withdrawals import withdrawn
from costfloor.errors import InputError
from costfloor.inputs import read_file
from costfloor.sources.address import without_secrets
from costfloor.sources.download import download, is_address
from costfloor.sources.formats import FORMATS, Format
from costfloor.sources.snapshot import Snapshot
from costfloor.storage import refuse_links, sha256_bytes
from costfloor.text import printable

MAX_MEDIAN_MOVE = np.log(10.0)
"""A list whose prices have moved by more than this at the median is in another unit, not cheaper."""

MIN_COMPARED = 5

MAX_GONE = 0.5
"""A list without more than this share of the names that the source had just before is asked about: a part, or did they all go?"""

NAME = ["provider", "model_id"]

Progress = Callable[[str], None]


@dataclass(frozen=True)
class IngestReport:
    """The JSON of `costfloor ingest`.

    Attributes
    ----------
    source, observed_on, vintage
        What was stored, and under which name.
    coverage
        What absence from the list was taken to mean: `whole`, `partial` or `statements`.
    stored
        False when the very file was in the store already.
    rows_read
        Entries in the file: `rows_new + rows_changed + rows_unchanged + rows_past + rows_announced + rows_rejected + rows_skipped`.
    rows_new, rows_changed, rows_unchanged
        Prices of ids that the source did not list the time before; prices that moved; prices that did not.
    rows_past, rows_announced
        Steps of a schedule that do not hold on the day: already ended, and not yet begun. Past ones that are statements of their own day
        count as new, changed or unchanged.
    rows_gone
        Prices that held the time before and are not on the list, which ends them.
    rows_rejected, rows_skipped
        Entries with a wrong value (listed in `rejected`), and entries that are no price of a text model.
    rows_quarantined
        `rows_rejected`, and those of the new and changed prices that the rules hold back.
    models_new
        Models that the store did not know; a price list brings none.
    models_unresolved
        Ids of the file that no model is known for.
    sellers_unknown
        Sellers of new and changed prices that nobody has looked at; the laws do not see them.
    rows_repeated
        Names that the file repeats with the same content; each is read once and not part of `rows_read` a second time.
    """

    source: str
    observed_on: str
    vintage: str
    coverage: str
    stored: bool
    rows_read: int
    rows_new: int
    rows_changed: int
    rows_unchanged: int
    rows_past: int
    rows_announced: int
    rows_gone: int
    rows_quarantined: int
    rows_rejected: int
    rows_skipped: int
    models_unresolved: int
    sellers_unknown: int
    rows_repeated: int
    rejected: list[dict[str, str]]
    skipped: dict[str, int]
    unknown_fields: dict[str, int]
    models_new: int = field(default=0, init=False)


def ingest(
    store: Store,
    format_name: str,
    where: str,
    observed_on: dt.date,
    progress: Progress,
    coverage: Coverage | None = None,
) -> IngestReport:
    """Store a price list as a new vintage and say what it brings.

    Parameters
    ----------
    store
        The raw data before it; the vintage is in the store that is opened next.
    format_name
        A name in `costfloor.sources.formats.FORMATS`.
    where
        Path of a file, or an https address.
    observed_on
        Day on which the source said so.
    progress
        Called with a line per step.
    coverage
        For a list of all that its source sells: whether this one is whole or a part. It is asked for when most names are gone, and is
        otherwise taken to be whole.

    Raises
    ------
    InputError
        Unknown format, unreadable or malformed file, a day in the future, a price twice, prices in another unit than before, most names
        gone and no `coverage` given, or anything with which no build would succeed, in this list or in the store. Nothing is written.
    LockedError
        Another process writes.
    """
    if format_name not in FORMATS:
        raise InputError("is not known", column="FORMAT", value=format_name, remedy=f"Choose from {', '.join(FORMATS)}")
    if observed_on > dt.datetime.now(dt.UTC).date():
        raise InputError("is in the future", column="--observed-on", value=str(observed_on), remedy="Correct the year")
    chosen, shown = FORMATS[format_name], without_secrets(where) if is_address(where) else where
    content = _fetch(where, progress)
    progress(f"reading {len(content) / 1e6:.1f} MB as {format_name}")
    snapshot = chosen.read(content, shown)
    if snapshot.repeated:
        count, names = sum(snapshot.repeated.values()), ", ".join(list(snapshot.repeated)[:3])
        are = "name is" if count == 1 else "names are"
        progress(f"{count} {are} repeated with the same content, which is read once: {names}")
    if chosen.source == "table":
        _check_table(snapshot.quotes, shown, observed_on)
    if coverage is not None and not snapshot.complete:
        raise InputError(
            "states single prices, whose absence says nothing",
            file=shown,
            remedy=f"Leave out --{'complete' if coverage is Coverage.WHOLE else 'partial'}",
        )
    vintage = _describe(chosen, snapshot, content, shown, observed_on, coverage)
    with held_for_writing(store) as current:
        refuse_links(current.places.raw)
        progress("comparing with what is known")
        before = read_lists(current)
        known = _stored_already(current, vintage, shown, asked=coverage is not None)
        if known is not None:
            return _report(current, known, snapshot, before, before)
        refuse_second_list(vintage, before)
        lists = {**before, vintage: dated_list(vintage, snapshot)}
        spells = price_spells(current, lists=before)
        _check_magnitude(spells, snapshot.quotes, vintage, shown)
        if coverage is None and vintage.coverage is Coverage.WHOLE:
            _ask_about_exits(spells, price_spells(current, lists=lists), lists[vintage], vintage, shown)
        # Cleans everything with the list included: what a build would refuse is refused here, and not stored.
        report = _report(current, vintage, snapshot, before, lists)
        add_vintage(current.places.vintages, vintage, content)
        return report


def _fetch(where: str, progress: Progress) -> bytes:
    if is_address(where):
        return download(where, progress)
    return read_file(Path(where))


def _describe(
    chosen: Format, snapshot: Snapshot, content: bytes, shown: str, observed_on: dt.date, coverage: Coverage | None
) -> Vintage:
    suffix = Path(shown).suffix.lower() if chosen.source == "table" else ".json"
    return Vintage(
        format=chosen.name,
        source=chosen.source,
        address=shown if is_address(shown) else printable(Path(shown).name),
        observed_on=str(observed_on),
        sha256=sha256_bytes(content),
        size_bytes=len(content),
        suffix=suffix,
        coverage=(coverage or Coverage.WHOLE) if snapshot.complete else Coverage.STATEMENTS,
        rows_read=snapshot.rows_read,
        rows_rejected=len(snapshot.rejected),
        rows_skipped=sum(snapshot.skipped.values()),
        licence=chosen.licence,
    )


def _stored_already(store: Store, vintage: Vintage, shown: str, *, asked: bool) -> Vintage | None:
    """The vintage of this very file and day, when it is in the store.

    InputError when it was withdrawn, or is there with another `coverage` than the user asked for now.
    """
    facts, gone = (vintage.format, vintage.observed_on, vintage.sha256), withdrawn(store)
    for known in store.vintages:
        if (known.format, known.observed_on, known.sha256) != facts:
            continue
        same, reason = known.coverage is vintage.coverage, gone.get(known.name)
        if reason is None and (same or not asked):
            return known
        if reason is None:
            raise InputError(
                f"is in the store already, taken to be {known.coverage} ({known.name})",
                file=shown,
                remedy="Withdraw that one first: `costfloor vintages withdraw`",
            )
        if same:
            raise InputError(
                f"was withdrawn by {reason['who']} on {reason['decided_on']}: {reason['why']}",
                file=shown,
                remedy=f"Bring it back with `costfloor vintages restore {known.name}`",
            )
    return None


def _check_table(quotes: pd.DataFrame, where: str, observed_on: dt.date) -> None:
    """Refuse a table of the user with a price that nobody can have seen yet, or two prices for one name and day."""
    days = stated_days(quotes, pd.Timestamp(observed_on))
    later = days.gt(pd.Timestamp(observed_on)).to_numpy()
    if later.any():
        row = int(later.argmax())
        raise InputError(
            f"is after {observed_on}, the day the table was observed on",
            file=where,
            row=row + 1,
            column="date",
            value=str(days.iloc[row].date()),
            remedy="Correct it or --observed-on, or leave out what has not been seen yet",
        )
    first, kind = distinct_rows(quotes[SERIES].assign(day=days))
    repeats = first[kind] != np.arange(len(quotes))
    if repeats.any():
        row = int(repeats.argmax())
        raise InputError(
            f"a repeat of row {first[kind[row]] + 1}: same provider, model, tier and date",
            file=where,
            row=row + 1,
            column="model_id",
            value=str(quotes["model_id"].iloc[row]),
            remedy="Keep one of the two, or tell them apart with a tier column",
        )


def _check_magnitude(spells: pd.DataFrame, rows: pd.DataFrame, vintage: Vintage, shown: str) -> None:
    """Refuse a list whose prices are at the median more than ten times off those of the same names before it."""
    day = pd.Timestamp(vintage.day)
    before = spells[spells["source"].eq(vintage.source) & spells["recorded_on"].le(day) & spells["event"].ne(ANNOUNCED)]
    before = before.sort_values("recorded_on", kind="stable").drop_duplicates(SERIES, keep="last")
    pairs = rows.replace("", None).merge(before, on=SERIES, suffixes=("", "_before"))
    with np.errstate(divide="ignore", invalid="ignore"):
        moves = np.log(pairs[PRICES].to_numpy() / pairs[[f"{name}_before" for name in PRICES]].to_numpy())
    finite = moves[np.isfinite(moves)]
    if len(finite) < MIN_COMPARED or abs(np.median(finite)) <= MAX_MEDIAN_MOVE:
        return
    raise InputError(
        f"prices are {np.exp(abs(np.median(finite))):,.0f} times {'above' if np.median(finite) > 0 else 'below'} those of the vintage "
        f"before, at the median of {len(finite)} prices: in another unit?",
        file=shown,
        remedy="Bring prices in USD per million tokens, as the source gives them",
    )


def _ask_about_exits(
    before: pd.DataFrame, after: pd.DataFrame, listed: DatedList, vintage: Vintage, shown: str
) -> None:
    """Refuse a list with which most names of its source end, until somebody says what that means."""
    day = pd.Timestamp(vintage.day)
    held = before["source"].eq(vintage.source) & before["recorded_on"].lt(day) & ~before["valid_to"].lt(day)
    names = before.loc[held & before["event"].ne(ANNOUNCED), NAME].drop_duplicates()
    ended = after.loc[_ended_by(after, vintage), NAME].drop_duplicates()
    listed_still = ended.merge(listed.quotes[NAME].drop_duplicates(), on=NAME)
    gone = len(ended) - len(listed_still)
    if gone > MAX_GONE * len(names):
        raise InputError(
            f"does not have {gone} of the {len(names)} names that {vintage.source} listed before, and has "
            f"{len(listed.quotes[NAME].drop_duplicates())} in all",
            file=shown,
            remedy="Say --complete if all of these are gone, or --partial if the list is a part: then nothing ends",
        )


def _ended_by(spells: pd.DataFrame, vintage: Vintage) -> "pd.Series[bool]":
    """Prices that end because this list does not have them."""
    if vintage.coverage is not Coverage.WHOLE:
        return pd.Series(False, index=spells.index)
    gone = spells["valid_to"].eq(pd.Timestamp(vintage.day)) & spells["end_reason"].eq("vanished")
    return gone & spells["source"].eq(vintage.source)


def _report(store: Store, vintage: Vintage, snapshot: Snapshot, before: Lists, lists: Lists) -> IngestReport:
    """What a list brings: from everything cleaned with it, beside what was there without it."""
    stored = vintage not in before
    quotes = build_quotes(store, lists=lists).quotes
    listed = quotes[quotes["evidence"].str.startswith(seen_in(vintage), na=False) & quotes["event"].ne(ANNOUNCED)]
    moved = listed["event"].isin(["change", "auxiliary"])
    if vintage.coverage is not Coverage.STATEMENTS:
        # A row of a list from inside the known history that contradicts it.
        moved |= listed["event"].eq("observed")
    new, changed = (int((~moved).sum()), int(moved.sum())) if stored else (0, 0)
    told, announced = len(lists[vintage].quotes), len(lists[vintage].announced)
    ids = snapshot.quotes[NAME].drop_duplicates().replace("", None)
    # A name may have lost its model since an earlier price.
    until = (
        quotes["source"].eq(vintage.source)
        & quotes["recorded_on"].le(pd.Timestamp(vintage.day))
        & quotes["event"].ne(ANNOUNCED)
    )
    latest = quotes[until].sort_values("recorded_on", kind="stable").drop_duplicates(NAME, keep="last")
    unresolved = ids.merge(latest.loc[latest["model_key"].notna(), NAME], on=NAME, how="left", indicator=True)
    held = int(listed["status"].eq("quarantined").sum()) if stored else 0
    return IngestReport(
        source=vintage.source,
        observed_on=vintage.observed_on,
        vintage=vintage.name,
        coverage=str(vintage.coverage),
        stored=stored,
        rows_read=snapshot.rows_read,
        rows_new=new,
        rows_changed=changed,
        rows_unchanged=told - new - changed,
        rows_past=len(snapshot.quotes) - told - announced,
        rows_announced=announced,
        rows_gone=int(_ended_by(quotes, vintage).sum()) if stored else 0,
        rows_quarantined=len(snapshot.rejected) + held,
        rows_rejected=len(snapshot.rejected),
        rows_skipped=sum(snapshot.skipped.values()),
        models_unresolved=int(unresolved["_merge"].eq("left_only").sum()),
        sellers_unknown=int(listed.loc[listed["host_kind"].eq("unknown"), "host"].nunique()),
        rows_repeated=sum(snapshot.repeated.values()),
        rejected=[
            {str(name): str(value) for name, value in row.items()} for row in snapshot.rejected.to_dict("records")
        ],
        skipped=dict(snapshot.skipped),
        unknown_fields=dict(snapshot.unknown_fields),
    )
