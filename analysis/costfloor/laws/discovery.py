r"""Discovery law: gains keep arriving at a rate that does not decay.

Discoveries arrive :math:`\lambda` times a year, each lowering log price by an exponential gain of mean :math:`g`, of which
half reaches all families and half one alone; the population rate is :math:`\lambda g`, so the size of the innovations and the
rate are one story. A family takes up more or less of them, by a constant factor.

.. math::

    G_f(a, t) = r_f a + M(t) + M_f(t), \qquad \operatorname{med} r_f = \lambda g, \qquad
    \operatorname{Var} M(t) = \operatorname{Var} M_f(t) = \tfrac12 \lambda g^2 t
"""

from costfloor.laws.base import FamilyParameter, Law
from costfloor.laws.exponential import RATE_SPREAD
from costfloor.laws.innovations import GAINS
from costfloor.laws.priors import RATE

DISCOVERY = Law(
    name="discovery",
    title="continued discovery",
    reading="transient: discoveries go on arriving and the rate does not decay with age",
    family_parameters={"rate": FamilyParameter(RATE, RATE_SPREAD, positive=True)},
    decline=lambda p, age: p["rate"] * age,
    rate=lambda p, age: p["rate"] + 0.0 * age,
    long_run_rate=lambda p: p["rate"],
    innovations=GAINS,
    reported=lambda p, age: {
        "discoveries_per_year": p["discoveries_per_year"],
        "mean_log_gain": p["rate"] / p["discoveries_per_year"],
    },
)
