"""What would have been concluded at past half-year ends from what was known then, and how the forecasts of then fared."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from costfloor.build import build
from costfloor.fit.fit import sample_law
from costfloor.fit.result import Fit
from costfloor.forecast.failures import failures_at_origins
from costfloor.forecast.lfo import score_laws
from costfloor.forecast.origins import MIN_SCORED_ROWS, forecast_origins, masks, predict
from costfloor.forecast.scores import OriginScore, jackknife_mcse, score_draws
from costfloor.forecast.sequel import sequel
from costfloor.keys import result_key
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, subset
from costfloor.panel import law_rows
from costfloor.runs.jobs import Job
from costfloor.sampling.policy import Sampling
from costfloor.sampling.quantiles import quantiles
from costfloor.studies.context import Context, HeavyStudy
from costfloor.studies.rule import HORIZON_MONTHS, RULE_LAWS, Conclusion, conclude, found_on_all_rows

FIRST: Final = "2024-01-31"
EVERY_MONTHS: Final = 6
EARLIER_FORM: Final = "all past views were so when this was computed"
"""Of stored results that do not say it."""

MIN_MONTHS: Final = 3
"""With fewer months passed there is no forecast to judge."""


@dataclass(frozen=True)
class Fared:
    """How the forecast of one law fared.

    Attributes
    ----------
    law
        Law.
    elpd, crps, coverage50, coverage90
        Joint log score, mean CRPS of log price (log points), and shares of the prices inside their intervals.
    error
        5, 50 and 95 % of the mean of observed less forecast log price, over the predictive draws: below zero prices fell faster than
        said.
    """

    law: str
    elpd: float
    crps: float
    coverage50: float
    coverage90: float
    error: tuple[float, float, float]


@dataclass(frozen=True)
class HalfYear:
    """One past date.

    Attributes
    ----------
    date
        The last day of which anything was known.
    conclusion
        What the rule would have said.
    months, scored
        How far ahead the forecasts were judged, and by how many prices; 0 when too little has passed.
    fared
        One per law, empty when nothing could be judged.
    hindsight
        As in `costfloor.built.BuildReport`: why the scores of today counted, None where those known by the date did.
    """

    date: str
    conclusion: Conclusion
    months: int
    scored: int
    fared: tuple[Fared, ...]
    hindsight: str | None = EARLIER_FORM


@dataclass(frozen=True)
class Hindcast:
    """Every past date, the oldest first."""

    half_years: tuple[HalfYear, ...]

    @property
    def passed(self) -> bool:
        """Whether every fit behind a conclusion passed its gates."""
        return all(date.conclusion.passed for date in self.half_years)


@dataclass(frozen=True)
class View:
    """A past view and what came after it, as one table.

    Attributes
    ----------
    date
        The last day of which anything was known.
    obs
        Rows known then, and those of the following horizon.
    seen, scored
        Masks (n,) of the rows known then, and of those within `months`.
    months
        Months after the date that have passed, at most the horizon; 0 when the forecasts cannot be judged.
    """

    date: pd.Timestamp
    obs: PriceObservations
    seen: np.ndarray
    scored: np.ndarray
    months: int


def half_years(last: pd.Timestamp) -> list[pd.Timestamp]:
    """Half-year ends until the last price."""
    return list(pd.date_range(FIRST, last, freq=f"{EVERY_MONTHS}ME"))


def months_passed(date: pd.Timestamp, last: pd.Timestamp) -> int:
    """Whole months from a date to the last price, at most the horizon of the verdict; 0 when fewer than `MIN_MONTHS`."""
    passed = [n for n in range(MIN_MONTHS, HORIZON_MONTHS + 1) if date + pd.DateOffset(months=n) <= last]
    return max(passed, default=0)


def view(date: pd.Timestamp, then: pd.DataFrame, now: pd.DataFrame) -> View:
    """Put the later rows of today's panel behind a past view.

    Parameters
    ----------
    date
        Day of the past view.
    then, now
        The panel built as of that day, and today's.
    """
    after = sequel(date, date + pd.DateOffset(months=HORIZON_MONTHS), then, now)
    obs, seen = after.obs, after.seen
    months = months_passed(date, law_rows(now)["date"].max())
    scored = masks(obs, date, months)[1]
    judged = scored.sum() >= MIN_SCORED_ROWS and subset(obs, seen).models_repeat == obs.models_repeat
    return View(date, obs, seen, scored, months if judged else 0)


def hindcast(context: Context) -> Hindcast:
    """Build every past view, fit all laws to it, apply the rule and judge the forecasts."""
    now, store = context.built.panel, context.built.store
    views, hindsight = [], []
    for date in half_years(law_rows(now)["date"].max()):
        context.progress(f"the prices as of {date.date()}")
        then = build(store, date, context.progress)
        views.append(view(date, then.panel, now))
        hindsight.append(then.report.hindsight)
    parts = zip(views, _fits(views, context), hindsight, strict=True)
    return Hindcast(tuple(_half_year(past_view, fits, because, context) for past_view, fits, because in parts))


def hindcast_job(
    law: str, obs: PriceObservations, date: pd.Timestamp, months: int, settings: Sampling
) -> dict[str, Any]:
    """Fit one law to what was known at one date: what it found, and how its forecast fared (None when not judged)."""
    seen, scored = masks(obs, date, months)
    past = subset(obs, seen)
    fit, _ = sample_law(LAWS[law], past, settings, lambda _: None)
    fared = asdict(forecast_fared(fit, obs, seen, scored, settings.seed)) if months else None
    return {"found": found_on_all_rows(fit, past), "fared": fared}


def forecast_fared(fit: Fit, obs: PriceObservations, seen: np.ndarray, scored: np.ndarray, seed: int) -> Fared:
    """Judge the forecast of a fit to the rows `seen` by the rows `scored`."""
    simulated, log_density = predict(fit, obs, seen, scored, seed)
    unit_elpd = logsumexp(log_density, axis=0) - np.log(len(log_density))
    score = score_draws(obs, scored, simulated, unit_elpd, jackknife_mcse(log_density))
    error = obs.log_price[scored].mean() - simulated.mean(axis=1)
    return Fared(
        law=fit.law.name,
        elpd=float(score.unit_elpd.sum()),
        crps=float(score.crps.mean()),
        coverage50=float(score.covered50.mean()),
        coverage90=float(score.covered90.mean()),
        error=quantiles(error),
    )


def _fits(views: list[View], context: Context) -> list[dict[str, Mapping[str, Any]]]:
    """Results of `hindcast_job` by law, one dict per view."""
    settings = context.settings
    jobs = [
        {
            law: Job(
                f"{past.date.date()}-{past.months}-{law}-{past.obs.data_hash[:16]}",
                {"law": law, "obs": past.obs, "date": past.date, "months": past.months, "settings": settings},
            )
            for law in LAWS
        }
        for past in views
    ]
    every = [job for by_law in jobs for job in by_law.values()]
    results = context.run("hindcast", hindcast_job, every, result_key("hindcast", __name__, settings=asdict(settings)))
    return [{law: results[job.key] for law, job in by_law.items()} for by_law in jobs]


def _half_year(
    past_view: View, fits: Mapping[str, Mapping[str, Any]], hindsight: str | None, context: Context
) -> HalfYear:
    past = subset(past_view.obs, past_view.seen)
    dates = [origin.date for origin in forecast_origins(past, HORIZON_MONTHS)]
    scores: dict[str, list[OriginScore]] = {law: [] for law in RULE_LAWS}
    at_origins = score_laws(
        RULE_LAWS, past, dates, (HORIZON_MONTHS,), context.settings, context.work("hindcast"),
        context.progress, context.workers, context.scheduler,
    )  # fmt: skip
    for scored in at_origins:
        scores[scored.name].append(scored.scores[HORIZON_MONTHS])
    found_on_all = {law: result["found"] for law, result in fits.items()}
    return HalfYear(
        date=str(past_view.date.date()),
        conclusion=conclude(past, found_on_all, scores, failures_at_origins(at_origins)),
        months=past_view.months,
        scored=int(past_view.scored.sum()) if past_view.months else 0,
        fared=tuple(Fared(**result["fared"]) for result in fits.values() if result["fared"]),
        hindsight=hindsight,
    )


STUDY: Final = HeavyStudy(Hindcast, hindcast)
