"""From data to report: read where nothing has changed, else computed, drawn and written. `costfloor report`."""

from collections.abc import Callable, Sequence
from dataclasses import asdict

import pandas as pd

from costfloor.built import build_key
from costfloor.data.store import Store
from costfloor.errors import IntegrityError
from costfloor.forecast.ledger import Entry, read_ledger
from costfloor.keys import DRAWING, PACKAGES, Key, result_key
from costfloor.records import checked, read_record
from costfloor.report.result import ReportFiles, ReportResult, report_files
from costfloor.sampling.policy import Sampling
from costfloor.storage import (
    data_lock,
    json_bytes,
    refuse_folder,
    sha256_file,
    write_atomic,
)

Progress = Callable[[str], None]

LOCK = ".report.lock"
"""Of the folder of reports: another name than that of a data folder, which may be the same folder."""


def make_report(
    store: Store,
    settings: Sampling,
    progress: Progress,
    as_of: pd.Timestamp | None = None,
    workers: int | None = 0,
) -> ReportResult:
    """Write the report for the raw data as it is, or return the record of it when nothing has changed since.

    `workers` as in `costfloor.forecast.compare.compare`.

    Raises
    ------
    InputError, IntegrityError
        As `costfloor.build.build`.
    LockedError
        Another report is being written into the folder, or another report or refit works on the data.
    """
    with data_lock(store.places.reports, LOCK), store.places.held_for_study():
        files = report_files(store.places, as_of)
        for path in files.outputs:
            refuse_folder(path)
        earlier = () if as_of is not None else _earlier(store)
        key = _report_key(store, settings, as_of, earlier)
        known = _unchanged(files, key, progress)
        if known is None:
            # An unchanged report should not wait for the libraries.
            from costfloor.report.compute import new_report  # noqa: PLC0415  slow to import

            return new_report(store, files, key.digest, settings, progress, as_of, earlier, workers)
        progress("nothing has changed since the last report")
        if (summary := files.summary) and not (summary.exists() and summary.read_bytes() == json_bytes(vars(known))):
            write_atomic(summary, json_bytes(vars(known)))
        return known


def _earlier(store: Store) -> tuple[Entry, ...]:
    """What the ledger says of other vintages than today's."""
    vintage = store.raw_vintage[:16]
    return tuple(known for known in read_ledger(store.places.ledger) if known.vintage != vintage)


def _report_key(store: Store, settings: Sampling, as_of: pd.Timestamp | None, earlier: Sequence[Entry]) -> Key:
    data = {
        "panel": build_key(store, as_of).digest,
        "studies": {path.name: sha256_file(path) for path in sorted(store.places.studies.glob("*.json"))},
        "ledger": repr(earlier),
    }
    return result_key(
        "report", "costfloor.report.compute", data=data, settings=asdict(settings), packages=(*PACKAGES, *DRAWING)
    )


def _unchanged(files: ReportFiles, key: Key, progress: Progress) -> ReportResult | None:
    """The record of the last report, if it is of the same results and its files are there as they were written."""
    try:
        record = read_record(files.receipt, remedy="The report is made anew")
    except IntegrityError as error:
        progress(f"warning: {error}")
        return None
    if record is None or not files.pdf.is_file() or not files.answer.is_file():
        return None
    try:
        # Where it lies is what the caller says, not what a file says.
        known = checked(ReportResult, {**record.get("result", {}), "pdf": str(files.pdf)})
    except (ValueError, TypeError):
        return None
    unchanged = sha256_file(files.pdf) == known.pdf_sha256 and sha256_file(files.answer) == record.get("answer_sha256")
    return known if unchanged and known.fingerprint in key.digests else None
