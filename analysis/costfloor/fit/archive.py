"""Fits on disk: draws in netCDF beside a receipt in JSON, named by law and fingerprint and never changed.

The receipt is written last, so a fit without one does not exist; a killed run leaves at most a file that the next run overwrites. Both
files say which fit they belong to, and the receipt holds the hash of the draws and its own: what is read is what was written, and under the
same name.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import xarray as xr

from costfloor.errors import IntegrityError
from costfloor.storage import plain, sha256_bytes, sha256_file, write_atomic, write_json

ENGINE: Final = "h5netcdf"

IDENTITY: Final = ("law", "fingerprint")
"""What receipt and draws both say of the fit they belong to."""

_OWN_HASH: Final = "receipt_sha256"


def fingerprint(request: dict[str, Any]) -> str:
    """Hash of everything that determines a fit."""
    return sha256_bytes(json.dumps(request, sort_keys=True, allow_nan=False).encode())


def fit_name(law: str, fingerprint: str) -> str:
    """Name of a fit's files, without their suffixes."""
    return f"{law}-{fingerprint[:16]}"


def load(directory: Path, law: str, fingerprint: str) -> tuple[dict[str, Any], xr.DataTree] | None:
    """Return receipt and draws of the fit of a law with this fingerprint, or None when it is not stored.

    Raises
    ------
    IntegrityError
        A file is not what was written, or belongs to another fit.
    """
    found = read_named(directory, fit_name(law, fingerprint))
    if found is not None and (found[0]["law"], found[0]["fingerprint"]) != (law, fingerprint):
        path = directory / f"{fit_name(law, fingerprint)}.json"
        said = fit_name(found[0]["law"], found[0]["fingerprint"])
        raise _broken(path, f"is the receipt of another fit, {said}")
    return found


def read_named(directory: Path, name: str) -> tuple[dict[str, Any], xr.DataTree] | None:
    """Return receipt and draws of whatever fit is stored under a name, or None; raises as `load`."""
    receipt_path, draws_path = directory / f"{name}.json", directory / f"{name}.nc"
    if not receipt_path.exists():
        return None
    receipt = _receipt(receipt_path)
    if not draws_path.is_file() or sha256_file(draws_path) != receipt["draws_sha256"]:
        raise _broken(draws_path, f"does not match its receipt {receipt_path.name}")
    with xr.open_datatree(draws_path, engine=ENGINE) as tree:
        if any(tree.attrs.get(key) != receipt[key] for key in IDENTITY):
            raise _broken(draws_path, f"has the draws of another fit than its receipt {receipt_path.name}")
        return receipt, tree.load()


def receipts(directory: Path) -> tuple[list[dict[str, Any]], list[Path]]:
    """The receipts in a folder, sorted by name, of fits whose receipt is whole and named after it; and the files that are none."""
    whole: list[dict[str, Any]] = []
    other: list[Path] = []
    for path in sorted(directory.glob("*.json")):
        try:
            receipt = _receipt(path)
        except IntegrityError:
            other.append(path)
            continue
        if path.stem == fit_name(receipt["law"], receipt["fingerprint"]):
            whole.append(receipt)
        else:
            other.append(path)
    return whole, other


def save(directory: Path, receipt: dict[str, Any], draws: xr.DataTree) -> tuple[dict[str, Any], xr.DataTree]:
    """Store a fit under its law and fingerprint, and return it as it is stored: with its hashes in the receipt.

    A fit is never changed: of two processes that store the same one, the first is kept and both return that.

    Numbers that are not finite, such as the diagnostics of a quantity that never moved, become None.
    """
    law, known = receipt["law"], receipt["fingerprint"]
    directory.mkdir(parents=True, exist_ok=True)
    with _alone(directory):
        stored = load(directory, law, known)
        return stored or (write(directory, fit_name(law, known), receipt, draws), draws)


def write(directory: Path, name: str, receipt: dict[str, Any], draws: xr.DataTree) -> dict[str, Any]:
    """Write draws, then the receipt, in place of any that have this name; return the receipt with both hashes in it."""
    named = draws.copy()
    named.attrs = {key: receipt[key] for key in IDENTITY}
    content = _netcdf_bytes(named)
    write_atomic(directory / f"{name}.nc", content)
    complete: dict[str, Any] = plain({**receipt, "draws_sha256": sha256_bytes(content)})
    complete[_OWN_HASH] = _own_hash(complete)
    write_json(directory / f"{name}.json", complete)
    return complete


def _receipt(path: Path) -> dict[str, Any]:
    """A receipt that is whole and unchanged."""
    try:
        # Of a pipe or a device there is no end.
        receipt = json.loads(path.read_text("utf-8")) if path.is_file() else None
    # The last is of brackets that are nested too deep.
    except (OSError, ValueError, RecursionError) as error:
        raise _broken(path, "is no receipt of a fit") from error
    names = (*IDENTITY, "draws_sha256", _OWN_HASH)
    if not isinstance(receipt, dict) or not all(isinstance(receipt.get(name), str) for name in names):
        raise _broken(path, "is no receipt of a fit, or one of an earlier version")
    if receipt[_OWN_HASH] != _own_hash(receipt):
        raise _broken(path, "is not as it was written")
    return receipt


def _own_hash(receipt: dict[str, Any]) -> str:
    rest = {name: value for name, value in receipt.items() if name != _OWN_HASH}
    return sha256_bytes(json.dumps(rest, sort_keys=True).encode())


def _broken(path: Path, what: str) -> IntegrityError:
    other = path.with_suffix(".nc" if path.suffix == ".json" else ".json").name
    return IntegrityError(f"{path} {what}; delete both it and {other} to run the fit again")


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """One process at a time, for the moment that two small files take; a lock on the folder itself leaves no file behind."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Without locks on this file system two writers may leave the files of both, which a reader refuses.
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _netcdf_bytes(tree: xr.DataTree) -> bytes:
    encoding = {
        group.path: {str(name): {"zlib": True, "complevel": 4} for name in group.data_vars}
        for group in tree.subtree
        if group.data_vars
    }
    return bytes(tree.to_netcdf(engine=ENGINE, encoding=encoding))
