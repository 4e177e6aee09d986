"""Whether the raw store is still what its hashes say, without reading it all every time.

The last build remembers size and times of each raw file whose content it had checked. A file that still has them is taken to be the same;
any other is hashed. The time of the last change of a file's entry cannot be set by hand, as that of its content can.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from costfloor.errors import ChangedRawError, InputError
from costfloor.storage import sha256_file, write_json

MEMORY = "raw_checked.json"


type Looks = dict[str, list[object]]
"""Size, times and hash of each raw file, by its path below the data folder."""


def check_unchanged(files: Mapping[Path, str], folder: Path, *, everything: bool = False) -> Looks:
    """Compare raw files with the hashes on record.

    Parameters
    ----------
    files
        SHA-256 by file.
    folder
        The data folder; what the last build remembers lies in its `processed`.
    everything
        Hash every file, whatever is remembered.

    Returns
    -------
    dict
        How the files looked before they were read, to `remember`.

    Raises
    ------
    InputError
        A file cannot be read.
    ChangedRawError
        The content of a file is another.
    """
    known: Looks = {} if everything else _remembered(folder)
    looks: Looks = {}
    for path, digest in files.items():
        name = str(path.relative_to(folder))
        try:
            stat = path.stat()
            looks[name] = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, digest]
            if known.get(name) != looks[name] and sha256_file(path) != digest:
                raise ChangedRawError(
                    f"{path}: was changed since it came in: its content does not match the hash on record. Restore it from a copy; "
                    "new prices come in with 'costfloor ingest'"
                )
        except OSError as error:
            raise InputError(
                f"cannot be read ({error.strerror})", file=path, remedy="Restore it from a copy"
            ) from error
    return looks


def remember(looks: Looks, folder: Path) -> None:
    """Write down how files looked that were checked. The caller holds the data lock."""
    if looks != _remembered(folder):
        write_json(folder / "processed" / MEMORY, looks)


def _remembered(folder: Path) -> Looks:
    """What was written down, nothing when that cannot be read: then all is hashed."""
    try:
        remembered = json.loads((folder / "processed" / MEMORY).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return remembered if isinstance(remembered, dict) else {}
