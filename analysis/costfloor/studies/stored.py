"""Results of `costfloor calibrate` on disk: plain data beside what determined it, so that a reader can see when it is out of date."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from costfloor.errors import IntegrityError
from costfloor.records import read_record, write_record


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
    """

    name: str
    result: dict[str, Any]
    stale: tuple[str, ...]


def misses_a_gate(result: Any) -> bool:
    """Whether a fit or a check anywhere in plain data did not pass: a `passed` that is false, or `failures` that were recorded."""
    if isinstance(result, dict):
        missed = result.get("passed") is False or bool(result.get("failures"))
        return missed or any(misses_a_gate(part) for part in result.values())
    return isinstance(result, list | tuple) and any(misses_a_gate(part) for part in result)


def write_study(folder: Path, name: str, request: dict[str, Any], result: dict[str, Any]) -> None:
    """Write a study with what determined it."""
    write_record(folder / f"{name}.json", {"request": request, "result": result})


def read_study(folder: Path, name: str, request: dict[str, Any] | None) -> Stored | None:
    """Read a study, and compare what determined it with the `request` of today where there is one; None when there is no study.

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
    before, result = (written.get(part) for part in ("request", "result"))
    if not isinstance(before, dict) or not isinstance(result, dict):
        raise IntegrityError(f"{path}: is no study. {remedy}")
    if request is None:
        return Stored(name, result, ())
    # Through JSON, as what was written went: tuples come back as lists.
    now = json.loads(json.dumps(request))
    changed = sorted(part for part in before.keys() | now.keys() if before.get(part) != now.get(part))
    return Stored(name, result, tuple(changed))
