"""Compare the laws by forecast and give a verdict. `costfloor compare`. The rule is explained in docs/decisions.md."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.stats import norm

from costfloor.errors import MissingResultError
from costfloor.fit.asked import require_defaults
from costfloor.fit.fit import SMALL_TABLE_ROWS, Progress
from costfloor.fit.quantities import FLOOR_CLAIM, floor_prior, headline_rates, probability_of_claim
from costfloor.fit.question_evidence import questions_of_fit
from costfloor.fit.result import Fit
from costfloor.fit.sensitivity import PriorSensitivity, prior_sensitivity
from costfloor.fit.slowed import has_slowed
from costfloor.forecast.elpd import difference, total_elpd
from costfloor.forecast.failures import Failure, failures_at_origins
from costfloor.forecast.lfo import Scored, score_laws
from costfloor.forecast.margin import lead_over_margin_mcse
from costfloor.forecast.origins import Origin, forecast_origins
from costfloor.forecast.questions import SCORED_MONTHS, Questions, answer_questions, laws_set_aside
from costfloor.forecast.scores import OriginScore
from costfloor.forecast.stacking import stacking_weight_draws, stacking_weights
from costfloor.forecast.verdict import Evidence, Verdict, judge
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations
from costfloor.sampling.policy import Sampling

SCORES: Final = "scores"
"""In the record of an origin: by law its `elpd`, `crps` and `coverage90` from there."""

BY_ORIGIN: Final = ("origin", "law", "horizon_months", "rows_seen", "rows_scored", "elpd", "crps", "coverage90")

ORIGIN_DRAWS = 500
"""Of a chain at a past origin of a small table, kept and discarded."""


@dataclass(frozen=True)
class LawScore:
    """Forecast scores of one law over all origins.

    Attributes
    ----------
    elpd, se
        Sum of log predictive densities, and its standard error (`costfloor.forecast.paired`) with its Monte Carlo error.
    crps
        Mean over scored rows, log points; smaller is better.
    coverage90
        Share of scored rows inside their 90 % predictive interval.
    weight
        Stacking weight (Yao et al. 2018).
    weight_ci90
        5 and 95 % of that weight had other models and quarters been scored and other draws been taken.
    """

    elpd: float | None
    se: float | None
    crps: float | None
    coverage90: float | None
    weight: float
    weight_ci90: tuple[float, float]


@dataclass(frozen=True)
class Comparison:
    """The laws compared on one table; see the fields of `Evidence` and `LawScore`.

    `questions` are the answers to the six of docs/questions.md, beside the verdict and no part of it.
    `elpd_difference_mcse` is the part of `elpd_difference_se` that more draws would take away, `elpd_margin_mcse` how closely the lead less
    the margin beyond which it is clear can be computed. `origins` holds for each origin its `date`, `rows_seen`, `rows_scored`, the
    `quantities` each law saw from there, as in the ledger, and its `scores`. `p_floor_15_20` averages the laws by their
    weights; its `ci90` is from the doubt of the weights alone.
    """

    horizon_months: int
    origins: tuple[dict[str, Any], ...]
    laws: dict[str, LawScore]
    elpd_difference: float | None
    elpd_difference_se: float | None
    elpd_difference_mcse: float | None
    elpd_margin_mcse: float | None
    p_slowed: float
    verdict: Verdict
    verdict_reason: str
    p_floor_15_20: float
    p_floor_15_20_ci90: tuple[float, float]
    p_floor_15_20_plateau: float
    p_floor_15_20_prior: float
    prior_sensitivity: PriorSensitivity
    questions: Questions
    passed: bool
    failures: tuple[Failure, ...]

    def to_json(self) -> dict[str, Any]:
        """The comparison as plain data, with the keys of the contract."""
        sensitivity = {**asdict(self.prior_sensitivity), "prior_dominated": self.prior_sensitivity.prior_dominated}
        return {
            **asdict(self),
            "origins": list(self.origins),
            "failures": [str(failure) for failure in self.failures],
            "prior_sensitivity": sensitivity,
            **self.questions.to_json(),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Comparison":
        """The comparison from what `to_json` gave; KeyError, TypeError or ValueError where that was another version's."""
        sensitivity, questions = content["prior_sensitivity"], Questions.from_json(content)
        return cls(
            **{
                **{name: part for name, part in content.items() if name not in questions.to_json()},
                "questions": questions,
                "origins": tuple(content["origins"]),
                "laws": {
                    name: LawScore(**{**score, "weight_ci90": tuple(score["weight_ci90"])})
                    for name, score in content["laws"].items()
                },
                "p_floor_15_20_ci90": tuple(content["p_floor_15_20_ci90"]),
                "prior_sensitivity": PriorSensitivity(
                    sensitivity["quantity"], sensitivity["prior"], sensitivity["likelihood"]
                ),
                "failures": tuple(content["failures"]),
            }
        )

    def to_frame(self) -> pd.DataFrame:
        """One row per law: `law, elpd, se, crps, coverage90, weight, weight_low, weight_high`."""
        rows = []
        for name, score in self.laws.items():
            low, high = score.weight_ci90
            numbers = {key: value for key, value in asdict(score).items() if key != "weight_ci90"}
            rows.append({"law": name, **numbers, "weight_low": low, "weight_high": high})
        return pd.DataFrame(rows)

    def by_origin(self) -> pd.DataFrame:
        """How well each law forecast from each past date.

        Returns
        -------
        pandas.DataFrame
            `origin` (ISO date)`, law, horizon_months, rows_seen, rows_scored, elpd, crps, coverage90`, one row per origin and law, as in
            `to_frame`, which has the sums of `elpd` over the origins.

        Raises
        ------
        MissingResultError
            The comparison was stored when origins had no scores of their own.
        """
        rows = []
        for origin in self.origins:
            if SCORES not in origin:
                raise MissingResultError("this comparison was stored without scores by origin. Compare again")
            at = {
                "horizon_months": self.horizon_months,
                **{name: origin[name] for name in ("rows_seen", "rows_scored")},
            }
            rows += [{"origin": origin["date"], "law": law, **at, **score} for law, score in origin[SCORES].items()]
        return pd.DataFrame(rows, columns=list(BY_ORIGIN))

    def __repr__(self) -> str:
        dates = f"{len(self.origins)} past dates, {self.horizon_months} months ahead"
        return f"<Comparison over {dates}: {self.verdict}; {self.verdict_reason}>"


def compare(
    fits: Mapping[str, Fit],
    obs: PriceObservations,
    settings: Sampling,
    directory: Path,
    progress: Progress,
    horizon_months: int = 12,
    workers: int | None = 0,
) -> Comparison:
    """Fit every law at each past origin, score its forecasts, and apply the verdict rule.

    Parameters
    ----------
    fits
        Fits of all laws to `obs`.
    obs, settings, directory, progress
        As in `fit_law`; the scores of the fits at the origins are kept below it.
    horizon_months
        How far ahead the laws are scored.
    workers
        As in `costfloor.runs.jobs.run_jobs`, for the fits at the origins; by default all are made in this process.

    Raises
    ------
    InputError
        A fit is a fast look, or under another prior than its law's own.
    """
    require_defaults(fits.values())
    origins = forecast_origins(obs, horizon_months)
    scores: dict[str, list[OriginScore]] = {name: [] for name in LAWS}
    records = {origin.date: _origin_record(origin) for origin in origins}
    dates = [origin.date for origin in origins]
    at_origins = settings_at_origins(settings, obs)
    # Late dates and laws with much to say take longest, and begin first: at the end no worker waits long for another.
    late_first = score_laws(
        [*LAWS][::-1], obs, dates[::-1], (horizon_months,), at_origins, directory, progress, workers
    )
    at_all_origins = late_first[::-1]
    for scored in at_all_origins:
        scores[scored.name].append(scored.scores[horizon_months])
        records[scored.origin]["quantities"][scored.name] = headline_rates(scored.receipt["parameters"])
        records[scored.origin][SCORES][scored.name] = _sums(scores[scored.name][-1:])
    on_all_rows = [
        Failure(name, None, fit.receipt["diagnostics"]["worst"]) for name, fit in fits.items() if not fit.passed
    ]
    before = failures_at_origins(at_all_origins)
    failures = (*on_all_rows, *before)
    weights, weight_draws = stacking_weights(scores), stacking_weight_draws(scores, settings.seed)
    laws = {name: _law_score(scores[name], horizon_months, weights[name], _ci90(weight_draws[name])) for name in LAWS}
    gap, gap_se, gap_mcse = difference(scores["plateau"], scores["discovery"], horizon_months)
    slowed = has_slowed(fits["plateau"].draws("rate_now"), fits["plateau"].draws("rate_initial"))
    sensitivity = prior_sensitivity(fits["plateau"], obs, "rate_floor")
    evidence = Evidence(
        passed=not failures,
        origins=len(origins),
        elpd_difference=gap,
        elpd_difference_se=gap_se,
        p_slowed=float(np.mean(slowed)),
        prior_dominated=sensitivity.prior_dominated,
        mean_age_years=obs.mean_age_at_last,
    )
    verdict, reason = judge(evidence)
    claims = {name: probability_of_claim(fits[name].draws("rate_long_run")) for name in LAWS}
    return Comparison(
        horizon_months=horizon_months,
        origins=tuple(records.values()),
        laws=laws,
        elpd_difference=gap,
        elpd_difference_se=gap_se,
        elpd_difference_mcse=gap_mcse,
        elpd_margin_mcse=lead_over_margin_mcse(scores["plateau"], scores["discovery"], horizon_months),
        p_slowed=evidence.p_slowed,
        verdict=verdict,
        verdict_reason=reason,
        p_floor_15_20=sum(weights[name] * claims[name] for name in LAWS),
        p_floor_15_20_ci90=_ci90(np.sum([weight_draws[name] * claims[name] for name in LAWS], axis=0)),
        p_floor_15_20_plateau=claims["plateau"],
        p_floor_15_20_prior=_prior_probability_of_claim(*floor_prior(fits["plateau"].receipt)),
        prior_sensitivity=sensitivity,
        questions=_questions(fits, obs, settings.seed, at_all_origins, before),
        passed=not failures,
        failures=failures,
    )


def _questions(
    fits: Mapping[str, Fit],
    obs: PriceObservations,
    seed: int,
    forecasts: Sequence[Scored],
    failures_before: Sequence[Failure],
) -> Questions:
    """The answers of all laws; which are heard rests on their forecasts 12 months ahead, whatever horizon was asked for.

    They are scored at those of the compared dates from which 12 months have passed. A comparison over seven months or fewer has no such
    date, and sets no law aside by its forecasts.
    """
    missed = {name: fit.receipt["diagnostics"]["worst"] for name, fit in fits.items() if not fit.passed}
    scores: dict[str, list[OriginScore]] = {name: [] for name in fits}
    for forecast in forecasts:
        if SCORED_MONTHS in forecast.scores:
            scores[forecast.name].append(forecast.scores[SCORED_MONTHS])
    set_aside = laws_set_aside(missed, scores, {failure.law for failure in failures_before})
    return answer_questions({name: questions_of_fit(fit, obs, seed) for name, fit in fits.items()}, set_aside)


def settings_at_origins(settings: Sampling, obs: PriceObservations) -> Sampling:
    """How the fits at past origins are sampled: for a small table with shorter chains, as nothing of them but a score is read.

    Every gate is theirs, too, and the Monte Carlo error of the scores is part of the standard errors.
    """
    if obs.n > SMALL_TABLE_ROWS:
        return settings
    return replace(settings, draws=min(settings.draws, ORIGIN_DRAWS), tune=min(settings.tune, ORIGIN_DRAWS))


def _law_score(
    scores: Sequence[OriginScore], horizon_months: int, weight: float, weight_ci90: tuple[float, float]
) -> LawScore:
    if not scores:
        return LawScore(None, None, None, None, weight, weight_ci90)
    _, se = total_elpd(scores, horizon_months)
    return LawScore(se=se, weight=weight, weight_ci90=weight_ci90, **_sums(scores))


def _sums(scores: Sequence[OriginScore]) -> dict[str, float]:
    """Log score summed over some origins, and the means over their rows."""
    return {
        "elpd": float(np.concatenate([score.unit_elpd for score in scores]).sum()),
        "crps": float(np.concatenate([score.crps for score in scores]).mean()),
        "coverage90": float(np.concatenate([score.covered90 for score in scores]).mean()),
    }


def _ci90(draws: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(draws, [0.05, 0.95])
    return float(low), float(high)


def _origin_record(origin: Origin) -> dict[str, Any]:
    return {
        "date": str(origin.date.date()),
        "rows_seen": origin.rows_seen,
        "rows_scored": origin.rows_scored,
        "quantities": {},
        SCORES: {},
    }


def _prior_probability_of_claim(mean: float, sd: float) -> float:
    low, high = FLOOR_CLAIM
    return float(norm.cdf(high, mean, sd) - norm.cdf(low, mean, sd))
