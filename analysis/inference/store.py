"""Fits on disk: draws in netCDF beside a receipt in JSON, named by their fingerprint and never changed.

The receipt is written last, so a fit without one does not exist; a killed run leaves at most a file that the next run overwrites.
"""

import json
from pathlib import Path
from typing import Any, Final

import xarray as xr

from analysis.errors import IntegrityError
from analysis.storage import plain, sha256_bytes, sha256_file, write_atomic, write_json

ENGINE: Final = "h5netcdf"


def fingerprint(request: dict[str, Any]) -> str:
    """Hash of everything that determines a fit."""
    return sha256_bytes(json.dumps(request, sort_keys=True, allow_nan=False).encode())


def load(directory: Path, name: str) -> tuple[dict[str, Any], xr.DataTree] | None:
    """Return receipt and draws of a stored result, or None when there is none.

    Raises
    ------
    IntegrityError
        The draws are not those the receipt was written for.
    """
    receipt_path, draws_path = directory / f"{name}.json", directory / f"{name}.nc"
    if not receipt_path.exists():
        return None
    receipt = json.loads(receipt_path.read_text("utf-8"))
    if not draws_path.exists() or sha256_file(draws_path) != receipt["draws_sha256"]:
        raise IntegrityError(
            f"{draws_path} does not match its receipt {receipt_path.name}; delete both to run the fit again"
        )
    with xr.open_datatree(draws_path, engine=ENGINE) as tree:
        return receipt, tree.load()


def save(directory: Path, name: str, receipt: dict[str, Any], draws: xr.DataTree) -> dict[str, Any]:
    """Write draws, then the receipt; return the receipt with the hash of the draws in it.

    Numbers that are not finite, such as the diagnostics of a quantity that never moved, become None.
    """
    directory.mkdir(parents=True, exist_ok=True)
    content = _netcdf_bytes(draws)
    write_atomic(directory / f"{name}.nc", content)
    complete: dict[str, Any] = plain({**receipt, "draws_sha256": sha256_bytes(content)})
    write_json(directory / f"{name}.json", complete)
    return complete


def _netcdf_bytes(tree: xr.DataTree) -> bytes:
    encoding = {
        group.path: {str(name): {"zlib": True, "complevel": 4} for name in group.data_vars}
        for group in tree.subtree
        if group.data_vars
    }
    return bytes(tree.to_netcdf(engine=ENGINE, encoding=encoding))
