"""The gates that draws must pass before anything that follows from them is reported."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import arviz_stats
import numpy as np
import xarray as xr

from costfloor.sampling.policy import CI_QUANTILES, EBFMI_LIMIT, ESS_LIMIT, RHAT_LIMIT

if TYPE_CHECKING:
    from costfloor.sampling.sampler import Sampled


@dataclass(frozen=True)
class Diagnostics:
    """Convergence of the reported quantities of one fit.

    Attributes
    ----------
    rhat_max
        Largest rank-normalised split R-hat; the gate is below 1.01.
    ess_bulk_min, ess_tail_min
        Smallest effective sample sizes; the gate is above 400. The tail is that of the 90 % equal-tailed interval.
    divergences
        Divergent transitions after tuning; the gate is none.
    ebfmi_min
        Smallest energy fraction of missing information over chains; the gate is above 0.3.
    passed
        Whether every gate holds. A quantity without a finite diagnostic (one that never moves) fails.
    worst
        The gates that failed with the quantity that failed them worst, or the quantity with the largest R-hat.

    References
    ----------
    Vehtari, Gelman, Simpson, Carpenter and Buerkner (2021), Bayesian Analysis 16(2); Betancourt (2016), arXiv 1604.00695.
    """

    rhat_max: float
    ess_bulk_min: float
    ess_tail_min: float
    divergences: int
    ebfmi_min: float
    passed: bool
    worst: str


def diagnose(sampled: "Sampled", var_names: Iterable[str]) -> Diagnostics:
    """Judge the draws of the named variables of the posterior: see `diagnose_quantities`."""
    return diagnose_quantities(sampled.posterior[list(var_names)], sampled.sample_stats)


def diagnose_quantities(reported: xr.Dataset, sample_stats: xr.Dataset) -> Diagnostics:
    """Judge the draws of the quantities that will be reported.

    Parameters
    ----------
    reported
        Draws, leading dimensions ``(chain, draw)``; every element of every variable is judged.
    sample_stats
        Sampler statistics of the same draws.

    Returns
    -------
    Diagnostics
        Never raises on bad draws: a caller decides what a failed gate means.
    """
    tails = (CI_QUANTILES[0], CI_QUANTILES[-1])
    # A quantity that never moves divides zero by zero; its NaN fails a gate below.
    with np.errstate(divide="ignore", invalid="ignore"):
        rhat, rhat_at = _extreme(arviz_stats.rhat(reported, method="rank"), largest=True)
        bulk, bulk_at = _extreme(arviz_stats.ess(reported, method="bulk"), largest=False)
        tail, tail_at = _extreme(arviz_stats.ess(reported, method="tail", prob=tails), largest=False)
    ebfmi = float(arviz_stats.bfmi(sample_stats)["energy"].min(skipna=False))
    divergences = int(sample_stats["diverging"].sum())

    # Written so that a NaN fails.
    gates = (
        (rhat < RHAT_LIMIT, f"R-hat {rhat:.3f} of {rhat_at}"),
        (bulk > ESS_LIMIT, f"bulk ESS {bulk:.0f} of {bulk_at}"),
        (tail > ESS_LIMIT, f"tail ESS {tail:.0f} of {tail_at}"),
        (divergences == 0, f"{divergences} divergences"),
        (ebfmi > EBFMI_LIMIT, f"E-BFMI {ebfmi:.2f}"),
    )
    failures = [text for held, text in gates if not held]
    return Diagnostics(
        rhat_max=rhat,
        ess_bulk_min=bulk,
        ess_tail_min=tail,
        divergences=divergences,
        ebfmi_min=ebfmi,
        passed=not failures,
        worst="; ".join(failures) if failures else rhat_at,
    )


def _extreme(statistic: xr.Dataset, *, largest: bool) -> tuple[float, str]:
    """Value and label of the worst element over all variables; a NaN is worse than any number."""
    worst, label = (-np.inf if largest else np.inf), "nothing"
    for name, array in statistic.data_vars.items():
        flat = array.to_numpy().ravel()
        badness = np.where(np.isnan(flat), np.inf, flat if largest else -flat)
        at = int(badness.argmax())
        if not np.isnan(worst) and badness[at] > (worst if largest else -worst):
            index = np.unravel_index(at, array.shape)
            labels = [str(array[dim].to_numpy()[i]) for dim, i in zip(array.dims, index, strict=True)]
            worst, label = float(flat[at]), f"{name}[{', '.join(labels)}]" if labels else str(name)
    return worst, label
