r"""The PyMC model of the two channels: a fixed graph that becomes cheaper, and a changed graph.

:math:`D(t) = F(t) + C(t)`, with rates :math:`r^F_y, r^C_y` in log points per year, positive when price falls, constant in a period
:math:`y`.

Changes of the lowest price of a model (in :math:`(a_e, b_e]`, of size :math:`x_e`, with :math:`h_e` hosts) are a Poisson process, and
:math:`E_{byh}` model-years are exposed to it:

.. math::

    \lambda_{byh} = \exp(l_y + u_b + \delta \log h), \qquad
    \log L = \sum_e \log \sum_y \lambda_{b_e y h_e} w_{ey} - \sum_{byh} \lambda_{byh} E_{byh}, \qquad
    x_e \sim \text{Normal}(\textstyle\sum_y w_{ey} m_y, s)

with :math:`w_{ey}` the share of the interval in each period, so that :math:`r^F_y` is the exposure-weighted mean of :math:`\lambda_{byh}
m_y`. Nearly all models have no change in nearly all months: a robust centre of monthly differences is zero whatever prices do, so changes
are counted and their sizes averaged. The size is normal and not Student-t because its mean is what matters: a normal likelihood estimates
the mean under any distribution (quasi-likelihood), a heavy-tailed one an estimate of the centre. Both likelihoods are divided by the
design effect, as changes at one host on one day are one decision.

First prices tell the whole decline:

.. math::

    \log e_i = \alpha_b + \beta q_i - D_b(t_i) - (F(t'_i) - F(t_i)) + \varepsilon_i, \qquad
    D_b(t) = D(t) + d_b t, \quad \varepsilon_i \sim \text{Student-t}(5, 0, \sigma)

with :math:`t_i` the entry and :math:`t'_i` the day of the first price. Both channels have one law of rates: Gaussian random walks over
periods, of :math:`l_y` for the fixed graph and of :math:`r^D_y` for the whole, whose scales are partially pooled. Reference for the
power of a likelihood: Ribatet, Cooley and Davison (2012), *Statistica Sinica* 22(2).
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from costfloor.sampling.prior_variable import variable
from costfloor.sampling.priors import Prior
from costfloor.studies.channels.changes import ChannelData

Tensor = Any
"""A PyTensor variable; its own types cannot say which operations it has."""

ENTRY_TAIL: Final = 5.0
"""Degrees of freedom of the residual of entries: a model priced far off its like moves the trend little."""

PRIORS: Final = {
    prior.name: prior
    for prior in (
        Prior("hazard_last", "normal", (0.0, 1.5), "log changes of the lowest price per model-year in the last period"),
        Prior("hazard_spread", "halfnormal", (0.7,), "spread of it over bands"),
        Prior("hosts_effect", "normal", (0.0, 0.7), "exponent of the number of hosts"),
        Prior("step_last", "normal", (0.1, 0.4), "mean size of a change in the last period, log points"),
        Prior("step_walk", "halfnormal", (0.15,), "its yearly random walk"),
        Prior("step_spread", "halfnormal", (0.7,), "standard deviation of sizes"),
        Prior("rate_last", "normal", (1.0, 1.0), "rate of the whole decline in the last period, log points per year"),
        Prior("walk", "normal", (-1.2, 0.7), "log of the typical step of both random walks"),
        Prior("walk_spread", "constant", (0.5,), "how far the log of a channel's own step is from it"),
        Prior("slope_spread", "halfnormal", (0.3,), "spread of the rate over bands"),
        Prior("quality_effect", "normal", (0.0, 1.0), "effect of one standard deviation of quality on log price"),
        Prior("level_spread", "constant", (2.0,), "how far the log price of a band is from the mean of all"),
        Prior("spread", "halfnormal", (1.5,), "scale of the residual of entries"),
    )
}


@dataclass(frozen=True)
class Shape:
    """Sizes of the arrays that a compiled model is for; data with fewer events, entries or hosts are padded.

    Attributes
    ----------
    bands, periods, hosts, events, entries
        As in `ChannelData`.
    """

    bands: int
    periods: int
    hosts: int
    events: int
    entries: int


def shape_of(*data: ChannelData) -> Shape:
    """The smallest shape that holds each of several data sets of the same bands and periods."""
    return Shape(
        max(len(reading.bands) for reading in data),
        max(len(reading.periods) for reading in data),
        max(reading.exposure.shape[2] for reading in data),
        max(len(reading.size) for reading in data),
        max(len(reading.log_price) for reading in data),
    )


def shared_data(data: ChannelData, shape: Shape) -> dict[str, np.ndarray]:
    """The shared data of the model, padded with what counts for nothing.

    Raises
    ------
    ValueError
        The data have other bands or periods, or more of anything else than the shape.
    """
    if (len(data.bands), len(data.periods)) != (shape.bands, shape.periods):
        raise ValueError(f"{len(data.bands)} bands and {len(data.periods)} periods do not fit {shape}")
    events, entries = shape.events - len(data.size), shape.entries - len(data.log_price)
    hosts = shape.hosts - data.exposure.shape[2]
    if min(events, entries, hosts) < 0:
        raise ValueError(f"more than fits {shape}")
    before, elapsed = _by_band(data)
    return {
        "size": np.pad(data.size, (0, events)),
        "event_weight": np.pad(np.ones(len(data.size)), (0, events)) / data.design_effect,
        "event_band": np.pad(data.event_band, (0, events)),
        "event_log_hosts": np.pad(data.event_log_hosts, (0, events)),
        "event_share": np.pad(data.event_share, ((0, events), (0, 0)), constant_values=1.0 / shape.periods),
        "exposure": np.pad(data.exposure, ((0, 0), (0, 0), (0, hosts))) / data.design_effect,
        "log_hosts": np.log(np.arange(1, shape.hosts + 1)) - data.log_hosts_centre,
        "log_price": np.pad(data.log_price, (0, entries)),
        "level_centre": np.asarray(data.log_price.mean()),
        "entry_weight": np.pad(np.ones(len(data.log_price)), (0, entries)),
        "quality": np.pad(data.quality, (0, entries)),
        "entry_band": np.pad(data.entry_band, (0, entries)),
        "before_entry": np.pad(before, ((0, entries), (0, 0))),
        "elapsed": np.pad(elapsed, (0, entries)),
        "since_entry": np.pad(data.since_entry, ((0, entries), (0, 0))),
    }


def _by_band(data: ChannelData) -> tuple[np.ndarray, np.ndarray]:
    """Years before entry by period and in all, less the mean of their band: levels are then those of its average model."""
    member = (data.entry_band == np.arange(len(data.bands))[:, None]).astype(float)
    mean = member @ data.before_entry / np.maximum(member.sum(axis=1), 1.0)[:, None]
    before = data.before_entry - mean[data.entry_band]
    return before, before.sum(axis=1)


def build_model(data: ChannelData, shape: Shape | None = None) -> pm.Model:
    """The model of the two channels, with all data shared, so that others of the same shape need no new compilation."""
    shape = shape or shape_of(data)
    with pm.Model(coords={"band": np.arange(shape.bands), "period": np.arange(shape.periods)}) as model:
        shared = {name: pm.Data(name, value) for name, value in shared_data(data, shape).items()}
        scale = _walk_scales()
        hazard = _walk("hazard", scale[0], shape.periods)
        band = _variable("hazard_spread") * pm.Normal("hazard_band_z", dims="band")
        hosts_effect = _variable("hosts_effect")
        step = _walk("step", _variable("step_walk"), shape.periods)
        sizes = _variable("step_spread")

        share = shared["event_share"]
        intensity = (
            pt.log((share * pt.exp(hazard)).sum(axis=1))
            + band[shared["event_band"]]
            + hosts_effect * shared["event_log_hosts"]
        )
        by_cell = pt.exp(band[:, None, None] + hazard[:, None] + hosts_effect * shared["log_hosts"])
        size = pm.logp(pm.Normal.dist((share * step).sum(axis=1), sizes), shared["size"])
        pm.Potential("events", ((intensity + size) * shared["event_weight"]).sum())
        pm.Potential("no_events", -(by_cell * shared["exposure"]).sum())

        # A trace of exposure everywhere: a period without any has the mean of all.
        weight = shared["exposure"] + 1e-6 * shared["exposure"].sum(axis=1, keepdims=True)
        hazards = (by_cell * weight).sum(axis=(0, 2)) / weight.sum(axis=(0, 2))
        fixed = pm.Deterministic("rate_fixed", hazards * step, dims="period")
        pm.Deterministic("changes_per_year", hazards, dims="period")

        total = pm.Deterministic("rate_total", _walk("rate", scale[1], shape.periods), dims="period")
        pm.Deterministic("rate_changed", total - fixed, dims="period")
        slope = _variable("slope_spread") * pm.Normal("slope_band_z", dims="band")
        level = pm.Normal("level", shared["level_centre"], _variable("level_spread"), dims="band")
        of = shared["entry_band"]
        expected = (
            level[of]
            + _variable("quality_effect") * shared["quality"]
            - shared["before_entry"] @ total
            - slope[of] * shared["elapsed"]
            - shared["since_entry"] @ fixed
        )
        residual = pm.StudentT.dist(nu=ENTRY_TAIL, mu=expected, sigma=_variable("spread"))
        pm.Potential("entries", (pm.logp(residual, shared["log_price"]) * shared["entry_weight"]).sum())
    return model


def _variable(name: str) -> Tensor:
    return variable(PRIORS[name])


def _walk_scales() -> Tensor:
    """Yearly steps of the log hazard of the fixed graph and of the rate of the whole, around a common one.

    A whole that declines by about one log point a year makes both relative to their rate.
    """
    deviation = _variable("walk_spread") * pm.Normal("walk_z", shape=2)
    return pm.Deterministic("walk_scale", pt.exp(_variable("walk") + deviation))


def _walk(name: str, scale: Tensor, periods: int) -> Tensor:
    """A Gaussian random walk over periods that starts from the last one, where most prices are."""
    steps = scale * pm.Normal(f"{name}_walk_z", shape=periods - 1)
    return _variable(f"{name}_last") + pt.concatenate([pt.cumsum(steps[::-1])[::-1], pt.zeros(1)])
