r"""A fit brought up to date by importance weights instead of sampling.

The old posterior is the proposal. The weight of a draw is the density of the new rows under it, times what the new rows change in the
prior: a family's level is its average log price over its models, so that its prior moves when models join. The levels of the models that
have new rows are integrated out on a grid, given the old rows and given all: drawn levels would make the weights far more uneven. The
weights are smoothed by a Pareto tail (Vehtari et al. 2024, Pareto smoothed importance sampling); its shape :math:`\hat k` says whether
they can be trusted.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from arviz_stats.base import array_stats
from scipy.special import logsumexp

from costfloor.fit.continuation import Continuation
from costfloor.fit.posterior import Draws, common_innovations, followed, innovations, own_innovations, unit_means
from costfloor.fit.quantities import contract_parameters, reported_quantities
from costfloor.fit.result import Fit
from costfloor.forecast.marginal import joint_noise_logpdf, noise_logpdf
from costfloor.forecast.origins import mean_declined, unit_spread
from costfloor.laws.innovations import grid_steps
from costfloor.laws.observations import PriceObservations, subset
from costfloor.laws.priors import OBSERVATION_PRIORS
from costfloor.sampling.policy import ESS_LIMIT

KHAT_LIMIT = 0.7
GRID = np.linspace(-1.0, 1.0, 49)
GRID_REACH = 6.0
"""Half width of the grid in standard deviations of the level."""

MAX_SHARE_NEW = 0.1
"""With more than this share of new rows the weights fail, and trying costs as much as it saves."""


@dataclass(frozen=True)
class Reweighted:
    """A reweighted posterior.

    Attributes
    ----------
    fit
        Draws resampled by their weights, so that everything that reads a fit can read this one. Its receipt says what it is.
    khat
        Shape of the Pareto tail of the weights; trustworthy below 0.7.
    ess
        Effective sample size that is left of the smallest one of the old fit: the gate of 400 holds here too.
    """

    fit: Fit
    khat: float
    ess: float

    @property
    def trustworthy(self) -> bool:
        """Whether the weights may be used."""
        return self.khat < KHAT_LIMIT and self.ess > ESS_LIMIT


def possible(continued: Continuation) -> bool:
    """Whether weights could serve: few new rows, in families and at hosts that the fit knows, that change the meaning of no family."""
    obs, seen = continued.obs, continued.seen
    known_places = len(np.unique(obs.family[seen])) == len(obs.families) and len(np.unique(obs.host[seen])) == max(
        1, len(obs.hosts)
    )
    repeats = subset(obs, seen).models_repeat == obs.models_repeat
    whole = subset(obs, np.ones(obs.n, bool))
    as_before = all(
        np.allclose(getattr(whole, name), getattr(obs, name), atol=1e-9) for name in ("centres", "family_open")
    )
    # The level of a single family is its population's: what new models change in its prior is not worked out below. Where births differ,
    # the line of prices on capability is that of the last date, which new rows move.
    one_clock = len(obs.families) > 1 and not whole.births_differ
    return one_clock and as_before and known_places and repeats and 0 < continued.fresh <= MAX_SHARE_NEW * obs.n


def reweight(fit: Fit, continued: Continuation, target: PriceObservations, seed: int) -> Reweighted:
    """Update a fit by importance weights.

    Parameters
    ----------
    fit
        The fit to the old rows.
    continued
        Old and new rows, for which `possible` holds.
    target
        All rows as a new fit would see them: the same as `continued.obs` but for the scale of quality.
    seed
        Seed of what is drawn: innovations after the last old row, levels of new models, and the resampling.
    """
    rng = np.random.default_rng(seed)
    obs, seen = continued.obs, continued.seen
    # Families and hosts are those of the fit; units that are new get their levels below.
    draws, steps = fit.parameters, grid_steps(obs.last_time_years, fit.law.grid_years)
    if fit.law.innovations:
        longer = {
            "common_innovation": common_innovations(draws, steps, rng),
            "own_innovation": own_innovations(draws, steps, rng),
        }
        draws = Draws(fit.law, draws.values | longer)
    increments = innovations(draws, steps, rng)
    log_weight, levels = _new_rows(draws, obs, seen, increments, rng)
    log_weight += _prior_change(draws, obs, seen, increments)
    # The library takes log likelihoods to leave out, the negative of log weights.
    smoothed, khat = array_stats.psislw(-log_weight)
    weights = np.exp(smoothed - logsumexp(smoothed))
    chosen = np.minimum(
        np.searchsorted(np.cumsum(weights), (rng.random() + np.arange(draws.size)) / draws.size), draws.size - 1
    )
    values = dict(draws.values) | ({"unit_level": levels} if obs.models_repeat else {})
    rescaled = target.quality_scale / obs.quality_scale
    for name in ("elasticity", "elasticity_spread", "family_elasticity"):
        values[name] = values[name] * rescaled
    posterior = _dataset(fit.posterior, {name: value[chosen] for name, value in values.items()}, target)
    reported = reported_quantities(posterior, fit.law, target)
    kept_share = 1.0 / np.sum(weights**2) / draws.size
    old = fit.receipt["diagnostics"]
    ess = float(kept_share * min(old["ess_bulk_min"], old["ess_tail_min"]))
    receipt: dict[str, Any] = {
        **fit.receipt,
        "n": target.n,
        "data_hash": target.data_hash,
        "sampler": f"importance weights on {fit.receipt['fingerprint'][:16]}",
        "khat": float(khat),
        "kept_share": float(kept_share),
        "parameters": contract_parameters(reported),
    }
    return Reweighted(Fit(fit.law, receipt, posterior, reported, obs=target), float(khat), ess)


def _new_rows(
    draws: Draws, obs: PriceObservations, seen: np.ndarray, increments: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Log density of the new rows under each draw, and unit levels with those of units with new rows drawn given all their rows."""
    means = unit_means(draws, obs, increments)
    units = np.unique(obs.unit[~seen])
    rows = np.flatnonzero(np.isin(obs.unit, units))
    target = obs.log_price[rows] + followed(draws, obs, increments, rows)
    if obs.hosts:
        target = target - draws["host_effect"][:, obs.host[rows]]
    if not obs.models_repeat:
        return noise_logpdf(draws, target - means[:, obs.unit[rows]]).sum(axis=1), means
    spread = unit_spread(draws, obs)
    levels = np.empty_like(means)
    levels[:, np.unique(obs.unit[seen])] = draws["unit_level"]
    total = np.zeros(draws.size)
    for unit in units:
        old, new = (target[:, mask[rows] & (obs.unit[rows] == unit)] for mask in (seen, ~seen))
        if old.size:
            # Where the old rows put the level; its prior is wider by far.
            grid = (levels[:, unit].mean() + GRID_REACH * levels[:, unit].std() * GRID)[None, :]
        else:
            grid = means[:, [unit]] + GRID_REACH * spread[:, [unit]] * GRID
        before = joint_noise_logpdf(draws, old, grid) - 0.5 * ((grid - means[:, [unit]]) / spread[:, [unit]]) ** 2
        after = before + joint_noise_logpdf(draws, new, grid)
        gain, levels[:, unit] = _summed_and_drawn(before, after, grid, rng)
        total += gain
    return total, levels


def _summed_and_drawn(
    before: np.ndarray, after: np.ndarray, grid: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Log ratio of the integrals of both densities (S, G), and one level per draw from the second, spread evenly over its cell."""
    peaks = before.max(axis=1), after.max(axis=1)
    masses = [np.exp(density - peak[:, None]) for density, peak in zip((before, after), peaks, strict=True)]
    gain = peaks[1] - peaks[0] + np.log(masses[1].sum(axis=1) / masses[0].sum(axis=1))
    cumulative = np.cumsum(masses[1], axis=1)
    reached = cumulative < rng.random(len(after))[:, None] * cumulative[:, [-1]]
    place = reached.sum(axis=1).clip(max=grid.shape[1] - 1)
    cell = grid[:, 1] - grid[:, 0]
    nodes = np.broadcast_to(grid, after.shape)[np.arange(len(after)), place]
    return gain, nodes + cell * (rng.random(len(after)) - 0.5)


def _prior_change(draws: Draws, obs: PriceObservations, seen: np.ndarray, increments: np.ndarray) -> np.ndarray:
    """Log prior of levels with the new rows, minus the one without them."""
    before = np.unique(obs.unit[seen])
    start, level, spread = draws["family_start"], draws["level"], draws["level_spread"]
    change = np.zeros(draws.size)
    for units, sign in ((np.arange(len(obs.unit_family)), 1.0), (before, -1.0)):
        average = start - mean_declined(draws, obs, increments, units)
        change += sign * (-0.5 * ((average - level[:, None]) / spread[:, None]) ** 2).sum(axis=1)
    shift, sd = OBSERVATION_PRIORS["level"].constants
    for rows, sign in ((np.ones(obs.n, bool), 1.0), (seen, -1.0)):
        change += sign * -0.5 * ((level - obs.log_price[rows].mean() - shift) / sd) ** 2
    return change


def _dataset(old: xr.Dataset, values: dict[str, np.ndarray], target: PriceObservations) -> xr.Dataset:
    """The draws in the shape of the old posterior, families by name."""
    shape = (old.sizes["chain"], old.sizes["draw"])
    data = {}
    for name, array in values.items():
        if name not in old:
            continue
        dims = [str(dim) for dim in old[name].dims[2:]]
        data[name] = (["chain", "draw", *dims], array.reshape(*shape, *array.shape[1:]))
    coords = {"family": list(target.families)}
    if any("host" in dims for dims, _ in data.values()):
        coords["host"] = list(target.hosts)
    return xr.Dataset(data, coords=coords)
