"""The value of a compiled density as nutpie would get it, and the same as PyMC writes it."""

import ctypes
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pymc as pm
from costfloor.sampling.sampler import CompiledModel
from pytensor.compile.mode import Mode
from pytensor.graph.traversal import apply_ancestors

MOST_OPERANDS = 32


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
    """Log density and gradient of a model at an unconstrained point, as PyMC writes them.

    They are interpreted: to compile them takes half a minute, and what is compared with them has been compiled. The interpreter adds no
    more than `MOST_OPERANDS` at once, so that the models of many families are compiled all the same.
    """
    as_written: Any = None
    sums = apply_ancestors([model.logp(), model.dlogp()])
    few = all(len(node.inputs) + len(node.outputs) <= MOST_OPERANDS for node in sums)
    mode = Mode(linker="py", optimizer=as_written) if few else None
    logp, gradient, start = model.compile_logp(mode=mode), model.compile_dlogp(mode=mode), model.initial_point()
    shapes = {
        name: np.shape(start[name]) for name in (model.rvs_to_values[variable].name for variable in model.free_RVs)
    }
    stops = np.cumsum([np.prod(shape, dtype=int) for shape in shapes.values()])[:-1]

    def at(point: np.ndarray) -> tuple[float, np.ndarray]:
        parts = zip(shapes.items(), np.split(point, stops), strict=True)
        values = {name: part.reshape(shape) for (name, shape), part in parts}
        return float(logp(values)), gradient(values)

    return at
