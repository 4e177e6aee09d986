"""The index is the least-squares one, for observed and replicated prices alike."""

import numpy as np
from costfloor.checks.quarterly_index import quarterly_index
from costfloor.laws.observations import PriceObservations
from fake_fits import make_table


def test_index_and_slope_are_least_squares(falling: PriceObservations) -> None:
    quarterly = quarterly_index(falling)
    rng = np.random.default_rng(0)
    prices = np.vstack([falling.log_price, rng.normal(size=falling.n)])
    quarters = quarterly.rows.shape[1]
    quarter = quarters - 1 - np.floor((falling.last_time_years - falling.time_years) / 0.25).astype(int)
    cell = falling.family * quarters + quarter
    dummies = (cell[:, None] == np.arange(quarterly.rows.size)).astype(float)
    solution = np.linalg.lstsq(np.column_stack([dummies, falling.quality]), prices.T)[0].T
    index = quarterly.index(prices)
    occupied = quarterly.rows > 0
    np.testing.assert_allclose(index[:, occupied], solution[:, :-1][:, occupied.ravel()], atol=1e-9)
    assert np.isnan(index[:, ~occupied]).all()
    np.testing.assert_allclose(quarterly.adjusted(prices), prices - solution[:, -1:] * falling.quality, atol=1e-9)


def test_quarters_are_counted_back_from_the_last_date() -> None:
    obs = make_table([0.0, 0.9, 1.1, 1.2, 1.3], [1.0, 2, 3, 4, 6], ["a", "a", "a", "b", "b"])
    quarterly = quarterly_index(obs)
    np.testing.assert_array_equal(quarterly.rows, [[1, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 2]])
    np.testing.assert_allclose(quarterly.index(obs.log_price[None])[0][quarterly.rows > 0], [1, 2, 3, 5])
    np.testing.assert_allclose(quarterly.time_years[1, -1], 1.25, atol=0.003)
    np.testing.assert_allclose(quarterly.age_years[1, -1], 0.05, atol=0.003)


def test_a_quality_that_never_varies_within_a_cell_adjusts_nothing() -> None:
    obs = make_table([0.0, 0.6, 1.1], [3.0, 2.0, 1.0], ["a", "a", "a"], quality=[0.1, 0.7, 1.9])
    quarterly = quarterly_index(obs)
    np.testing.assert_array_equal(quarterly.adjusted(obs.log_price[None])[0], obs.log_price)
    np.testing.assert_allclose(quarterly.index(obs.log_price[None])[0, 0, [0, 2, 4]], [3, 2, 1])
