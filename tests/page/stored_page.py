"""Results of a made-up study as the page takes them, with a model whose name tries to be a script."""

from dataclasses import replace
from functools import cache
from typing import Any, cast

from costfloor.fit.quantities import contract_parameters
from costfloor.fit.result import Fit
from costfloor.forecast.ledger import Entry, RecordedAnswer
from costfloor.forecast.refit import recorded_answers
from costfloor.laws import LAWS
from costfloor.page.services import Services, services
from costfloor.report.results import Results
from costfloor.sampling.policy import Sampling
from fake_study import made_up, make_entry, make_evidence, make_questions

SCRIPT = "</script><img src=x onerror=document.title='run'>"


@cache
def made_up_results() -> Results:
    """Made once in a process: no test may change what is in it."""
    study = made_up()
    panel = study.panel.assign(model=study.panel["model"].where(study.panel.index > 0, f'{SCRIPT}, "quoted"'))
    fits = {name: _summed_up(fit, study.obs) for name, fit in study.fits.items()}
    return cast("Results", replace(study, panel=panel, fits=fits, history=made_up_ledger()))


def made_up_ledger() -> tuple[Entry, ...]:
    """A line of before answers were kept, and two that have them: plateau has a say in the first alone, and all agree in the second."""
    divided = make_questions(plateau=make_evidence(0.96, late=0.97), discovery=make_evidence(0.01))
    agreed = make_questions({"plateau": "its fit missed a gate"}, **dict.fromkeys(LAWS, make_evidence(0.99)))
    asked_since = recorded_answers(agreed) | {"4": RecordedAnswer("no", {"plateau": 0.0, "discovery": 0.04})}
    return (
        make_entry("a"),
        make_entry("b", answers=recorded_answers(divided)),
        make_entry("c", answers=asked_since),
    )


@cache
def made_up_services() -> Services:
    """Every service that comes with the package along made-up prices."""
    return services(made_up_results(), Sampling.seed)


def _summed_up(fit: Fit, obs: Any) -> Fit:
    parameters = contract_parameters(fit.reported)
    return replace(fit, receipt={**fit.receipt, "parameters": parameters}, obs=obs)
