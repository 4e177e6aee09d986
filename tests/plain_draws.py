"""Plain values of everything a law declares, for fits that are made up instead of sampled."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from costfloor.laws import Law
from costfloor.laws.base import mean_rate
from costfloor.laws.innovations import grid_steps
from costfloor.laws.observations import PriceObservations
from costfloor.sampling.priors import Prior

INNOVATION_DIMS = {"common_innovation": ("step",), "own_innovation": ("family", "step")}


def central(prior: Prior) -> float:
    """A value in the middle of a prior."""
    match prior.distribution, prior.constants:
        case "normal" | "lognormal", (middle, _):
            return middle
        case "lognormal_above", (low, median, _):
            return low + median
        case "halfnormal", (sd,):
            return 0.67 * sd
        case "constant", (value,):
            return value
        case _:
            raise ValueError(f"no middle of {prior}")


def law_values(law: Law, obs: PriceObservations, given: Mapping[str, Any]) -> dict[str, Any]:
    """Of a law's own variables in a posterior: those `given`, the middle of its prior for the rest, and no innovations.

    Families are like the population.
    """
    values = {prior.name: given.get(prior.name, central(prior)) for prior in law.priors}
    families, steps = len(obs.families), grid_steps(obs.last_time_years)
    values |= {f"family_{name}": np.full(families, values[name]) for name in law.family_parameters}
    if law.innovations:
        values |= {
            "innovation_rate": mean_rate(law, values, obs.mean_age_at_last),
            "common_innovation": np.zeros(steps),
        }
        if families > 1:
            values["own_innovation"] = np.zeros((families, steps))
    return values
