"""Parameters and prices drawn from a law on a given design, by the same code that fits and forecasts them."""

import numpy as np
import pymc as pm

from costfloor.fit.posterior import Draws, expected_log_price, replicate
from costfloor.laws.base import Law
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


def prices(draws: Draws, obs: PriceObservations, seed: int) -> np.ndarray:
    """Log prices of the rows of `obs` under each draw, shape (S, n)."""
    rng = np.random.default_rng(seed)
    return replicate(draws, expected_log_price(draws, obs, rng), rng)
