"""The closed form of Farmer and Lafond against simulation, special cases and statsmodels."""

import numpy as np
import pytest
from closed_forms import forecast_error_variance
from costfloor.forecast.baselines.farmer_lafond import drift_path, forecast_error_covariance
from costfloor.forecast.baselines.series import FamilySeries, Steps, steps_of
from scipy import stats
from statsmodels.tsa.arima.model import ARIMA


def series(level: np.ndarray, period: np.ndarray | None = None) -> FamilySeries:
    return FamilySeries("f", np.arange(len(level)) if period is None else period, level, 0.01, 0.0)


@pytest.mark.parametrize("theta", [-0.5, 0.0, 0.25, 0.63])
@pytest.mark.parametrize("sample_size", [5, 12])
def test_error_variance_agrees_with_simulation_at_every_horizon(theta: float, sample_size: int) -> None:
    rng, size, horizon, drift, sd = np.random.default_rng(8), 40_000, 12, -0.4, 0.7
    v = rng.normal(0, sd, (size, sample_size + horizon + 1))
    y = np.cumsum(drift + v[:, 1:] + theta * v[:, :-1], axis=1)
    # y[:, sample_size - 1] is the last value seen; zero is the value before the first change.
    estimated = y[:, sample_size - 1] / sample_size
    ahead = np.arange(1, horizon + 1)
    errors = y[:, sample_size:] - (y[:, [sample_size - 1]] + estimated[:, None] * ahead)
    closed = forecast_error_variance(ahead, sample_size, sd**2, theta)
    # The relative standard error of a variance of normal numbers is sqrt(2 / n); four of them at 12 horizons.
    np.testing.assert_allclose((errors**2).mean(axis=0), closed, rtol=4 * np.sqrt(2 / size))
    simulated = errors.T @ errors / size
    np.testing.assert_allclose(
        simulated, forecast_error_covariance(horizon, sample_size, sd**2, theta)[1:, 1:], atol=0.03 * closed[-1]
    )


@pytest.mark.parametrize("theta", [-0.3, 0.0, 0.63])
def test_the_covariance_has_the_closed_form_on_its_diagonal(theta: float) -> None:
    covariance = forecast_error_covariance(9, 7, 0.3, theta)
    np.testing.assert_allclose(np.diag(covariance)[1:], forecast_error_variance(np.arange(1, 10), 7, 0.3, theta))
    assert (covariance[0] == 0).all()
    assert np.linalg.eigvalsh(covariance).min() > -1e-12


def test_without_autocorrelation_it_is_that_of_a_random_walk() -> None:
    tau, m = np.arange(1, 6)[:, None], np.array([4, 9])
    np.testing.assert_allclose(forecast_error_variance(tau, m, 2.0, 0.0), 2.0 * (tau + tau**2 / m))


def test_a_walk_without_gaps_has_the_estimates_of_the_arima() -> None:
    level = np.cumsum(np.random.default_rng(2).normal(-0.3, 0.4, 20))
    path = drift_path(series(level), steps_of(series(level)), 6, theta=0.0)
    # Conditional on the first value, least squares of the changes; statsmodels divides by n and takes the drift as known.
    fit = ARIMA(level, order=(0, 1, 0), trend="t").fit()
    np.testing.assert_allclose(path.mean[1:], fit.forecast(6), rtol=1e-4)
    changes = np.diff(level)
    ahead = np.arange(1, 7)
    np.testing.assert_allclose(np.diag(path.covariance)[1:], changes.var(ddof=1) * (ahead + ahead**2 / 19))
    np.testing.assert_allclose(changes.var(ddof=0), fit.params[1], rtol=1e-3)
    assert path.freedom == 18
    assert path.mean[0] == level[-1]
    assert path.covariance[0, 0] == 0.01


def test_a_walk_with_gaps_has_the_drift_and_variance_of_the_arima_with_missing_values() -> None:
    whole = np.cumsum(np.random.default_rng(3).normal(-0.3, 0.4, 30))
    kept = np.array([0, 1, 2, 5, 6, 10, 11, 12, 13, 17, 20, 21, 22, 29])
    gapped = np.full(30, np.nan)
    gapped[kept] = whole[kept]
    own = series(whole[kept], kept)
    path = drift_path(own, steps_of(own), 3, theta=0.0)
    fit = ARIMA(gapped, order=(0, 1, 0), trend="t").fit()
    assert path.mean[1] - path.mean[0] == pytest.approx(fit.params[0], rel=1e-3)
    innovation = path.covariance[1, 1] / (1 + 1 / 29)
    # By maximum likelihood 13 changes are divided by 13, not by 12.
    assert innovation * 12 / 13 == pytest.approx(fit.params[1], rel=1e-2)


def test_normalised_errors_of_a_walk_are_student_t() -> None:
    rng, m, tau = np.random.default_rng(4), 5, 4
    values = []
    for _ in range(3000):
        changes = rng.normal(-0.3, 0.5, m + tau)
        path = drift_path(series(np.array([0.0])), Steps(np.ones(m, int), changes[:m]), tau, theta=0.0)
        values.append((changes[m:].sum() - path.mean[tau]) / np.sqrt(path.covariance[tau, tau]))
    assert stats.kstest(values, stats.t(m - 1).cdf).pvalue > 0.01


@pytest.mark.parametrize("theta", [-0.4, 0.63])
def test_innovation_variance_is_unbiased_over_gaps_up_to_the_drift(theta: float) -> None:
    rng, size, gap = np.random.default_rng(5), 400, np.array([1, 3, 2, 1, 4, 1, 2, 1] * 25)
    v = rng.normal(0, 0.5, (size, gap.sum() + 1))
    noise = v[:, 1:] + theta * v[:, :-1]
    changes = np.add.reduceat(noise, np.concatenate([[0], np.cumsum(gap)[:-1]]), axis=1)
    estimated = [drift_path(series(np.zeros(1)), Steps(gap, row), 1, theta).covariance[1, 1] for row in changes]
    expected = float(forecast_error_variance(1, gap.sum(), 0.25, theta))
    assert np.mean(estimated) == pytest.approx(expected, rel=0.03)
