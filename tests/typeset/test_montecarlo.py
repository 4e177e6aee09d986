"""A comparison counts from twice its Monte Carlo error on, either way; errors are those of simulated draws."""

import numpy as np
import pytest
from costfloor.typeset.montecarlo import (
    above,
    below,
    beside,
    differs,
    edge_mcse,
    majority,
    median_mcse,
    median_year,
    share_mcse,
)

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


def test_the_error_of_a_share_is_its_spread_over_runs() -> None:
    shares = (np.random.default_rng(5).random((4000, 300)) < 0.7).mean(axis=1)
    assert share_mcse(0.7, 300) == pytest.approx(shares.std(), rel=0.05)
    assert share_mcse(0.7, None) == 0.0


@pytest.mark.parametrize(
    ("share", "draws", "side"),
    [(0.551, 400, 1), (0.549, 400, 0), (0.5, 400, 0), (0.451, 400, 0), (0.449, 400, -1), (0.51, None, 1), (0.49, None, -1), (0.54, 900, 1)],
)  # fmt: skip
def test_more_than_half_of_all_draws_counts_beyond_its_error(share: float, draws: float | None, side: int) -> None:
    assert majority(share, draws) == side


def test_a_median_year_is_named_where_clearly_more_than_half_get_there() -> None:
    assert [median_year(*case, 400) for case in ((3, 0.9), (3, 0.52), (None, 0.48), (None, 0.1))] == [
        3, "about even", "about even", "never",
    ]  # fmt: skip
    assert median_year(3, 0.52, None) == 3
