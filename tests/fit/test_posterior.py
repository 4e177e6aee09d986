"""Prices implied by draws: innovations, expectations, replications, the path of a band."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from costfloor.fit.posterior import (
    Draws,
    band_path,
    expected_log_price,
    innovations,
    log_likelihood,
    merge_chains,
    replicate,
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


def test_the_path_of_a_band_starts_at_its_level_and_falls_by_its_law(obs: PriceObservations) -> None:
    times = np.array([0.0, 1.0, obs.last_time_years, obs.last_time_years + 5.0])
    constant = band_path(make_draws("exponential", obs), obs, 0, times, np.random.default_rng(3))
    start = make_draws("exponential", obs)["family_start"][:, [0]]
    assert constant == pytest.approx(start - RATE * times)
    draws = make_draws("discovery", obs)
    lumpy = band_path(draws, obs, 0, times, np.random.default_rng(3))
    path = path_at(known(draws), np.zeros(3, int), times[:3])
    assert lumpy[:, :3] == pytest.approx((start - RATE * times)[:, :3] - path)
    ahead = lumpy[:, 3] - lumpy[:, 2]
    years = grid_steps(float(times[3])) * GRID_YEARS - grid_steps(float(times[2])) * GRID_YEARS
    assert ahead.mean() == pytest.approx(-RATE * 5.0, abs=5 * np.sqrt(YEARLY_VARIANCE * years / SIZE))
