"""Trends along the frontier: quantile regression and the stochastic frontier recover a planted line."""

import numpy as np
import pandas as pd
import pytest
from costfloor.errors import InputError
from costfloor.indexes.hedonic import hedonic_trend
from costfloor.indexes.pareto import pareto_trend
from costfloor.indexes.quantile import quantile_trend
from costfloor.indexes.stochastic_frontier import log_densities, scores, stochastic_trend
from costfloor.indexes.trend import trend_design
from simulated_market import RATE, market
from statsmodels.regression.quantile_regression import QuantReg
from statsmodels.tools.numdiff import approx_fprime


def floor_market(seed: int, n: int = 300, noise: float = 0.15, above: float = 0.6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    days = np.sort(rng.integers(0, 1000, n))
    quality = rng.normal(0, 1, n)
    log_price = 1 - RATE * days / 365 + 0.7 * quality + rng.normal(0, noise, n) + np.abs(rng.normal(0, above, n))
    date = pd.Timestamp("2022-01-01") + pd.to_timedelta(days, "D")
    return pd.DataFrame(
        {"date": date, "price": np.exp(log_price), "quality": quality, "model": np.arange(n).astype(str)}
    )


@pytest.mark.parametrize("estimator", [quantile_trend, stochastic_trend])
def test_covers_the_truth(estimator) -> None:
    trends = [estimator(floor_market(seed)) for seed in range(20)]
    assert sum(trend.ci90[0] <= RATE <= trend.ci90[1] for trend in trends) >= 16
    assert abs(np.mean([trend.rate for trend in trends]) - RATE) < 0.05
    assert str(trends[0]).startswith("300 prices: log-rate 0.")


def test_the_line_is_that_of_statsmodels() -> None:
    rows = floor_market(0)
    fit = QuantReg(np.log(rows["price"].to_numpy()), trend_design(rows)).fit(q=0.1)
    trend = quantile_trend(rows)
    np.testing.assert_allclose(trend.rate, -fit.params[1], atol=1e-5)
    half = (trend.ci90[1] - trend.ci90[0]) / 2
    # Another kernel, and each model its own cluster.
    np.testing.assert_allclose(half, 1.645 * fit.bse[1], rtol=0.5)


def test_repeated_prices_do_not_make_it_surer() -> None:
    rows = floor_market(1)
    repeated = pd.concat([rows] * 4)
    for estimator in (quantile_trend, stochastic_trend):
        once, often = estimator(rows), estimator(repeated)
        np.testing.assert_allclose(often.rate, once.rate, atol=1e-2)
        np.testing.assert_allclose(np.ptp(often.ci90), np.ptp(once.ci90), rtol=0.35)


def test_the_stochastic_frontier_finds_the_scale_of_its_distance() -> None:
    trend = stochastic_trend(floor_market(2, n=2000))
    scale = float(trend.note.rstrip(".").rsplit(" ", 4)[1])
    assert abs(scale - 0.6) < 0.06


def test_without_skewness_it_is_least_squares() -> None:
    mirrored = floor_market(3)
    mirrored["price"] = 1 / mirrored["price"]
    X = trend_design(mirrored)
    trend = stochastic_trend(mirrored)
    assert "ordinary least squares" in trend.note
    np.testing.assert_allclose(trend.rate, -np.linalg.lstsq(X, np.log(mirrored["price"]))[0][1])


def test_without_noise_a_stochastic_frontier_has_no_interval() -> None:
    with pytest.raises(InputError, match="leave no noise around a stochastic frontier"):
        stochastic_trend(floor_market(0, n=40, noise=0.0))


def test_pareto_is_the_hedonic_trend_of_the_frontier() -> None:
    rows = market(0)
    line, trend = hedonic_trend(rows.assign(score=rows["quality"]), "raw", "pareto"), pareto_trend(rows)
    np.testing.assert_allclose(np.exp([trend.rate, *trend.ci90]), [line.factor_per_year, *line.ci90])
    assert len(trend.rows) == line.n


@pytest.mark.parametrize("estimator", [quantile_trend, stochastic_trend])
def test_refusals(estimator) -> None:
    rows = floor_market(0)
    with pytest.raises(InputError, match="too few for a trend"):
        estimator(rows.head(7))
    with pytest.raises(InputError, match="do not tell a trend apart"):
        estimator(rows.assign(date=rows["date"].iloc[0]))
    with pytest.raises(InputError, match="one model"):
        estimator(rows.assign(model="a"))
    assert len(estimator(rows.assign(quality=1.0)).rows) == 300
    assert estimator(rows.drop(columns="model")).rate == estimator(rows).rate


def test_the_gradient_is_that_of_the_density() -> None:
    # The analytic scores reach the sandwich; a slip there would only show in interval widths.
    rows = floor_market(4, n=60)
    X, y = trend_design(rows), np.log(rows["price"].to_numpy())
    at = np.array([1.2, -0.4, 0.6, -1.5, -0.3])
    numeric = approx_fprime(at, lambda p: log_densities(p, X, y), centered=True)
    np.testing.assert_allclose(scores(at, X, y), numeric, rtol=1e-5, atol=1e-6)
