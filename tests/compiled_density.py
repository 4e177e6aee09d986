"""The value of a compiled density as nutpie would get it, and the same as PyMC writes it."""

import ctypes
from collections.abc import Callable
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
import pymc as pm
from costfloor.sampling.sampler import CompiledModel
from pytensor.compile.maker import function
from pytensor.compile.mode import Mode
from pytensor.graph.replace import graph_replace
from pytensor.graph.traversal import apply_ancestors

MOST_OPERANDS = 32
"""Of one operation, for the interpreter: PyMC adds the terms of a model of many families at once."""


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


def interpreted(inputs: list[Any], outputs: list[Any]) -> Callable[..., list[Any]]:
    """A function that is not compiled, which would take half a minute: what is compared with it has been, or is its graph."""
    as_written: Any = None
    wide = [node for node in apply_ancestors(outputs) if len(node.inputs) + len(node.outputs) > MOST_OPERANDS]
    narrow = {node.outputs[0]: reduce(node.op, node.inputs) for node in wide}
    return function(inputs, graph_replace(outputs, narrow), mode=Mode(linker="py", optimizer=as_written))


def density_of(model: pm.Model) -> Callable[[np.ndarray], tuple[float, np.ndarray]]:
    """Log density and gradient of a model at an unconstrained point, as PyMC writes them."""
    values = [model.rvs_to_values[variable] for variable in model.free_RVs]
    both, start = interpreted(values, [model.logp(), model.dlogp(model.free_RVs)]), model.initial_point()
    shapes = [np.shape(start[value.name]) for value in values]
    stops = np.cumsum([np.prod(shape, dtype=int) for shape in shapes])[:-1]

    def at(point: np.ndarray) -> tuple[float, np.ndarray]:
        parts = zip(shapes, np.split(point, stops), strict=True)
        logp, gradient = both(*(part.reshape(shape) for shape, part in parts))
        return float(logp), gradient

    return at
