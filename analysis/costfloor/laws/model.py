r"""The observation model that all laws share, as a PyMC model.

A model (unit :math:`i`) enters the market at the price its capability, its weights and its entry date give it; afterwards its price
follows the market by a share :math:`\kappa`:

.. math::

    \mu_i &\sim \text{Normal}\left(\alpha_f + \beta_f z_i + \omega (o_i - \bar o_f) - \left[D_i(t_i) - D_i(t_0)\right], \;
    \tau^2 + \beta_f^2 s_i^2\right), \qquad D_i(t) = G_f(t - b_i) + M(t) + M_f(t) \\
    \log p_n &= \mu_{i(n)} - \kappa \left(D_i(t_n) - D_i(t_i)\right) + \eta_{h(n)} + \varepsilon_n, \qquad
    \varepsilon_n \sim \text{Student-t}(\nu, 0, \sigma)

:math:`b_i` is the birth of its capability, :math:`t_0` the reference date, on which prices lie on a line in capability. Where all models
of a family have its birth, :math:`D_i(t_0)` is a number that the level takes up.

With :math:`\kappa = 1` every quote runs on one clock; with :math:`\kappa = 0` only new models make capability cheaper. The first is
progress at a fixed graph as fast as at a changed one, the second none. Fixing :math:`\kappa = 1` would let the many later listings of old
models pass for a slow market. Only :math:`G` and the innovations, common :math:`M` and, of several families, each one's own :math:`M_f`,
differ between laws. The uncertainty :math:`s_i` of measured quality is a Berkson error: given the scores, true quality scatters around its
posterior mean, so it enters the variance of :math:`\mu_i` exactly and does not bias :math:`\beta`. Without repeated models, rows are units
and :math:`\tau` is part of the noise.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from costfloor.laws.base import FamilyParameter, Law, fallen, mean_rate
from costfloor.laws.few_families import POOLED_FROM, observation_priors
from costfloor.laws.innovations import COMMON_SHARE, grid_position, grid_steps
from costfloor.laws.observations import PriceObservations
from costfloor.laws.priors import MIN_NOISE_TAIL, OBSERVATION_PRIORS
from costfloor.sampling.prior_variable import variable
from costfloor.sampling.priors import Prior

Tensor = Any
"""A PyTensor variable; its own types cannot say which operations it has."""


CENTRED_FROM = 8
"""Effects of this many families or hosts and more are sampled around their population directly: the data fix each of them. So are
those of fewer around a population whose spread is set."""


def build_model(law: Law, obs: PriceObservations) -> pm.Model:
    """Return the PyMC model of `law` for `obs`.

    `family_start` is the log price at its own birth of what has a family's mean birth and centre quality. The law is taken as it is:
    `costfloor.laws.few_families.fitted_law` gives it as a table lets it be fitted. The log prices and their mean, around which the level
    has its prior, are the shared data `log_price` and `level_center`: other prices of the same things on the same dates need no new
    compilation.
    """
    coords = {"family": list(obs.families), "step": np.arange(grid_steps(obs.last_time_years, law.grid_years))}
    if obs.hosts:
        coords["host"] = list(obs.hosts)
    with pm.Model(coords=coords) as model:
        shared = {name: pm.Data(name, value) for name, value in price_data(obs.log_price).items()}
        log_price = shared["log_price"]
        level = variable(OBSERVATION_PRIORS["level"], center=shared["level_center"])
        priors = observation_priors(len(obs.families))
        set_apart = ("level", "elasticity")
        prior = {name: variable(priors[name]) for name in observation_parameters(obs) if name not in set_apart}
        family_level = _around("family_level", level, prior["level_spread"], obs.families)
        population, family = _law_parameters(law, obs)
        path = _path(law, population, obs) if law.innovations else None
        moments = _moments(obs)
        declined = fallen(law, {name: value[moments.family] for name, value in family.items()}, moments.age)
        if path is not None:
            declined += path(moments.family, moments.time)
        at_entry = declined[moments.entry]
        from_line = at_entry
        if obs.births_differ:
            # Zero otherwise, which PyTensor sees only at times.
            from_line -= declined[moments.reference] - declined[moments.family_reference]
        start = pm.Deterministic("family_start", family_level + _family_means(from_line, obs), dims="family")
        elasticity = _elasticity(priors["elasticity"], from_line, obs)
        slope = _around("family_elasticity", elasticity, prior["elasticity_spread"], obs.families)
        quality = obs.unit_quality / obs.quality_scale
        expected = start[obs.unit_family] + slope[obs.unit_family] * quality - from_line
        if obs.open_weights_differ:
            expected += prior["open_effect"] * obs.unit_open_contrast
        if obs.models_repeat:
            quality_sd = slope[obs.unit_family] * obs.unit_quality_sd / obs.quality_scale
            expected = pm.Normal("unit_level", expected, pt.sqrt(prior["model_spread"] ** 2 + quality_sd**2))
            since_entry = declined[moments.row] - at_entry[obs.unit]
            expected = expected[obs.unit] - prior["pass_through"] * since_entry
        if obs.hosts:
            expected += _host_effects(prior["host_spread"], obs)[obs.host]
        noise = pm.StudentT.dist(nu=MIN_NOISE_TAIL + prior["noise_tail"], mu=expected, sigma=prior["noise_scale"])
        pm.Potential("log_likelihood", pt.sum(pm.logp(noise, log_price)))
    return model


def price_data(log_price: np.ndarray) -> dict[str, np.ndarray]:
    """Return the shared data of a model for other log prices (n,) of its rows."""
    return {"log_price": log_price, "level_center": np.asarray(np.mean(log_price))}


@dataclass(frozen=True)
class _Moments:
    """The distinct moments (family, time, birth) at which the decline is needed, and the places among them.

    Of each unit's entry, and of the reference date for a capability of its birth and for one of its family's mean birth, (U,); of each row,
    (n,), or none where models have no more than one.
    """

    family: np.ndarray
    time: np.ndarray
    age: np.ndarray
    entry: np.ndarray
    reference: np.ndarray
    family_reference: np.ndarray
    row: np.ndarray


def _moments(obs: PriceObservations) -> _Moments:
    units, reference = len(obs.unit_family), np.full(len(obs.unit_family), obs.reference_years)
    parts = [
        (obs.unit_family, obs.unit_entry_time, obs.unit_birth),
        (obs.unit_family, reference, obs.unit_birth),
        (obs.unit_family, reference, obs.family_birth[obs.unit_family]),
    ]
    if obs.models_repeat:
        parts.append((obs.family, obs.time_years, obs.unit_birth[obs.unit]))
    distinct, place = np.unique(np.concatenate([np.column_stack(part) for part in parts]), axis=0, return_inverse=True)
    family, time, birth = distinct.T
    return _Moments(family.astype(np.intp), time, time - birth, *np.split(place.ravel(), [units, 2 * units, 3 * units]))


def _path(
    law: Law, population: dict[str, Tensor], obs: PriceObservations
) -> Callable[[np.ndarray, np.ndarray], Tensor]:
    """Register the innovations of `law`; the result gives a family's sum of them until a time. Those of a single family are common."""
    innovations, steps = law.innovations, grid_steps(obs.last_time_years, law.grid_years)
    assert innovations is not None
    parameters = {prior.name: variable(prior) for prior in innovations.priors}
    parameters["innovation_rate"] = pm.Deterministic(
        "innovation_rate", mean_rate(law, population, obs.mean_age_at_last)
    )
    alone = len(obs.families) == 1
    smooth = innovations.smooth(pm.Normal("common_z", dims="step"), parameters)
    common = pm.Deterministic("common_innovation", smooth if alone else COMMON_SHARE * smooth, dims="step")
    increments = common[None, :]
    if not alone:
        of_family = innovations.smooth(pm.Normal("own_z", dims=("family", "step")), parameters)
        increments += pm.Deterministic("own_innovation", (1.0 - COMMON_SHARE) * of_family, dims=("family", "step"))
    before = pt.concatenate([pt.zeros((len(obs.families), 1)), pt.cumsum(increments, axis=1)], axis=1)

    def at(family: np.ndarray, time_years: np.ndarray) -> Tensor:
        step, through = grid_position(time_years, steps, law.grid_years)
        return before[family, step] + through * increments[family, step]

    return at


def _elasticity(prior: Prior, declined: Tensor, obs: PriceObservations) -> Tensor:
    """Register the effect of a standard deviation of capability.

    In a market in which births differ, better models enter at lower ages, so that a rate that fades with age and the effect of capability
    take each other's place. What is sampled there is the effect beyond the slope of `declined` (U,) on capability, by least squares over
    the units: nearly independent of the law. The prior is that of the effect itself.
    """
    if len(obs.families) > 1 or not obs.births_differ:
        return variable(prior)
    apart = obs.unit_quality - obs.unit_quality.mean()
    squares = float(apart @ apart)
    # Without any difference in capability there is nothing to set apart.
    shift = pt.as_tensor(apart * (obs.quality_scale / squares if squares > 0.0 else 0.0)) @ declined
    return pm.Deterministic(prior.name, variable(replace(prior, name="elasticity_raw"), center=-shift) + shift)


def _around(name: str, center: Tensor, spread: Tensor, families: Sequence[str]) -> Tensor:
    """Families around their population: directly when the data fix each or the spread is set, else by standard normals.

    A single one is the population, as nothing would tell it from it.
    """
    if len(families) == 1:
        return pm.Deterministic(name, center + pt.zeros(1), dims="family")
    if POOLED_FROM <= len(families) < CENTRED_FROM:
        # So few may well be alike: centred, a spread near zero is a funnel.
        return pm.Deterministic(name, center + spread * pm.Normal(f"{name}_z", dims="family"), dims="family")
    return pm.Normal(name, center, spread, dims="family")


def _host_effects(spread: Tensor, obs: PriceObservations) -> Tensor:
    if len(obs.hosts) < CENTRED_FROM:
        return pm.Deterministic("host_effect", spread * pm.ZeroSumNormal("host_z", dims="host"), dims="host")
    return pm.ZeroSumNormal("host_effect", sigma=spread, dims="host")


def observation_parameters(obs: PriceObservations) -> list[str]:
    """Names of the observation model's parameters that `obs` calls for."""
    optional = {
        "host_spread": bool(obs.hosts),
        "model_spread": obs.models_repeat,
        "open_effect": obs.open_weights_differ,
        "pass_through": obs.models_repeat,
    }
    return [name for name in OBSERVATION_PRIORS if optional.get(name, True)]


def _family_means(values: Tensor, obs: PriceObservations) -> Tensor:
    """Mean over each family's units: `family_level` is then its average log price, which the data pin down at once."""
    member = (obs.unit_family == np.arange(len(obs.families))[:, None]).astype(float)
    return pt.as_tensor(member / member.sum(axis=1, keepdims=True)) @ values


def _law_parameters(law: Law, obs: PriceObservations) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    population, family = {}, {}
    for name, parameter in law.family_parameters.items():
        center = population[name] = variable(parameter.population)
        value = _family_values(f"family_{name}", parameter, center, len(obs.families))
        family[name] = pm.Deterministic(f"family_{name}", value, dims="family")
    return population, family


def _family_values(name: str, parameter: FamilyParameter, center: Tensor, families: int) -> Tensor:
    """A parameter of each family: centred where its spread is set, by standard normals where it is learned."""
    spread = parameter.spread
    if spread is None or (spread.distribution == "constant" and families == 1):
        return parameter.of_family(center, pt.zeros(families))
    if spread.distribution != "constant":
        return parameter.of_family(center, variable(spread) * pm.Normal(f"{name}_z", dims="family"))
    if parameter.positive:
        return pt.exp(pm.Normal(f"{name}_log", pt.log(center), variable(spread), dims="family"))
    return pm.Normal(f"{name}_direct", center, variable(spread), dims="family")
