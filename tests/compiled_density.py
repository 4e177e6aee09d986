"""The value of a compiled density as nutpie would get it, and the same from the terms that PyMC writes."""

import ctypes
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pymc as pm
from costfloor.sampling.sampler import CompiledModel
from pytensor.compile.mode import Mode
from pytensor.gradient import grad
from pytensor.tensor import as_tensor, concatenate, stack


class Value(NamedTuple):
    status: int
    logp: float
    gradient: np.ndarray


def evaluate(compiled: CompiledModel, point: np.ndarray) -> Value:
    """Status (0: finite), log density and gradient at an unconstrained point."""
    model, gradient, logp = compiled.compiled, np.zeros(len(point)), np.zeros(1)
    address = ctypes.POINTER(ctypes.c_double)
    status = model.compiled_logp_func.ctypes(
        len(point),
        *(array.ctypes.data_as(address) for array in (point, gradient, logp)),
        ctypes.c_void_p(model.user_data.ctypes.data),
    )
    return Value(status, float(logp[0]), gradient)


def density_of(model: pm.Model) -> Callable[[np.ndarray], tuple[float, np.ndarray]]:
    """Log density and gradient of a model at an unconstrained point, from its terms as PyMC writes them.

    They are interpreted: to compile them takes half a minute, and what is compared with them has been compiled. The terms are summed as a
    vector, since the interpreter takes no addition of more than 31, as PyMC writes it for a model of many families.
    """
    as_written: Any = None
    parameters = [model.rvs_to_values[variable] for variable in model.free_RVs]
    logp: Any = stack([as_tensor(term).sum() for term in model.logp(sum=False)]).sum()
    gradient = concatenate([slope.ravel() for slope in grad(logp, parameters)])
    both = model.compile_fn([logp, gradient], inputs=parameters, mode=Mode(linker="py", optimizer=as_written))
    start = model.initial_point()
    shapes = {variable.name: np.shape(start[variable.name]) for variable in parameters}
    stops = np.cumsum([np.prod(shape, dtype=int) for shape in shapes.values()])[:-1]

    def at(point: np.ndarray) -> tuple[float, np.ndarray]:
        parts = zip(shapes.items(), np.split(point, stops), strict=True)
        values = {name: part.reshape(shape) for (name, shape), part in parts}
        found, slopes = both(values)
        return float(found), slopes

    return at
