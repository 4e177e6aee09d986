"""Posterior draws from a PyMC model with nutpie.

nutpie is called by name because `pm.sample` silently picks another sampler when nutpie or its backend is missing.
"""

import os
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import nutpie
import xarray as xr
from pymc import Model

from costfloor.compiler_cache import warn_of_temporary_cache
from costfloor.errors import SamplingError
from costfloor.sampling.policy import SamplerSettings
from costfloor.sampling.variables import ModelVariables, variables_of
from costfloor.wording import duration

warn_of_temporary_cache()

PROGRESS_SECONDS: Final = 10.0
"""Between two lines of progress."""

# The rest of nutpie's statistics describe its tuning, and some are object arrays that no netCDF engine can store.
_KEPT_STATS: Final = ("diverging", "energy", "depth", "maxdepth_reached", "n_steps", "step_size")


@dataclass(frozen=True)
class Sampled:
    """Draws of one model and how they were made.

    Attributes
    ----------
    posterior
        One variable per free variable and deterministic, leading dimensions ``(chain, draw)``.
    sample_stats
        ``diverging``, ``energy``, ``depth``, ``maxdepth_reached``, ``n_steps``, ``step_size``, dimensions ``(chain, draw)``.
    seconds_compile, seconds_sample
        Wall time, seconds.
    sampler
        Name and version, for example ``"nutpie 0.16.11"``.
    warnings
        Every distinct warning raised while compiling and sampling, as text.
    """

    posterior: xr.Dataset
    sample_stats: xr.Dataset
    seconds_compile: float
    seconds_sample: float
    sampler: str
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class CompiledModel:
    """A model compiled once, to be sampled on any values of its shared data of the same shape."""

    compiled: Any = field(repr=False)
    variables: ModelVariables = field(repr=False)
    seconds: float
    warnings: tuple[str, ...]


def compile_model(model: Model) -> CompiledModel:
    """Compile the density of a PyMC model for nutpie.

    What follows from the parameters is left out: compiled too it would take a third of the time, and it is needed once per kept draw.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        start = time.perf_counter()
        compiled = nutpie.compile_pymc_model(model, var_names=[])
        variables = variables_of(model)
        seconds = time.perf_counter() - start
    return CompiledModel(compiled, variables, seconds, warning_texts(caught))


def sample(
    model: Model | CompiledModel,
    settings: SamplerSettings,
    *,
    data: Mapping[str, np.ndarray] | None = None,
    adaptation: str = "draw_diag",
    progress: Callable[[str], None] | None = None,
) -> Sampled:
    """Draw from the posterior of a PyMC model.

    Parameters
    ----------
    model
        A model with its data in place, or one compiled before.
    settings
        Lengths, seed and step-size target.
    data
        New values of the model's shared data, of unchanged shape.
    adaptation
        How nutpie finds the mass matrix: ``"draw_diag"`` from the variances of draws, ``"diag"`` from draws and gradients.
    progress
        Called with one line when compilation starts, when it ends and when sampling ends, and every ten seconds with how far it has come.

    Returns
    -------
    Sampled
        Unchecked draws: see `costfloor.sampling.gates`.

    Raises
    ------
    SamplingError
        The sampler gave up, or stopped before it had made every draw. What an interrupted sampler has so far is no posterior.
    """
    report = progress or _silent
    if not isinstance(model, CompiledModel):
        report("compiling")
        model = compile_model(model)
        report(f"compiled in {model.seconds:.1f} s; sampling {settings.chains} x {settings.draws} draws")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        start = time.perf_counter()
        tree = _sampled(model.compiled.with_data(**data) if data else model.compiled, settings, adaptation, report)
        posterior = model.variables.at(tree, data or {})
        seconds = time.perf_counter() - start
    report(f"sampled in {seconds:.1f} s")
    return Sampled(
        posterior=posterior,
        sample_stats=tree["sample_stats"].to_dataset()[list(_KEPT_STATS)],
        seconds_compile=model.seconds,
        seconds_sample=seconds,
        sampler=f"nutpie {nutpie.__version__}",
        warnings=tuple(dict.fromkeys((*model.warnings, *warning_texts(caught)))),
    )


def _sampled(compiled: Any, settings: SamplerSettings, adaptation: str, report: Callable[[str], None]) -> xr.DataTree:
    """Every draw that was asked for. An interrupt ends the chains and goes on to the caller."""
    pace = _Pace()
    chains = nutpie.sample(
        compiled,
        draws=settings.draws,
        tune=settings.tune,
        chains=settings.chains,
        cores=min(4, settings.chains, os.cpu_count() or 1),
        seed=settings.seed,
        save_warmup=False,
        progress_bar=False,
        # From a thread of the sampler, which must not print.
        progress_callback=pace.note,
        progress_rate=1000,
        target_accept=settings.target_accept,
        maxdepth=settings.max_treedepth,
        adaptation=adaptation,
        store_unconstrained=True,
        # While it blocks, nutpie answers an interrupt with the draws it has so far.
        blocking=False,
    )
    try:
        while True:
            try:
                tree: xr.DataTree = chains.wait(timeout=PROGRESS_SECONDS)
            except TimeoutError:
                report(pace.line())
            else:
                break
    except RuntimeError as error:
        raise SamplingError(f"the sampler gave up: {error}") from error
    except BaseException:
        chains.cancel()
        raise
    _require_every_draw(tree, settings)
    return tree


def _require_every_draw(tree: xr.DataTree, settings: SamplerSettings) -> None:
    """Chains that were cut short are padded with NaN, which no step size is."""
    made = int(np.isfinite(tree["sample_stats"]["step_size"].to_numpy()).sum())
    shape = tree["posterior"].sizes["chain"], tree["posterior"].sizes["draw"]
    if shape != (settings.chains, settings.draws) or made != settings.chains * settings.draws:
        raise SamplingError(
            f"sampling stopped after {made} of {settings.chains * settings.draws} draws; draws that stop early are no posterior. "
            "Run it again"
        )


class _Pace:
    """How far the chains are, as the sampler last told."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.finished = self.total = self.divergences = 0
        self.tuning = True

    def note(self, chains: Iterable[Any]) -> None:
        """Take in what nutpie says of each chain; a chain that waits for its turn has not started."""
        known = list(chains)
        self.finished = sum(chain.finished_draws for chain in known)
        self.total = sum(chain.total_draws for chain in known)
        self.divergences = sum(chain.divergences for chain in known)
        self.tuning = all(chain.tuning for chain in known)

    def line(self) -> str:
        """How many iterations are done, how many after the warm-up diverged, and when the rest will be if the pace stays."""
        if not self.finished:
            return "warming up"
        left = (time.monotonic() - self.started) / self.finished * (self.total - self.finished)
        parts = [f"{self.finished / self.total:.0%} of {self.total} iterations"]
        if self.divergences:
            parts.append(f"{self.divergences} divergence{'s' * (self.divergences > 1)}")
        return f"{'warming up' if self.tuning else 'sampling'}: {', '.join(parts)}, about {duration(left)} left at this pace"


def warning_texts(caught: Iterable[warnings.WarningMessage]) -> tuple[str, ...]:
    """Return every distinct warning as text."""
    return tuple(dict.fromkeys(f"{entry.category.__name__}: {entry.message}" for entry in caught))


def _silent(_: str) -> None:
    """Discard a progress line."""
