"""The value of a compiled density as nutpie would get it."""

import ctypes
from typing import NamedTuple

import numpy as np

from analysis.sampling import CompiledModel


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
