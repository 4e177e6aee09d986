r"""Price of a token in the years ahead, relative to today: under a fitted law, or at a fixed rate.

Two buyers. One keeps a *fixed capability*, which ages, and the law with it. The other *follows the frontier*: it moves to each new
capability as it opens, and pays what capabilities cost when they open. Its bill goes with the trend of log prices at birth over births
:math:`b`, in every posterior draw by least squares.

In a market of one family the law expects of a capability :math:`q` that was born at :math:`b(q)` the log price
:math:`\alpha + \beta z(q) + G(t_0 - b)` there, up to a constant: the line on which prices lie at :math:`t_0`, and the decline from birth
until then. What innovations have done by :math:`b` is no trend; those to come are drawn and move what opens as much as what is there,

.. math::

    P_t = \exp\left(\hat c\, t - [M(t_0 + t) - M(t_0)]\right), \qquad \hat c \text{ the slope of } \beta z(q) + G(t_0 - b) \text{ on } b.

In a table of several families the points are the log prices at which the :math:`K` families opened, so few and far apart that the doubt
about their trend is that of a slope through independent points, with a Student-t variate:
:math:`P_t = \exp((\hat c + s_{\hat c} T_{K-2})\, t)`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import numpy as np

from costfloor.fit.effective import effective_draws
from costfloor.fit.posterior import Draws, fresh_innovations, innovation_shares
from costfloor.fit.result import Fit
from costfloor.laws.base import fallen
from costfloor.laws.observations import PriceObservations

Buyer = Literal["fixed_capability", "frontier", "smaller_models", "same_tokens"]
BUYERS: Final[tuple[Buyer, ...]] = ("fixed_capability", "frontier")
"""Whose price the laws of the panel say. The other two are hosts: see `costfloor.economics.channels`."""

ASYMPTOTES: Final = (0.10, 0.15, 0.20, 0.40)
"""Falls of price a year that a future without a law may have from today on."""


@dataclass(frozen=True)
class Future:
    """Price of a token relative to today.

    Attributes
    ----------
    name
        Of the law, or of the fixed rate, as ``"15 % a year"``.
    law
        Whether it is that of a fitted law.
    relative_price
        Shape (S, years + 1), one at year 0; S is 1 for a fixed rate.
    relative_size
        Size that a token of the same capability needs, weighted by what it costs, relative to today, in the same draws: the changed
        graph's part of the price. None where prices alone do not say it.
    draws
        How many independent draws of a law's parameters the paths come from, at least; None where each path has draws of its own.
    """

    name: str
    law: bool
    relative_price: np.ndarray = field(repr=False)
    relative_size: np.ndarray | None = field(default=None, repr=False)
    draws: float | None = None

    @property
    def independent_draws(self) -> float | None:
        """What shares and means over the paths are worth in independent draws, at least; None of a single path, which is certain."""
        paths = len(self.relative_price)
        if paths == 1:
            return None
        return paths if self.draws is None else min(paths, self.draws)

    def until(self, years: int) -> "Future":
        """The first years of it."""
        return self._with(np.s_[:, : years + 1])

    def as_many(self, size: int) -> "Future":
        """So many draws, over and over."""
        return self._with(np.arange(size) % len(self.relative_price))

    def _with(self, chosen: Any) -> "Future":
        sizes = None if self.relative_size is None else self.relative_size[chosen]
        return replace(self, relative_price=self.relative_price[chosen], relative_size=sizes)


def futures(fits: Mapping[str, Fit], obs: PriceObservations, buyer: Buyer, years: int, seed: int) -> tuple[Future, ...]:
    """Every future of one buyer: those of the fitted laws and, for a fixed capability, the fixed rates.

    Parameters
    ----------
    fits
        Fits to `obs` by law.
    obs
        Observations; they say when capabilities opened and how old they are.
    buyer
        Whose price it is.
    years
        How far ahead.
    seed
        Of what the years ahead bring.
    """
    projected = []
    for name, fit in fits.items():
        rng = np.random.default_rng(seed)
        if buyer == "frontier":
            path = frontier_path(fit.parameters, obs, years, rng)
        else:
            path = ageing_path(fit.parameters, obs.mean_age_at_last, years, rng)
        projected.append(Future(name, True, path, draws=effective_draws(fit)))
    return (*projected, *(fixed_path(rate, years) for rate in ASYMPTOTES if buyer == "fixed_capability"))


def fixed_path(fall_per_year: float, years: int) -> Future:
    """A price that falls by the same fraction each year."""
    path = (1.0 - fall_per_year) ** np.arange(years + 1.0)
    return Future(f"{100 * fall_per_year:.0f} % a year", False, path[None, :])


def ageing_path(draws: Draws, age_years: float, years: int, rng: np.random.Generator) -> np.ndarray:
    """Price of a capability that is `age_years` old today, under a law's population and innovations to come, shape (S, years + 1)."""
    population = {name: draws[name][:, None] for name in draws.law.family_parameters}
    ahead = np.arange(years + 1.0)[None, :]
    declined = draws.law.decline(population, age_years + ahead) - draws.law.decline(population, age_years)
    return np.asarray(np.exp(-np.broadcast_to(declined, (draws.size, years + 1)) - _innovated(draws, years, rng)))


def frontier_path(draws: Draws, obs: PriceObservations, years: int, rng: np.random.Generator) -> np.ndarray:
    """Price at which new capabilities open, shape (S, years + 1)."""
    if len(obs.families) > 1:
        return entry_path(draws["family_start"], obs.family_birth, years, rng)
    trend = market_trend(draws, obs)[:, None] * np.arange(years + 1.0)
    return np.asarray(np.exp(trend - _innovated(draws, years, rng)))


def market_trend(draws: Draws, obs: PriceObservations) -> np.ndarray:
    """Trend that a market's law expects of the log prices at which capabilities open, per year of birth, shape (S,).

    Over the models on sale whose capabilities were born within the record; zero where these were all born together.
    """
    units = np.flatnonzero(obs.on_sale & (obs.unit_birth >= 0.0) & (obs.unit_birth <= obs.last_time_years))
    births, family = obs.unit_birth[units], obs.unit_family[units]
    if len(units) == 0 or np.ptp(births) == 0.0:
        return np.zeros(draws.size)
    on_line = draws["family_elasticity"][:, family] * obs.unit_quality[units] / obs.quality_scale
    at_birth = on_line + fallen(draws.law, draws.family(family), obs.reference_years - births)
    return _slope(at_birth, births)


def entry_path(opened: np.ndarray, births: np.ndarray, years: int, rng: np.random.Generator) -> np.ndarray:
    """Price at which new families open, by the trend over those that have, shape (S, years + 1).

    Parameters
    ----------
    opened : (S, K)
        Log price of each family when it opened.
    births : (K,)
        Years at which they opened; without three that opened at different times the price stays as it is.
    """
    slope = np.zeros(len(opened))
    if len(births) > 2 and np.ptp(births) > 0.0:
        apart = births - births.mean()
        slope = _slope(opened, births)
        rest = opened - opened.mean(axis=1, keepdims=True) - slope[:, None] * apart
        error = np.sqrt((rest**2).sum(axis=1) / (len(births) - 2) / (apart @ apart))
        slope = slope + error * rng.standard_t(len(births) - 2, size=len(slope))
    return np.asarray(np.exp(slope[:, None] * np.arange(years + 1.0)))


def _slope(opened: np.ndarray, births: np.ndarray) -> np.ndarray:
    """Least squares slope (S,) of log prices (S, K) on births (K,)."""
    apart = births - births.mean()
    return np.asarray(opened @ apart / (apart @ apart))


def _innovated(draws: Draws, years: int, rng: np.random.Generator) -> np.ndarray:
    """Cumulative innovations to come at whole years, all that reach one capability, shape (S, years + 1)."""
    per_year = round(1.0 / draws.law.grid_years)
    shape = (draws.size, years * per_year)
    steps = sum(fresh_innovations(draws, share, shape, rng) for share in innovation_shares(draws))
    cumulative = np.cumsum(steps, axis=1)[:, per_year - 1 :: per_year]
    return np.concatenate([np.zeros((draws.size, 1)), cumulative], axis=1)
