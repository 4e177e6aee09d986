"""Quality-adjusted price series of families, from irregular rows, and what they leave to single models.

Log price is regressed on an effect of family and quarter, quality with one slope for all, and a random effect of the model:

    log price = level(family, quarter) + slope * quality + model + noise.

The levels are the series. The slope comes from differences between models priced in one family and quarter, so that it takes nothing
from the decline. Quarters, because in most months a family has no price at all, and because the laws tell innovations apart by quarters
too. A row counts in the quarter of its date, as in published price indexes: new models and old ones run on one clock.

Spreads are Henderson's third method of fitting constants, levels and slope generalised least squares, effects of models best linear
predictors (Searle, Casella and McCulloch 1992, Variance components, sections 5.5, 7.4 and 7.6).
"""

from dataclasses import dataclass

import numpy as np

from costfloor.errors import InputError
from costfloor.forecast.baselines.line import MIN_FREEDOM, SMALLEST_VARIANCE, Line, capability_design, fit_line
from costfloor.laws.innovations import GRID_YEARS
from costfloor.laws.observations import PriceObservations


@dataclass(frozen=True)
class FamilySeries:
    """Quality-adjusted log prices of one family, with gaps.

    Attributes
    ----------
    name
        Of the family.
    period : (k,) int
        Quarters since the start that have prices, rising.
    level : (k,)
        Log price at quality zero (the family's centre).
    last_variance
        Squared standard error of the last level at the quality of its models.
    last_quality
        Mean quality of the last quarter's rows: from there the adjustment reaches to a new model.
    """

    name: str
    period: np.ndarray
    level: np.ndarray
    last_variance: float
    last_quality: float


@dataclass(frozen=True)
class Steps:
    """Changes of a series from one value to the next.

    Attributes
    ----------
    gap : (k,) int
        Quarters between the two.
    change : (k,)
        Log points.
    """

    gap: np.ndarray
    change: np.ndarray


@dataclass(frozen=True)
class Spreads:
    """Variance components, squared log points.

    Attributes
    ----------
    unit
        Between models of one quality in one family and quarter.
    residual
        Of rows around their model; `SMALLEST_VARIANCE` where too few models have several rows.
    residual_freedom
        Degrees of freedom behind `residual`.
    """

    unit: float
    residual: float
    residual_freedom: int


@dataclass(frozen=True)
class AdjustedPanel:
    """The seen rows as series, effects of models, and spreads.

    Attributes
    ----------
    series
        By code of the family.
    elasticity, elasticity_variance
        Slope of log price on quality, and its squared standard error.
    spreads
        Variance components.
    unit_effect, unit_variance : (U,)
        Best linear predictor of each unit's effect and its error variance; of an unseen unit zero and the variance between units.
    between
        Line through the means of models on date and capability, for families without a series.
    """

    series: dict[int, FamilySeries]
    elasticity: float
    elasticity_variance: float
    spreads: Spreads
    unit_effect: np.ndarray
    unit_variance: np.ndarray
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
    rows = np.flatnonzero(seen)
    log_price, quality = obs.log_price[rows], obs.quality[rows]
    pairs = np.column_stack([obs.family[rows], period_of(obs.time_years[rows])])
    cells, cell = np.unique(pairs, axis=0, return_inverse=True)
    units, unit = np.unique(obs.unit[rows], return_inverse=True)
    member = np.eye(len(units))[unit]
    design = np.eye(len(cells))[cell]
    members = design.sum(axis=0)
    cell_quality = design.T @ quality / members
    better = quality - cell_quality[cell]
    # Differences between equal numbers are not exactly zero.
    varies = float(np.abs(better).max()) > 1e-9 * max(float(np.abs(quality).max()), 1.0)
    if varies:
        # Quality within the cell leaves the slope as it is, and makes a level's error that of the cell's own models.
        design = np.column_stack([design, better])
    spreads = _spreads(log_price, design, member)

    count = member.sum(axis=0)
    # Inverse of a covariance that links only rows of one model.
    share = spreads.unit / (count * spreads.unit + spreads.residual)
    precision = (np.eye(len(rows)) - (member * share) @ member.T) / spreads.residual
    covariance = np.linalg.inv(design.T @ precision @ design)
    coefficients = covariance @ design.T @ precision @ log_price
    effect, effect_variance = np.zeros(len(obs.unit_family)), np.full(len(obs.unit_family), spreads.unit)
    effect[units] = spreads.unit * member.T @ precision @ (log_price - design @ coefficients)
    effect_variance[units] = share * spreads.residual
    slope = float(coefficients[-1]) if varies else 0.0
    mean_time = member.T @ obs.time_years[rows] / count
    return AdjustedPanel(
        series={
            int(family): FamilySeries(
                obs.families[family],
                cells[of_family, 1],
                coefficients[of_family] - slope * cell_quality[of_family],
                float(covariance[of_family[-1], of_family[-1]]),
                float(cell_quality[of_family[-1]]),
            )
            for family, of_family in ((code, np.flatnonzero(cells[:, 0] == code)) for code in np.unique(cells[:, 0]))
        },
        elasticity=slope,
        elasticity_variance=float(covariance[-1, -1]) if varies else 0.0,
        spreads=spreads,
        unit_effect=effect,
        unit_variance=effect_variance,
        between=fit_line(member.T @ log_price / count, capability_design(obs, mean_time, units)),
    )


def period_of(time_years: np.ndarray) -> np.ndarray:
    """Quarter since the start of each time."""
    return np.asarray(np.floor(time_years / GRID_YEARS), int)


def steps_of(series: FamilySeries) -> Steps:
    """The changes of one series."""
    return Steps(np.diff(series.period), np.diff(series.level))


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


def _spreads(log_price: np.ndarray, design: np.ndarray, member: np.ndarray) -> Spreads:
    """Henderson's method 3: what fixed effects of the models add to the fit, against its expectation."""
    axes = np.linalg.qr(design).Q
    left, left_member = log_price - axes @ (axes.T @ log_price), member - axes @ (axes.T @ member)
    # Combinations of models that levels and slope already tell apart have eigenvalue zero.
    weight, combination = np.linalg.eigh(left_member.T @ left_member)
    apart = weight > 1e-9 * max(float(weight[-1]), 1.0)
    extra = int(apart.sum())
    if extra < MIN_FREEDOM:
        problem = f"{member.shape[1]} models in {design.shape[1]} levels and slopes leave {extra} degrees of freedom"
        raise InputError(problem, remedy=f"{MIN_FREEDOM} are needed to tell the spread of models from the trend")
    explained = float((((left @ left_member) @ combination)[apart] ** 2 / weight[apart]).sum())
    freedom = len(log_price) - design.shape[1] - extra
    unexplained = float((left**2).sum()) - explained
    residual = max(unexplained / freedom, SMALLEST_VARIANCE) if freedom >= MIN_FREEDOM else SMALLEST_VARIANCE
    return Spreads(max((explained - residual * extra) / float(weight.sum()), SMALLEST_VARIANCE), residual, freedom)
