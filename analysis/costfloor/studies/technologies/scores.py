"""Scores of forecasters over technologies, as plain data. Series of one technology count as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from costfloor.studies.technologies.forecast import SeriesForecast
from costfloor.studies.technologies.series import CostSeries

HORIZONS = ((1, 2), (3, 5), (6, 10), (11, 20), (21, 400))
"""Whole years ahead, from and to."""

PIT_BINS = 10


@dataclass(frozen=True)
class HorizonScore:
    """Scores of the observations `low` to `high` years ahead.

    Attributes
    ----------
    observations
        Their number, unweighted.
    crps
        Mean over technologies of the mean over their observations, log points.
    coverage50, coverage90
        Shares inside the 50 and 90 % predictive intervals, averaged in the same way.
    """

    low: int
    high: int
    observations: int
    crps: float
    coverage50: float
    coverage90: float


@dataclass(frozen=True)
class ForecasterScore:
    """Scores of one forecaster on the later parts of all series.

    Attributes
    ----------
    elpd
        Joint log predictive density of a technology's later part, summed over technologies.
    lead, lead_se
        Of `elpd` over that of the law random_walk, and its standard error over technologies.
    mover, moved
        The technology with most to do with the lead, and what it adds to it.
    crps, coverage50, coverage90
        As in `HorizonScore`, over all horizons.
    weight
        In the stack; None for what is no part of it.
    horizons
        By years ahead.
    pit
        Shares of predictive probabilities of a value below the observed one in tenths, each technology with the same weight.
    """

    elpd: float
    lead: float
    lead_se: float
    mover: str
    moved: float
    crps: float
    coverage50: float
    coverage90: float
    weight: float | None
    horizons: tuple[HorizonScore, ...]
    pit: tuple[float, ...]


def score(
    forecasts: Sequence[SeriesForecast],
    against: Sequence[SeriesForecast],
    wholes: Sequence[CostSeries],
    weights: np.ndarray,
    weight: float | None,
) -> ForecasterScore:
    """Sum up the forecasts of one forecaster.

    Parameters
    ----------
    forecasts, against
        Of the forecaster and of the one it is compared with, in the order of `wholes`.
    wholes, weights
        The series, and the weight (F,) of each in an average over technologies.
    weight
        Of the forecaster in the stack.
    """
    ahead = np.concatenate([forecast.years_ahead for forecast in forecasts])
    crps = np.concatenate([forecast.crps for forecast in forecasts])
    pit = np.concatenate([forecast.pit for forecast in forecasts])
    inside = {p: np.concatenate([forecast.covered(p) for forecast in forecasts]).astype(float) for p in (0.5, 0.9)}
    series = np.repeat(np.arange(len(forecasts)), [len(forecast.pit) for forecast in forecasts])

    def mean(values: np.ndarray, rows: np.ndarray) -> float:
        count = np.bincount(series[rows], minlength=len(forecasts))
        total = np.bincount(series[rows], weights=values[rows], minlength=len(forecasts))
        some = count > 0
        return float(weights[some] @ (total[some] / count[some]) / weights[some].sum())

    everything = np.ones(len(ahead), bool)
    horizons = []
    for low, high in HORIZONS:
        rows = (ahead >= low) & (ahead <= high)
        if rows.any():
            horizons.append(
                HorizonScore(
                    low, high, int(rows.sum()), mean(crps, rows), mean(inside[0.5], rows), mean(inside[0.9], rows)
                )
            )
    tenth = np.minimum((pit * PIT_BINS).astype(int), PIT_BINS - 1)
    elpd = np.array([forecast.elpd for forecast in forecasts])
    technologies, place = np.unique([whole.technology for whole in wholes], return_inverse=True)
    lead = np.bincount(place, weights=weights * (elpd - np.array([forecast.elpd for forecast in against])))
    most = int(np.abs(lead).argmax())
    return ForecasterScore(
        elpd=float(weights @ elpd),
        lead=float(lead.sum()),
        lead_se=float(np.sqrt(len(lead)) * lead.std(ddof=1)),
        mover=str(technologies[most]),
        moved=float(lead[most]),
        crps=mean(crps, everything),
        coverage50=mean(inside[0.5], everything),
        coverage90=mean(inside[0.9], everything),
        weight=weight,
        horizons=tuple(horizons),
        pit=tuple(mean((tenth == k).astype(float), everything) for k in range(PIT_BINS)),
    )


def forecast_table(by_name: Mapping[str, Sequence[SeriesForecast]]) -> dict[str, dict[str, Any]]:
    """Every score of every forecaster and series as plain data: `elpd`, `slows`, and by years ahead `crps` and `pit`."""
    return {
        name: {
            forecast.name: {
                "elpd": forecast.elpd,
                "slows": forecast.slows,
                "years_ahead": forecast.years_ahead.tolist(),
                "crps": np.round(forecast.crps, 5).tolist(),
                "pit": np.round(forecast.pit, 5).tolist(),
            }
            for forecast in forecasts
        }
        for name, forecasts in by_name.items()
    }
