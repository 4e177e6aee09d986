"""Results on disk that notice when somebody has changed them: JSON that holds the hash of its own content.

The hash finds a truncated, edited or swapped file; it is no signature, and who can compute it can forge one.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from costfloor.errors import IntegrityError
from costfloor.storage import plain, sha256_bytes, write_json

HASH = "sha256"


def sealed(content: dict[str, Any]) -> dict[str, Any]:
    """Plain data of the content with its hash beside it."""
    bare: dict[str, Any] = plain(content)
    return {**bare, HASH: _hash(bare)}


def write_record(path: Path, content: dict[str, Any]) -> None:
    """Write plain data with its hash, atomically."""
    write_json(path, sealed(content))


def read_record(path: Path, *, remedy: str, unsealed: bool = False) -> dict[str, Any] | None:
    """Read what `write_record` wrote; None when there is no file.

    Parameters
    ----------
    path
        The file.
    remedy
        What the user can do about a damaged one: a sentence without its stop.
    unsealed
        Whether a file without a hash is taken as it is: from before there were any.

    Raises
    ------
    IntegrityError
        The content is not what was written; the message ends with the remedy.
    """
    try:
        # Of a pipe or a device there is no end.
        if path.exists() and not path.is_file():
            raise ValueError("it is no file")
        record = parsed(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise IntegrityError(f"{path}: is no JSON of this program ({error}). {remedy}") from error
    stored = record.pop(HASH, None)
    if stored != _hash(record) and not (unsealed and stored is None):
        why = "is not as the program wrote it" if stored else "does not hold the hash of its content"
        raise IntegrityError(f"{path}: {why}. {remedy}")
    return record


def parsed(content: bytes) -> dict[str, Any]:
    """A JSON object from text of any origin.

    Raises
    ------
    ValueError
        It is no JSON object, holds NaN or an infinity, or is nested too deep.
    """
    value = from_json(content, allow_inf_nan=False)
    if not isinstance(value, dict):
        raise ValueError(f"{type(value).__name__} instead of an object")
    return value


def checked[T](kind: type[T], content: dict[str, Any]) -> T:
    """An instance of a dataclass from plain data, every type of which is checked.

    Raises
    ------
    ValueError
        A part is missing, unknown, or of another type; the message names the first such part.
    """
    adapter = TypeAdapter(kind)
    known = set(getattr(kind, "__dataclass_fields__", {}))
    if unknown := sorted(set(content) - known):
        raise ValueError(f"{unknown[0]}: is not known")
    try:
        return adapter.validate_json(json.dumps(content, allow_nan=False), strict=True)
    except ValidationError as error:
        raise ValueError(_first_error(error)) from error


def typed[T](kind: type[T], content: Any) -> T:
    """An instance of a dataclass from plain data of this program, in which parts may be of an earlier time and are left out.

    Raises
    ------
    ValueError
        A part is missing or of another type; the message names the first such part.
    """
    try:
        return TypeAdapter(kind).validate_python(content)
    except ValidationError as error:
        raise ValueError(_first_error(error)) from error


def _first_error(error: ValidationError) -> str:
    """Where the first error of plain data lies, and what is wrong."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"


def _hash(content: dict[str, Any]) -> str:
    return sha256_bytes(json.dumps(content, sort_keys=True, allow_nan=False).encode())
