"""The distributions that priors have, by name: how each is drawn from, its log density, and its variable in a PyMC model."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np


@dataclass(frozen=True)
class Distribution:
    """A distribution of one parameter; each function ends with the distribution's constants.

    Attributes
    ----------
    draw
        From a generator and the number of draws.
    logpdf
        Log density at values of any shape.
    variable
        From the module `pymc` and a name: a variable of the current model.
    """

    draw: Callable[..., np.ndarray]
    logpdf: Callable[..., np.ndarray]
    variable: Callable[..., Any]


def _normal_logpdf(x: np.ndarray, mean: float, sd: float) -> np.ndarray:
    return np.asarray(-0.5 * ((x - mean) / sd) ** 2 - math.log(sd * math.sqrt(2.0 * math.pi)))


def _lognormal_logpdf(x: np.ndarray, median: float, sd_log: float) -> np.ndarray:
    return np.asarray(_normal_logpdf(np.log(x), math.log(median), sd_log) - np.log(x))


DISTRIBUTIONS: Final[Mapping[str, Distribution]] = {
    "normal": Distribution(
        draw=lambda rng, size, mean, sd: rng.normal(mean, sd, size),
        logpdf=_normal_logpdf,
        variable=lambda pm, name, mean, sd: pm.Normal(name, mean, sd),
    ),
    "lognormal": Distribution(
        draw=lambda rng, size, median, sd_log: median * np.exp(rng.normal(0.0, sd_log, size)),
        logpdf=_lognormal_logpdf,
        variable=lambda pm, name, median, sd_log: pm.LogNormal(name, np.log(median), sd_log),
    ),
    "lognormal_above": Distribution(
        draw=lambda rng, size, low, median, sd_log: low + median * np.exp(rng.normal(0.0, sd_log, size)),
        logpdf=lambda x, low, median, sd_log: _lognormal_logpdf(x - low, median, sd_log),
        variable=lambda pm, name, low, median, sd_log: pm.Deterministic(
            name, low + pm.LogNormal(f"{name}_above", np.log(median), sd_log)
        ),
    ),
    "halfnormal": Distribution(
        draw=lambda rng, size, sd: np.abs(rng.normal(0.0, sd, size)),
        logpdf=lambda x, sd: _normal_logpdf(x, 0.0, sd) + math.log(2.0),
        variable=lambda pm, name, sd: pm.HalfNormal(name, sd),
    ),
    "gamma": Distribution(
        draw=lambda rng, size, shape, rate: rng.gamma(shape, 1.0 / rate, size),
        logpdf=lambda x, shape, rate: (
            shape * math.log(rate) - math.lgamma(shape) + (shape - 1.0) * np.log(x) - rate * x
        ),
        variable=lambda pm, name, shape, rate: pm.Gamma(name, shape, rate),
    ),
    # What a table cannot tell and is not asked: no variable of the model, and no part of its density.
    "constant": Distribution(
        draw=lambda rng, size, value: np.full(size, value),
        logpdf=lambda x, value: np.zeros_like(x),
        variable=lambda pm, name, value: value,
    ),
}
