"""What the raw store consists of, and its identity: one hash over the names and hashes of its files."""

import json
from pathlib import Path
from typing import Any

from costfloor.data.unchanged import check_unchanged
from costfloor.data.vintages import VINTAGES_FOLDER, list_vintages, original_path
from costfloor.errors import InputError
from costfloor.inputs import read_file
from costfloor.storage import sha256_bytes

RAW_FOLDER = "raw"
DATAPACKAGE = "datapackage.json"
BY_HAND = ("decisions.csv", "host_decisions.csv", "mapping.csv", "withdrawals.csv")
"""Files of `costfloor.data.decisions`, `host_decisions` and `withdrawals`: they may change, and their content is part of the vintage."""


def raw_vintage(data_dir: Path) -> str:
    """Identity of the whole raw store: a SHA-256 over the names and hashes of its files, as 64 hexadecimal digits.

    The files are those of the data package, the ingested vintages with their receipts, and what people decided. Each is first checked to be
    what its record says, as `costfloor.data.unchanged.check_unchanged` does it.

    Raises
    ------
    InputError, IntegrityError
        A file is missing or was changed; the message names it.
    """
    check_unchanged(hashed_files(data_dir), data_dir)
    hashes = dict(recorded_hashes(data_dir))
    hashes |= {f"{VINTAGES_FOLDER}/{vintage.name}": vintage.receipt_sha256 for vintage in list_vintages(data_dir)}
    by_hand = [data_dir / RAW_FOLDER / name for name in BY_HAND]
    hashes |= {path.name: sha256_bytes(read_file(path)) for path in by_hand if path.exists()}
    return sha256_bytes("".join(f"{name} {digest}\n" for name, digest in sorted(hashes.items())).encode())


def hashed_files(data_dir: Path) -> dict[Path, str]:
    """Every file of the raw store that may never change, with the SHA-256 on record."""
    folder = data_dir / RAW_FOLDER
    tables = {folder / name: digest for name, digest in recorded_hashes(data_dir).items()}
    return tables | {original_path(data_dir, vintage): vintage.sha256 for vintage in list_vintages(data_dir)}


def recorded_hashes(data_dir: Path) -> dict[str, str]:
    """SHA-256 of each raw file by file name, as `datapackage.json` records them."""
    path = data_dir / RAW_FOLDER / DATAPACKAGE
    try:
        package: dict[str, Any] = json.loads(read_raw(path))
        return {resource["path"]: resource["hash"].removeprefix("sha256:") for resource in package["resources"]}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError("is not a data package with a path and a hash per resource", file=path) from error


def read_raw(path: Path) -> bytes:
    """Content of a file of the raw store."""
    return read_file(path, content="table", missing="Name the data folder with --data")
