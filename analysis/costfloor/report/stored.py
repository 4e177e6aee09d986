"""A study on disk, for notebooks and for whoever wants the results without running anything.

A folder holds the panel, the fits with their receipts, the comparison and the checks; `manifest.json`, written last, holds the hash of
every other file. Fits can be thinned to a size that a repository carries; their receipts then say so.
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from costfloor.built import BuildReport
from costfloor.checks.result import CheckResult, to_json
from costfloor.errors import IntegrityError, MissingResultError
from costfloor.fit import archive
from costfloor.fit.result import Fit
from costfloor.forecast.compare import Comparison
from costfloor.frames import parquet_bytes
from costfloor.keys import fingerprint
from costfloor.laws import LAWS
from costfloor.laws.few_families import fitted_law
from costfloor.laws.observations import PriceObservations
from costfloor.laws.panel import market_observations
from costfloor.panel import law_rows
from costfloor.places import RESULTS, nearest_places, results_folder
from costfloor.records import parsed, typed
from costfloor.report.results import Results
from costfloor.report.study import Study
from costfloor.storage import sha256_file, write_atomic, write_json
from costfloor.studies.last_forecast.result import LastForecast

PANEL, RESULTS_FILE, MANIFEST = "panel.parquet", "results.json", "manifest.json"

TEXT = ("law", "passed")
"""Columns of a check's table that hold no numbers."""

OF_THE_FULL_FIT = ("attempts", "diagnostics", "parameters", "seconds", "warnings")
"""Entries of a receipt that a thinned copy takes over from the fit it was thinned from."""


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
    write_atomic(folder / PANEL, parquet_bytes(study.panel))
    for name, fit in study.fits.items():
        kept = fit if draws_per_chain is None else _thinned(fit, draws_per_chain)
        groups = {"posterior": kept.posterior, "reported": kept.reported, "sample_stats": kept.sample_stats}
        tree = xr.DataTree.from_dict({name: group for name, group in groups.items() if group.data_vars})
        archive.write(folder, name, kept.receipt, tree)
    write_json(
        folder / RESULTS_FILE,
        {
            "build": {**asdict(study.build), "path": PANEL},
            "checks": [to_json(check) for check in study.checks],
            "comparison": study.comparison.to_json(),
            "last_forecast": None if study.last_forecast is None else asdict(study.last_forecast),
            "laws": list(study.fits),
            "price_unit": study.obs.price_unit,
        },
    )
    files = [PANEL, RESULTS_FILE, *(f"{name}{suffix}" for name in study.fits for suffix in (".json", ".nc"))]
    write_json(folder / MANIFEST, {name: sha256_file(folder / name) for name in files})


def open_results(folder: Path | str | None = None) -> Results:
    """Read stored results, without sampling, and check that their parts are unchanged and belong together.

    Parameters
    ----------
    folder
        Where they lie; default: `data/processed/results` (a full run) or `notebooks/stored` (the thinned copy that comes with the
        project), whichever the current folder, or the nearest one above it, has.

    Returns
    -------
    Results
        Panel, fits, comparison and checks; studies, indexes and the rest of the report when they are asked for.

    Raises
    ------
    MissingResultError
        There are none.
    IntegrityError
        A file is not the one that was written, or a fit was made to other prices than the panel's.

    Examples
    --------
    >>> import costfloor as cf
    >>> results = cf.open_results()
    >>> results.fits["plateau"].passed
    True
    >>> list(results.to_frame()["law"])
    ['exponential', 'random_walk', 'plateau', 'baumol', 'discovery', 'encompassing']
    """
    place = Path(folder) if folder is not None else results_folder(MANIFEST)
    if place is None or not (place / MANIFEST).exists():
        where = str(folder) if folder is not None else f"{' or '.join(RESULTS)} of {Path.cwd()} or a folder above it"
        raise MissingResultError(f"no results are stored in {where}. Run `costfloor report`, or name their folder")
    _require_unchanged(place)
    results = _read_json(place / RESULTS_FILE)
    panel = pd.read_parquet(place / PANEL)
    try:
        obs = market_observations(law_rows(panel), panel, results["price_unit"])
    except KeyError as error:
        raise IntegrityError(
            f"{place / PANEL} is of another version: it has no {error}. Run bin/store-results again"
        ) from error
    fits = {name: _open_fit(place, name, obs) for name in results["laws"]}
    try:
        comparison, build = Comparison.from_json(results["comparison"]), BuildReport(**results["build"])
        scored = results.get("last_forecast")
        forecast = None if scored is None else typed(LastForecast, scored)
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError(f"{place / RESULTS_FILE} is of another version. Run bin/store-results again") from error
    return Results(
        panel=panel,
        obs=obs,
        fits=fits,
        comparison=comparison,
        checks=tuple(_check(record) for record in results["checks"]),
        build=build,
        last_forecast=forecast,
        places=nearest_places(),
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
    return Fit(fit.law, receipt, posterior, reported, obs=fit.obs)


def _open_fit(folder: Path, name: str, obs: PriceObservations) -> Fit:
    stored = archive.read_named(folder, name)
    if stored is None:
        raise IntegrityError(f"{folder / name}.json is missing. Run bin/store-results again")
    receipt, tree = stored
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
    stats = tree["sample_stats"].to_dataset() if "sample_stats" in tree.children else xr.Dataset()
    return Fit(fitted_law(LAWS[name], obs), receipt, posterior, reported, stats, obs)


def _require_unchanged(folder: Path) -> None:
    manifest = _read_json(folder / MANIFEST)
    # Files of this folder only, whatever the manifest names.
    known = {PANEL, RESULTS_FILE, *(f"{law}{suffix}" for law in LAWS for suffix in (".json", ".nc"))}
    if not {PANEL, RESULTS_FILE} <= set(manifest) <= known:
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


def _check(record: Mapping[str, Any]) -> CheckResult:
    """A check with its table as a data frame; what was undefined is NaN."""
    table = pd.DataFrame(record["table"])
    table = table.astype({name: float for name in table if name not in TEXT} | {"passed": object})
    return CheckResult(record["name"], record["passed"], record["summary"], table)
