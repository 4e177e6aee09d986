"""Standard errors of means over rows that share models and hosts."""

import numpy as np
import pytest
import statsmodels.api as sm
from costfloor.studies.last_forecast.clustered import clustered_se

RNG = np.random.default_rng(1)
MODEL, HOST = RNG.integers(0, 30, 200), RNG.integers(0, 8, 200)
VALUES = RNG.normal(size=200) + RNG.normal(size=30)[MODEL] + 0.5 * RNG.normal(size=8)[HOST]


def test_as_by_statsmodels() -> None:
    """Its two-way covariance of a regression on a constant, without its correction for degrees of freedom."""
    fitted = sm.OLS(VALUES, np.ones(200)).fit(
        cov_type="cluster", cov_kwds={"groups": np.column_stack([MODEL, HOST]), "df_correction": False}
    )
    # Its small-sample factor has (n - 1) / (n - k) beside that of the number of clusters; with a constant alone that is one.
    assert clustered_se(VALUES, MODEL, HOST) == pytest.approx(float(fitted.bse[0]), rel=1e-6)


def test_rows_of_their_own_give_the_plain_standard_error() -> None:
    alone = np.arange(200)
    assert clustered_se(VALUES, alone, alone) == pytest.approx(VALUES.std(ddof=1) / np.sqrt(200))


def test_one_cluster_says_nothing() -> None:
    assert clustered_se(VALUES, MODEL, np.zeros(200, int)) is None


def test_it_covers_a_mean_of_rows_that_share_effects() -> None:
    held, plain_held = 0, 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        model, host = rng.integers(0, 40, 300), rng.integers(0, 25, 300)
        values = rng.normal(size=40)[model] + 0.5 * rng.normal(size=25)[host] + 0.5 * rng.normal(size=300)
        error = clustered_se(values, model, host)
        assert error is not None
        held += abs(values.mean()) < 1.96 * error
        plain_held += abs(values.mean()) < 1.96 * values.std() / np.sqrt(300)
    assert held / 300 > 0.88
    assert plain_held / 300 < 0.7
