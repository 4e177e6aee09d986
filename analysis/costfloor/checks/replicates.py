"""Replicated price tables of every fitted law, drawn once for all checks.

Mixed predictive replication (Gelman, Meng and Stern 1996, Statistica Sinica 6; Marshall and Spiegelhalter 2007, Bayesian Analysis 2):
parameters, host and model effects and family levels stay as fitted, market innovations and noise are drawn anew. With the fitted
innovations every law would reproduce every curve, and no check could fail. A check of what new models cost has the effects of models drawn
anew, too: as fitted, they would take up what a law gets wrong in their first prices.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from costfloor.checks.quarterly_index import QuarterlyIndex, quarterly_index
from costfloor.errors import IntegrityError
from costfloor.fit.posterior import expected_log_price, merge_chains, replicate
from costfloor.fit.result import Fit
from costfloor.laws.observations import PriceObservations
from costfloor.laws.segments import by_segment

MAX_REPLICATES = 1000

Statistic = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Replicates:
    """Observed prices and, by law, S replicated tables of them; n rows.

    Attributes
    ----------
    obs
        The observations that the laws were fitted to.
    fits
        The fits, by law.
    log_price
        Replicated log prices (S, n), by law.
    of_others
        The same for other models in the place of the fitted ones: their effects are drawn anew.
    quarterly
        The map to the quarterly index.
    """

    obs: PriceObservations
    fits: Mapping[str, Fit] = field(repr=False)
    log_price: Mapping[str, np.ndarray] = field(repr=False)
    of_others: Mapping[str, np.ndarray] = field(repr=False)
    quarterly: QuarterlyIndex = field(repr=False)

    def on_index(self, statistic: Statistic) -> tuple[float, dict[str, np.ndarray]]:
        """Evaluate `statistic`, from an index (S, F, Q) to (S,), on the observed and the replicated index."""
        return self._evaluate(lambda log_price: statistic(self.quarterly.index(log_price)))

    def on_rows(self, statistic: Statistic) -> tuple[float, dict[str, np.ndarray]]:
        """Evaluate `statistic`, from quality-adjusted log prices (S, n) to (S,), on the observed and the replicated rows."""
        return self._evaluate(lambda log_price: statistic(self.quarterly.adjusted(log_price)))

    def of_new_models(self, statistic: Statistic) -> tuple[float, dict[str, np.ndarray]]:
        """Evaluate `statistic`, from log prices (S, n) to (S,), on the observed table and on those of other models."""
        return self._observed(statistic), {law: statistic(log_price) for law, log_price in self.of_others.items()}

    def _evaluate(self, statistic: Statistic) -> tuple[float, dict[str, np.ndarray]]:
        return self._observed(statistic), {law: statistic(log_price) for law, log_price in self.log_price.items()}

    def _observed(self, statistic: Statistic) -> float:
        return float(statistic(self.obs.log_price[None])[0])


def build_replicates(fits: Mapping[str, Fit], obs: PriceObservations, seed: int) -> Replicates:
    """Draw up to 1000 replicated tables from each fit; a law's replicates do not depend on which other laws are there.

    Raises
    ------
    IntegrityError
        A fit is not to all rows of `obs`.
    """
    log_price, of_others = {}, {}
    for name, fit in fits.items():
        _require_same_data(fit, obs)
        rng = np.random.default_rng([seed, *name.encode()])
        draws = merge_chains(thinned(fit.posterior), fit.law)
        log_price[name], of_others[name] = (
            replicate(draws, expected_log_price(draws, obs, rng, redraw_innovations=True, redraw_units=others), rng)
            for others in (False, True)
        )
    return Replicates(obs, fits, log_price, of_others, quarterly_index(by_segment(obs)))


def thinned(posterior: xr.Dataset) -> xr.Dataset:
    """Return draws spread evenly over each chain, at most 1000 in all."""
    chains, draws = posterior.sizes["chain"], posterior.sizes["draw"]
    kept = min(draws, MAX_REPLICATES // chains)
    return posterior.isel(draw=np.linspace(0, draws - 1, kept).round().astype(int))


def _require_same_data(fit: Fit, obs: PriceObservations) -> None:
    if fit.receipt["data_hash"] != obs.data_hash or fit.receipt["n"] != obs.n:
        raise IntegrityError(
            f"the {fit.law.name} fit is to {fit.receipt['n']} rows of data {fit.receipt['data_hash'][:12]}, "
            f"not to the {obs.n} rows of data {obs.data_hash[:12]} that are to be checked; fit again"
        )
