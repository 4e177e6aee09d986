"""The heavy studies behind the report, by name: run one, or read what was stored. `costfloor calibrate`."""

from typing import Any

from costfloor.build import BuiltPanel
from costfloor.laws.panel import panel_observations
from costfloor.places import Places
from costfloor.studies.catalogue import STUDIES
from costfloor.studies.context import Context, Result, study_settings
from costfloor.studies.panel_source import panel_source, replaced
from costfloor.studies.stored import Stored, read_study, write_study


def run_study(name: str, context: Context) -> Result:
    """Run one study, write it to the folder of reports, and return what it found."""
    study = STUDIES[name].load()
    # Before it runs: it computes with the code and the data of now, whatever becomes of them within the hour.
    request = _portable(study.request(context.built, context.settings), context.built)
    result: Result = study.run(context)
    write_study(context.places.studies, name, request, result)
    return result


def stored_studies(built: BuiltPanel, seed: int) -> dict[str, Stored[Any]]:
    """The studies that were run, each with what has changed since; `seed` as they would run with it today."""
    requests = {name: entry.load().request(built, study_settings(seed)) for name, entry in STUDIES.items()}
    return _read(built.store.places, _portable(requests, built))


def recorded_studies(places: Places) -> dict[str, Stored[Any]]:
    """The studies that were run, compared with nothing: for a reader who has built no panel."""
    return _read(places, dict.fromkeys(STUDIES))


def _read(places: Places, requests: dict[str, Any]) -> dict[str, Stored[Any]]:
    studies = {
        name: read_study(places.studies, name, STUDIES[name].load().result, request)
        for name, request in requests.items()
    }
    return {name: stored for name, stored in studies.items() if stored is not None}


def _portable(request: dict[str, Any], built: BuiltPanel) -> dict[str, Any]:
    """A request with the hash of what the panel is made from in place of the panel's own."""
    own, source = panel_observations(built).data_hash, panel_source(built.law_rows, built.store)
    portable: dict[str, Any] = replaced(request, own, source)
    return portable
