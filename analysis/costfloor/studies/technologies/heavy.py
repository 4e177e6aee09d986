"""Technologies of known fate among the heavy studies."""

from pathlib import Path
from typing import Any, Final

from costfloor.fit.request import FitSettings
from costfloor.studies.context import Context, HeavyStudy
from costfloor.studies.technologies.series import load_costs
from costfloor.studies.technologies.study import SETTINGS, TechnologyStudy, study_request, technology_study


def _request(data_dir: Path, _: FitSettings) -> dict[str, Any]:
    return study_request(load_costs(data_dir), SETTINGS)


def _run(context: Context) -> TechnologyStudy:
    return technology_study(context.data_dir, context.progress)


STUDY: Final = HeavyStudy(TechnologyStudy, _request, _run)
