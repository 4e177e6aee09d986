"""From data to report: read where nothing has changed, else computed, drawn and written. `costfloor report`."""

from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from costfloor.built import build_fingerprint
from costfloor.data.store import Store
from costfloor.errors import IntegrityError
from costfloor.forecast.ledger import Entry, read_ledger
from costfloor.keys import code_hash
from costfloor.records import checked, read_record
from costfloor.report.result import ReportFiles, ReportResult, report_files
from costfloor.sampling.policy import Sampling
from costfloor.storage import (
    data_lock,
    json_bytes,
    refuse_folder,
    sha256_bytes,
    sha256_file,
    write_atomic,
)

Progress = Callable[[str], None]

LOCK = ".report.lock"
"""Of the folder of reports: another name than that of a data folder, which may be the same folder."""

DRAWING = ("costfloor", "matplotlib", "statsmodels", "arviz", "typst")
"""Distributions whose versions show in the report; those that sample are in the fingerprints of the fits."""


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
        fingerprint = _fingerprint(store, settings, as_of, earlier)
        known = _unchanged(files, fingerprint, progress)
        if known is None:
            # An unchanged report should not wait for the libraries.
            from costfloor.report.compute import new_report  # noqa: PLC0415  slow to import

            return new_report(store, files, fingerprint, settings, progress, as_of, earlier, workers)
        progress("nothing has changed since the last report")
        if (summary := files.summary) and not (summary.exists() and summary.read_bytes() == json_bytes(vars(known))):
            write_atomic(summary, json_bytes(vars(known)))
        return known


def _earlier(store: Store) -> tuple[Entry, ...]:
    """What the ledger says of other vintages than today's."""
    vintage = store.raw_vintage[:16]
    return tuple(known for known in read_ledger(store.places.ledger) if known.vintage != vintage)


def _fingerprint(store: Store, settings: Sampling, as_of: pd.Timestamp | None, earlier: Sequence[Entry]) -> str:
    code = code_hash(__name__)
    package = Path(__file__).parents[1]
    read = [
        package / "report" / "template.typ",
        package / "report" / "epoch_published.csv",
        *sorted((package / "economics").rglob("*.toml")),
        *sorted(store.places.studies.glob("*.json")),
    ]
    beside = [f"{path.name} {sha256_file(path)}" for path in read]
    libraries = [f"{name} {version(name)}" for name in DRAWING]
    return sha256_bytes(
        "\n".join([build_fingerprint(store, as_of), code, *beside, *libraries, repr(settings), repr(earlier)]).encode()
    )


def _unchanged(files: ReportFiles, fingerprint: str, progress: Progress) -> ReportResult | None:
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
    return known if unchanged and known.fingerprint == fingerprint else None
