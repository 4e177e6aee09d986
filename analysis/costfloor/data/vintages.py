"""The vintages that users bring in: one folder per ingested file, written once and never changed.

`raw/vintages/<observed_on>-<source>-<32 digits>/` holds the file, compressed (`original.json.gz`, `original.zip`), and `receipt.json`. Of a
source whose terms do not let its file be passed on, it holds what the file says instead (`extract.json.gz`), with the hash of the file. The
digits are the beginning of a hash over the whole receipt, which holds the hashes: whatever is changed later no longer fits the name. A
folder appears by one rename, so that it is there whole or not at all; what is built depends on the set of folders only, never on the order
in which they came.
"""

import datetime as dt
import gzip
import io
import json
import re
import secrets
import shutil
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from costfloor.errors import InputError, IntegrityError
from costfloor.inputs import MAX_BYTES
from costfloor.storage import sha256_bytes, sync_folder, write_atomic, write_json

SOURCES = (
    *("curated", "table", "llm_prices", "models_dev", "genai_prices", "litellm"),
    *("epoch_api", "monthly_lowest", "openrouter"),
)
"""Price sources, the most trusted first."""

MEASURED_SOURCES = (
    *("models_dev", "openrouter", "artificial_analysis", "epoch_hub", "epoch_stitching", "epoch_eci"),
    *("aider", "llmstats", "scores_table", "models_table"),
)
"""Sources of scores and facts."""

RECEIPT = "receipt.json"
HIDDEN = ".incoming-"
VERSION = 3
"""Of receipts. In the first, which had no version, a folder was named after 12 digits of the hash of its file alone. Up to the second, the
file lay there as it came."""

SHA256 = re.compile(r"[0-9a-f]{64}")
SUFFIX = re.compile(r"(\.[a-z0-9]{1,8}){1,3}")
STORED_NAME = re.compile(r"(?:original|extract)(\.[a-z0-9]{1,8}){1,3}")
EXTRACT = "extract.json.gz"


class Coverage(StrEnum):
    """What absence from a list means."""

    WHOLE = "whole"
    """The list states everything that its source sells: what is not on it has gone."""
    PARTIAL = "partial"
    """A part of such a list, as its user said: what is not on it goes on as before."""
    STATEMENTS = "statements"
    """Single prices, each for a day of its own: absence says nothing, and neither does repetition."""


@dataclass(frozen=True)
class Vintage:
    """What one ingested file is, and where it came from.

    Attributes
    ----------
    format, source
        Reader and price source.
    address
        Where the file came from: an https address without what may be secret in it, or the name of a local file.
    observed_on
        Day on which the source said so, ISO.
    sha256, size_bytes, suffix
        Of the file as it came, unpacked if it was packed with gzip or Zstandard.
    coverage
        What absence from the file means.
    rows_read, rows_rejected, rows_skipped
        Entries in the file; those with wrong values; those that are no prices of text models, scores or facts.
    licence
        Under which the source publishes.
    stored, stored_sha256
        Name and hash of what is kept of it.
    version
        Of the receipt.
    """

    format: str
    source: str
    address: str
    observed_on: str
    sha256: str
    size_bytes: int
    suffix: str
    coverage: Coverage
    rows_read: int
    rows_rejected: int
    rows_skipped: int
    licence: str
    stored: str
    stored_sha256: str
    version: int = VERSION

    @cached_property
    def receipt_sha256(self) -> str:
        """Hash of everything that is known of it, the hashes of its files included."""
        return sha256_bytes(json.dumps(self.receipt(), sort_keys=True).encode())

    def receipt(self) -> dict[str, Any]:
        """The receipt as plain data, in the form of its version."""
        cells = asdict(self)
        if self.version < VERSION:
            del cells["stored"], cells["stored_sha256"]
        return cells

    @property
    def is_extract(self) -> bool:
        """What is kept is what the file says, not the file."""
        return self.stored == EXTRACT

    @cached_property
    def name(self) -> str:
        """Name of its folder."""
        digits = self.sha256[:12] if self.version == 1 else self.receipt_sha256[:32]
        return f"{self.observed_on}-{self.source}-{digits}"

    @property
    def day(self) -> dt.date:
        """`observed_on` as a date."""
        return dt.date.fromisoformat(self.observed_on)


def list_vintages(root: Path) -> tuple[Vintage, ...]:
    """Every vintage in the folder of all of them, by source, day and hash.

    Raises
    ------
    IntegrityError
        A receipt is missing, unreadable, of impossible content, or does not belong to its folder.
    """
    folders = sorted(root.iterdir()) if root.is_dir() else []
    receipts = [_receipt(folder) for folder in folders if folder.is_dir() and not folder.name.startswith(HIDDEN)]
    return in_order(receipts)


def in_order(vintages: Iterable[Vintage]) -> tuple[Vintage, ...]:
    """Vintages by source, day and hash."""
    return tuple(sorted(vintages, key=lambda vintage: (vintage.source, vintage.observed_on, vintage.sha256)))


def stored_path(root: Path, vintage: Vintage) -> Path:
    """Where what is kept of the ingested file lies."""
    return root / vintage.name / vintage.stored


def packed(content: bytes, suffix: str) -> tuple[str, bytes]:
    """Name and bytes under which a file is kept: compressed, the same in every run."""
    if suffix == ".zip":
        return f"original{suffix}", content
    return f"original{suffix}.gz", gzip.compress(content, mtime=0)


def read_stored(root: Path, vintage: Vintage) -> bytes:
    """What is kept of the ingested file, unpacked and checked against its hashes.

    Raises
    ------
    IntegrityError
        It is missing or was changed.
    """
    path = stored_path(root, vintage)
    try:
        kept = path.read_bytes()
    except OSError as error:
        raise IntegrityError(f"{path}: cannot be read ({error.strerror}). Restore it from a copy") from error
    if sha256_bytes(kept) != vintage.stored_sha256:
        raise IntegrityError(f"{path}: content does not match the hash in {RECEIPT}. Restore it from a copy")
    return _unpacked(kept, path) if path.suffix == ".gz" else kept


def refuse_second_list(vintage: Vintage, standing: Iterable[Vintage]) -> None:
    """Raise InputError when another list of the same source was observed on the same day; statements may come in any number."""
    for known in standing:
        same_day = (known.source, known.observed_on) == (vintage.source, vintage.observed_on)
        if same_day and Coverage.STATEMENTS not in (known.coverage, vintage.coverage):
            raise InputError(
                f"another list of {vintage.source} was observed on that day ({known.name})",
                column="--observed-on",
                value=vintage.observed_on,
                remedy="Give the day on which this one was observed, or withdraw the other: `costfloor vintages withdraw`",
            )


def add_vintage(root: Path, vintage: Vintage, kept: bytes) -> None:
    """Store what is kept of a file under a name that is not taken. The caller holds the data lock."""
    _sweep(root)
    incoming = root / f"{HIDDEN}{secrets.token_hex(4)}"
    write_atomic(incoming / vintage.stored, kept)
    write_json(incoming / RECEIPT, vintage.receipt())
    incoming.rename(root / vintage.name)
    sync_folder(root)


def _unpacked(kept: bytes, path: Path) -> bytes:
    """What `packed` made smaller; a store that somebody made up may hold a bomb."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(kept)) as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise IntegrityError(f"{path}: cannot be unpacked ({error}). Restore it from a copy") from error
    if len(content) > MAX_BYTES:
        raise IntegrityError(f"{path}: is larger than any file that is taken in. Restore it from a copy")
    return content


def _receipt(folder: Path) -> Vintage:
    path = folder / RECEIPT
    try:
        vintage = _parsed(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise IntegrityError(f"{path}: is not the receipt of a vintage ({error}). Restore it from a copy") from error
    if vintage.name != folder.name:
        raise IntegrityError(f"{path}: was changed: it is no longer that of its folder. Restore it from a copy")
    return vintage


def _parsed(cells: dict[str, Any]) -> Vintage:
    """The receipt in these cells; raises ValueError or TypeError at the first value that no ingest writes."""
    if "version" not in cells:
        coverage = {True: Coverage.WHOLE, False: Coverage.STATEMENTS}[cells.pop("complete")]
        cells = cells | {"coverage": coverage, "version": 1}
    if cells["version"] in (1, 2):
        cells = cells | {"stored": f"original{cells['suffix']}", "stored_sha256": cells["sha256"]}
    whole_numbers = ("size_bytes", "rows_read", "rows_rejected", "rows_skipped", "version")
    for name in (item.name for item in fields(Vintage)):
        kind = int if name in whole_numbers else str
        if not isinstance(cells.get(name), kind) or isinstance(cells[name], bool):
            raise ValueError(f"{name} is not {'a whole number' if kind is int else 'text'}")
    vintage = Vintage(**cells | {"coverage": Coverage(cells["coverage"])})
    if vintage.version not in (1, 2, VERSION):
        raise ValueError(f"version {vintage.version} is not known to this program")
    if vintage.source not in (*SOURCES, *MEASURED_SOURCES):
        raise ValueError(f"{vintage.source!r} is no source")
    if not _is_day(vintage.observed_on):
        raise ValueError(f"observed_on {vintage.observed_on!r} is not a day such as 2026-01-31")
    if not SUFFIX.fullmatch(vintage.suffix) or not STORED_NAME.fullmatch(vintage.stored):
        raise ValueError("suffix or stored is not one")
    if not SHA256.fullmatch(vintage.sha256) or not SHA256.fullmatch(vintage.stored_sha256):
        raise ValueError("sha256 or stored_sha256 is not one")
    return vintage


def _is_day(text: str) -> bool:
    try:
        return str(dt.date.fromisoformat(text)) == text
    except ValueError:
        return False


def _sweep(root: Path) -> None:
    """Remove what a killed run left half written."""
    for left in root.glob(f"{HIDDEN}*"):
        shutil.rmtree(left)
