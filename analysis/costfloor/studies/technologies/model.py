r"""The laws on costs of technologies, with level and innovations integrated out exactly.

.. math::

    y_f(t) = \ell_f - G_f(t) - W_f(t) + \varepsilon_t, \qquad
    \ell_f \sim \text{Normal}(0, \sigma_\ell^2), \quad \operatorname{Var} W_f(t) = s_f^2 t, \quad
    \varepsilon_t \sim \text{Normal}(0, \sigma_f^2)

so the observations of a technology are normal with mean :math:`-G_f` and covariance
:math:`\sigma_\ell^2 1 1' + s_f^2 K_f + \sigma_f^2 I`, :math:`K_f = \min(t_i, t_j)`. :math:`K_f` is known, so it is decomposed once,
:math:`K_f = Q_f \Lambda_f Q_f'`: in the axes :math:`Q_f` the covariance is diagonal but for the level, whose rank-one part is Woodbury's.
A density then costs one product with :math:`Q_f` instead of a Cholesky factor (Lippert et al. 2011, FaST linear mixed models, *Nature
Methods* 8(10), for one variance ratio); `benchmarks/collapsed.py` has the times.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from costfloor.laws.base import Parameters
from costfloor.sampling.prior_variable import variable
from costfloor.studies.technologies.laws import HEAVY_TAIL, LEVEL_SD, TechnologyLaw
from costfloor.studies.technologies.series import Costs

Tensor = Any
"""A PyTensor variable; its own types cannot say which operations it has."""


@dataclass(frozen=True)
class Padded:
    r"""Series as arrays of F technologies by N points; a shorter series ends in points that are not `present` and count for nothing.

    Attributes
    ----------
    names
        Of the series.
    age, log_cost : (F, N)
        Years since the first observation, and log cost less that of the first observation; zero where nothing is.
    present : (F, N) bool
        Which points are observations.
    variance : (F, N)
        Eigenvalues of each series' :math:`\min(t_i, t_j)`; zero where nothing is.
    axes : (F, N, N)
        Its eigenvectors in columns; zero where nothing is.
    """

    names: tuple[str, ...]
    age: np.ndarray
    log_cost: np.ndarray
    present: np.ndarray
    variance: np.ndarray = field(repr=False)
    axes: np.ndarray = field(repr=False)


def padded(costs: Costs) -> Padded:
    """Arrange series of different lengths in arrays."""
    families, points = len(costs.series), max(series.n for series in costs.series)
    age, log_cost, variance = (np.zeros((families, points)) for _ in range(3))
    present, axes = np.zeros((families, points), bool), np.zeros((families, points, points))
    for f, series in enumerate(costs.series):
        n = series.n
        age[f, :n], log_cost[f, :n], present[f, :n] = series.age_years, series.log_cost, True
        variance[f, :n], axes[f, :n, :n] = np.linalg.eigh(np.minimum.outer(series.age_years, series.age_years))
    return Padded(tuple(costs.names), age, log_cost, present, variance, axes)


def log_density(data: Padded, mean: Tensor, innovation_variance: Tensor, noise_variance: Tensor) -> Tensor:
    """Log density of each series, level and innovations integrated out, shape (F,).

    Parameters
    ----------
    data
        The series.
    mean : (F, N)
        Expected log cost less the level: minus the decline.
    innovation_variance, noise_variance : (F,)
        Per year, and of an observation; squared log points.
    """
    residual = pt.where(data.present, data.log_cost - mean, 0.0)
    turned = (data.axes * residual[:, :, None]).sum(axis=1)
    ones = data.axes.sum(axis=1)
    variance = innovation_variance[:, None] * data.variance + noise_variance[:, None]
    variance = pt.where(data.present, variance, 1.0)
    level_precision = 1.0 / LEVEL_SD**2 + (ones**2 / variance).sum(axis=1)
    square = (turned**2 / variance).sum(axis=1) - (ones * turned / variance).sum(axis=1) ** 2 / level_precision
    log_determinant = pt.log(variance).sum(axis=1) + pt.log(LEVEL_SD**2 * level_precision)
    return -0.5 * (square + log_determinant + data.present.sum(axis=1) * np.log(2.0 * np.pi))


def build_model(law: TechnologyLaw, costs: Costs) -> pm.Model:
    """The PyMC model of a law for several series, without levels and paths; `conditioning.py` recovers them."""

    def likelihood(data: Padded, mean: Tensor, innovation_variance: Tensor, noise_variance: Tensor) -> None:
        density = log_density(data, mean, innovation_variance, noise_variance)
        pm.Potential("log_likelihood", density.sum())

    return _model(law, costs, likelihood)


def build_sampled_model(law: TechnologyLaw, costs: Costs) -> pm.Model:
    """The same model with levels and paths sampled as standard normals, to check and time the other against. Never used by the study."""

    def likelihood(data: Padded, mean: Tensor, innovation_variance: Tensor, noise_variance: Tensor) -> None:
        level = LEVEL_SD * pm.Normal("level_z", dims="technology")
        step = np.diff(data.age, axis=1, prepend=0.0).clip(0.0)
        size = pt.sqrt(innovation_variance)[:, None] * np.sqrt(step)
        path = pt.cumsum(size * pm.Normal("path_z", dims=("technology", "point")), axis=1)
        expected = level[:, None] + mean - path
        noise = pm.Normal.dist(expected[data.present], pt.sqrt(noise_variance)[np.nonzero(data.present)[0]])
        pm.Potential("log_likelihood", pm.logp(noise, data.log_cost[data.present]).sum())

    return _model(law, costs, likelihood)


def _model(law: TechnologyLaw, costs: Costs, likelihood: Callable[[Padded, Tensor, Tensor, Tensor], None]) -> pm.Model:
    data = padded(costs)
    with pm.Model(coords={"technology": list(data.names), "point": np.arange(data.age.shape[1])}) as model:
        family = {name: _of_technologies(law, name, len(data.names)) for name in law.family_parameters}
        column: Parameters = {name: value[:, None] for name, value in family.items()}
        mean = -law.law.decline(column, data.age)
        likelihood(data, mean, law.innovation_variance(family), family["noise_scale"] ** 2)
    return model


def _of_technologies(law: TechnologyLaw, name: str, technologies: int) -> Tensor:
    """Register a parameter's population, spread and technologies in the current model; the last are called `family_NAME`."""
    parameter = law.family_parameters[name]
    center, offset = variable(parameter.population), pt.zeros(technologies)
    if parameter.spread:
        location = pt.log(center) if parameter.positive else center
        spread, member = variable(parameter.spread), f"family_{name}_free"
        if name not in law.centred:
            offset = spread * _around(law, name, member, 0.0, 1.0)
        else:
            offset = _around(law, name, member, location, spread) - location
    return pm.Deterministic(f"family_{name}", parameter.of_family(center, offset), dims="technology")


def _around(law: TechnologyLaw, name: str, member: str, location: Tensor, scale: Tensor) -> Tensor:
    if name in law.heavy_tailed:
        return pm.StudentT(member, nu=HEAVY_TAIL, mu=location, sigma=scale, dims="technology")
    return pm.Normal(member, location, scale, dims="technology")
