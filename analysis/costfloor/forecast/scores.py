"""Scores of draws against what was observed: row by row, jointly by model, and of the mean of a quarter.

References: Gneiting and Raftery (2007), Strictly proper scoring rules, prediction, and estimation.
"""

from dataclasses import dataclass

import numpy as np

from costfloor.laws.innovations import GRID_YEARS
from costfloor.laws.observations import PriceObservations

JACKKNIFE_BLOCKS = 20

MIN_INDEX_ROWS = 5
"""Of a quarter, from which its mean is scored: the mean of fewer is the price of single models."""


@dataclass(frozen=True)
class OriginScore:
    """Scores of one forecaster at one origin. Codes of units and hosts, and quarters since the start, are those of the whole table.

    Attributes
    ----------
    unit, unit_quarter
        Each scored unit, and the quarter of its first scored row.
    unit_elpd
        Log predictive density of the scored rows of each scored unit, joint within the unit.
    elpd_mcse
        Monte Carlo standard error of the sum of `unit_elpd`: all units share the draws, so their errors add up.
    row_unit, row_host, row_quarter
        Unit, host and quarter of each scored row.
    crps
        Continuous ranked probability score of log price, log points, one per scored row.
    covered50, covered90
        Whether each scored row lies in its 50 and 90 % predictive interval.
    pit
        Probability integral transform of each scored row: uniform if the forecasts are calibrated.
    index_quarter
        Quarters with at least `MIN_INDEX_ROWS` scored rows.
    index_crps
        CRPS of the mean log price of the scored rows of each of them. Forecast and outcome are of the same rows, so that what was quoted
        differs in neither capability nor seller: what is left is the price at fixed capability.
    """

    unit: np.ndarray
    unit_quarter: np.ndarray
    unit_elpd: np.ndarray
    elpd_mcse: float
    row_unit: np.ndarray
    row_host: np.ndarray
    row_quarter: np.ndarray
    crps: np.ndarray
    covered50: np.ndarray
    covered90: np.ndarray
    pit: np.ndarray
    index_quarter: np.ndarray
    index_crps: np.ndarray


def score_draws(
    obs: PriceObservations, scored: np.ndarray, simulated: np.ndarray, unit_elpd: np.ndarray, elpd_mcse: float
) -> OriginScore:
    """Score a predictive distribution.

    Parameters
    ----------
    obs, scored
        All observations, and the mask (n,) of the rows to score.
    simulated
        Draws of their log prices (S, rows), joint over rows.
    unit_elpd, elpd_mcse
        As in `OriginScore`.
    """
    rows = np.flatnonzero(scored)
    observed, quarter = obs.log_price[rows], np.floor(obs.time_years[rows] / GRID_YEARS).astype(int)
    units = np.unique(obs.unit[rows])
    quarters, count = np.unique(quarter, return_counts=True)
    quarters = quarters[count >= MIN_INDEX_ROWS]
    of_quarter = [quarter == code for code in quarters]
    return OriginScore(
        unit=units,
        unit_quarter=np.array([quarter[obs.unit[rows] == unit].min() for unit in units]),
        unit_elpd=unit_elpd,
        elpd_mcse=elpd_mcse,
        row_unit=obs.unit[rows],
        row_host=obs.host[rows],
        row_quarter=quarter,
        crps=crps(simulated, observed),
        covered50=covered(simulated, observed, 0.5),
        covered90=covered(simulated, observed, 0.9),
        pit=np.mean(simulated < observed, axis=0),
        index_quarter=quarters,
        index_crps=np.array(
            [
                crps(simulated[:, within].mean(axis=1)[:, None], observed[within].mean(keepdims=True))[0]
                for within in of_quarter
            ]
        ),
    )


def covered(simulated: np.ndarray, observed: np.ndarray, probability: float) -> np.ndarray:
    """Whether each observation lies in the equal-tailed predictive interval of its draws (S, n)."""
    tail = (1 - probability) / 2
    low, high = np.quantile(simulated, [tail, 1 - tail], axis=0)
    return np.asarray((observed >= low) & (observed <= high))


def crps(simulated: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Continuous ranked probability score of each observation from draws (S, n), in the unit of the observation."""
    size = len(simulated)
    ordered = np.sort(simulated, axis=0)
    weights = (2.0 * np.arange(1, size + 1) - size - 1.0)[:, None]
    half_spread = (weights * ordered).sum(axis=0) / size**2
    return np.asarray(np.abs(simulated - observed).mean(axis=0) - half_spread)


def jackknife_mcse(log_density: np.ndarray) -> float:
    """Monte Carlo standard error of a sum of log mean densities, by leaving out blocks of consecutive draws.

    Parameters
    ----------
    log_density : (S, U)
        Log density of each of U units under each of S draws, the draws of a chain in sequence.

    References
    ----------
    Kuensch (1989), The jackknife and the bootstrap for general stationary observations.
    """
    size = len(log_density) // JACKKNIFE_BLOCKS
    used = log_density[: size * JACKKNIFE_BLOCKS]
    top = used.max(axis=0)
    blocks = np.exp(used - top).reshape(JACKKNIFE_BLOCKS, size, -1).sum(axis=1)
    without = np.log(np.maximum(blocks.sum(axis=0) - blocks, np.finfo(float).tiny)).sum(axis=1)
    return float(np.sqrt((JACKKNIFE_BLOCKS - 1) * without.var()))
