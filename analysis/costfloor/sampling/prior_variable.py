"""Priors as variables of a PyMC model."""

from typing import Any

import pymc as pm

from costfloor.sampling.distributions import DISTRIBUTIONS
from costfloor.sampling.priors import Prior


def variable(prior: Prior, *, center: Any = 0.0) -> Any:
    """Register the parameter of a prior in the current model; `center` shifts the first constant, a normal's mean."""
    first, *others = prior.constants
    return DISTRIBUTIONS[prior.distribution].variable(pm, prior.name, center + first, *others)
