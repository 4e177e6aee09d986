"""The witnesses together: what each says of the rate beside 15 to 20 % a year, and whether those of a fixed graph agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Final, Literal

import numpy as np
from scipy.stats import chi2, norm

from costfloor.studies.witnesses.accelerators import COMPUTING, PURCHASE, RENTAL
from costfloor.studies.witnesses.by_year import ANY_HOST, INCUMBENTS, Decomposition
from costfloor.studies.witnesses.parts import ACTIVE, SIZE, SPARSITY, Coverage, Discount
from costfloor.studies.witnesses.rates import LEVEL, Rate, Witness
from costfloor.studies.witnesses.tasks import TASK, TOKEN, TOKENS
from costfloor.studies.witnesses.throughput import INFERENCEX, MLPERF, FormatStep

FLOOR: Final = (-log(1.0 - 0.15), -log(1.0 - 0.20))
"""15 and 20 % a year as log-rates."""

TITLES: Final = {
    INCUMBENTS: "same weights at the same host",
    ANY_HOST: "same weights at any host",
    MLPERF: "MLPerf throughput",
    INFERENCEX: "InferenceX throughput",
    COMPUTING: "computing per dollar",
    RENTAL: "rental of the same device",
    PURCHASE: "purchase of the same device",
    TOKEN: "a token at a fixed score",
    TOKENS: "tokens of a task at a fixed score",
    TASK: "a task at a fixed score",
    SIZE: "parameters at a fixed capability",
    SPARSITY: "share of them that is active",
    ACTIVE: "active ones at a fixed capability",
}
"""Every witness, in order, in words; those up to `PURCHASE` are of the same weights or devices."""

FIXED: Final = (INCUMBENTS, MLPERF, INFERENCEX, COMPUTING, RENTAL, PURCHASE)
"""Independent witnesses of a fixed graph. Prices at any host have those of incumbents in them."""

EXACT: Final = 1e-9
"""Log points by which parts of the decomposition may miss the whole."""

APART: Final = 0.01
ALIKE: Final = 0.10
"""Witnesses are told apart when so different rates would come about less often than the first were the rate one; they do not contradict one
another when more often than the second."""

Side = Literal["below", "within", "above", "open"]


@dataclass(frozen=True)
class Agreement:
    """Whether rates, or changes of them, could be one.

    Attributes
    ----------
    names
        The witnesses compared.
    common
        Their mean, weighted by precision, with its error.
    p_value
        How often as different values or more would come about were they one (Cochran's Q). Errors of few clusters are widened to their
        intervals.
    """

    names: tuple[str, ...]
    common: Rate
    p_value: float

    @property
    def verdict(self) -> Literal["apart", "doubtful", "alike"]:
        """Whether they are told apart."""
        if self.p_value < APART:
            return "apart"
        return "alike" if self.p_value > ALIKE else "doubtful"


@dataclass(frozen=True)
class WitnessStudy:
    """Every witness that the data tell, the decomposition by year, and the parts of the changed graph.

    Attributes
    ----------
    decomposition
        Of the mean log price of open models on sale.
    witnesses
        In the order of `TITLES`.
    rates, changes
        Whether the witnesses in `FIXED` agree on the rate, and on its change from one half of their time to the other; None with fewer
        than two.
    steps
        What FP4 brought over FP8, once.
    formats
        Results of MLPerf that count, of how many the format of the weights is stated, for how many it is taken from later rounds, and how
        many are out because they cannot be in the unit they state.
    discounts
        By name and year.
    coverage
        Open models behind the sizes.
    """

    decomposition: Decomposition
    witnesses: tuple[Witness, ...]
    rates: Agreement | None
    changes: Agreement | None
    steps: tuple[FormatStep, ...]
    formats: dict[str, int]
    discounts: tuple[Discount, ...]
    coverage: Coverage

    @property
    def passed(self) -> bool:
        """Whether the parts of the decomposition add up."""
        return self.decomposition.largest_error < EXACT

    def get(self, name: str) -> Witness | None:
        """A witness by name."""
        return next((witness for witness in self.witnesses if witness.name == name), None)


def side(rate: Rate) -> Side:
    """On which side of 15 to 20 % a year the whole interval lies; open when it reaches over a limit."""
    low, high = FLOOR
    if rate.high < low:
        return "below"
    if rate.low > high:
        return "above"
    return "within" if rate.low >= low and rate.high <= high else "open"


def agreement(named: Sequence[tuple[str, Rate]]) -> Agreement | None:
    """Whether rates could be one; None with fewer than two that have an error.

    References
    ----------
    Cochran (1954), The combination of estimates from different experiments, Biometrics 10.
    """
    usable = [(name, rate) for name, rate in named if rate.high > rate.low]
    if len(usable) < 2:
        return None
    values = np.array([rate.value for _, rate in usable])
    wide = float(norm.ppf(0.5 + LEVEL / 2))
    errors = np.array([(rate.high - rate.low) / (2.0 * wide) for _, rate in usable])
    weights = errors**-2.0
    mean, se = float(weights @ values / weights.sum()), float(weights.sum() ** -0.5)
    apart = float((weights * (values - mean) ** 2).sum())
    return Agreement(
        names=tuple(name for name, _ in usable),
        common=Rate(mean, se, mean - wide * se, mean + wide * se),
        p_value=float(chi2.sf(apart, len(usable) - 1)),
    )
