"""The hedonic trend agrees with the normal equations, and its frontier with the rule spelled out."""

from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
from costfloor.errors import InputError
from costfloor.indexes.hedonic import Frontier, hedonic_trend, undominated
from costfloor.sources.price_table import ScoreScale
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats


def market(n: int = 60, seed: int = 0) -> pd.DataFrame:
    """Prices that fall by a log-rate of 1.2 a year and rise by 0.8 with each logit of the score."""
    rng = np.random.default_rng(seed)
    days = np.sort(rng.integers(0, 900, n))
    score = rng.uniform(0.1, 0.9, n)
    log_price = 2 - 1.2 * days / 365 + 0.8 * np.log(score / (1 - score)) + rng.normal(0, 0.3, n)
    date = pd.Timestamp("2023-01-01") + pd.to_timedelta(days, "D")
    return pd.DataFrame({"date": date, "price": np.exp(log_price), "score": score})


def by_normal_equations(date: pd.Series, price: pd.Series, quality: np.ndarray) -> tuple[float, ...]:
    """Factor, interval, R squared and coefficient, in days and with no library's regression."""
    x = np.column_stack([np.ones(len(date)), (date - pd.Timestamp("2023-01-01")).dt.days, quality])
    y = np.log(price.to_numpy())
    inverse = np.linalg.inv(x.T @ x)
    coefficients = inverse @ x.T @ y
    residuals = y - x @ coefficients
    freedom = len(y) - 3
    error = np.sqrt(residuals @ residuals / freedom * inverse[1, 1])
    reach = stats.t.ppf(0.95, freedom) * error
    rates = -365 * (coefficients[1] + np.array([0, reach, -reach]))
    return (*np.exp(rates), 1 - residuals.var() / y.var(), coefficients[2])


@pytest.mark.parametrize("frontier", ["all", "pareto"])
@pytest.mark.parametrize(("scale", "maximum"), [("fraction", 1), ("percent", 100), ("raw", 1)])
def test_agrees_with_the_normal_equations(frontier: Frontier, scale: ScoreScale, maximum: int) -> None:
    frame = market()
    kept = frame[undominated(frame)] if frontier == "pareto" else frame
    score = kept["score"].to_numpy()
    quality = score if scale == "raw" else np.log(score / (1 - score))
    shuffled = frame.assign(score=frame["score"] * maximum).sample(frac=1, random_state=1)

    trend = hedonic_trend(shuffled, scale, frontier)

    assert set(asdict(trend)) == {"n", "factor_per_year", "ci90", "r_squared", "score_coefficient", "covariates"}
    assert trend.n == len(kept)
    got = [trend.factor_per_year, *trend.ci90, trend.r_squared, trend.score_coefficient]
    np.testing.assert_allclose(got, by_normal_equations(kept["date"], kept["price"], quality), rtol=1e-8)


def test_recovers_the_truth() -> None:
    trend = hedonic_trend(market(4000), "fraction", "all")
    np.testing.assert_allclose(np.log(trend.factor_per_year), 1.2, atol=0.03)
    np.testing.assert_allclose(trend.score_coefficient, 0.8, atol=0.03)
    np.testing.assert_allclose(np.exp([trend.rate, *trend.rate_ci90]), [trend.factor_per_year, *trend.ci90])
    assert str(trend).startswith("4000 prices: log-rate 1.2")


def test_scores_are_clipped_before_the_logit() -> None:
    frame = market()
    frame.loc[:1, "score"] = [0.0, 1.0]
    clipped = frame.assign(score=frame["score"].clip(0.005, 0.995))
    assert hedonic_trend(frame, "fraction", "all") == hedonic_trend(clipped, "fraction", "all")


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=25).map(
        lambda rows: pd.DataFrame(rows, columns=["day", "price", "score"])
    )
)
def test_undominated_is_the_rule(frame: pd.DataFrame) -> None:
    frame["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(frame["day"], "D")
    expected = [
        not any(
            (b.day <= a.day and b.score >= a.score and b.price <= a.price) and (b.score > a.score or b.price < a.price)
            for b in frame.itertuples()
        )
        for a in frame.itertuples()
    ]
    assert undominated(frame).tolist() == expected


def test_equal_prices_have_no_r_squared() -> None:
    trend = hedonic_trend(market().assign(price=2.0), "fraction", "all")
    assert trend.r_squared is None
    np.testing.assert_allclose(trend.factor_per_year, 1)


def test_too_few_prices() -> None:
    with pytest.raises(InputError, match=r"^3 prices are too few for a hedonic trend"):
        hedonic_trend(market(3), "fraction", "all")


@pytest.mark.parametrize("column", ["date", "score"])
def test_a_regressor_that_never_changes(column: str) -> None:
    frame = market()
    frame[column] = frame[column].iloc[0]
    with pytest.raises(InputError, match="dates and scores do not tell a trend apart"):
        hedonic_trend(frame, "fraction", "all")


def test_a_score_that_moves_with_the_date() -> None:
    frame = market()
    frame["score"] = (frame["date"] - frame["date"].min()).dt.days.astype(float)
    with pytest.raises(InputError, match="dates and scores do not tell a trend apart"):
        hedonic_trend(frame, "raw", "all")
