"""Quality-adjusted price series of families, from irregular rows, and what they leave to single models.

A series has one value for each family and quarter in which models entered: their mean log price at the family's average quality. Quarters,
because most months have no new model in a family, and because the laws tell innovations apart by quarters too. A model counts in the
quarter of its entry, with the mean of all its prices: list prices mostly stay, so that later listings of an old model say what was
charged then (docs/decisions.md, "A model on sale follows the market by a share"). Without repeated models a row's date is its entry.

The slope of quality is common to all and comes from differences between models that entered in one family and quarter, so that it takes
nothing from the decline. Spreads are those of a nested analysis of variance: rows within models, models within family and quarter
(Searle, Casella and McCulloch 1992, Variance components, ch. 3).
"""

from dataclasses import dataclass

import numpy as np

from analysis.baselines.line import MIN_FREEDOM, SMALLEST_VARIANCE, Line, capability_design, fit_line
from analysis.errors import InputError
from analysis.laws.innovations import GRID_YEARS
from analysis.laws.observations import PriceObservations


@dataclass(frozen=True)
class FamilySeries:
    """Quality-adjusted log prices of one family, with gaps.

    Attributes
    ----------
    name
        Of the family.
    period : (k,) int
        Quarters since the start in which models entered, rising.
    level : (k,)
        Mean log price of the quarter's models, at quality zero (the family's centre).
    quality : (k,)
        Their mean quality: how far the adjustment reached.
    """

    name: str
    period: np.ndarray
    level: np.ndarray
    quality: np.ndarray


@dataclass(frozen=True)
class Steps:
    """Changes of a series from one value to the next.

    Attributes
    ----------
    gap : (k,)
        Quarters between the two.
    change : (k,)
        Log points.
    """

    gap: np.ndarray
    change: np.ndarray


@dataclass(frozen=True)
class AdjustedPanel:
    """The seen rows as series and spreads.

    Attributes
    ----------
    series
        By code of the family.
    elasticity, elasticity_variance
        Slope of log price on quality, and its squared standard error.
    unit_variance
        Between models within family and quarter, squared log points.
    residual_variance, residual_freedom
        Of rows around their model's mean, and the degrees of freedom behind it.
    unit_mean, unit_rows : (U,)
        Mean log price and number of the seen rows of each unit of all observations; zero rows for unseen units.
    between
        Line through the means of models on entry and capability, for families without a series.
    """

    series: dict[int, FamilySeries]
    elasticity: float
    elasticity_variance: float
    unit_variance: float
    residual_variance: float
    residual_freedom: int
    unit_mean: np.ndarray
    unit_rows: np.ndarray
    between: Line


def adjust(obs: PriceObservations, seen: np.ndarray) -> AdjustedPanel:
    """Turn the seen rows into series.

    Parameters
    ----------
    obs, seen
        All observations, and the mask (n,) of the rows to learn from.

    Raises
    ------
    InputError
        Fewer than `MIN_FREEDOM` degrees of freedom between models within family and quarter, or no line across families.
    """
    size = len(obs.unit_family)
    count = np.bincount(obs.unit[seen], minlength=size)
    mean = np.bincount(obs.unit[seen], obs.log_price[seen], size) / np.maximum(count, 1)
    units = np.flatnonzero(count)
    residual = obs.log_price[seen] - mean[obs.unit[seen]]
    freedom = int(seen.sum()) - len(units)
    noise = max(float(residual @ residual) / max(freedom, 1), SMALLEST_VARIANCE)

    cells = np.column_stack([obs.unit_family[units], entry_period(obs, units)])
    names, cell = np.unique(cells, axis=0, return_inverse=True)
    slope, slope_variance, spread = _within_cells(mean[units], obs.unit_quality[units], cell)
    members = np.bincount(cell)
    level = np.bincount(cell, mean[units] - slope * obs.unit_quality[units]) / members
    quality = np.bincount(cell, obs.unit_quality[units]) / members
    return AdjustedPanel(
        series={
            int(family): FamilySeries(obs.families[family], names[own, 1], level[own], quality[own])
            for family, own in ((family, names[:, 0] == family) for family in np.unique(names[:, 0]))
        },
        elasticity=slope,
        elasticity_variance=slope_variance,
        unit_variance=max(spread - noise * float((1 / count[units]).mean()), SMALLEST_VARIANCE),
        residual_variance=noise,
        residual_freedom=freedom,
        unit_mean=mean,
        unit_rows=count,
        between=fit_line(mean[units], capability_design(obs, obs.unit_entry_time[units], units)),
    )


def entry_period(obs: PriceObservations, units: np.ndarray) -> np.ndarray:
    """Quarter since the start in which each unit entered."""
    return np.asarray(np.floor(obs.unit_entry_time[units] / GRID_YEARS), int)


def steps_of(series: FamilySeries) -> Steps:
    """The changes of one series."""
    return Steps(np.diff(series.period).astype(float), np.diff(series.level))


def pooled_steps(panel: AdjustedPanel) -> Steps:
    """The changes of all series, for families too young for a drift of their own.

    Raises
    ------
    InputError
        Fewer than `MIN_FREEDOM` + 1 changes.
    """
    parts = [steps_of(series) for series in panel.series.values()]
    pooled = Steps(np.concatenate([part.gap for part in parts]), np.concatenate([part.change for part in parts]))
    if len(pooled.gap) <= MIN_FREEDOM:
        problem = f"{len(pooled.gap)} changes from quarter to quarter within families are too few for a drift"
        raise InputError(problem, remedy=f"{MIN_FREEDOM + 1} are needed")
    return pooled


def _within_cells(log_price: np.ndarray, quality: np.ndarray, cell: np.ndarray) -> tuple[float, float, float]:
    """Slope on quality within cells, its variance, and the variance of what is left."""
    members = np.bincount(cell)
    price = log_price - (np.bincount(cell, log_price) / members)[cell]
    better = quality - (np.bincount(cell, quality) / members)[cell]
    scatter = float(better @ better)
    # Differences between equal numbers are not exactly zero.
    varies = scatter > len(better) * (1e-9 * max(float(np.abs(quality).max()), 1.0)) ** 2
    freedom = len(cell) - len(members) - int(varies)
    if freedom < MIN_FREEDOM:
        problem = f"{len(cell)} models in {len(members)} quarters of families leave {freedom} degrees of freedom"
        raise InputError(problem, remedy=f"{MIN_FREEDOM} are needed to tell the spread of models from the trend")
    slope = float(better @ price) / scatter if varies else 0.0
    left = price - slope * better
    variance = float(left @ left) / freedom
    return slope, variance / scatter if varies else 0.0, variance
