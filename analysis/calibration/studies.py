"""The heavy studies behind the report, by name: run one, or read what was stored. `costfloor calibrate`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from analysis.calibration import (
    channels,
    domains,
    evidence,
    forecasts,
    heldout,
    hindcast,
    influence,
    measures,
    operating,
    reference_class,
    sbc,
    sbc_fresh,
    technologies_of_fate,
)
from analysis.calibration.context import Context, HeavyStudy, study_settings
from analysis.calibration.panel_source import panel_source, replaced
from analysis.calibration.stored import Stored, read_study, write_study
from analysis.inference.project import PRICE_UNIT
from analysis.laws.observations import observations
from analysis.panel import law_rows, load_panel

FOLDER: Final = "calibration"
"""Below the folder of reports, in git: a fresh clone shows them without hours of computing."""

STUDIES: Final[Mapping[str, HeavyStudy]] = {
    "domains": domains.STUDY,
    "channels": channels.STUDY,
    "evidence": evidence.STUDY,
    "forecasts": forecasts.STUDY,
    "heldout": heldout.STUDY,
    "hindcast": hindcast.STUDY,
    "influence": influence.STUDY,
    "measures": measures.STUDY,
    "operating": operating.STUDY,
    "sbc": sbc.STUDY,
    "sbc_fresh": sbc_fresh.STUDY,
    "technologies": technologies_of_fate.STUDY,
    "reference_class": reference_class.STUDY,
}


def run_study(name: str, context: Context, reports_dir: Path) -> dict[str, Any]:
    """Run one study, write it to the folder of reports, and return its result as plain data."""
    study = STUDIES[name]
    # Before it runs: it computes with the code and the data of now, whatever becomes of them within the hour.
    request = _portable(study.request(context.data_dir, context.settings), context.data_dir)
    result = study.run(context)
    write_study(reports_dir / FOLDER, name, request, result)
    return result


def stored_studies(data_dir: Path, reports_dir: Path, seed: int) -> dict[str, Stored]:
    """The studies that were run, each with what has changed since; `seed` as they would run with it today."""
    requests = {name: study.request(data_dir, study_settings(seed)) for name, study in STUDIES.items()}
    found = {
        name: read_study(reports_dir / FOLDER, name, request) for name, request in _portable(requests, data_dir).items()
    }
    return {name: one for name, one in found.items() if one is not None}


def recorded_studies(reports_dir: Path) -> dict[str, Stored]:
    """The studies that were run, compared with nothing: for a reader who has built no panel."""
    found = {name: read_study(reports_dir / FOLDER, name, None) for name in STUDIES}
    return {name: one for name, one in found.items() if one is not None}


def _portable(request: dict[str, Any], data_dir: Path) -> dict[str, Any]:
    """A request with the hash of what the panel is made from in place of the panel's own."""
    rows = law_rows(load_panel(data_dir))
    own = observations(rows, price_unit=PRICE_UNIT).data_hash
    portable: dict[str, Any] = replaced(request, own, panel_source(rows, data_dir))
    return portable
