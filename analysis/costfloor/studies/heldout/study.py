"""Targeted predictive checks on held-out months: every law is fitted at the origins of the comparison, and its forecast of the months
that followed is held against them, statistic by statistic.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import pandas as pd

from costfloor.checks import to_json
from costfloor.checks.heldout import heldout_checks
from costfloor.fit.fit import run_fit
from costfloor.fit.project import panel_observations
from costfloor.fit.request import FitSettings
from costfloor.forecast.origins import forecast_origins, masks
from costfloor.keys import result_key
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, subset
from costfloor.runs.jobs import Job, run_jobs
from costfloor.studies.context import Context

HORIZON_MONTHS: Final = 12


def heldout_study(obs: PriceObservations, laws: Sequence[str], context: Context) -> dict[str, Any]:
    """Check laws at every origin of the comparison, one job per law and origin.

    Returns
    -------
    `horizon_months`; `origins` (`date`, `rows_seen`, `rows_heldout`); `rows`, one per law, origin and statistic (`law`, `origin`, `check`,
    `observed`, `q05`, `q50`, `q95`, `tail_probability`, `passed`; null where undefined); `failures` (law, origin, gate) of the fits.
    """
    origins = forecast_origins(obs, HORIZON_MONTHS)
    jobs = [
        Job(
            f"{law}-{origin.date.date()}", {"law": law, "obs": obs, "origin": origin.date, "settings": context.settings}
        )
        for origin in origins
        for law in laws
    ]
    key = result_key("heldout", __name__, data=obs.data_hash, settings=asdict(context.settings))
    found = run_jobs(
        heldout_job, jobs, context.work("heldout"), key=key,
        workers=context.workers, scheduler=context.scheduler, progress=context.progress,
    )  # fmt: skip
    results = [found[job.key] for job in jobs]
    return {
        "horizon_months": HORIZON_MONTHS,
        "origins": [
            {"date": str(one.date.date()), "rows_seen": one.rows_seen, "rows_heldout": one.rows_scored}
            for one in origins
        ],
        "rows": [row for result in results for row in result["rows"]],
        "failures": [result["failure"] for result in results if result["failure"]],
    }


def heldout_job(law: str, obs: PriceObservations, origin: pd.Timestamp, settings: FitSettings) -> dict[str, Any]:
    """Fit one law at one origin and check its forecast."""
    seen, scored = masks(obs, origin, HORIZON_MONTHS)
    fit, _ = run_fit(LAWS[law], subset(obs, seen), settings, lambda _: None)
    date = str(origin.date())
    checks = [to_json(one) for one in heldout_checks(fit, obs, seen, scored, settings.seed)]
    diagnostics: Mapping[str, Any] = fit.receipt["diagnostics"]
    return {
        "rows": [{**row, "origin": date, "check": check["name"]} for check in checks for row in check["table"]],
        "failure": None if diagnostics["passed"] else [law, date, diagnostics["worst"]],
    }


def run(context: Context) -> dict[str, Any]:
    """Compute the study: see `costfloor.studies.registry`."""
    return heldout_study(panel_observations(context.data_dir), list(LAWS), context)
