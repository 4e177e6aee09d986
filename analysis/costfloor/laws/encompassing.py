r"""Encompassing law: nests discovery and plateau in one, with a prior that allows no decay and no floor.

.. math:: r_f(a) = r_f \left[\rho_f + (1 - \rho_f) 2^{-a / h_f}\right]

with initial rate :math:`r`, half-life :math:`h` and the share :math:`\rho` of the initial rate that is kept in the long run:
:math:`\rho = 1` is discovery, :math:`\rho = 0` decay to no decline at all, between them lies plateau with floor :math:`\rho r`, above one
the rate rises with age. None of these points is at an edge of the prior, so the density there can be compared before and after the data.
"""

from typing import Any

from costfloor.laws.base import FamilyParameter, Law, Parameters
from costfloor.laws.exponential import RATE_SPREAD
from costfloor.laws.innovations import GAINS
from costfloor.laws.plateau import HALF_LIFE, HALF_LIFE_SPREAD, LN2, remaining
from costfloor.sampling.priors import Prior

INITIAL_RATE = Prior(
    "initial_rate",
    "lognormal",
    (1.2, 0.85),
    "prices at fixed quality fell by factors of 1.3 to 130 a year in published estimates across tasks, most of them of young capabilities",
)
KEPT_SHARE = Prior(
    "kept_share",
    "normal",
    (0.5, 0.5),
    "half way between no decay (1) and no floor (0), each one standard deviation off: neither reading is favoured",
)
KEPT_SHARE_SPREAD = Prior(
    "kept_share_spread", "halfnormal", (0.15,), "what slows one family down slows the others down too"
)


def decline(p: Parameters, age: Any) -> Any:
    """Return the cumulative decline of log price at `age` years."""
    decayed = p["half_life_years"] / LN2 * (1.0 - remaining(p, age))
    return p["initial_rate"] * (p["kept_share"] * age + (1.0 - p["kept_share"]) * decayed)


def rate(p: Parameters, age: Any) -> Any:
    """Return the log-rate per year at `age` years."""
    return p["initial_rate"] * (p["kept_share"] + (1.0 - p["kept_share"]) * remaining(p, age))


ENCOMPASSING = Law(
    name="encompassing",
    title="encompassing law",
    reading="undecided: the data choose between a rate that decays, to a floor or to nothing, and one that does not",
    family_parameters={
        "initial_rate": FamilyParameter(INITIAL_RATE, RATE_SPREAD, positive=True),
        "kept_share": FamilyParameter(KEPT_SHARE, KEPT_SHARE_SPREAD, positive=False),
        "half_life_years": FamilyParameter(HALF_LIFE, HALF_LIFE_SPREAD, positive=True),
    },
    decline=decline,
    rate=rate,
    long_run_rate=lambda p: p["initial_rate"] * p["kept_share"],
    innovations=GAINS,
    reported=lambda p, age: {
        "rate_initial": p["initial_rate"],
        "kept_share": p["kept_share"],
        "rate_floor": p["initial_rate"] * p["kept_share"],
        "half_life_years": p["half_life_years"],
    },
)
