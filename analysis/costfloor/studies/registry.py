"""The heavy studies behind the report, by name: run one, or read what was stored. `costfloor calibrate`."""

from collections.abc import Mapping
from typing import Any, Final

from costfloor.build import BuiltPanel
from costfloor.laws.panel import panel_observations
from costfloor.places import Places
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


def run_study(name: str, context: Context) -> dict[str, Any]:
    """Run one study, write it to the folder of reports, and return its result as plain data."""
    study = STUDIES[name]
    # Before it runs: it computes with the code and the data of now, whatever becomes of them within the hour.
    request = _portable(study.request(context.built, context.settings), context.built)
    result = study.run(context)
    write_study(context.places.studies, name, request, result)
    return result


def stored_studies(built: BuiltPanel, seed: int) -> dict[str, Stored]:
    """The studies that were run, each with what has changed since; `seed` as they would run with it today."""
    requests = {name: study.request(built, study_settings(seed)) for name, study in STUDIES.items()}
    folder = built.store.places.studies
    found = {name: read_study(folder, name, request) for name, request in _portable(requests, built).items()}
    return {name: one for name, one in found.items() if one is not None}


def recorded_studies(places: Places) -> dict[str, Stored]:
    """The studies that were run, compared with nothing: for a reader who has built no panel."""
    found = {name: read_study(places.studies, name, None) for name in STUDIES}
    return {name: one for name, one in found.items() if one is not None}


def _portable(request: dict[str, Any], built: BuiltPanel) -> dict[str, Any]:
    """A request with the hash of what the panel is made from in place of the panel's own."""
    own, source = panel_observations(built).data_hash, panel_source(built.law_rows, built.store)
    portable: dict[str, Any] = replaced(request, own, source)
    return portable
