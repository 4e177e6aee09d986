"""Leave-one-out: how well each price is predicted from all others. Information; it answers "fill a gap", not "forecast"."""

import warnings
from typing import Any

import arviz_stats
import numpy as np
import pandas as pd
import xarray as xr

from costfloor.checks.replicates import Replicates
from costfloor.checks.result import CheckResult
from costfloor.fit.posterior import expected_log_price, log_likelihood, merge_chains
from costfloor.laws.base import Law
from costfloor.laws.observations import PriceObservations

HIGH_K = 0.7


def fitted_log_price(posterior: xr.Dataset, law: Law, obs: PriceObservations) -> np.ndarray:
    """Return the expected log price of each row along the fitted market path, shape (S, n)."""
    # The fitted path covers all rows, so this generator is never drawn from.
    return expected_log_price(merge_chains(posterior, law), obs, np.random.default_rng(0))


def psis_loo(posterior: xr.Dataset, law: Law, obs: PriceObservations) -> tuple[Any, tuple[str, ...]]:
    """Estimate the leave-one-out predictive density of every row by Pareto-smoothed importance sampling.

    Parameters
    ----------
    posterior
        Draws, leading dimensions (chain, draw).
    law, obs
        What was fitted to what.

    Returns
    -------
    ArviZ's ELPDDataLOO, pointwise and with log weights (row, chain, draw), and the distinct warnings of its computation.

    References
    ----------
    Vehtari, Gelman and Gabry (2017), Statistics and Computing 27(5).
    """
    pointwise = log_likelihood(merge_chains(posterior, law), obs, fitted_log_price(posterior, law, obs))
    shape = (posterior.sizes["chain"], posterior.sizes["draw"], obs.n)
    likelihood = xr.Dataset({"log_price": (("chain", "draw", "row"), pointwise.reshape(shape))})
    # ArviZ takes the sampler's efficiency from these; one constant variable, as the effect of a sole host, would make it NaN.
    moving = ["noise_scale", "family_start", *(f"family_{name}" for name in law.family_parameters)]
    tree = xr.DataTree.from_dict({"posterior": posterior[moving], "log_likelihood": likelihood})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        loo = arviz_stats.loo(tree, pointwise=True)
    return loo, tuple(dict.fromkeys(f"{entry.category.__name__}: {entry.message}" for entry in caught))


def check(replicates: Replicates) -> CheckResult:
    """Compare the laws by expected log predictive density of a left-out price; `passed` is None, this informs.

    Table: `elpd_loo` and its `se`, `p_loo` (effective number of parameters), `pareto_k_max`, `share_high_k` (share of rows with k above
    0.7, whose estimate is unreliable), `elpd_difference` to the best law (at most 0) and `difference_se`, from paired rows.
    """
    computed = {name: psis_loo(fit.posterior, fit.law, replicates.obs) for name, fit in replicates.fits.items()}
    results = {name: loo for name, (loo, _) in computed.items()}
    best = max(results, key=lambda name: float(results[name].elpd))
    rows = [{"law": name, **_row(loo, results[best])} for name, loo in results.items()]
    noted = [f"{name}: {text}" for name, (_, warned) in computed.items() for text in warned]
    table = pd.DataFrame(rows).astype({"passed": object})
    return CheckResult("loo", None, _summary(best, rows, replicates.obs.n, noted), table)


def _row(loo: Any, best: Any) -> dict[str, Any]:
    difference = loo.elpd_i.to_numpy() - best.elpd_i.to_numpy()
    k = loo.pareto_k.to_numpy()
    n = len(difference)
    return {
        "elpd_loo": float(loo.elpd),
        "se": float(loo.se),
        "p_loo": float(loo.p),
        "pareto_k_max": float(k.max()),
        "share_high_k": float(np.mean(k > HIGH_K)),
        "elpd_difference": float(difference.sum()),
        "difference_se": float(np.sqrt(n) * difference.std()),
        "passed": None,
    }


def _summary(best: str, rows: list[dict[str, Any]], n: int, noted: list[str]) -> str:
    parts = []
    for row in rows:
        others = f", {row['elpd_difference']:.1f} from {best} (SE {row['difference_se']:.1f})"
        parts.append(
            f"{row['law']}, {row['elpd_loo']:.1f} (SE {row['se']:.1f}){'' if row['law'] == best else others}, "
            f"Pareto k above {HIGH_K} for {round(row['share_high_k'] * n)} of {n} rows"
        )
    lead = f"Expected log predictive density of {n} left-out prices (PSIS-LOO, natural log units): {'; '.join(parts)}."
    return f"{lead} Warnings: {' | '.join(noted)}" if noted else lead
