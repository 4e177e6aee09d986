"""Abilities of models given the parameters of the benchmarks: seconds where a full fit takes minutes.

For each draw of the benchmarks' slopes, levels and noises from a full fit, a model's ability has a posterior in one dimension, which is the
Normal prior of that draw times the likelihood of the model's scores. Its logarithm is concave, so its top is found by halving an interval
and its moments by a sum over a grid around the top; the draws are then averaged, which carries the uncertainty of the benchmarks along.
What is left out is what the model itself would say of the benchmarks.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, log_expit

from costfloor.capability.model import LOGIT_CEILING, LOGIT_FLOOR, CapabilityFit
from costfloor.capability.scores import ScoreMatrix

MAX_DRAWS: Final = 200
"""So many draws give means within 7 % of the standard deviation that the benchmarks contribute."""

_HALVINGS: Final = 32
_GRID: Final = np.linspace(-8.0, 8.0, 33)
_PRIOR_REACH: Final = 12.0


@dataclass(frozen=True)
class BenchmarkDraws:
    """Draws of what a full fit knows of benchmarks and of the population of models.

    Attributes
    ----------
    benchmarks
        Sorted labels.
    slope, level, noise
        Shape ``(draws, benchmarks)``, latent units.
    centre
        Constants, shape ``(benchmarks,)``.
    ability_mean, ability_sd
        Prior of abilities, shape ``(draws,)``.
    """

    benchmarks: tuple[str, ...]
    slope: NDArray[np.float64]
    level: NDArray[np.float64]
    noise: NDArray[np.float64]
    centre: NDArray[np.float64]
    ability_mean: NDArray[np.float64]
    ability_sd: NDArray[np.float64]

    @classmethod
    def of(cls, fit: CapabilityFit) -> Self:
        """At most `MAX_DRAWS` draws of a fit, evenly over its chains."""
        draws = fit.sampled.posterior.stack(sample=("chain", "draw"))
        step = -(-draws.sizes["sample"] // MAX_DRAWS)
        thin = draws.isel(sample=slice(None, None, step))
        slope, level, noise = (
            thin[name].transpose("sample", "benchmark").to_numpy() for name in ("slope", "level", "noise")
        )
        mean, sd = thin["ability_mean"].to_numpy(), thin["ability_sd"].to_numpy()
        return cls(fit.scores.benchmarks, slope, level, noise, fit.centres, mean, sd)

    def to_frame(self) -> pd.DataFrame:
        """One row per draw and benchmark, columns ``draw, benchmark, slope, level, noise, centre, ability_mean, ability_sd``."""
        draws, count = self.slope.shape
        return pd.DataFrame(
            {
                "draw": np.repeat(np.arange(draws), count),
                "benchmark": np.tile(np.array(self.benchmarks), draws),
                "slope": self.slope.ravel(),
                "level": self.level.ravel(),
                "noise": self.noise.ravel(),
                "centre": np.tile(self.centre, draws),
                "ability_mean": np.repeat(self.ability_mean, count),
                "ability_sd": np.repeat(self.ability_sd, count),
            }
        )

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Self:
        """The draws that `to_frame` gave."""
        count = int((frame["draw"] == 0).sum())
        slope, level, noise = (frame[name].to_numpy().reshape(-1, count) for name in ("slope", "level", "noise"))
        first = frame.iloc[:count]
        mean, sd = (frame[name].to_numpy()[::count] for name in ("ability_mean", "ability_sd"))
        return cls(tuple(first["benchmark"]), slope, level, noise, first["centre"].to_numpy(), mean, sd)


@dataclass(frozen=True)
class AbilityDraws:
    """Posterior of abilities for each draw of the benchmarks.

    Attributes
    ----------
    models
        Sorted labels of the models with a score on a benchmark of the draws.
    n_benchmarks
        On how many of them each rests, shape ``(models,)``.
    mean, variance
        Within each draw, shape ``(models, draws)``, latent units.
    """

    models: NDArray[np.object_]
    n_benchmarks: NDArray[np.int64]
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]


def abilities(scores: ScoreMatrix, draws: BenchmarkDraws) -> pd.DataFrame:
    """Ability of every model that has a score on a benchmark of the draws.

    Returns
    -------
    pandas.DataFrame
        ``model_key, ability, ability_sd, n_benchmarks``: posterior mean and standard deviation in latent units, and on how many
        benchmarks of the draws they rest; sorted by key.
    """
    posterior = ability_draws(scores, draws)
    return pd.DataFrame(
        {
            "model_key": pd.Series(posterior.models, dtype="str"),
            "ability": posterior.mean.mean(axis=1),
            "ability_sd": np.sqrt(posterior.variance.mean(axis=1) + posterior.mean.var(axis=1)),
            "n_benchmarks": posterior.n_benchmarks,
        }
    )


def ability_draws(scores: ScoreMatrix, draws: BenchmarkDraws) -> AbilityDraws:
    """Posterior of abilities for each draw of the benchmarks.

    Parameters
    ----------
    scores
        Scores on benchmarks that the draws know, and on others, which say nothing here.
    draws
        Of the benchmarks.
    """
    position = {name: number for number, name in enumerate(draws.benchmarks)}
    column = np.array([position.get(name, -1) for name in scores.benchmarks], dtype=np.int64)[scores.benchmark_index]
    known = column >= 0
    column, side, logit = column[known], scores.side[known, None], scores.logit[known, None]
    models, starts, counts = np.unique(scores.model_index[known], return_index=True, return_counts=True)
    labels = np.array(scores.models, dtype=object)[models]
    if not len(models):
        return AbilityDraws(labels, counts, np.empty((0, 1)), np.empty((0, 1)))
    slope, noise = draws.slope.T[column], draws.noise.T[column]
    intercept = draws.level.T[column] - slope * draws.centre[column, None]

    def residuals(ability: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far scores lie above what is expected, and limits above expectations, in units of noise; shape (entries, draws)."""
        measured = np.where(side == 0, logit, np.where(side < 0, LOGIT_FLOOR, LOGIT_CEILING))
        return (measured - intercept - slope * np.repeat(ability, counts, axis=0)) / noise

    def gradient(ability: NDArray[np.float64]) -> NDArray[np.float64]:
        share = expit(residuals(ability))
        by_entry = slope / noise * np.where(side == 0, 2 * share - 1, np.where(side < 0, share - 1, share))
        by_model = np.add.reduceat(by_entry, starts, axis=0)
        return by_model - (ability - draws.ability_mean) / draws.ability_sd**2

    def log_density(ability: NDArray[np.float64]) -> NDArray[np.float64]:
        above, below = log_expit(z := residuals(ability)), log_expit(-z)
        by_entry = np.where(side == 0, above + below, np.where(side < 0, above, below))
        by_model = np.add.reduceat(by_entry, starts, axis=0)
        return by_model - 0.5 * ((ability - draws.ability_mean) / draws.ability_sd) ** 2

    shape = (len(models), len(draws.ability_mean))
    low = np.broadcast_to(draws.ability_mean - _PRIOR_REACH * draws.ability_sd, shape)
    high = np.broadcast_to(draws.ability_mean + _PRIOR_REACH * draws.ability_sd, shape)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        rising = gradient(middle) > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    top = (low + high) / 2
    share = expit(residuals(top))
    curvature = (slope / noise) ** 2 * np.where(side == 0, 2.0, 1.0) * share * (1 - share)
    width = (draws.ability_sd**-2 + np.add.reduceat(curvature, starts, axis=0)) ** -0.5

    highest = log_density(top)
    weight, first, second = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for step in _GRID:
        mass = np.exp(log_density(top + step * width) - highest)
        weight, first, second = weight + mass, first + mass * step, second + mass * step**2
    shift = first / weight
    mean, variance = top + width * shift, width**2 * (second / weight - shift**2)
    return AbilityDraws(labels, counts, mean, variance)
