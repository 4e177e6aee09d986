"""The heavy studies behind the report, by name: run one, or read what was stored. `costfloor calibrate`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from costfloor.fit.project import PRICE_UNIT
from costfloor.laws.observations import observations
from costfloor.panel import law_rows, load_panel
from costfloor.studies.channels import study as channels
from costfloor.studies.context import Context, HeavyStudy, study_settings
from costfloor.studies.domains import study as domains
from costfloor.studies.evidence import study as evidence
from costfloor.studies.forecasts import study as forecasts
from costfloor.studies.heldout import study as heldout
from costfloor.studies.hindcast import study as hindcast
from costfloor.studies.influence import study as influence
from costfloor.studies.measures import study as measures
from costfloor.studies.operating import study as operating
from costfloor.studies.panel_source import panel_source, replaced
from costfloor.studies.reference_class import study as reference_class
from costfloor.studies.sbc import fresh as sbc_fresh
from costfloor.studies.sbc import study as sbc
from costfloor.studies.stored import Stored, read_study, write_study
from costfloor.studies.technologies import heavy as technologies_of_fate

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
