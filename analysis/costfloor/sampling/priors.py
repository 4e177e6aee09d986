"""Priors as data."""

import math
from dataclasses import dataclass

import numpy as np

from costfloor.sampling.distributions import DISTRIBUTIONS


@dataclass(frozen=True)
class Prior:
    """One prior: a distribution by name, its constants, and why.

    Parameters
    ----------
    name
        Name of the parameter in the posterior.
    distribution
        `normal` (mean, sd), `lognormal` (median, sd of the log), `lognormal_above` (lower bound, then the same), `halfnormal` (sd),
        `gamma` (shape, rate) or `constant` (value), for what a table cannot tell and is not asked.
    constants
        The constants in the order above, in the units of the parameter.
    reason
        Why these constants, in one sentence.
    """

    name: str
    distribution: str
    constants: tuple[float, ...]
    reason: str

    def __post_init__(self) -> None:
        if self.distribution not in DISTRIBUTIONS:
            raise ValueError(f"{self.name} has an unknown distribution, {self.distribution}")

    def draw(self, draws: int, rng: np.random.Generator) -> np.ndarray:
        """Draws, shape (draws,)."""
        return DISTRIBUTIONS[self.distribution].draw(rng, draws, *self.constants)

    def logpdf(self, values: np.ndarray) -> np.ndarray:
        """Log density at values of any shape; of a constant zero, as it has none."""
        return DISTRIBUTIONS[self.distribution].logpdf(values, *self.constants)

    def describe(self) -> dict[str, object]:
        """Return the prior as plain data for a receipt."""
        return {"distribution": self.distribution, "constants": list(self.constants), "reason": self.reason}

    @property
    def root_mean_square(self) -> float:
        """Of a spread: the constant that leaves what a new member may be as wide as the prior does, in variance."""
        match self.distribution, self.constants:
            case "constant", (value,):
                return value
            case "halfnormal", (sd,):
                return sd
            case "lognormal", (median, sd_log):
                return median * math.exp(sd_log**2)
            case _:
                raise ValueError(f"{self.name} is no spread")
