"""Take in files: read them, compare them with what is known, prove that a build accepts them, store them. `costfloor ingest`."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import pandas as pd

from costfloor.data.arrival_checks import check_exits, check_magnitude, check_table, ends_prices, prices_before
from costfloor.data.arrival_report import IngestReport, report
from costfloor.data.extracts import to_bytes
from costfloor.data.known_models import known_models
from costfloor.data.package import stamp_version
from costfloor.data.quotes import build_quotes
from costfloor.data.read_ahead import read_ahead
from costfloor.data.readings import file_name, remember_reading
from costfloor.data.spells import dated_list, read_lists
from costfloor.data.store import Store, held_for_writing
from costfloor.data.vintages import EXTRACT, Coverage, Vintage, add_vintage, in_order, packed, refuse_second_list
from costfloor.data.withdrawals import standing_vintages, withdrawn
from costfloor.errors import InputError
from costfloor.inputs import read_file
from costfloor.sources.address import without_secrets
from costfloor.sources.download import download, is_address
from costfloor.sources.formats import FORMATS, Format, Reading
from costfloor.sources.unpack import archive, is_archive, unpacked
from costfloor.storage import refuse_links, sha256_bytes
from costfloor.text import printable

Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Taken:
    """What was taken in.

    Attributes
    ----------
    arrivals, reports
        The files that are in the store now, by day, and what there is to say of each. A file may be there already, under another address.
    store, quotes
        The raw data with the files, and all quotes that `build_quotes` makes of these.
    models_new
        Models that are known with the files and were not without them, in the schema `MODELS`.
    """

    arrivals: tuple["Arrival", ...] = field(repr=False)
    reports: tuple[IngestReport, ...]
    store: Store = field(repr=False)
    quotes: pd.DataFrame = field(repr=False)
    models_new: pd.DataFrame = field(repr=False)


@dataclass(frozen=True)
class Arrival:
    """A file that was read and is not stored yet.

    Attributes
    ----------
    vintage
        What it would be in the store.
    reading
        What it says.
    kept
        The bytes that would be stored.
    shown
        Its name, for messages.
    coverage
        What the user said that absence from it means, if anything.
    """

    vintage: Vintage
    reading: Reading = field(repr=False)
    kept: bytes = field(repr=False)
    shown: str
    coverage: Coverage | None


def ingest(
    store: Store,
    format_name: str,
    where: str,
    observed_on: dt.date,
    progress: Progress,
    coverage: Coverage | None = None,
) -> IngestReport:
    """Store a file as a new vintage and say what it brings.

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
    arrival = read_arrival(format_name, where, observed_on, progress, coverage)
    progress("comparing with what is known")
    return take_in(store, [arrival], _refuse).reports[0]


def read_arrival(
    format_name: str,
    where: str,
    observed_on: dt.date,
    progress: Progress,
    coverage: Coverage | None = None,
    content: bytes | None = None,
) -> Arrival:
    """Fetch and read a file, and store nothing.

    Parameters, errors: those of `ingest` about one file; `content` is that of a file that has been fetched already.
    """
    if format_name not in FORMATS:
        raise InputError("is not known", column="FORMAT", value=format_name, remedy=f"Choose from {', '.join(FORMATS)}")
    if observed_on > dt.datetime.now(dt.UTC).date():
        raise InputError("is in the future", column="--observed-on", value=str(observed_on), remedy="Correct the year")
    form, shown = FORMATS[format_name], without_secrets(where) if is_address(where) else where
    content = _unpacked(_fetch(where, progress) if content is None else content, form, shown)
    progress(f"reading {len(content) / 1e6:.1f} MB as {format_name}")
    reading = form.read(content, shown.removesuffix(".gz").removesuffix(".zst"))
    repeated = {name: count for entries in reading.kinds.values() for name, count in entries.repeated.items()}
    if repeated:
        count, names = sum(repeated.values()), ", ".join(list(repeated)[:3])
        are = "name is" if count == 1 else "names are"
        progress(f"{count} {are} repeated with the same content, which is read once: {names}")
    if form.source == "table" and reading.prices is not None:
        check_table(reading.prices.quotes, shown, pd.Timestamp(observed_on))
    complete = reading.prices is not None and reading.prices.complete
    if coverage is not None and not complete:
        raise InputError(
            "states single values, whose absence says nothing",
            file=shown,
            remedy=f"Leave out --{'complete' if coverage is Coverage.WHOLE else 'partial'}",
        )
    taken = (coverage or Coverage.WHOLE) if complete else Coverage.STATEMENTS
    vintage, kept = _described(form, reading, content, shown, observed_on, taken)
    return Arrival(vintage, reading, kept, shown, coverage)


def take_in(store: Store, arrivals: Sequence[Arrival], refused: Callable[[Arrival, InputError], None]) -> Taken:
    """Check files against what is known, prove that a build accepts them all together, and store them.

    Parameters
    ----------
    store
        The raw data before them.
    arrivals
        The files, in any order.
    refused
        Called with each file that cannot be taken in, and why; the others are, unless it raises.

    Raises
    ------
    InputError
        No build would succeed with the files, or without them.
    LockedError
        Another process writes.
    """
    with held_for_writing(store) as current, read_ahead(current):
        refuse_links(current.places.raw)
        lists, fresh = read_lists(current), dict[Vintage, Arrival]()
        accepted: list[tuple[Arrival, Vintage]] = []
        for arrival in sorted(arrivals, key=_turn):
            vintage = arrival.vintage
            try:
                known = _stored_already([*current.vintages, *fresh], withdrawn(current), arrival)
                if known is None:
                    refuse_second_list(vintage, [*standing_vintages(current), *fresh])
                    if arrival.reading.prices is not None:
                        listed = dated_list(vintage, arrival.reading.prices)
                        before = prices_before(current, lists, vintage)
                        check_magnitude(arrival.reading.prices.quotes, before, arrival.shown)
                        if arrival.coverage is None and ends_prices(current, vintage):
                            check_exits(listed, before, vintage, arrival.shown)
                        lists[vintage] = listed
                    fresh[vintage] = arrival
            except InputError as error:
                refused(arrival, error)
            else:
                accepted.append((arrival, known or vintage))
        # Cleans everything with the files included: what a build would refuse is refused here, and not stored.
        trial = current.with_readings({vintage: arrival.reading for vintage, arrival in fresh.items()})
        quotes = build_quotes(trial, lists={vintage: lists[vintage] for vintage in in_order(lists)}).quotes
        models_new = _new_models(current, trial)
        naming = Counter(source for names in models_new["sources"] for source in names.split(";"))
        stored = [fresh.get(vintage) is arrival for arrival, vintage in accepted]
        reports = tuple(
            report(trial, quotes, vintage, arrival.reading, naming[vintage.source] if new else 0, stored=new)
            for (arrival, vintage), new in zip(accepted, stored, strict=True)
        )
        for vintage, arrival in fresh.items():
            remember_reading(current.places, vintage, arrival.reading)
            add_vintage(current.places.vintages, vintage, arrival.kept)
        if accepted:  # also of what is there: a run may have been killed before this step
            stamp_version(current.places.raw, max(vintage.observed_on for vintage in trial.vintages))
        return Taken(tuple(arrival for arrival, _ in accepted), reports, trial, quotes, models_new)


def _turn(arrival: Arrival) -> tuple[str, str, str, bool, str]:
    """By day; of one file under several names the one of which it is known whether it is whole comes first."""
    vintage = arrival.vintage
    return vintage.observed_on, vintage.source, vintage.sha256, arrival.coverage is None, vintage.address


def _new_models(before: Store, after: Store) -> pd.DataFrame:
    """Models that are known after and not before; only facts make one known."""
    known = known_models(after, None)
    stating = [vintage for vintage in standing_vintages(after) if after.reading(vintage).facts]
    fresh = [vintage.day for vintage in stating if vintage not in before.vintages]
    if not fresh:
        return known.models.iloc[:0]
    if all(vintage.day < min(fresh) for vintage in stating if vintage in before.vintages):
        # What is known by a day is a part of what is known later: it need not be worked out once more without the files.
        first = pd.Timestamp(min(fresh))
        new = {key for key, day in known.registered.items() if day >= first}
        return known.models[known.models["model_key"].isin(new)]
    return known.models[~known.models["model_key"].isin(known_models(before, None).models["model_key"])]


def _refuse(_: Arrival, error: InputError) -> None:
    raise error


def _fetch(where: str, progress: Progress) -> bytes:
    if is_address(where):
        return download(where, progress)
    return read_file(Path(where))


def _unpacked(content: bytes, form: Format, shown: str) -> bytes:
    """The file itself: out of its gzip or Zstandard packing, or out of a zip file that holds nothing else."""
    content = unpacked(content, shown)
    if not is_archive(content) or form.suffix == ".zip":
        return content
    members = list(archive(content, shown).values())
    if len(members) != 1:
        raise InputError("holds several files", file=shown, value=len(members), remedy="Give the one that is meant")
    return members[0]


def _described(
    form: Format, reading: Reading, content: bytes, shown: str, observed_on: dt.date, coverage: Coverage
) -> tuple[Vintage, bytes]:
    """What a file would be in the store, and the bytes that would lie there."""
    suffix = ".zip" if is_archive(content) else form.suffix
    if form.named_by_file or (suffix != form.suffix):
        suffix = PurePosixPath(file_name(shown)).suffix.lower()
    stored, kept = packed(content, suffix) if form.redistributable else (EXTRACT, packed(to_bytes(reading), ".json")[1])
    entries = reading.kinds.values()
    vintage = Vintage(
        format=form.name,
        source=form.source,
        address=shown if is_address(shown) else printable(Path(shown).name),
        observed_on=str(observed_on),
        sha256=sha256_bytes(content),
        size_bytes=len(content),
        suffix=suffix,
        coverage=coverage,
        rows_read=sum(kind.rows_read for kind in entries),
        rows_rejected=sum(len(kind.rejected) for kind in entries),
        rows_skipped=sum(sum(kind.skipped.values()) for kind in entries),
        licence=form.licence,
        stored=stored,
        stored_sha256=sha256_bytes(kept),
    )
    return vintage, kept


def _stored_already(
    vintages: Iterable[Vintage], gone: Mapping[str, Mapping[str, str]], arrival: Arrival
) -> Vintage | None:
    """The vintage of this very file and day among those in the store and those that come in before it, when it is there.

    InputError when it was withdrawn, or is there with another `coverage` than the user asked for now.
    """
    vintage, asked = arrival.vintage, arrival.coverage is not None
    facts = (vintage.format, vintage.observed_on, vintage.sha256)
    for known in vintages:
        if (known.format, known.observed_on, known.sha256) != facts:
            continue
        same, reason = known.coverage is vintage.coverage, gone.get(known.name)
        if reason is None and (same or not asked):
            return known
        if reason is None:
            raise InputError(
                f"is there already, taken to be {known.coverage} ({known.name})",
                file=arrival.shown,
                remedy="Say the same of both, or withdraw that one first: `costfloor vintages withdraw`",
            )
        if same:
            raise InputError(
                f"was withdrawn by {reason['who']} on {reason['decided_on']}: {reason['why']}",
                file=arrival.shown,
                remedy=f"Bring it back with `costfloor vintages restore {known.name}`",
            )
    return None
