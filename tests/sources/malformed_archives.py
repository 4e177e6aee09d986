"""Broken and hostile zip files, by name: their bytes, and what the refusal says."""

import gzip
import io
import stat
import warnings
import zipfile

from archive_checks import zipped


def entry(path: str, mode: int = 0) -> bytes:
    """An archive of one member with any name and mode."""
    info = zipfile.ZipInfo(path)
    info.external_attr = mode << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as written:
        written.writestr(info, b"content")
    return buffer.getvalue()


def encrypted() -> bytes:
    packed = entry("a.csv")
    # The flag stands at byte 6 of the local header and byte 8 of the directory's entry.
    directory = packed.index(b"PK\x01\x02")
    return packed[:6] + b"\x01" + packed[7 : directory + 8] + b"\x01" + packed[directory + 9 :]


def repeated() -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(buffer, "w") as written:
        written.writestr("a.csv", b"1")
        written.writestr("a.csv", b"2")
    return buffer.getvalue()


def bzipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as written:
        written.writestr("a.csv", b"1")
    return buffer.getvalue()


def lying() -> bytes:
    """Says that ten megabytes of zeros are four."""
    packed = zipped({"a": bytes(10 * 2**20)})
    return packed.replace((10 * 2**20).to_bytes(4, "little"), (4).to_bytes(4, "little"))


ARCHIVES = {
    "no-zip": (b"{}", "is not a zip file"),
    "gzip": (gzip.compress(b"{}"), "is not a zip file"),
    "empty": (b"", "is not a zip file"),
    "cut-off": (zipped({"a": bytes(range(256)) * 9})[:-30], "not a readable zip file"),
    "parent": (entry("../../etc/passwd"), "value '../../etc/passwd': leads out of the folder"),
    "parent-inside": (entry("data/../../x"), "leads out of the folder"),
    "absolute": (entry("/etc/passwd"), "leads out of the folder"),
    "backslashes": (entry("..\\x"), "leads out of the folder"),
    "drive": (entry("C:x.csv"), "leads out of the folder"),
    "line-break": (entry("a\nb.csv"), "is no name for a file (path holds control characters)"),
    "long-name": (entry("a" * 600), "is no name for a file (path is longer than 500 characters)"),
    "link": (entry("a.csv", stat.S_IFLNK | 0o777), "value 'a.csv': is a link or a device"),
    "pipe": (entry("a.csv", stat.S_IFIFO | 0o644), "is a link or a device"),
    "encrypted": (encrypted(), "value 'a.csv': is encrypted"),
    "twice": (repeated(), "value 'a.csv': is 2 times in the archive"),
    "bzip2": (bzipped(), "packed in a method that is not read"),
    "bomb": (zipped({"a": bytes(30 * 2**20)}), "too large when unpacked"),
    "bomb-in-parts": (zipped({str(number): bytes(2**20) for number in range(40)}), "too large when unpacked"),
    "bomb-that-lies": (lying(), "not a readable zip file (Bad CRC-32 for file 'a')"),
}
