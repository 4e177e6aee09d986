"""The targeted checks on months that a fit has not seen: does a law foresee what the prices then do, not only their average."""

from typing import Final

import numpy as np

from costfloor.checks import (
    curvature,
    family_spread,
    largest_drop,
    price_rises,
    recent_slope,
    record_gap,
    record_recency,
)
from costfloor.checks.quarterly_index import quarterly_index
from costfloor.checks.replicates import Replicates, thinned
from costfloor.checks.result import CheckResult
from costfloor.fit.posterior import expected_log_price, merge_chains, replicate
from costfloor.fit.result import Fit
from costfloor.forecast.origins import extend, in_view
from costfloor.laws.observations import PriceObservations, subset
from costfloor.laws.segments import by_segment

HELDOUT: Final = {
    "recent_slope": recent_slope.check,
    "curvature": curvature.check,
    "record_recency": record_recency.check,
    "record_gap": record_gap.check,
    "largest_drop": largest_drop.check,
    "price_rises": price_rises.check,
    "family_spread": family_spread.check,
}
"""A year is too short for the autocorrelation of innovations, and first prices of new models are few in it."""


def heldout_checks(
    fit: Fit, obs: PriceObservations, seen: np.ndarray, scored: np.ndarray, seed: int
) -> list[CheckResult]:
    """Compare the targeted statistics of rows that a fit has not seen with what it forecasts of them.

    Everything unknown at the origin is drawn, as in a score: innovations of the months, and families, hosts and models that only they
    have. All statistics are those of the held-out rows alone; a record is one within these months.

    Parameters
    ----------
    fit
        The fit to `subset(obs, seen)`.
    obs, seen, scored
        All observations, and the masks (n,) of the rows behind the fit and of those held out.
    seed
        Seed of what is drawn.

    Returns
    -------
    One result per entry of `HELDOUT`, each with a single row for this law.
    """
    name = fit.law.name
    rng = np.random.default_rng([seed, *name.encode()])
    obs, seen, scored = in_view(obs, seen, scored)
    draws = extend(merge_chains(thinned(fit.posterior), fit.law), obs, seen, rng)
    forecast = replicate(draws, expected_log_price(draws, obs, rng)[:, scored], rng)
    rows = subset(obs, scored, measured_by=seen)
    replicates = Replicates(rows, {name: fit}, {name: forecast}, {name: forecast}, quarterly_index(by_segment(rows)))
    return [check(replicates) for check in HELDOUT.values()]
