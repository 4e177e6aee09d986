"""The forecast of the last year-end, from a view of that day, and how it did. Computed with every report; fits and scores are stored."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from costfloor.build import BuiltPanel, build
from costfloor.errors import InputError
from costfloor.fit.result import Fit
from costfloor.fit.several import fit_laws
from costfloor.forecast.baselines import TITLES, baseline_forecasts
from costfloor.forecast.elpd import difference
from costfloor.forecast.ledger import Entry
from costfloor.forecast.lfo import BASELINE_DRAWS, mixture_score
from costfloor.forecast.origins import MIN_SCORED_ROWS, predict
from costfloor.forecast.paired import crps_difference, row_error
from costfloor.forecast.scores import OriginScore, jackknife_mcse, score_draws
from costfloor.forecast.sequel import Sequel, sequel
from costfloor.keys import fingerprint, result_key
from costfloor.laws import LAWS
from costfloor.laws.observations import DAYS_PER_YEAR
from costfloor.laws.panel import panel_observations
from costfloor.records import typed
from costfloor.runs.jobs import Job, run_jobs
from costfloor.sampling.policy import Sampling
from costfloor.studies.last_forecast.fans import arrivals, fans
from costfloor.studies.last_forecast.result import AVERAGE, MIN_MONTHS, STACKED, ForecasterScore, LastForecast

MIXTURE_DRAWS: Final = 6000

Predicted = tuple[np.ndarray, OriginScore]
"""Draws of the log prices (S, rows), and their score."""


def forecast_day(last: pd.Timestamp) -> pd.Timestamp:
    """The last year-end that lies at least `MIN_MONTHS` months before the last price."""
    return pd.offsets.YearEnd().rollback((last - pd.DateOffset(months=MIN_MONTHS)).normalize())


def last_forecast(
    now: BuiltPanel, past_days: Sequence[Entry], settings: Sampling, progress: Callable[[str], None]
) -> LastForecast:
    """Fit every law to what was known at the last year-end, or read the stored fits, and score what they said of the prices since.

    Parameters
    ----------
    now
        The panel whose later rows are the judge.
    past_days
        Lines of the ledger about past days: the stacking weights of the day are taken from there.
    settings, progress
        Of the fits, and what is called with a line per step.
    """
    last = now.law_rows["date"].max()
    day = forecast_day(last)
    nothing = LastForecast(str(day.date()), str(last.date()))
    progress(f"the forecast made on {day.date()}")
    try:
        then = build(now.store, day, progress)
        past = panel_observations(then)
    except InputError as error:
        return replace(nothing, problem=f"No law can be fitted to what was known then: {error}.")
    after = sequel(day, last, then.panel, now.panel)
    rows = int((~after.seen).sum())
    if rows < MIN_SCORED_ROWS or not past.models_repeat:
        return replace(nothing, rows_seen=past.n, rows=rows, problem="Too few prices have come since to judge it.")
    folder = now.store.places.fits
    fits = fit_laws(past, settings, folder, progress)
    of_day = (entry.weights for entry in past_days if entry.as_of == nothing.day)
    weights = next((weights for weights in of_day if set(weights) == set(LAWS)), None)
    asked = [*(fit.receipt["fingerprint"] for fit in fits.values()), after.obs.data_hash, weights, settings.seed]
    job = Job(
        f"{nothing.day}-{fingerprint(asked)[:16]}",
        {"fits": fits, "after": after, "weights": weights, "seed": settings.seed},
    )
    results = run_jobs(
        scored, [job], folder / "last_forecast", key=result_key("last_forecast", __name__), workers=0, progress=progress
    )
    return replace(typed(LastForecast, results[job.key]), hindsight=then.report.hindsight)


def scored(fits: Mapping[str, Fit], after: Sequel, weights: Mapping[str, float] | None, seed: int) -> dict[str, Any]:
    """Score fits to the rows known then, their mixtures and their rivals on the rows that came after."""
    obs, seen, later = after.obs, after.seen, ~after.seen
    predicted = {name: _predicted(fit, after, seed) for name, fit in fits.items()}
    mixtures = {AVERAGE: _mixture(predicted, dict.fromkeys(fits, 1.0 / len(fits)), after)}
    if weights is not None:
        mixtures[STACKED] = _mixture(predicted, weights, after)
    classical = baseline_forecasts(obs, seen, later, draws=BASELINE_DRAWS, seed=seed)
    simple = {
        name: (forecast.simulated, score_draws(obs, later, forecast.simulated, forecast.unit_log_density, 0.0))
        for name, forecast in classical.forecasts.items()
    }
    reference = mixtures[AVERAGE][1]
    units, families = set(obs.unit[seen].tolist()), set(obs.family[seen].tolist())
    new_families = sorted(set(obs.family[later].tolist()) - families)
    result = LastForecast(
        day=str(after.day.date()),
        until=str(obs.last.date()),
        rows_seen=int(seen.sum()),
        rows=int(later.sum()),
        models=len(set(obs.unit[later].tolist())),
        models_new=len(set(obs.unit[later].tolist()) - units),
        families=tuple(obs.families[code] for code in sorted(set(obs.family[later].tolist()))),
        families_new=tuple(obs.families[code] for code in new_families),
        rows_of_new_families=int(np.isin(obs.family[later], new_families).sum()),
        weights=None if weights is None else dict(weights),
        forecasters=tuple(
            _score(name, simulated, score, reference, after)
            for name, (simulated, score) in {**predicted, **mixtures, **simple}.items()
        ),
        failures=tuple(
            f"{name}: {fit.receipt['diagnostics']['worst']}" for name, fit in fits.items() if not fit.passed
        ),
        absent=tuple(f"{TITLES[name]} ({reason})" for name, reason in classical.failures.items()),
        fans=fans(fits, after, seed),
        arrivals=arrivals(fits, after),
    )
    return asdict(result)


def _predicted(fit: Fit, after: Sequel, seed: int) -> Predicted:
    simulated, log_density = predict(fit, after.obs, after.seen, ~after.seen, seed)
    unit_elpd = logsumexp(log_density, axis=0) - np.log(len(log_density))
    return simulated, score_draws(after.obs, ~after.seen, simulated, unit_elpd, jackknife_mcse(log_density))


def _mixture(predicted: Mapping[str, Predicted], weights: Mapping[str, float], after: Sequel) -> Predicted:
    """The mixture of the laws: its densities exactly, its draws as many from each law as its weight says."""
    shares = np.array([weights[name] for name in predicted])
    parts = [
        simulated[np.linspace(0, len(simulated) - 1, round(share * MIXTURE_DRAWS)).round().astype(int)]
        for share, (simulated, _) in zip(shares, predicted.values(), strict=True)
    ]
    scores = [score for _, score in predicted.values()]
    mcse = float(shares @ np.array([score.elpd_mcse for score in scores]))
    simulated = np.concatenate(parts)
    return simulated, score_draws(after.obs, ~after.seen, simulated, mixture_score(scores, shares), mcse)


def _score(
    name: str, simulated: np.ndarray, score: OriginScore, reference: OriginScore, after: Sequel
) -> ForecasterScore:
    obs, later = after.obs, ~after.seen
    # All rows are of one horizon: prices to the last day.
    months = math.ceil(12 * (obs.last - after.day).days / DAYS_PER_YEAR)
    error = obs.log_price[later] - simulated.mean(axis=0)
    low, high = np.quantile(obs.log_price[later].mean() - simulated.mean(axis=1), [0.05, 0.95])
    behind = crps_difference([score], [reference], months)
    return ForecasterScore(
        name=name,
        elpd=float(score.unit_elpd.sum()),
        elpd_ahead=float((score.unit_elpd - reference.unit_elpd).sum()),
        elpd_ahead_se=difference([score], [reference], months)[1],
        crps=float(score.crps.mean()),
        behind=behind.value,
        behind_se=behind.se,
        index_crps=float(score.index_crps.mean()) if len(score.index_crps) else None,
        coverage50=float(score.covered50.mean()),
        coverage90=float(score.covered90.mean()),
        coverage90_se=row_error(score.covered90.astype(float), [score], months),
        error=float(error.mean()),
        error_se=row_error(error, [score], months),
        error_span=(float(low), float(high)),
    )
