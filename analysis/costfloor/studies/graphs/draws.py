"""Draws of the two channels as plain arrays: how far each has fallen by a date, from a posterior or from the priors."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from costfloor.laws.innovations import GAUSSIAN, GRID_YEARS
from costfloor.studies.graphs.channel_laws import CHANGED, FIXED, channel_law
from costfloor.studies.graphs.model import SPARSITY, grid_weights
from costfloor.studies.graphs.priors import PRIORS


@dataclass(frozen=True)
class GraphDraws:
    """S draws of the joint model under a law.

    Attributes
    ----------
    law
        By name.
    values
        Draws by the names of the posterior, chains merged, (S, ...).
    chains
        Number of chains that they come from, one after the other.
    """

    law: str
    values: Mapping[str, np.ndarray] = field(repr=False)
    chains: int = 1

    def __getitem__(self, name: str) -> np.ndarray:
        """Draws of one variable, (S, ...)."""
        return self.values[name]

    def by_row(self, name: str) -> np.ndarray:
        """Draws of a number as a column, (S, 1)."""
        return np.asarray(self[name][:, None])

    def fallen(self, channel: str, time_years: np.ndarray) -> np.ndarray:
        """Cumulative decline of a channel's law with innovations at times (k,), (S, k): of log price per size, or of log size needed."""
        parameters = channel_law(self.law, channel)
        by_draw = parameters.parameters(channel, self.by_row)
        return np.asarray(parameters.law.decline(by_draw, time_years) + self._walked(channel, time_years))

    def sparser(self, time_years: np.ndarray) -> np.ndarray:
        """How far log of total over active parameters has risen at fixed capability by times (k,), (S, k)."""
        return self._walked(SPARSITY, time_years)

    def _walked(self, path: str, time_years: np.ndarray) -> np.ndarray:
        increments = self[f"{path}_increment"]
        return np.asarray(increments @ grid_weights(time_years, increments.shape[1]).T)


@dataclass(frozen=True)
class Rates:
    """Mean log-rates per year over a window, (S,), positive when what they are of falls.

    Attributes
    ----------
    fixed
        Price of a unit of size at a host.
    active
        Active parameters needed at a fixed capability.
    changed
        Price-weighted size needed at a fixed capability: what the sizes that models have there cost.
    """

    fixed: np.ndarray
    active: np.ndarray
    changed: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """Price at a fixed capability: the sum of both channels."""
        return np.asarray(self.fixed + self.changed)


def merged(law: str, posterior: xr.Dataset) -> GraphDraws:
    """Draws of a posterior with chains merged."""
    chains = posterior.sizes["chain"]
    size = chains * posterior.sizes["draw"]
    values = {
        str(name): array.to_numpy().reshape(size, *array.shape[2:]) for name, array in posterior.data_vars.items()
    }
    return GraphDraws(law, values, chains)


def rates(draws: GraphDraws, window_years: tuple[float, float]) -> Rates:
    """Mean rates over a window, from and to in years since the first date.

    The price-weighted size is active parameters to the sum of both exponents and sparsity to that of total parameters.
    """
    ends, length = np.array(window_years), window_years[1] - window_years[0]
    fixed, active = (np.diff(draws.fallen(channel, ends))[:, 0] / length for channel in (FIXED, CHANGED))
    sparser = np.diff(draws.sparser(ends))[:, 0] / length
    total = draws["total_exponent"]
    return Rates(fixed, active, (draws["active_exponent"] + total) * active - total * sparser)


def prior_draws(law: str, steps: int, size: int, rng: np.random.Generator) -> GraphDraws:
    """Draws of channels, exponents and sparsity from their priors, for a record of so many quarters."""
    values = {name: PRIORS[name].draw(size, rng) for name in ("active_exponent", "total_exponent", "sparsity_drift")}
    walk = GAUSSIAN.smooth(
        rng.standard_normal((size, steps)),
        {"innovation_sd": PRIORS["sparsity_innovation_sd"].draw(size, rng)[:, None]},
    )
    values[f"{SPARSITY}_increment"] = values["sparsity_drift"][:, None] * GRID_YEARS + walk
    for channel in (FIXED, CHANGED):
        of_channel = channel_law(law, channel)
        values |= {prior.name: prior.draw(size, rng) for prior in of_channel.named(channel).values()}
        by_draw = of_channel.of_innovations(of_channel.parameters(channel, GraphDraws(law, values).by_row))
        values[f"{channel}_increment"] = of_channel.innovations.smooth(rng.standard_normal((size, steps)), by_draw)
    return GraphDraws(law, values)
