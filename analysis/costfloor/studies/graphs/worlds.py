"""Worlds in which it is known where the fall comes from: prices and sizes of the panel's own models, dates and hosts, drawn anew."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from costfloor.studies.graphs.answers import slowed, windows
from costfloor.studies.graphs.sizes import SizedPrices

ACTIVE_EXPONENT: Final = 0.25
TOTAL_EXPONENT: Final = 0.40
BY_SIZE: Final = ACTIVE_EXPONENT + TOTAL_EXPONENT

WHOLE_RATE: Final = 1.4
"""Log-rate per year of price at a fixed capability."""

MISMEASURED: Final = 0.3
"""Standard deviation of the error in a log size."""

SPARSE_SHARE: Final = 0.7
"""Of the models released at the end, in the world in which mixtures of experts arrive."""

TRUTH: Final = {
    "pass_through": 0.6, "host_spread": 0.5, "model_spread": 0.4, "noise_scale": 0.35, "noise_df": 5.0,
    "size_slope": 0.9, "size_spread": 1.0, "sparsity_mean": 1.1, "sparsity_spread": 0.9, "capability_drift": 1.7, "capability_spread": 0.7,
}  # fmt: skip
"""Near what the panel gives."""


@dataclass(frozen=True)
class World:
    """A truth.

    Attributes
    ----------
    words
        What holds.
    fixed, changed
        `years since the first date -> how far log price per size, and log of price-weighted size at fixed capability, have fallen`.
    mismeasured
        Whether sizes are recorded with an error.
    experts_arrive
        Whether all models are dense in the first half, and mixtures of experts come in the second.
    """

    words: str
    fixed: Callable[[np.ndarray], np.ndarray]
    changed: Callable[[np.ndarray], np.ndarray]
    mismeasured: bool = False
    experts_arrive: bool = False

    def share(self, last_years: float) -> float:
        """Share of the fixed graph in the whole fall."""
        fixed, changed = (
            float(np.diff(fallen(np.array([0.0, last_years])))[0]) for fallen in (self.fixed, self.changed)
        )
        return fixed / (fixed + changed)

    def slows(self, last_years: float) -> tuple[bool, bool]:
        """Whether the fixed and the changed graph slow to less than half in the windows of question 4."""
        of_record = windows(last_years)
        ends = np.array([*of_record.before, of_record.last[1]])
        return tuple(  # type: ignore[return-value]
            bool(slowed(*(np.diff(fallen(ends)) / np.diff(ends))[::-1])) for fallen in (self.fixed, self.changed)
        )


def _line(rate: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda years: rate * years


def _plateau(floor: float, excess: float, half_life_years: float) -> Callable[[np.ndarray], np.ndarray]:
    scale = half_life_years / np.log(2.0)
    return lambda years: floor * years + excess * scale * -np.expm1(-years / scale)


_HALF = _line(0.5 * WHOLE_RATE)

WORLDS: Final = {
    "all_fixed": World("all of the fall is of the fixed graph", _line(WHOLE_RATE), _line(0.0)),
    "all_changed": World("all of the fall is of the changed graph", _line(0.0), _line(WHOLE_RATE)),
    "half_each": World("half of the fall is of either", _HALF, _HALF),
    "fixed_plateau": World("the fixed graph alone flattens", _plateau(0.05, 2.4, 0.4), _HALF),
    "mismeasured": World("half each, sizes off by 30 %", _HALF, _HALF, mismeasured=True),
    "experts_arrive": World("half each, mixtures of experts arrive halfway", _HALF, _HALF, experts_arrive=True),
}
"""By name."""


def market(world: World, design: SizedPrices, rng: np.random.Generator) -> SizedPrices:
    """Prices, sizes and measured capabilities of a world, for the models, hosts and dates of a design."""
    p, released, models = TRUTH, design.release_years, len(design.models)
    capability = p["capability_drift"] * (released - released.mean()) + p["capability_spread"] * rng.standard_normal(
        models
    )
    sparsity = _sparsity(world, design, rng)
    # What sparsity adds to a price at a given number of active parameters, models save on these: the price-weighted size is the world's.
    active = 3.0 + p["size_slope"] * capability - world.changed(released) / BY_SIZE
    active += p["size_spread"] * rng.standard_normal(models) - TOTAL_EXPONENT / BY_SIZE * (sparsity - sparsity.mean())
    total = active + sparsity
    entry = world.fixed(released)
    level = ACTIVE_EXPONENT * active + TOTAL_EXPONENT * total - entry + p["model_spread"] * rng.standard_normal(models)
    host = p["host_spread"] * rng.standard_normal(len(design.hosts))
    since = world.fixed(design.time_years) - entry[design.model]
    noise = p["noise_scale"] * rng.standard_t(p["noise_df"], design.n)
    off = MISMEASURED * rng.standard_normal((2, models)) if world.mismeasured else np.zeros((2, models))
    return replace(
        design,
        log_price=level[design.model] - p["pass_through"] * since + host[design.host] + noise,
        log_active=active + off[0],
        log_total=total + off[1],
        capability=capability + design.capability_sd * rng.standard_normal(models),
    )


def twice(design: SizedPrices) -> SizedPrices:
    """A design of twice as many prices and models: each of them once more on its dates, at the same hosts."""
    of_models = ("log_active", "log_total", "capability", "capability_sd", "release_years", "stated_in_name")
    of_prices = ("log_price", "time_years", "host")
    twofold: dict[str, Any] = {name: np.tile(getattr(design, name), 2) for name in (*of_models, *of_prices)}
    return replace(
        design,
        **twofold,
        model=np.concatenate([design.model, len(design.models) + design.model]),
        models=(*design.models, *(f"{name} again" for name in design.models)),
    )


def _sparsity(world: World, design: SizedPrices, rng: np.random.Generator) -> np.ndarray:
    p, models = TRUTH, len(design.models)
    if not world.experts_arrive:
        return np.asarray(p["sparsity_mean"] + p["sparsity_spread"] * rng.standard_normal(models))
    through = np.clip(2.0 * design.release_years / design.last_years - 1.0, 0.0, 1.0)
    mixture = rng.random(models) < SPARSE_SHARE * through
    return np.where(mixture, 2.3 + 0.5 * rng.standard_normal(models), 0.0)
