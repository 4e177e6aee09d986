"""A fit as ArviZ takes it."""

import numpy as np
import xarray as xr

from costfloor.errors import InputError
from costfloor.fit.documented import documented
from costfloor.fit.posterior import Draws, expected_log_price, log_likelihood, merge_chains
from costfloor.laws.base import Law
from costfloor.laws.observations import PriceObservations

ON_REQUEST = ("log_likelihood", "log_prior")
"""Groups that are worked out when asked for: the former is as large as prices times draws."""

OBSERVED = "log_price"


def draws_tree(
    posterior: xr.Dataset, sample_stats: xr.Dataset, law: Law, obs: PriceObservations, groups: tuple[str, ...]
) -> xr.DataTree:
    """Return the groups `posterior`, `sample_stats`, `observed_data` and those asked for.

    Every parameter has the attributes `long_name`, what it is, and `units`.

    Parameters
    ----------
    posterior, sample_stats, law, obs
        Of the fit.
    groups
        Some of `ON_REQUEST`.

    Raises
    ------
    InputError
        Another group.
    """
    for group in groups:
        if group not in ON_REQUEST:
            raise InputError(
                "is no group that can be asked for", value=group, remedy=f"Choose from {', '.join(ON_REQUEST)}"
            )
    draws = merge_chains(posterior, law)
    tree = {
        "posterior": documented(posterior),
        "sample_stats": sample_stats,
        "observed_data": xr.Dataset({OBSERVED: ("row", obs.log_price)}),
    }
    if "log_likelihood" in groups:
        tree["log_likelihood"] = _by_chain({OBSERVED: _log_likelihood(draws, obs)}, posterior)
    if "log_prior" in groups:
        priors = (prior for p in law.family_parameters.values() for prior in (p.population, p.spread) if prior)
        asked = [prior for prior in priors if prior.name in posterior]
        tree["log_prior"] = _by_chain({prior.name: prior.logpdf(draws[prior.name]) for prior in asked}, posterior)
    return xr.DataTree.from_dict({name: group for name, group in tree.items() if group.data_vars})


def _log_likelihood(draws: Draws, obs: PriceObservations) -> np.ndarray:
    return log_likelihood(draws, obs, expected_log_price(draws, obs, np.random.default_rng(0)))


def _by_chain(merged: dict[str, np.ndarray], posterior: xr.Dataset) -> xr.Dataset:
    """Values of draws with chains merged, (S, ...), with chain and draw apart again as in the posterior."""
    coords = {name: posterior[name] for name in ("chain", "draw")}
    shape = tuple(len(coord) for coord in coords.values())
    variables = {
        name: ((*coords, "row")[: values.ndim + 1], values.reshape(*shape, *values.shape[1:]))
        for name, values in merged.items()
    }
    return xr.Dataset(variables, coords=coords)
