"""The capability model: an item-response model of benchmark logits, sampled with its uncertainty.

For model i on benchmark j, with ability theta and benchmark slope a, level m and noise s::

    logit[i, j] = m[j] + a[j] * (theta[i] - c[j]) + s[j] * noise,    noise Logistic, censored at floor and ceiling

which is the Epoch Capabilities Index's sigmoid (slope and difficulty per benchmark) on the logit scale, with noise of
heavier tails. Abilities have one common Normal prior and know nothing of release dates: a dated prior would put the
trend that prices are to be compared with into the quality they are compared at.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray

from costfloor.capability.scale import IndexUnits, references
from costfloor.capability.scores import CEILING, FLOOR, ScoreMatrix
from costfloor.keys import Key, result_key
from costfloor.sampling.engine import attempt_seed
from costfloor.sampling.gates import Diagnostics, diagnose
from costfloor.sampling.policy import SamplerSettings
from costfloor.sampling.sampler import Sampled, compile_model, sample

CAPABILITY_SETTINGS: Final = SamplerSettings(draws=1000, tune=500, target_accept=0.8)

# The second one is twice as long: with 6,152 scores R-hat was 1.016 after the first.
MAX_ATTEMPTS: Final = 2

_REPORTED: Final = ("ability", "slope", "level", "noise", "ability_mean", "ability_sd")
LOGIT_FLOOR: Final = float(np.log(FLOOR / (1 - FLOOR)))
LOGIT_CEILING: Final = float(np.log(CEILING / (1 - CEILING)))
# Fisher information about the location of a unit Logistic.
_LOGISTIC_INFORMATION: Final = 1 / 3
_MAX_PREDICTIVE_DRAWS: Final = 400


@dataclass(frozen=True)
class CapabilityFit:
    """Posterior of all abilities and benchmark parameters.

    Attributes
    ----------
    scores
        What was fitted.
    centres
        The constants c, shape ``(benchmarks,)``, in ability units.
    sampled
        ``ability`` (model), ``slope``, ``level``, ``noise`` (benchmark) in latent units: the geometric mean of slopes
        is 1 and the mean level is fixed.
    diagnostics
        Over every ability and benchmark parameter.
    fingerprint
        Digest of its `capability_key`.
    """

    scores: ScoreMatrix
    centres: NDArray[np.float64]
    sampled: Sampled
    diagnostics: Diagnostics
    fingerprint: str


def scores_hash(scores: ScoreMatrix) -> str:
    """SHA-256 of all that a fit sees, 64 hexadecimal digits."""
    digest = hashlib.sha256(json.dumps([scores.models, scores.benchmarks]).encode())
    for array in (scores.model_index, scores.benchmark_index, scores.logit, scores.side):
        digest.update(array.tobytes())
    return digest.hexdigest()


def capability_key(scores: ScoreMatrix, settings: SamplerSettings = CAPABILITY_SETTINGS) -> Key:
    """Everything that determines a fit; its digest is the fingerprint."""
    return result_key("capability", __name__, data=scores_hash(scores), settings=asdict(settings))


def fit_capability(scores: ScoreMatrix, progress: Callable[[str], None] | None = None) -> CapabilityFit:
    """Sample the capability model, twice as long when a gate is missed; a minute for 600 models and 6000 scores on two cores."""
    centres = _centres(scores)
    if progress:
        progress("compiling")
    compiled = compile_model(_build(scores, centres))
    first = CAPABILITY_SETTINGS
    for attempt in range(1, MAX_ATTEMPTS + 1):
        seed = attempt_seed(first.seed, attempt)
        asked = replace(first, draws=attempt * first.draws, tune=attempt * first.tune, seed=seed)
        # As every panel so far was measured.
        sampled = sample(compiled, asked, adaptation="diag", progress=progress)
        diagnostics = diagnose(sampled, _REPORTED)
        if diagnostics.passed:
            break
    return CapabilityFit(scores, centres, sampled, diagnostics, capability_key(scores).digest)


def index_units(fit: CapabilityFit) -> IndexUnits:
    """The map that puts the posterior means of the `references` at their values; raises as they do."""
    mean = pd.Series(fit.sampled.posterior["ability"].mean(("chain", "draw")).to_numpy(), index=fit.scores.models)
    (low, low_value), (high, high_value) = references(fit.scores).items()
    return IndexUnits(float(mean[low]), low_value, float((high_value - low_value) / (mean[high] - mean[low])))


def capability_table(fit: CapabilityFit) -> pd.DataFrame:
    """Capability per model in index units, by `index_units`.

    Returns
    -------
    pandas.DataFrame
        ``model_key, capability, capability_sd, n_benchmarks``; posterior mean and standard deviation, sorted by key.

    Raises
    ------
    ScaleError
        As `references`.
    """
    units, ability = index_units(fit), fit.sampled.posterior["ability"]
    return pd.DataFrame(
        {
            "model_key": list(fit.scores.models),
            "capability": units.capability(ability.mean(("chain", "draw")).to_numpy()),
            "capability_sd": abs(units.scale) * ability.std(("chain", "draw"), ddof=1).to_numpy(),
            "n_benchmarks": fit.scores.n_benchmarks,
        }
    )


def residual_check(fit: CapabilityFit) -> pd.DataFrame:
    """Posterior predictive check per benchmark.

    Returns
    -------
    pandas.DataFrame
        ``benchmark, n, bias_logit, coverage50, coverage90, floor_observed, floor_expected``: mean residual and share
        of scores inside the central 50 and 90 % predictive intervals, both over the scores between floor and ceiling,
        and the observed and predicted shares at the floor.
    """
    scores = fit.scores
    draws = fit.sampled.posterior.stack(sample=("chain", "draw"))
    thin = slice(None, None, -(-draws.sizes["sample"] // _MAX_PREDICTIVE_DRAWS))
    ability, slope, level, noise = (draws[name].to_numpy()[:, thin] for name in ("ability", "slope", "level", "noise"))
    at = scores.benchmark_index
    mean = level[at] + slope[at] * (ability[scores.model_index] - fit.centres[at, None])
    score, floor, ceiling = (
        (1 / (1 + np.exp(np.clip((mean - limit) / noise[at], -500, 500)))).mean(axis=1)
        for limit in (scores.logit[:, None], LOGIT_FLOOR, LOGIT_CEILING)
    )
    # No predicted mass between the limits: a score found there has no rank, and counts as not covered.
    with np.errstate(invalid="ignore"):
        rank = (score - floor) / (ceiling - floor)
    inside = scores.side == 0
    rows = pd.DataFrame(
        {
            "benchmark": np.array(scores.benchmarks)[at],
            "n": 1,
            "bias_logit": np.where(inside, scores.logit - mean.mean(axis=1), np.nan),
            "coverage50": np.where(inside, np.abs(rank - 0.5) < 0.25, np.nan),
            "coverage90": np.where(inside, np.abs(rank - 0.5) < 0.45, np.nan),
            "floor_observed": scores.side == -1,
            "floor_expected": floor,
        }
    )
    shares = ["bias_logit", "coverage50", "coverage90", "floor_observed", "floor_expected"]
    return rows.groupby("benchmark").agg({"n": "sum"} | dict.fromkeys(shares, "mean")).reset_index()


def _build(scores: ScoreMatrix, centres: NDArray[np.float64]) -> pm.Model:
    """The PyMC model.

    Two choices make it mix. Location and scale are fixed on the benchmarks (mean level, mean log slope), and each
    ability is sampled as a deviation from its conditional mean given the benchmarks, so a move of the benchmarks takes
    the abilities along. The change of variable is exact: its Jacobian is in the potential.
    """
    inside, floor, ceiling = (np.flatnonzero(scores.side == side) for side in (0, -1, 1))
    known, logits = _dense(scores, inside)
    mean_level = float(scores.logit.mean())
    with pm.Model(coords={"model": scores.models, "benchmark": scores.benchmarks}) as model:
        slope_spread = pm.HalfNormal("slope_spread", 1.0)
        slope = pm.Deterministic(
            "slope", pt.exp(pm.ZeroSumNormal("log_slope", sigma=slope_spread, dims="benchmark")), dims="benchmark"
        )
        level = pm.Deterministic(
            "level", mean_level + pm.ZeroSumNormal("level_offset", sigma=2.0, dims="benchmark"), dims="benchmark"
        )
        noise = pm.LogNormal("noise", np.log(0.3), 0.6, dims="benchmark")
        ability_mean = pm.Normal("ability_mean", 0.0, 1.0)
        ability_sd = pm.HalfNormal("ability_sd", 2.0)

        intercept = level - slope * centres
        weight = _LOGISTIC_INFORMATION / noise**2
        precision = ability_sd**-2 + pt.dot(known, slope**2 * weight)
        pull = (
            ability_mean * ability_sd**-2 + pt.dot(logits, slope * weight) - pt.dot(known, slope * weight * intercept)
        )
        deviation = pm.Normal("deviation", dims="model")
        ability = pm.Deterministic("ability", pull / precision + deviation * precision**-0.5, dims="model")
        prior = -0.5 * ((ability - ability_mean) / ability_sd) ** 2 - pt.log(ability_sd)
        pm.Potential("ability_prior", pt.sum(prior + 0.5 * deviation**2 - 0.5 * pt.log(precision)))

        at = scores.benchmark_index
        mean = intercept[at] + slope[at] * ability[scores.model_index]
        pm.Logistic("logit", mean[inside], noise[at[inside]], observed=scores.logit[inside])
        pm.Potential("at_floor", -pt.sum(pt.softplus((mean[floor] - LOGIT_FLOOR) / noise[at[floor]])))
        pm.Potential("at_ceiling", -pt.sum(pt.softplus((LOGIT_CEILING - mean[ceiling]) / noise[at[ceiling]])))
    return model


def _dense(scores: ScoreMatrix, entries: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Whether a pair is among the entries (1 or 0) and its logit (else 0), each ``(models, benchmarks)``."""
    where = scores.model_index[entries], scores.benchmark_index[entries]
    known = np.zeros((len(scores.models), len(scores.benchmarks)))
    logits = known.copy()
    known[where], logits[where] = 1.0, scores.logit[entries]
    return known, logits


def _centres(scores: ScoreMatrix) -> NDArray[np.float64]:
    """Rough mean ability of the models that a benchmark discriminates, shape ``(benchmarks,)``.

    Only where each line's level is measured: there level and slope are nearly independent. From alternating ridge
    regressions of logits on abilities and slopes; any constants would give the same posterior up to the level's prior.
    """
    known, logits = _dense(scores, np.flatnonzero(scores.side == 0))
    count = np.maximum(known.sum(axis=0), 1.0)
    mean_logit = logits.sum(axis=0) / count
    slope, centre = np.ones(len(scores.benchmarks)), np.zeros(len(scores.benchmarks))
    for _ in range(20):
        residual = known * (logits - mean_logit + slope * centre)
        ability = (residual @ slope) / (known @ slope**2 + 0.3)
        ability = (ability - ability.mean()) / ability.std()
        centre = known.T @ ability / count
        spread = known * (ability[:, None] - centre)
        slope = np.clip(((spread * (logits - mean_logit)).sum(axis=0) + 1) / ((spread**2).sum(axis=0) + 1), 0.2, 5.0)
    return centre
