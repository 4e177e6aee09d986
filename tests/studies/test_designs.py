"""Designs of simulated panels, and prices drawn on them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from costfloor.fit.posterior import Draws, expected_log_price, innovations, market_decline, unit_means
from costfloor.fit.question_events import births_on_sale
from costfloor.forecast.origins import forecast_origins
from costfloor.laws import LAWS
from costfloor.laws.innovations import grid_steps
from costfloor.laws.observations import PriceObservations, observations, subset
from costfloor.laws.segments import by_segment
from costfloor.laws.simulate import MarketDesign, simulate_market
from costfloor.studies.generate import prices, prior_draws
from costfloor.studies.operating.worlds import WORLDS, World, extended, simulate
from costfloor.studies.sbc.study import NEVER_YEARS, design, quantities, years_to_half
from made_up import made_up_fit


@pytest.fixture(scope="module")
def panel() -> PriceObservations:
    """Two families, twenty models at two hosts, some of them priced twice."""
    rng = np.random.default_rng(3)
    model = np.repeat(np.arange(20), [1, 2] * 10)
    day = pd.Timestamp("2022-01-01") + pd.to_timedelta(np.linspace(0, 1200, len(model)).round(), unit="D")
    frame = pd.DataFrame(
        {
            "date": day,
            "price": np.exp(rng.normal(size=len(model))),
            "quality": np.sin(model),
            "family": [f"band {code % 2}" for code in model],
            "model": [f"model {code}" for code in model],
            "host": [f"host {code % 2}" for code in range(len(model))],
        }
    )
    return observations(frame)


@pytest.fixture(scope="module")
def market() -> PriceObservations:
    """The same size, in one market, each model with the birth of its capability."""
    return observations(
        simulate_market(LAWS["exponential"], {"rate": 1.0}, MarketDesign(models=20, rows=30, hosts=2), seed=4)
    )


def nuisance(obs: PriceObservations, size: int = 400) -> Draws:
    """Draws of what a world takes over from the real fit."""
    families = len(obs.families)
    values: dict[str, np.ndarray] = {
        name: np.full(size, value)
        for name, value in {
            "noise_scale": 0.1, "noise_tail": 30.0, "model_spread": 0.3, "pass_through": 0.3, "discoveries_per_year": 20.0,
            "innovation_rate": 1.0, "elasticity": 0.5,
        }.items()
    }  # fmt: skip
    values |= {
        "family_level": np.zeros((size, families)),
        "family_start": np.zeros((size, families)),
        "family_elasticity": np.full((size, families), 0.5),
        "host_effect": np.zeros((size, len(obs.hosts))),
    }
    return Draws(LAWS["plateau"], values)


def test_the_calibration_panel_is_as_large_as_asked_for() -> None:
    obs = design()
    assert obs.n >= 150
    assert obs.models_repeat
    assert len(obs.families) == 1
    assert obs.births_differ
    assert obs.open_weights_differ
    assert design().data_hash == obs.data_hash


def test_a_longer_panel_repeats_its_last_year_with_other_models(panel: PriceObservations) -> None:
    longer = extended(panel, 1)
    again = panel.time_years > panel.last_time_years - 1.0
    assert longer.n == panel.n + again.sum()
    assert np.array_equal(longer.time_years[: panel.n], panel.time_years)
    assert longer.time_years[panel.n :] == pytest.approx(panel.time_years[again] + 1.0)
    assert longer.unit[panel.n :].min() == len(panel.unit_family)
    assert np.array_equal(longer.family[panel.n :], panel.family[again])
    assert longer.age_years[panel.n :] == pytest.approx(panel.age_years[again] + 1.0)
    assert len(longer.units) == len(longer.unit_family) == len(longer.unit_quality)
    assert len(set(longer.units)) == len(longer.units)
    assert longer.last_time_years == pytest.approx(panel.last_time_years + 1.0, abs=0.01)
    assert extended(panel, 2).last_time_years == pytest.approx(panel.last_time_years + 2.0, abs=0.01)
    assert len(set(extended(panel, 2).units)) == len(extended(panel, 2).units)
    assert longer.data_hash != panel.data_hash
    assert extended(panel, 0) is panel


def test_a_longer_market_goes_on_along_its_clock(market: PriceObservations) -> None:
    longer = extended(market, 1)
    again = market.time_years > market.last_time_years - 1.0
    old, count = np.unique(market.unit[again]), len(market.unit_family)
    assert longer.age_years[market.n :] == pytest.approx(market.age_years[again])
    assert longer.unit_birth[count:] == pytest.approx(market.unit_birth[old] + 1.0)
    # Capability is ten points a year in the design.
    assert longer.unit_capability[count:] == pytest.approx(market.unit_capability[old] + 10.0, abs=0.01)
    assert longer.reference_years == pytest.approx(longer.last_time_years, abs=0.01)
    assert longer.family_birth == pytest.approx([longer.unit_birth.mean()])
    assert longer.family_open == pytest.approx([longer.unit_open.mean()])
    mean_age = longer.last_time_years - longer.unit_birth.mean()
    assert longer.mean_age_at_last == pytest.approx(mean_age)
    assert longer.mean_age_at_last != pytest.approx(market.mean_age_at_last + 1.0, abs=0.01)
    assert longer.quality_scale == market.quality_scale


@pytest.mark.parametrize("kind", ["panel", "market"])
def test_a_longer_panel_is_one_like_any_other(kind: str, request: pytest.FixtureRequest) -> None:
    obs: PriceObservations = request.getfixturevalue(kind)
    longer = extended(obs, 2)
    assert longer.births_differ == obs.births_differ
    origins = forecast_origins(longer, 12, min_rows=obs.n // 2)
    assert origins[-1].date > obs.last
    seen = subset(longer, origins[-1].seen)
    assert len(seen.unit_segment) == len(seen.unit_family) < len(longer.unit_family)
    parts = by_segment(longer)
    assert len(parts.unit_family) == len(longer.unit_family)
    assert parts.family_birth.shape == (len(longer.segments),)


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_what_counts_as_true_of_a_simulated_panel_is_in_its_prices(market: PriceObservations, world: World) -> None:
    """Without noise, hosts and differences between models, first prices fall by the very path whose last year counts as true."""
    base = made_up_fit(market, {}, draws=6, law=world.law).parameters
    quiet = dict.fromkeys(("noise_scale", "model_spread"), 1e-9) | dict.fromkeys(
        ("family_elasticity", "host_effect", "open_effect"), 0.0
    )
    values = {
        name: np.full_like(value, quiet.get(name, np.nan)) for name, value in base.values.items() if name in quiet
    }
    draws = replace(base, values=base.values | values)
    panels = simulate(draws, market, seed=3)
    assert panels.log_price.shape == (draws.size, market.n)
    law, last = draws.law, market.last_time_years
    increments = innovations(draws, grid_steps(last + 1.0, law.grid_years), np.random.default_rng(3), redraw=True)
    first = np.array([np.flatnonzero(market.unit == unit)[0] for unit in range(len(market.unit_family))])
    np.testing.assert_allclose(panels.log_price[:, first], unit_means(draws, market, increments), atol=1e-6)
    on_sale_births = births_on_sale(market, 0)
    decline = market_decline(draws, on_sale_births, np.array([last - 1.0, last, last + 1.0]), increments).mean(axis=1)
    np.testing.assert_allclose(panels.events.rate_12m, decline[:, 1] - decline[:, 0])
    np.testing.assert_allclose(panels.events.fall_next_12m, decline[:, 2] - decline[:, 1])


def test_a_year_to_come_is_another_in_each_panel_and_no_panel_shows_it(market: PriceObservations) -> None:
    draws = made_up_fit(market, {}, draws=6, law="discovery").parameters
    panels = simulate(draws, market, seed=3)
    alike = simulate(replace(draws, values={n: v[[0] * draws.size] for n, v in draws.values.items()}), market, seed=3)
    assert len(np.unique(alike.events.fall_next_12m)) == draws.size
    assert not np.allclose(panels.log_price[0], panels.log_price[1])


def test_prices_scatter_around_what_the_draws_expect(market: PriceObservations) -> None:
    draws = made_up_fit(market, {"noise_scale": 0.1, "noise_tail": 30.0}, draws=100, law="discovery").parameters
    drawn = prices(draws, market, seed=5)
    assert drawn.shape == (draws.size, market.n)
    expected = expected_log_price(draws, market, np.random.default_rng(0))
    assert np.std(drawn - expected) == pytest.approx(0.1 * np.sqrt(32 / 30), rel=0.05)


def test_years_to_half_are_those_of_a_constant_rate_and_never_is_never(panel: PriceObservations) -> None:
    base = nuisance(panel, size=3)
    rates = np.array([0.5, 2.0, 1e-4])
    draws = Draws(
        LAWS["exponential"], base.values | {"rate": rates, "family_rate": np.repeat(rates[:, None], 2, axis=1)}
    )
    assert years_to_half(draws, panel) == pytest.approx([np.log(2) / 0.5, np.log(2) / 2.0, NEVER_YEARS], rel=1e-3)


@pytest.mark.slow
def test_prior_draws_hold_all_that_is_ranked() -> None:
    obs = design()
    draws = prior_draws(LAWS["encompassing"], obs, 5, seed=1, level_center=0.0)
    found = quantities(draws, obs, prices(draws, obs, seed=1)[0])
    assert {"kept_share", "discoveries_per_year", "model_spread", "log_likelihood", "years_to_half"} <= set(found)
    assert all(value.shape == (5,) and np.isfinite(value).all() for value in found.values())
