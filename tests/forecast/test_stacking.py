"""Stacking weights: what the best mixture must be, and how far chance decides it."""

import numpy as np
import pytest
from costfloor.forecast.stacking import stacking_weight_draws, stacking_weights
from hypothesis import assume, given
from hypothesis import strategies as st
from origin_scores import score


def weights_of(**elpd: np.ndarray) -> dict[str, float]:
    codes = [0] * len(next(iter(elpd.values())))
    return stacking_weights({name: [score(values.tolist(), codes, codes, [], [])] for name, values in elpd.items()})


LOG_SCORES = st.lists(st.floats(-30, 5), min_size=2, max_size=30).map(np.array)


@given(LOG_SCORES, LOG_SCORES, LOG_SCORES)
def test_weights_are_a_distribution(first: np.ndarray, second: np.ndarray, third: np.ndarray) -> None:
    size = min(len(first), len(second), len(third))
    weights = weights_of(a=first[:size], b=second[:size], c=third[:size])
    assert all(0 <= weight <= 1 for weight in weights.values())
    assert sum(weights.values()) == pytest.approx(1.0)


@given(LOG_SCORES, st.floats(0.2, 5))
def test_a_law_worse_at_every_unit_gets_no_weight_and_equals_share(scores: np.ndarray, worse: float) -> None:
    weights = weights_of(good=scores, twin=scores, bad=scores - worse)
    assert weights["bad"] < 1e-6
    assert weights["good"] == pytest.approx(weights["twin"])
    assert weights["good"] == pytest.approx(0.5, abs=1e-6)


@given(LOG_SCORES, LOG_SCORES)
def test_stacking_beats_either_law_alone(first: np.ndarray, second: np.ndarray) -> None:
    size = min(len(first), len(second))
    logs = np.column_stack([first[:size], second[:size]])
    assume(np.ptp(logs[:, 0] - logs[:, 1]) > 1e-3)
    weights = np.array(list(weights_of(a=logs[:, 0], b=logs[:, 1]).values()))
    mixture = np.log(np.exp(logs) @ weights).sum()
    assert mixture >= logs.sum(axis=0).max() - 1e-3 * size


def test_without_scores_the_weights_are_equal() -> None:
    assert stacking_weights({"a": [], "b": []}) == {"a": 0.5, "b": 0.5}


def drawn(rng: np.random.Generator, lead: float, models: int, mcse: float = 0.0) -> dict[str, np.ndarray]:
    """Draws of the weights of two laws whose scores differ by chance, and by `lead` a unit for the first."""
    unit = list(range(models)) * 3
    common = rng.normal(size=len(unit))
    laws = {
        name: [score((common + own + rng.normal(size=len(unit))).tolist(), unit, [0] * len(unit), [], [], mcse)]
        for name, own in (("first", lead), ("second", 0.0))
    }
    return stacking_weight_draws(laws, seed=4)


def test_draws_of_weights_are_distributions_and_repeat() -> None:
    first, again = (drawn(np.random.default_rng(1), 0.3, 20, mcse=2.0) for _ in range(2))
    np.testing.assert_allclose(first["first"] + first["second"], 1.0)
    np.testing.assert_array_equal(first["first"], again["first"])


def test_few_models_do_not_settle_the_weights_and_a_clear_lead_does() -> None:
    rng = np.random.default_rng(2)
    open_, settled = drawn(rng, 0.0, 4)["first"], drawn(rng, 6.0, 40)["first"]
    assert np.ptp(np.quantile(open_, [0.05, 0.95])) > 0.3
    assert np.quantile(settled, 0.05) > 0.95


def test_doubt_shrinks_with_the_number_of_models() -> None:
    spread = [np.std(drawn(np.random.default_rng(3), 0.0, models)["first"]) for models in (8, 200)]
    assert spread[1] < 0.5 * spread[0]


def test_monte_carlo_error_adds_doubt() -> None:
    exact, sampled = (drawn(np.random.default_rng(5), 0.0, 60, mcse=mcse)["first"] for mcse in (0.0, 60.0))
    assert np.std(sampled) > 1.2 * np.std(exact)


def test_without_chance_every_draw_is_the_estimate() -> None:
    # One model in one quarter and exact scores: nothing to resample.
    rng = np.random.default_rng(6)
    laws = {name: [score(rng.normal(size=30).tolist(), [0] * 30, [0] * 30, [], [])] for name in "abc"}
    estimate = stacking_weights(laws)
    for name, draws in stacking_weight_draws(laws, seed=1, draws=5).items():
        np.testing.assert_allclose(draws, estimate[name], atol=1e-9)


def test_prices_of_few_quarters_leave_doubt_however_many_models() -> None:
    rng = np.random.default_rng(7)
    unit, lead = list(range(300)), np.repeat([1.0, -0.9, 0.8], 100)
    spreads = []
    for quarter in (np.repeat([0, 1, 2], 100), np.zeros(300, int)):
        laws = {
            name: [score((sign * lead + 0.1 * rng.normal(size=300)).tolist(), unit, quarter.tolist(), [], [])]
            for name, sign in (("first", 0.5), ("second", -0.5))
        }
        spreads.append(np.std(stacking_weight_draws(laws, seed=4)["first"]))
    assert spreads[0] > 2 * spreads[1]


def test_without_scores_every_draw_is_equal_weights() -> None:
    draws = stacking_weight_draws({"a": [], "b": []}, seed=1, draws=3)
    np.testing.assert_array_equal(draws["a"], 0.5)
