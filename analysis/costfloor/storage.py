"""Files that are either the old version or the new one, never in between, and one writer at a time.

No write follows a link: a name that is a link gets a file in its place, a lock that is one is refused, and `refuse_links` says no to
folders that lead elsewhere.
"""

import datetime as dt
import errno
import fcntl
import hashlib
import json
import math
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import Any

from costfloor.errors import IntegrityError, LockedError, refused

LOCK_NAME = ".lock"
LOCK_CONTENT = re.compile(rb"\d*\n?")
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
    writers left in the folder goes. A link by the name of the file is replaced, not followed.

    Parameters
    ----------
    path
        File to create or replace.
    content
        Its whole new content.

    Raises
    ------
    InputError
        The system refuses: the folder cannot be made or written to, the disk is full, the name is that of a folder.
    """
    write_together({path: content})


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Replace several files: none has its new content before all of it has reached the disk.

    What can go wrong goes wrong before the first rename. A kill between two renames leaves the later files as they were, so a file that
    vouches for the others comes last.

    Raises
    ------
    InputError
        As `write_atomic`; nothing has changed.
    """
    with ExitStack() as staged:
        temporaries = {path: staged.enter_context(_staged(path, content)) for path, content in contents.items()}
        for path, temporary in temporaries.items():
            try:
                temporary.replace(path)
            except OSError as error:
                raise refused(error, path) from error
    for folder in {path.parent for path in contents}:
        sync_folder(folder)


def take_over(source: Path, target: Path) -> None:
    """Give every file of a folder its name in another one, in the place of any that has it, and remove the folder.

    What lies beside a record (JSON) is found through it: old records go first and new ones come last, so that a kill in between leaves
    something missing, and nothing mixed.

    Raises
    ------
    InputError
        The system refuses.
    """
    files = [path.relative_to(source) for path in source.rglob("[!.]*") if path.is_file()]
    records = [name for name in files if name.suffix == ".json"]
    try:
        for name in records:
            (target / name).unlink(missing_ok=True)
        for name in sorted(files, key=lambda name: name in records):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).replace(target / name)
        for folder in {(target / name).parent for name in files}:
            sync_folder(folder)
        shutil.rmtree(source)
    except OSError as error:
        raise refused(error, target) from error


def refuse_folder(path: Path) -> None:
    """Require that a file can take this name: that it is not the name of a folder.

    Raises
    ------
    InputError
        It is.
    """
    if path.is_dir() and not path.is_symlink():
        raise refused(IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)), path)


@contextmanager
def _staged(path: Path, content: bytes) -> Iterator[Path]:
    """A temporary file beside `path` that holds the content, on the disk; gone when anything fails before it is renamed."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        refuse_folder(path)
        _sweep(path.parent)
        stream = _open_held(temporary)
    except OSError as error:
        raise refused(error, path) from error
    try:
        with stream:
            try:
                rest = memoryview(content)
                while rest:
                    rest = rest[stream.write(rest) or 0 :]
                os.fsync(stream.fileno())
            except OSError as error:
                raise refused(error, path) from error
            yield temporary
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _open_held(temporary: Path) -> FileIO:
    """Make a temporary file and lock it: the lock says that its writer lives."""
    while True:
        # Without a buffer: closing it after a refusal must not try to write again.
        stream = temporary.open("xb", buffering=0)
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
        if not TEMPORARY.fullmatch(left.name) or left.is_symlink() or not left.is_file():
            continue
        with suppress(OSError), left.open("r+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def refuse_links(folder: Path) -> None:
    """Require that a folder, if it is there, and all below it are folders and regular files.

    A data folder may come from somebody else, and git and archives carry links: through one that leads elsewhere a write would change
    what is no part of it. The folder that the user names may itself lie behind a link; its parts may not.

    Raises
    ------
    IntegrityError
        It, or something in it, is a link, a pipe, a device or a socket.
    """
    if folder.is_symlink():
        raise _misplaced(folder)
    pending = [folder]
    while pending:
        # What another run removes meanwhile is no concern.
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(Path(entry.path))
                elif not entry.is_file(follow_symlinks=False):
                    raise _misplaced(Path(entry.path))


def _misplaced(path: Path) -> IntegrityError:
    kind = "a link" if path.is_symlink() else "neither a file nor a folder"
    return IntegrityError(
        f"{path}: is {kind}, which has no place in a data folder. Remove it, or put what it stands for there"
    )


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
    write_atomic(path, json_bytes(obj))


def json_bytes(obj: Any) -> bytes:
    """An object as the bytes that `write_json` writes.

    Raises
    ------
    ValueError
        As `write_json`.
    """
    return f"{json.dumps(obj, sort_keys=True, indent=2, allow_nan=False, ensure_ascii=False)}\n".encode()


@contextmanager
def data_lock(folder: Path, name: str = LOCK_NAME) -> Iterator[None]:
    """Hold a data folder for writing; the lock goes with the process, however it ends.

    Parameters
    ----------
    folder
        The folder to hold; made when missing.
    name
        The lock is on the file of this name inside it, which stays there.

    Raises
    ------
    LockedError
        Another process holds it; the message names that process. It never waits.
    InputError
        The folder cannot be made or written to.
    IntegrityError
        What lies in the place of the lock is something else, which is left as it is.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refused(error, folder) from error
    descriptor = _open_lock(folder / name)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise LockedError(
                f"{folder} is in use by process {holder}. Wait for it to end, then run the command again"
            ) from error
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except OSError as error:
            raise refused(error, folder / name) from error
        yield
    finally:
        os.close(descriptor)


def _open_lock(path: Path) -> int:
    """Open the file of a lock, which is a regular file with a process number in it, or nothing; anything else stays untouched."""
    try:
        # Neither follows a link nor waits for the other end of a pipe.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
    except OSError as error:
        if path.is_symlink() or path.exists():
            raise _no_lock(path) from error
        raise refused(error, path.parent) from error
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode) or facts.st_nlink > 1 or not LOCK_CONTENT.fullmatch(os.pread(descriptor, 32, 0)):
        os.close(descriptor)
        raise _no_lock(path)
    return descriptor


def _no_lock(path: Path) -> IntegrityError:
    return IntegrityError(f"{path}: cannot be used as the lock of its folder, and is left as it is. Remove it")


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk, so that a rename in it outlives the machine."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
