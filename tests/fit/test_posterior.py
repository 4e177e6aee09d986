"""Prices implied by draws: innovations, expectations, replications, the path of a capability."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from costfloor.fit.posterior import (
    Draws,
    capability_path,
    expected_log_price,
    innovations,
    log_likelihood,
    market_decline,
    merge_chains,
    replicate,
    unit_means,
)
from costfloor.laws import LAWS
from costfloor.laws.innovations import COMMON_SHARE, GRID_YEARS, grid_steps, path_at
from costfloor.laws.observations import PriceObservations, observations
from scipy.stats import kstest, norm

SIZE = 4000
RATE, ARRIVALS = 1.2, 6.0
PARTS = COMMON_SHARE**2 + (1 - COMMON_SHARE) ** 2
YEARLY_VARIANCE = 2.0 * RATE**2 / ARRIVALS * PARTS
"""Of a family's innovations, common ones and its own."""


@pytest.fixture
def obs() -> PriceObservations:
    """Two families, eight models, three of them listed again a year later by another host."""
    frame = pd.DataFrame(
        {
            "date": pd.Timestamp("2022-01-01") + pd.to_timedelta(np.arange(8) * 91, unit="D"),
            "price": 10.0 * np.exp(-0.3 * np.arange(8)),
            "quality": np.linspace(-1.0, 1.0, 8),
            "family": ["even", "odd"] * 4,
            "model": [f"m{code}" for code in range(8)],
            "host": "x",
        }
    )
    again = frame.head(3).assign(date=frame["date"] + pd.Timedelta(days=365), price=5.0, host="y")
    return observations(pd.concat([frame, again]))


def make_draws(law: str, obs: PriceObservations, seed: int = 0) -> Draws:
    rng = np.random.default_rng(seed)
    families, steps = len(obs.families), grid_steps(obs.last_time_years)
    values = {
        "rate": np.full(SIZE, RATE),
        "family_rate": np.full((SIZE, families), RATE),
        "family_start": rng.normal(2.0, 0.1, (SIZE, families)),
        "family_elasticity": rng.normal(0.5, 0.1, (SIZE, families)),
        "noise_scale": np.full(SIZE, 0.3),
        "noise_tail": np.full(SIZE, 8.0),
        "pass_through": rng.normal(0.4, 0.1, SIZE),
        "host_effect": rng.normal(0.0, 0.2, (SIZE, 2)),
        "unit_level": rng.normal(1.0, 0.5, (SIZE, len(obs.unit_family))),
        "discoveries_per_year": np.full(SIZE, ARRIVALS),
        "innovation_rate": np.full(SIZE, RATE),
        "innovation_sd": np.full(SIZE, 0.5),
        "common_innovation": rng.normal(0.0, 0.1, (SIZE, steps)),
        "own_innovation": rng.normal(0.0, 0.1, (SIZE, families, steps)),
    }
    return Draws(LAWS[law], values)


def test_chains_are_merged_in_order() -> None:
    posterior = xr.Dataset(
        {
            "noise_scale": (("chain", "draw"), np.arange(6.0).reshape(2, 3)),
            "family_rate": (("chain", "draw", "family"), np.arange(12.0).reshape(2, 3, 2)),
        }
    )
    draws = merge_chains(posterior, LAWS["exponential"])
    assert draws.size == 6
    assert draws["noise_scale"].tolist() == [0, 1, 2, 3, 4, 5]
    assert draws.family(np.array([1, 1, 0]))["rate"].shape == (6, 3)
    assert draws["family_rate"][4].tolist() == [8, 9]
    assert "family_rate" in draws
    assert "rate" not in draws


def known(draws: Draws) -> np.ndarray:
    """Innovations of each family that the posterior holds, (S, F, steps)."""
    return np.asarray(draws["common_innovation"][:, None] + draws["own_innovation"])


def test_known_innovations_are_kept_and_continued_by_the_gamma_process(obs: PriceObservations) -> None:
    draws = make_draws("discovery", obs)
    kept = known(draws)
    steps = kept.shape[-1]
    increments = innovations(draws, steps + 8, np.random.default_rng(1))
    assert increments[..., :steps] == pytest.approx(kept)
    fresh = increments[..., steps:]
    variance = YEARLY_VARIANCE * GRID_YEARS
    # Five standard errors, as if both families moved as one.
    assert abs(fresh.mean()) < 5 * np.sqrt(2 * variance / fresh.size)
    assert fresh.var() == pytest.approx(variance, rel=0.1)
    # A gain is never negative, so no step falls short of the average by more than all of it.
    assert fresh.min() >= -RATE * GRID_YEARS
    # Families have the common part in common.
    together = COMMON_SHARE**2 / PARTS
    assert np.corrcoef(fresh[:, 0].ravel(), fresh[:, 1].ravel())[0, 1] == pytest.approx(together, abs=0.05)
    short = innovations(draws, 3, np.random.default_rng(1))
    assert short == pytest.approx(increments[..., :3])


def test_a_random_walk_goes_on_with_normal_steps(obs: PriceObservations) -> None:
    draws = make_draws("random_walk", obs)
    steps = grid_steps(obs.last_time_years)
    fresh = innovations(draws, steps + 8, np.random.default_rng(1))[:, 0, steps:]
    deviation = 0.5 * np.sqrt(GRID_YEARS * PARTS)
    assert kstest(fresh.ravel(), norm(0.0, deviation).cdf).pvalue > 1e-4


def test_redrawn_innovations_are_new(obs: PriceObservations) -> None:
    draws = make_draws("discovery", obs)
    kept = innovations(draws, 5, np.random.default_rng(1))
    new = innovations(draws, 5, np.random.default_rng(1), redraw=True)
    for family in range(2):
        correlation = np.corrcoef(kept[:, family, 0], new[:, family, 0])[0, 1]
        assert abs(correlation) < 5 / np.sqrt(SIZE)


def test_a_law_without_innovations_has_none(obs: PriceObservations) -> None:
    draws = make_draws("exponential", obs)
    none = innovations(draws, 4, np.random.default_rng(0))
    assert none.shape == (SIZE, 2, 4)
    assert not none.any()


def test_a_model_follows_the_market_by_a_share_after_its_entry(obs: PriceObservations) -> None:
    draws = make_draws("discovery", obs)
    expected = expected_log_price(draws, obs, np.random.default_rng(0))
    for row in range(obs.n):
        unit = obs.unit[row]
        entry, now = obs.unit_entry_time[unit], obs.time_years[row]
        path = path_at(known(draws), np.repeat(obs.family[row], 2), np.array([entry, now]))
        fallen = RATE * (now - entry) + path[:, 1] - path[:, 0]
        by_hand = draws["unit_level"][:, unit] - draws["pass_through"] * fallen + draws["host_effect"][:, obs.host[row]]
        assert expected[:, row] == pytest.approx(by_hand)


def test_running_history_again_keeps_what_is_the_models_own(obs: PriceObservations) -> None:
    draws = make_draws("discovery", obs)
    kept = expected_log_price(draws, obs, np.random.default_rng(0))
    again = expected_log_price(draws, obs, np.random.default_rng(0), redraw_innovations=True)
    moved = again - kept
    # Prices at the start of the market do not move, and nothing moves on average.
    assert moved[:, obs.time_years == 0.0] == pytest.approx(0.0, abs=1e-12)
    last = int(np.argmax(obs.unit_entry_time[obs.unit]))
    # A new path in the place of the posterior's, whose parts have a standard deviation of 0.1 a step each.
    years = obs.unit_entry_time.max()
    two_paths = (YEARLY_VARIANCE + 2 * 0.1**2 / GRID_YEARS) * years
    assert abs(moved[:, last].mean()) < 5 * np.sqrt(two_paths / SIZE)
    assert moved[:, last].var() == pytest.approx(two_paths, rel=0.15)


def test_replicates_scatter_as_the_likelihood_says(obs: PriceObservations) -> None:
    draws = make_draws("exponential", obs)
    expected = np.broadcast_to(obs.log_price, (SIZE, obs.n))
    simulated = replicate(draws, expected, np.random.default_rng(2)) - obs.log_price
    # Student-t with 10 degrees of freedom and scale 0.3: 90 % lie within 1.812 scales.
    assert np.mean(np.abs(simulated) < 1.812 * 0.3) == pytest.approx(0.9, abs=0.01)
    density = log_likelihood(draws, obs, expected)
    assert density == pytest.approx(np.log(0.38910838) - np.log(0.3), abs=1e-4)


def path_of_family(draws: Draws, obs: PriceObservations, times: np.ndarray) -> np.ndarray:
    """That of the first family at its birth and centre."""
    birth, centre = float(obs.family_birth[0]), float(obs.centres[0])
    return capability_path(draws, obs, 0, birth, centre, times, np.random.default_rng(3))


def test_the_path_of_a_family_starts_at_its_level_and_falls_by_its_law(obs: PriceObservations) -> None:
    times = np.array([0.0, 1.0, obs.last_time_years, obs.last_time_years + 5.0])
    constant = path_of_family(make_draws("exponential", obs), obs, times)
    start = make_draws("exponential", obs)["family_start"][:, [0]]
    assert constant == pytest.approx(start - RATE * times)
    draws = make_draws("discovery", obs)
    lumpy = path_of_family(draws, obs, times)
    path = path_at(known(draws), np.zeros(3, int), times[:3])
    assert lumpy[:, :3] == pytest.approx((start - RATE * times)[:, :3] - path)
    ahead = lumpy[:, 3] - lumpy[:, 2]
    years = grid_steps(float(times[3])) * GRID_YEARS - grid_steps(float(times[2])) * GRID_YEARS
    assert ahead.mean() == pytest.approx(-RATE * 5.0, abs=5 * np.sqrt(YEARLY_VARIANCE * years / SIZE))


# ---------------------------------------------------------------- one market


@pytest.fixture
def market() -> PriceObservations:
    """The same in one family, each model with the birth of its capability, every third with open weights."""
    rows = 8
    frame = pd.DataFrame(
        {
            "date": pd.Timestamp("2022-01-01") + pd.to_timedelta(np.arange(rows) * 91, unit="D"),
            "price": 10.0,
            "quality": 100.0 + np.linspace(-1.0, 1.0, rows) ** 3,
            "family": "market",
            "birth": pd.Timestamp("2021-06-01") + pd.to_timedelta(np.arange(rows) ** 2 * 20.0, unit="D"),
            "open_weights": np.arange(rows) % 3 == 0,
            "model": [f"m{code}" for code in range(rows)],
        }
    )
    return observations(pd.concat([frame, frame.head(3).assign(date=frame["date"] + pd.Timedelta(days=365))]))


def market_draws(obs: PriceObservations, size: int = 40) -> Draws:
    """Draws of the plateau law."""
    rng = np.random.default_rng(5)
    values = {
        "family_rate_floor": rng.normal(0.3, 0.1, (size, 1)),
        "family_rate_excess": rng.lognormal(0.0, 0.3, (size, 1)),
        "family_half_life_years": rng.lognormal(0.0, 0.3, (size, 1)),
        "family_start": rng.normal(2.0, 0.5, (size, 1)),
        "family_elasticity": rng.normal(0.8, 0.2, (size, 1)),
        "open_effect": rng.normal(-0.5, 0.2, size),
        "noise_scale": np.full(size, 0.3),
        "pass_through": rng.normal(0.4, 0.1, size),
        "unit_level": rng.normal(size=(size, len(obs.unit_family))),
        "discoveries_per_year": np.full(size, ARRIVALS),
        "innovation_rate": np.full(size, RATE),
        "common_innovation": rng.normal(0.0, 0.1, (size, grid_steps(obs.last_time_years))),
    }
    return Draws(LAWS["plateau"], values)


def declined(draws: Draws, birth: float, time: float) -> np.ndarray:
    """D by the formulas of docs/laws.md, (S,)."""
    floor, excess, half_life = (draws[f"family_{name}"][:, 0] for name in draws.law.family_parameters)
    age = time - birth
    of_age = (floor + excess) * age
    if age > 0.0:
        of_age = floor * age + excess * half_life / np.log(2.0) * (1.0 - 0.5 ** (age / half_life))
    path = path_at(draws["common_innovation"][:, None], np.zeros(1, int), np.array([time]))[:, 0]
    return np.asarray(of_age + path)


def test_the_decline_of_a_market_is_that_of_its_law_and_its_path_before_birth_too(market: PriceObservations) -> None:
    draws = market_draws(market)
    births, times = np.array([-0.5, 0.4, 9.0]), np.array([0.0, 0.7, market.last_time_years])
    increments = innovations(draws, grid_steps(market.last_time_years), np.random.default_rng(0))
    assert increments.shape == (40, 1, draws["common_innovation"].shape[1])
    found = market_decline(draws, births, times, increments)
    for one, birth in enumerate(births):
        for other, time in enumerate(times):
            assert found[:, one, other] == pytest.approx(declined(draws, float(birth), float(time)))


def test_prices_of_a_market_lie_on_a_line_in_capability_on_the_last_date(market: PriceObservations) -> None:
    draws, last = market_draws(market), market.last_time_years
    elasticity = draws["family_elasticity"][:, 0] / market.quality_scale
    one, other = (
        capability_path(draws, market, 0, birth, capability, np.array([last]), np.random.default_rng(0))[:, 0]
        for birth, capability in ((-0.3, 99.0), (0.9, 101.0))
    )
    assert other - one == pytest.approx(2.0 * elasticity)


def test_a_model_enters_a_market_on_the_path_of_its_capability_but_for_its_weights(market: PriceObservations) -> None:
    draws = market_draws(market)
    increments = innovations(draws, grid_steps(market.last_time_years), np.random.default_rng(0))
    means = unit_means(draws, market, increments)
    share = market.unit_open.mean()
    assert (market.unit_entry_time < market.unit_birth).any()
    for unit, capability in enumerate(market.unit_capability):
        birth, entry = float(market.unit_birth[unit]), market.unit_entry_time[[unit]]
        path = capability_path(draws, market, 0, birth, capability, entry, np.random.default_rng(0))[:, 0]
        assert means[:, unit] - path == pytest.approx(draws["open_effect"] * (market.unit_open[unit] - share))


def test_innovations_of_a_market_go_on_in_full_size(market: PriceObservations) -> None:
    draws = market_draws(market, 4000)
    known_steps = draws["common_innovation"].shape[1]
    fresh = innovations(draws, known_steps + 4, np.random.default_rng(1))[:, 0, known_steps:]
    assert fresh.sum(axis=1).var() == pytest.approx(2.0 * RATE**2 / ARRIVALS, rel=0.1)


def test_a_linear_trend_may_stand_with_age_or_with_the_date(market: PriceObservations) -> None:
    """Of c (t - b) in G, -c t in M and c b in the level the sum is zero: expected prices stay as they are."""
    draws, c = market_draws(market), 0.37
    moved = dict(draws.values)
    moved["family_rate_floor"] = moved["family_rate_floor"] + c
    moved["common_innovation"] = moved["common_innovation"] - c * GRID_YEARS
    # At the reference date D of birth b has changed by -c b, and the level by c b: the line of prices on that date is as it was.
    moved["family_start"] = moved["family_start"] - c * market.family_birth
    before, after = (
        expected_log_price(one, market, np.random.default_rng(0)) for one in (draws, Draws(draws.law, moved))
    )
    assert after == pytest.approx(before)
