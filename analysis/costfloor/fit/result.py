"""A fitted law."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from costfloor.fit.posterior import Draws, merge_chains
from costfloor.laws.base import Law


@dataclass(frozen=True)
class Fit:
    """A fitted law.

    Attributes
    ----------
    law
        The law.
    receipt
        What was fitted, how, and how well: the JSON of `costfloor fit` plus priors, settings, versions, attempts and warnings.
    posterior
        Draws of all parameters, dimensions (chain, draw, ...).
    reported
        Draws of the reported quantities, the same dimensions.
    """

    law: Law
    receipt: dict[str, Any]
    posterior: xr.Dataset = field(repr=False)
    reported: xr.Dataset = field(repr=False)

    @property
    def passed(self) -> bool:
        """Whether every gate holds."""
        return bool(self.receipt["diagnostics"]["passed"])

    @property
    def draws(self) -> Draws:
        """The posterior with chains merged."""
        return merge_chains(self.posterior, self.law)

    def quantity(self, name: str) -> np.ndarray:
        """Draws of a reported quantity with chains merged, shape (S, ...)."""
        array = self.reported[name].to_numpy()
        return np.asarray(array.reshape(-1, *array.shape[2:]))
