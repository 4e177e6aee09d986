"""Fits on disk: draws in netCDF beside a receipt in JSON, named by law and fingerprint and never changed.

The receipt is written last, so a fit without one does not exist; a killed run leaves at most a file that the next run overwrites. Both
files say which fit they belong to, and the receipt holds the hash of the draws beside its own: what is read is what was written, and under
the same name.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import xarray as xr

from costfloor.fit.receipts import IDENTITY, broken, fit_name, read_receipt
from costfloor.records import write_record
from costfloor.storage import plain, sha256_bytes, sha256_file, write_atomic

ENGINE: Final = "h5netcdf"

type Stored = tuple[dict[str, Any], xr.DataTree]
"""Receipt and draws."""


def load_or_make(directory: Path, law: str, fingerprints: Sequence[str], make: Callable[[], Stored]) -> Stored:
    """Return the stored fit as `load` finds it, else one that is made now and stored."""
    return load(directory, law, fingerprints) or save(directory, *make())


def load(directory: Path, law: str, fingerprints: Sequence[str]) -> Stored | None:
    """Return receipt and draws of the fit of a law with the first of these fingerprints that is stored, or None.

    Raises
    ------
    IntegrityError
        A file is not what was written, or belongs to another fit.
    """
    for fingerprint in fingerprints:
        name = fit_name(law, fingerprint)
        stored = read_named(directory, name)
        if stored is None:
            continue
        receipt, _ = stored
        if (receipt["law"], receipt["fingerprint"]) != (law, fingerprint):
            stated = fit_name(receipt["law"], receipt["fingerprint"])
            raise broken(directory / f"{name}.json", f"is the receipt of another fit, {stated}")
        return stored
    return None


def read_named(directory: Path, name: str) -> Stored | None:
    """Return receipt and draws of whatever fit is stored under a name, or None; raises as `load`."""
    receipt_path, draws_path = directory / f"{name}.json", directory / f"{name}.nc"
    receipt = read_receipt(receipt_path)
    if receipt is None:
        return None
    if not draws_path.is_file() or sha256_file(draws_path) != receipt["draws_sha256"]:
        raise broken(draws_path, f"does not match its receipt {receipt_path.name}")
    with xr.open_datatree(draws_path, engine=ENGINE) as tree:
        if any(tree.attrs.get(key) != receipt[key] for key in IDENTITY):
            raise broken(draws_path, f"has the draws of another fit than its receipt {receipt_path.name}")
        return receipt, tree.load()


def save(directory: Path, receipt: dict[str, Any], draws: xr.DataTree) -> Stored:
    """Store a fit under its law and fingerprint, and return it as it is stored: with the hash of its draws in the receipt.

    A fit is never changed: of two processes that store the same one, the first is kept and both return that.

    Numbers that are not finite, such as the diagnostics of a quantity that never moved, become None.
    """
    law, known = receipt["law"], receipt["fingerprint"]
    directory.mkdir(parents=True, exist_ok=True)
    with _alone(directory):
        stored = load(directory, law, [known])
        return stored or (write(directory, fit_name(law, known), receipt, draws), draws)


def write(directory: Path, name: str, receipt: dict[str, Any], draws: xr.DataTree) -> dict[str, Any]:
    """Write draws, then the receipt, in place of any that have this name; return the receipt with the hash of its draws in it."""
    named = draws.copy()
    named.attrs = {key: receipt[key] for key in IDENTITY}
    content = _netcdf_bytes(named)
    write_atomic(directory / f"{name}.nc", content)
    complete: dict[str, Any] = plain({**receipt, "draws_sha256": sha256_bytes(content)})
    write_record(directory / f"{name}.json", complete)
    return complete


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
