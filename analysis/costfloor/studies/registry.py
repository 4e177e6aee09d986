"""The heavy studies behind the report, by name: run one, or read what was stored. `costfloor calibrate`."""

from pathlib import Path
from typing import Any, Final

from costfloor.fit.project import PRICE_UNIT
from costfloor.laws.observations import observations
from costfloor.panel import law_rows, load_panel
from costfloor.studies.catalogue import STUDIES
from costfloor.studies.context import Context, Result, study_settings
from costfloor.studies.panel_source import panel_source, replaced
from costfloor.studies.stored import Stored, read_study, write_study

FOLDER: Final = "calibration"
"""Below the folder of reports, in git: a fresh clone shows them without hours of computing."""


def run_study(name: str, context: Context, reports_dir: Path) -> Result:
    """Run one study, write it to the folder of reports, and return what it found."""
    study = STUDIES[name].load()
    # Before it runs: it computes with the code and the data of now, whatever becomes of them within the hour.
    request = _portable(study.request(context.data_dir, context.settings), context.data_dir)
    result: Result = study.run(context)
    write_study(reports_dir / FOLDER, name, request, result)
    return result


def stored_studies(data_dir: Path, reports_dir: Path, seed: int) -> dict[str, Stored[Any]]:
    """The studies that were run, each with what has changed since; `seed` as they would run with it today."""
    requests = {name: entry.load().request(data_dir, study_settings(seed)) for name, entry in STUDIES.items()}
    return _read(reports_dir, _portable(requests, data_dir))


def recorded_studies(reports_dir: Path) -> dict[str, Stored[Any]]:
    """The studies that were run, compared with nothing: for a reader who has built no panel."""
    return _read(reports_dir, dict.fromkeys(STUDIES))


def _read(reports_dir: Path, requests: dict[str, Any]) -> dict[str, Stored[Any]]:
    studies = {
        name: read_study(reports_dir / FOLDER, name, STUDIES[name].load().result, request)
        for name, request in requests.items()
    }
    return {name: stored for name, stored in studies.items() if stored is not None}


def _portable(request: dict[str, Any], data_dir: Path) -> dict[str, Any]:
    """A request with the hash of what the panel is made from in place of the panel's own."""
    rows = law_rows(load_panel(data_dir))
    own = observations(rows, price_unit=PRICE_UNIT).data_hash
    portable: dict[str, Any] = replaced(request, own, panel_source(rows, data_dir))
    return portable
