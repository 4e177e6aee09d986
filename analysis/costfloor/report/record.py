"""The record of a report, beside it: what it rests on and the hash of every file of it.

Whoever has the folder of reports, as from a clone, can tell with it whether they are those of this data and code.
"""

import datetime as dt
from dataclasses import asdict, fields

from costfloor.data.store import Store
from costfloor.errors import IntegrityError
from costfloor.forecast.ledger import Entry, read_ledger
from costfloor.keys import DRAWING, PACKAGES, Key, result_key
from costfloor.records import checked, read_record, write_record
from costfloor.report.result import ReportFiles, ReportResult
from costfloor.sampling.policy import Sampling
from costfloor.storage import sha256_file
from costfloor.studies.stored import Standing


def report_key(store: Store, settings: Sampling, as_of: dt.datetime | None = None, *, hindsight: bool = False) -> Key:
    """What a report rests on, told from the raw data, the heavy studies and the ledger as they are: no panel need be built for it."""
    data = {
        "raw": store.raw_vintage,
        "studies": {path.name: sha256_file(path) for path in sorted(store.places.studies.glob("*.json"))},
        "ledger": repr(earlier_entries(store, as_of)),
    }
    asked = {**asdict(settings), "as_of": None if as_of is None else str(as_of.date()), "hindsight": hindsight}
    return result_key("report", "costfloor.report.compute", data=data, settings=asked, packages=(*PACKAGES, *DRAWING))


def earlier_entries(store: Store, as_of: dt.datetime | None = None) -> tuple[Entry, ...]:
    """What the ledger says of other vintages than today's, and of past days; a past view shows nothing of it."""
    if as_of is not None:
        return ()
    vintage = store.raw_vintage[:16]
    return tuple(entry for entry in read_ledger(store.places.ledger) if entry.vintage != vintage)


def write_report_record(files: ReportFiles, result: ReportResult, key: Key) -> None:
    """Write the record of a report whose other files are there."""
    write_record(files.record, {**vars(result), "key": key.to_json(), "files": files.hashes()})


def read_report_record(files: ReportFiles, key: Key) -> tuple[ReportResult, Standing] | None:
    """The report that is there, and how it stands beside its key of today; None where there is none.

    Stale are the parts of the key that have changed, and its files that are not as they were written.

    Raises
    ------
    IntegrityError
        The record is not as it was written, or by another version of the program.
    """
    remedy = "The report is made anew"
    record = read_record(files.record, remedy=remedy)
    if record is None:
        return None
    try:
        stated = {field.name: record[field.name] for field in fields(ReportResult)}
        before, written = record["key"], record["files"]
        # Where it lies is what the caller says, not what a file says.
        result = checked(ReportResult, {**stated, "pdf": str(files.pdf)})
    except (ValueError, KeyError) as error:
        raise IntegrityError(f"{files.record}: is of another version of the program. {remedy}") from error
    there = files.hashes()
    changed = (name for name, digest in written.items() if there.get(name) != digest)
    return result, Standing((*key.differs_from(before), *changed), key.taken_as_unchanged(before))
