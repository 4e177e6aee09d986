"""The vintages that users bring in: one folder per ingested file, written once and never changed.

`raw/vintages/<observed_on>-<source>-<12 digits of sha256>/` holds the file as it came (`original.json`, `.csv` or `.parquet`) and
`receipt.json`. A folder appears by one rename, so that it is there whole or not at all; the history of prices depends on the set of
folders only, never on the order in which they came.
"""

import datetime as dt
import json
import secrets
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from analysis.errors import InputError, IntegrityError
from analysis.storage import sha256_bytes, sync_folder, write_atomic, write_json

VINTAGES_FOLDER = "vintages"
RECEIPT = "receipt.json"
HIDDEN = ".incoming-"


@dataclass(frozen=True)
class Vintage:
    """What one ingested file is, and where it came from.

    Attributes
    ----------
    format, source
        Reader and price source.
    address
        Where the file came from: an https address, or the name of a local file.
    observed_on
        Day on which the source said so, ISO.
    sha256, size_bytes, suffix
        Of the file as it came.
    complete
        The file lists everything the source sells, so that absence from it is an exit.
    rows_read, rows_rejected, rows_skipped
        Entries in the file; those with wrong values; those that are no prices of text models.
    licence
        Under which the source publishes.
    """

    format: str
    source: str
    address: str
    observed_on: str
    sha256: str
    size_bytes: int
    suffix: str
    complete: bool
    rows_read: int
    rows_rejected: int
    rows_skipped: int
    licence: str

    @property
    def name(self) -> str:
        """Name of its folder."""
        return f"{self.observed_on}-{self.source}-{self.sha256[:12]}"

    @property
    def day(self) -> dt.date:
        """`observed_on` as a date."""
        return dt.date.fromisoformat(self.observed_on)


def vintages_dir(data_dir: Path) -> Path:
    """Folder of all vintages."""
    return data_dir / "raw" / VINTAGES_FOLDER


def list_vintages(data_dir: Path) -> tuple[Vintage, ...]:
    """Every vintage in the store, by source, day and hash.

    Raises
    ------
    IntegrityError
        A receipt is missing, unreadable, or does not belong to its folder.
    """
    root = vintages_dir(data_dir)
    folders = sorted(root.iterdir()) if root.is_dir() else []
    found = [_receipt(folder) for folder in folders if folder.is_dir() and not folder.name.startswith(HIDDEN)]
    return tuple(sorted(found, key=lambda vintage: (vintage.source, vintage.observed_on, vintage.sha256)))


def read_original(data_dir: Path, vintage: Vintage) -> bytes:
    """The ingested file as it came, checked against its hash.

    Raises
    ------
    IntegrityError
        It is missing or was changed.
    """
    path = vintages_dir(data_dir) / vintage.name / f"original{vintage.suffix}"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise IntegrityError(f"{path}: cannot be read ({error.strerror}). Restore it from a copy") from error
    if sha256_bytes(content) != vintage.sha256:
        raise IntegrityError(f"{path}: content does not match the hash in {RECEIPT}. Restore it from a copy")
    return content


def add_vintage(data_dir: Path, vintage: Vintage, content: bytes) -> bool:
    """Store a file; False when it is in the store already. The caller holds the data lock.

    Raises
    ------
    InputError
        Another whole list of the same source was observed on the same day.
    """
    root = vintages_dir(data_dir)
    _sweep(root)
    for known in list_vintages(data_dir):
        if known.name == vintage.name:
            return False
        if vintage.complete and (known.complete, known.source, known.observed_on) == (
            True,
            vintage.source,
            vintage.observed_on,
        ):
            raise InputError(
                f"another list of {vintage.source} was observed on that day ({known.name})",
                column="--observed-on",
                value=vintage.observed_on,
                remedy="Give the day on which this one was observed",
            )
    incoming = root / f"{HIDDEN}{secrets.token_hex(4)}"
    write_atomic(incoming / f"original{vintage.suffix}", content)
    write_json(incoming / RECEIPT, asdict(vintage))
    incoming.rename(root / vintage.name)
    sync_folder(root)
    return True


def _receipt(folder: Path) -> Vintage:
    path = folder / RECEIPT
    try:
        vintage = Vintage(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise IntegrityError(f"{path}: is not the receipt of a vintage ({error}). Restore it from a copy") from error
    if vintage.name != folder.name:
        raise IntegrityError(f"{path}: belongs to {vintage.name}. Restore it from a copy")
    return vintage


def _sweep(root: Path) -> None:
    """Remove what a killed run left half written."""
    for left in root.glob(f"{HIDDEN}*"):
        shutil.rmtree(left)
