"""Is a quantity learned from the data or assumed by its prior? Power scaling (Kallioinen et al. 2024, Statistics and Computing 34)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import arviz_stats
import numpy as np
import xarray as xr

from costfloor.fit.posterior import expected_log_price, log_likelihood
from costfloor.laws.observations import PriceObservations

if TYPE_CHECKING:
    from costfloor.fit.result import Fit

THRESHOLD = 0.05


@dataclass(frozen=True)
class PriorSensitivity:
    """Sensitivity of one quantity to power-scaling the prior of the law's parameters, and the likelihood.

    Attributes
    ----------
    quantity
        Name of the reported quantity.
    prior, likelihood
        Change of its posterior per doubling of the power (cumulative Jensen-Shannon distance); above 0.05 it reacts.
    prior_dominated
        The prior matters and the data hardly do: for the floor, "the plateau is your prior".
    """

    quantity: str
    prior: float
    likelihood: float

    @property
    def prior_dominated(self) -> bool:
        """Whether the prior matters (above 0.05) and the likelihood does not (below 0.05)."""
        return self.prior > THRESHOLD and self.likelihood < THRESHOLD


def prior_sensitivity(fit: "Fit", obs: PriceObservations, quantity: str) -> PriorSensitivity:
    """Power-scale the priors of the law's own parameters, and the likelihood, and see whether `quantity` moves."""
    draws = fit.parameters
    shape = fit.reported["noise_scale"].shape
    parameters = fit.law.family_parameters.values()
    priors = [prior for p in parameters for prior in (p.population, p.spread) if prior]
    log_prior = np.sum([prior.logpdf(draws[prior.name]) for prior in priors], axis=0)
    expected = expected_log_price(draws, obs, np.random.default_rng(0))
    total = log_likelihood(draws, obs, expected).sum(axis=1)
    dims = ("chain", "draw")
    tree = xr.DataTree.from_dict(
        {
            "posterior": fit.reported[[quantity]],
            "log_prior": xr.Dataset({"law": (dims, log_prior.reshape(shape))}),
            "log_likelihood": xr.Dataset({"prices": (dims, total.reshape(shape))}),
        }
    )
    moved = {
        group: float(arviz_stats.psense(tree, var_names=[quantity], group=group)[quantity])
        for group in ("prior", "likelihood")
    }
    return PriorSensitivity(quantity, **moved)
