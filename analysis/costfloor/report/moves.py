"""Which lines of the ledger the last one is held against: other data, and the same data computed in another way."""

import math
from collections.abc import Sequence

from costfloor.forecast.ledger import Entry
from costfloor.sampling.probability import probability_mcse
from costfloor.typeset.montecarlo import differs


def data_before(history: Sequence[Entry]) -> Entry:
    """The last line on earlier prices: of several runs to one day an earlier day says more than another run. Two lines at least."""
    return next((entry for entry in reversed(history[:-1]) if entry.last < history[-1].last), history[-2])


def computed_otherwise(history: Sequence[Entry]) -> Entry | None:
    """The first line on as many prices to the same day; None where its chance of a halved rate is that of the last line.

    Between the two stand other models, other rules and corrected facts, and no new price. What is below the Monte Carlo error of both is no
    difference.
    """
    now = history[-1]
    first = next(entry for entry in history if (entry.last, entry.n) == (now.last, now.n))
    mcse = math.hypot(probability_mcse(first.p_slowed), probability_mcse(now.p_slowed))
    return first if differs(first.p_slowed, now.p_slowed, mcse) else None
