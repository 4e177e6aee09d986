"""Leave-future-out scores: what a law fitted at a past origin said about the months that followed.

Innovations go on by their law, and families that the origin had not seen are drawn from their population; the level of an unseen
model and the effects of unseen hosts are integrated out of its score (and drawn for intervals). A score is joint over the quotes of one
model and separate across models: a joint density of hundreds of rows cannot be estimated from draws of a path that is not integrated out.

References: Buerkner, Gabry and Vehtari (2020), Approximate leave-future-out cross-validation; Gneiting and Raftery (2007) on CRPS.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from costfloor.fit.posterior import (
    Draws,
    common_innovations,
    declined_from_line,
    expected_log_price,
    followed,
    fresh_innovations,
    innovations,
    own_innovations,
    replicate,
    unit_means,
)
from costfloor.fit.result import Fit
from costfloor.forecast.marginal import UnknownHost, joint_noise_logpdf, level_grid, shared_host_logpdf, unknown_host
from costfloor.forecast.scores import OriginScore, jackknife_mcse, score_draws
from costfloor.laws.innovations import COMMON_SHARE, grid_steps, path_at
from costfloor.laws.observations import DAYS_PER_YEAR, PriceObservations, subset
from costfloor.laws.priors import OBSERVATION_PRIORS

MAX_ORIGINS = 3
MIN_SEEN_ROWS = 50
MIN_SCORED_ROWS = 10
MIN_HISTORY_YEARS = 1.0


@dataclass(frozen=True)
class Origin:
    """A past date from which the laws forecast."""

    date: pd.Timestamp
    seen: np.ndarray
    scored: np.ndarray

    @property
    def rows_seen(self) -> int:
        """Number of rows known at the origin."""
        return int(self.seen.sum())

    @property
    def rows_scored(self) -> int:
        """Number of rows within the horizon."""
        return int(self.scored.sum())


def forecast_origins(
    obs: PriceObservations,
    horizon_months: int,
    *,
    count: int | None = None,
    every_months: int | None = None,
    min_rows: int = MIN_SEEN_ROWS,
) -> tuple[Origin, ...]:
    """Past dates from which a whole horizon has passed, oldest first; the last one is the last month's end that leaves one.

    At ends of months, so that the next price leaves the origins, and the fits made there, as they are.

    Parameters
    ----------
    obs
        All observations.
    horizon_months
        How far ahead rows are scored.
    count, every_months
        How many at most, and how far apart; by default as the verdict asks for, a quarter of the horizon apart.
    min_rows
        Rows that must have been seen.
    """
    latest = pd.offsets.MonthEnd().rollback(obs.last - pd.DateOffset(months=horizon_months))
    apart = max(1, horizon_months // 4) if every_months is None else every_months
    origins = []
    for step in range(MAX_ORIGINS if count is None else count):
        date = latest - pd.DateOffset(months=step * apart) + pd.offsets.MonthEnd(0)
        seen, scored = masks(obs, date, horizon_months)
        history = (date - obs.start).days / DAYS_PER_YEAR
        enough = seen.sum() >= min_rows and scored.sum() >= MIN_SCORED_ROWS and history >= MIN_HISTORY_YEARS
        # A fit to models seen once each says nothing of how a model's own price moves.
        if enough and subset(obs, seen).models_repeat == obs.models_repeat:
            origins.append(Origin(date, seen, scored))
    return tuple(reversed(origins))


def masks(obs: PriceObservations, origin: pd.Timestamp, horizon_months: int) -> tuple[np.ndarray, np.ndarray]:
    """Masks (n,) of the rows until an origin, and of those within a horizon after it, in families that are known by then."""
    dates = obs.start + pd.to_timedelta(np.round(obs.time_years * DAYS_PER_YEAR), unit="D")
    ahead = origin + pd.DateOffset(months=horizon_months)
    seen = np.asarray(dates <= origin)
    # Of a family that neither an earlier row nor the table speaks of, an origin knows neither birth nor centre.
    known = obs.anchored | np.isin(obs.family, obs.family[seen])
    return seen, np.asarray((dates > origin) & (dates <= ahead) & known)


def in_view(
    obs: PriceObservations, seen: np.ndarray, scored: np.ndarray
) -> tuple[PriceObservations, np.ndarray, np.ndarray]:
    """The rows that a forecast knows and those asked of it, in the units of the known ones, with both masks: no other row takes part."""
    kept = seen | scored
    return subset(obs, kept, measured_by=seen), seen[kept], scored[kept]


def score_forecast(
    fit: Fit,
    obs: PriceObservations,
    seen: np.ndarray,
    scored: np.ndarray,
    seed: int,
    at_unknown_host: UnknownHost | None = None,
) -> OriginScore:
    """Score a fit on rows it has not seen.

    Parameters
    ----------
    fit
        The fit, made from `subset(obs, seen)`.
    obs, seen, scored
        All observations, and the masks (n,) of the rows behind the fit and of the rows to score.
    seed
        Seed for what is drawn anew.
    at_unknown_host
        `unknown_host(fit.parameters)`, if it has been tabulated already; the table depends on the fit alone.
    """
    simulated, log_density = predict(fit, obs, seen, scored, seed, at_unknown_host)
    unit_elpd = logsumexp(log_density, axis=0) - np.log(len(log_density))
    return score_draws(obs, scored, simulated, unit_elpd, jackknife_mcse(log_density))


def predict(
    fit: Fit,
    obs: PriceObservations,
    seen: np.ndarray,
    scored: np.ndarray,
    seed: int,
    at_unknown_host: UnknownHost | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Predictive draws of the log prices of the scored rows (S, rows), and log density of each scored unit (S, units).

    Parameters as in `score_forecast`.
    """
    rng = np.random.default_rng(seed)
    obs, seen, scored = in_view(obs, seen, scored)
    draws = extend(fit.parameters, obs, seen, rng)
    rows = np.flatnonzero(scored)
    simulated = replicate(draws, expected_log_price(draws, obs, rng)[:, rows], rng)
    return simulated, _unit_log_density(draws, obs, seen, rows, rng, at_unknown_host)


def extend(draws: Draws, obs: PriceObservations, seen: np.ndarray, rng: np.random.Generator) -> Draws:
    """Give the draws of a fit to the rows `seen` values for the families, hosts and units that only other rows have.

    What was seen keeps its posterior; what was not comes from its population.
    """
    values = dict(draws.values)
    steps = grid_steps(obs.last_time_years, draws.law.grid_years)
    if draws.law.innovations:
        values["common_innovation"] = common_innovations(draws, steps, rng)
    if "own_innovation" in draws:
        values["own_innovation"] = own_innovations(draws, steps, rng)
    known_families = np.unique(obs.family[seen])
    if len(known_families) < len(obs.families):
        values |= _with_new_families(Draws(draws.law, values), obs, known_families, rng)
    if obs.unit_open_contrast.any() and "open_effect" not in draws:
        # The origin had models of one kind only.
        values["open_effect"] = OBSERVATION_PRIORS["open_effect"].draw(draws.size, rng)
    if obs.hosts:
        effects = draws["host_spread"][:, None] * rng.standard_normal((draws.size, len(obs.hosts)))
        effects[:, np.unique(obs.host[seen])] = draws["host_effect"]
        values["host_effect"] = effects
    extended = Draws(draws.law, values)
    if obs.models_repeat:
        levels = unit_means(extended, obs, innovations(extended, steps, rng))
        levels += unit_spread(extended, obs) * rng.standard_normal(levels.shape)
        levels[:, np.unique(obs.unit[seen])] = draws["unit_level"]
        values["unit_level"] = levels
    return extended


def _with_new_families(
    draws: Draws, obs: PriceObservations, known: np.ndarray, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """By variable the values of all families of `obs`: those of the codes `known` as they are, of the others from the population.

    The innovations of `draws` reach until the last date.
    """
    size, count, grid_years = draws.size, len(obs.families), draws.law.grid_years
    values: dict[str, np.ndarray] = {}

    def spread_over(name: str, fresh: np.ndarray) -> None:
        fresh[:, known] = draws[name]
        values[name] = fresh

    def offsets(spread: str) -> np.ndarray:
        return np.asarray(draws[spread][:, None] * rng.standard_normal((size, count)))

    for name, parameter in draws.law.family_parameters.items():
        offset = offsets(parameter.spread.name) if parameter.spread else np.zeros((size, count))
        spread_over(f"family_{name}", parameter.of_family(draws[name][:, None], offset))
    spread_over("family_elasticity", draws["elasticity"][:, None] + offsets("elasticity_spread"))
    increments = np.zeros((size, count, 1))
    if draws.law.innovations:
        increments = draws["common_innovation"][:, None, :] + increments
    if "own_innovation" in draws:
        shape = (size, count, increments.shape[2])
        spread_over("own_innovation", fresh_innovations(draws, 1.0 - COMMON_SHARE, shape, rng))
        increments = increments + values["own_innovation"]
    # When the models of a family to come will enter nobody knows: the population's level is that of its birth, whatever fell before.
    before_birth = path_at(increments, np.arange(count), obs.family_birth, grid_years)
    spread_over("family_start", draws["level"][:, None] + offsets("level_spread") + before_birth)
    return values


def mean_declined(draws: Draws, obs: PriceObservations, increments: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Mean of `declined_from_line` over each family's `units`, shape (S, F): what `family_start` lies above the family's mean log price."""
    member = (obs.unit_family[units][:, None] == np.arange(len(obs.families))).astype(float)
    return np.asarray(declined_from_line(draws, obs, increments, units) @ (member / member.sum(axis=0)))


def unit_spread(draws: Draws, obs: PriceObservations) -> np.ndarray:
    """Standard deviation of a unit's level around what the law expects, shape (S, U)."""
    quality_sd = draws["family_elasticity"][:, obs.unit_family] * obs.unit_quality_sd / obs.quality_scale
    return np.asarray(np.sqrt(draws["model_spread"][:, None] ** 2 + quality_sd**2))


def _unit_log_density(
    draws: Draws,
    obs: PriceObservations,
    seen: np.ndarray,
    rows: np.ndarray,
    rng: np.random.Generator,
    at_unknown_host: UnknownHost | None,
) -> np.ndarray:
    """Log density of each scored unit's rows under each draw, (S, U), in the order of the units' codes."""
    increments = innovations(draws, grid_steps(obs.last_time_years, draws.law.grid_years), rng)
    means, target = unit_means(draws, obs, increments), obs.log_price[rows] + followed(draws, obs, increments, rows)
    host_known = np.isin(obs.host[rows], obs.host[seen]) if obs.hosts else np.ones(len(rows), bool)
    if obs.hosts:
        target = target - np.where(host_known, draws["host_effect"][:, obs.host[rows]], 0.0)
    anywhere = None if host_known.all() else at_unknown_host or unknown_host(draws)
    spread = unit_spread(draws, obs) if obs.models_repeat else np.zeros_like(means)
    unit_known = set(obs.unit[seen].tolist())
    densities = []
    for unit in np.unique(obs.unit[rows]):
        of_unit = obs.unit[rows] == unit
        at_host = [
            (of_unit & (obs.host[rows] == host)).nonzero()[0]
            for host in np.unique(obs.host[rows[of_unit & ~host_known]])
        ]
        places = [target[:, of_unit & host_known], *(target[:, group] for group in at_host)]
        if not obs.models_repeat:
            levels, log_weight = means[:, [unit]], np.zeros(1)
        elif unit in unit_known:
            levels, log_weight = draws["unit_level"][:, [unit]], np.zeros(1)
        else:
            levels, log_weight = level_grid(means[:, unit], spread[:, unit], _precision(draws, places))
        density = log_weight + joint_noise_logpdf(draws, places[0], levels)
        for group in places[1:]:
            if group.shape[1] == 1 and anywhere is not None:
                density += anywhere.logpdf(group - levels)
            else:
                density += shared_host_logpdf(draws, group, levels)
        densities.append(logsumexp(density, axis=1))
    return np.column_stack(densities)


def _precision(draws: Draws, places: list[np.ndarray]) -> float:
    """Inverse variance with which prices fix the level of their model: `places[0]` at known hosts, the rest one unknown host each."""
    noise = float(np.median(draws["noise_scale"])) ** 2
    known, *unknown = (place.shape[1] for place in places)
    host = float(np.median(draws["host_spread"])) ** 2 if unknown else 0.0
    return float(known / noise + sum(1.0 / (host + noise / count) for count in unknown))
