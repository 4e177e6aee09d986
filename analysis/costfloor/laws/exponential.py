r"""Exponential law: a constant rate without innovations, the Moore-type baseline.

.. math:: G_f(a) = r_f a
"""

from costfloor.laws.base import FamilyParameter, Law
from costfloor.laws.priors import RATE
from costfloor.sampling.priors import Prior

RATE_SPREAD = Prior("rate_spread", "halfnormal", (0.4,), "families' rates lie within a factor of 2 of each other")

EXPONENTIAL = Law(
    name="exponential",
    title="constant rate",
    reading="baseline: one rate for ever, all departures are noise",
    family_parameters={"rate": FamilyParameter(RATE, RATE_SPREAD, positive=True)},
    decline=lambda p, age: p["rate"] * age,
    rate=lambda p, age: p["rate"] + 0.0 * age,
    long_run_rate=lambda p: p["rate"],
    innovations=None,
    reported=lambda p, age: {},
)
