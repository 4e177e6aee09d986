"""Whether a comparison stands against the Monte Carlo error of what it compares. What does not is called level, or left open.

Where a result keeps no error of its own, that of a fit with the fewest effective draws that the gates let pass stands for it: an upper
bound. Errors of quantiles are those of a normal distribution with the same 90 % interval.
"""

import math
from collections.abc import Sequence
from typing import Final

from costfloor.sampling.policy import ESS_LIMIT
from costfloor.sampling.probability import probability_mcse
from costfloor.typeset.phrases import CLEAR

MEDIAN_ERROR: Final = 0.381
"""Standard error of a median, in widths of the 90 % interval, times the root of the number of draws."""

EDGE_ERROR: Final = 0.642
"""The same for either end of the interval."""

EVEN: Final = 0.5


def differs(first: float, second: float, mcse: float) -> bool:
    """Whether two numbers differ by more than Monte Carlo error, `mcse` being that of their difference."""
    return abs(first - second) > CLEAR * mcse


def above(value: float, limit: float, mcse: float) -> bool:
    """Whether a number is above a limit by more than its Monte Carlo error."""
    return value > limit and differs(value, limit, mcse)


def below(value: float, limit: float, mcse: float) -> bool:
    """Whether a number is below a limit by more than its Monte Carlo error."""
    return value < limit and differs(value, limit, mcse)


def median_mcse(quantiles: Sequence[float], draws: float = ESS_LIMIT) -> float:
    """Monte Carlo error of the median, from 5, 50 and 95 %."""
    return MEDIAN_ERROR * (quantiles[2] - quantiles[0]) / math.sqrt(draws)


def edge_mcse(quantiles: Sequence[float], draws: float = ESS_LIMIT) -> float:
    """Monte Carlo error of the ends of the interval, from 5, 50 and 95 %."""
    return EDGE_ERROR * (quantiles[2] - quantiles[0]) / math.sqrt(draws)


def beside(value: float, quantiles: Sequence[float], draws: float = ESS_LIMIT) -> int:
    """Where a known number lies: 1 or -1 when it is clearly above or below the interval, else 0."""
    error = edge_mcse(quantiles, draws)
    return int(below(quantiles[2], value, error)) - int(above(quantiles[0], value, error))


def share_mcse(share: float, draws: float | None) -> float:
    """Monte Carlo error of a share of so many independent draws; zero where nothing was drawn (None)."""
    return 0.0 if draws is None else probability_mcse(share, draws)


def majority(share: float, draws: float | None) -> int:
    """Whether something holds in more than half of all draws (1) or in fewer (-1); 0 where the error of its share leaves that open."""
    mcse = share_mcse(share, draws)
    return int(above(share, EVEN, mcse)) - int(below(share, EVEN, mcse))


def median_year(years: int | None, share: float, draws: float | None) -> int | str:
    """The median of years until something happens: `never` where it does in fewer than half of the draws, `about even` in about half."""
    if not majority(share, draws):
        return "about even"
    return "never" if years is None else years
