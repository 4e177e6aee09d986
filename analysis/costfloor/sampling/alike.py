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

from costfloor.compiler_cache import compiled_once
from costfloor.errors import UnlikeModelsError
from costfloor.sampling.density import SharedDensity, shared_density
from costfloor.sampling.sampler import CompiledModel, compile_model

if TYPE_CHECKING:
    import pymc as pm

_DENSITIES: Final[dict[str, SharedDensity]] = {}
"""Those of this process that passed their test, by make."""

_FAILED: Final[list[Exception]] = []
"""Why models are compiled one by one in this process, when they are."""


def compile_alike(
    model: "pm.Model", make: str, examples: "Callable[[], tuple[pm.Model, pm.Model]]", named: Iterable[str]
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
            density = _DENSITIES.get(make)
            if density is None:
                with compiled_once(hashlib.sha256(make.encode()).hexdigest()):
                    density = shared_density(*examples(), named)
                require_agreement(density.of(model), model, named)
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


def require_agreement(compiled: CompiledModel, model: "pm.Model", named: Iterable[str]) -> None:
    """Compare what nutpie sees at the first points of two short chains with the log density and gradient of PyMC, interpreted.

    Raises
    ------
    ArithmeticError
        They differ by more than rounding.
    """
    asked = compiled.compiled.with_data(**{name: model[name].get_value() for name in named})
    tree = nutpie.sample(
        asked, draws=2, tune=2, chains=2, cores=1, seed=1, progress_bar=False, save_warmup=False, store_gradient=True
    )
    parameters = [model.rvs_to_values[variable] for variable in model.free_RVs]
    own = _interpreted(model, parameters)
    draws = tree["posterior"].to_dataset()
    for chain, draw in np.ndindex(2, 2):
        at = {"chain": chain, "draw": draw}
        logp, gradient = own(*(draws[parameter.name].isel(at).to_numpy() for parameter in parameters))
        seen = tree["sample_stats"].to_dataset()[["logp", "gradient"]].isel(at)
        scale = 1.0 + np.abs(gradient).max()
        if not (
            np.isclose(seen["logp"], logp, rtol=1e-8, atol=1e-8)
            and np.allclose(seen["gradient"], gradient, rtol=1e-6, atol=1e-8 * scale)
        ):
            raise ArithmeticError(f"nutpie sees a log density of {float(seen['logp'])} where PyMC has {float(logp)}")


def _interpreted(model: "pm.Model", parameters: list[Any]) -> Callable[..., list[np.ndarray]]:
    """Log density and gradient as PyMC writes them; rewriting the graph, let alone compiling it, would take longer than a few calls."""
    from pytensor.compile.maker import function  # noqa: PLC0415  slow to import
    from pytensor.compile.mode import Mode  # noqa: PLC0415  as above
    from pytensor.gradient import grad  # noqa: PLC0415  as above
    from pytensor.tensor import concatenate  # noqa: PLC0415  as above

    logp = model.logp()
    slopes: Any = grad(logp, parameters)
    as_written: Any = None
    own: Callable[..., list[np.ndarray]] = function(
        parameters,
        [logp, concatenate([slope.ravel() for slope in slopes])],
        mode=Mode(linker="py", optimizer=as_written),
    )
    return own
