"""Every prior of the laws, with its reason, as data.

The receipt of a fit carries this table; `docs/priors.md` shows what it implies for prices before any price is seen.
"""

import math
from dataclasses import dataclass

import numpy as np

from costfloor.laws.distributions import DISTRIBUTIONS


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


MIN_NOISE_TAIL = 2.0
"""Degrees of freedom of the noise start here, so that it has a variance."""

# No spread has its mode at zero: none is believed to be absent, and near zero the centred levels of few models are a funnel.
OBSERVATION_PRIORS = {
    prior.name: prior
    for prior in (
        Prior(
            "level",
            "normal",
            (0.0, 2.0),
            "average log price of a family, around the data's mean so that any unit serves; a factor of 50 either way",
        ),
        Prior("level_spread", "lognormal", (0.8, 0.6), "families start at prices a factor of 1.3 to 8 apart"),
        Prior(
            "elasticity",
            "normal",
            (0.0, 1.0),
            "effect of one standard deviation of quality on log price; sign left to the data",
        ),
        Prior("elasticity_spread", "lognormal", (0.2, 0.7), "families pay similarly for quality, but not exactly so"),
        Prior(
            "host_spread", "lognormal", (0.3, 0.7), "hosts of the same model differ by 10 percent to a factor of 2.6"
        ),
        Prior(
            "model_spread",
            "lognormal",
            (0.6, 0.5),
            "models of equal measured quality differ in price by a factor of 1.3 to 4 (brand, speed, modality)",
        ),
        Prior(
            "pass_through",
            "normal",
            (0.5, 0.5),
            "a model already on sale follows the market's progress not at all (0), in full (1), or anywhere around",
        ),
        Prior(
            "noise_scale",
            "lognormal",
            (0.25, 0.7),
            "what remains is of the size of a rounding, a discount or a promotion: 8 percent to a factor of 2.2",
        ),
        Prior(
            "noise_tail",
            "gamma",
            (2.0, 0.1),
            "degrees of freedom of the Student-t: from heavy tails to nearly normal (Juarez & Steel 2010)",
        ),
    )
}

DISCOVERIES = Prior(
    "discoveries_per_year",
    "lognormal_above",
    (4.0, 20.0, 1.5),
    "market-wide gains a year, from one a quarter (rarer ones cannot be told from the noise) to hundreds (smooth progress)",
)

INNOVATION_SD = Prior(
    "innovation_sd",
    "lognormal",
    (0.3, 0.8),
    "yearly standard deviation of a Gaussian innovation: what 8 to 200 discoveries a year at common rates amount to",
)

RATE = Prior(
    "rate",
    "lognormal",
    (0.9, 0.85),
    "prices at fixed quality fell by factors of 1.25 to 38 a year in published estimates across tasks and technologies",
)
