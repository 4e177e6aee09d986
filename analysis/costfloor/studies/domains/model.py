r"""One model of gains in both domains: they arrive at a rate that may fall with age, and each has an exponential size.

.. math::

    \lambda_s(a) = \rho_d e^{u_s} \left(\kappa_d + (1 - \kappa_d) 2^{-a / h_d}\right), \qquad
    N \sim \text{Poisson}\Big(\Lambda = \int \lambda_s\Big), \quad
    X = \sum_{i \le N} G_i, \quad G_i \sim \text{Exponential}(\text{mean } m_d e^{v_s})

for the gain :math:`X` of series :math:`s` of domain :math:`d` in an interval of age. A gain of nothing has probability
:math:`e^{-\Lambda}`, and a gain :math:`x > 0` the density

.. math::

    \frac{e^{-\Lambda - x / m}}{x} \sum_{k \ge 1} \frac{z^k}{k!\, \Gamma(k)}, \qquad z = \Lambda x / m,

which is a Bessel function in closed form (Feller 1971, An Introduction to Probability Theory and Its Applications II, II.7). The sum is
used: its logarithm has a gradient everywhere, and it is cut after `TERMS`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor.special import logsumexp as log_sum
from scipy.special import gammaln

from costfloor.sampling.prior_variable import variable
from costfloor.sampling.priors import Prior
from costfloor.studies.domains.gains import DOMAINS, GainSeries

Tensor = Any
"""A PyTensor variable or an array of numpy; the formulas below serve both."""

TERMS: Final = 60
"""The largest term is near the square root of z, which is below 30 for every gain in the data and any likely parameters."""

PARAMETERS: Final = ("rate", "size", "kept", "half_life")
"""Of a domain."""

PRIORS: Final = {
    prior.name: prior
    for prior in (
        Prior("rate_centre", "normal", (math.log(4.0), 1.0), "a gain every three months, give or take a factor of e"),
        Prior("rate_spread", "halfnormal", (1.0,), "domains lie around it by factors of 2, up to 7"),
        Prior("size_centre", "normal", (math.log(0.05), 1.0), "a gain of 5 %, give or take a factor of e"),
        Prior("size_spread", "halfnormal", (1.0,), "the same"),
        Prior("kept_centre", "normal", (0.0, 1.5), "all shares kept are about equally likely"),
        Prior("kept_spread", "halfnormal", (1.0,), "the same, of the odds that a gain is kept"),
        Prior("half_life_centre", "normal", (0.0, 0.7), "around a year, as spans of series are"),
        Prior("half_life_spread", "halfnormal", (0.5,), "domains lie around it by factors of 1.4, up to 3"),
        Prior(
            "series_rate_spread",
            "halfnormal",
            (0.7,),
            "series of a domain: factors of two are common, of ten not excluded",
        ),
        Prior("series_size_spread", "halfnormal", (0.7,), "the same"),
    )
}
"""On the scale of the logarithm, of the share kept on that of the logit."""


@dataclass(frozen=True)
class Intervals:
    """Gains by interval, as the model sees them.

    Attributes
    ----------
    names, domain : (S,)
        Series, and the place of their domain in `DOMAINS`.
    series : (N,)
        Series of each interval.
    start, end : (N,)
        Age at its ends, years.
    gain : (N,)
        Log points.
    """

    names: tuple[str, ...]
    domain: np.ndarray
    series: np.ndarray = field(repr=False)
    start: np.ndarray = field(repr=False)
    end: np.ndarray = field(repr=False)
    gain: np.ndarray = field(repr=False)


def intervals(series: Sequence[GainSeries]) -> Intervals:
    """Arrange series as intervals."""
    steps = [len(line.age) - 1 for line in series]
    return Intervals(
        names=tuple(line.name for line in series),
        domain=np.array([DOMAINS.index(line.domain) for line in series]),
        series=np.repeat(np.arange(len(series)), steps),
        start=np.concatenate([line.age[:-1] for line in series]),
        end=np.concatenate([line.age[1:] for line in series]),
        gain=np.concatenate([np.diff(line.gain) for line in series]),
    )


def arrivals(rate: Tensor, kept: Tensor, half_life: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """Expected number of gains between two ages: the integral of the rate.

    Parameters
    ----------
    rate
        At age zero, per year.
    kept
        Share of it that stays for good.
    half_life
        Of the rest, years.
    start, end
        Ages, years.
    """
    fading = half_life / np.log(2.0) * (2.0 ** (-start / half_life) - 2.0 ** (-end / half_life))
    return rate * (kept * (end - start) + (1.0 - kept) * fading)


def share_left(kept: Tensor, half_life: Tensor, age: Tensor) -> Tensor:
    """Rate at an age as a share of that at age zero."""
    return kept + (1.0 - kept) * 2.0 ** (-age / half_life)


def build_model(data: Intervals) -> Any:
    """The PyMC model; `gain` is shared data, so that one compilation serves every set of gains of the same design."""
    coords = {"domain": list(DOMAINS), "series": list(data.names)}
    with pm.Model(coords=coords) as model:
        gain = pm.Data("gain", data.gain)
        free = {}
        for name in PARAMETERS:
            population, apart = (variable(PRIORS[f"{name}_{part}"]) for part in ("centre", "spread"))
            free[name] = population + apart * pm.Normal(f"{name}_free", dims="domain")
        rate = pm.Deterministic("rate", pt.exp(free["rate"]), dims="domain")
        size = pm.Deterministic("size", pt.exp(free["size"]), dims="domain")
        kept = pm.Deterministic("kept", pt.sigmoid(free["kept"]), dims="domain")
        half_life = pm.Deterministic("half_life", pt.exp(free["half_life"]), dims="domain")
        of_series = {}
        for name, typical in (("rate", rate), ("size", size)):
            spread = variable(PRIORS[f"series_{name}_spread"])
            deviation = pt.exp(spread * pm.Normal(f"series_{name}_free", dims="series"))
            of_series[name] = pm.Deterministic(f"series_{name}", typical[data.domain] * deviation, dims="series")
        domain = data.domain[data.series]
        expected = arrivals(of_series["rate"][data.series], kept[domain], half_life[domain], data.start, data.end)
        mean = of_series["size"][data.series]
        k = np.arange(1, TERMS + 1)
        some = pt.gt(gain, 0.0)
        there = pt.switch(some, gain, 1.0)
        terms = k * pt.log(expected * there / mean)[:, None] - gammaln(k + 1) - gammaln(k)
        density = log_sum(terms, axis=1) - pt.log(there) - there / mean
        pm.Potential("log_likelihood", (-expected + pt.switch(some, density, 0.0)).sum())
    return model
