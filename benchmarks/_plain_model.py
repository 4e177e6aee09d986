"""The model of docs/laws.md, plainly, without what makes the package's own fast: for `samplers.py`.

For laws whose innovations are gains, in a market whose models have births of their own and for families with one birth each.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from costfloor.laws.base import Law, fallen, mean_rate
from costfloor.laws.few_families import FAMILY_SPREADS
from costfloor.laws.innovations import COMMON_SHARE, GAINS, grid_position, grid_steps
from costfloor.laws.model import observation_parameters
from costfloor.laws.observations import PriceObservations
from costfloor.laws.priors import MIN_NOISE_TAIL, OBSERVATION_PRIORS
from costfloor.sampling.prior_variable import variable


def plain_market(law: Law, obs: PriceObservations) -> pm.Model:
    """A market: every row evaluates the decline for itself, and levels of models and effects of hosts are standardised offsets."""
    steps = grid_steps(obs.last_time_years)
    with pm.Model() as model:
        prior = {
            name: variable(OBSERVATION_PRIORS[name], center=obs.log_price.mean() if name == "level" else 0.0)
            for name in observation_parameters(obs)
            if name not in FAMILY_SPREADS
        }
        parameters = {name: variable(parameter.population) for name, parameter in law.family_parameters.items()}
        gains = {of_gains.name: variable(of_gains) for of_gains in GAINS.priors}
        gains["innovation_rate"] = mean_rate(law, parameters, obs.mean_age_at_last)
        increment = GAINS.smooth(pm.Normal("common_z", shape=steps), gains)
        before = pt.cumsum(increment) - increment

        def declined(time_years: np.ndarray, birth: np.ndarray) -> Any:
            step, through = grid_position(time_years, steps)
            return fallen(law, parameters, time_years - birth) + before[step] + through * increment[step]

        reference = np.full(len(obs.unit_birth), obs.reference_years)
        at_entry = declined(obs.unit_entry_time, obs.unit_birth)
        from_line = (
            at_entry - declined(reference, obs.unit_birth) + declined(reference, obs.family_birth[obs.unit_family])
        )
        of_unit = prior["elasticity"] / obs.quality_scale
        level = prior["level"] + pt.mean(from_line) - from_line + of_unit * obs.unit_quality
        level += prior["open_effect"] * obs.unit_open_contrast
        spread = pt.sqrt(prior["model_spread"] ** 2 + (of_unit * obs.unit_quality_sd) ** 2)
        unit = level + spread * pm.Normal("unit_z", shape=len(obs.unit_birth))
        since = declined(obs.time_years, obs.unit_birth[obs.unit]) - at_entry[obs.unit]
        _observe(unit, since, prior, obs)
    return model


def plain_families(law: Law, obs: PriceObservations) -> pm.Model:
    """Families with one birth each, in the same way."""
    families, steps = len(obs.families), grid_steps(obs.last_time_years)
    with pm.Model() as model:
        prior = {
            name: variable(one, center=obs.log_price.mean() if name == "level" else 0.0)
            for name, one in OBSERVATION_PRIORS.items()
            if name in observation_parameters(obs)
        }
        population = {name: variable(one.population) for name, one in law.family_parameters.items()}
        family = {
            name: one.of_family(population[name], variable(one.spread) * pm.Normal(f"{name}_z", shape=families))
            for name, one in law.family_parameters.items()
        }
        gains = {one.name: variable(one) for one in GAINS.priors}
        gains["innovation_rate"] = mean_rate(law, population, obs.mean_age_at_last)
        common = COMMON_SHARE * GAINS.smooth(pm.Normal("common_z", shape=steps), gains)
        own = (1 - COMMON_SHARE) * GAINS.smooth(pm.Normal("own_z", shape=(families, steps)), gains)
        increment = common + own
        before = pt.cumsum(increment, axis=1) - increment

        def declined(of: np.ndarray, time_years: np.ndarray, age: np.ndarray) -> Any:
            step, through = grid_position(time_years, steps)
            own_parameters = {name: value[of] for name, value in family.items()}
            return law.decline(own_parameters, age) + before[of, step] + through * increment[of, step]

        at_entry = declined(obs.unit_family, obs.unit_entry_time, obs.unit_entry_time - obs.unit_birth)
        member = (obs.unit_family == np.arange(families)[:, None]).astype(float)
        level = prior["level"] + prior["level_spread"] * pm.Normal("level_z", shape=families)
        start = level + (member / member.sum(axis=1, keepdims=True)) @ at_entry
        slope = prior["elasticity"] + prior["elasticity_spread"] * pm.Normal("elasticity_z", shape=families)
        of_unit = slope[obs.unit_family] / obs.quality_scale
        spread = pt.sqrt(prior["model_spread"] ** 2 + (of_unit * obs.unit_quality_sd) ** 2)
        entry = start[obs.unit_family] + of_unit * obs.unit_quality - at_entry
        unit = entry + spread * pm.Normal("unit_z", shape=len(obs.unit_family))
        since = declined(obs.family, obs.time_years, obs.age_years) - at_entry[obs.unit]
        _observe(unit, since, prior, obs)
    return model


def _observe(unit: Any, since: Any, prior: Mapping[str, Any], obs: PriceObservations) -> None:
    """Prices around the levels of their models (U,), less what these have followed of the decline since their entry (n,)."""
    host = prior["host_spread"] * pm.ZeroSumNormal("host_z", shape=len(obs.hosts))
    pm.StudentT(
        "log_price",
        nu=MIN_NOISE_TAIL + prior["noise_tail"],
        mu=unit[obs.unit] - prior["pass_through"] * since + host[obs.host],
        sigma=prior["noise_scale"],
        observed=obs.log_price,
    )
