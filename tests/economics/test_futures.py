"""Price paths of both buyers, and what they make of a service."""

from pathlib import Path

import numpy as np
import pytest
from costfloor.economics.accounts import accounts, net_present_value_usd
from costfloor.economics.decision import tornado, waiting
from costfloor.economics.futures import ASYMPTOTES, Future, ageing_path, entry_path, fixed_path
from costfloor.economics.outlook import outlook, outlooks
from costfloor.economics.scenario_file import read_scenario
from costfloor.fit.posterior import Draws, opening_prices
from costfloor.laws import LAWS
from costfloor.laws.observations import observations
from costfloor.laws.simulate import MarketDesign, simulate_market

EXAMPLE = read_scenario(Path(__file__).with_name("example.toml"))


def plateau_draws(size: int = 50) -> Draws:
    values = {"rate_floor": 0.2, "rate_excess": 1.0, "half_life_years": 1.0, "discoveries_per_year": 10.0}
    draws = {name: np.full(size, value) for name, value in values.items()}
    return Draws(
        LAWS["plateau"],
        draws
        | {"noise_scale": np.ones(size), "innovation_rate": np.full(size, 1e-12), "family_start": np.zeros((size, 2))},
    )


def test_a_band_ages_from_where_it_is() -> None:
    path = ageing_path(plateau_draws(), age_years=2.0, years=3, rng=np.random.default_rng(0))
    population = {"rate_floor": 0.2, "rate_excess": 1.0, "half_life_years": 1.0}
    ages = 2.0 + np.arange(4.0)
    fallen = LAWS["plateau"].decline(population, ages) - LAWS["plateau"].decline(population, 2.0)
    np.testing.assert_allclose(path, np.broadcast_to(np.exp(-fallen), path.shape), rtol=1e-6)
    # An old band falls at its floor.
    late = ageing_path(plateau_draws(), age_years=30.0, years=3, rng=np.random.default_rng(0))
    np.testing.assert_allclose(late[:, 1:] / late[:, :-1], np.exp(-0.2), rtol=1e-6)


def test_the_frontier_pays_the_trend_of_entry_prices() -> None:
    births = np.array([0.0, 1.0, 2.0, 3.0])
    exact = np.tile(5.0 - 0.3 * births, (20, 1))
    path = entry_path(exact, births, 4, np.random.default_rng(1))
    np.testing.assert_allclose(path, np.broadcast_to(np.exp(-0.3 * np.arange(5.0)), path.shape), rtol=1e-9)
    rng = np.random.default_rng(2)
    scattered = np.tile(5.0 - 0.3 * births + rng.normal(0.0, 0.5, 4), (4000, 1))
    slopes = np.log(entry_path(scattered, births, 1, rng)[:, 1])
    fitted, covariance = np.polyfit(births, scattered[0], 1, cov=True)
    assert np.median(slopes) == pytest.approx(fitted[0], abs=0.03)
    # Quartiles of Student's t with two degrees of freedom lie at 0.816.
    assert np.subtract(*np.quantile(slopes, [0.75, 0.25])) == pytest.approx(
        2 * 0.816 * covariance[0, 0] ** 0.5, rel=0.1
    )
    assert (entry_path(exact[:, :2], births[:2], 4, rng) == 1.0).all()


def test_the_frontier_of_a_market_pays_what_its_capabilities_cost_when_they_open() -> None:
    design = MarketDesign(models=40, rows=80, points_per_year=12.0)
    obs = observations(simulate_market(LAWS["exponential"], {"rate": 1.0}, design, seed=6))
    size, rate, effect = 5, 1.3, 0.9
    values = {"family_rate": np.full((size, 1), rate), "family_start": np.full((size, 1), 2.0)}
    values |= {"family_elasticity": np.full((size, 1), effect), "noise_scale": np.ones(size)}
    opened, births = opening_prices(Draws(LAWS["exponential"], values), obs)
    assert (births >= 0.0).all()
    assert opened.shape == (size, len(births))
    # A year's progress costs its effect on price, and the level at a fixed capability has fallen by a year's rate.
    per_year = 12.0 * effect / obs.quality_scale - rate
    assert np.polyfit(births, opened[0], 1)[0] == pytest.approx(per_year, rel=1e-6)
    path = entry_path(opened, births, 2, np.random.default_rng(1))
    np.testing.assert_allclose(path[:, 2], np.exp(2 * per_year), rtol=1e-6)


def test_fixed_falls_are_yearly() -> None:
    assert fixed_path(0.15, 2).relative_price.tolist() == [pytest.approx([1.0, 0.85, 0.7225])]
    assert [fixed_path(rate, 1).name for rate in ASYMPTOTES] == [
        "10 % a year",
        "15 % a year",
        "20 % a year",
        "40 % a year",
    ]


def test_an_outlook_counts_draws() -> None:
    falls, rises = np.geomspace(1.0, 0.1, 4), np.geomspace(1.0, 4.0, 4)
    mixed = Future("mixed", True, np.array([falls, falls, falls, rises]))
    found = outlook(EXAMPLE, mixed, "fixed_capability", 2025)
    values = net_present_value_usd(EXAMPLE, accounts(EXAMPLE, mixed.relative_price).profit_usd)
    assert found.years == (2025, 2026, 2027, 2028)
    assert found.p_loss == 0.25 == float((values < 0).mean())
    assert found.p_payback == 0.75
    assert found.payback_years == 2
    assert found.npv_usd[1] == pytest.approx(np.median(values))
    assert found.value_at_risk_usd == pytest.approx(np.median(values) - np.quantile(values, 0.05))
    assert found.breakeven_year == 2025
    never = outlook(EXAMPLE, Future("up", True, np.array([rises])), "fixed_capability", 2025)
    assert never.payback_years is None
    assert found.price_path[0] == (1.0, 1.0, 1.0)


def test_a_path_reaches_as_far_as_its_service() -> None:
    (found,) = outlooks([EXAMPLE], {"frontier": [fixed_path(0.2, 10)]}, 2025)
    assert len(found.price_path) == EXAMPLE.decision.horizon_years + 1


def test_laws_that_disagree_make_knowing_worth_something() -> None:
    cheap, dear = fixed_path(0.6, 3), Future("dear", True, np.array([[1.0, 2.0, 4.0, 8.0]]))
    apart = waiting(EXAMPLE, [cheap, dear])
    assert apart.changes_decision
    gain, loss = apart.value_now[cheap.name], apart.value_now["dear"]
    assert gain > 0.0 > loss
    assert apart.now == pytest.approx((gain + loss) / 2)
    assert apart.value_of_knowing == pytest.approx(gain / 2 - max(apart.now, 0.0))
    assert apart.value_of_knowing > 0.0
    alike = waiting(EXAMPLE, [cheap, fixed_path(0.5, 3)])
    assert not alike.changes_decision
    assert alike.value_of_knowing == 0.0
    assert alike.value_of_waiting < 0.0
    certain = waiting(EXAMPLE, [cheap, dear], {cheap.name: 1.0, "dear": 0.0})
    assert certain.value_of_knowing == 0.0


def test_the_widest_swing_comes_first() -> None:
    swings = tornado(EXAMPLE, [fixed_path(0.1, 3), fixed_path(0.6, 3)])
    assert {swing.path for swing in swings} == {"law", "tokens.growth_per_year"}
    assert [swing.width for swing in swings] == sorted((swing.width for swing in swings), reverse=True)
    law = next(swing for swing in swings if swing.path == "law")
    assert (law.low, law.high) == ("10 % a year", "60 % a year")
    growth = next(swing for swing in swings if swing.path == "tokens.growth_per_year")
    assert growth.value_at_high < growth.value_at_low
