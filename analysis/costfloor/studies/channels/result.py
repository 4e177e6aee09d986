"""Fixed graph against changed graph: fit the model of `channel_model.py`, and say which channel the decline comes from.

The share of the fixed graph is a ratio of declines. Where the whole decline may be nothing, the ratio means nothing, and none is given.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import xarray as xr

from costfloor.fit.slowed import SLOWED
from costfloor.sampling.engine import sample_until_gates_hold
from costfloor.sampling.gates import Diagnostics
from costfloor.sampling.policy import Sampling
from costfloor.sampling.quantiles import Quantiles, quantiles, quantiles_by_column
from costfloor.sampling.sampler import compile_model
from costfloor.studies.channels.changes import ChannelData
from costfloor.studies.channels.model import Shape, build_model, shape_of, shared_data

if TYPE_CHECKING:
    from costfloor.sampling.sampler import CompiledModel

CERTAIN: Final = 0.95
"""A ratio is given when what it divides by is positive with more than this probability."""

"""5, 50 and 95 % of the posterior."""


@dataclass(frozen=True)
class ChannelResult:
    """The decline by channel; rates in log points per year, positive when price falls.

    Attributes
    ----------
    periods, span_years
        Names of the periods, and years of each in the span.
    fixed, changed, total
        Rate of each channel and of both, by period.
    p_total_falls
        Probability that price at fixed capability falls, by period.
    share_by_period, share
        Part of the fixed graph in the decline, by period and over the span; None where the decline may be nothing (`CERTAIN`).
    fixed_first_half, changed_first_half
        Mean rate in the first half of the span; that of the last period is `fixed[-1]` and `changed[-1]`.
    p_fixed_halved, p_changed_halved
        Probability that the rate of the last period is below half of the mean rate before; None where that mean may be nothing.
    p_changed_slows_less
        Probability that the changed graph keeps more of its mean rate before than the fixed graph of its own; None where either may
        be nothing.
    hosts_effect
        Exponent of the number of hosts in the frequency of changes.
    changes_per_year
        Changes of the lowest price per model-year, by period.
    causes
        Changes by cause.
    models, model_years
        Entries, and exposure.
    design_effect
        See `ChannelData`.
    crude, crude_se
        Falls by model-year without a model, and their standard errors, by period; None where nothing was exposed.
    diagnostics
        Of the reported quantities. A fit that did not pass is not to be relied on.
    attempts
        How often it was sampled.
    """

    periods: tuple[str, ...]
    span_years: tuple[float, ...]
    fixed: tuple[Quantiles, ...]
    changed: tuple[Quantiles, ...]
    total: tuple[Quantiles, ...]
    p_total_falls: tuple[float, ...]
    share_by_period: tuple[Quantiles | None, ...]
    share: Quantiles | None
    fixed_first_half: Quantiles
    changed_first_half: Quantiles
    p_fixed_halved: float | None
    p_changed_halved: float | None
    p_changed_slows_less: float | None
    hosts_effect: Quantiles
    changes_per_year: tuple[Quantiles, ...]
    causes: dict[str, int]
    models: int
    model_years: float
    design_effect: float
    crude: tuple[float | None, ...]
    crude_se: tuple[float | None, ...]
    diagnostics: Diagnostics
    attempts: int

    @property
    def passed(self) -> bool:
        """Whether every gate holds."""
        return self.diagnostics.passed


def compile_channels(data: ChannelData, shape: Shape) -> "CompiledModel":
    """The model compiled for all data of a shape."""
    return compile_model(build_model(data, shape))


def fit_channels(
    data: ChannelData,
    settings: Sampling,
    compiled: "CompiledModel | None" = None,
    shape: Shape | None = None,
    progress: Callable[[str], None] | None = None,
) -> ChannelResult:
    """Sample the model, longer and more carefully while a gate is missed, and summarise it.

    Parameters
    ----------
    data
        What is fitted.
    settings
        As for the laws.
    compiled, shape
        A model compiled by `compile_channels`, and for which shape.
    progress
        Called with a line before each long step.
    """
    shape = shape or shape_of(data)
    judged = sample_until_gates_hold(
        compiled or compile_channels(data, shape),
        settings,
        lambda posterior: channel_quantities(posterior, data),
        data=shared_data(data, shape),
        progress=progress,
    )
    return summary(judged.reported, data, judged.diagnostics, len(judged.attempts))


def channel_quantities(posterior: xr.Dataset, data: ChannelData) -> xr.Dataset:
    """Draws of what is reported, leading dimensions (chain, draw); `posterior` is that of the model."""
    fixed, changed, total = (posterior[f"rate_{name}"] for name in ("fixed", "changed", "total"))
    kept = posterior[["rate_fixed", "rate_changed", "rate_total", "changes_per_year", "hosts_effect"]]
    return kept.assign(
        {
            "decline_fixed": _mean(fixed, data.span),
            "decline_total": _mean(total, data.span),
            "fixed_first_half": _mean(fixed, data.first_half),
            "changed_first_half": _mean(changed, data.first_half),
            "fixed_before": _mean(fixed, _before(data)),
            "changed_before": _mean(changed, _before(data)),
        }
    )


def summary(quantities: xr.Dataset, data: ChannelData, diagnostics: Diagnostics, attempts: int) -> ChannelResult:
    """The result from the draws of `channel_quantities`."""
    draws = {str(name): _merged(array) for name, array in quantities.data_vars.items()}
    fixed, changed, total = (draws[f"rate_{name}"] for name in ("fixed", "changed", "total"))
    before = {name: draws[f"{name}_before"] for name in ("fixed", "changed")}
    kept = {name: _ratio(last[:, -1], before[name]) for name, last in (("fixed", fixed), ("changed", changed))}
    both = (before["fixed"] > 0) & (before["changed"] > 0)
    slows_less = kept["fixed"] is not None and kept["changed"] is not None
    return ChannelResult(
        periods=data.periods,
        span_years=tuple(data.span.tolist()),
        fixed=quantiles_by_column(fixed),
        changed=quantiles_by_column(changed),
        total=quantiles_by_column(total),
        p_total_falls=tuple((total > 0).mean(axis=0).tolist()),
        share_by_period=tuple(_share(fixed[:, period], total[:, period]) for period in range(len(data.periods))),
        share=_share(draws["decline_fixed"], draws["decline_total"]),
        fixed_first_half=quantiles(draws["fixed_first_half"]),
        changed_first_half=quantiles(draws["changed_first_half"]),
        p_fixed_halved=_halved(kept["fixed"]),
        p_changed_halved=_halved(kept["changed"]),
        p_changed_slows_less=float(
            (changed[both, -1] * before["fixed"][both] > fixed[both, -1] * before["changed"][both]).mean()
        )
        if slows_less
        else None,
        hosts_effect=quantiles(draws["hosts_effect"]),
        changes_per_year=quantiles_by_column(draws["changes_per_year"]),
        causes=dict(data.causes),
        models=len(data.log_price),
        model_years=float(data.exposure.sum()),
        design_effect=data.design_effect,
        crude=_finite(data.crude),
        crude_se=_finite(data.crude_se),
        diagnostics=diagnostics,
        attempts=attempts,
    )


def _before(data: ChannelData) -> np.ndarray:
    """Years before the last period; where there is but one, itself."""
    return np.asarray(data.span * (np.arange(len(data.span)) < max(len(data.span) - 1, 1)))


def _mean(rate: xr.DataArray, years: np.ndarray) -> xr.DataArray:
    return (rate * xr.DataArray(years / years.sum(), dims="period")).sum("period")


def _merged(array: xr.DataArray) -> np.ndarray:
    values = array.to_numpy()
    return np.asarray(values.reshape(-1, *values.shape[2:]))


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray | None:
    return above / below if (below > 0).mean() > CERTAIN else None


def _share(part: np.ndarray, whole: np.ndarray) -> Quantiles | None:
    ratio = _ratio(part, whole)
    return None if ratio is None else quantiles(ratio)


def _halved(kept: np.ndarray | None) -> float | None:
    return None if kept is None else float((kept < SLOWED).mean())


def _finite(values: np.ndarray) -> tuple[float | None, ...]:
    return tuple(value if np.isfinite(value) else None for value in values.tolist())
