r"""Discovery law: gains keep arriving at a rate that does not decay.

Discoveries arrive :math:`\lambda` times a year, each lowering log price by an exponential gain of mean :math:`g`. The rate is
:math:`\lambda g`, so the size of the innovations and the rate are one story. In a market of one family all gains reach all models:

.. math::

    D(t) = r (t - b) + M(t), \qquad r = \lambda g, \qquad \operatorname{Var} M(t) = 2 \lambda g^2 t

Of several families each takes up more or less of the decline, by a constant factor; half of a gain reaches all of them and half one alone,
so that :math:`\operatorname{Var} M(t) = \operatorname{Var} M_f(t) = \tfrac12 \lambda g^2 t`.
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
