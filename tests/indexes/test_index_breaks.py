"""Break tests: right size without a break, power with one, and the date."""

import numpy as np
import pandas as pd
import pytest
from costfloor.errors import InputError
from costfloor.indexes.breaks import break_tests, cusum, sup_f
from costfloor.indexes.price_index import price_index
from simulated_market import market, panel
from statsmodels.stats.diagnostic import breaks_cusumolsresid

DAYS = pd.period_range("2021-01", periods=40, freq="M").end_time.normalize()
YEARS = (DAYS - DAYS[0]).days.to_numpy() / 365


def line(seed: int, bend: float = 0.0, rho: float = 0.0) -> np.ndarray:
    errors = np.random.default_rng(seed).normal(0, 0.1, len(DAYS))
    for t in range(1, len(errors)):
        errors[t] += rho * errors[t - 1]
    return -1.2 * YEARS + bend * np.maximum(YEARS - YEARS[20], 0) + errors


@pytest.mark.parametrize("test", [sup_f, cusum])
@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_size(test, rho: float) -> None:
    rejected = sum(test(DAYS, line(seed, rho=rho), replicates=199).p_value <= 0.05 for seed in range(100))
    assert rejected <= 10


@pytest.mark.parametrize("test", [sup_f, cusum])
def test_power(test) -> None:
    found = [test(DAYS, line(seed, bend=1.0), replicates=199) for seed in range(20)]
    assert sum(result.p_value <= 0.05 for result in found) >= 16


def test_the_date_and_the_words() -> None:
    result = sup_f(DAYS, line(0, bend=1.0))
    assert abs((result.break_date - DAYS[20]).days) < 100
    assert "one straight line" in result.null
    assert "p = 0.002 (n = 40; null: the log index follows" in str(result)


def test_sup_f_by_dummies() -> None:
    y = line(1)
    best = 0.0
    for k in range(6, 35):
        late = np.arange(40) >= k
        one = np.column_stack([np.ones(40), YEARS])
        two = np.column_stack([one, one * late[:, None]])
        rss = [float(((y - X @ np.linalg.lstsq(X, y)[0]) ** 2).sum()) for X in (one, two)]
        best = max(best, (rss[0] - rss[1]) / 2 / (rss[1] / 36))
    np.testing.assert_allclose(sup_f(DAYS, y).statistic, best, rtol=1e-8)


def test_cusum_is_that_of_statsmodels() -> None:
    y = line(2)
    X = np.column_stack([np.ones(40), YEARS])
    expected = breaks_cusumolsresid(y - X @ np.linalg.lstsq(X, y)[0], ddof=2)[0]
    np.testing.assert_allclose(cusum(DAYS, y).statistic, expected)
    # The same statistic decides the bootstrap.
    assert cusum(DAYS, y) == cusum(DAYS, y)


def test_a_flat_index_has_no_break() -> None:
    for test in (sup_f, cusum):
        assert test(DAYS, np.zeros(40)).p_value == 1


def test_on_an_index() -> None:
    f, c = break_tests(price_index("hedonic", market(0), sample="in_force"))
    assert (f.name, c.name, f.n) == ("sup-F", "CUSUM of OLS residuals", 30)
    with pytest.raises(InputError, match="9 periods are too few"):
        break_tests(price_index("matched", panel()))
