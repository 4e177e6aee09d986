"""Elementary functions of arrays, labelled arrays and tensors alike, so that a law is written once for graph and forecast."""

import sys
from typing import Any

import numpy as np


def exp(x: Any) -> Any:
    """Return the exponential."""
    if _is_tensor(x):
        return _of_tensors().exp(x)
    return np.exp(x)


def log1p_exp(x: Any) -> Any:
    """Return `log(1 + exp(x))` without overflow."""
    if _is_tensor(x):
        return _of_tensors().softplus(x)
    return np.logaddexp(0.0, x)


def logistic(x: Any) -> Any:
    """Return `1 / (1 + exp(-x))` without overflow."""
    if _is_tensor(x):
        return _of_tensors().sigmoid(x)
    return 0.5 * (1.0 + np.tanh(0.5 * x))


def _is_tensor(x: Any) -> bool:
    return hasattr(x, "owner")


def _of_tensors() -> Any:
    """The library that has made the tensor: a forecast from stored draws goes without it."""
    return sys.modules["pytensor.tensor"]
