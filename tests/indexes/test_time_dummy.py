"""Hedonic indexes by period: agreement with statsmodels' formulas, and truth in a market that is known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from costfloor.errors import InputError
from costfloor.indexes.adjacent import adjacent_index
from costfloor.indexes.gap import hedonic_gap
from costfloor.indexes.log_index import annual_rate
from costfloor.indexes.matched import matched_index
from costfloor.indexes.periods import in_force, log_prices, new_prices, period_matrix
from costfloor.indexes.time_dummy import fit_time_dummy, time_dummy_index
from simulated_market import RATE, market, panel

INDEXES = Path(__file__).parents[2] / "docs" / "indexes.md"


def with_traits(rows: pd.DataFrame) -> pd.DataFrame:
    number = pd.Series(pd.factorize(rows["model"])[0], index=rows.index)
    answers = {0: True, 1: False, 2: pd.NA}
    return rows.assign(
        open_weights=(number % 3).map(answers).astype("boolean"),
        reasoning=(number % 4 == 0).astype("boolean"),
        host="host " + (number % 5).astype(str),
    )


def test_equals_the_formula_interface() -> None:
    rows = in_force(period_matrix(with_traits(market(0, months=8))))
    fit = fit_time_dummy(rows)
    assert fit is not None
    assert (fit.controls, fit.n, fit.models) == ("hosts", len(rows), rows["model"].nunique())
    data = rows.assign(y=np.log(rows["price"]), opened=rows["open_weights"].astype(object).where(
        rows["open_weights"].notna(), "unstated").astype(str), reasons=rows["reasoning"].astype(str))  # fmt: skip
    formula = "y ~ C(period) + quality + opened + reasons + C(host)"
    ols = smf.ols(formula, data)
    clustered = ols.fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(rows["model"])[0]}, use_t=True)
    names = [name for name in clustered.params.index if name.startswith("C(period)")]
    np.testing.assert_allclose(fit.effects[1:], clustered.params[names], rtol=1e-9)
    np.testing.assert_allclose(fit.quality, clustered.params["quality"], rtol=1e-9)
    np.testing.assert_allclose(fit.covariance[1:, 1:], clustered.cov_params().loc[names, names], rtol=1e-7)
    hc1 = ols.fit(cov_type="HC1").cov_params().loc[names, names]
    np.testing.assert_allclose(fit.covariance_hc1[1:, 1:], hc1, rtol=1e-7)
    assert str(fit).endswith("in 8 periods, at given hosts")


def test_covers_the_truth_that_matching_misses() -> None:
    hedonic, adjacent, matched = [], [], []
    for seed in range(20):
        matrix = period_matrix(market(seed), "quarter")
        hedonic.append(annual_rate(time_dummy_index(in_force(matrix), matrix)))
        adjacent.append(annual_rate(adjacent_index(in_force(matrix), matrix)))
        matched.append(annual_rate(matched_index(matrix))[0])
    for rates in (hedonic, adjacent):
        assert sum(low <= RATE <= high for _, (low, high) in rates) >= 16
        assert abs(np.mean([rate for rate, _ in rates]) - RATE) < 0.05
    # No price on the list ever moves.
    np.testing.assert_allclose(matched, 0.0, atol=1e-12)
    # The bias of matching is the whole rate, and the reader is told.
    said = " ".join(INDEXES.read_text(encoding="utf-8").split())
    assert f"prices at constant quality fall by 40 % a year ({RATE:.3f})" in said
    assert "this index says 0 with an interval of no width" in said


def test_another_base_and_time_reversed_are_the_same_index() -> None:
    rows = in_force(period_matrix(with_traits(market(2, months=9))))
    fit = fit_time_dummy(rows)
    assert fit is not None
    for base in (1, 4, 8):
        other = fit_time_dummy(rows.assign(period=(rows["period"] - base) % 9))
        assert other is not None
        np.testing.assert_allclose(np.roll(other.effects, base), fit.effects - fit.effects[base], atol=1e-10)
    backward = fit_time_dummy(rows.assign(period=8 - rows["period"]))
    assert backward is not None
    np.testing.assert_allclose(backward.effects[-1], -fit.effects[-1], atol=1e-10)


def test_quality_drops_out_of_a_balanced_panel() -> None:
    matrix = period_matrix(panel())
    prices = log_prices(matrix)
    index = time_dummy_index(in_force(matrix), matrix)
    np.testing.assert_allclose(index.log, (prices - prices[:, :1]).mean(axis=0), atol=1e-10)


def test_new_prices_are_without_bias_but_their_interval_is_a_little_narrow() -> None:
    # With a dozen new prices a quarter the clustered covariance is too small: docs/indexes.md gives the coverage, 0.83 of 0.90.
    rates, covered = [], 0
    for seed in range(40):
        rows = market(seed)
        matrix = period_matrix(rows[rows["date"] > rows["date"].min()], "quarter")
        rate, (low, high) = annual_rate(time_dummy_index(new_prices(matrix), matrix))
        rates.append(rate)
        covered += low <= RATE <= high
    assert abs(np.mean(rates) - RATE) < 3 * np.std(rates) / np.sqrt(len(rates))
    # Binomial 99 % band of 0.83 over 40 markets.
    assert 27 <= covered <= 39


def test_the_gap_is_in_entry_and_exit() -> None:
    gap = hedonic_gap(market(7), "quarter")
    assert gap.matched_rate == 0
    assert gap.hedonic_ci90[0] < RATE < gap.hedonic_ci90[1]
    assert gap.gap == gap.hedonic_rate
    assert gap.exit_premium is not None
    assert gap.exit_premium_ci90 is not None
    assert gap.entry_premium is not None
    # What leaves is 10 months old in a market that falls by 0.51 a year; what comes is the cheapest there is.
    assert gap.exit_premium > gap.exit_premium_ci90[0] > 0 > gap.entry_premium
    assert (gap.exit_share > 0.2, gap.entry_share > 0.2) == (True, True)
    assert "matching misses" in str(gap)


def test_the_gap_without_exits_or_models() -> None:
    stays = hedonic_gap(market(0, months=9).assign(until=pd.NaT))
    assert (stays.exits, stays.exit_premium, stays.exit_premium_ci90) == (0, None, None)
    assert "unknown" in str(stays)
    with pytest.raises(InputError, match="'model'"):
        hedonic_gap(market(0).drop(columns="model"))


def test_the_chain_is_its_links() -> None:
    matrix = period_matrix(market(3), "quarter")
    rows = in_force(matrix)
    steps = [smf.ols("np.log(price) ~ C(period) + quality", rows[rows["period"].isin([t - 1, t])]).fit()
             for t in range(1, 4)]  # fmt: skip
    expected = np.cumsum([step.params.filter(like="period").iloc[0] for step in steps])
    np.testing.assert_allclose(adjacent_index(rows, matrix).log[1:4], expected, rtol=1e-9)


def test_hosts_that_are_the_periods_are_left_out() -> None:
    rows = market(1, months=9)
    rows["host"] = "seller of " + rows["date"].dt.to_period("M").astype(str)
    matrix = period_matrix(rows)
    index = time_dummy_index(new_prices(matrix), matrix)
    assert "Controls stop at traits" in index.note


def test_quality_that_is_the_period_is_refused() -> None:
    rows = market(1, months=9)
    rows["quality"] = rows["date"].dt.month.astype(float)
    matrix = period_matrix(rows)
    with pytest.raises(InputError, match="cannot be told apart from quality"):
        time_dummy_index(new_prices(matrix), matrix)


def test_one_quality_is_no_obstacle() -> None:
    matrix = period_matrix(market(1, months=9).assign(quality=1.0))
    fit = fit_time_dummy(in_force(matrix))
    assert fit is not None
    assert np.isnan(fit.quality)
    assert len(time_dummy_index(in_force(matrix), matrix).log) == 9


def test_periods_with_one_model_have_no_value() -> None:
    rows = market(1, months=9)
    thin = rows[(rows["date"].dt.month != 5) | (rows["model"] == rows.loc[rows["date"].dt.month == 5, "model"].iloc[0])]
    matrix = period_matrix(thin)
    index = time_dummy_index(new_prices(matrix), matrix)
    assert "2022-05" not in index.periods.astype(str)
    assert "1 periods with too few models" in index.note
    with pytest.raises(InputError, match="too few for a hedonic index"):
        time_dummy_index(new_prices(period_matrix(rows[rows["date"].dt.month < 2])), period_matrix(rows))
