"""Did a technology slow down when a law said that it would? Calibration of the claim of a floor."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from costfloor.errors import InputError
from costfloor.studies.technologies.forecast import SeriesForecast, rates
from costfloor.studies.technologies.series import CostSeries

FALLING = 0.01
"""Log-rate per year from which a cost counts as falling: of one that stood still or rose, half the rate is no slowing."""

BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Bin:
    """Technologies of which the claim was made with a probability between `low` and `high`.

    Attributes
    ----------
    technologies
        Their number, series of one technology counted as one.
    claimed, happened
        Mean probability, and the share that did slow.
    """

    low: float
    high: float
    technologies: float
    claimed: float
    happened: float


@dataclass(frozen=True)
class Calibration:
    """How often a claim came true.

    Attributes
    ----------
    brier
        Mean squared difference between probability and outcome (Brier 1950); smaller is better, 0.25 for a coin.
    gain, gain_se
        By how much `brier` is better than the base rate's, and its standard error over series.
    claimed, happened
        Mean probability, and the share of technologies that slowed.
    bins
        Reliability.
    """

    brier: float
    gain: float
    gain_se: float
    claimed: float
    happened: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class Outcomes:
    """What happened to the technologies that were falling in the earlier part.

    Attributes
    ----------
    falling : (F,) bool
        Whether a series' earlier rate is above `FALLING`.
    slowed : (F,) bool
        Whether the later rate is below half of the earlier one.
    weights : (F,)
        Of each series in an average over the falling technologies, adding up to one; zero for the others.
    technologies
        Number of falling technologies.
    """

    falling: np.ndarray
    slowed: np.ndarray
    weights: np.ndarray
    technologies: float


def outcomes(wholes: Sequence[CostSeries], weights: np.ndarray, share: float) -> Outcomes:
    """Compare the rates of the earlier and the later part of every series.

    Parameters
    ----------
    wholes, weights
        Whole series, and the weight (F,) of each in an average over technologies.
    share
        Of its points that belong to the earlier part.

    Raises
    ------
    InputError
        Fewer than two technologies were falling.
    """
    early, late = np.array([rates(series, share) for series in wholes]).T
    falling = early > FALLING
    if falling.sum() < 2:
        raise InputError("fewer than two technologies were falling, so no claim that one slows down can be judged")
    total = float(weights[falling].sum())
    return Outcomes(falling, late < 0.5 * early, np.where(falling, weights, 0.0) / total, total)


def calibration(forecasts: Sequence[SeriesForecast], happened: Outcomes) -> Calibration:
    """Score the probabilities of slowing of one forecaster; `forecasts` in the order of the series of `happened`."""
    return score_claims(np.array([forecast.slows for forecast in forecasts]), happened)


def base_rate(happened: Outcomes) -> np.ndarray:
    """The claims (F,) that need no law: for each series, the share that slowed among the others."""
    total = happened.weights @ happened.slowed
    return np.asarray((total - happened.weights * happened.slowed) / (1.0 - happened.weights))


def score_claims(claims: np.ndarray, happened: Outcomes) -> Calibration:
    """Score probabilities (F,) of slowing."""
    weights, slowed = happened.weights, happened.slowed.astype(float)
    place = np.clip(np.digitize(claims, BINS) - 1, 0, len(BINS) - 2)
    bins = []
    for number, (low, high) in enumerate(pairwise(BINS)):
        in_bin = np.where(place == number, weights, 0.0)
        if total := float(in_bin.sum()):
            count = total * happened.technologies
            bins.append(Bin(low, high, count, float(in_bin @ claims / total), float(in_bin @ slowed / total)))
    gains = (base_rate(happened) - slowed) ** 2 - (claims - slowed) ** 2
    gain = float(weights @ gains)
    return Calibration(
        brier=float(weights @ (claims - slowed) ** 2),
        gain=gain,
        gain_se=float(np.sqrt(weights**2 @ (gains - gain) ** 2)),
        claimed=float(weights @ claims),
        happened=float(weights @ slowed),
        bins=tuple(bins),
    )
