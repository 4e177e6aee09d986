"""A comparison counts from twice its Monte Carlo error on, either way; errors are those of simulated draws."""

import numpy as np
import pytest
from costfloor.typeset.montecarlo import above, below, beside, differs, edge_mcse, median_mcse

INTERVAL = (-1.0, 0.0, 1.0)


def test_a_difference_counts_from_twice_its_error_on() -> None:
    assert differs(1.0, 0.0, 0.49)
    assert differs(-1.0, 0.0, 0.49)
    assert not differs(1.0, 0.0, 0.5)
    assert not differs(1.0, 1.0, 0.0)


def test_above_and_below_leave_a_level_band_between_them() -> None:
    assert [(above(value, 0.0, 0.5), below(value, 0.0, 0.5)) for value in (-1.1, -0.9, 0.9, 1.1)] == [
        (False, True), (False, False), (False, False), (True, False),
    ]  # fmt: skip


@pytest.mark.parametrize(("beyond", "side"), [(0.9, 0), (1.1, 1)])
def test_a_number_is_beside_an_interval_beyond_the_error_of_its_end(beyond: float, side: int) -> None:
    shift = beyond * 2.0 * edge_mcse(INTERVAL)
    assert beside(1.0 + shift, INTERVAL) == side
    assert beside(-1.0 - shift, INTERVAL) == -side
    assert beside(0.0, INTERVAL) == 0


def test_errors_are_those_of_independent_normal_draws() -> None:
    draws = np.random.default_rng(3).normal(2.0, 0.7, (4000, 400))
    truth = (2.0 - 1.645 * 0.7, 2.0, 2.0 + 1.645 * 0.7)
    low, middle, high = np.quantile(draws, (0.05, 0.5, 0.95), axis=1)
    assert median_mcse(truth, 400) == pytest.approx(middle.std(), rel=0.05)
    assert edge_mcse(truth, 400) == pytest.approx((low.std() + high.std()) / 2.0, rel=0.05)
