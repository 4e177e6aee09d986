r"""Price of a token in the years ahead, relative to today: under a fitted law, or at a fixed rate.

Two buyers. One keeps a *fixed capability*, which ages, and the law with it. The other *follows the frontier*: it moves to each model that
is more able than any before, and pays what such models cost when they come. Its bill therefore goes with the trend :math:`b` of the log
prices :math:`\alpha_k` of these models over their entries :math:`\tau_k`,

.. math::

    \alpha_k = a + b \tau_k + e_k, \qquad P_t = \exp\left((\hat b + s_{\hat b} T_{K-2}) t\right)

by least squares in every posterior draw, with the standard error of a slope through :math:`K` points and a Student-t variate. No law of
ageing enters: what a capability has lost is given back at the next move. Of a table of several families each opens once, at its birth.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from costfloor.fit.posterior import Draws, fresh_innovations, innovation_shares
from costfloor.fit.result import Fit
from costfloor.laws.observations import PriceObservations

Buyer = Literal["fixed_capability", "frontier"]
BUYERS: Final[tuple[Buyer, ...]] = ("fixed_capability", "frontier")

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
    """

    name: str
    law: bool
    relative_price: np.ndarray = field(repr=False)


def futures(fits: Mapping[str, Fit], obs: PriceObservations, buyer: Buyer, years: int, seed: int) -> tuple[Future, ...]:
    """Every future of one buyer: those of the fitted laws and, for a fixed capability, the fixed rates.

    Parameters
    ----------
    fits
        Fits to `obs` by law.
    obs
        Observations; they say when the frontier moved and how old capabilities are.
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
            path = entry_path(*openings(fit.parameters, obs), years, rng)
        else:
            path = ageing_path(fit.parameters, obs.mean_age_at_last, years, rng)
        projected.append(Future(name, True, path))
    return (*projected, *(fixed_path(rate, years) for rate in ASYMPTOTES if buyer == "fixed_capability"))


def fixed_path(fall_per_year: float, years: int) -> Future:
    """A price that falls by the same fraction each year."""
    path = (1.0 - fall_per_year) ** np.arange(years + 1.0)
    return Future(f"{100 * fall_per_year:.0f} % a year", False, path[None, :])


def ageing_path(draws: Draws, age_years: float, years: int, rng: np.random.Generator) -> np.ndarray:
    """Price of a capability that is `age_years` old today, under a law's population and innovations to come, shape (S, years + 1)."""
    population = {name: draws[name][:, None] for name in draws.law.family_parameters}
    ahead = np.arange(years + 1.0)[None, :]
    fallen = draws.law.decline(population, age_years + ahead) - draws.law.decline(population, age_years)
    return np.asarray(np.exp(-np.broadcast_to(fallen, (draws.size, years + 1)) - _innovated(draws, years, rng)))


def openings(draws: Draws, obs: PriceObservations) -> tuple[np.ndarray, np.ndarray]:
    """Log prices (S, K) at which the frontier was on sale when it moved, and when that was, years from the start (K,).

    In a market it moves with a model that is more able than all that entered before it; several families open at their births.
    """
    if len(obs.families) > 1 or not obs.models_repeat:
        return draws["family_start"], obs.family_birth
    order = np.argsort(obs.unit_entry_time, kind="stable")
    most_able = np.maximum.accumulate(obs.unit_capability[order])
    moved = order[np.diff(most_able, prepend=-np.inf) > 0.0]
    return draws["unit_level"][:, moved], obs.unit_entry_time[moved]


def entry_path(log_price: np.ndarray, opened: np.ndarray, years: int, rng: np.random.Generator) -> np.ndarray:
    """Price of the frontier in the years ahead, by the trend over the times at which it moved, shape (S, years + 1).

    Parameters
    ----------
    log_price : (S, K)
        Log price of the frontier each time.
    opened : (K,)
        When that was, in years; without three different times the price stays as it is.
    """
    slope = np.zeros(len(log_price))
    if len(opened) > 2 and np.ptp(opened) > 0.0:
        apart = opened - opened.mean()
        slope = log_price @ apart / (apart @ apart)
        rest = log_price - log_price.mean(axis=1, keepdims=True) - slope[:, None] * apart
        error = np.sqrt((rest**2).sum(axis=1) / (len(opened) - 2) / (apart @ apart))
        slope = slope + error * rng.standard_t(len(opened) - 2, size=len(slope))
    return np.asarray(np.exp(slope[:, None] * np.arange(years + 1.0)))


def _innovated(draws: Draws, years: int, rng: np.random.Generator) -> np.ndarray:
    """Cumulative innovations to come at whole years, all that reach one capability, shape (S, years + 1)."""
    per_year = round(1.0 / draws.law.grid_years)
    shape = (draws.size, years * per_year)
    steps = sum(fresh_innovations(draws, share, shape, rng) for share in innovation_shares(draws))
    cumulative = np.cumsum(steps, axis=1)[:, per_year - 1 :: per_year]
    return np.concatenate([np.zeros((draws.size, 1)), cumulative], axis=1)
