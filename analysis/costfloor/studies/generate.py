"""Parameters and prices drawn from a law on a given design, by the same code that fits and forecasts them."""

from collections.abc import Mapping

import numpy as np
import pymc as pm

from costfloor.fit.posterior import Draws, expected_log_price, innovations, replicate, unit_means, unit_spread
from costfloor.forecast.origins import mean_declined
from costfloor.laws.base import Law, mean_rate
from costfloor.laws.innovations import grid_steps
from costfloor.laws.model import build_model
from costfloor.laws.observations import PriceObservations


def prior_draws(law: Law, obs: PriceObservations, count: int, seed: int, level_center: float) -> Draws:
    """Draw everything a fit to `obs` would estimate from its prior; the prices in `obs` play no part.

    Parameters
    ----------
    law, obs
        The law, and the design: dates, families, units, hosts, quality.
    count, seed
        Number of draws, and the seed.
    level_center
        Centre of the prior of the level, which a fit would put at the mean log price.
    """
    model = build_model(law, obs)
    model["level_center"].set_value(level_center)
    named = [*model.free_RVs, *model.deterministics]
    values = pm.draw(named, draws=count, random_seed=seed)
    return Draws(law, {variable.name: np.asarray(value) for variable, value in zip(named, values, strict=True)})


def world_draws(base: Draws, law: Law, truth: Mapping[str, float], obs: PriceObservations, seed: int) -> Draws:
    """Parameters of a world where `law` holds with the given population values, alike to the real one in all else.

    Parameters
    ----------
    base
        Posterior draws of a fit with innovations to the real panel: noise, hosts, elasticities, levels, size of innovations.
    law, truth
        The law that holds, its population parameters and the spreads of its families by name; a spread left out is zero, and a market of
        one family has none.
    obs
        The design; its families and hosts are those of the real panel.
    seed
        Seed of what is drawn anew: families, innovations, levels of models.
    """
    rng = np.random.default_rng(seed)
    size, families = base.size, len(obs.families)
    values = dict(base.values)
    population = {name: np.full(size, truth[name]) for name in law.family_parameters}
    for name, parameter in law.family_parameters.items():
        spread = truth.get(parameter.spread.name, 0.0) if parameter.spread and families > 1 else 0.0
        offset = spread * rng.standard_normal((size, families))
        values[name], values[f"family_{name}"] = (
            population[name],
            parameter.of_family(population[name][:, None], offset),
        )
    values["innovation_rate"] = np.asarray(mean_rate(law, population, obs.mean_age_at_last))
    if law.innovations:
        values |= {
            prior.name: np.full(size, truth[prior.name]) for prior in law.innovations.priors if prior.name in truth
        }
    # Drawn anew from the first step on; the innovations of a market of one family are all common.
    values["common_innovation"] = np.empty((size, 0))
    if families > 1:
        values["own_innovation"] = np.empty((size, families, 0))
    world = Draws(law, values)
    increments = innovations(world, grid_steps(obs.last_time_years, law.grid_years), rng)
    every_unit = np.arange(len(obs.unit_family))
    start = base["family_level"] + mean_declined(world, obs, increments, every_unit)
    values["common_innovation"] = increments[:, 0] if families == 1 else np.zeros((size, increments.shape[2]))
    if families > 1:
        values["own_innovation"] = increments
    world = Draws(law, values | {"family_start": start})
    levels = unit_means(world, obs, increments)
    return Draws(
        law, world.values | {"unit_level": levels + unit_spread(world, obs) * rng.standard_normal(levels.shape)}
    )


def prices(draws: Draws, obs: PriceObservations, seed: int) -> np.ndarray:
    """Log prices of the rows of `obs` under each draw, shape (S, n)."""
    rng = np.random.default_rng(seed)
    return replicate(draws, expected_log_price(draws, obs, rng), rng)
