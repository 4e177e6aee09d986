"""Designs of simulated panels, and prices drawn on them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from costfloor.fit.posterior import Draws, expected_log_price
from costfloor.forecast.origins import forecast_origins
from costfloor.laws import LAWS
from costfloor.laws.base import fallen
from costfloor.laws.observations import PriceObservations, observations, subset
from costfloor.laws.segments import by_segment
from costfloor.laws.simulate import MarketDesign, simulate_market
from costfloor.studies.generate import prices, prior_draws, world_draws
from costfloor.studies.operating.worlds import WORLDS, World, extended
from costfloor.studies.sbc.study import NEVER_YEARS, design, quantities, years_to_half


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
def test_a_world_of_one_market_falls_as_its_law_says(market: PriceObservations, world: World) -> None:
    law, last = LAWS[world.law], market.last_time_years
    draws = world_draws(nuisance(market), law, world.truth, market, seed=1)
    assert "own_innovation" not in draws
    population = {name: world.truth[name] for name in law.family_parameters}
    declined = fallen(law, population, market.unit_entry_time - market.unit_birth)
    declined = declined - fallen(law, population, last - market.unit_birth)
    first, second = int(declined.argmin()), int(declined.argmax())
    gap = draws["unit_level"][:, first] - draws["unit_level"][:, second]
    quality = 0.5 * (market.unit_quality[first] - market.unit_quality[second]) / market.quality_scale
    expected = float(declined[second] - declined[first])
    assert (gap - quality).mean() == pytest.approx(expected, abs=5 * (gap - quality).std() / np.sqrt(draws.size))


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_a_world_falls_as_its_law_says(panel: PriceObservations, world: Mapping[str, float]) -> None:
    law = LAWS[world.law]
    truth = {name: value for name, value in world.truth.items() if not name.endswith("_spread")}
    draws = world_draws(nuisance(panel), law, truth, panel, seed=1)
    family, entry_age = 0, panel.unit_entry_time - panel.unit_birth
    own = np.flatnonzero(panel.unit_family == family)
    first, last = own[entry_age[own].argmin()], own[entry_age[own].argmax()]
    fallen = draws["unit_level"][:, first] - draws["unit_level"][:, last]
    quality = 0.5 * (panel.unit_quality[first] - panel.unit_quality[last]) / panel.quality_scale
    population = {name: truth[name] for name in law.family_parameters}
    expected = law.decline(population, entry_age[last]) - law.decline(population, entry_age[first])
    error = (fallen - quality).std() / np.sqrt(draws.size)
    assert (fallen - quality).mean() == pytest.approx(float(expected), abs=5 * error)


def test_a_world_keeps_the_average_level_of_a_family(panel: PriceObservations) -> None:
    draws = world_draws(nuisance(panel), LAWS["discovery"], {"rate": 2.0}, panel, seed=2)
    quality = 0.5 * panel.unit_quality / panel.quality_scale
    for family in range(len(panel.families)):
        own = panel.unit_family == family
        average = (draws["unit_level"] - quality)[:, own].mean(axis=1)
        assert average.mean() == pytest.approx(0.0, abs=5 * average.std() / np.sqrt(draws.size))


def test_prices_scatter_around_what_the_draws_expect(panel: PriceObservations) -> None:
    draws = world_draws(nuisance(panel), LAWS["discovery"], {"rate": 2.0}, panel, seed=2)
    drawn = prices(draws, panel, seed=5)
    assert drawn.shape == (draws.size, panel.n)
    expected = expected_log_price(draws, panel, np.random.default_rng(0))
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
