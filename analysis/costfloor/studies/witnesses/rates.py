"""Rates a year of a gain that is seen again and again in the same cells, with errors that few clusters call for.

A cell is what does not change: a model on a device in a configuration, a device in a rental list, a benchmark. Its level is its own; what
all cells share is the path of the gain in time, a line or a line with knots. Errors are by cluster, with the variance of Bell and
McCaffrey (2002) and the degrees of freedom of Pustejovsky and Tipton (2018), as clusters are few and unequal.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student

Floats = npt.NDArray[np.float64]

LEVEL: Final = 0.90
YEAR_DAYS: Final = 365.25
ESTIMABLE: Final = 1e-6
"""A rate counts as told by the data when it moves by less than this with what the data do not tell."""

MIN_CLUSTERS: Final = 3
"""A witness, or a year of one, of which fewer clusters speak is left out: its error would rest on one or two."""

MIN_FREEDOM: Final = 2.0
"""A year whose error has fewer degrees of freedom is left out: its interval would say nothing."""

CANDIDATES: Final = 5
"""Clusters with the largest first-order influence, which are left out in turn to see which of them carries the rate most."""


@dataclass(frozen=True)
class Rate:
    """A log-rate a year, positive when the same is had for less, with its standard error and 90 % interval."""

    value: float
    se: float
    low: float
    high: float


@dataclass(frozen=True)
class YearRate:
    """The rate within a calendar year, as far as data reach into it."""

    year: int
    rate: Rate


@dataclass(frozen=True)
class Witness:
    """One witness of the rate.

    Attributes
    ----------
    name
        A key of `costfloor.studies.witnesses.result.WITNESSES`.
    rate
        Over its whole time.
    years
        By calendar year; years of which too few clusters speak are left out.
    half
        ISO date of the middle of its time.
    before, after, change
        Rates in either half, and the second less the first: below zero when it slows. None where the data do not tell them.
    observations, clusters
        Numbers of rows and of clusters behind them.
    first, last
        ISO dates.
    carried_by, without
        The cluster whose omission moves the rate most, and the rate without it.
    """

    name: str
    rate: Rate
    years: tuple[YearRate, ...]
    half: str
    before: Rate | None
    after: Rate | None
    change: Rate | None
    observations: int
    clusters: int
    first: str
    last: str
    carried_by: str
    without: float


@dataclass(frozen=True)
class Fit:
    """Least squares within cells: coefficients, and the parts from which the error of any sum of them follows.

    Attributes
    ----------
    coefficients : (K,)
        Minimum norm where the columns do not tell all of them.
    inverse : (K, K)
        Pseudo-inverse of the cross product of the columns.
    told : (K, K)
        Projection on the combinations that the data tell.
    adjusted
        By cluster, the rows of the columns after the Bell-McCaffrey adjustment, (n, K), and their residuals, (n,).
    plain
        By cluster, the rows as they are.
    """

    coefficients: Floats
    inverse: Floats
    told: Floats
    adjusted: tuple[tuple[Floats, Floats], ...]
    plain: tuple[Floats, ...]

    def rate(self, contrast: Floats, least_freedom: float = 0.0) -> Rate | None:
        """A combination of coefficients; None where the data do not tell it, or its error with so few degrees of freedom."""
        if np.abs(self.told @ contrast - contrast).max() > ESTIMABLE or len(self.adjusted) < 2:
            return None
        freedom = self._freedom([rows @ (self.inverse @ contrast) for rows, _ in self.adjusted])
        if freedom is None or freedom < least_freedom:
            return None
        value, se = float(contrast @ self.coefficients), float(np.linalg.norm(self.influence(contrast)))
        half = float(student.ppf(0.5 + LEVEL / 2, freedom)) * se
        return Rate(value, se, value - half, value + half)

    def influence(self, contrast: Floats) -> Floats:
        """What each cluster adds to the deviation of a combination from what is true, shape (G,)."""
        return np.array([float(residuals @ (rows @ (self.inverse @ contrast))) for rows, residuals in self.adjusted])

    def _freedom(self, weights: Sequence[Floats]) -> float | None:
        """Degrees of freedom by Satterthwaite's rule, were rows independent and alike; None where nothing is left over."""
        alone = np.array([float(w @ w) for w in weights])
        crossed = np.stack([plain.T @ w for w, plain in zip(weights, self.plain, strict=True)])
        matrix = np.diag(alone) - crossed @ self.inverse @ crossed.T
        trace, norm = float(np.trace(matrix)), float((matrix**2).sum())
        return trace**2 / norm if norm > 0.0 and trace > 0.0 else None


def fit_within(columns: Floats, values: Floats, cells: npt.NDArray[np.intp], clusters: npt.NDArray[np.intp]) -> Fit:
    """Least squares of values on columns, each less its mean in its cell.

    Parameters
    ----------
    columns : (N, K)
        What is estimated, and controls.
    values : (N,)
        The gain.
    cells, clusters : (N,)
        Codes from 0.

    References
    ----------
    Bell and McCaffrey (2002), Bias reduction in standard errors for linear regression with multi-stage samples. Pustejovsky and Tipton
    (2018), Small-sample methods for cluster-robust variance estimation and hypothesis testing in fixed effects models, JBES 36.
    """
    x, y = _within(columns, cells), _within(values[:, None], cells)[:, 0]
    inverse = np.linalg.pinv(x.T @ x, rcond=1e-10, hermitian=True)
    coefficients = inverse @ x.T @ y
    residuals = y - x @ coefficients
    root = _root(inverse)
    members = [np.flatnonzero(clusters == code) for code in range(int(clusters.max()) + 1)]
    adjusted = tuple((_adjusted(x[rows], root), residuals[rows]) for rows in members)
    told = inverse @ (x.T @ x)
    return Fit(coefficients, inverse, told, adjusted, tuple(x[rows] for rows in members))


def exposure(time: Floats, knots: Sequence[float]) -> Floats:
    """Years of each interval between knots that have passed by each time, shape (N, K - 1)."""
    edges = np.asarray(knots, float)
    return np.asarray(np.clip(time[:, None] - edges[:-1], 0.0, np.diff(edges)))


def decimal_years(dates: pd.Series) -> Floats:
    """Dates as years since the year 0."""
    return np.asarray(dates.dt.year + (dates.dt.day_of_year - 1) / YEAR_DAYS, float)


def witness(name: str, rows: pd.DataFrame, controls: Floats | None = None) -> Witness | None:
    """What rows say of the rate; None where they do not tell it.

    Parameters
    ----------
    name
        Of the witness.
    rows
        `date, gain` (natural log, positive when the same is had for less)`, cell, cluster`.
    controls : (N, C), optional
        What is held fixed besides the cell.
    """
    if rows["cluster"].nunique() < MIN_CLUSTERS:
        return None
    time, gain = decimal_years(rows["date"]), rows["gain"].to_numpy(float)
    cells, clusters = (np.unique(rows[column], return_inverse=True)[1] for column in ("cell", "cluster"))
    held = np.zeros((len(rows), 0)) if controls is None else controls
    start, end = float(time.min()), float(time.max())
    middle = (start + end) / 2.0

    def fitted(knots: Sequence[float], kept: npt.NDArray[np.bool_] | None = None) -> Fit:
        columns = np.hstack([exposure(time, knots), held])
        if kept is None:
            return fit_within(columns, gain, cells, clusters)
        codes = np.unique(clusters[kept], return_inverse=True)[1]
        return fit_within(columns[kept], gain[kept], cells[kept], codes)

    whole, first = fitted([start, end]), _pick(1 + held.shape[1], 0)
    rate = whole.rate(first)
    if rate is None:
        return None
    halves, two = fitted([start, middle, end]), 2 + held.shape[1]
    candidates = np.argsort(-np.abs(whole.influence(first)), kind="stable")[:CANDIDATES].tolist()
    without = {code: float(first @ fitted([start, end], clusters != code).coefficients) for code in candidates}
    most = max(candidates, key=lambda code: abs(without[code] - rate.value))
    return Witness(
        name=name,
        rate=rate,
        years=_years(fitted, time, cells, clusters, held.shape[1]),
        half=_iso(middle),
        before=halves.rate(_pick(two, 0)),
        after=halves.rate(_pick(two, 1)),
        change=halves.rate(_pick(two, 1) - _pick(two, 0)),
        observations=len(rows),
        clusters=len(np.unique(clusters)),
        first=str(rows["date"].min().date()),
        last=str(rows["date"].max().date()),
        carried_by=str(np.unique(rows["cluster"])[most]),
        without=without[most],
    )


def _years(
    fitted: Callable[[Sequence[float]], Fit],
    time: Floats,
    cells: npt.NDArray[np.intp],
    clusters: npt.NDArray[np.intp],
    controls: int,
) -> tuple[YearRate, ...]:
    """Rates by calendar year, of years that enough clusters cross in a cell."""
    start, end = float(time.min()), float(time.max())
    edges = [start, *(float(year) for year in range(int(start) + 1, int(np.ceil(end)))), end]
    fit, length = fitted(edges), len(edges) - 1
    passed = _within(exposure(time, edges), cells)
    rates = []
    for place, (begin, finish) in enumerate(pairwise(edges)):
        speaking = (np.abs(passed[:, place]) > ESTIMABLE) & (time >= begin) & (time <= finish)
        enough = len(np.unique(clusters[speaking])) >= MIN_CLUSTERS
        rate = fit.rate(_pick(length + controls, place), MIN_FREEDOM) if enough else None
        if rate is not None:
            rates.append(YearRate(int(begin), rate))
    return tuple(rates)


def _within(columns: Floats, cells: npt.NDArray[np.intp]) -> Floats:
    """Columns (N, K) less their means in each cell."""
    # A cell that lost all its rows with a cluster that is left out has none to take a mean of.
    count = np.maximum(np.bincount(cells), 1)
    means = np.stack([np.bincount(cells, weights=column) / count for column in columns.T], axis=1)
    return np.asarray(columns - means[cells])


def _adjusted(rows: Floats, root: Floats) -> Floats:
    """Rows of a cluster times (I - H)^(-1/2), H its part of the hat matrix; a direction that the cluster alone tells counts nothing."""
    left, singular, _ = np.linalg.svd(rows @ root, full_matrices=False)
    remaining = np.clip(1.0 - singular**2, 0.0, None)
    scale = np.where(remaining > ESTIMABLE, 1.0 / np.sqrt(np.where(remaining > ESTIMABLE, remaining, 1.0)), 0.0)
    return np.asarray(rows + left @ ((scale - 1.0)[:, None] * (left.T @ rows)))


def _root(matrix: Floats) -> Floats:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray(vectors * np.sqrt(np.clip(values, 0.0, None)))


def _pick(length: int, place: int) -> Floats:
    return np.asarray(np.eye(length)[place])


def _iso(year: float) -> str:
    start = pd.Timestamp(int(year), 1, 1)
    return str((start + pd.Timedelta(days=(year - int(year)) * YEAR_DAYS)).date())
