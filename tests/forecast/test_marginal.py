"""What is integrated out: joint densities at a level, effects of unknown hosts, levels of unknown models."""

import numpy as np
import pytest
from costfloor.fit.posterior import Draws
from costfloor.forecast.marginal import (
    LEVEL_REACH,
    joint_noise_logpdf,
    level_grid,
    noise_logpdf,
    shared_host_logpdf,
    unknown_host,
)
from costfloor.laws import LAWS
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.special import logsumexp


def draws_of(scale: float = 0.4, tail: float = 2.0, host: float = 0.8, size: int = 3) -> Draws:
    """Noise that is a little different in each draw."""
    by = 1.0 + 0.1 * np.arange(size)
    return Draws(LAWS["exponential"], {"noise_scale": scale * by, "noise_tail": tail * by, "host_spread": host * by})


@given(st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_a_joint_density_is_the_sum_over_rows(count: int, seed: int) -> None:
    rng, draws = np.random.default_rng(seed), draws_of()
    rows, level = rng.normal(0, 3, (draws.size, count)), rng.normal(0, 3, (draws.size, 5))
    one_by_one = sum((noise_logpdf(draws, rows[:, [row]] - level) for row in range(count)), np.zeros_like(level))
    np.testing.assert_allclose(joint_noise_logpdf(draws, rows, level), one_by_one, atol=1e-9)
    shared = rng.normal(0, 3, (1, 5))
    np.testing.assert_allclose(
        joint_noise_logpdf(draws, rows, shared),
        joint_noise_logpdf(draws, rows, np.repeat(shared, draws.size, axis=0)),
        atol=1e-9,
    )


def at_unknown_host(draws: Draws, draw: int, rows: np.ndarray, level: float) -> float:
    """The integral over the host effect by Simpson's rule on a fine grid."""
    spread, scale, df = draws["host_spread"][draw], draws["noise_scale"][draw], draws.noise_df[draw]
    effect = np.linspace(-9 * spread, 9 * spread, 20_001)
    noise = stats.t(df, loc=level + effect[:, None], scale=scale).pdf(rows).prod(axis=1)
    return float(np.log(integrate.simpson(noise * stats.norm(0, spread).pdf(effect), x=effect)))


@pytest.mark.parametrize("levels", [[0.4], [-1.0, -0.2, 0.6], [0.7, 0.67, 0.64], [-2.5, 0.0, 2.5]], ids=str)
@pytest.mark.parametrize("rows", [[0.3], [4.0], [0.3, -0.5], [2.0, 2.1, 2.2]], ids=str)
def test_the_effect_of_an_unknown_host_is_integrated_out(rows: list[float], levels: list[float]) -> None:
    """Levels one at a time, further apart than effects are, closer, and falling."""
    draws = draws_of()
    target = np.tile(rows, (draws.size, 1))
    found = shared_host_logpdf(draws, target, np.array([levels]))
    for draw in range(draws.size):
        for position, level in enumerate(levels):
            exact = at_unknown_host(draws, draw, np.array(rows), level)
            assert found[draw, position] == pytest.approx(exact, abs=5e-3)


def test_levels_far_from_all_prices_keep_their_order() -> None:
    """Next to a level that fits, their density is less than the smallest number."""
    draws = draws_of(scale=0.01, tail=60.0)
    rows = np.tile(np.linspace(-0.02, 0.02, 40), (draws.size, 1))
    levels = np.linspace(-60.0, 60.0, 13)[None, :]
    together = shared_host_logpdf(draws, rows, levels)
    alone = np.column_stack([shared_host_logpdf(draws, rows, levels[:, [at]]) for at in range(levels.shape[1])])
    assert together.max() - together.min() > 750.0
    np.testing.assert_allclose(together, alone, rtol=1e-3)


@given(st.integers(1, 40), st.floats(0.01, 3.0), st.integers(0, 2**32 - 1))
def test_levels_together_are_levels_one_by_one(count: int, gap: float, seed: int) -> None:
    rng, draws = np.random.default_rng(seed), draws_of()
    rows = rng.normal(0.0, 1.0, (draws.size, 3))
    levels = (rng.normal() + gap * np.arange(count))[None, :]
    alone = [shared_host_logpdf(draws, rows, levels[:, [at]]) for at in range(count)]
    one_by_one = np.column_stack(alone)
    # What is a ten-thousandth of the largest is a sum over the far ends of two tails, and known less well.
    matters = one_by_one > one_by_one.max() - 9.0
    np.testing.assert_allclose(shared_host_logpdf(draws, rows, levels)[matters], one_by_one[matters], atol=5e-3)


@pytest.mark.parametrize("rows", [[0.3], [0.3, -0.5]], ids=str)
def test_hosts_that_do_not_differ_leave_the_noise(rows: list[float]) -> None:
    draws = draws_of(host=0.0)
    target, levels = np.tile(rows, (draws.size, 1)), np.array([[-0.5, 0.0, 0.5]])
    np.testing.assert_allclose(
        shared_host_logpdf(draws, target, levels), joint_noise_logpdf(draws, target, levels), atol=1e-12
    )


def test_the_table_holds_the_same_density() -> None:
    draws = draws_of()
    table = unknown_host(draws)
    residual = np.random.default_rng(1).uniform(-8, 8, (draws.size, 200))
    at_level = np.zeros((draws.size, 1))
    direct = np.column_stack([shared_host_logpdf(draws, at_level, -one[:, None]) for one in residual.T])
    np.testing.assert_allclose(table.logpdf(residual), direct, atol=1e-3)
    # Beyond the table the density goes on falling.
    far = np.array([[50.0, 60.0, -60.0]]).repeat(draws.size, axis=0)
    beyond = table.logpdf(far)
    assert np.isfinite(beyond).all()
    assert (beyond[:, 1] < beyond[:, 0]).all()


@pytest.mark.parametrize("count", [1, 5, 40])
def test_levels_are_fine_enough_for_many_prices(count: int) -> None:
    """Against Simpson's rule on a grid fifty times finer than the posterior of the level."""
    draws = draws_of(scale=0.2, tail=8.0)
    rng = np.random.default_rng(count)
    rows = np.tile(0.9 + 0.2 * rng.standard_normal(count), (draws.size, 1))
    mean, spread = np.array([0.0, 0.1, 0.2]), np.full(3, 0.7)
    levels, log_weight = level_grid(mean, spread, count / 0.2**2)
    found = logsumexp(joint_noise_logpdf(draws, rows, levels) + log_weight, axis=1)
    for draw in range(draws.size):
        fine = np.linspace(mean[draw] - LEVEL_REACH * 0.7, mean[draw] + LEVEL_REACH * 0.7, 20_001)
        noise = stats.t(draws.noise_df[draw], scale=draws["noise_scale"][draw])
        log_density = noise.logpdf(rows[draw][:, None] - fine).sum(axis=0) + stats.norm(mean[draw], 0.7).logpdf(fine)
        top = log_density.max()
        exact = top + np.log(integrate.simpson(np.exp(log_density - top), x=fine))
        assert found[draw] == pytest.approx(exact, abs=1e-3)
