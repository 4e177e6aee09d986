r"""Plateau law: the rate decays with the age of a capability to a floor.

.. math::

    G_f'(a) = \phi_f + e_f 2^{-a / h_f}, \qquad
    G_f(a) = \phi_f a + e_f \frac{h_f}{\ln 2} \left(1 - 2^{-a / h_f}\right)

with floor :math:`\phi`, excess :math:`e` of the initial rate over the floor, half-life :math:`h`, and the same innovations as the
discovery law. No decay (:math:`e = 0`) gives the exponential law. The floor may be zero, negative (price rises)
or as high as the initial rate.
"""

import math
from typing import Any

from costfloor.laws.base import FamilyParameter, Law, Parameters
from costfloor.laws.functions import exp
from costfloor.laws.innovations import GAINS
from costfloor.sampling.priors import Prior

LN2 = math.log(2.0)

FLOOR = Prior(
    "rate_floor",
    "normal",
    (0.3, 0.35),
    "covers rising prices, the claimed 0.16-0.22, the long-run falls of computing (0.3-0.5) and no slowdown at all (near 1)",
)
FLOOR_SPREAD = Prior(
    "rate_floor_spread",
    "halfnormal",
    (0.15,),
    "stagnant inputs are common to all families, so floors lie close together",
)
EXCESS = Prior(
    "rate_excess",
    "lognormal",
    (0.7, 0.9),
    "the initial rate exceeds the floor by 0.16 to 3 a year; small values mean no decay",
)
EXCESS_SPREAD = Prior(
    "rate_excess_spread", "halfnormal", (0.4,), "families' early rates lie within a factor of 2 of each other"
)
HALF_LIFE = Prior(
    "half_life_years", "lognormal", (1.0, 0.8), "decay visible in five years of data or slower: 0.27 to 3.7 years"
)
HALF_LIFE_SPREAD = Prior(
    "half_life_years_spread", "halfnormal", (0.3,), "the same engineering practice spreads through all families"
)


def remaining(p: Parameters, age: Any) -> Any:
    """Return the share of the initial excess that is left at `age` years."""
    return exp(-LN2 * age / p["half_life_years"])


def decline(p: Parameters, age: Any) -> Any:
    """Return the cumulative decline of log price at `age` years."""
    decayed = 1.0 - remaining(p, age)
    return p["rate_floor"] * age + p["rate_excess"] * p["half_life_years"] / LN2 * decayed


def rate(p: Parameters, age: Any) -> Any:
    """Return the log-rate per year at `age` years."""
    return p["rate_floor"] + p["rate_excess"] * remaining(p, age)


PLATEAU = Law(
    name="plateau",
    title="plateau",
    reading="structural: the rate decays to a floor as a capability ages",
    family_parameters={
        "rate_floor": FamilyParameter(FLOOR, FLOOR_SPREAD, positive=False),
        "rate_excess": FamilyParameter(EXCESS, EXCESS_SPREAD, positive=True),
        "half_life_years": FamilyParameter(HALF_LIFE, HALF_LIFE_SPREAD, positive=True),
    },
    decline=decline,
    rate=rate,
    long_run_rate=lambda p: p["rate_floor"],
    innovations=GAINS,
    reported=lambda p, age: {
        "rate_initial": p["rate_floor"] + p["rate_excess"],
        "rate_floor": p["rate_floor"],
        "half_life_years": p["half_life_years"],
    },
)
