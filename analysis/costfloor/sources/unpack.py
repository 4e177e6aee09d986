"""Compressed files from outside: what they hold, within limits that are checked while it is unpacked."""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import IO, NoReturn

import pyarrow as pa

from costfloor.errors import InputError
from costfloor.inputs import MAX_BYTES
from costfloor.text import clean_text, printable

CODECS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
"""First bytes of a file (RFC 1952, RFC 8878), and the name of the codec in Arrow, which reads both in every version of Python."""

ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
DIRECTORY_ENTRY = b"PK\x01\x02"
READ_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Those that can be unpacked a little at a time; of bzip2 and LZMA a few kilobytes may become gigabytes in one step."""

MAX_RATIO = 100
"""Bytes out per byte in, once more than `FREE_OF_RATIO` have come out: the public lists have 5 to 15."""
FREE_OF_RATIO = 1024 * 1024
MAX_MEMBERS = 10_000
CHUNK = 256 * 1024
FETCH_AGAIN = "Fetch the file again"


def unpacked(content: bytes, name: str) -> bytes:
    """The content of a gzip or Zstandard file; any other content as it is.

    What a file is, its first bytes say, not its name. One layer is unpacked.

    Parameters
    ----------
    content
        Bytes of the file.
    name
        Display name, for messages.

    Raises
    ------
    InputError
        Cut off, damaged, or larger than the limits when unpacked.
    """
    codec = next((codec for start, codec in CODECS.items() if content.startswith(start)), None)
    if codec is None:
        return content
    try:
        with pa.CompressedInputStream(pa.BufferReader(content), codec) as stream:
            return _read(stream, len(content), 0, name)
    except (OSError, pa.ArrowException) as error:
        _refuse_damaged(error, codec, name)


def is_archive(content: bytes) -> bool:
    """The content begins as a zip file does."""
    return content.startswith(ZIP_STARTS)


def archive(content: bytes, name: str) -> Mapping[str, bytes]:
    """The files in a zip file, by their paths in it.

    Nothing is written anywhere; a path is only ever a name. All the same a file with paths that lead out of a folder is refused: it was
    not made by who publishes tables.

    Parameters
    ----------
    content
        Bytes of the zip file.
    name
        Display name, for messages.

    Raises
    ------
    InputError
        No zip file, cut off, damaged, too large when unpacked, with too many members, or with a member that is encrypted, a link, twice
        there, in a method that is not read, or whose path leads out of the folder.
    """
    if not is_archive(content):
        raise InputError("is not a zip file", file=name, remedy="Give the zip file as it was published")
    # Before the directory is parsed, for that takes time for each entry.
    stated = content.count(DIRECTORY_ENTRY)
    if stated > MAX_MEMBERS:
        raise InputError("holds too many files", file=name, value=stated, remedy=f"At most {MAX_MEMBERS:,} are read")
    members: dict[str, bytes] = {}
    size = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as zipped:
            entries = zipped.infolist()
            _check_names(entries, name)
            for entry in entries:
                if entry.is_dir():
                    continue
                with zipped.open(entry) as stream:
                    members[entry.filename] = _read(stream, len(content), size, name)
                size += len(members[entry.filename])
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError),
        *(NotImplementedError, RuntimeError, OverflowError, struct.error),
    ) as error:
        _refuse_damaged(error, "zip", name)
    return members


def _check_names(entries: list[zipfile.ZipInfo], file: str) -> None:
    for path, count in Counter(entry.filename for entry in entries).items():
        if count > 1:
            _refuse_member(path, f"is {count} times in the archive", "Keep one of them", file)
    for entry in entries:
        path = entry.orig_filename
        try:
            clean_text(path, "path")
        except ValueError as error:
            _refuse_member(path, f"is no name for a file ({error})", FETCH_AGAIN, file)
        if "\\" in path or path.startswith("/") or re.match("[A-Za-z]:", path) or ".." in PurePosixPath(path).parts:
            _refuse_member(path, "leads out of the folder", "Do not trust this archive", file)
        # The upper half is the mode where the archive was made on Unix, and else zero.
        if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            _refuse_member(path, "is a link or a device, not a file", "Pack the file itself", file)
        if entry.flag_bits & 1:
            _refuse_member(path, "is encrypted", "Pack it without a password", file)
        if entry.compress_type not in READ_METHODS:
            _refuse_member(path, "is packed in a method that is not read", "Pack it with deflate, the usual one", file)


def _read(stream: IO[bytes], packed: int, before: int, file: str) -> bytes:
    """All of a stream, within what is left of the limits of its file after `before` bytes."""
    chunks: list[bytes] = []
    size, limit = before, min(MAX_BYTES, max(FREE_OF_RATIO, MAX_RATIO * packed))
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limit:
            bounds = f"At most {MAX_BYTES // 2**20} MiB, and {MAX_RATIO} times the packed size, are read"
            remedy = f"Is it the right file? {bounds}"
            raise InputError("too large when unpacked", file=file, value=f"over {size} bytes", remedy=remedy)
        chunks.append(chunk)
    return b"".join(chunks)


def _refuse_member(path: str, problem: str, remedy: str, file: str) -> NoReturn:
    raise InputError(problem, file=file, value=printable(path), remedy=remedy)


def _refuse_damaged(error: Exception, kind: str, file: str) -> NoReturn:
    cause = printable(" ".join(str(error).split()) or type(error).__name__, 200)
    raise InputError(f"not a readable {kind} file ({cause})", file=file, remedy=FETCH_AGAIN) from error
