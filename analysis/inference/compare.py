"""Compare the laws by forecast and give a verdict. `costfloor compare`. The rule is explained in docs/decisions.md."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from analysis.inference.fit import Fit, FitSettings, Progress
from analysis.inference.forecast import Origin, OriginScore, forecast_origins
from analysis.inference.lfo import score_laws
from analysis.inference.quantities import FLOOR_CLAIM, headline_rates, probability_of_claim
from analysis.inference.sensitivity import PriorSensitivity, prior_sensitivity
from analysis.laws import LAWS
from analysis.laws.observations import PriceObservations
from analysis.laws.plateau import FLOOR

Verdict = Literal["plateau", "discovery", "inconclusive"]

MIN_ORIGINS = 3
ELPD_MARGIN = 4.0
SE_MARGIN = 2.0
CREDIBLE = 0.95
MIN_MEAN_AGE_YEARS = 2.0


@dataclass(frozen=True)
class LawScore:
    """Forecast scores of one law over all origins.

    Attributes
    ----------
    elpd, se
        Sum of log predictive densities, and its standard error over blocks (family x quarter), with its Monte Carlo error.
    crps
        Mean over scored rows, log points; smaller is better.
    coverage90
        Share of scored rows inside their 90 % predictive interval.
    weight
        Stacking weight (Yao et al. 2018).
    """

    elpd: float | None
    se: float | None
    crps: float | None
    coverage90: float | None
    weight: float


@dataclass(frozen=True)
class Evidence:
    """What the verdict rule looks at."""

    passed: bool
    origins: int
    elpd_difference: float | None
    elpd_difference_se: float | None
    p_slowed: float
    prior_dominated: bool
    mean_age_years: float


@dataclass(frozen=True)
class Comparison:
    """The laws compared on one table; see the fields of `Evidence` and `LawScore`.

    `elpd_difference_mcse` is the part of `elpd_difference_se` that more draws would take away. `origins` holds for each origin its `date`,
    `rows_seen`, `rows_scored`, and the `quantities` each law saw from there, as in the ledger.
    """

    horizon_months: int
    origins: tuple[dict[str, Any], ...]
    laws: dict[str, LawScore]
    elpd_difference: float | None
    elpd_difference_se: float | None
    elpd_difference_mcse: float | None
    p_slowed: float
    verdict: Verdict
    verdict_reason: str
    p_floor_15_20: float
    p_floor_15_20_plateau: float
    p_floor_15_20_prior: float
    prior_sensitivity: PriorSensitivity
    passed: bool
    failures: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The comparison as plain data, with the keys of the contract."""
        sensitivity = {**asdict(self.prior_sensitivity), "prior_dominated": self.prior_sensitivity.prior_dominated}
        return {
            **asdict(self),
            "origins": list(self.origins),
            "failures": list(self.failures),
            "prior_sensitivity": sensitivity,
        }


def compare(
    fits: Mapping[str, Fit],
    obs: PriceObservations,
    settings: FitSettings,
    directory: Path,
    progress: Progress,
    horizon_months: int = 12,
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
    """
    origins = forecast_origins(obs, horizon_months)
    scores: dict[str, list[OriginScore]] = {name: [] for name in LAWS}
    failures = [
        f"{name} on all rows: {fit.receipt['diagnostics']['worst']}" for name, fit in fits.items() if not fit.passed
    ]
    records = {origin.date: _origin_record(origin) for origin in origins}
    dates = [origin.date for origin in origins]
    for scored in score_laws(list(LAWS), obs, dates, (horizon_months,), settings, directory, progress):
        if scored.failure:
            failures.append(f"{scored.name} as of {scored.origin.date()}: {scored.failure}")
        scores[scored.name].append(scored.scores[horizon_months])
        records[scored.origin]["quantities"][scored.name] = headline_rates(scored.receipt["parameters"])
    weights = stacking_weights(scores)
    laws = {name: _law_score(scores[name], weights[name]) for name in LAWS}
    gap, gap_se, gap_mcse = difference(scores["plateau"], scores["discovery"])
    slowed = fits["plateau"].quantity("rate_now") < 0.5 * fits["plateau"].quantity("rate_initial")
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
    claims = {name: probability_of_claim(fits[name].quantity("rate_long_run")) for name in LAWS}
    return Comparison(
        horizon_months=horizon_months,
        origins=tuple(records.values()),
        laws=laws,
        elpd_difference=gap,
        elpd_difference_se=gap_se,
        elpd_difference_mcse=gap_mcse,
        p_slowed=evidence.p_slowed,
        verdict=verdict,
        verdict_reason=reason,
        p_floor_15_20=sum(weights[name] * claims[name] for name in LAWS),
        p_floor_15_20_plateau=claims["plateau"],
        p_floor_15_20_prior=_prior_probability_of_claim(),
        prior_sensitivity=sensitivity,
        passed=not failures,
        failures=tuple(failures),
    )


def judge(evidence: Evidence) -> tuple[Verdict, str]:
    """Apply the verdict rule of docs/decisions.md: the verdict and its reason in words."""
    if not evidence.passed:
        return "inconclusive", "a fit missed its gates, so its forecasts cannot be trusted"
    if evidence.origins < MIN_ORIGINS or evidence.elpd_difference is None:
        return (
            "inconclusive",
            f"only {evidence.origins} past {'origin' if evidence.origins == 1 else 'origins'} could be scored and the rule asks for "
            f"{MIN_ORIGINS}",
        )
    if evidence.elpd_difference_se is None:
        return "inconclusive", "all scored rows lie in one family and quarter, so their score has no standard error"
    difference, margin = evidence.elpd_difference, max(ELPD_MARGIN, SE_MARGIN * evidence.elpd_difference_se)
    lead = f"better by {difference:.1f}" if difference >= 0.0 else f"worse by {-difference:.1f}"
    for_plateau = {
        f"plateau's forecasts are {lead}, and a lead of more than {margin:.1f} is asked for": difference > margin,
        f"the rate has fallen below half of its start with probability {evidence.p_slowed:.2f}, not 0.95": evidence.p_slowed
        >= CREDIBLE,
        "the floor is set by its prior, not by the data": not evidence.prior_dominated,
    }
    if all(for_plateau.values()):
        return "plateau", (
            f"its forecasts are better by {difference:.1f} (more than {margin:.1f}), the rate has fallen below half of its start with "
            f"probability {evidence.p_slowed:.2f}, and the data, not the prior, set the floor"
        )
    for_discovery = {
        f"plateau's forecasts are {lead}, more than {ELPD_MARGIN:.0f}": difference < ELPD_MARGIN,
        f"the rate may have halved since the start (probability {evidence.p_slowed:.2f}, not below 0.05)": evidence.p_slowed
        <= 1 - CREDIBLE,
        f"the families are {evidence.mean_age_years:.1f} years old on average, too young to show decay": evidence.mean_age_years
        >= MIN_MEAN_AGE_YEARS,
    }
    if all(for_discovery.values()):
        return "discovery", (
            f"a law that may decay forecasts no better ({difference:+.1f}) and finds no halving of the rate (probability "
            f"{evidence.p_slowed:.2f}) in families {evidence.mean_age_years:.1f} years old on average"
        )
    against_plateau = "; ".join(reason for reason, holds in for_plateau.items() if not holds)
    against_discovery = "; ".join(reason for reason, holds in for_discovery.items() if not holds)
    return "inconclusive", f"against plateau: {against_plateau}. Against discovery: {against_discovery}"


def stacking_weights(scores: Mapping[str, Sequence[OriginScore]], rounds: int = 2000) -> dict[str, float]:
    """Weights of the mixture of predictive densities with the best log score (Yao et al. 2018), by expectation maximisation.

    Without any score the weights are equal.
    """
    names = list(scores)
    weights = np.full(len(names), 1.0 / len(names))
    if scores[names[0]]:
        logs = np.column_stack([np.concatenate([score.unit_elpd for score in scores[name]]) for name in names])
        density = np.exp(logs - logs.max(axis=1, keepdims=True))
        for _ in range(rounds):
            shares = density * weights
            weights = (shares / shares.sum(axis=1, keepdims=True)).mean(axis=0)
    return dict(zip(names, weights.tolist(), strict=True))


def _law_score(scores: Sequence[OriginScore], weight: float) -> LawScore:
    if not scores:
        return LawScore(None, None, None, None, weight)
    elpd, se = total_elpd(scores)
    return LawScore(
        elpd=elpd,
        se=se,
        crps=float(np.concatenate([score.crps for score in scores]).mean()),
        coverage90=float(np.concatenate([score.covered90 for score in scores]).mean()),
        weight=weight,
    )


def total_elpd(scores: Sequence[OriginScore]) -> tuple[float, float | None]:
    """Log score summed over origins, and its standard error over blocks (family x quarter) with its Monte Carlo error."""
    blocks = _block_sums(scores)
    return float(blocks.sum()), _standard_error(blocks, _mcse(scores))


def difference(
    first: Sequence[OriginScore], second: Sequence[OriginScore]
) -> tuple[float | None, float | None, float | None]:
    """Difference in log score of two forecasters at the same origins, its standard error, and the Monte Carlo error in it."""
    if not first:
        return None, None, None
    blocks, mcse = _block_sums(first) - _block_sums(second), _mcse([*first, *second])
    return float(blocks.sum()), _standard_error(blocks, mcse), mcse


def _mcse(scores: Sequence[OriginScore]) -> float:
    """Monte Carlo error of a sum of scores from independent fits."""
    return float(np.sqrt(sum(score.elpd_mcse**2 for score in scores)))


def _block_sums(scores: Sequence[OriginScore]) -> np.ndarray:
    """Log scores summed over origins within family and quarter: overlapping horizons score the same rows, so they share a block."""
    elpd = np.concatenate([score.unit_elpd for score in scores])
    keys = np.concatenate([np.stack([score.unit_family, score.unit_quarter], axis=1) for score in scores])
    _, block = np.unique(keys, axis=0, return_inverse=True)
    return np.bincount(block.ravel(), weights=elpd)


def _standard_error(blocks: np.ndarray, mcse: float) -> float | None:
    return float(np.hypot(np.sqrt(len(blocks)) * blocks.std(ddof=1), mcse)) if len(blocks) > 1 else None


def _origin_record(origin: Origin) -> dict[str, Any]:
    return {
        "date": str(origin.date.date()),
        "rows_seen": origin.rows_seen,
        "rows_scored": origin.rows_scored,
        "quantities": {},
    }


def _prior_probability_of_claim() -> float:
    from scipy.stats import norm  # noqa: PLC0415  slow to import

    low, high = FLOOR_CLAIM
    mean, sd = FLOOR.constants
    return float(norm.cdf(high, mean, sd) - norm.cdf(low, mean, sd))
