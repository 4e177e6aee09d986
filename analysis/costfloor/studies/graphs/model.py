r"""Log price of an open model at a host, and the size of the model, as two equations with one latent capability.

.. math::

    \log p_n &= \ell_{i(n)} - \kappa \left(P(t_n) - P(r_i)\right) + \eta_{h(n)} + \varepsilon_n, \qquad
    \varepsilon_n \sim \text{Student-t}(\nu, 0, \sigma) \\
    \ell_i &\sim \text{Normal}\left(\alpha + \beta_a A_i + \beta_T T_i + \psi q_i - P(r_i), \tau_\ell^2\right) \\
    A_i &= \gamma_0 + \gamma q_i - C(r_i) + u_i, \qquad
    T_i - A_i = \delta_0 + \delta q_i + X(r_i) + \rho u_i + v_i \\
    q_i &\sim \text{Normal}(\mu_0 + \mu_1 r_i, \tau_q^2), \qquad \hat q_i \sim \text{Normal}(q_i, s_i^2)

with log active and log total parameters :math:`A_i, T_i`, release :math:`r_i`, true capability :math:`q_i` and the measured one
:math:`\hat q_i` with its known error :math:`s_i`. :math:`P` and :math:`C` are what a law says of the fixed and of the changed graph,
innovations included; :math:`X` is how sparsity went, a drift and a random walk. As in the model that all laws share, a model enters at the
price of its day and follows later by a share :math:`\kappa`. Hosts lie around a line in the mean date of their prices, so that cheaper
hosts that come later do not pass for a fall within hosts (Mundlak 1978, Econometrica 46(1)).

True capability is integrated out: given the parameters all but single prices is normal in it, so that it takes in :math:`\hat q_i`,
:math:`A_i`, :math:`T_i - A_i` and :math:`\ell_i` one after the other, as a Kalman filter does.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from costfloor.laws.innovations import GAUSSIAN, GRID_YEARS, grid_position, grid_steps
from costfloor.laws.priors import MIN_NOISE_TAIL
from costfloor.sampling.prior_variable import variable
from costfloor.studies.graphs.channel_laws import CHANGED, DIRECT, DIRECT_LAW, FIXED, channel_law
from costfloor.studies.graphs.priors import DIRECT_PRIORS, PRIORS
from costfloor.studies.graphs.sizes import SizedPrices

Tensor = Any
"""A PyTensor variable; its own types cannot say which operations it has."""

SPARSITY: Final = "sparsity"


@dataclass(frozen=True)
class _Believed:
    """Mean and variance of the true capability of each model, (M,), and the log density of what it was learned from."""

    mean: Tensor
    variance: Tensor
    log_density: Tensor

    def seeing(self, value: Tensor, offset: Tensor, slope: Tensor, variance: Tensor) -> "_Believed":
        """After a value (M,) that is `offset + slope * capability` with a variance of its own."""
        scatter = slope**2 * self.variance + variance
        surprise = value - offset - slope * self.mean
        gain = self.variance * slope / scatter
        density = -0.5 * (surprise**2 / scatter + pt.log(2.0 * np.pi * scatter))
        return _Believed(
            self.mean + gain * surprise, self.variance * variance / scatter, self.log_density + density.sum()
        )


def build_model(law: str, prices: SizedPrices) -> pm.Model:
    """Return the PyMC model with a law, by name, in both channels.

    Log prices, sizes and measured capabilities are the shared data `log_price`, `log_active`, `log_sparsity` and `capability`: other values
    of the same models on the same dates need no new compilation.
    """
    released = prices.release_years
    with pm.Model(coords=_coords(prices)) as model:
        data = {name: pm.Data(name, value) for name, value in shared_data(prices).items()}
        p = {name: variable(prior) for name, prior in PRIORS.items()}
        changed = _path(CHANGED, law, released)
        sparser = _sparsity_path(p, released)
        active, sparsity = (data[name] - data[name].mean() for name in ("log_active", "log_sparsity"))
        believed = _Believed(
            p["capability_level"] + p["capability_drift"] * since_mean(prices), p["capability_spread"] ** 2, 0.0
        )
        measured = data["capability"] - data["capability"].mean()
        believed = believed.seeing(measured, 0.0, 1.0, prices.capability_sd**2)
        size = p["size_level"] - (changed - changed.mean())
        believed = believed.seeing(active, size, p["size_slope"], p["size_spread"] ** 2)
        by_size = p["sparsity_by_size"]
        believed = believed.seeing(
            sparsity,
            p["sparsity_level"] + (sparser - sparser.mean()) + by_size * (active - size),
            p["sparsity_slope"] - by_size * p["size_slope"],
            p["sparsity_spread"] ** 2,
        )
        pm.Potential("log_likelihood_of_sizes", believed.log_density)
        by_sizes = (p["active_exponent"] + p["total_exponent"]) * active + p["total_exponent"] * sparsity
        variance = p["premium"] ** 2 * believed.variance
        _register_prices(FIXED, law, prices, p, data["log_price"], by_sizes + p["premium"] * believed.mean, variance)
    return model


def build_direct_model(prices: SizedPrices) -> pm.Model:
    """Return the model of price at fixed capability without sizes: one path, a random walk with drift, for what both channels add up to.

    Shared data are `log_price` and `capability`. Capability is as measured: its error is part of the model effect.
    """
    with pm.Model(coords=_coords(prices)) as model:
        data = {name: pm.Data(name, shared_data(prices)[name]) for name in ("log_price", "capability")}
        p = {prior.name: variable(prior) for prior in DIRECT_PRIORS}
        by_capability = p["direct_slope"] * (data["capability"] - data["capability"].mean())
        _register_prices(DIRECT, DIRECT_LAW, prices, p, data["log_price"], by_capability, 0.0)
    return model


def _register_prices(
    channel: str,
    law: str,
    prices: SizedPrices,
    p: dict[str, Tensor],
    log_price: Tensor,
    effect: Tensor,
    variance: Tensor,
) -> None:
    """Register the path of a channel, the price at which each model enters, and the density of all prices.

    `effect` (M,) is what the model is, in log price, and `variance` how far it is uncertain.
    """
    moments, place = np.unique(np.concatenate([prices.release_years, prices.time_years]), return_inverse=True)
    at_entry, at_row = np.split(place, [len(prices.models)])
    path = _path(channel, law, moments)
    entry = path[at_entry]
    level = pm.Normal(
        "price_at_entry",
        log_price.mean() + p["price_level"] + effect - (entry - entry.mean()),
        pt.sqrt(p["model_spread"] ** 2 + variance),
        dims="model",
    )
    apart = pm.ZeroSumNormal("host_apart", sigma=p["host_spread"], dims="host")
    host = pm.Deterministic("host_effect", p["late_hosts"] * late(prices) + apart, dims="host")
    expected = level[prices.model] - p["pass_through"] * (path[at_row] - entry[prices.model]) + host[prices.host]
    noise = pm.StudentT.dist(nu=MIN_NOISE_TAIL + p["noise_tail"], mu=expected, sigma=p["noise_scale"])
    pm.Potential("log_likelihood_of_prices", pt.sum(pm.logp(noise, log_price)))


def _coords(prices: SizedPrices) -> dict[str, Any]:
    return {"model": list(prices.models), "host": list(prices.hosts), "step": np.arange(steps_of(prices))}


def since_mean(prices: SizedPrices) -> np.ndarray:
    """Releases in years since the mean one, (M,)."""
    return np.asarray(prices.release_years - prices.release_years.mean())


def shared_data(prices: SizedPrices) -> dict[str, np.ndarray]:
    """Values of the shared data of a model."""
    return {
        "log_price": prices.log_price,
        "log_active": prices.log_active,
        "log_sparsity": prices.log_sparsity,
        "capability": prices.capability,
    }


def steps_of(prices: SizedPrices) -> int:
    """Quarters from the first date to the last price."""
    return grid_steps(prices.last_years)


def late(prices: SizedPrices, than_years: float | None = None) -> np.ndarray:
    """By how many years the prices of each host are later, on average, than a date, by default the mean of all prices; (H,)."""
    counts = np.bincount(prices.host, minlength=len(prices.hosts))
    sums = np.bincount(prices.host, prices.time_years, minlength=len(prices.hosts))
    return np.asarray(sums / counts - (prices.time_years.mean() if than_years is None else than_years))


def grid_weights(time_years: np.ndarray, steps: int) -> np.ndarray:
    """Share of each increment that a path has taken up by each time, (times, steps): linear within a step."""
    step, through = grid_position(time_years, steps)
    return np.asarray(np.clip(step[:, None] + through[:, None] - np.arange(steps), 0.0, 1.0))


def _path(channel: str, law_name: str, time_years: np.ndarray) -> Tensor:
    """Register the law of a channel; its cumulative decline with innovations at times."""
    law = channel_law(law_name, channel)
    registered = {prior.name: variable(prior) for prior in law.named(channel).values()}
    parameters = law.parameters(channel, registered.__getitem__)
    increments = pm.Deterministic(
        f"{channel}_increment",
        law.innovations.smooth(pm.Normal(f"{channel}_z", dims="step"), law.of_innovations(parameters)),
        dims="step",
    )
    steps = len(pm.modelcontext(None).coords["step"])
    return law.law.decline(parameters, time_years) + pt.as_tensor(grid_weights(time_years, steps)) @ increments


def _sparsity_path(p: dict[str, Tensor], time_years: np.ndarray) -> Tensor:
    z = pm.Normal(f"{SPARSITY}_z", dims="step")
    walk = GAUSSIAN.smooth(z, {"innovation_sd": p["sparsity_innovation_sd"]})
    increments = pm.Deterministic(f"{SPARSITY}_increment", p["sparsity_drift"] * GRID_YEARS + walk, dims="step")
    steps = len(pm.modelcontext(None).coords["step"])
    return pt.as_tensor(grid_weights(time_years, steps)) @ increments
