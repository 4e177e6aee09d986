"""From data to report: read where nothing has changed, else computed, drawn and written. `costfloor report`."""

import shutil
from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from costfloor.data.store import Store
from costfloor.errors import IntegrityError
from costfloor.keys import Key
from costfloor.laws.limits import require_enough
from costfloor.report.record import earlier_entries, read_report_record, report_key, write_report_record
from costfloor.report.result import ReportFiles, ReportResult, report_files
from costfloor.sampling.policy import Sampling
from costfloor.storage import data_lock, refuse_folder, take_over

Progress = Callable[[str], None]

LOCK = ".report.lock"
"""Of the folder of reports: another name than that of a data folder, which may be the same folder."""


def make_report(
    store: Store,
    settings: Sampling,
    progress: Progress,
    as_of: pd.Timestamp | None = None,
    workers: int | None = 0,
    fresh: bool = False,
    *,
    hindsight: bool = False,
) -> ReportResult:
    """Write the report for the raw data as it is, or return the record of it when it is there: made here, or elsewhere and cloned.

    Parameters
    ----------
    store, settings, progress
        The raw data, how fits are sampled, and what is called with a line per step.
    as_of
        The day of a past view.
    workers
        As in `costfloor.forecast.compare.compare`.
    fresh
        Compute everything but the heavy studies, whatever is stored. It takes the place of what is stored when all of it is there.
    hindsight
        As in `costfloor.build.build`.

    Raises
    ------
    InputError, IntegrityError
        As `costfloor.build.build`.
    LockedError
        Another report is being written into the folder, or another report or refit works on the data.
    """
    places = store.places
    if as_of is not None:
        _require_recorded(store, as_of)
    with data_lock(places.reports, LOCK), places.held_for_study():
        files = report_files(places, as_of, hindsight=hindsight)
        for path in files.outputs:
            refuse_folder(path)
        key = report_key(store, settings, as_of, hindsight=hindsight)
        if not fresh and (known := _current(files, key, progress)):
            return known
        # An unchanged report should not wait for the libraries.
        from costfloor.report.compute import new_report  # noqa: PLC0415  slow to import

        shutil.rmtree(places.anew.processed(), ignore_errors=True)
        working = replace(store, places=places.anew) if fresh else store
        result = new_report(
            working, report_files(working.places, as_of, hindsight=hindsight), key.digest, settings, progress, as_of,
            earlier_entries(store, as_of), workers, hindsight=hindsight,
        )  # fmt: skip
        if fresh:
            with data_lock(places.data):
                take_over(working.places.processed(), places.processed())
        # Last: with the record in place nothing above is done again.
        write_report_record(files, result, key)
        return result


def _require_recorded(store: Store, as_of: pd.Timestamp) -> None:
    """Refuse a day before which hardly a price was recorded, before anything is built."""
    if any(vintage.day <= as_of.date() for vintage in store.vintages):
        return
    quotes = store.table("quotes")
    recorded = quotes[quotes["recorded_on"].le(as_of)]
    rows = pd.DataFrame({"date": recorded["recorded_on"], "price": recorded["input_usd_per_mtok"]})
    require_enough(rows, name=f"what was recorded by {as_of.date()}")


def _current(files: ReportFiles, key: Key, progress: Progress) -> ReportResult | None:
    """The report that is there, if it is of this key and its files are as they were written."""
    try:
        recorded = read_report_record(files, key)
    except IntegrityError as error:
        progress(f"warning: {error}")
        return None
    if recorded is None:
        return None
    result, standing = recorded
    if standing.stale:
        progress(f"{files.record} is of another report: {', '.join(standing.stale)} changed")
        return None
    progress(
        f"nothing is computed: the results in {files.pdf.parent} are those of this data and code. "
        "`costfloor report --fresh` (`make report FRESH=1`) computes them anew"
    )
    return result
