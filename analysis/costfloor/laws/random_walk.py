r"""Random walk with drift: a constant rate with Gaussian innovations, the forecast to beat.

.. math:: D(t) = r (t - b) + W(t), \qquad \operatorname{sd} W(t) = s \sqrt t

in a market of one family; of several each has a rate of its own, and half of :math:`s` is common to them and half each one's own.
As discovery, but the size of the innovations :math:`s` is no part of the rate. Farmer and Lafond (2016), How predictable is technological
progress?, *Research Policy* 45(3), found that costs of technologies move so, and give the error of its forecasts in closed form.
"""

from costfloor.laws.base import FamilyParameter, Law
from costfloor.laws.exponential import RATE_SPREAD
from costfloor.laws.innovations import GAUSSIAN
from costfloor.laws.priors import RATE

RANDOM_WALK = Law(
    name="random_walk",
    title="random walk with drift",
    reading="baseline: prices drift at a constant rate, and no past gain says anything of the next",
    family_parameters={"rate": FamilyParameter(RATE, RATE_SPREAD, positive=True)},
    decline=lambda p, age: p["rate"] * age,
    rate=lambda p, age: p["rate"] + 0.0 * age,
    long_run_rate=lambda p: p["rate"],
    innovations=GAUSSIAN,
    reported=lambda p, age: {"innovation_sd": p["innovation_sd"]},
)
