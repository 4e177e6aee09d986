"""Scores and claims on forecasts whose merits are known."""

from dataclasses import replace

import numpy as np
import pytest
from closed_forms import forecast_error_variance
from costfloor.errors import InputError
from costfloor.forecast.stacking import ROUNDS, best_mixture
from costfloor.studies.technologies.claims import base_rate, calibration, outcomes
from costfloor.studies.technologies.classical import CLASSICAL, forecast_classical, line, walk
from costfloor.studies.technologies.forecast import SeriesForecast, rates, stack
from costfloor.studies.technologies.scores import score
from costfloor.studies.technologies.series import CostSeries
from known import series

RNG = np.random.default_rng(1)
FALLING = [series(f"t{k}", np.arange(12), -0.1 * np.arange(12.0)) for k in range(4)]


def slowed(k: int) -> CostSeries:
    age = np.arange(12.0)
    return series(f"s{k}", age, -0.1 * np.minimum(age, 5.0))


def forecast(name: str, *, elpd: float = 0.0, slows: float = 0.5, pit: float = 0.5) -> SeriesForecast:
    ahead = np.arange(1.0, 7.0)
    return SeriesForecast(name, ahead, elpd, np.full(6, 0.1), np.full(6, pit), slows, RNG.standard_normal((50, 6)))


def test_rates_of_both_parts() -> None:
    age = np.arange(10.0)
    one = series("a", age, np.where(age < 5, -0.2 * age, -1.0 - 0.02 * (age - 5)))
    assert rates(one, 0.5) == pytest.approx((0.2, 0.02))


def test_stacking_prefers_what_scores() -> None:
    weights = best_mixture(np.array([[0.0, 0.0, 0.0], [-20.0, -20.0, -20.0]]).T[None], np.ones(3)[None])[0]
    assert weights == pytest.approx([1.0, 0.0], abs=1e-6)
    even = best_mixture(np.array([[0.0, -30.0], [-30.0, 0.0]]).T[None], np.ones(2)[None])[0]
    assert even == pytest.approx([0.5, 0.5], abs=1e-6)


def test_a_series_is_stacked_without_its_own_score() -> None:
    wholes = FALLING[:3]
    good = [forecast(one.name, elpd=e) for one, e in zip(wholes, (30.0, 0.0, 0.0), strict=True)]
    flat = [forecast(one.name, elpd=e) for one, e in zip(wholes, (0.0, 5.0, 5.0), strict=True)]
    mixed, weights = stack({"good": good, "flat": flat}, wholes, np.ones(3), 0.5)
    # The others know nothing of what made it good here.
    assert mixed[0].elpd < 15.0
    assert sum(weights.values()) == pytest.approx(1.0)


def test_a_weight_next_to_nothing_does_not_overflow() -> None:
    wholes = FALLING[:3]
    # Each round multiplies the weight by the same factor, and after the last it is about 1e-313.
    behind = 720.0 / ROUNDS
    good = [forecast(series.name, elpd=e) for series, e in zip(wholes, (5.0, 0.0, 0.0), strict=True)]
    flat = [forecast(series.name, elpd=e) for series, e in zip(wholes, (0.0, behind, behind), strict=True)]
    mixed, _ = stack({"good": good, "flat": flat}, wholes, np.ones(3), 0.5)
    assert mixed[0].elpd == pytest.approx(0.0, abs=1e-9)


def test_scores_count_technologies_not_series() -> None:
    wholes = [replace(FALLING[0], technology="x"), replace(FALLING[1], technology="x"), FALLING[2]]
    weights = np.array([0.5, 0.5, 1.0])
    forecasts = [
        forecast(one.name, elpd=e, pit=p) for one, e, p in zip(wholes, (1, 3, 5), (0.5, 0.5, 0.99), strict=True)
    ]
    walks = [forecast(one.name) for one in wholes]
    found = score(forecasts, walks, wholes, weights, 0.3)
    assert (found.elpd, found.lead) == pytest.approx((7.0, 7.0))
    # Two technologies with leads of 2 and 5.
    assert found.lead_se == pytest.approx(np.sqrt(2) * np.std([2.0, 5.0], ddof=1))
    assert (found.mover, found.moved) == (FALLING[2].technology, 5.0)
    assert (found.coverage50, found.coverage90) == pytest.approx((0.5, 0.5))
    assert [one.observations for one in found.horizons] == [6, 9, 3]
    assert sum(found.pit) == pytest.approx(1.0)


def test_claims_are_judged_on_what_was_falling() -> None:
    rising = series("r", np.arange(12), 0.1 * np.arange(12.0))
    wholes = [*FALLING[:2], slowed(0), slowed(1), rising]
    happened = outcomes(wholes, np.ones(5), 0.5)
    assert happened.falling.tolist() == [True, True, True, True, False]
    assert happened.slowed[:4].tolist() == [False, False, True, True]
    assert happened.technologies == 4
    knows = calibration([forecast("", slows=p) for p in (0.1, 0.1, 0.9, 0.9, 0.7)], happened)
    assert knows.brier == pytest.approx(0.01)
    assert [(b.low, b.technologies, b.happened) for b in knows.bins] == [(0.0, 2, 0.0), (0.8, 2, 1.0)]
    coin = calibration([forecast("", slows=0.5)] * 5, happened)
    assert coin.brier == pytest.approx(0.25)
    # Without a series the others slowed in two of three cases or in one.
    assert base_rate(happened)[:4] == pytest.approx([2 / 3, 2 / 3, 1 / 3, 1 / 3])
    assert coin.gain == pytest.approx((2 / 3) ** 2 - 0.25)
    assert (knows.gain, knows.gain_se) == pytest.approx(((2 / 3) ** 2 - 0.01, 0.0))


def test_claims_need_something_that_falls() -> None:
    with pytest.raises(InputError, match="fewer than two technologies were falling"):
        outcomes([series("r", np.arange(12), 0.1 * np.arange(12.0))] * 3, np.ones(3), 0.5)


def test_walk_has_the_closed_form_of_farmer_and_lafond() -> None:
    seen = series("a", np.arange(11), np.cumsum(np.r_[0.0, RNG.normal(-0.05, 0.1, 10)]))
    ahead = np.array([11.0, 13.0, 20.0])
    for theta in (0.0, 0.63):
        path = walk(seen, ahead, theta)
        changes = np.diff(seen.log_cost)
        innovation = changes.var(ddof=1) / (1 + theta**2)
        expected = forecast_error_variance(ahead - 10, 10, innovation, theta)
        assert np.diagonal(path.covariance) == pytest.approx(expected)
        assert path.mean == pytest.approx(seen.log_cost[-1] + changes.mean() * (ahead - 10))


def test_line_finds_a_line() -> None:
    noisy = series("a", np.arange(30), 1.0 - 0.05 * np.arange(30.0) + RNG.normal(0, 0.01, 30))
    path = line(noisy, np.array([40.0]))
    assert path.mean == pytest.approx([-1.0], abs=0.03)
    assert 0.005 < np.sqrt(path.covariance[0, 0]) < 0.03
    assert path.freedom == 28


@pytest.mark.parametrize("name", CLASSICAL)
def test_classical_forecasts_are_calibrated_on_walks(name: str) -> None:
    rng = np.random.default_rng(2)
    inside = []
    for number in range(150):
        steps = np.r_[0.0, rng.normal(-0.05, 0.1, 29)]
        one = series(f"{number}", np.arange(30), np.cumsum(steps))
        inside.append(forecast_classical(name, one, 0.5, seed=1).covered(0.9)[:3].mean())
    low, high = {"walk with drift": (0.85, 0.95), "Farmer & Lafond": (0.85, 1.0), "line (OLS)": (0.4, 0.85)}[name]
    assert low < np.mean(inside) < high


def test_probability_of_slowing_is_that_of_the_slope() -> None:
    one = series("a", np.arange(12), -0.1 * np.arange(12.0) + RNG.normal(0, 0.01, 12))
    found = forecast_classical("line (OLS)", one, 0.5, seed=1)
    assert found.slows < 0.05
    halved = series("b", np.arange(12), np.where(np.arange(12) < 6, one.log_cost, -0.55 - 0.01 * np.arange(12)))
    # The line saw the same: what came later does not change what it said.
    assert forecast_classical("line (OLS)", halved, 0.5, seed=1).slows == pytest.approx(found.slows)
