"""Forecasts of prices of open models after a past date, with sizes and without, on the same rows."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from costfloor.forecast.paired import Difference, clustered_error, time_blocks
from costfloor.forecast.scores import covered, crps
from costfloor.laws.innovations import GRID_YEARS, grid_steps
from costfloor.laws.priors import MIN_NOISE_TAIL
from costfloor.studies.graphs.channel_laws import DIRECT, FIXED, channel_law
from costfloor.studies.graphs.draws import GraphDraws
from costfloor.studies.graphs.model import late
from costfloor.studies.graphs.sizes import SizedPrices

Effect = Callable[[GraphDraws, SizedPrices, SizedPrices], np.ndarray]
"""`(draws, fitted, all) -> (S, M)`: log price of each model of all by what it is, less that of the mean model that was fitted."""


@dataclass(frozen=True)
class Ahead:
    """How well prices after a date were forecast with sizes and without.

    Attributes
    ----------
    origin
        The last day that the fits knew.
    months
        How far the scored prices reach after it, at most.
    prices, models, new_models
        Scored; of the models those without a price until the origin.
    crps_with, crps_without
        Mean over prices, log points.
    gain
        CRPS without less with sizes: positive where sizes help; its standard error by models, hosts or blocks of time, the largest.
    coverage_with, coverage_without
        Share of prices in their 90 % interval.
    passed
        Whether both fits kept their gates.
    """

    origin: str
    months: int
    prices: int
    models: int
    new_models: int
    crps_with: float
    crps_without: float
    gain: Difference
    coverage_with: float
    coverage_without: float
    passed: bool


def by_sizes(draws: GraphDraws, fitted: SizedPrices, every: SizedPrices) -> np.ndarray:
    """What the joint model has a model cost by its sizes and its measured capability."""
    active, sparsity, capability = _centred(fitted, every)
    total = draws["total_exponent"][:, None]
    return np.asarray(
        (draws["active_exponent"][:, None] + total) * active + total * sparsity + draws["premium"][:, None] * capability
    )


def by_capability(draws: GraphDraws, fitted: SizedPrices, every: SizedPrices) -> np.ndarray:
    """What the model without sizes has a model cost by its measured capability."""
    return np.asarray(draws["direct_slope"][:, None] * _centred(fitted, every)[2])


def predicted(
    draws: GraphDraws,
    fitted: SizedPrices,
    every: SizedPrices,
    rows: np.ndarray,
    effect: Effect,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draws of log prices (S, rows) that a fit foretells for some rows of a longer record, joint over rows.

    Models and hosts that were fitted are what they were; new ones are drawn. Innovations to come are of the law's own process.

    Parameters
    ----------
    draws, fitted
        The fit and the prices that it knew.
    every, rows
        The longer record, of the same start, and which of its prices are foretold.
    effect
        What a model is in log price.
    rng
        Of what is yet to come.
    """
    channel = FIXED if "active_exponent" in draws.values else DIRECT
    longer = continued(draws, channel, every.last_years, rng)
    size = len(draws["noise_scale"])
    entry = longer.fallen(channel, every.release_years)
    fallen_mean = longer.fallen(channel, fitted.release_years).mean(axis=1, keepdims=True)
    level = (
        fitted.log_price.mean() + draws["price_level"][:, None] + effect(draws, fitted, every) - (entry - fallen_mean)
    )
    level = level + draws["model_spread"][:, None] * rng.standard_normal(level.shape)
    places = {name: code for code, name in enumerate(fitted.models)}
    for code, name in enumerate(every.models):
        if name in places:
            level[:, code] = draws["price_at_entry"][:, places[name]]
    host = draws["late_hosts"][:, None] * late(every, float(fitted.time_years.mean()))
    host = host + draws["host_spread"][:, None] * rng.standard_normal((size, len(every.hosts)))
    places = {name: code for code, name in enumerate(fitted.hosts)}
    for code, name in enumerate(every.hosts):
        if name in places:
            host[:, code] = draws["host_effect"][:, places[name]]
    model = every.model[rows]
    since = longer.fallen(channel, every.time_years[rows]) - entry[:, model]
    noise = rng.standard_t((MIN_NOISE_TAIL + draws["noise_tail"])[:, None], (size, int(rows.sum())))
    return np.asarray(
        level[:, model]
        - draws["pass_through"][:, None] * since
        + host[:, every.host[rows]]
        + draws["noise_scale"][:, None] * noise
    )


def continued(draws: GraphDraws, channel: str, last_years: float, rng: np.random.Generator) -> GraphDraws:
    """The draws with innovations of a channel until a later date, from the law's own process."""
    known = draws[f"{channel}_increment"]
    law = channel_law(draws.law, channel)
    parameters = law.of_innovations(law.parameters(channel, draws.by_row))
    fresh = law.innovations.fresh(rng, (len(known), grid_steps(last_years) - known.shape[1]), parameters)
    values = {**draws.values, f"{channel}_increment": np.concatenate([known, fresh], axis=1)}
    return GraphDraws(draws.law, values, draws.chains)


def scored(
    origin: str,
    months: int,
    every: SizedPrices,
    fitted: SizedPrices,
    rows: np.ndarray,
    simulated: tuple[np.ndarray, np.ndarray],
    *,
    passed: bool,
) -> Ahead:
    """Score forecasts with sizes and without, draws (S, rows) each, of the same rows."""
    observed, (with_sizes, without) = every.log_price[rows], simulated
    scores = crps(with_sizes, observed), crps(without, observed)
    gain = scores[1] - scores[0]
    quarters = np.floor(every.time_years[rows] / GRID_YEARS).astype(int)
    ways = [every.model[rows], every.host[rows], time_blocks(quarters, months)]
    models = np.unique(every.model[rows])
    return Ahead(
        origin=origin,
        months=months,
        prices=int(rows.sum()),
        models=len(models),
        new_models=sum(every.models[code] not in set(fitted.models) for code in models),
        crps_with=float(scores[0].mean()),
        crps_without=float(scores[1].mean()),
        gain=Difference(float(gain.mean()), clustered_error(gain, ways)),
        coverage_with=float(covered(with_sizes, observed, 0.9).mean()),
        coverage_without=float(covered(without, observed, 0.9).mean()),
        passed=passed,
    )


def _centred(fitted: SizedPrices, every: SizedPrices) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log active parameters, log sparsity and capability of every model around the means of those that were fitted."""
    active, sparsity, capability = (
        getattr(every, name) - getattr(fitted, name).mean() for name in ("log_active", "log_sparsity", "capability")
    )
    return active, sparsity, capability
