"""Posterior predictive checks of the fitted laws, one file each, in the order in which they are reported."""

from collections.abc import Callable, Iterable, Mapping

from costfloor.checks import (
    above_line,
    curvature,
    family_spread,
    innovation_autocorrelation,
    largest_drop,
    loo,
    pit,
    price_gap,
    price_rises,
    recent_slope,
    record_gap,
    record_recency,
    slowdown,
    young_decline,
)
from costfloor.checks.replicates import Replicates, build_replicates
from costfloor.checks.result import CheckResult, to_json
from costfloor.errors import InputError
from costfloor.fit.fit import Progress
from costfloor.fit.result import Fit
from costfloor.laws.observations import PriceObservations

CHECKS: dict[str, Callable[[Replicates], CheckResult]] = {
    "curvature": curvature.check,
    "recent_slope": recent_slope.check,
    "record_recency": record_recency.check,
    "record_gap": record_gap.check,
    "largest_drop": largest_drop.check,
    "price_rises": price_rises.check,
    "family_spread": family_spread.check,
    "innovation_autocorrelation": innovation_autocorrelation.check,
    "young_decline": young_decline.check,
    "young_decline_drifting": young_decline.check_drifting,
    "slowdown": slowdown.check,
    "price_gap": price_gap.check,
    "above_line": above_line.check,
    "pit": pit.check,
    "loo": loo.check,
}


def run_checks(
    fits: Mapping[str, Fit],
    obs: PriceObservations,
    seed: int,
    names: Iterable[str] | None = None,
    progress: Progress | None = None,
) -> list[CheckResult]:
    """Run checks of fitted laws on the observations they were fitted to.

    Parameters
    ----------
    fits
        Fits by law name.
    obs
        The observations.
    seed
        Seed of the replicates.
    names
        Names in `CHECKS`; default all, in its order.
    progress
        Called with one line before each check.

    Raises
    ------
    InputError
        A name is not a check.
    IntegrityError
        A fit is to other data.
    """
    chosen = list(CHECKS) if names is None else list(names)
    for name in chosen:
        if name not in CHECKS:
            raise InputError("no such check", value=name, remedy=f"Choose from {', '.join(CHECKS)}")
    replicates = build_replicates(fits, obs, seed)
    results = []
    for name in chosen:
        if progress is not None:
            progress(f"check {name}")
        results.append(CHECKS[name](replicates))
    return results


__all__ = ["CHECKS", "CheckResult", "Replicates", "build_replicates", "run_checks", "to_json"]
