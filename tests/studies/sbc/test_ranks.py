"""Ranks of truths: what counts as uniform, and how often it is called otherwise."""

import numpy as np
import pytest
from costfloor.studies.sbc.ranks import band, interval_coverage, rank, uniformity
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

DRAWS = 31


def test_a_rank_counts_the_draws_below_and_breaks_ties_at_random() -> None:
    rng = np.random.default_rng(0)
    assert rank(0.5, np.array([0.0, 1.0, 2.0]), rng) == 1
    assert rank(-1.0, np.zeros(3), rng) == 0
    assert rank(1.0, np.zeros(3), rng) == 3
    assert {rank(0.0, np.zeros(3), rng) for _ in range(100)} == {0, 1, 2, 3}


def test_uniform_ranks_leave_the_band_in_one_of_twenty_sets() -> None:
    rng = np.random.default_rng(1)
    sets = 600
    outside = sum(not uniformity(rng.integers(DRAWS + 1, size=200), DRAWS).inside for _ in range(sets))
    low, high = stats.binom.ppf([0.001, 0.999], sets, 0.05)
    assert low <= outside <= high


@pytest.mark.parametrize(
    "ranks",
    [
        np.tile(np.arange(8, 24), 20),
        np.concatenate([np.tile(np.arange(6), 30), np.tile(np.arange(26, 32), 30)]),
        np.tile(np.arange(20), 16),
    ],
    ids=["too wide", "too narrow", "biased"],
)
def test_posteriors_that_are_wrong_are_found(ranks: np.ndarray) -> None:
    assert not uniformity(ranks, DRAWS).inside


@given(st.integers(100, 400))
def test_the_band_holds_the_diagonal_and_closes_with_more_simulations(simulations: int) -> None:
    points, low, high = band(200, DRAWS)
    assert ((low <= points) & (points <= high)).all()
    wide = high - low
    _, low, high = band(200 + 100 * (simulations // 100), DRAWS)
    assert (high - low).mean() < wide.mean()


def test_coverage_of_uniform_ranks_is_nominal_and_of_one_sided_ranks_is_not() -> None:
    even = np.tile(np.arange(DRAWS + 1), 10)
    half = interval_coverage(even, DRAWS, 0.5, rows=100)
    assert half.share == pytest.approx(0.5)
    assert half.inside
    ninety = interval_coverage(even, DRAWS, 0.9, rows=100)
    assert ninety.share == pytest.approx(28 / 32)
    assert ninety.inside
    assert not interval_coverage(np.zeros(200, int), DRAWS, 0.5, rows=100).inside


def test_more_rows_widen_the_band_of_each() -> None:
    even = np.tile(np.arange(DRAWS + 1), 10)
    one, many = (interval_coverage(even, DRAWS, 0.5, rows=rows) for rows in (1, 200))
    assert many.low < one.low < one.high < many.high
