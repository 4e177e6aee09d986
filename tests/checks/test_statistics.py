"""Each statistic on arrays small enough to work out by hand."""

import numpy as np
import pytest
from costfloor.checks.changes import consecutive_changes
from costfloor.checks.curvature import curvature
from costfloor.checks.family_spread import family_spread
from costfloor.checks.innovation_autocorrelation import innovation_autocorrelation
from costfloor.checks.largest_drop import largest_drop
from costfloor.checks.price_rises import price_rises
from costfloor.checks.recent_slope import recent_slope
from costfloor.checks.record_gap import record_gap
from costfloor.checks.record_recency import record_recency
from costfloor.checks.slopes import pooled_slope

NAN = np.nan


def test_pooled_slope_is_least_squares_with_a_level_for_each_family() -> None:
    rng = np.random.default_rng(0)
    index = rng.normal(size=(3, 2, 5))
    at = rng.uniform(size=(2, 5))
    weight = np.array([[1.0, 2, 0, 3, 1], [4, 1, 1, 0, 2]])
    used = weight > 0
    level = np.repeat(np.eye(2), used.sum(axis=1), axis=0)
    root = np.sqrt(weight[used])[:, None]
    design = np.column_stack([level, at[used]]) * root
    expected = [np.linalg.lstsq(design, one[used] * root[:, 0])[0][-1] for one in index]
    np.testing.assert_allclose(pooled_slope(index, at, weight), expected)


def test_curvature_is_the_later_slope_over_the_earlier() -> None:
    age = np.array([[0.0, 1, 2, 3], [0, 1, 2, 3]])
    index = np.array(
        [[[5.0, 3, 1, 0], [9, 7, 5, 4]], [[0, -1, -2, -3], [0, -1, -2, -3]], [[0, -1, -2, -4], [0, -1, -2, -4]]]
    )
    np.testing.assert_allclose(curvature(index, age, np.ones((2, 4))), [0.5, 1.0, 2.0])


def test_curvature_halves_the_rows_not_the_ages() -> None:
    # Five of eight rows are in the first two cells: the second cell is still young, by age the third would be too.
    age = np.array([[0.0, 0.2, 0.4, 2.0]])
    rows = np.array([[3.0, 2, 2, 1]])
    index = np.array([[[1.0, 0.8, 0.7, 0.5]]])
    np.testing.assert_allclose(curvature(index, age, rows), (-0.2 / 1.6) / (-0.2 / 0.2))


@pytest.mark.parametrize("index", [[[1.0, 0, 0]], [[0.0, 0, -1]]])
def test_curvature_without_a_slope_in_each_half_is_undefined(index: list[list[float]]) -> None:
    age = np.array([[0.0, 1.0, 2.0]])  # one cell only is older than the median
    assert np.isnan(curvature(np.array([index]), age, np.ones((1, 3)))).all()


def test_a_flat_first_half_has_no_curvature() -> None:
    age = np.array([[0.0, 1, 2, 3]])
    assert np.isnan(curvature(np.array([[[1.0, 1, 1, 0]]]), age, np.ones((1, 4)))).all()


def test_recent_slope_sees_the_last_four_quarters_only() -> None:
    time = np.array([[0.0, 0.25, 0.5, 0.75, 1.0]])
    index = np.array([[[50.0, 3, 2.5, 2, 1.5]], [[0, 1, 2, 3, 4]]])
    np.testing.assert_allclose(recent_slope(index, time, np.ones((1, 5))), [2.0, -4.0])


def test_recent_slope_needs_two_recent_quarters() -> None:
    index = np.array([[[3.0, 2, NAN, NAN, NAN, 1]]])
    time = np.where(np.isnan(index[0]), NAN, np.arange(6) / 4)
    assert np.isnan(recent_slope(index, time, np.isfinite(index[0]).astype(float))).all()


# Family 0: records at 0, 1 and 2 years; 1.5 ties a record, 2.5 rises. Family 1: records at 0 and 0.5 years. Family 2 has one date.
TIME = np.array([0.0, 1.0, 1.5, 2.0, 2.5, 0.0, 0.5, 3.0, 1.0])
FAMILY = np.array([0, 0, 0, 0, 0, 1, 1, 1, 2])
PRICE = np.array([[9.0, 8, 8, 7, 9, 5, 4, 6, 1], [9, 10, 10, 10, 10, 5, 6, 6, 1]])


def test_record_recency_in_months() -> None:
    np.testing.assert_allclose(record_recency(PRICE, TIME, FAMILY, 3.0), [12 * (1.0 + 2.5) / 2, 36.0])


def test_record_gap_in_months() -> None:
    np.testing.assert_allclose(record_gap(PRICE, TIME, FAMILY), [12.0, NAN])


def test_prices_of_one_day_are_one_record() -> None:
    time, family = np.array([0.0, 1.0, 0.0, 1.0]), np.zeros(4, int)
    price = np.array([[3.0, 4.0, 5.0, 2.9]])  # dearer and cheaper on each day, in no order
    np.testing.assert_allclose(record_gap(price, time, family), [12.0])
    np.testing.assert_allclose(record_recency(price, time, family, 1.0), [0.0])


def test_records_need_two_dates() -> None:
    time, family = np.zeros(3), np.array([0, 0, 1])
    assert np.isnan(record_gap(np.ones((2, 3)), time, family)).all()
    assert np.isnan(record_recency(np.ones((2, 3)), time, family, 0.0)).all()


INDEX = np.array([[[3.0, NAN, 1.0, 2.0], [NAN, 5.0, 4.5, NAN]], [[1.0, NAN, 2.0, 3.0], [NAN, 1.0, 2.0, NAN]]])


def test_changes_skip_empty_quarters() -> None:
    np.testing.assert_allclose(consecutive_changes(INDEX), [[-2.0, 1.0, -0.5], [1.0, 1.0, 1.0]])


def test_largest_drop_and_rises() -> None:
    np.testing.assert_allclose(largest_drop(INDEX), [2.0, -1.0])
    np.testing.assert_allclose(price_rises(INDEX), [1 / 3, 1.0])


def test_no_changes_no_statistic() -> None:
    alone = np.array([[[1.0, NAN], [NAN, 2.0]]])
    assert np.isnan(largest_drop(alone)).all()
    assert np.isnan(price_rises(alone)).all()


def test_family_spread_of_rates() -> None:
    time = np.tile(np.array([0.0, 1.0, 2.0]), (3, 1))
    rows = np.array([[1.0, 1, 1], [1, 1, 1], [0, 1, 0]])  # the third family has no rate
    index = np.array([[[0.0, -1, -2], [0, -3, -6], [NAN, 1, NAN]]])
    np.testing.assert_allclose(family_spread(index, time, rows), np.sqrt(2.0))
    assert np.isnan(family_spread(index[:, 1:], time[1:], rows[1:])).all()


def test_autocorrelation_of_a_detrended_series() -> None:
    changes = np.array([1.0, -1, 1, -1, 1, -1, 1]) - 0.3 * np.arange(7)
    index = np.concatenate([[0.0], np.cumsum(changes)])
    two_families = np.array([[index, index + 10.0]])
    # Alternating signs: mean 1/7, no trend left; six products of neighbours over seven squares.
    residual = np.array([1.0, -1, 1, -1, 1, -1, 1]) - 1 / 7
    np.testing.assert_allclose(
        innovation_autocorrelation(two_families), (residual[:-1] * residual[1:]).sum() / (residual**2).sum()
    )


def test_autocorrelation_across_a_hole_counts_no_pair() -> None:
    rng = np.random.default_rng(2)
    index = rng.normal(size=(1, 1, 12))
    index[0, 0, 5] = NAN  # changes 4 and 5 are missing
    quarters = np.delete(np.arange(11), [4, 5])
    changes = np.diff(index[0, 0])[quarters]
    residual = changes - np.polyval(np.polyfit(quarters, changes, 1), quarters)
    pairs = [residual[i] * residual[i + 1] for i in range(8) if quarters[i + 1] - quarters[i] == 1]
    assert len(pairs) == 7
    np.testing.assert_allclose(innovation_autocorrelation(index), sum(pairs) / (residual**2).sum())


def test_autocorrelation_needs_six_changes_and_a_residual() -> None:
    assert np.isnan(innovation_autocorrelation(np.random.default_rng(3).normal(size=(2, 1, 6)))).all()
    assert np.isnan(innovation_autocorrelation(np.arange(9.0)[None, None] ** 2)).all()
