"""Leave-future-out scores of every law and of the classical forecasts, at several horizons from every past origin.

A law is fitted anew at each origin: importance weights from an earlier fit (Buerkner, Gabry and Vehtari 2020) serve while few rows have
come, and a panel that grows by a third a quarter leaves them useless. One fit is scored at all horizons that have passed. What is kept
of it is its receipt and its scores, not its draws.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from costfloor.errors import InputError
from costfloor.fit.fit import sample_law
from costfloor.forecast.baselines import BASELINES, baseline_forecasts
from costfloor.forecast.marginal import unknown_host
from costfloor.forecast.origins import MIN_SCORED_ROWS, masks, score_forecast
from costfloor.forecast.scores import OriginScore, score_draws
from costfloor.keys import fingerprint, result_key
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, subset
from costfloor.runs.jobs import Job, run_jobs
from costfloor.sampling.policy import Sampling

HORIZONS: Final = (3, 6, 12)
"""Months ahead at which forecasts are scored, besides any horizon asked for."""


BASELINE_DRAWS: Final = 4000
"""As many as a law has, so that their scores have the same Monte Carlo error."""


@dataclass(frozen=True)
class Scored:
    """What one law or baseline said from one origin.

    Attributes
    ----------
    name
        Law or baseline.
    origin
        The last day it saw.
    rows_seen
        Number of rows it saw.
    scores
        By horizon in months, for those that have passed.
    receipt
        Gates, parameters and seconds of the fit; for a baseline its notes.
    failure
        Why there are no scores, or which gate the fit missed; empty when all is well.
    """

    name: str
    origin: pd.Timestamp
    rows_seen: int
    scores: Mapping[int, OriginScore]
    receipt: Mapping[str, Any]
    failure: str


def score_laws(
    names: Sequence[str],
    obs: PriceObservations,
    origins: Sequence[pd.Timestamp],
    horizons: Sequence[int],
    settings: Sampling,
    directory: Path,
    progress: Callable[[str], None],
    workers: int | None = 0,
    scheduler: str | None = None,
) -> list[Scored]:
    """Fit laws at past origins and score what they forecast.

    Parameters
    ----------
    names
        Laws.
    obs
        All observations.
    origins
        Days; a law sees the rows up to and including them.
    horizons
        Months ahead; one that has not passed entirely is left out.
    settings
        Of the fits.
    directory
        Scores are kept in `directory/forecasts`, by all that determines them.
    progress, workers, scheduler
        As in `costfloor.runs.jobs.run_jobs`; by default all is computed in this process.
    """
    jobs = []
    for origin in origins:
        past = subset(obs, masks(obs, origin, 0)[0])
        passed = [months for months in sorted({*horizons, *HORIZONS}) if _complete(obs, origin, months)]
        known = subset(obs, np.logical_or(*masks(obs, origin, max(passed, default=0))))
        # Data and settings are in the names: scores of several tables and settings lie in one folder.
        asked = fingerprint([past.data_hash, known.data_hash, passed, asdict(settings)])[:16]
        for name in names:
            arguments = {"law": name, "obs": obs, "origin": origin, "horizons": passed, "settings": settings}
            jobs.append(Job(f"{name}-{origin.date()}-{asked}", arguments))
    results = run_jobs(
        score_job, jobs, directory / "forecasts", key=result_key("forecast", __name__),
        workers=workers, scheduler=scheduler, progress=progress,
    )  # fmt: skip
    return [_from_json(results[job.key], job.arguments["origin"]) for job in jobs]


def score_job(
    law: str, obs: PriceObservations, origin: pd.Timestamp, horizons: Sequence[int], settings: Sampling
) -> dict[str, Any]:
    """Fit one law at one origin and score it at each horizon."""
    seen = masks(obs, origin, 0)[0]
    fit, _ = sample_law(LAWS[law], subset(obs, seen), settings, _silent)
    at_unknown_host = unknown_host(fit.parameters) if obs.hosts else None
    scores = {}
    for months in horizons:
        scored = masks(obs, origin, months)[1]
        if scored.sum() >= MIN_SCORED_ROWS:
            scores[str(months)] = _plain(score_forecast(fit, obs, seen, scored, settings.seed, at_unknown_host))
    diagnostics = fit.receipt["diagnostics"]
    return {
        "name": law,
        "rows_seen": int(seen.sum()),
        "scores": scores,
        "receipt": {name: fit.receipt[name] for name in ("diagnostics", "parameters", "seconds", "warnings")},
        "failure": "" if diagnostics["passed"] else diagnostics["worst"],
    }


def score_baselines(
    obs: PriceObservations, origins: Sequence[pd.Timestamp], horizons: Sequence[int], seed: int
) -> list[Scored]:
    """Score the classical forecasts from the same origins, on the same rows."""
    results = []
    for origin in origins:
        scores: dict[str, dict[int, OriginScore]] = {name: {} for name in BASELINES}
        notes: dict[str, list[str]] = {name: [] for name in BASELINES}
        failures: dict[str, str] = {}
        for months in (months for months in horizons if _complete(obs, origin, months)):
            seen, scored = masks(obs, origin, months)
            if scored.sum() < MIN_SCORED_ROWS:
                continue
            try:
                forecasts = baseline_forecasts(obs, seen, scored, draws=BASELINE_DRAWS, seed=seed)
            except InputError as error:
                failures = dict.fromkeys(BASELINES, str(error))
                continue
            failures |= forecasts.failures
            for name, forecast in forecasts.forecasts.items():
                notes[name] += [note for note in forecast.notes if note not in notes[name]]
                scores[name][months] = score_draws(
                    obs, scored, forecast.simulated, forecast.unit_log_density, elpd_mcse=0.0
                )
        rows = int(masks(obs, origin, 0)[0].sum())
        results += [
            Scored(name, origin, rows, scores[name], {"notes": notes[name]}, failures.get(name, ""))
            for name in BASELINES
        ]
    return results


def mixture_score(scores: Sequence[OriginScore], weights: np.ndarray) -> np.ndarray:
    """Log score of each unit under the mixture of laws with the given weights."""
    with np.errstate(divide="ignore"):
        logs = np.log(weights)[:, None] + np.stack([score.unit_elpd for score in scores])
    return np.asarray(logsumexp(logs, axis=0))


def _complete(obs: PriceObservations, origin: pd.Timestamp, months: int) -> bool:
    return bool(origin <= pd.offsets.MonthEnd().rollback(obs.last - pd.DateOffset(months=months)))


def _plain(score: OriginScore) -> dict[str, Any]:
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in asdict(score).items()}


def _from_json(result: Mapping[str, Any], origin: pd.Timestamp) -> Scored:
    scores = {}
    for months, plain in result["scores"].items():
        arrays = {name: np.asarray(value) for name, value in plain.items() if name != "elpd_mcse"}
        scores[int(months)] = OriginScore(elpd_mcse=plain["elpd_mcse"], **arrays)
    return Scored(result["name"], origin, result["rows_seen"], scores, result["receipt"], result["failure"])


def _silent(_: str) -> None:
    """Discard a progress line."""
