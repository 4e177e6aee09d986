"""Unit economics on a grid of inputs: what the sliders of the page interpolate between.

Every value is that of `costfloor.economics.outlook.outlook` at a point of the grid. Along an axis on which an array does not depend it has
one entry, which the browser takes for all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Final

import numpy as np

from costfloor.economics.accounts import accounts
from costfloor.economics.decision import tornado
from costfloor.economics.futures import Buyer, Future
from costfloor.economics.outlook import Outlook, outlook
from costfloor.economics.scenario import Scenario

BY_VALUE: Final = 2
"""Inputs that can be set since they move the value of a service most; one more moves its margin most."""

POINTS: Final = 5
"""Of each input: the ends of its range, its own value, and what halves the widest gaps."""

MARGINS_SHOWN: Final = (-0.5, 1.0)
"""A service that loses more is not sold; charts end there, and so does the error of interpolation that counts."""

LEAST_COST: Final = 1e-9
"""Cost in shares of revenue below which its logarithm is not followed. Margins are interpolated by it: costs grow by factors."""

VALUES: Final = ("npv_q05", "npv_q50", "npv_q95", "p_loss", "p_breakeven", "p_payback")
"""What a future means for a service besides its margins; net present value in USD."""


@dataclass(frozen=True)
class Axis:
    """An input that can be set.

    Attributes
    ----------
    path
        As in `costfloor.economics.scenario.RANGES`.
    points
        Values of the grid, rising.
    start
        Position of the service's own value among them.
    """

    path: str
    points: tuple[float, ...]
    start: int


@dataclass(frozen=True)
class FutureGrid:
    """A service under one future on the grid.

    Attributes
    ----------
    future, buyer
        A law or a fixed rate, and whose clock runs.
    margin
        Gross margin, share of revenue: shape (axes..., years + 1, 3), 5, 50 and 95 %.
    value
        Shape (axes..., 6): see `VALUES`.
    """

    future: str
    buyer: Buyer
    margin: np.ndarray = field(repr=False)
    value: np.ndarray = field(repr=False)


@dataclass(frozen=True)
class ServiceGrid:
    """A service under every future on the grid.

    Attributes
    ----------
    scenario
        With its own values.
    axes, futures
        See there.
    first_year
        Calendar year of the first margin.
    margin_error, value_error
        Largest difference, in the middle of all cells, between interpolated and worked out: of the median margin in shares of revenue
        within `MARGINS_SHOWN`, of the median net present value in USD.
    """

    scenario: Scenario
    axes: tuple[Axis, ...]
    futures: tuple[FutureGrid, ...]
    first_year: int
    margin_error: float
    value_error: float


def axes_of(scenario: Scenario, by_law: Sequence[Future]) -> tuple[Axis, ...]:
    """The inputs that move the value of a service most, and the one of the others that moves its margin at the horizon most."""
    by_value = [swing.path for swing in tornado(scenario, by_law) if swing.path in scenario.ranges]
    chosen, others = by_value[:BY_VALUE], by_value[BY_VALUE:]
    if others:
        chosen.append(max(others, key=lambda path: _margin_swing(scenario, path, by_law)))
    return tuple(axis(path, *scenario.ranges[path], scenario.value(path)) for path in chosen)


def _margin_swing(scenario: Scenario, path: str, by_law: Sequence[Future]) -> float:
    """By how much an input moves the mean gross margin at the horizon from the low to the high end of its range, mean over laws."""
    horizon = scenario.decision.horizon_years
    low, high = (
        np.mean(
            [
                accounts(scenario.with_value(path, end), future.relative_price).gross_margin[:, horizon].mean()
                for future in by_law
            ]
        )
        for end in scenario.ranges[path]
    )
    return float(abs(high - low))


def axis(path: str, low: float, high: float, value: float) -> Axis:
    """Points from `low` to `high` with `value` among them; the widest gap is halved until there are enough.

    Examples
    --------
    >>> axis("tokens.growth_per_year", 0.0, 0.6, 0.2).points
    (0.0, 0.1, 0.2, 0.4, 0.6)
    """
    points = sorted({low, value, high})
    while len(points) < POINTS and points[0] < points[-1]:
        at = int(np.argmax(np.diff(points)))
        points.insert(at + 1, 0.5 * (points[at] + points[at + 1]))
    return Axis(path, tuple(points), points.index(value))


def service_grid(
    scenario: Scenario, futures: Mapping[Buyer, Sequence[Future]], axes: Sequence[Axis], first_year: int
) -> ServiceGrid:
    """Work out a service at every point of the grid, and what interpolation misses in between.

    Parameters
    ----------
    scenario
        The service.
    futures
        Those that are shown, by buyer; they reach at least as far as its horizon.
    axes
        Inputs that can be set.
    first_year
        Calendar year of year 0.
    """
    years = scenario.decision.horizon_years + 1
    points = [axis.points for axis in axes]
    middles = [tuple(0.5 * (left + right) for left, right in pairwise(ends)) for ends in points]
    grids, margin_error, value_error = [], 0.0, 0.0
    for buyer, of_buyer in futures.items():
        for future in of_buyer:
            until = Future(future.name, future.law, future.relative_price[:, :years])
            margin, value = _worked_out(scenario, until, buyer, first_year, axes, points)
            margin_there, value_there = _worked_out(scenario, until, buyer, first_year, axes, middles)
            interpolated = 1.0 - np.exp(_in_the_middle(np.log(np.maximum(1.0 - margin, LEAST_COST)), len(axes)))
            between = np.clip(interpolated, *MARGINS_SHOWN) - np.clip(margin_there, *MARGINS_SHOWN)
            margin_error = max(margin_error, float(np.abs(between[..., 1]).max()))
            between = _in_the_middle(value, len(axes)) - value_there
            value_error = max(value_error, float(np.abs(between[..., 1]).max()))
            grids.append(FutureGrid(future.name, buyer, _collapsed(margin, len(axes)), _collapsed(value, len(axes))))
    return ServiceGrid(scenario, tuple(axes), tuple(grids), first_year, margin_error, value_error)


def _worked_out(
    scenario: Scenario,
    future: Future,
    buyer: Buyer,
    first_year: int,
    axes: Sequence[Axis],
    points: Sequence[Sequence[float]],
) -> tuple[np.ndarray, np.ndarray]:
    """Margins and values at all combinations of points."""
    outlooks = [outlook(_with_values(scenario, axes, values), future, buyer, first_year) for values in product(*points)]
    shape = tuple(len(along) for along in points)
    margin = np.array([result.margin_path for result in outlooks])
    value = np.array([_values(result) for result in outlooks])
    return margin.reshape(*shape, *margin.shape[1:]), value.reshape(*shape, *value.shape[1:])


def _with_values(scenario: Scenario, axes: Sequence[Axis], values: Sequence[float]) -> Scenario:
    for axis, value in zip(axes, values, strict=True):
        scenario = scenario.with_value(axis.path, value)
    return scenario


def _values(result: Outlook) -> tuple[float, ...]:
    return (*result.npv_usd, result.p_loss, result.p_breakeven, result.p_payback)


def _in_the_middle(array: np.ndarray, axes: int) -> np.ndarray:
    """Linear interpolation in the middle of every cell: the mean of its corners."""
    for axis in range(axes):
        low, high = (np.take(array, range(first, first + array.shape[axis] - 1), axis) for first in (0, 1))
        array = 0.5 * (low + high)
    return array


def _collapsed(array: np.ndarray, axes: int) -> np.ndarray:
    """With one entry along each of the first axes on which it does not depend."""
    for axis in range(axes):
        first = np.take(array, [0], axis)
        if np.array_equal(np.broadcast_to(first, array.shape), array, equal_nan=True):
            array = first
    return array
