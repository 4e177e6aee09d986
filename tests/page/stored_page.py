"""Results of a made-up study as the page takes them, with a model whose name tries to be a script."""

from dataclasses import replace
from functools import cache
from typing import Any, cast

from costfloor.fit.quantities import contract_parameters
from costfloor.fit.result import Fit
from costfloor.page.services import Services, services
from costfloor.report.results import Results
from costfloor.sampling.policy import Sampling
from fake_study import made_up

SCRIPT = "</script><img src=x onerror=document.title='run'>"


@cache
def made_up_results() -> Results:
    """Made once in a process: no test may change what is in it."""
    study = made_up()
    panel = study.panel.assign(model=study.panel["model"].where(study.panel.index > 0, f'{SCRIPT}, "quoted"'))
    fits = {name: _summed_up(fit, study.obs) for name, fit in study.fits.items()}
    return cast("Results", replace(study, panel=panel, fits=fits))


@cache
def made_up_services() -> Services:
    """Every service that comes with the package along made-up prices."""
    return services(made_up_results(), Sampling.seed)


def _summed_up(fit: Fit, obs: Any) -> Fit:
    parameters = contract_parameters(fit.reported)
    return replace(fit, receipt={**fit.receipt, "parameters": parameters}, obs=obs)
