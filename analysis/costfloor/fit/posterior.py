"""Prices implied by posterior draws, on plain arrays.

The same `decline` and `rate` functions that build the PyMC graph are evaluated here on draws, so model and forecast cannot drift apart.
"""

from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from scipy.stats import t as student_t

from costfloor.laws.base import Law, fallen
from costfloor.laws.few_families import spreads_not_asked
from costfloor.laws.innovations import COMMON_SHARE, grid_steps, path_at
from costfloor.laws.observations import PriceObservations
from costfloor.laws.priors import MIN_NOISE_TAIL

FUTURE_SEED = 1
"""Of innovations to come: numbers about the same months agree, and families differ by what they are, not by luck."""


@dataclass(frozen=True)
class Draws:
    """Posterior draws with chains merged: S draws in front, then the variable's own dimensions."""

    law: Law
    values: dict[str, np.ndarray] = field(repr=False)

    def __getitem__(self, name: str) -> np.ndarray:
        """Draws of one variable, shape (S, ...)."""
        return self.values[name]

    def __contains__(self, name: object) -> bool:
        return name in self.values

    @property
    def size(self) -> int:
        """Number of draws S."""
        return len(self.values["noise_scale"])

    @property
    def noise_df(self) -> np.ndarray:
        """Degrees of freedom of the Student-t noise, shape (S,)."""
        return MIN_NOISE_TAIL + self["noise_tail"]

    def family(self, codes: np.ndarray) -> dict[str, np.ndarray]:
        """Family parameters of the law at `codes`, each of shape (S, len(codes))."""
        return {name: self[f"family_{name}"][:, codes] for name in self.law.family_parameters}


def merge_chains(posterior: xr.Dataset, law: Law) -> Draws:
    """Merge chain and draw into one leading dimension; spreads that the fit did not ask for stand with their constants."""
    size = posterior.sizes["chain"] * posterior.sizes["draw"]
    values = {
        str(name): array.to_numpy().reshape(size, *array.shape[2:]) for name, array in posterior.data_vars.items()
    }
    constants = spreads_not_asked(law, posterior.sizes.get("family", 1))
    return Draws(law, {name: np.full(size, value) for name, value in constants.items()} | values)


def innovations(draws: Draws, steps: int, rng: np.random.Generator, *, redraw: bool = False) -> np.ndarray:
    """Innovations of each family, shape (S, F, steps): those of the posterior, continued or replaced (`redraw`) by new ones.

    New increments come from the exact process, not from its smooth approximation.
    """
    increments = np.zeros((draws.size, draws["family_start"].shape[1], steps))
    if not draws.law.innovations:
        return increments
    increments += common_innovations(draws, steps, rng, redraw=redraw)[:, None, :]
    if "own_innovation" in draws:
        increments += own_innovations(draws, steps, rng, redraw=redraw)
    return increments


def common_innovations(draws: Draws, steps: int, rng: np.random.Generator, *, redraw: bool = False) -> np.ndarray:
    """Innovations that reach all families, shape (S, steps), as in `innovations`."""
    return _continued(draws, "common_innovation", innovation_shares(draws)[0], steps, rng, redraw)


def own_innovations(draws: Draws, steps: int, rng: np.random.Generator, *, redraw: bool = False) -> np.ndarray:
    """Innovations of each of several families alone, shape (S, F, steps), as in `innovations`."""
    return _continued(draws, "own_innovation", 1.0 - COMMON_SHARE, steps, rng, redraw)


def innovation_shares(draws: Draws) -> tuple[float, ...]:
    """Shares of the size of an innovation that the independent parts have which reach a family: one in a market of one family, else two."""
    return (COMMON_SHARE, 1.0 - COMMON_SHARE) if "own_innovation" in draws else (1.0,)


def _continued(draws: Draws, name: str, share: float, steps: int, rng: np.random.Generator, redraw: bool) -> np.ndarray:
    known = draws[name][..., : 0 if redraw else steps]
    shape = (*known.shape[:-1], steps - known.shape[-1])
    return np.concatenate([known, fresh_innovations(draws, share, shape, rng)], axis=-1)


def fresh_innovations(draws: Draws, share: float, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """New increments from the exact process, of `shape` (S, ..., steps), `share` of the size of an innovation."""
    kind = draws.law.innovations
    if kind is None:
        return np.zeros(shape)
    across = (slice(None), *(None,) * (len(shape) - 1))
    names = [*(prior.name for prior in kind.priors), "innovation_rate"]
    return np.asarray(share * kind.fresh(rng, shape, {name: draws[name][across] for name in names}))


def unit_means(draws: Draws, obs: PriceObservations, increments: np.ndarray) -> np.ndarray:
    """Log price at which the law lets each unit enter, shape (S, U), for `increments` (S, F, steps)."""
    quality = draws["family_elasticity"][:, obs.unit_family] * (obs.unit_quality / obs.quality_scale)
    means = draws["family_start"][:, obs.unit_family] + quality - declined_from_line(draws, obs, increments)
    if "open_effect" in draws:
        means = means + draws["open_effect"][:, None] * obs.unit_open_contrast
    return np.asarray(means)


def unit_spread(draws: Draws, obs: PriceObservations) -> np.ndarray:
    """Standard deviation of a unit's level around what the law expects, shape (S, U)."""
    quality_sd = draws["family_elasticity"][:, obs.unit_family] * obs.unit_quality_sd / obs.quality_scale
    return np.asarray(np.sqrt(draws["model_spread"][:, None] ** 2 + quality_sd**2))


def declined_from_line(
    draws: Draws, obs: PriceObservations, increments: np.ndarray, units: np.ndarray | None = None
) -> np.ndarray:
    """How far a unit's price at entry lies below the family's line of price at birth on capability, log points, shape (S, units).

    That is the decline until its entry, less by how much a capability of its birth has declined farther than one of the family's mean
    birth by the reference date: on that date the line is that of prices.
    """
    chosen = np.arange(len(obs.unit_family)) if units is None else units
    apart = _apart(draws, obs, obs.unit_family[chosen], obs.unit_birth[chosen])
    return np.asarray(_declined_at_entry(draws, obs, increments, chosen) - apart)


def _declined_at_entry(draws: Draws, obs: PriceObservations, increments: np.ndarray, units: np.ndarray) -> np.ndarray:
    family, time = obs.unit_family[units], obs.unit_entry_time[units]
    declined = fallen(draws.law, draws.family(family), time - obs.unit_birth[units])
    return np.asarray(declined + path_at(increments, family, time, draws.law.grid_years))


def _apart(draws: Draws, obs: PriceObservations, family: np.ndarray, birth_years: np.ndarray) -> np.ndarray:
    """By how much capabilities of some births have declined farther than one of the family's mean birth by the reference date, (S, k)."""
    parameters = draws.family(family)
    of_births, of_mean = (
        fallen(draws.law, parameters, obs.reference_years - birth) for birth in (birth_years, obs.family_birth[family])
    )
    return np.asarray(of_births - of_mean)


def followed(
    draws: Draws, obs: PriceObservations, increments: np.ndarray, rows: np.ndarray | None = None
) -> np.ndarray:
    """How far each row's price has followed the market since its unit's entry, log points, shape (S, rows); default: all n rows."""
    chosen = np.arange(obs.n) if rows is None else rows
    if not obs.models_repeat:
        return np.zeros((draws.size, len(chosen)))
    now = fallen(draws.law, draws.family(obs.family[chosen]), obs.age_years[chosen])
    now = now + path_at(increments, obs.family[chosen], obs.time_years[chosen], draws.law.grid_years)
    every_unit = np.arange(len(obs.unit_family))
    since_entry = now - _declined_at_entry(draws, obs, increments, every_unit)[:, obs.unit[chosen]]
    return np.asarray(draws["pass_through"][:, None] * since_entry)


def expected_log_price(
    draws: Draws,
    obs: PriceObservations,
    rng: np.random.Generator,
    *,
    redraw_innovations: bool = False,
    redraw_units: bool = False,
) -> np.ndarray:
    """Expected log price of each row under each draw, shape (S, n).

    With `redraw_innovations` the innovations are new ones from the law, as if history were run again; models keep their distance from
    what the law expects of them. With `redraw_units` that distance is drawn from its population, as if other models had entered.
    """
    steps = grid_steps(obs.last_time_years, draws.law.grid_years)
    increments = innovations(draws, steps, rng)
    fitted = unit_means(draws, obs, increments)
    unit = draws["unit_level"] if obs.models_repeat else fitted
    if redraw_innovations:
        increments = innovations(draws, steps, rng, redraw=True)
        unit = unit - fitted + unit_means(draws, obs, increments)
    if redraw_units and obs.models_repeat:
        unit = unit_means(draws, obs, increments)
        unit = unit + unit_spread(draws, obs) * rng.standard_normal(unit.shape)
    expected = unit[:, obs.unit] - followed(draws, obs, increments)
    if obs.hosts:
        expected = expected + draws["host_effect"][:, obs.host]
    return np.asarray(expected)


def log_likelihood(draws: Draws, obs: PriceObservations, expected: np.ndarray) -> np.ndarray:
    """Pointwise log density of the observed log prices, shape (S, n)."""
    return np.asarray(student_t.logpdf(obs.log_price, draws.noise_df[:, None], expected, draws["noise_scale"][:, None]))


def replicate(draws: Draws, expected: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Replicated log prices, shape (S, n): expectation plus Student-t noise."""
    noise = rng.standard_t(draws.noise_df[:, None], size=expected.shape)
    return expected + draws["noise_scale"][:, None] * noise


def market_decline(
    draws: Draws, births: np.ndarray, times: np.ndarray, increments: np.ndarray, family: int = 0
) -> np.ndarray:
    """Decline D of log price at fixed capability, innovations included, by draw, capability and time, shape (S, K, T).

    Parameters
    ----------
    draws
        Posterior draws.
    births, times
        Births of K capabilities, and T times, in years from the start of the table; a capability may be asked about before its birth.
    increments : (S, F, steps)
        As from `innovations`, as far as the last of the times.
    family
        Code of the family; a market has one.
    """
    shape = (len(births), len(times))
    codes = np.full(shape[0] * shape[1], family)
    ages = (times[None, :] - births[:, None]).ravel()
    of_age = fallen(draws.law, draws.family(codes), ages).reshape(draws.size, *shape)
    return np.asarray(of_age + path_at(increments, codes[: shape[1]], times, draws.law.grid_years)[:, None, :])


def capability_path(
    draws: Draws,
    obs: PriceObservations,
    family: int,
    birth_years: float,
    capability: float,
    time_years: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Log price of a new model of fixed capability at each time, shape (S, len(time_years)); later times are forecasts.

    Parameters
    ----------
    draws, obs
        Of the fit.
    family
        Code of the family; a market has one.
    birth_years
        Birth of the capability, years from the start.
    capability
        In the unit of the table's quality, as `obs.centres`. Weights are open as often as among the family's models.
    time_years
        Years from the start.
    rng
        For innovations after the last date.
    """
    steps = grid_steps(max(float(time_years.max()), obs.last_time_years), draws.law.grid_years)
    birth = np.array([birth_years])
    declined = market_decline(draws, birth, time_years, innovations(draws, steps, rng), family)[:, 0]
    quality = (capability - obs.centres[family]) / obs.quality_scale
    at_birth = draws["family_start"][:, [family]] + draws["family_elasticity"][:, [family]] * quality
    return np.asarray(at_birth + _apart(draws, obs, np.array([family]), birth) - declined)
