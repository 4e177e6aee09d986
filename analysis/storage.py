"""Files that are either the old version or the new one, never in between, and one writer at a time."""

import ast
import datetime as dt
import fcntl
import hashlib
import json
import math
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from analysis.errors import InputError, LockedError

LOCK_NAME = ".lock"
TEMPORARY = re.compile(r"\..+\.[0-9a-f]{8}\.tmp")


def sha256_bytes(content: bytes) -> str:
    """SHA-256 of some bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def sha256_file(path: Path) -> str:
    """SHA-256 of a file's content, as 64 hexadecimal digits; reads in chunks, so any size is fine."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_atomic(path: Path, content: bytes) -> None:
    """Replace a file's content in one step that survives a crash or a kill at any moment.

    The bytes go to a temporary file in the same folder, reach the disk, and take the final name by a rename;
    a reader sees the old content or the new, and so does the next boot. Missing parent folders are made. What killed
    writers left in the folder goes.

    Parameters
    ----------
    path
        File to create or replace.
    content
        Its whole new content.

    Raises
    ------
    InputError
        The folder cannot be made or written to.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path.parent)
        stream = _open_held(temporary)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
            temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _open_held(temporary: Path) -> BinaryIO:
    """Make a temporary file and lock it: the lock says that its writer lives."""
    while True:
        stream = temporary.open("xb")
        # Without locks on this file system nothing is swept either.
        with suppress(OSError):
            fcntl.flock(stream, fcntl.LOCK_EX)
        # A sweep may have come between the two steps.
        if os.fstat(stream.fileno()).st_nlink:
            return stream
        stream.close()


def _sweep(folder: Path) -> None:
    """Remove the temporary files of writers that were killed."""
    for left in folder.iterdir():
        if TEMPORARY.fullmatch(left.name):
            with suppress(OSError), left.open("r+b") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink()


def plain(value: Any) -> Any:
    """JSON-able copy: dates as text, numbers that are not finite as null."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dt.date | Path):
        return str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def write_json(path: Path, obj: Any) -> None:
    """Write an object as JSON, atomically: sorted keys, two spaces, one closing newline.

    Raises
    ------
    ValueError
        The object holds NaN or an infinity, which JSON cannot say.
    """
    text = json.dumps(obj, sort_keys=True, indent=2, allow_nan=False, ensure_ascii=False)
    write_atomic(path, f"{text}\n".encode())


@contextmanager
def data_lock(data_dir: Path) -> Iterator[None]:
    """Hold a data folder for writing; the lock goes with the process, however it ends.

    Parameters
    ----------
    data_dir
        The folder to hold; made when missing. The lock is on the file `.lock` inside it, which stays there.

    Raises
    ------
    LockedError
        Another process holds it; the message names that process. It never waits.
    InputError
        The folder cannot be made or written to.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(data_dir / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise _unwritable(data_dir, error) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise LockedError(
                f"{data_dir} is in use by process {holder}. Wait for it to end, then run the command again"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _unwritable(path: Path, error: OSError) -> InputError:
    reason = error.strerror or type(error).__name__
    return InputError(f"cannot be written ({reason})", file=path, remedy="Name a folder that you may write to")


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk, so that a rename in it outlives the machine."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@cache
def code_version(*packages: str) -> str:
    """Hash of the code of some parts of `analysis`, without comments, docstrings and formatting.

    A result made by other equations is another result, so the hash belongs into its fingerprint. Worked out once in a process,
    which goes on with the code it has loaded.

    Parameters
    ----------
    packages
        Folders or files below `analysis/`, for instance `laws` or `panel.py`.
    """
    root = Path(__file__).parent
    files = [path for name in packages for path in (sorted((root / name).rglob("*.py")) or [root / name])]
    digest = hashlib.sha256()
    for path in files:
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
                node.body = node.body[1:] or [ast.Pass()]
        digest.update(f"{path.relative_to(root)}\n{ast.dump(tree)}\n".encode())
    return digest.hexdigest()
