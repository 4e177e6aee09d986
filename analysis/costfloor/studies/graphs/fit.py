"""Fits of the joint model and of the model without sizes, until the gates of what is reported hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import xarray as xr

from costfloor.sampling.engine import sample_until_gates_hold
from costfloor.sampling.gates import Diagnostics
from costfloor.sampling.policy import Sampling
from costfloor.sampling.sampler import CompiledModel, compile_model
from costfloor.studies.graphs.answers import windows
from costfloor.studies.graphs.channel_laws import DIRECT, DIRECT_LAW
from costfloor.studies.graphs.draws import GraphDraws, merged, rates
from costfloor.studies.graphs.model import build_direct_model, build_model, shared_data
from costfloor.studies.graphs.sizes import SizedPrices

Progress = Callable[[str], None]

JUDGED: Final = (
    "active_exponent", "total_exponent", "premium", "pass_through", "late_hosts", "host_spread", "model_spread", "noise_scale",
    "size_slope", "size_spread", "sparsity_slope", "capability_drift",
)  # fmt: skip
"""Parameters that the gates are asked of, beside the rates of all windows that are reported."""


@dataclass(frozen=True)
class GraphFit:
    """A fit with the gates of what is reported of it.

    Attributes
    ----------
    draws
        All draws of the last attempt.
    diagnostics
        Of the judged parameters and the rates.
    seconds_compile, seconds_sample
        Wall time.
    """

    draws: GraphDraws = field(repr=False)
    diagnostics: Diagnostics
    seconds_compile: float
    seconds_sample: float


def fit_graphs(
    law: str, prices: SizedPrices, settings: Sampling, progress: Progress, compiled: CompiledModel | None = None
) -> GraphFit:
    """Fit the joint model with a law, by name, in both channels; `compiled` is that of the same law and design, if there is one."""

    def reported(posterior: xr.Dataset) -> xr.Dataset:
        return _reported(posterior, law, prices)

    return _fit(
        law, compiled or compile_model(build_model(law, prices)), reported, shared_data(prices), settings, progress
    )


def fit_direct(prices: SizedPrices, settings: Sampling, progress: Progress) -> GraphFit:
    """Fit the model of price at fixed capability without sizes."""

    def reported(posterior: xr.Dataset) -> xr.Dataset:
        draws = merged(DIRECT_LAW, posterior)
        last = windows(prices.last_years).last
        rate = np.diff(draws.fallen(DIRECT, np.array(last)))[:, 0]
        parameters = posterior[["direct_slope", *(name for name in JUDGED if name in posterior)]]
        return parameters.assign(direct_last=(("chain", "draw"), rate.reshape(draws.chains, -1)))

    return _fit(DIRECT_LAW, compile_model(build_direct_model(prices)), reported, None, settings, progress)


def _fit(
    law: str,
    compiled: CompiledModel,
    reported: Callable[[xr.Dataset], xr.Dataset],
    data: Mapping[str, np.ndarray] | None,
    settings: Sampling,
    progress: Progress,
) -> GraphFit:
    judged = sample_until_gates_hold(compiled, settings, reported, data=data, progress=progress)
    return GraphFit(
        merged(law, judged.sampled.posterior),
        judged.diagnostics,
        compiled.seconds,
        sum(attempt.seconds for attempt in judged.attempts),
    )


def _reported(posterior: xr.Dataset, law: str, prices: SizedPrices) -> xr.Dataset:
    draws, of_record = merged(law, posterior), windows(prices.last_years)
    of_windows = {"last": of_record.last, "before": of_record.before, "whole": (0.0, prices.last_years)}
    values = {
        f"{name}_{window}": (("chain", "draw"), value.reshape(draws.chains, -1))
        for window, ends in of_windows.items()
        for of_window in [rates(draws, ends)]
        for name, value in (("fixed", of_window.fixed), ("active", of_window.active), ("changed", of_window.changed))
    }
    return posterior[list(JUDGED)].assign(values)
