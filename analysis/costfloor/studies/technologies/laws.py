r"""The laws of motion with the priors of technologies.

The functional forms are those of `costfloor.laws`. Rates per year of technologies are a tenth of those of inference prices, lives a
multiple, and some costs rise. No law forbids that: a constant rate and a floor may have either sign and lie around their population's by a
sum, not a factor, and under the laws whose early rate is positive innovations may outweigh it.

Innovations are Gaussian and of a technology alone: a random walk whose variance per year is a parameter of the technology, the same for
all laws. Only discovery ties it to its rate, :math:`2 r_f^2 / \lambda_f` a year as in `costfloor.laws.innovations`, with as many
parameters; were its rate of either sign, both would explain the same innovations.
Encompassing's initial rate is positive since a kept share of a rate
near zero is no quantity at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from costfloor.laws.base import FamilyParameter, Law, Parameters
from costfloor.laws.baumol import BAUMOL
from costfloor.laws.discovery import DISCOVERY
from costfloor.laws.encompassing import ENCOMPASSING
from costfloor.laws.exponential import EXPONENTIAL
from costfloor.laws.plateau import PLATEAU
from costfloor.laws.random_walk import RANDOM_WALK
from costfloor.sampling.priors import Prior
from costfloor.studies.technologies.priors import (
    DISCOVERIES,
    EXCESS,
    EXCESS_SPREAD,
    FLOOR,
    FLOOR_SPREAD,
    GAINED,
    GAINED_SPREAD,
    HALF_LIFE,
    HALF_LIFE_SPREAD,
    INITIAL_RATE,
    INITIAL_RATE_SPREAD,
    INNOVATION_SD,
    KEPT_SHARE,
    KEPT_SHARE_SPREAD,
    NOISE,
    PROGRESSIVE_RATE,
    PROGRESSIVE_RATE_SPREAD,
    RATE,
    RATE_SPREAD,
    SPREADS,
    STAGNANT_GROWTH,
    STAGNANT_LOGIT,
)

LEVEL_SD = 1.0
"""Standard deviation of a series' starting level around its first observation, log points: wide against any noise of one year."""

HEAVY_TAIL = 4.0
"""Degrees of freedom of the rates of technologies around their population's: memory and sequencing fell ten times as fast as most."""

Innovating = Literal["none", "free", "tied"]


@dataclass(frozen=True)
class TechnologyLaw:
    """A law of motion with the priors of technologies.

    Attributes
    ----------
    law
        Where `decline` and `rate` come from.
    family_parameters
        Population and spread over technologies of each parameter that `law` takes, and of `noise_scale` and the innovations' one.
    innovating
        `free`: variance `innovation_sd` squared a year; `tied`: twice the squared rate over `discoveries_per_year`; `none`.
    centred
        Parameters sampled around their population directly, because the data fix each technology's; the others by standard normals.
    heavy_tailed
        Parameters that technologies have around their population by a Student-t with `HEAVY_TAIL` degrees of freedom, not a normal.
    """

    law: Law
    family_parameters: Mapping[str, FamilyParameter]
    innovating: Innovating
    centred: frozenset[str]
    heavy_tailed: frozenset[str]

    @property
    def name(self) -> str:
        """Name of the law."""
        return self.law.name

    @property
    def priors(self) -> tuple[Prior, ...]:
        """All priors."""
        return tuple(prior for p in self.family_parameters.values() for prior in (p.population, p.spread) if prior)

    def innovation_variance(self, p: Parameters) -> Any:
        """Variance of the innovations of a year, squared log points; zero for a law without."""
        if self.innovating == "tied":
            return 2.0 * p["rate"] ** 2 / p["discoveries_per_year"]
        return p["innovation_sd"] ** 2 if self.innovating == "free" else 0.0 * p["noise_scale"]


_CONSTANT = {"rate": FamilyParameter(RATE, RATE_SPREAD, positive=False)}


def _with_dispersion(
    law: Law, parameters: dict[str, FamilyParameter], innovating: Innovating, centred: set[str]
) -> TechnologyLaw:
    dispersion = {"none": (), "free": (INNOVATION_SD,), "tied": (DISCOVERIES,)}[innovating]
    of_dispersion = {
        prior.name: FamilyParameter(prior, SPREADS[f"{prior.name}_spread"], positive=True)
        for prior in (*dispersion, NOISE)
    }
    # A rate that multiplies has a lognormal's tail already, and the other laws have such a part beside their floor.
    heavy = frozenset({"rate"} if parameters is _CONSTANT else ())
    # Where innovations can explain them, departures leave noise next to unknown, and a spread that may be zero is a funnel.
    fixed = {NOISE.name} if innovating == "none" else {prior.name for prior in dispersion}
    return TechnologyLaw(
        law, parameters | of_dispersion, innovating, centred=frozenset(centred | fixed), heavy_tailed=heavy
    )


_HALF_LIFE = {"half_life_years": FamilyParameter(HALF_LIFE, HALF_LIFE_SPREAD, positive=True)}

TECHNOLOGY_LAWS: dict[str, TechnologyLaw] = {
    law.name: law
    for law in (
        _with_dispersion(EXPONENTIAL, _CONSTANT, "none", {"rate"}),
        _with_dispersion(RANDOM_WALK, _CONSTANT, "free", {"rate"}),
        _with_dispersion(
            PLATEAU,
            {
                "rate_floor": FamilyParameter(FLOOR, FLOOR_SPREAD, positive=False),
                "rate_excess": FamilyParameter(EXCESS, EXCESS_SPREAD, positive=True),
                **_HALF_LIFE,
            },
            "free",
            {"rate_excess", "half_life_years"},
        ),
        _with_dispersion(
            BAUMOL,
            {
                "progressive_rate": FamilyParameter(PROGRESSIVE_RATE, PROGRESSIVE_RATE_SPREAD, positive=True),
                "stagnant_logit": FamilyParameter(STAGNANT_LOGIT, None, positive=False),
                "stagnant_growth": FamilyParameter(STAGNANT_GROWTH, None, positive=False),
            },
            "free",
            {"progressive_rate"},
        ),
        _with_dispersion(DISCOVERY, {"rate": FamilyParameter(GAINED, GAINED_SPREAD, positive=True)}, "tied", {"rate"}),
        _with_dispersion(
            ENCOMPASSING,
            {
                "initial_rate": FamilyParameter(INITIAL_RATE, INITIAL_RATE_SPREAD, positive=True),
                "kept_share": FamilyParameter(KEPT_SHARE, KEPT_SHARE_SPREAD, positive=False),
                **_HALF_LIFE,
            },
            "free",
            {"initial_rate", "kept_share"},
        ),
    )
}
