"""Which ten models and which ten prices decide the verdict: ranked by what they contribute, then left out and all fitted again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from arviz_stats.base import array_stats
from scipy.special import logsumexp

from costfloor.fit.fit import fit_law
from costfloor.fit.posterior import expected_log_price, log_likelihood
from costfloor.fit.result import Fit
from costfloor.fit.slowed import has_slowed
from costfloor.forecast.failures import failures_at_origins
from costfloor.forecast.lfo import score_laws
from costfloor.forecast.origins import Origin, forecast_origins
from costfloor.forecast.scores import OriginScore
from costfloor.laws import LAWS
from costfloor.laws.observations import DAYS_PER_YEAR, PriceObservations, subset
from costfloor.laws.panel import panel_observations
from costfloor.studies.context import Context, HeavyStudy
from costfloor.studies.rule import HORIZON_MONTHS, RULE_LAWS, Conclusion, apply_rule, conclude, found_on_all_rows

TOP: Final = 10


@dataclass(frozen=True)
class InfluentialModel:
    """A model and what it adds to the lead.

    Attributes
    ----------
    model, host, date, price
        The model, and its first scored price: seller, ISO day, unit of the table.
    rows
        Its prices that were scored, over all origins.
    contribution
        Its log score under plateau less that under discovery, summed over origins.
    """

    model: str
    host: str
    date: str
    price: float
    rows: int
    contribution: float


@dataclass(frozen=True)
class InfluentialPrice:
    """A price and what plateau would say without it.

    Attributes
    ----------
    model, host, date, price
        As in `InfluentialModel`.
    p_slowed_shift, rate_floor_shift
        Change of the probability of slowing, and of the mean floor (log-rate per year), when the price is left out.
    influence
        The larger of the two, each in posterior standard deviations of what it is the mean of.
    khat
        Shape of the Pareto tail of the weights behind it; above 0.7 the shifts are guesses.
    """

    model: str
    host: str
    date: str
    price: float
    p_slowed_shift: float
    rate_floor_shift: float
    influence: float
    khat: float


@dataclass(frozen=True)
class Influence:
    """The models and prices that decide most, and what is concluded from all prices, without the models, and without the prices.

    The conclusions have the keys `all`, `without_models` and `without_prices`.
    """

    models: tuple[InfluentialModel, ...]
    prices: tuple[InfluentialPrice, ...]
    conclusions: dict[str, Conclusion]

    @property
    def passed(self) -> bool:
        """Whether every fit behind a conclusion passed its gates."""
        return all(conclusion.passed for conclusion in self.conclusions.values())


def model_contributions(
    obs: PriceObservations, origins: Sequence[Origin], scores: Mapping[str, Sequence[OriginScore]]
) -> list[InfluentialModel]:
    """What each scored model adds to the lead of plateau over discovery, the largest in favour of whoever leads first.

    Parameters
    ----------
    obs, origins
        What was scored.
    scores
        Of plateau and discovery, one per origin.
    """
    totals: dict[str, float] = {}
    rows: dict[str, list[int]] = {}
    for origin, plateau, discovery in zip(origins, scores["plateau"], scores["discovery"], strict=True):
        scored = np.flatnonzero(origin.scored)
        # Scores are in the order of the units' codes.
        for unit, gap in zip(np.unique(obs.unit[scored]), plateau.unit_elpd - discovery.unit_elpd, strict=True):
            name = obs.units[unit]
            totals[name] = totals.get(name, 0.0) + float(gap)
            rows.setdefault(name, []).extend(scored[obs.unit[scored] == unit].tolist())
    leader = 1.0 if sum(totals.values()) >= 0 else -1.0
    ranked = sorted(totals, key=lambda name: (-leader * totals[name], name))
    return [
        InfluentialModel(name, *_quote(obs, min(rows[name])), rows=len(set(rows[name])), contribution=totals[name])
        for name in ranked
    ]


def price_influences(fit: Fit, obs: PriceObservations) -> tuple[list[InfluentialPrice], np.ndarray]:
    """What plateau would say without each price, the largest change first, and the rows in that order.

    A posterior without a price is the posterior with it, weighted by one over the price's likelihood; the weights are smoothed by a
    Pareto tail (Vehtari et al. 2024, Pareto smoothed importance sampling).

    Parameters
    ----------
    fit
        A fit of plateau to `obs`.
    obs
        All rows.
    """
    # The fitted path covers all rows, so this generator is never drawn from.
    expected = expected_log_price(fit.parameters, obs, np.random.default_rng(0))
    # The library takes log likelihoods to leave out, the negative of log weights.
    smoothed, khat = array_stats.psislw(log_likelihood(fit.parameters, obs, expected).T)
    weights = np.exp(smoothed - logsumexp(smoothed, axis=1, keepdims=True))
    floor = fit.draws("rate_floor")
    slowed = has_slowed(fit.draws("rate_now"), fit.draws("rate_initial")).astype(float)
    shifts = {"slowed": weights @ slowed - slowed.mean(), "floor": weights @ floor - floor.mean()}
    influence = np.maximum(_standardised(shifts["slowed"], slowed), _standardised(shifts["floor"], floor))
    order = np.argsort(-influence, kind="stable")
    ranked = [
        InfluentialPrice(
            obs.units[obs.unit[row]] if obs.units else obs.families[obs.family[row]],
            *_quote(obs, row),
            p_slowed_shift=float(shifts["slowed"][row]),
            rate_floor_shift=float(shifts["floor"][row]),
            influence=float(influence[row]),
            khat=float(khat[row]),
        )
        for row in order
    ]
    return ranked, order


def _standardised(shift: np.ndarray, values: np.ndarray) -> np.ndarray:
    sd = float(values.std())
    return np.abs(shift) / sd if sd > 0 else np.zeros_like(shift)


def _quote(obs: PriceObservations, row: int) -> tuple[str, str, float]:
    """Host, ISO day and price of a row."""
    day = obs.start + np.timedelta64(round(float(obs.time_years[row]) * DAYS_PER_YEAR), "D")
    host = obs.hosts[obs.host[row]] if obs.hosts else ""
    return host, str(day.date()), float(np.exp(obs.log_price[row]))


def influence_study(context: Context) -> Influence:
    """Rank models and prices of the panel, leave out the first ten of each ranking, and apply the rule again."""
    obs, folder = panel_observations(context.built), context.places.fits
    plateau = fit_law(LAWS["plateau"], obs, context.settings, folder, context.progress)
    origins = forecast_origins(obs, HORIZON_MONTHS)
    dates = [origin.date for origin in origins]
    scored = score_laws(
        RULE_LAWS, obs, dates, (HORIZON_MONTHS,), context.settings, folder,
        context.progress, context.workers, context.scheduler,
    )  # fmt: skip
    scores = {
        law: [forecast.scores[HORIZON_MONTHS] for forecast in scored if forecast.name == law] for law in RULE_LAWS
    }
    before = conclude(obs, {"plateau": found_on_all_rows(plateau, obs)}, scores, failures_at_origins(scored))

    models = model_contributions(obs, origins, scores)[:TOP]
    prices, order = price_influences(plateau, obs)
    without = {
        "without_models": ~np.isin([obs.units[unit] for unit in obs.unit], [model.model for model in models]),
        "without_prices": ~np.isin(np.arange(obs.n), order[:TOP]),
    }
    tables = {name: (subset(obs, kept), dates) for name, kept in without.items()}
    after = apply_rule("influence", tables, ("plateau",), context.settings, context)
    conclusions = {"all": before, **{name: ruled.conclusion for name, ruled in after.items()}}
    return Influence(tuple(models), tuple(prices[:TOP]), conclusions)


STUDY: Final = HeavyStudy(Influence, influence_study)
