r"""The laws of motion with priors for technologies, every prior with its reason.

The functional forms are those of `analysis.laws`. Rates per year of technologies are a tenth of those of inference prices, lives a
multiple, and some costs rise. No law forbids that: a constant rate and a floor may have either sign and lie around their population's by a
sum, not a factor, and under the laws whose early rate is positive innovations may outweigh it.

Innovations are Gaussian and of a technology alone: a random walk whose variance per year is a parameter of the technology, the same for
all laws. Only discovery ties it to its rate, :math:`2 r_f^2 / \lambda_f` a year as in `analysis.laws.innovations`, with as many parameters;
were its rate of either sign, both would explain the same innovations. Encompassing's initial rate is positive since a kept share of a rate
near zero is no quantity at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from analysis.laws.base import FamilyParameter, Law, Parameters
from analysis.laws.baumol import BAUMOL
from analysis.laws.discovery import DISCOVERY
from analysis.laws.encompassing import ENCOMPASSING
from analysis.laws.exponential import EXPONENTIAL
from analysis.laws.plateau import PLATEAU
from analysis.laws.priors import Prior
from analysis.laws.random_walk import RANDOM_WALK

LEVEL_SD = 1.0
"""Standard deviation of a series' starting level around its first observation, log points: wide against any noise of one year."""

HEAVY_TAIL = 4.0
"""Degrees of freedom of the rates of technologies around their population's: memory and sequencing fell ten times as fast as most."""

RATE = Prior(
    "rate",
    "normal",
    (0.05, 0.05),
    "most industrial costs fell by 0 to 13 percent a year (Nagy et al. 2013; Farmer & Lafond 2016)",
)
RATE_SPREAD = Prior(
    "rate_spread",
    "halfnormal",
    (0.1,),
    "from nuclear power, which rose by a tenth a year, to chips, which fell by a third",
)
GAINED = Prior(
    "rate",
    "lognormal",
    (0.04, 1.0),
    "discoveries lower costs, by 1 to 20 percent a year; a cost that rises has had none for long",
)
GAINED_SPREAD = Prior("rate_spread", "halfnormal", (1.0,), "the same range on the scale of logarithms")
FLOOR = Prior(
    "rate_floor",
    "normal",
    (0.03, 0.05),
    "a slow fall in the long run, a rise or the whole early rate are all within two deviations",
)
FLOOR_SPREAD = Prior(
    "rate_floor_spread", "halfnormal", (0.1,), "as wide as that of a constant rate: no law is given less room"
)
EXCESS = Prior("rate_excess", "lognormal", (0.05, 1.0), "the early rate exceeds the floor by 0.01 to 0.26 a year")
EXCESS_SPREAD = Prior(
    "rate_excess_spread", "halfnormal", (0.7,), "early rates of technologies lie within a factor of 4 of each other"
)
HALF_LIFE = Prior("half_life_years", "lognormal", (9.0, 0.9), "2 to 40 years, what series of 8 to 80 years can show")
HALF_LIFE_SPREAD = Prior(
    "half_life_years_spread", "halfnormal", (0.7,), "technologies mature at paces up to a factor of 4 apart"
)
INITIAL_RATE = Prior(
    "initial_rate", "lognormal", (0.05, 1.0), "most fall by 1 to 25 percent a year at first, where decay is to come"
)
INITIAL_RATE_SPREAD = Prior(
    "initial_rate_spread", "halfnormal", (1.0,), "from a percent a year to half, on the scale of logarithms"
)
KEPT_SHARE = Prior(
    "kept_share",
    "normal",
    (0.5, 0.5),
    "half way between no decay (1) and no floor (0), each one standard deviation off",
)
KEPT_SHARE_SPREAD = Prior(
    "kept_share_spread", "halfnormal", (0.5,), "fates differ: some technologies may slow down and others not"
)
PROGRESSIVE_RATE = Prior(
    "progressive_rate", "lognormal", (0.08, 0.8), "the progressive part falls by 2 to 30 percent a year"
)
PROGRESSIVE_RATE_SPREAD = Prior(
    "progressive_rate_spread",
    "halfnormal",
    (0.7,),
    "progressive rates of technologies lie within a factor of 4 of each other",
)
STAGNANT_LOGIT = Prior(
    "stagnant_logit",
    "normal",
    (-1.5, 1.5),
    "log odds of the stagnant share at the first observation: 2 to 72 percent of cost",
)
STAGNANT_LOGIT_SPREAD = Prior(
    "stagnant_logit_spread", "halfnormal", (1.0,), "a series may begin early or late in the life of a technology"
)
STAGNANT_GROWTH = Prior(
    "stagnant_growth",
    "normal",
    (0.02, 0.02),
    "wages and energy, in money or in real terms: the unit is mostly not stated",
)
STAGNANT_GROWTH_SPREAD = Prior(
    "stagnant_growth_spread", "halfnormal", (0.03,), "decades of inflation and decades without"
)
INNOVATION_SD = Prior(
    "innovation_sd",
    "lognormal",
    (0.08, 0.8),
    "standard deviation of a year's change: 2 to 30 percent (Farmer & Lafond 2016)",
)
DISCOVERIES = Prior(
    "discoveries_per_year",
    "lognormal",
    (1.0, 1.2),
    "what a year's deviation of 0.02 to 0.2 amounts to at rates of 0.05; Gaussian increments need no bound",
)
NOISE = Prior(
    "noise_scale", "lognormal", (0.04, 1.0), "rounding, makers averaged, a cost of another quality: 1 to 20 percent"
)
SPREADS = {
    prior.name: prior
    for prior in (
        Prior(
            "innovation_sd_spread", "halfnormal", (0.7,), "a factor of 4 between technologies (Farmer & Lafond 2016)"
        ),
        Prior("discoveries_per_year_spread", "halfnormal", (1.0,), "the same, as variances"),
        Prior("noise_scale_spread", "halfnormal", (0.7,), "sources differ in how they measure"),
    )
}

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
_FIXED = frozenset({"rate", "rate_excess", "initial_rate", "kept_share", "half_life_years", "progressive_rate"})


def _with_dispersion(law: Law, parameters: dict[str, FamilyParameter], innovating: Innovating) -> TechnologyLaw:
    dispersion = {"none": (), "free": (INNOVATION_SD,), "tied": (DISCOVERIES,)}[innovating]
    own = {
        prior.name: FamilyParameter(prior, SPREADS[f"{prior.name}_spread"], positive=True)
        for prior in (*dispersion, NOISE)
    }
    # A rate that multiplies has a lognormal's tail already, and the other laws have such a part beside their floor.
    heavy = frozenset({"rate"} if parameters is _CONSTANT else ())
    # Where innovations can explain them, departures leave noise next to unknown, and a spread that may be zero is a funnel.
    fixed = {NOISE.name} if innovating == "none" else {prior.name for prior in dispersion}
    return TechnologyLaw(law, parameters | own, innovating, centred=_FIXED | fixed, heavy_tailed=heavy)


_HALF_LIFE = {"half_life_years": FamilyParameter(HALF_LIFE, HALF_LIFE_SPREAD, positive=True)}

TECHNOLOGY_LAWS: dict[str, TechnologyLaw] = {
    one.name: one
    for one in (
        _with_dispersion(EXPONENTIAL, _CONSTANT, "none"),
        _with_dispersion(RANDOM_WALK, _CONSTANT, "free"),
        _with_dispersion(
            PLATEAU,
            {
                "rate_floor": FamilyParameter(FLOOR, FLOOR_SPREAD, positive=False),
                "rate_excess": FamilyParameter(EXCESS, EXCESS_SPREAD, positive=True),
                **_HALF_LIFE,
            },
            "free",
        ),
        _with_dispersion(
            BAUMOL,
            {
                "progressive_rate": FamilyParameter(PROGRESSIVE_RATE, PROGRESSIVE_RATE_SPREAD, positive=True),
                "stagnant_logit": FamilyParameter(STAGNANT_LOGIT, STAGNANT_LOGIT_SPREAD, positive=False),
                "stagnant_growth": FamilyParameter(STAGNANT_GROWTH, None, positive=False),
            },
            "free",
        ),
        _with_dispersion(DISCOVERY, {"rate": FamilyParameter(GAINED, GAINED_SPREAD, positive=True)}, "tied"),
        _with_dispersion(
            ENCOMPASSING,
            {
                "initial_rate": FamilyParameter(INITIAL_RATE, INITIAL_RATE_SPREAD, positive=True),
                "kept_share": FamilyParameter(KEPT_SHARE, KEPT_SHARE_SPREAD, positive=False),
                **_HALF_LIFE,
            },
            "free",
        ),
    )
}
