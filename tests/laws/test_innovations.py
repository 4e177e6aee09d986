"""Innovations: centred, of the stated variance, close to the process they stand for, and summed up by family."""

import numpy as np
import pytest
from costfloor.laws.innovations import (
    GAINS,
    GAUSSIAN,
    GRID_YEARS,
    Innovations,
    centred_increments,
    grid_position,
    grid_steps,
    path_at,
    step_shape,
)
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gamma, kstest, norm

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(20)
WEIGHTS = WEIGHTS / WEIGHTS.sum()

RATES = st.floats(0.05, 5.0)
ARRIVALS = st.floats(4.0, 1000.0)
FAMILIES, STEPS = 3, 8
INCREMENTS = st.lists(st.floats(-1.0, 1.0), min_size=2 * FAMILIES * STEPS, max_size=2 * FAMILIES * STEPS).map(
    lambda values: np.reshape(values, (2, FAMILIES, STEPS))
)
"""Two draws of the innovations of three families over two years."""

CODES = st.integers(0, FAMILIES - 1)
KINDS = {"gains": GAINS, "gaussian": GAUSSIAN}
KNOWN = {"innovation_rate": 1.3, "discoveries_per_year": 40.0, "innovation_sd": 0.4}

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


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


@given(st.floats(0.01, 2.0))
def test_gaussian_increments_add_up_to_the_yearly_standard_deviation(deviation: float) -> None:
    increments = GAUSSIAN.smooth(NODES, {"innovation_sd": deviation})
    assert abs(WEIGHTS @ increments) < 1e-12 * deviation
    assert WEIGHTS @ increments**2 / GRID_YEARS == pytest.approx(deviation**2)
    assert WEIGHTS @ increments**4 == pytest.approx(3 * (WEIGHTS @ increments**2) ** 2)


def test_fresh_increments_are_those_of_the_process_itself() -> None:
    rng, size = np.random.default_rng(5), (20_000,)
    arrivals, rate = KNOWN["discoveries_per_year"], KNOWN["innovation_rate"]
    gains = gamma(step_shape(arrivals), loc=-rate * GRID_YEARS, scale=2.0 * rate / arrivals)
    walk = norm(0.0, KNOWN["innovation_sd"] * np.sqrt(GRID_YEARS))
    assert kstest(GAINS.fresh(rng, size, KNOWN), gains.cdf).pvalue > 1e-3
    assert kstest(GAUSSIAN.fresh(rng, size, KNOWN), walk.cdf).pvalue > 1e-3


@every_kind
def test_smooth_and_fresh_increments_have_the_same_moments(kind: Innovations) -> None:
    size = 200_000
    fresh = kind.fresh(np.random.default_rng(6), (size,), KNOWN)
    smooth = kind.smooth(NODES, KNOWN)
    deviation = np.sqrt(WEIGHTS @ smooth**2)
    assert abs(fresh.mean()) < 5 * deviation / np.sqrt(size)
    assert fresh.std() == pytest.approx(deviation, rel=0.02)


@every_kind
def test_increments_take_parameters_of_each_draw(kind: Innovations) -> None:
    by_draw = {name: value * np.array([1.0, 1.1, 0.9])[:, None, None] for name, value in KNOWN.items()}
    z = np.random.default_rng(7).standard_normal((3, FAMILIES, STEPS))
    together = kind.smooth(z, by_draw)
    assert together.shape == z.shape
    assert kind.fresh(np.random.default_rng(8), z.shape, by_draw).shape == z.shape
    for draw in range(3):
        alone = {name: float(value[draw, 0, 0]) for name, value in by_draw.items()}
        assert together[draw] == pytest.approx(kind.smooth(z[draw], alone))


@given(INCREMENTS, CODES, st.integers(0, STEPS))
def test_path_at_grid_points_is_the_running_sum_of_the_family(increments: np.ndarray, family: int, point: int) -> None:
    path = path_at(increments, np.array([family]), np.array([point * GRID_YEARS]))
    assert path.shape == (2, 1)
    assert path[:, 0] == pytest.approx(increments[:, family, :point].sum(axis=1), abs=1e-12)


@given(INCREMENTS, CODES, st.integers(0, STEPS - 1), st.floats(0.0, 1.0))
def test_path_is_linear_within_a_step(increments: np.ndarray, family: int, step: int, through: float) -> None:
    time = GRID_YEARS * np.array([step, step + through, step + 1])
    before, inside, after = path_at(increments, np.full(3, family), time).T
    assert inside == pytest.approx((1 - through) * before + through * after, abs=1e-9)


@given(INCREMENTS, INCREMENTS, st.floats(-2.0, 2.0))
def test_path_is_additive_in_its_increments(one: np.ndarray, other: np.ndarray, factor: float) -> None:
    time, family = np.linspace(0.0, 2.0, 23), np.arange(23) % FAMILIES
    together = path_at(one + factor * other, family, time)
    assert together == pytest.approx(path_at(one, family, time) + factor * path_at(other, family, time), abs=1e-9)


@given(INCREMENTS, st.lists(st.tuples(CODES, st.floats(0.0, 2.0)), min_size=1, max_size=9))
def test_families_do_not_see_each_others_paths(increments: np.ndarray, places: list[tuple[int, float]]) -> None:
    family, time = np.array([code for code, _ in places]), np.array([when for _, when in places])
    together = path_at(increments, family, time)
    for position, (code, when) in enumerate(places):
        alone = path_at(increments[:, [code]], np.zeros(1, int), np.array([when]))
        assert together[:, [position]] == pytest.approx(alone, abs=1e-12)


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
