"""The one way in for a file that a person names: a table, a price list, a scenario, a mapping."""

import os
import stat
from pathlib import Path
from typing import NoReturn

from costfloor.errors import InputError
from costfloor.text import clean_text

MAX_BYTES = 64 * 1024 * 1024
CHECK = "Check the path"


def read_file(path: Path, *, max_bytes: int = MAX_BYTES, content: str = "file", missing: str = CHECK) -> bytes:
    """The bytes of a regular file.

    A pipe, a socket or a device is never opened: reading one may wait for ever or change it. The name is text that enters too, since
    receipts and reports repeat it.

    Parameters
    ----------
    path
        As given.
    max_bytes
        Largest size.
    content
        What the file should be, for the message: "CSV or Parquet file".
    missing
        What to do when there is no such file.

    Raises
    ------
    InputError
        It is missing, no regular file, unreadable or larger than `max_bytes`, or its name breaks the rule of `costfloor.text`.
    """
    try:
        clean_text(path.name, "its name")
        _require_regular(path.stat().st_mode, path, content)
        # Between the two looks a pipe may have taken its place: opening must not wait for one.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        with os.fdopen(descriptor, "rb") as stream:
            status = os.fstat(descriptor)
            _require_regular(status.st_mode, path, content)
            if status.st_size > max_bytes:
                _refuse_size(path, f"{status.st_size} bytes", max_bytes)
            # A file may grow, and those of /proc state no size.
            read = stream.read(max_bytes + 1)
    except FileNotFoundError as error:
        raise InputError("cannot be read: it does not exist", file=path, remedy=missing) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"cannot be read ({reason})", file=path, remedy=f"{CHECK} and its permissions") from error
    except ValueError as error:
        raise InputError(f"cannot be read ({error})", file=path, remedy="Give the file another name") from error
    if len(read) > max_bytes:
        _refuse_size(path, f"over {max_bytes} bytes", max_bytes)
    return read


def utf8(content: bytes, file: Path | str) -> str:
    """The content as text, without a byte order mark.

    Raises
    ------
    InputError
        It is not UTF-8; the message names the line.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        value = content[error.start : error.end]
        raise InputError(f"not UTF-8 text (line {line})", file=file, value=value, remedy="Save as UTF-8") from error


def _require_regular(mode: int, path: Path, content: str) -> None:
    if stat.S_ISDIR(mode):
        raise InputError("is a folder", file=path, remedy=f"Name the {content} inside it")
    if not stat.S_ISREG(mode):
        raise InputError("is not a regular file", file=path, remedy="Save it to a file first")


def _refuse_size(path: Path, size: str, max_bytes: int) -> NoReturn:
    limit = f"{max_bytes // 2**20} MiB" if max_bytes >= 2**20 else f"{max_bytes // 2**10} KiB"
    raise InputError("too large", file=path, value=size, remedy=f"Is it the right file? At most {limit} are read")
