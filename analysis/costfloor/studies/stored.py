"""Results of `costfloor calibrate` on disk: plain data beside what determined it, so that a reader can see when it is out of date."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from costfloor.errors import IntegrityError
from costfloor.keys import Change, Key
from costfloor.records import read_record, typed, write_record

EARLIER_FORM: Final = "the data, the code or both (it does not say on what it rests)"
"""What has changed of a study that was stored before results had keys."""

REMEDY: Final = "Delete it and run `make calibrate` again"


@dataclass(frozen=True)
class Standing:
    """How a stored study stands beside the program and the data of today.

    Attributes
    ----------
    stale
        Parts of what determined it that have changed since, such as `data` or `code`; empty when it is up to date.
    unchanged_by
        Changes of the code since, that are recorded to leave it as it is.
    seconds
        How long it took; None where nothing says so.
    """

    stale: tuple[str, ...] = ()
    unchanged_by: tuple[Change, ...] = ()
    seconds: float | None = None


@dataclass(frozen=True)
class Stored[R]:
    """A study as it was written.

    Attributes
    ----------
    name
        Of the study.
    result
        What it found.
    stale
        As in `Standing`.
    """

    name: str
    result: R
    stale: tuple[str, ...] = ()


def write_study(folder: Path, key: Key, seconds: float, result: Any) -> None:
    """Write the dataclass that a study found, with what determined it and how long it took."""
    content = {"key": key.to_json(), "seconds": round(seconds, 1), "result": asdict(result)}
    write_record(folder / f"{key.result}.json", content)


def standing(folder: Path, name: str, key: Key) -> Standing | None:
    """How a study stands beside its `key` of today, without a look at what it found; None when there is none.

    Raises
    ------
    IntegrityError
        The file is not what `write_study` writes.
    """
    written = _written(folder, name)
    return None if written is None else _standing(written, key)


def read_study[R](folder: Path, name: str, kind: type[R], key: Key | None) -> Stored[R] | None:
    """Read a study into its type; None when there is none, or one whose form is not today's since its code has changed.

    Parameters
    ----------
    folder, name
        Where it lies.
    kind
        The dataclass of its result.
    key
        What determines it today, to be compared with what did then; None compares nothing.

    Raises
    ------
    IntegrityError
        The file is not what `write_study` writes.
    """
    written = _written(folder, name)
    if written is None:
        return None
    stale = () if key is None else _standing(written, key).stale
    try:
        result = typed(kind, written.get("result"))
    except ValueError as error:
        # Where nothing is compared, a file whose seal holds is whole, and was written by other code.
        if (key is None and "key" in written) or "code" in stale or EARLIER_FORM in stale:
            return None
        raise IntegrityError(f"{folder / name}.json: is no study of this program ({error}). {REMEDY}") from error
    return Stored(name, result, stale)


def _written(folder: Path, name: str) -> dict[str, Any] | None:
    path = folder / f"{name}.json"
    # Studies that were run before there were hashes are in git, which has its own.
    written = read_record(path, remedy=REMEDY, unsealed=True)
    if written is not None and not isinstance(written.get("key") or written.get("request"), dict):
        raise IntegrityError(f"{path}: does not say what determined it. {REMEDY}")
    return written


def _standing(written: dict[str, Any], key: Key) -> Standing:
    before = written.get("key")
    if before is None:
        return Standing((EARLIER_FORM,))
    return Standing(key.differs_from(before), key.taken_as_unchanged(before), written.get("seconds"))
