"""A study on disk, for notebooks and for whoever wants the results without running anything.

A folder holds the panel, the fits with their receipts, the comparison and the checks; `manifest.json`, written last, holds the hash of
every other file. Fits can be thinned to a size that a repository carries; their receipts then say so.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from costfloor.checks.result import CheckResult, to_json
from costfloor.errors import IntegrityError, MissingResultError
from costfloor.fit import archive
from costfloor.fit.result import Fit
from costfloor.keys import fingerprint
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, observations
from costfloor.panel import law_rows
from costfloor.records import parsed
from costfloor.report.study import Study
from costfloor.storage import sha256_file, write_atomic, write_json

PROJECT = Path(__file__).resolve().parents[3]

FOLDERS = (PROJECT / "data" / "processed" / "results", PROJECT / "notebooks" / "stored")
"""Where `open_results` looks: what a full run left, then the thinned copy that comes with the project."""

PANEL, RESULTS, MANIFEST = "panel.parquet", "results.json", "manifest.json"

TEXT = ("law", "passed")
"""Columns of a check's table that hold no numbers."""

OF_THE_FULL_FIT = ("attempts", "diagnostics", "parameters", "seconds", "warnings")
"""Entries of a receipt that a thinned copy takes over from the fit it was thinned from."""


@dataclass(frozen=True)
class StoredResults:
    """Results of one data vintage, as read from a folder. The figures of the report that need no baselines draw them as they are.

    Attributes
    ----------
    panel
        The processed table `panel`.
    obs
        The observations that `fits` were made to, arranged anew from the panel.
    fits
        Fits by law name; `receipt["thinned_from"]` is there when not all draws are.
    comparison
        The JSON of `costfloor compare`.
    checks
        The JSON of `costfloor check`, one entry per check.
    build
        The JSON of `costfloor build`.
    """

    panel: pd.DataFrame = field(repr=False)
    obs: PriceObservations = field(repr=False)
    fits: dict[str, Fit]
    comparison: dict[str, Any]
    checks: list[dict[str, Any]] = field(repr=False)
    build: dict[str, Any]

    @property
    def check_results(self) -> tuple[CheckResult, ...]:
        """The checks with their tables as data frames; what was undefined is NaN."""
        return tuple(
            CheckResult(record["name"], record["passed"], record["summary"], _check_table(record["table"]))
            for record in self.checks
        )


def save_results(study: Study, folder: Path, draws_per_chain: int | None = None) -> None:
    """Write a study into a folder, replacing the one there.

    Parameters
    ----------
    study
        What to write; its quotes and baselines are left out, they follow from the data without sampling.
    folder
        Where to.
    draws_per_chain
        Keep this many draws per chain, evenly spread and in single precision; default: all, as they are.

    Raises
    ------
    InputError
        The folder cannot be written to.
    """
    panel = BytesIO()
    study.panel.to_parquet(panel, index=False)
    write_atomic(folder / PANEL, panel.getvalue())
    for name, fit in study.fits.items():
        kept = fit if draws_per_chain is None else _thinned(fit, draws_per_chain)
        tree = xr.DataTree.from_dict({"posterior": kept.posterior, "reported": kept.reported})
        archive.write(folder, name, kept.receipt, tree)
    write_json(
        folder / RESULTS,
        {
            "build": {**asdict(study.build), "path": PANEL},
            "checks": [to_json(check) for check in study.checks],
            "comparison": study.comparison.to_json(),
            "laws": list(study.fits),
            "price_unit": study.obs.price_unit,
        },
    )
    files = [PANEL, RESULTS, *(f"{name}{suffix}" for name in study.fits for suffix in (".json", ".nc"))]
    write_json(folder / MANIFEST, {name: sha256_file(folder / name) for name in files})


def open_results(folder: Path | None = None) -> StoredResults:
    """Read a stored study and check that its parts are unchanged and belong together.

    Parameters
    ----------
    folder
        Where `save_results` wrote to; default: the first of `FOLDERS` that holds results.

    Raises
    ------
    MissingResultError
        There is none.
    IntegrityError
        A file is not the one that was written, or a fit was made to other prices than the panel's.
    """
    found = next((place for place in ((folder,) if folder else FOLDERS) if (place / MANIFEST).exists()), None)
    if found is None:
        places = " or ".join(str(place) for place in ((folder,) if folder else FOLDERS))
        raise MissingResultError(f"no results are stored in {places}. Run bin/store-results first")
    _require_unchanged(found)
    results = _read_json(found / RESULTS)
    panel = pd.read_parquet(found / PANEL)
    obs = observations(law_rows(panel), price_unit=results["price_unit"])
    return StoredResults(
        panel=panel,
        obs=obs,
        fits={name: _open_fit(found, name, obs) for name in results["laws"]},
        comparison=results["comparison"],
        checks=results["checks"],
        build=results["build"],
    )


def _thinned(fit: Fit, draws_per_chain: int) -> Fit:
    chains, draws = fit.posterior.sizes["chain"], fit.posterior.sizes["draw"]
    chosen = np.linspace(0, draws - 1, min(draws_per_chain, draws)).round().astype(int)
    source = {"fingerprint": fit.receipt["fingerprint"], "chains": chains, "draws_per_chain": draws}
    copy = {
        "thinned_from": source,
        "kept": {"chains": chains, "draws_per_chain": len(chosen), "dtype": "float32"},
        "of_the_full_fit": list(OF_THE_FULL_FIT),
    }
    receipt = {**fit.receipt, **copy, "fingerprint": fingerprint(copy)}
    posterior, reported = (data.isel(draw=chosen).astype(np.float32) for data in (fit.posterior, fit.reported))
    return Fit(fit.law, receipt, posterior, reported)


def _open_fit(folder: Path, name: str, obs: PriceObservations) -> Fit:
    found = archive.read_named(folder, name)
    if found is None:
        raise IntegrityError(f"{folder / name}.json is missing. Run bin/store-results again")
    receipt, tree = found
    if receipt["law"] != name:
        raise IntegrityError(
            f"{folder / name}.json is the receipt of a fit of {receipt['law']}. Run bin/store-results again"
        )
    if receipt["data_hash"] != obs.data_hash:
        raise IntegrityError(
            f"the {name} fit in {folder} is to data {receipt['data_hash'][:12]}, not to the panel beside it "
            f"({obs.data_hash[:12]}). Run bin/store-results again"
        )
    posterior, reported = (tree[group].to_dataset().astype(float) for group in ("posterior", "reported"))
    return Fit(LAWS[name], receipt, posterior, reported)


def _require_unchanged(folder: Path) -> None:
    manifest = _read_json(folder / MANIFEST)
    # Files of this folder only, whatever the manifest names.
    known = {PANEL, RESULTS, *(f"{law}{suffix}" for law in LAWS for suffix in (".json", ".nc"))}
    if not {PANEL, RESULTS} <= set(manifest) <= known:
        raise IntegrityError(f"{folder / MANIFEST}: does not name the files of a study. Run bin/store-results again")
    for name, sha256 in manifest.items():
        path = folder / name
        if not path.exists() or sha256_file(path) != sha256:
            raise IntegrityError(f"{path} is not what {MANIFEST} says it is. Run bin/store-results again")


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return parsed(path.read_bytes())
    except ValueError as error:
        raise IntegrityError(f"{path}: is no JSON of this program ({error}). Run bin/store-results again") from error


def _check_table(records: list[Mapping[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(records)
    return table.astype({name: float for name in table if name not in TEXT} | {"passed": object})
