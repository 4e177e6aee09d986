"""The heavy studies by name: what each rests on, how it stands, and what it found. `costfloor calibrate`."""

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from costfloor.built import BuildReport
from costfloor.data.store import Store
from costfloor.keys import Key, result_key
from costfloor.places import Places
from costfloor.sampling.policy import Sampling
from costfloor.studies.catalogue import PANEL, RAW, STUDIES
from costfloor.studies.context import Context, Result, study_settings
from costfloor.studies.stored import Standing, Stored, read_study, standing, write_study

if TYPE_CHECKING:
    from costfloor.build import BuiltPanel


def study_keys(store: Store, report: BuildReport, settings: Sampling) -> dict[str, Key]:
    """What every study rests on today, by name; `report` is the record of the built panel."""
    return {name: study_key(name, store, report, settings) for name in STUDIES}


def study_key(name: str, store: Store, report: BuildReport, settings: Sampling) -> Key:
    """What one study rests on today; arguments as of `study_keys`."""
    tables = {table.removesuffix(".csv"): digest for table, digest in store.hashes.items()}
    inputs = {**tables, PANEL: report.source, RAW: store.raw_vintage}
    return result_key(
        name,
        f"costfloor.studies.{name}.study",
        data={part: inputs[part] for part in STUDIES[name].inputs},
        settings=asdict(settings),
    )


def run_study(name: str, context: Context) -> Result:
    """Run one study, write it to the folder of reports, and return what it found."""
    # Before it runs: it computes with the code and the data of now, whatever becomes of them within the hour.
    key = study_key(name, context.built.store, context.built.report, context.settings)
    started = time.perf_counter()
    result: Result = STUDIES[name].load().run(context)
    write_study(context.places.studies, key, time.perf_counter() - started, result)
    return result


def standings(store: Store, report: BuildReport, seed: int) -> dict[str, Standing]:
    """How the studies that were run stand today, by name; `seed` as they would run with it."""
    keys = study_keys(store, report, study_settings(seed))
    known = {name: standing(store.places.studies, name, key) for name, key in keys.items()}
    return {name: stands for name, stands in known.items() if stands is not None}


def stored_studies(built: "BuiltPanel", seed: int) -> dict[str, Stored[Any]]:
    """The studies that were run, each with what has changed since; `seed` as they would run with it today."""
    return _read(built.store.places, study_keys(built.store, built.report, study_settings(seed)))


def stored_study(name: str, built: "BuiltPanel", seed: int) -> Stored[Any] | None:
    """One of `stored_studies`; None where it was not run."""
    key = study_key(name, built.store, built.report, study_settings(seed))
    return read_study(built.store.places.studies, name, STUDIES[name].load().result, key)


def recorded_studies(places: Places) -> dict[str, Stored[Any]]:
    """The studies that were run, compared with nothing: for a reader who has built no panel."""
    return _read(places, {})


def _read(places: Places, keys: dict[str, Key]) -> dict[str, Stored[Any]]:
    studies = {
        name: read_study(places.studies, name, entry.load().result, keys.get(name)) for name, entry in STUDIES.items()
    }
    return {name: stored for name, stored in studies.items() if stored is not None}
