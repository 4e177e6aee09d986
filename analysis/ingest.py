"""Take in a price list: read it, compare it with what is known, store it. `costfloor ingest`."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.data.decisions import load_mapping
from analysis.data.distinct import distinct_rows
from analysis.data.history import PRICES, SERIES, stated_days
from analysis.data.hosts import load_sellers
from analysis.data.quotes import clean
from analysis.data.raw import load_raw
from analysis.data.spellings import spellings
from analysis.data.spells import dated_list, price_spells, read_list, seen_in
from analysis.data.vintages import Vintage, add_vintage, list_vintages
from analysis.errors import InputError
from analysis.inputs import read_file
from analysis.sources.download import download, is_address
from analysis.sources.formats import FORMATS, Format
from analysis.sources.snapshot import Snapshot
from analysis.storage import data_lock, refuse_links, sha256_bytes

MAX_MEDIAN_MOVE = np.log(10.0)
"""A list whose prices have moved by more than this at the median is in another unit, not cheaper."""

MIN_COMPARED = 5

Progress = Callable[[str], None]


@dataclass(frozen=True)
class IngestReport:
    """The JSON of `costfloor ingest`.

    Attributes
    ----------
    source, observed_on, vintage
        What was stored, and under which name.
    stored
        False when the very file was in the store already.
    rows_read
        Entries in the file: `rows_new + rows_changed + rows_unchanged + rows_rejected + rows_skipped`.
    rows_new, rows_changed, rows_unchanged
        Prices of ids that the source did not list the time before; prices that moved; prices that did not.
    rows_rejected, rows_skipped
        Entries with a wrong value (listed in `rejected`), and entries that are no price of a text model.
    rows_quarantined
        `rows_rejected`, and those of the new and changed prices that the rules hold back.
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
    stored: bool
    rows_read: int
    rows_new: int
    rows_changed: int
    rows_unchanged: int
    rows_quarantined: int
    rows_rejected: int
    rows_skipped: int
    models_unresolved: int
    sellers_unknown: int
    rows_repeated: int
    rejected: list[dict[str, str]]
    skipped: dict[str, int]
    unknown_fields: dict[str, int]


def ingest(data_dir: Path, format_name: str, where: str, observed_on: dt.date, progress: Progress) -> IngestReport:
    """Store a price list as a new vintage and say what it brings.

    Parameters
    ----------
    data_dir
        The data folder.
    format_name
        A name in `analysis.sources.formats.FORMATS`.
    where
        Path of a file, or an https address.
    observed_on
        Day on which the source said so.
    progress
        Called with a line per step.

    Raises
    ------
    InputError
        Unknown format, unreadable or malformed file, a day in the future, a price twice, or prices in another unit than before.
        Nothing is written.
    LockedError
        Another process writes.
    """
    if format_name not in FORMATS:
        raise InputError("is not known", column="FORMAT", value=format_name, remedy=f"Choose from {', '.join(FORMATS)}")
    if observed_on > dt.datetime.now(dt.UTC).date():
        raise InputError("is in the future", column="--observed-on", value=str(observed_on), remedy="Correct the year")
    chosen = FORMATS[format_name]
    content = _fetch(where, progress)
    progress(f"reading {len(content) / 1e6:.1f} MB as {format_name}")
    snapshot = chosen.read(content, where)
    if snapshot.repeated:
        count, names = sum(snapshot.repeated.values()), ", ".join(list(snapshot.repeated)[:3])
        are = "name is" if count == 1 else "names are"
        progress(f"{count} {are} repeated with the same content, which is read once: {names}")
    if chosen.source == "table":
        _check_table(snapshot.quotes, where, observed_on)
    vintage = _describe(chosen, snapshot, content, where, observed_on)
    load_raw(data_dir, "models")
    with data_lock(data_dir):
        refuse_links(data_dir / "raw")
        lists = {other.name: read_list(data_dir, other) for other in list_vintages(data_dir)}
        known = vintage.name in lists
        if not known:
            progress("comparing with what is known")
            _check_magnitude(price_spells(data_dir, read=lists), snapshot.quotes, vintage)
            add_vintage(data_dir, vintage, content)
            lists[vintage.name] = dated_list(vintage, snapshot)
        return _report(data_dir, vintage, snapshot, price_spells(data_dir, read=lists), stored=not known)


def _fetch(where: str, progress: Progress) -> bytes:
    if is_address(where):
        return download(where, progress)
    return read_file(Path(where))


def _describe(chosen: Format, snapshot: Snapshot, content: bytes, where: str, observed_on: dt.date) -> Vintage:
    suffix = Path(where).suffix.lower() if chosen.source == "table" else ".json"
    return Vintage(
        format=chosen.name,
        source=chosen.source,
        address=where if is_address(where) else Path(where).name,
        observed_on=str(observed_on),
        sha256=sha256_bytes(content),
        size_bytes=len(content),
        suffix=suffix,
        complete=snapshot.complete,
        rows_read=snapshot.rows_read,
        rows_rejected=len(snapshot.rejected),
        rows_skipped=sum(snapshot.skipped.values()),
        licence=chosen.licence,
    )


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


def _check_magnitude(spells: pd.DataFrame, rows: pd.DataFrame, vintage: Vintage) -> None:
    """Refuse a list whose prices are at the median more than ten times off those of the same names before it."""
    day = pd.Timestamp(vintage.day)
    before = spells[spells["source"].eq(vintage.source) & spells["recorded_on"].le(day)]
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
        file=vintage.address,
        remedy="Bring prices in USD per million tokens, as the source gives them",
    )


def _report(
    data_dir: Path, vintage: Vintage, snapshot: Snapshot, spells: pd.DataFrame, *, stored: bool
) -> IngestReport:
    models = load_raw(data_dir, "models")
    known = spellings(models, load_raw(data_dir, "aliases"), load_raw(data_dir, "provider_models"))
    quotes = clean(spells, models, known, load_sellers(data_dir), load_mapping(data_dir, models))
    own = quotes[quotes["evidence"].str.startswith(seen_in(vintage), na=False)]
    moved = own["event"].isin(["change", "auxiliary"])
    if vintage.complete:
        # A row of a list from inside the known history that contradicts it.
        moved |= own["event"].eq("observed")
    new, changed = int((~moved).sum()), int(moved.sum())
    unchanged = len(snapshot.quotes) - new - changed
    ids = snapshot.quotes[["provider", "model_id"]].drop_duplicates().replace("", None)
    named = quotes.loc[quotes["source"].eq(vintage.source) & quotes["model_key"].notna(), ["provider", "model_id"]]
    unresolved = ids.merge(named.drop_duplicates(), on=["provider", "model_id"], how="left", indicator=True)
    held = int(own["status"].eq("quarantined").sum())
    return IngestReport(
        source=vintage.source,
        observed_on=vintage.observed_on,
        vintage=vintage.name,
        stored=stored,
        rows_read=snapshot.rows_read,
        rows_new=new if stored else 0,
        rows_changed=changed if stored else 0,
        rows_unchanged=unchanged if stored else len(snapshot.quotes),
        rows_quarantined=len(snapshot.rejected) + held,
        rows_rejected=len(snapshot.rejected),
        rows_skipped=sum(snapshot.skipped.values()),
        models_unresolved=int(unresolved["_merge"].eq("left_only").sum()),
        sellers_unknown=int(own.loc[own["host_kind"].eq("unknown"), "host"].nunique()),
        rows_repeated=sum(snapshot.repeated.values()),
        rejected=[
            {str(name): str(value) for name, value in row.items()} for row in snapshot.rejected.to_dict("records")
        ],
        skipped=dict(snapshot.skipped),
        unknown_fields=dict(snapshot.unknown_fields),
    )
