"""A model compiled by the density that all models of its make share, or by itself where anything is wrong with that.

The shared density rests on parts of nutpie and PyTensor that are nobody's promise. So each is tested when it is first made in a process:
nutpie takes a few steps with it, and what it saw is compared with PyMC's own log density. Whatever goes wrong costs time, never a fit.
"""

import hashlib
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import nutpie
from pymc import Model
from pytensor.compile.maker import function
from pytensor.compile.mode import Mode

from costfloor.compiler_cache import compiled_once
from costfloor.errors import UnlikeModelsError
from costfloor.sampling.sampler import CompiledModel, compile_model

if TYPE_CHECKING:
    from costfloor.sampling.density import SharedDensity

STEP: Final = 1e-5
"""Of the difference quotient, on the unconstrained scale: rounding and curvature leave six digits of a slope."""

_DENSITIES: Final[dict[str, "SharedDensity"]] = {}
"""Those of this process that passed their test, by make."""

_FAILED: Final[list[Exception]] = []
"""Why models are compiled one by one in this process, when they are."""


def compile_alike(
    model: Model, make: str, examples: Callable[[], tuple[Model, Model]], named: Iterable[str]
) -> CompiledModel:
    """Compile a model, with a density compiled now, earlier, or found in the cache on disk.

    Parameters
    ----------
    model
        With its data in place.
    make
        The same for all models that differ in their data alone, and for no other.
    examples
        Two of them, no datum of which is equal.
    named
        Names of their shared data that `sample` can replace.
    """
    if not _FAILED:
        try:
            # What it rests on may no longer be there.
            from costfloor.sampling.density import COMPILED_HERE, shared_density  # noqa: PLC0415  as any failure of it

            density = _DENSITIES.get(make)
            if density is None:
                example, other = examples()
                with compiled_once(hashlib.sha256(make.encode()).hexdigest(), COMPILED_HERE):
                    density = shared_density(example, other, named)
                # With the data of the one that it was not made from; examples are small, so that this is quick.
                require_agreement(density.of(other), other, named)
                _DENSITIES[make] = density
            return density.of(model)
        except UnlikeModelsError:
            # A panel whose only unit or host makes a length of one part of the graph.
            pass
        except Exception as error:
            _FAILED.append(error)
            warnings.warn(
                f"models are compiled one by one, which takes longer: the density that they share cannot be used "
                f"({type(error).__name__}: {error})",
                RuntimeWarning,
                stacklevel=2,
            )
    return compile_model(model)


def require_agreement(compiled: CompiledModel, model: Model, named: Iterable[str]) -> None:
    """Compare what nutpie sees at the points of two short chains with the log density of PyMC, interpreted as it is written.

    The gradient is compared along a random direction, with a difference quotient: its graph would take longer to make than all else.

    Raises
    ------
    ArithmeticError
        They differ by more than rounding.
    """
    asked = compiled.compiled.with_data(**{name: model[name].get_value() for name in named})
    tree = nutpie.sample(
        asked, draws=2, tune=2, chains=2, cores=1, seed=1, progress_bar=False, save_warmup=False, store_gradient=True
    )
    names = [model.rvs_to_values[variable].name for variable in model.free_RVs]
    log_density = _interpreted(model)
    draws, seen = tree["posterior"].to_dataset(), tree["sample_stats"].to_dataset()[["logp", "gradient"]]
    rng = np.random.default_rng(1)
    for chain, draw in np.ndindex(2, 2):
        at = {"chain": chain, "draw": draw}
        point = [draws[name].isel(at).to_numpy() for name in names]
        logp, gradient = (seen[name].isel(at).to_numpy() for name in ("logp", "gradient"))
        direction = [rng.standard_normal(part.shape) for part in point]
        ahead, behind = (
            log_density(*(part + step * way for part, way in zip(point, direction, strict=True)))
            for step in (STEP, -STEP)
        )
        slope = float(gradient @ np.concatenate([way.ravel() for way in direction]))
        if not np.isclose(logp, log_density(*point), rtol=1e-8, atol=1e-8):
            raise ArithmeticError(
                f"nutpie sees a log density of {float(logp)} where PyMC has {float(log_density(*point))}"
            )
        if not np.isclose(slope, (ahead - behind) / (2.0 * STEP), rtol=1e-4, atol=1e-4 * np.linalg.norm(gradient)):
            raise ArithmeticError(f"nutpie sees a slope of {slope} where PyMC has {(ahead - behind) / (2.0 * STEP)}")


def _interpreted(model: Model) -> Callable[..., Any]:
    """Log density as PyMC writes it; rewriting the graph, let alone compiling it, would take longer than a few calls."""
    as_written: Any = None
    log_density: Callable[..., Any] = function(
        [model.rvs_to_values[variable] for variable in model.free_RVs],
        model.logp(),
        mode=Mode(linker="py", optimizer=as_written),
    )
    return log_density
