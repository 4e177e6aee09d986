r"""The observation model that all laws share, as a PyMC model.

A model (unit :math:`i`) enters the market at the price its capability band, quality and entry date give it; afterwards its price follows
the market by a share :math:`\kappa`:

.. math::

    \mu_i &\sim \text{Normal}\left(\alpha_f + \beta_f q_i - D_f(t_i), \; \tau^2 + \beta_f^2 s_i^2\right), \qquad
    D_f(t) = G_f(t - b_f) + M(t) \\
    \log p_n &= \mu_{i(n)} - \kappa \left(D_f(t_n) - D_f(t_i)\right) + \eta_{h(n)} + \varepsilon_n, \qquad
    \varepsilon_n \sim \text{Student-t}(\nu, 0, \sigma)

With :math:`\kappa = 1` every quote runs on one clock; with :math:`\kappa = 0` only new models make capability cheaper. The first is
progress at a fixed graph as fast as at a changed one, the second none. Fixing :math:`\kappa = 1` would let the many later listings of old
models pass for a slow market. Only :math:`G` and the size of :math:`M` differ between laws. The uncertainty :math:`s_i` of measured
quality is a Berkson error: given the scores, true quality scatters around its posterior mean, so it enters the variance of :math:`\mu_i`
exactly and does not bias :math:`\beta`. Without repeated models, rows are units and :math:`\tau` is part of the noise.
"""

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from analysis.laws.base import Law, mean_rate
from analysis.laws.innovations import centred_increments, grid_position, grid_steps
from analysis.laws.observations import PriceObservations
from analysis.laws.priors import DISCOVERIES, MIN_NOISE_TAIL, OBSERVATION_PRIORS, Prior

Tensor = Any
"""A PyTensor variable; its own types cannot say which operations it has."""


CENTRED_FROM = 5
"""Levels of this many families and more are sampled around their population directly: the data fix each of them."""


def random_variable(prior: Prior, *, center: float = 0.0) -> Tensor:
    """Register a prior in the current PyMC model; `center` shifts a normal prior."""
    match prior.distribution, prior.constants:
        case "normal", (mean, sd):
            return pm.Normal(prior.name, center + mean, sd)
        case "lognormal", (median, sd_log):
            return pm.LogNormal(prior.name, np.log(median), sd_log)
        case "lognormal_above", (low, median, sd_log):
            return pm.Deterministic(prior.name, low + pm.LogNormal(f"{prior.name}_above", np.log(median), sd_log))
        case "halfnormal", (sd,):
            return pm.HalfNormal(prior.name, sd)
        case "gamma", (shape, rate):
            return pm.Gamma(prior.name, shape, rate)
        case _:
            raise ValueError(f"unknown prior {prior}")


def build_model(law: Law, obs: PriceObservations) -> pm.Model:
    """Return the PyMC model of `law` for `obs`; `family_start` is the log price at a family's birth and centre quality."""
    coords = {"family": list(obs.families), "step": np.arange(grid_steps(obs.last_time_years))}
    if obs.hosts:
        coords["host"] = list(obs.hosts)
    with pm.Model(coords=coords) as model:
        level = random_variable(OBSERVATION_PRIORS["level"], center=float(np.mean(obs.log_price)))
        prior = {
            name: random_variable(OBSERVATION_PRIORS[name]) for name in observation_parameters(obs) if name != "level"
        }
        family_level = _family_level(level, prior["level_spread"], obs)
        slope = pm.Deterministic(
            "family_elasticity",
            prior["elasticity"] + prior["elasticity_spread"] * pm.Normal("family_elasticity_z", dims="family"),
            dims="family",
        )
        population, family = _law_parameters(law)
        path = None
        if law.innovations:
            arrivals = random_variable(DISCOVERIES)
            z = pm.Normal("innovation_z", dims="step")
            total = pm.Deterministic("innovation_rate", mean_rate(law, population, obs.mean_age_at_last))
            path = centred_increments(z, total, arrivals)

        def fallen(codes: np.ndarray, age: np.ndarray, time: np.ndarray) -> Tensor:
            decline = law.decline({name: value[codes] for name, value in family.items()}, age)
            return decline if path is None else decline + _market(path, time, grid_steps(obs.last_time_years))

        at_entry = fallen(obs.unit_family, obs.unit_entry_age, obs.unit_entry_time)
        mean_fallen = _family_means(at_entry, obs)
        pm.Deterministic("family_start", family_level + mean_fallen, dims="family")
        quality = obs.unit_quality / obs.quality_scale
        expected = (family_level + mean_fallen)[obs.unit_family] + slope[obs.unit_family] * quality - at_entry
        if obs.models_repeat:
            quality_sd = slope[obs.unit_family] * obs.unit_quality_sd / obs.quality_scale
            expected = pm.Normal("unit_level", expected, pt.sqrt(prior["model_spread"] ** 2 + quality_sd**2))
            since_entry = fallen(obs.family, obs.age_years, obs.time_years) - at_entry[obs.unit]
            expected = expected[obs.unit] - prior["pass_through"] * since_entry
        if obs.hosts:
            host = pm.Deterministic(
                "host_effect", prior["host_spread"] * pm.ZeroSumNormal("host_z", dims="host"), dims="host"
            )
            expected += host[obs.host]
        noise = pm.StudentT.dist(nu=MIN_NOISE_TAIL + prior["noise_tail"], mu=expected, sigma=prior["noise_scale"])
        pm.Potential("log_likelihood", pt.sum(pm.logp(noise, obs.log_price)))
    return model


def _family_level(level: Tensor, spread: Tensor, obs: PriceObservations) -> Tensor:
    """Average log price of each family; that of a single one is the level itself, as nothing would tell it from its population."""
    if len(obs.families) == 1:
        return pm.Deterministic("family_level", level + pt.zeros(1), dims="family")
    if len(obs.families) < CENTRED_FROM:
        # So few may well be alike: centred, a spread near zero is a funnel.
        z = pm.Normal("family_level_z", dims="family")
        return pm.Deterministic("family_level", level + spread * z, dims="family")
    return pm.Normal("family_level", level, spread, dims="family")


def observation_parameters(obs: PriceObservations) -> list[str]:
    """Names of the observation model's parameters that `obs` calls for."""
    optional = {"host_spread": bool(obs.hosts), "model_spread": obs.models_repeat, "pass_through": obs.models_repeat}
    return [name for name in OBSERVATION_PRIORS if optional.get(name, True)]


def _family_means(values: Tensor, obs: PriceObservations) -> Tensor:
    """Mean over each family's units: `family_level` is then its average log price, which the data pin down at once."""
    member = (obs.unit_family == np.arange(len(obs.families))[:, None]).astype(float)
    return pt.as_tensor(member / member.sum(axis=1, keepdims=True)) @ values


def _law_parameters(law: Law) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    population, family = {}, {}
    for name, parameter in law.family_parameters.items():
        center = population[name] = random_variable(parameter.population)
        offset = random_variable(parameter.spread) * pm.Normal(f"family_{name}_z", dims="family")
        family[name] = pm.Deterministic(
            f"family_{name}", center * pt.exp(offset) if parameter.positive else center + offset, dims="family"
        )
    return population, family


def _market(increments: Tensor, time_years: np.ndarray, steps: int) -> Tensor:
    step, through = grid_position(time_years, steps)
    before = pt.concatenate([pt.zeros(1), pt.cumsum(increments)])
    return before[step] + through * increments[step]
