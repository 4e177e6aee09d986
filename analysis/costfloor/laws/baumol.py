r"""Baumol law: a progressive part of cost falls, a stagnant part grows with wages and energy, and its share rises.

.. math::

    \frac{C_f(a)}{C_f(0)} = (1 - s_f) e^{-r_f a} + s_f e^{g a}, \qquad G_f(a) = -\log \frac{C_f(a)}{C_f(0)}

with :math:`s` the stagnant share at birth, :math:`r` the rate of the progressive part and :math:`g` the growth of stagnant inputs. The rate
is :math:`r (1 - q) - g q` at a stagnant share :math:`q(a)` that goes to one: the law is structural in levels, with a floor
under the price that rises at :math:`g`. Reference: Baumol (1967), Macroeconomics of unbalanced growth.
"""

from typing import Any

from costfloor.laws.base import FamilyParameter, Law, Parameters
from costfloor.laws.functions import log1p_exp, logistic
from costfloor.laws.innovations import GAINS
from costfloor.sampling.priors import Prior

PROGRESSIVE_RATE = Prior(
    "progressive_rate",
    "lognormal",
    (1.2, 0.7),
    "accelerators and software cheapen by factors of 1.5 to 44 a year, faster than the whole",
)
PROGRESSIVE_RATE_SPREAD = Prior(
    "progressive_rate_spread", "halfnormal", (0.4,), "families' early rates lie within a factor of 2 of each other"
)
STAGNANT_LOGIT = Prior(
    "stagnant_logit",
    "normal",
    (-3.5, 1.5),
    "log odds of the stagnant share at birth: 0.3 to 26 percent of cost, as a young service is nearly all accelerator",
)
STAGNANT_LOGIT_SPREAD = Prior(
    "stagnant_logit_spread", "halfnormal", (0.5,), "families are served from the same buildings by the same people"
)
STAGNANT_GROWTH = Prior(
    "stagnant_growth",
    "normal",
    (0.035, 0.015),
    "nominal growth of stagnant inputs a year: US wages rose by 3 to 5 percent and electricity by 2 to 4 (context_input_costs.csv)",
)


def decline(p: Parameters, age: Any) -> Any:
    """Return the cumulative decline of log price at `age` years."""
    odds = p["stagnant_logit"]
    return p["progressive_rate"] * age - log1p_exp(_log_odds(p, age)) + log1p_exp(odds)


def rate(p: Parameters, age: Any) -> Any:
    """Return the log-rate per year at `age` years."""
    return p["progressive_rate"] - (p["progressive_rate"] + p["stagnant_growth"]) * stagnant_share(p, age)


def stagnant_share(p: Parameters, age: Any) -> Any:
    """Return the share of stagnant inputs in cost at `age` years."""
    return logistic(_log_odds(p, age))


def _log_odds(p: Parameters, age: Any) -> Any:
    return p["stagnant_logit"] + (p["progressive_rate"] + p["stagnant_growth"]) * age


BAUMOL = Law(
    name="baumol",
    title="Baumol's cost disease",
    reading="structural in levels: the stagnant part of cost outgrows the progressive one and the price stops falling",
    family_parameters={
        "progressive_rate": FamilyParameter(PROGRESSIVE_RATE, PROGRESSIVE_RATE_SPREAD, positive=True),
        "stagnant_logit": FamilyParameter(STAGNANT_LOGIT, STAGNANT_LOGIT_SPREAD, positive=False),
        "stagnant_growth": FamilyParameter(STAGNANT_GROWTH, None, positive=False),
    },
    decline=decline,
    rate=rate,
    long_run_rate=lambda p: -p["stagnant_growth"],
    innovations=GAINS,
    reported=lambda p, age: {
        "progressive_rate": p["progressive_rate"],
        "stagnant_share": stagnant_share(p, age),
        "stagnant_growth": p["stagnant_growth"],
    },
)
