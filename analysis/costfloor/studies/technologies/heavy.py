"""Technologies of known fate among the heavy studies."""

from typing import Any, Final

from costfloor.build import BuiltPanel
from costfloor.sampling.policy import Sampling
from costfloor.studies.context import Context, HeavyStudy
from costfloor.studies.technologies.series import load_costs
from costfloor.studies.technologies.study import SETTINGS, TechnologyStudy, study_request, technology_study


def _request(built: BuiltPanel, _: Sampling) -> dict[str, Any]:
    return study_request(load_costs(built.store), SETTINGS)


def _run(context: Context) -> TechnologyStudy:
    return technology_study(context.built.store, context.progress)


STUDY: Final = HeavyStudy(TechnologyStudy, _request, _run)
