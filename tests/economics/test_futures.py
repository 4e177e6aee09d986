"""Price paths of both buyers, and what they make of a service."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from costfloor.economics.accounts import accounts, net_present_value_usd
from costfloor.economics.decision import Swing, Waiting, tornado, waiting
from costfloor.economics.futures import (
    ASYMPTOTES,
    Future,
    ageing_path,
    entry_path,
    fixed_path,
    frontier_path,
    market_trend,
)
from costfloor.economics.outlook import outlook, outlooks
from costfloor.economics.scenario_file import read_scenario
from costfloor.fit.posterior import Draws
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, observations
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


def market_of(points_per_year: float) -> PriceObservations:
    """Forty models whose capabilities are born in turn."""
    design = MarketDesign(models=40, rows=80, points_per_year=points_per_year)
    return observations(simulate_market(LAWS["exponential"], {"rate": 1.0}, design, seed=6))


def market_draws(law: str, size: int, effect: float, **values: float) -> Draws:
    """Draws of a market whose law has the given parameters, the same in every draw."""
    family = {f"family_{name}": np.full((size, 1), value) for name, value in values.items()}
    family |= {"family_start": np.full((size, 1), 2.0), "family_elasticity": np.full((size, 1), effect)}
    return Draws(LAWS[law], family | {"noise_scale": np.ones(size)})


def test_the_frontier_of_a_market_pays_what_its_capabilities_cost_when_they_open() -> None:
    obs, rate, effect = market_of(points_per_year=12.0), 1.3, 0.9
    draws = market_draws("exponential", 5, effect, rate=rate)
    # A year's progress costs its effect on price, and the level at a fixed capability has fallen by a year's rate.
    per_year = 12.0 * effect / obs.quality_scale - rate
    assert market_trend(draws, obs) == pytest.approx(np.full(5, per_year), rel=1e-6)
    path = frontier_path(draws, obs, 2, np.random.default_rng(1))
    np.testing.assert_allclose(path[:, 2], np.exp(2 * per_year), rtol=1e-6)


def test_a_rate_that_fades_with_age_makes_the_trend_of_openings() -> None:
    obs, effect = market_of(points_per_year=12.0), 0.9
    draws = market_draws("plateau", 3, effect, rate_floor=0.2, rate_excess=1.5, half_life_years=1.0)
    units = np.flatnonzero(obs.on_sale & (obs.unit_birth >= 0.0) & (obs.unit_birth <= obs.last_time_years))
    births, ages = obs.unit_birth[units], obs.reference_years - obs.unit_birth[units]
    declined = 0.2 * ages + 1.5 / np.log(2.0) * (1.0 - 2.0**-ages)
    line = effect * obs.unit_quality[units] / obs.quality_scale
    assert market_trend(draws, obs)[0] == pytest.approx(np.polyfit(births, line + declined, 1)[0], rel=1e-9)


def test_innovations_to_come_make_the_frontier_of_a_market_doubtful_and_those_that_came_do_not_move_it() -> None:
    obs, size, steps = market_of(points_per_year=12.0), 20_000, 40
    calm = market_draws("random_walk", size, 0.9, rate=1.3)
    process = {"innovation_sd": np.full(size, 0.6), "innovation_rate": np.full(size, 1.3)}
    paths = []
    for slope in (0.0, 0.2):
        known = {"common_innovation": np.full((size, steps), slope)}
        draws = Draws(calm.law, calm.values | process | known)
        paths.append(np.log(frontier_path(draws, obs, 4, np.random.default_rng(3))))
    np.testing.assert_array_equal(*paths)
    trend = market_trend(calm, obs)[0]
    assert paths[0].mean(axis=0) == pytest.approx(trend * np.arange(5.0), abs=0.04)
    assert paths[0].std(axis=0) == pytest.approx(0.6 * np.sqrt(np.arange(5.0)), rel=0.03)


def test_capabilities_born_together_have_no_trend() -> None:
    frame = pd.DataFrame(
        {"date": pd.date_range("2024-01-01", periods=4, freq="MS"), "price": 1.0, "quality": [1.0, 2, 3, 4]}
    )
    obs = observations(frame.assign(family="all"))
    draws = market_draws("exponential", 3, 0.9, rate=1.3)
    assert (frontier_path(draws, obs, 2, np.random.default_rng(1)) == 1.0).all()


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
    # Today is no year of a service that is launched at its end.
    assert found.breakeven_year == 2026
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


def test_paths_are_worth_the_draws_of_their_law() -> None:
    paths = np.ones((60, 4))
    assert Future("law", True, paths).independent_draws == 60
    assert Future("law", True, paths, draws=12.5).independent_draws == 12.5
    assert Future("law", True, paths, draws=900.0).independent_draws == 60
    assert Future("law", True, paths, draws=12.5).until(2).independent_draws == 12.5
    assert fixed_path(0.2, 3).independent_draws is None
    assert outlook(EXAMPLE, Future("law", True, paths, draws=12.5), "frontier", 2025).draws == 12.5


def test_errors_of_values_are_their_spread_over_runs() -> None:
    rng = np.random.default_rng(7)
    rates, years = {"slow": 0.1, "fast": 0.5}, np.arange(4.0)

    def run() -> tuple[Waiting, dict[str, Swing]]:
        laws = [Future(law, True, np.exp(-rng.normal(rate, 0.3, (80, 1)) * years)) for law, rate in rates.items()]
        return waiting(EXAMPLE, laws), {swing.path: swing for swing in tornado(EXAMPLE, laws)}

    runs = [run() for _ in range(300)]

    def stated_over_spread(pairs: list[tuple[float, float]]) -> float:
        """Mean of the errors that runs state, over the standard deviation of what they are of."""
        values, errors = zip(*pairs, strict=True)
        return float(np.mean(errors) / np.std(values))

    by_law = [[(waits.value_now[law], waits.now_mcse[law]) for waits, _ in runs] for law in rates]
    of_waiting = [(waits.value_of_waiting, waits.waiting_mcse) for waits, _ in runs]
    by_input = [[(swings[path].width, swings[path].mcse) for _, swings in runs] for path in runs[0][1]]
    for pairs in (*by_law, of_waiting, *by_input):
        assert stated_over_spread(pairs) == pytest.approx(1.0, abs=0.15)
