r"""Innovations: what lowers prices in lumps, centred so that the law alone sets the mean.

In a market of one family an innovation reaches all models alike. With several families half of it does, and the other half is one
family's alone: two paths of equal size. (A share estimated from the data kept its prior.) All have the same kind of increments, one per
step of a grid in time: a quarter, and in records of more than eight years so many quarters that 32 steps suffice (`grid_years_of`). A path
of more steps is a hundred parameters that say nothing a few dozen do not, and each of them makes the sampler slower.

*Gains.* Compound Poisson gains with arrival rate :math:`\lambda` and exponential sizes of mean :math:`g` have mean :math:`\lambda g`
and variance :math:`2 \lambda g^2` a year. A Gamma process with shape :math:`\lambda / 2` a year and scale :math:`2 g` has both, and
its increments are smooth enough to sample. Increments come from standard normals through the Wilson-Hilferty cube (1931), so the
posterior keeps one geometry from a few large gains to many small ones. Centred increments can be negative: prices may rise.

*Gaussian.* Normal increments with a yearly standard deviation of their own, as in a random walk with drift.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from costfloor.laws.priors import DISCOVERIES, INNOVATION_SD
from costfloor.sampling.priors import Prior

GRID_YEARS = 0.25
"""Length of one innovation: gains within a quarter are not told apart."""

MAX_STEPS = 32
"""A longer record has longer steps."""

COMMON_SHARE = 0.5
"""Of the size of an innovation, what reaches all of several families; the rest is one family's own."""


@dataclass(frozen=True)
class Innovations:
    """A kind of innovations.

    Attributes
    ----------
    priors
        Of its own parameters.
    smooth
        `(standard normals, parameters) -> increments` of log price (positive: price falls), differentiable. The parameters are those of
        `priors` and `innovation_rate`, the log-rate per year that gains add up to on average.
    fresh
        `(generator, shape, parameters) -> increments`, draws from the exact process.
    grid_years
        Length of one increment.
    """

    priors: tuple[Prior, ...]
    smooth: Callable[[Any, Mapping[str, Any]], Any]
    fresh: Callable[[np.random.Generator, tuple[int, ...], Mapping[str, Any]], np.ndarray]
    grid_years: float = GRID_YEARS


def step_shape(discoveries_per_year: Any, grid_years: float = GRID_YEARS) -> Any:
    """Return the Gamma shape of one grid step."""
    return discoveries_per_year * grid_years / 2.0


def centred_increments(
    standard_normal: Any, mean_rate: Any, discoveries_per_year: Any, grid_years: float = GRID_YEARS
) -> Any:
    """Turn standard normals into centred Gamma increments of log price (positive: price falls).

    Parameters
    ----------
    standard_normal
        Draws of shape (..., steps).
    mean_rate
        Log-rate per year that the gains add up to on average; mean gain times arrivals.
    discoveries_per_year
        Arrivals of gains per year, broadcastable like `mean_rate`.
    grid_years
        Length of a step.

    Returns
    -------
    Increments with mean zero and variance close to `2 * mean_rate**2 / discoveries_per_year * grid_years`.
    """
    excess = 1.0 / (9.0 * step_shape(discoveries_per_year, grid_years))
    cube = (1.0 - excess + standard_normal * excess**0.5) ** 3
    mean_of_cube = 1.0 - excess**3
    return mean_rate * grid_years * (cube - mean_of_cube)


def fresh_gains(
    rng: np.random.Generator, shape: tuple[int, ...], parameters: Mapping[str, Any], grid_years: float = GRID_YEARS
) -> np.ndarray:
    """Draw centred increments of the Gamma process itself."""
    arrivals = parameters["discoveries_per_year"]
    gains = 2.0 / arrivals * rng.gamma(step_shape(arrivals, grid_years), size=shape) - grid_years
    return np.asarray(parameters["innovation_rate"] * gains)


def gains(grid_years: float = GRID_YEARS) -> Innovations:
    """Gains on a grid. From one a step on they are told from noise, so that the prior of their number is one per step, not per year."""
    low, median, sd_log = DISCOVERIES.constants
    rarer = GRID_YEARS / grid_years
    return Innovations(
        (replace(DISCOVERIES, constants=(low * rarer, median * rarer, sd_log)),),
        smooth=lambda z, p: centred_increments(z, p["innovation_rate"], p["discoveries_per_year"], grid_years),
        fresh=lambda rng, shape, p: fresh_gains(rng, shape, p, grid_years),
        grid_years=grid_years,
    )


def gaussian(grid_years: float = GRID_YEARS) -> Innovations:
    """Gaussian increments on a grid."""
    return Innovations(
        (INNOVATION_SD,),
        smooth=lambda z, p: p["innovation_sd"] * math.sqrt(grid_years) * z,
        fresh=lambda rng, shape, p: p["innovation_sd"] * math.sqrt(grid_years) * rng.standard_normal(shape),
        grid_years=grid_years,
    )


GAINS, GAUSSIAN = gains(), gaussian()


def on_grid(kind: Innovations, grid_years: float) -> Innovations:
    """Return the same kind of innovations with steps of `grid_years`."""
    if grid_years == kind.grid_years:
        return kind
    return gaussian(grid_years) if INNOVATION_SD in kind.priors else gains(grid_years)


def grid_years_of(last_time_years: float) -> float:
    """Return the length of a step for a record that long: a quarter, doubled until `MAX_STEPS` cover the record."""
    years = GRID_YEARS
    while grid_steps(last_time_years, years) > MAX_STEPS:
        years *= 2.0
    return years


def grid_steps(last_time_years: float, grid_years: float = GRID_YEARS) -> int:
    """Return the number of grid steps that cover times from 0 to `last_time_years`."""
    return max(1, int(np.ceil(last_time_years / grid_years - 1e-9)))


def grid_position(time_years: np.ndarray, steps: int, grid_years: float = GRID_YEARS) -> tuple[np.ndarray, np.ndarray]:
    """Return the grid step each time falls into and how far through it the time is, from 0 to 1."""
    scaled = np.clip(time_years / grid_years, 0.0, steps)
    step = np.minimum(scaled.astype(np.intp), steps - 1)
    return step, scaled - step


def path_at(
    increments: np.ndarray, family: np.ndarray, time_years: np.ndarray, grid_years: float = GRID_YEARS
) -> np.ndarray:
    """Return the cumulative innovations of families at times, linear within a grid step.

    Parameters
    ----------
    increments
        Shape (draws, families, steps).
    family, time_years
        Shape (n,): codes of families, and years since the start of the grid.
    grid_years
        Length of a step.

    Returns
    -------
    Shape (draws, n).
    """
    step, through = grid_position(time_years, increments.shape[-1], grid_years)
    before = np.concatenate([np.zeros((*increments.shape[:-1], 1)), np.cumsum(increments, axis=-1)], axis=-1)
    return np.asarray(before[:, family, step] + through * increments[:, family, step])
