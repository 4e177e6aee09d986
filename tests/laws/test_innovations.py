"""Market-wide innovations: centred, of the stated variance, close to the Gamma process they stand for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gamma, norm

from analysis.laws.innovations import (
    GRID_YEARS,
    centred_increments,
    grid_position,
    grid_steps,
    market_path,
    step_shape,
)

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(20)
WEIGHTS = WEIGHTS / WEIGHTS.sum()

RATES = st.floats(0.05, 5.0)
ARRIVALS = st.floats(4.0, 1000.0)
INCREMENTS = st.lists(st.floats(-1.0, 1.0), min_size=8, max_size=8).map(lambda values: np.array([values]))


@given(RATES, ARRIVALS)
def test_increments_have_mean_zero_and_the_stated_variance(rate: float, arrivals: float) -> None:
    # A cube of a normal: twenty nodes integrate its square exactly.
    increments = centred_increments(NODES, rate, arrivals)
    mean = WEIGHTS @ increments
    assert abs(mean) < 1e-12 * rate
    stated = 2.0 * rate**2 / arrivals * GRID_YEARS
    assert WEIGHTS @ increments**2 - mean**2 == pytest.approx(stated, rel=0.02)


@pytest.mark.parametrize("discoveries_per_step", [2.0, 5.0, 25.0, 100.0])
def test_quantiles_are_those_of_the_gamma_process(discoveries_per_step: float) -> None:
    arrivals, rate = discoveries_per_step / GRID_YEARS, 1.3
    shape = step_shape(arrivals)
    assert shape == pytest.approx(discoveries_per_step / 2)
    probability = np.linspace(0.01, 0.99, 99)
    exact = gamma.ppf(probability, shape, scale=2.0 * rate / arrivals) - rate * GRID_YEARS
    smooth = centred_increments(norm.ppf(probability), rate, arrivals)
    standard_deviation = rate * np.sqrt(2.0 / arrivals * GRID_YEARS)
    assert np.abs(smooth - exact).max() < 0.03 * standard_deviation


def test_the_approximation_is_coarse_where_arrivals_are_rarest() -> None:
    # One discovery per step is the least the prior allows; docs/laws.md states this error.
    probability = np.linspace(0.01, 0.99, 99)
    exact = gamma.ppf(probability, 0.5, scale=0.5) - GRID_YEARS
    error = np.abs(centred_increments(norm.ppf(probability), 1.0, 4.0) - exact) / np.sqrt(2.0 / 4.0 * GRID_YEARS)
    assert 0.03 < error.max() < 0.10


def test_increments_can_raise_prices_but_not_without_bound() -> None:
    increments = centred_increments(np.array([-3.0, 0.0, 3.0]), 1.0, 24.0)
    assert increments[0] < 0 < increments[2]
    assert (np.diff(increments) > 0).all()
    # Gains are never negative, so a step falls short of its mean by the mean at most.
    assert increments[0] > -GRID_YEARS


@given(INCREMENTS, st.integers(0, 8))
def test_path_at_grid_points_is_the_running_sum(increments: np.ndarray, point: int) -> None:
    path = market_path(increments, np.array([point * GRID_YEARS]))
    assert path[0, 0] == pytest.approx(increments[0, :point].sum(), abs=1e-12)


@given(INCREMENTS, st.integers(0, 7), st.floats(0.0, 1.0))
def test_path_is_linear_within_a_step(increments: np.ndarray, step: int, through: float) -> None:
    time = GRID_YEARS * np.array([step, step + through, step + 1])
    before, inside, after = market_path(increments, time)[0]
    assert inside == pytest.approx((1 - through) * before + through * after, abs=1e-9)


@given(INCREMENTS, INCREMENTS, st.floats(-2.0, 2.0))
def test_path_is_additive_in_its_increments(one: np.ndarray, other: np.ndarray, factor: float) -> None:
    time = np.linspace(0.0, 2.0, 23)
    together = market_path(one + factor * other, time)
    assert together == pytest.approx(market_path(one, time) + factor * market_path(other, time), abs=1e-9)


@given(st.floats(0.0, 50.0))
def test_the_grid_covers_every_time(last: float) -> None:
    steps = grid_steps(last)
    assert steps >= 1
    assert (steps - 1) * GRID_YEARS < max(last, GRID_YEARS)
    assert steps * GRID_YEARS >= last - 1e-8
    step, through = grid_position(np.array([0.0, last]), steps)
    assert step.tolist()[0] == 0
    assert (step < steps).all()
    assert ((through >= 0.0) & (through <= 1.0)).all()
    assert (step + through) * GRID_YEARS == pytest.approx(np.array([0.0, last]), abs=1e-8)
