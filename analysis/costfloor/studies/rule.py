"""The verdict rule on any table: a fit to all rows and forecasts from past origins, one job each, and what follows from them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from costfloor.fit.fit import sample_law
from costfloor.fit.result import Fit
from costfloor.fit.sensitivity import prior_sensitivity
from costfloor.fit.slowed import has_slowed
from costfloor.forecast.elpd import difference
from costfloor.forecast.failures import Failure
from costfloor.forecast.lfo import score_job
from costfloor.forecast.scores import OriginScore
from costfloor.forecast.verdict import Evidence, judge
from costfloor.keys import result_key
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations
from costfloor.runs.jobs import Job
from costfloor.sampling.policy import Sampling
from costfloor.studies.context import Context

HORIZON_MONTHS: Final = 12
RULE_LAWS: Final = ("plateau", "discovery")
"""The laws that the rule compares, 12 months ahead."""

RATES: Final = ("rate_now", "rate_initial", "rate_floor", "rate_long_run", "kept_share")
"""What is kept of a fit to all rows, where the law has it."""


@dataclass(frozen=True)
class Conclusion:
    """What the rule says of one table, and what it rests on.

    Attributes
    ----------
    rows, families
        Of the table.
    origins
        Number of past origins that were scored.
    verdict, reason
        As from `costfloor.forecast.verdict.judge`.
    elpd_difference, elpd_difference_se
        Log score of plateau less that of discovery over the origins, and its standard error; None without origins.
    elpd_difference_mcse
        The part of that standard error that more draws would take away; None where it was not kept.
    p_slowed
        Posterior probability, under plateau, that the rate is below half of its start.
    rates
        5, 50 and 95 % of the quantities of `RATES`, by law: log-rates per year, and a share.
    failures
        Fits that missed a gate, in words; empty when all passed.
    """

    rows: int
    families: int
    origins: int
    verdict: str
    reason: str
    elpd_difference: float | None
    elpd_difference_se: float | None
    p_slowed: float
    rates: Mapping[str, Mapping[str, tuple[float, float, float]]]
    failures: tuple[str, ...]
    elpd_difference_mcse: float | None = None

    @property
    def passed(self) -> bool:
        """Whether every fit passed its gates."""
        return not self.failures


@dataclass(frozen=True)
class RuledTable:
    """A conclusion and the scores behind it, by law and in the order of the origins."""

    conclusion: Conclusion
    scores: Mapping[str, Sequence[OriginScore]]


def apply_rule(
    study: str,
    tables: Mapping[str, tuple[PriceObservations, Sequence[pd.Timestamp]]],
    laws: Sequence[str],
    settings: Sampling,
    context: Context,
) -> dict[str, RuledTable]:
    """Apply the verdict rule to several tables, all fits in one fan-out.

    Parameters
    ----------
    study
        Folder of the jobs.
    tables
        Observations and past origins, by a name that can begin the name of a file.
    laws
        Those to fit to all rows; plateau is among them. The two of the rule are scored at the origins.
    settings
        Of all fits.
    context
        How the jobs run.
    """
    jobs = {
        name: {
            (law, origin): _job(name, law, obs, origin, settings)
            for law, origin in (
                *((law, None) for law in laws),
                *((law, origin) for origin in origins for law in RULE_LAWS),
            )
        }
        for name, (obs, origins) in tables.items()
    }
    every = [job for of_table in jobs.values() for job in of_table.values()]
    results = context.run(study, rule_job, every, result_key(study, __name__, settings=asdict(settings)))
    return {
        name: _ruled(tables[name][0], {place: results[job.key] for place, job in of_table.items()})
        for name, of_table in jobs.items()
    }


def rule_job(law: str, obs: PriceObservations, origin: pd.Timestamp | None, settings: Sampling) -> dict[str, Any]:
    """Fit one law at one origin and score it, or to all rows (None) and say what it found."""
    if origin is not None:
        return score_job(law, obs, origin, (HORIZON_MONTHS,), settings)
    fit, _ = sample_law(LAWS[law], obs, settings, lambda _: None)
    return found_on_all_rows(fit, obs)


def found_on_all_rows(fit: Fit, obs: PriceObservations) -> dict[str, Any]:
    """What a fit to all rows of a table contributes to a conclusion, as plain data."""
    parameters, diagnostics = fit.receipt["parameters"], fit.receipt["diagnostics"]
    answers: dict[str, Any] = {
        "rates": {name: [parameters[name][q] for q in ("q05", "q50", "q95")] for name in RATES if name in parameters},
        "failure": "" if diagnostics["passed"] else diagnostics["worst"],
    }
    if fit.law.name == "plateau":
        slowed = has_slowed(fit.draws("rate_now"), fit.draws("rate_initial"))
        answers["p_slowed"] = float(np.mean(slowed))
        answers["prior_dominated"] = prior_sensitivity(fit, obs, "rate_floor").prior_dominated
    return answers


def conclude(
    obs: PriceObservations,
    on_all_rows: Mapping[str, Mapping[str, Any]],
    scores: Mapping[str, Sequence[OriginScore]],
    failures: Sequence[Failure],
) -> Conclusion:
    """Apply the rule to what the fits found.

    Parameters
    ----------
    obs
        The table.
    on_all_rows
        By law, as from `found_on_all_rows`.
    scores
        Of plateau and discovery at the same origins.
    failures
        Fits at origins that missed a gate.
    """
    missed = [Failure(law, None, result["failure"]) for law, result in on_all_rows.items() if result["failure"]]
    gap, gap_se, gap_mcse = difference(scores["plateau"], scores["discovery"], HORIZON_MONTHS)
    plateau = on_all_rows["plateau"]
    evidence = Evidence(
        passed=not (missed or failures),
        origins=len(scores["plateau"]),
        elpd_difference=gap,
        elpd_difference_se=gap_se,
        p_slowed=plateau["p_slowed"],
        prior_dominated=plateau["prior_dominated"],
        mean_age_years=obs.mean_age_at_last,
    )
    verdict, reason = judge(evidence)
    return Conclusion(
        rows=obs.n,
        families=len(obs.families),
        origins=evidence.origins,
        verdict=verdict,
        reason=reason,
        elpd_difference=gap,
        elpd_difference_se=gap_se,
        elpd_difference_mcse=gap_mcse,
        p_slowed=evidence.p_slowed,
        rates={law: {name: tuple(row) for name, row in result["rates"].items()} for law, result in on_all_rows.items()},
        failures=tuple(str(failure) for failure in (*missed, *failures)),
    )


def _job(name: str, law: str, obs: PriceObservations, origin: pd.Timestamp | None, settings: Sampling) -> Job:
    # The last day is no part of the table, but the rate of today is that of this day.
    place = f"all-{obs.last.date()}" if origin is None else str(origin.date())
    key = f"{name}-{law}-{place}-{obs.data_hash[:16]}"
    return Job(key, {"law": law, "obs": obs, "origin": origin, "settings": settings})


def _ruled(obs: PriceObservations, results: Mapping[tuple[str, pd.Timestamp | None], Mapping[str, Any]]) -> RuledTable:
    scores: dict[str, list[OriginScore]] = {law: [] for law in RULE_LAWS}
    failures = []
    for (law, origin), result in results.items():
        if origin is None:
            continue
        if result["failure"]:
            failures.append(Failure(law, str(origin.date()), result["failure"]))
        if str(HORIZON_MONTHS) in result["scores"]:
            scores[law].append(_score(result["scores"][str(HORIZON_MONTHS)]))
    on_all_rows = {law: result for (law, origin), result in results.items() if origin is None}
    return RuledTable(conclude(obs, on_all_rows, scores, failures), scores)


def _score(plain: Mapping[str, Any]) -> OriginScore:
    arrays = {name: np.asarray(value) for name, value in plain.items() if name != "elpd_mcse"}
    return OriginScore(elpd_mcse=plain["elpd_mcse"], **arrays)
