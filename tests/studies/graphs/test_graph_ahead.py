"""Forecasts of later prices: what was fitted stays what it was, what is new is drawn, and scores are those of the same rows."""

from dataclasses import replace

import numpy as np
import pytest
from costfloor.studies.graphs.ahead import by_capability, by_sizes, predicted, scored
from costfloor.studies.graphs.draws import GraphDraws
from costfloor.studies.graphs.model import late
from sized_markets import small_market

SIZE = 2000


def without_chance(fitted_models: int, hosts: int, steps: int) -> GraphDraws:
    """Draws of the joint model that all are the same, without scatter: a rate of 0.5 a year and models on sale that stand still."""
    of_numbers = {
        "fixed_rate": 0.5, "fixed_innovation_sd": 0.0, "active_exponent": 0.2, "total_exponent": 0.5, "premium": 0.1, "price_level": 0.3,
        "pass_through": 0.0, "late_hosts": 0.0, "host_spread": 0.0, "model_spread": 0.0, "noise_scale": 1e-9, "noise_tail": 30.0,
    }  # fmt: skip
    return GraphDraws(
        "exponential",
        {
            **{name: np.full(SIZE, value) for name, value in of_numbers.items()},
            "fixed_increment": np.zeros((SIZE, steps)),
            "price_at_entry": np.full((SIZE, fitted_models), 7.0),
            "host_effect": np.tile(np.arange(hosts, dtype=float), (SIZE, 1)),
        },
    )


def test_known_models_keep_their_price_and_new_ones_follow_size_and_path() -> None:
    every = small_market()
    fitted = replace(every, models=every.models[:40], hosts=every.hosts, release_years=every.release_years[:40],
                     log_active=every.log_active[:40], log_total=every.log_total[:40], capability=every.capability[:40])  # fmt: skip
    rows = np.zeros(every.n, bool)
    rows[[5, 50]] = True
    draws = without_chance(40, len(every.hosts), 8)
    known, new = predicted(draws, fitted, every, rows, by_sizes, np.random.default_rng(1)).mean(axis=0)
    assert known == pytest.approx(7.0 + every.host[5])
    i = every.model[50]
    active, sparsity = (
        every.log_active[i] - fitted.log_active.mean(),
        every.log_sparsity[i] - fitted.log_sparsity.mean(),
    )
    capability = every.capability[i] - fitted.capability.mean()
    since = every.release_years[i] - fitted.release_years.mean()
    expected = (
        fitted.log_price.mean() + 0.3 + 0.7 * active + 0.5 * sparsity + 0.1 * capability - 0.5 * since + every.host[50]
    )
    assert new == pytest.approx(expected)


def test_the_model_without_sizes_looks_at_capability_alone() -> None:
    every = small_market()
    effect = by_capability(GraphDraws("exponential", {"direct_slope": np.array([2.0])}), every, every)
    assert effect[0] == pytest.approx(2.0 * (every.capability - every.capability.mean()))


def test_a_forecast_that_knows_more_has_the_better_score() -> None:
    every = small_market()
    rows = every.time_years > 2.0
    rng = np.random.default_rng(2)
    near, far = (every.log_price[rows] + shift + rng.normal(size=(500, rows.sum())) for shift in (0.0, 2.0))
    score = scored("2025-07-18", 9, every, every, rows, (near, far), passed=True)
    assert score.gain.value == pytest.approx(score.crps_without - score.crps_with)
    assert score.gain.value > 2.0 * (score.gain.se or np.inf)
    assert score.coverage_with > score.coverage_without
    assert (score.prices, score.new_models) == (int(rows.sum()), 0)


def test_hosts_are_late_by_the_mean_date_of_their_prices() -> None:
    market = small_market()
    weights = np.bincount(market.host)
    assert weights @ late(market) == pytest.approx(0.0, abs=1e-9)
    assert late(market, 0.0)[3] == pytest.approx(market.time_years[market.host == 3].mean())
