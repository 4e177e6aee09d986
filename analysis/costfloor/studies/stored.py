"""Results of `costfloor calibrate` on disk: plain data beside what determined it, so that a reader can see when it is out of date."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from costfloor.errors import IntegrityError
from costfloor.records import read_record, typed, write_record


@dataclass(frozen=True)
class Stored[R]:
    """A calibration study as it was written.

    Attributes
    ----------
    name
        Of the study.
    result
        What it found.
    stale
        Parts of what determined it that have changed since, such as `data` or `code`; empty when it is up to date.
    """

    name: str
    result: R
    stale: tuple[str, ...]


def write_study(folder: Path, name: str, request: dict[str, Any], result: Any) -> None:
    """Write the dataclass that a study found, with what determined it."""
    write_record(folder / f"{name}.json", {"request": request, "result": asdict(result)})


def read_study[R](folder: Path, name: str, kind: type[R], request: dict[str, Any] | None) -> Stored[R] | None:
    """Read a study into its type; None when there is none.

    Parameters
    ----------
    folder, name
        Where it lies.
    kind
        The dataclass of its result.
    request
        What determines it today, to be compared with what did then; None compares nothing.

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
    before = written.get("request")
    try:
        result = typed(kind, written.get("result"))
    except ValueError as error:
        raise IntegrityError(f"{path}: is no study of this program ({error}). {remedy}") from error
    if not isinstance(before, dict):
        raise IntegrityError(f"{path}: does not say what determined it. {remedy}")
    if request is None:
        return Stored(name, result, ())
    # Through JSON, as what was written went: tuples come back as lists.
    now = json.loads(json.dumps(request))
    changed = sorted(part for part in before.keys() | now.keys() if before.get(part) != now.get(part))
    return Stored(name, result, tuple(changed))
