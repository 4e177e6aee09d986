"""Posterior draws from a PyMC model with nutpie, and the gates the draws must pass.

nutpie is called by name because `pm.sample` silently picks another sampler when nutpie or its backend is missing.
"""

import os
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import arviz_stats
import numpy as np
import nutpie
import xarray as xr

from costfloor.compiler_cache import prepare_compilers, warn_of_temporary_cache
from costfloor.errors import SamplingError
from costfloor.wording import duration, ordinal

if TYPE_CHECKING:
    import pymc as pm

# PyTensor is not imported yet, and reads where to keep what it compiles when it is.
prepare_compilers()
warn_of_temporary_cache()

# Set here once: ArviZ changed its defaults (0.94 HDI, then 0.89 equal-tailed) between minor releases.
CI_PROB: Final = 0.90
CI_QUANTILES: Final = (0.05, 0.50, 0.95)

RHAT_LIMIT: Final = 1.01
ESS_LIMIT: Final = 400.0
EBFMI_LIMIT: Final = 0.3

PROGRESS_SECONDS: Final = 10.0
"""Between two lines of progress."""

# The rest of nutpie's statistics describe its tuning, and some are object arrays that no netCDF engine can store.
_KEPT_STATS: Final = ("diverging", "energy", "depth", "maxdepth_reached", "n_steps", "step_size")


@dataclass(frozen=True)
class SamplerSettings:
    """What the sampler is asked to do; part of a fit's fingerprint.

    Parameters
    ----------
    draws, tune
        Kept and discarded iterations per chain.
    chains
        Independent chains, spread over the available cores (at most four).
    target_accept
        Mean acceptance probability the step size is tuned to; raise it when transitions diverge.
    max_treedepth
        A trajectory has at most ``2**max_treedepth`` gradient evaluations.
    seed
        The same seed repeats a run only while the compile cache is unchanged: compare within Monte Carlo error.
    """

    draws: int = 1000
    tune: int = 1000
    chains: int = 4
    target_accept: float = 0.9
    max_treedepth: int = 10
    seed: int = 1


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
class Diagnostics:
    """Convergence of the reported quantities of one fit.

    Attributes
    ----------
    rhat_max
        Largest rank-normalised split R-hat; the gate is below 1.01.
    ess_bulk_min, ess_tail_min
        Smallest effective sample sizes; the gate is above 400. The tail is that of the 90 % equal-tailed interval.
    divergences
        Divergent transitions after tuning; the gate is none.
    ebfmi_min
        Smallest energy fraction of missing information over chains; the gate is above 0.3.
    passed
        Whether every gate holds. A quantity without a finite diagnostic (one that never moves) fails.
    worst
        The gates that failed with the quantity that failed them worst, or the quantity with the largest R-hat.

    References
    ----------
    Vehtari, Gelman, Simpson, Carpenter and Buerkner (2021), Bayesian Analysis 16(2); Betancourt (2016), arXiv 1604.00695.
    """

    rhat_max: float
    ess_bulk_min: float
    ess_tail_min: float
    divergences: int
    ebfmi_min: float
    passed: bool
    worst: str


@dataclass(frozen=True)
class CompiledModel:
    """A model compiled once, to be sampled on any values of its shared data of the same shape."""

    compiled: Any = field(repr=False)
    variables: "ModelVariables" = field(repr=False)
    seconds: float
    warnings: tuple[str, ...]


def compile_model(model: "pm.Model") -> CompiledModel:
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
    model: "pm.Model | CompiledModel",
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
        Unchecked draws: see `diagnose`.

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


def attempt_seed(seed: int, attempt: int) -> int:
    """Seed of an attempt, numbered from 1: the same in every run, the seed itself for the first, another for each that follows."""
    return seed if attempt == 1 else int(np.random.SeedSequence([seed, attempt]).generate_state(1)[0])


def attempt_line(attempt: int, asked: SamplerSettings, before: Mapping[str, Any] | None = None) -> str:
    """What an attempt is for, in one line.

    Parameters
    ----------
    attempt
        Its number, from 1.
    asked
        What the sampler is asked for.
    before
        The last attempt: `draws` and `target_accept` that were asked for, and in `worst` what it missed.
    """
    what = f"{asked.chains} x {asked.draws} draws, acceptance target {asked.target_accept}"
    if before is None:
        return f"sampling {what}"
    ways = (
        ("smaller steps", asked.target_accept > before["target_accept"]),
        ("longer chains", asked.draws > before["draws"]),
    )
    how = " and ".join(way for way, taken in ways if taken) or "other random numbers"
    return f"{ordinal(attempt)} attempt: {before['worst']} in the {ordinal(attempt - 1)}, {how} now ({what})"


def diagnose(sampled: Sampled, var_names: Iterable[str]) -> Diagnostics:
    """Judge the draws of the named variables of the posterior: see `diagnose_quantities`."""
    return diagnose_quantities(sampled.posterior[list(var_names)], sampled.sample_stats)


def diagnose_quantities(reported: xr.Dataset, sample_stats: xr.Dataset) -> Diagnostics:
    """Judge the draws of the quantities that will be reported.

    Parameters
    ----------
    reported
        Draws, leading dimensions ``(chain, draw)``; every element of every variable is judged.
    sample_stats
        Sampler statistics of the same draws.

    Returns
    -------
    Diagnostics
        Never raises on bad draws: a caller decides what a failed gate means.
    """
    tails = (CI_QUANTILES[0], CI_QUANTILES[-1])
    # A quantity that never moves divides zero by zero; its NaN fails a gate below.
    with np.errstate(divide="ignore", invalid="ignore"):
        rhat, rhat_at = _extreme(arviz_stats.rhat(reported, method="rank"), largest=True)
        bulk, bulk_at = _extreme(arviz_stats.ess(reported, method="bulk"), largest=False)
        tail, tail_at = _extreme(arviz_stats.ess(reported, method="tail", prob=tails), largest=False)
    ebfmi = float(arviz_stats.bfmi(sample_stats)["energy"].min(skipna=False))
    divergences = int(sample_stats["diverging"].sum())

    # Written so that a NaN fails.
    gates = (
        (rhat < RHAT_LIMIT, f"R-hat {rhat:.3f} of {rhat_at}"),
        (bulk > ESS_LIMIT, f"bulk ESS {bulk:.0f} of {bulk_at}"),
        (tail > ESS_LIMIT, f"tail ESS {tail:.0f} of {tail_at}"),
        (divergences == 0, f"{divergences} divergences"),
        (ebfmi > EBFMI_LIMIT, f"E-BFMI {ebfmi:.2f}"),
    )
    failures = [text for held, text in gates if not held]
    return Diagnostics(
        rhat_max=rhat,
        ess_bulk_min=bulk,
        ess_tail_min=tail,
        divergences=divergences,
        ebfmi_min=ebfmi,
        passed=not failures,
        worst="; ".join(failures) if failures else rhat_at,
    )


@dataclass(frozen=True)
class ModelVariables:
    """All free variables and deterministics of a model as one function of its unconstrained parameters and its shared data."""

    function: Callable[..., list[np.ndarray]]
    parameters: tuple[str, ...]
    data: Mapping[str, np.ndarray]
    names: tuple[str, ...]
    dims: Mapping[str, tuple[str, ...]]
    coords: Mapping[str, Any]

    def at(self, tree: xr.DataTree, data: Mapping[str, np.ndarray]) -> xr.Dataset:
        """The variables at nutpie's draws, dimensions ``(chain, draw, ...)``; `data` replaces values of the model's own."""
        found: dict[str, xr.DataArray] = {}
        # A parameter without bounds is in the first group alone.
        for group in ("posterior", "unconstrained_posterior"):
            if group in tree:
                found |= {str(name): array for name, array in tree[group].to_dataset().data_vars.items()}
        draws = [found[name].to_numpy() for name in self.parameters]
        shared = [data.get(name, value) for name, value in self.data.items()]
        # Chain by chain: what a variable is made of can be a hundred times larger than the variable.
        chains = [self.function(*(array[chain] for array in draws), *shared) for chain in range(len(draws[0]))]
        arrays = {name: np.stack(parts) for name, parts in zip(self.names, zip(*chains, strict=True), strict=True)}
        dims = {
            name: self.dims.get(name) or tuple(f"{name}_dim_{axis}" for axis in range(array.ndim - 2))
            for name, array in arrays.items()
        }
        used = {dim for own in dims.values() for dim in own}
        return xr.Dataset(
            {name: (("chain", "draw", *dims[name]), array) for name, array in arrays.items()},
            coords={"chain": tree["posterior"]["chain"], "draw": tree["posterior"]["draw"]}
            | {dim: list(labels) for dim, labels in self.coords.items() if dim in used and labels is not None},
        )


def variables_of(model: "pm.Model") -> ModelVariables:
    """Vectorised over draws and interpreted: array operations on all draws of a chain leave a compiler nothing to gain."""
    # Imported here: slow, and whoever has a model has loaded it.
    from pytensor.compile.maker import function  # noqa: PLC0415  slow to import
    from pytensor.compile.mode import Mode  # noqa: PLC0415  as above
    from pytensor.compile.sharedvalue import SharedVariable  # noqa: PLC0415  as above
    from pytensor.graph.replace import vectorize_graph  # noqa: PLC0415  as above
    from pytensor.graph.traversal import ancestors  # noqa: PLC0415  as above
    from pytensor.tensor import tensor  # noqa: PLC0415  as above

    names = {var.name for var in (*model.free_RVs, *model.deterministics)}
    wanted = [var for var in model.unobserved_value_vars if var.name in names]
    shared = [var for var in ancestors(wanted) if isinstance(var, SharedVariable)]
    draws = {var: tensor(var.name, dtype=var.dtype, shape=(None, *var.type.shape)) for var in model.value_vars}
    data = {var: var.type(var.name) for var in shared}
    replaced: dict[Any, Any] = {**draws, **data}
    return ModelVariables(
        function=function(
            list(replaced.values()),
            vectorize_graph(wanted, replace=replaced),
            mode=Mode(linker="py", optimizer="fast_compile"),
            on_unused_input="ignore",
        ),
        parameters=tuple(var.name for var in draws),
        data={str(var.name): var.get_value() for var in shared},
        names=tuple(var.name for var in wanted),
        dims={name: dims for name, dims in model.named_vars_to_dims.items() if name in names},
        coords=model.coords,
    )


def _extreme(statistic: xr.Dataset, *, largest: bool) -> tuple[float, str]:
    """Value and label of the worst element over all variables; a NaN is worse than any number."""
    worst, label = (-np.inf if largest else np.inf), "nothing"
    for name, array in statistic.data_vars.items():
        flat = array.to_numpy().ravel()
        badness = np.where(np.isnan(flat), np.inf, flat if largest else -flat)
        at = int(badness.argmax())
        if not np.isnan(worst) and badness[at] > (worst if largest else -worst):
            index = np.unravel_index(at, array.shape)
            labels = [str(array[dim].to_numpy()[i]) for dim, i in zip(array.dims, index, strict=True)]
            worst, label = float(flat[at]), f"{name}[{', '.join(labels)}]" if labels else str(name)
    return worst, label


def warning_texts(caught: Iterable[warnings.WarningMessage]) -> tuple[str, ...]:
    """Return every distinct warning as text."""
    return tuple(dict.fromkeys(f"{entry.category.__name__}: {entry.message}" for entry in caught))


def _silent(_: str) -> None:
    """Discard a progress line."""
