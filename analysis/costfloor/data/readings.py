"""Reading ingested files back: what was extracted when they came, or anew by the reader of their format, once for each state of the code.

What a reader made of a file is remembered in `processed/readings`: dozens of lists are read at every build. A memory that is missing,
damaged or of other code costs time and nothing else.
"""

import gzip
import zlib
from contextlib import suppress
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from costfloor.data.extracts import from_bytes, to_bytes
from costfloor.data.vintages import Vintage, read_stored
from costfloor.errors import InputError, IntegrityError
from costfloor.keys.remembered import remembered_hash
from costfloor.places import Places
from costfloor.sources.formats import FORMATS, Format, Reading
from costfloor.storage import sha256_bytes, write_atomic

RESTORE = "Restore it from a copy"


def read_vintage(places: Places, vintage: Vintage) -> Reading:
    """What an ingested file says.

    Raises
    ------
    IntegrityError
        The file is missing or was changed, or the receipt names a format that does not exist or that the file is not in.
    """
    form = FORMATS.get(vintage.format)
    if form is None or form.source != vintage.source:
        raise IntegrityError(
            f"{vintage.name}: its receipt names the format {vintage.format} of {vintage.source}, which does not exist. {RESTORE}"
        )
    content = read_stored(places.vintages, vintage)
    if vintage.is_extract:
        try:
            return from_bytes(content)
        except ValueError as error:
            raise IntegrityError(f"{vintage.name}: {vintage.stored} {error}. {RESTORE}") from error
    if sha256_bytes(content) != vintage.sha256:
        raise IntegrityError(f"{vintage.name}: {vintage.stored} is not the file that came in. {RESTORE}")
    reading = _remembered(_memory(places, vintage))
    if reading is None:
        reading = _read(form, content, f"{vintage.name}/{file_name(vintage.address)}")
        remember_reading(places, vintage, reading)
    return reading


def remember_reading(places: Places, vintage: Vintage, reading: Reading) -> None:
    """Keep what a reader made of a file, where it can be kept; an extract is quick to read by itself."""
    if vintage.is_extract:
        return
    kept = gzip.compress(to_bytes(reading), compresslevel=3, mtime=0)
    with suppress(OSError, InputError):  # of a folder that nobody may write to, or a full disk
        write_atomic(_memory(places, vintage), sha256_bytes(kept).encode() + kept)


def file_name(address: str) -> str:
    """The name of a file or of what lies at an address, without the suffix of its packing."""
    name = PurePosixPath(urlsplit(address).path).name if "://" in address else Path(address).name
    for packing in (".gz", ".zst"):
        name = name.removesuffix(packing)
    return name


def _memory(places: Places, vintage: Vintage) -> Path:
    code = remembered_hash("costfloor.sources.formats")[:16]
    return places.processed() / "readings" / f"{vintage.name}-{code}.json.gz"


def _read(form: Format, content: bytes, shown: str) -> Reading:
    try:
        return form.read(content, shown)
    except InputError as error:
        raise IntegrityError(f"{error}. The program no longer reads what it once took in") from error


def _remembered(memory: Path) -> Reading | None:
    try:
        stored = memory.read_bytes()
        digest, kept = stored[:64], stored[64:]
        if digest != sha256_bytes(kept).encode():
            return None
        return from_bytes(gzip.decompress(kept))
    except (OSError, EOFError, ValueError, zlib.error):
        return None
