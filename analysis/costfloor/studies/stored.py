"""Results of `costfloor calibrate` on disk: plain data beside what determined it, so that a reader can see when it is out of date."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from costfloor.errors import IntegrityError
from costfloor.keys import Change, Key
from costfloor.records import read_record, write_record

EARLIER_FORM: Final = "the form of the record"
"""What has changed of a study that was stored before results had keys."""


@dataclass(frozen=True)
class Stored:
    """A calibration study as it was written.

    Attributes
    ----------
    name
        Of the study.
    result
        Plain data.
    stale
        Parts of what determined it that have changed since, such as `data` or `code`; empty when it is up to date.
    unchanged_by
        Changes of the code since, that are recorded to leave it as it is.
    seconds
        How long it took; None where nothing says so.
    """

    name: str
    result: dict[str, Any]
    stale: tuple[str, ...] = ()
    unchanged_by: tuple[Change, ...] = ()
    seconds: float | None = None


def misses_a_gate(result: Any) -> bool:
    """Whether a fit or a check anywhere in plain data did not pass: a `passed` that is false, or `failures` that were recorded."""
    if isinstance(result, dict):
        missed = result.get("passed") is False or bool(result.get("failures"))
        return missed or any(misses_a_gate(part) for part in result.values())
    return isinstance(result, list | tuple) and any(misses_a_gate(part) for part in result)


def write_study(folder: Path, key: Key, seconds: float, result: dict[str, Any]) -> None:
    """Write a study with what determined it and how long it took."""
    content = {"key": key.to_json(), "seconds": round(seconds, 1), "result": result}
    write_record(folder / f"{key.result}.json", content)


def read_study(folder: Path, name: str, key: Key | None) -> Stored | None:
    """Read a study, and compare what determined it with the `key` of today where there is one; None when there is no study.

    Raises
    ------
    IntegrityError
        The file is not what `write_study` writes.
    """
    path, remedy = folder / f"{name}.json", "Delete it and run `make calibrate` again"
    # Studies that were run before there were hashes are in git, which has its own.
    written = read_record(path, remedy=remedy, unsealed=True)
    if written is None:
        return None
    before, result = written.get("key"), written.get("result")
    if not isinstance(result, dict) or not isinstance(before or written.get("request"), dict):
        raise IntegrityError(f"{path}: is no study. {remedy}")
    if key is None:
        return Stored(name, result)
    if before is None:
        return Stored(name, result, (EARLIER_FORM,))
    return Stored(
        name,
        result,
        stale=key.differs_from(before),
        unchanged_by=key.taken_as_unchanged(before),
        seconds=written.get("seconds"),
    )
