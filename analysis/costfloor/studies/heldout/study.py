"""Targeted predictive checks on held-out months: every law is fitted at the origins of the comparison, and its forecast of the months
that followed is held against them, statistic by statistic.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import pandas as pd

from costfloor.checks import to_json
from costfloor.checks.heldout import heldout_checks
from costfloor.fit.fit import sample_law
from costfloor.forecast.origins import forecast_origins, masks
from costfloor.keys import result_key
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, subset
from costfloor.laws.panel import panel_observations
from costfloor.runs.jobs import Job
from costfloor.sampling.policy import Sampling
from costfloor.studies.context import Context, HeavyStudy

HORIZON_MONTHS: Final = 12


@dataclass(frozen=True)
class HeldoutOrigin:
    """A past date: rows before it, and rows held against the forecasts."""

    date: str
    rows_seen: int
    rows_heldout: int


@dataclass(frozen=True)
class HeldoutRow:
    """One statistic of the months after one origin under one law: what was observed, 5, 50 and 95 % of its forecast, and its two-sided
    tail probability, None where it is undefined; `level` is the one below which a law fails.
    """

    law: str
    origin: str
    check: str
    observed: float | None
    q05: float | None
    q50: float | None
    q95: float | None
    tail_probability: float | None
    level: float
    passed: bool | None


@dataclass(frozen=True)
class HeldoutStudy:
    """Every law checked at every origin of the comparison.

    Attributes
    ----------
    horizon_months, origins, rows
        How far ahead, from where, and what was found.
    failures
        Law, origin and gate of the fits that missed one.
    """

    horizon_months: int
    origins: tuple[HeldoutOrigin, ...]
    rows: tuple[HeldoutRow, ...]
    failures: tuple[tuple[str, str, str], ...]

    @property
    def passed(self) -> bool:
        """Whether every fit passed its gates, and every check that could be judged."""
        return not self.failures and all(row.passed is not False for row in self.rows)


def heldout_study(obs: PriceObservations, laws: Sequence[str], context: Context) -> HeldoutStudy:
    """Check laws at every origin of the comparison, one job per law and origin."""
    origins = forecast_origins(obs, HORIZON_MONTHS)
    jobs = [
        Job(
            f"{law}-{origin.date.date()}", {"law": law, "obs": obs, "origin": origin.date, "settings": context.settings}
        )
        for origin in origins
        for law in laws
    ]
    key = result_key("heldout", __name__, data=obs.data_hash, settings=asdict(context.settings))
    by_job = context.run("heldout", heldout_job, jobs, key)
    results = [by_job[job.key] for job in jobs]
    return HeldoutStudy(
        HORIZON_MONTHS,
        tuple(HeldoutOrigin(str(origin.date.date()), origin.rows_seen, origin.rows_scored) for origin in origins),
        tuple(HeldoutRow(**row) for result in results for row in result["rows"]),
        tuple((law, date, gate) for result in results if result["failure"] for law, date, gate in [result["failure"]]),
    )


def heldout_job(law: str, obs: PriceObservations, origin: pd.Timestamp, settings: Sampling) -> dict[str, Any]:
    """Fit one law at one origin and check its forecast."""
    seen, scored = masks(obs, origin, HORIZON_MONTHS)
    fit, _ = sample_law(LAWS[law], subset(obs, seen), settings, lambda _: None)
    date = str(origin.date())
    checks = [to_json(result) for result in heldout_checks(fit, obs, seen, scored, settings.seed)]
    diagnostics: Mapping[str, Any] = fit.receipt["diagnostics"]
    return {
        "rows": [{**row, "origin": date, "check": check["name"]} for check in checks for row in check["table"]],
        "failure": None if diagnostics["passed"] else [law, date, diagnostics["worst"]],
    }


def run(context: Context) -> HeldoutStudy:
    """Compute the study: see `costfloor.studies.registry`."""
    return heldout_study(panel_observations(context.built), list(LAWS), context)


STUDY: Final = HeavyStudy(HeldoutStudy, run)
