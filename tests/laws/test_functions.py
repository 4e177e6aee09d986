"""Elementary functions give the same for numbers, arrays, labelled arrays and tensors, without overflow."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
import xarray as xr
from costfloor.laws import LAWS, Law
from costfloor.laws.functions import exp, log1p_exp, logistic
from hypothesis import given
from hypothesis import strategies as st

FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[float], float]]] = {
    "exp": (exp, math.exp),
    "log1p_exp": (log1p_exp, lambda x: math.log1p(math.exp(x))),
    "logistic": (logistic, lambda x: 1.0 / (1.0 + math.exp(-x))),
}
POINTS = np.linspace(-30.0, 30.0, 61)

every_function = pytest.mark.parametrize(("function", "by_hand"), FUNCTIONS.values(), ids=FUNCTIONS)


def through_graph(function: Callable[[Any], Any], values: np.ndarray) -> np.ndarray:
    """Evaluate a function of a tensor."""
    x = pt.dvector("x")
    return np.asarray(pytensor.function([x], function(x), mode="FAST_COMPILE")(values))


@every_function
@given(x=st.floats(-30.0, 30.0))
def test_a_function_is_what_its_name_says(
    function: Callable[[Any], Any], by_hand: Callable[[float], float], x: float
) -> None:
    assert float(function(x)) == pytest.approx(by_hand(x), rel=1e-12, abs=1e-15)


@every_function
def test_arrays_labels_and_tensors_agree(function: Callable[[Any], Any], by_hand: Callable[[float], float]) -> None:
    wanted = np.array([by_hand(float(point)) for point in POINTS])
    labelled = xr.DataArray(POINTS, dims="family", coords={"family": np.arange(len(POINTS))})
    assert function(POINTS) == pytest.approx(wanted, rel=1e-12, abs=1e-15)
    xr.testing.assert_allclose(function(labelled), labelled.copy(data=wanted), rtol=1e-12, atol=1e-15)
    assert through_graph(function, POINTS) == pytest.approx(wanted, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(("function", "far_below", "far_above"), [(log1p_exp, 0.0, 1000.0), (logistic, 0.0, 1.0)])
def test_nothing_overflows_far_from_zero(function: Callable[[Any], Any], far_below: float, far_above: float) -> None:
    far = np.array([-1000.0, 1000.0])
    for found in (function(far), through_graph(function, far)):
        assert found == pytest.approx([far_below, far_above])


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_a_law_is_the_same_in_arrays_labels_and_graph(law: Law) -> None:
    rng, ages = np.random.default_rng(3), np.linspace(0.0, 6.0, 7)
    parameters = {name: p.population.draw(7, rng) for name, p in law.family_parameters.items()}
    tensors = {name: pt.as_tensor_variable(values) for name, values in parameters.items()}
    labelled = {name: xr.DataArray(values, dims="family") for name, values in parameters.items()}
    for function in (law.decline, law.rate):
        plain = function(parameters, ages)
        graph = through_graph(lambda age, function=function: function(tensors, age), ages)
        assert graph == pytest.approx(plain, rel=1e-10, abs=1e-12)
        labels = function(labelled, xr.DataArray(ages, dims="family"))
        assert labels.dims == ("family",)
        assert labels.to_numpy() == pytest.approx(plain, rel=1e-12, abs=1e-14)
