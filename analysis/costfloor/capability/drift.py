"""Whether the scale of capability drifts as new benchmarks take over: models scored on old and on new ones tell.

The ability of such a model is worked out twice, from its scores on the old benchmarks alone and from those on the new ones alone, with
the parameters of one full fit. Where the difference rises with the day of release, new benchmarks see faster progress than old ones did,
and a rate that is read off a stretch across the change has this in it. Abilities have next to no prior here: it would pull those with few
scores to the mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from costfloor.capability.abilities import BenchmarkDraws, ability_draws
from costfloor.capability.scale import IndexUnits
from costfloor.capability.scores import ScoreMatrix

MIN_MODELS: Final = 10
"""With fewer models on both sides nothing is said."""

_NO_PRIOR: Final = 10.0
_EVERY: Final = 4
_DAYS_PER_YEAR: Final = 365.25


@dataclass(frozen=True)
class Drift:
    """Capability by new benchmarks less that by old ones, in index units.

    Attributes
    ----------
    old, new
        The benchmarks on either side.
    models
        Models with scores on both.
    difference, difference_error
        At the mean day of release of these models, with its standard error.
    per_year, per_year_error
        Its slope by day of release, with its standard error.
    """

    old: tuple[str, ...]
    new: tuple[str, ...]
    models: int
    difference: float
    difference_error: float
    per_year: float
    per_year_error: float

    @property
    def beyond_error(self) -> bool:
        """The slope is more than two standard errors from none."""
        return abs(self.per_year) > 2 * self.per_year_error

    def as_rate(self, score_elasticity: float) -> float:
        """What the slope puts into the decline of the price of a fixed capability: a log-rate a year, whichever its sign.

        Parameters
        ----------
        score_elasticity
            Log price per index unit.
        """
        return abs(self.per_year * score_elasticity)

    def __str__(self) -> str:
        return (
            f"scale: {self.models} models on {len(self.old)} older and {len(self.new)} newer benchmarks; newer less older "
            f"{self.difference:+.1f} points (standard error {self.difference_error:.1f}), {self.per_year:+.1f} points a year of release "
            f"({self.per_year_error:.1f})"
        )


@dataclass(frozen=True)
class AnchorMove:
    """How far a model lies from where it once stood, in index units; `error` is the standard deviation of its capability."""

    model_key: str
    moved: float
    error: float

    @property
    def within_error(self) -> bool:
        """It moved by less than two standard errors."""
        return abs(self.moved) <= 2 * self.error


def newer_benchmarks(scores: ScoreMatrix, models: pd.DataFrame) -> tuple[str, ...]:
    """The half of the benchmarks whose models are the newer ones, by the median day of release, sorted.

    Days on which scores became known would not do: many old benchmarks came into the store late.

    Parameters
    ----------
    scores
        Scores of the day.
    models
        ``model_key, release_date``.
    """
    dated = scores.to_frame().merge(models[["model_key", "release_date"]].dropna(), on="model_key")
    middle = dated.groupby("benchmark")["release_date"].median()
    return tuple(str(name) for name in sorted(middle.index[middle > middle.median()]))


def scale_drift(
    scores: ScoreMatrix, draws: BenchmarkDraws, units: IndexUnits, models: pd.DataFrame, new: tuple[str, ...]
) -> Drift | None:
    """Compare abilities by new benchmarks with those by old ones.

    Parameters
    ----------
    scores
        Scores of the day.
    draws, units
        Of a full fit that knows old and new benchmarks.
    models
        ``model_key, release_date``.
    new
        The new benchmarks.

    Returns
    -------
    None when fewer than `MIN_MODELS` dated models have scores on both sides.
    """
    # Every fourth draw is enough for an error, in a fourth of the time.
    few = (draws.slope, draws.level, draws.noise, draws.centre[None], draws.ability_mean, _NO_PRIOR * draws.ability_sd)
    slope, level, noise, centre, mean, sd = (values[::_EVERY] for values in few)
    without_prior = BenchmarkDraws(draws.benchmarks, slope, level, noise, centre[0], mean, sd)
    is_new = np.isin(np.array(scores.benchmarks, dtype=object), np.array(new, dtype=object))[scores.benchmark_index]
    sides = [ability_draws(scores.of(entries), without_prior) for entries in (~is_new, is_new)]
    released = models.dropna(subset=["release_date"]).set_index("model_key")["release_date"]
    shared = sorted(set(sides[0].models) & set(sides[1].models) & set(released.index))
    if len(shared) < MIN_MODELS:
        return None
    at = [np.searchsorted(side.models.astype(str), shared) for side in sides]
    difference = units.scale * (sides[1].mean[at[1]] - sides[0].mean[at[0]])
    variance = units.scale**2 * (sides[1].variance[at[1]] + sides[0].variance[at[0]])
    years = (released[shared] - released[shared].mean()).dt.days.to_numpy(dtype=np.float64) / _DAYS_PER_YEAR
    (at_mean, per_year), (level_error, slope_error) = _line(years, difference, variance)
    compared = [name for name in scores.benchmarks if name in draws.benchmarks]
    older, newer = (tuple(name for name in compared if (name in new) is side) for side in (False, True))
    return Drift(older, newer, len(shared), at_mean, level_error, per_year, slope_error)


def anchor_moves(places: Mapping[str, float], capability: pd.DataFrame) -> tuple[AnchorMove, ...]:
    """How far models moved from their places; those without a capability are passed over.

    Parameters
    ----------
    places
        Capability of before, by key of the model.
    capability
        ``model_key, capability, capability_sd``.
    """
    now = capability.set_index("model_key")
    return tuple(
        AnchorMove(key, float(now["capability"][key] - place), float(now["capability_sd"][key]))
        for key, place in places.items()
        if key in now.index
    )


def _line(
    years: NDArray[np.float64], difference: NDArray[np.float64], variance: NDArray[np.float64]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Level at year 0 and slope of a line through differences, weighted, with their standard errors.

    Of each draw of the benchmarks a line; what the lines differ by is the error that all models share. Where differences scatter more than
    their variances say, errors grow with the scatter (Birge 1932).
    """
    design = np.column_stack([np.ones_like(years), years])
    lines, covariances = [], []
    for values, noise in zip(difference.T, variance.T, strict=True):
        normal = np.linalg.inv((design / noise[:, None]).T @ design)
        line = normal @ ((design / noise[:, None]).T @ values)
        scatter = ((values - design @ line) ** 2 / noise).sum() / (len(years) - 2)
        lines.append(line)
        covariances.append(np.diag(normal) * max(1.0, float(scatter)))
    (level, slope), errors = np.mean(lines, axis=0), np.sqrt(np.mean(covariances, axis=0) + np.var(lines, axis=0))
    return (float(level), float(slope)), (float(errors[0]), float(errors[1]))
