"""Standard errors of scores whose rows share models, hosts and months."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from costfloor.forecast.paired import clustered_error, crps_difference, index_difference, row_error, time_blocks
from hypothesis import given
from hypothesis import strategies as st
from origin_scores import score
from paired_differences import DESIGNS, coverages
from scipy.stats import norm, t

RNG = np.random.default_rng(1)
MODEL = RNG.integers(0, 30, 200)
VALUES = RNG.normal(size=200) + RNG.normal(size=30)[MODEL]


def expected(values: np.ndarray, codes: np.ndarray) -> float:
    """The error by its definition, with the matrix of what each cluster's effect does to each cluster's sum."""
    rows = np.eye(codes.max() + 1)[codes]
    size = rows.sum(axis=0)
    share = size / size.sum()
    sums = rows.T @ (values - values.mean()) / np.sqrt(1 - share)
    effects = size[:, None] * (np.eye(len(size)) - share) / np.sqrt(1 - share)[:, None]
    covariance = effects @ effects.T
    freedom = np.trace(covariance) ** 2 / np.trace(covariance @ covariance)
    return float(np.sqrt(sums @ sums) / len(values) * t.ppf(0.95, freedom) / norm.ppf(0.95))


@given(st.lists(st.integers(0, 5), min_size=6, max_size=60), st.integers(0, 1000))
def test_the_error_is_that_of_bell_and_mccaffrey_with_freedom_by_imbens_and_kolesar(
    codes: list[int], seed: int
) -> None:
    cluster = np.unique(codes, return_inverse=True)[1]
    values = np.random.default_rng(seed).normal(size=len(codes))
    error = clustered_error(values, [cluster])
    if cluster.max() == 0:
        assert error is None
    else:
        assert error == pytest.approx(expected(values, cluster))


def test_equal_clusters_give_the_t_interval_of_their_means() -> None:
    codes = np.repeat(np.arange(5), 40)
    means = VALUES.reshape(5, 40).mean(axis=1)
    low, _ = t.interval(0.9, 4, means.mean(), means.std(ddof=1) / np.sqrt(5))
    assert clustered_error(VALUES, [codes]) == pytest.approx((means.mean() - low) / norm.ppf(0.95))


def test_many_clusters_are_those_of_statsmodels() -> None:
    rng = np.random.default_rng(2)
    codes = rng.integers(0, 2000, 6000)
    values = rng.normal(size=6000) + rng.normal(size=2000)[codes]
    fitted = sm.OLS(values, np.ones(6000)).fit(cov_type="cluster", cov_kwds={"groups": codes})
    assert clustered_error(values, [codes]) == pytest.approx(float(fitted.bse[0]), rel=0.01)


def test_the_largest_way_counts_and_one_cluster_says_nothing() -> None:
    alone = np.arange(200)
    exact = t.ppf(0.95, 199) / norm.ppf(0.95) * VALUES.std(ddof=1) / np.sqrt(200)
    assert clustered_error(VALUES, [alone]) == pytest.approx(exact)
    assert clustered_error(VALUES, [alone, MODEL]) == clustered_error(VALUES, [MODEL])
    assert clustered_error(VALUES, [MODEL, np.zeros(200, int)]) is None


@given(st.lists(st.integers(0, 40), min_size=2, max_size=60), st.sampled_from([3, 6, 12, 24]))
def test_blocks_are_in_order_and_two_thirds_of_a_horizon_or_thirds_of_all_time(
    quarters: list[int], months: int
) -> None:
    quarter = np.array(quarters)
    blocks = time_blocks(quarter, months)
    order = np.argsort(quarter, kind="stable")
    assert (np.diff(blocks[order]) >= 0).all()
    span = int(np.ptp(quarter)) + 1
    length = np.bincount(time_blocks(np.arange(span), months))
    assert (length > 0).all()
    assert np.ptp(length) <= 1
    assert len(length) >= min(3, span)
    if len(length) > 3:
        assert span / len(length) >= 2 / 3 * months / 3 - 1e-9
    assert (time_blocks(quarter + 7, months) == blocks).all()


def two_origins(shift: float = 0.0) -> list[object]:
    return [
        score([-1.0] * 4, [0, 1, 2, 3], quarter, (np.array([0.3, 0.5, 0.2, 0.9]) + shift * np.arange(4)).tolist(), [True] * 4)
        for quarter in ([4, 4, 5, 6], [5, 5, 6, 7])
    ]  # fmt: skip


def test_differences_are_means_over_common_rows_and_quarters() -> None:
    first, second = two_origins(0.1), two_origins()
    behind = crps_difference(first, second, 3)
    assert behind.value == pytest.approx(0.15)
    assert behind.se is not None
    assert behind.se > 0
    index = index_difference(first, second, 3)
    assert index is not None
    # The first row of each quarter stands for its mean here: rows 0, 2 and 3 of either origin.
    assert index.value == pytest.approx(0.1 * 5 / 3)
    same = crps_difference(first, first, 3)
    assert (same.value, same.se) == (0.0, 0.0)
    none = [replace(origin, index_quarter=np.zeros(0, int), index_crps=np.zeros(0)) for origin in first]
    assert index_difference(none, none, 3) is None


def test_hosts_count_where_there_are_several() -> None:
    origins = two_origins()
    values = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
    alone = row_error(values, origins, 3)
    by_host = [replace(origin, row_host=np.array([0, 1, 0, 1])) for origin in origins]
    shared = row_error(values, by_host, 3)
    assert alone is not None
    assert shared is not None
    assert shared > alone


@pytest.mark.slow  # samples nothing, and takes half a minute
def test_nominal_intervals_of_differences_cover_in_simulated_markets() -> None:
    """On average over differences 85 to 95 %; none of prices or of log scores far below. docs/forecast-scores.md has all of them."""
    markets = 100
    found = coverages(0.1, DESIGNS[1:5], markets, seed=3)
    error = np.sqrt(0.9 * 0.1 / markets)
    for design in DESIGNS[1:5]:
        of_design = [one for one in found if one.design == design.name]
        ours, before = (np.array([one.held[name] for one in of_design]) for name in ("models or blocks", "quarters"))
        single = [one.held["models or blocks"] for one in of_design if one.score != "CRPS of quarters"]
        assert 0.85 - error < ours.mean() < 0.95 + error
        assert min(single) > 0.85 - 3 * error
        assert before.mean() < ours.mean() - 0.1
