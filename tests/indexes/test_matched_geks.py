"""Matched-model and GEKS indexes: the axioms they satisfy and the standard errors they claim."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from costfloor.errors import InputError
from costfloor.indexes.geks import geks_index, transitive_weights
from costfloor.indexes.log_index import annual_rate, intervals, longest_run
from costfloor.indexes.matched import matched_index
from costfloor.indexes.periods import in_force, log_prices, period_matrix
from costfloor.indexes.time_dummy import fit_time_dummy
from simulated_market import market, panel


def test_matched_against_links_by_hand() -> None:
    matrix = period_matrix(market(0, flat=False))
    prices = pd.DataFrame(log_prices(matrix))
    links = [(prices[t] - prices[t - 1]).dropna() for t in range(1, prices.shape[1])]
    index = matched_index(matrix)
    np.testing.assert_allclose(index.log, np.concatenate([[0], np.cumsum([link.mean() for link in links])]))
    # One host: each item is a cluster, and the variance of a link that of a mean.
    np.testing.assert_allclose(index.se[1:] ** 2, np.cumsum([link.var(ddof=1) / len(link) for link in links]))
    assert index.n[1:] == tuple(len(link) for link in links)


def test_hosts_of_a_model_count_as_one() -> None:
    rows = panel()
    twice = pd.concat([rows, rows.assign(host="other")])
    one, two = matched_index(period_matrix(rows)), matched_index(period_matrix(twice))
    np.testing.assert_allclose(two.log, one.log, atol=1e-12)
    np.testing.assert_allclose(two.se, one.se, atol=1e-12)
    np.testing.assert_allclose(geks_index(period_matrix(twice)).se, geks_index(period_matrix(rows)).se, atol=1e-12)


@pytest.mark.parametrize("estimator", [matched_index, geks_index])
def test_time_reversal(estimator) -> None:
    matrix = period_matrix(market(1, months=12, flat=False))
    forward, backward = estimator(matrix), estimator(replace(matrix, spell=matrix.spell[:, ::-1]))
    np.testing.assert_allclose(forward.log[-1] + backward.log[-1], 0.0, atol=1e-10)
    np.testing.assert_allclose(forward.se[-1], backward.se[-1], rtol=1e-9)


def test_geks_is_transitive_within_its_window() -> None:
    matrix = period_matrix(market(2, months=9, flat=False))
    whole = geks_index(matrix).log
    for base in (0, 5, 8):
        order = np.roll(np.arange(9), -base)
        other = geks_index(replace(matrix, spell=matrix.spell[:, order])).log
        np.testing.assert_allclose(other, whole[order] - whole[base], atol=1e-10)


def test_geks_by_the_formula() -> None:
    matrix = period_matrix(market(3, months=9, flat=False))
    prices = log_prices(matrix)
    pair = np.nanmean(prices[:, None, :] - prices[:, :, None], axis=0)
    np.testing.assert_allclose(geks_index(matrix).log, pair.mean(axis=0) - pair.mean(axis=0)[0], atol=1e-10)


def test_the_same_prices_again_give_one() -> None:
    matrix = period_matrix(market(4, months=9, flat=False))
    again = replace(matrix, spell=np.concatenate([matrix.spell[:, :-1], matrix.spell[:, :1]], axis=1))
    np.testing.assert_allclose(geks_index(again).log[-1], 0.0, atol=1e-10)
    for index in (matched_index, geks_index):
        np.testing.assert_allclose(index(period_matrix(market(4))).log, 0.0, atol=1e-10)


@pytest.mark.parametrize("months", [9, 20])
def test_all_agree_on_a_balanced_panel(months: int) -> None:
    matrix = period_matrix(panel(months=months))
    prices = log_prices(matrix)
    jevons = (prices - prices[:, :1]).mean(axis=0)
    dummies = fit_time_dummy(in_force(matrix), ("items",))
    assert dummies is not None
    np.testing.assert_allclose(matched_index(matrix).log, jevons, atol=1e-10)
    np.testing.assert_allclose(geks_index(matrix).log, jevons, atol=1e-10)
    np.testing.assert_allclose(dummies.effects, jevons, atol=1e-10)


def test_geks_errors_are_those_of_deleting_models() -> None:
    rows = market(5, months=9, per_month=4, life=9, flat=False)
    index = geks_index(period_matrix(rows), window=6)
    models = rows["model"].unique()
    without = np.array([geks_index(period_matrix(rows[rows["model"] != model]), window=6).log for model in models])
    jackknife = np.sqrt((len(models) - 1) / len(models) * ((without - without.mean(axis=0)) ** 2).sum(axis=0))
    np.testing.assert_allclose(index.se[1:], jackknife[1:], rtol=0.15)


def test_a_missing_pair_is_filled_through_the_others() -> None:
    usable = np.ones((3, 3), dtype=bool)
    usable[0, 2] = usable[2, 0] = False
    means = np.array([[0.0, -0.3, 9.9], [0.3, 0.0, -0.2], [9.9, 0.2, 0.0]])
    levels = np.einsum("tsu,su->t", transitive_weights(usable), means)
    np.testing.assert_allclose(levels - levels[0], [0.0, -0.3, -0.5], atol=1e-12)


def test_a_break_leaves_the_longest_run() -> None:
    rows = panel(months=12)
    gone = rows[rows["date"].dt.month != 4].copy()
    gone["until"] = gone["date"] + pd.offsets.MonthBegin(1)
    for index in (matched_index(period_matrix(gone)), geks_index(period_matrix(gone))):
        assert (str(index.periods[0]), str(index.periods[-1])) == ("2023-05", "2023-12")
        assert "longest run, 2023-05 to 2023-12 of 2023-01 to 2023-12" in index.note
    assert longest_run(np.array([True, False, True])) == (2, 3)


def test_one_model_is_no_index() -> None:
    rows = panel(items=1)
    for estimator in (matched_index, geks_index):
        with pytest.raises(InputError, match="share prices of 2 models or more"):
            estimator(period_matrix(rows))
    with pytest.raises(InputError, match="two periods or more"):
        geks_index(period_matrix(panel()), window=1)


@pytest.mark.parametrize("frequency", ["month", "quarter"])
def test_prices_listed_on_the_first_of_the_month(frequency) -> None:
    dates = pd.date_range("2023-01-01", periods=13, freq="MS")
    fall = np.exp(-(dates - dates[0]).days.to_numpy() / 365)
    rows = pd.concat([pd.DataFrame({"date": dates, "price": fall, "model": m, "quality": 1.0}) for m in "ab"])
    # The last quarter has one month, and stands for one.
    rate = annual_rate(matched_index(period_matrix(rows.assign(until=pd.NaT), frequency)))[0]
    np.testing.assert_allclose(rate, 1.0, rtol=0.01)


def test_the_rate_is_that_from_base_to_last_period() -> None:
    index = matched_index(period_matrix(panel()))
    rate, (low, high) = annual_rate(index)
    years = (index.days[-1] - index.days[0]).days / 365
    np.testing.assert_allclose(np.exp(-rate * years), np.exp(index.log[-1]))
    np.testing.assert_allclose(np.exp([-high * years, -low * years]), intervals(index)[-1])
    assert "log-rate" in str(index)
