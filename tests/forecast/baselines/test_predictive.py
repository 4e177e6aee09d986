"""Joint densities and draws of one unit's rows."""

import numpy as np
import pytest
from costfloor.forecast.baselines.predictive import (
    UnitPredictive,
    log_density,
    simulate,
    student_errors,
    variance_mixture,
)
from scipy import stats


def correlated(freedom: float, unit: float = 0.2, slope: float = 0.1, residual: float = 0.2) -> UnitPredictive:
    forecast = np.array([[0.5, 0.4, 0.3], [0.4, 0.8, 0.5], [0.3, 0.5, 1.0]])
    return UnitPredictive(np.array([1.0, 0.5, -0.2]), forecast, freedom, unit, slope, residual)


def drawn(unit: UnitPredictive, draws: int, seed: int) -> np.ndarray:
    """Draws of a unit alone in the market."""
    rng = np.random.default_rng(seed)
    errors = student_errors(unit.forecast_covariance, unit.freedom, draws, rng)
    return simulate(unit, errors + np.sqrt(unit.slope_variance) * rng.standard_normal((draws, 1)), rng)


def test_normal_errors_give_a_multivariate_normal() -> None:
    unit, price = correlated(np.inf), np.array([0.3, 1.4, -2.0])
    covariance = unit.forecast_covariance + 0.3 + 0.2 * np.eye(3)
    assert log_density(unit, price) == pytest.approx(stats.multivariate_normal(unit.mean, covariance).logpdf(price))


@pytest.mark.parametrize("freedom", [1.0, 3.0, 4.0, 12.0, 60.0])
@pytest.mark.parametrize("distance", [0.0, 1.0, 5.0, 30.0])
def test_forecast_errors_alone_are_student_t(freedom: float, distance: float) -> None:
    unit = UnitPredictive(np.zeros(1), np.ones((1, 1)), freedom, 0.0, 0.0, 1e-10)
    exact = stats.t(freedom).logpdf(distance)
    assert log_density(unit, np.array([distance])) == pytest.approx(exact, abs=1e-6)


def test_several_rows_are_a_multivariate_student_t() -> None:
    unit = correlated(4.0, unit=0.0, slope=0.0, residual=1e-10)
    price = np.array([2.0, -1.0, 0.5])
    exact = stats.multivariate_t(unit.mean, unit.forecast_covariance, df=4).logpdf(price)
    assert log_density(unit, price) == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize("freedom", [3.0, np.inf])
def test_the_density_integrates_to_one_and_is_that_of_the_draws(freedom: float) -> None:
    unit = UnitPredictive(np.array([0.4]), np.array([[0.5]]), freedom, 0.15, 0.05, 0.1)
    grid = np.linspace(-200, 200, 80_001)
    density = np.exp([log_density(unit, np.array([at])) for at in grid[38_000:42_001]])
    assert np.trapezoid(density, grid[38_000:42_001]) == pytest.approx(1.0, abs=1e-3)
    draws = drawn(unit, 20_000, 1)[:, 0]
    cumulative = np.cumsum(density) * (grid[1] - grid[0])
    assert stats.kstest(draws, lambda x: np.interp(x, grid[38_000:42_001], cumulative)).pvalue > 0.01


def test_draws_have_the_covariance_of_the_parts() -> None:
    unit = correlated(np.inf)
    draws = drawn(unit, 100_000, 2)
    np.testing.assert_allclose(draws.mean(axis=0), unit.mean, atol=0.02)
    np.testing.assert_allclose(np.cov(draws.T), unit.forecast_covariance + 0.3 + 0.2 * np.eye(3), atol=0.03)


def test_a_singular_forecast_covariance_is_allowed() -> None:
    unit = UnitPredictive(np.zeros(2), np.ones((2, 2)), 5.0, 0.1, 0.0, 0.1)
    assert np.isfinite(log_density(unit, np.array([0.1, 0.2])))
    assert np.isfinite(drawn(unit, 10, 0)).all()


def test_the_mixture_has_the_mean_of_its_factor() -> None:
    factor, log_weight = variance_mixture(8.0)
    assert np.exp(log_weight).sum() == pytest.approx(1.0)
    assert np.exp(log_weight) @ factor == pytest.approx(8 / 6, abs=1e-6)
