"""What the questions ask of draws: by hand where a law has a closed form, and the same for prior draws as PyMC's."""

from dataclasses import replace

import numpy as np
import pytest
from costfloor.fit.question_events import (
    AT_MOST_20,
    HALVED,
    WINDOW_YEARS,
    YEARS_AHEAD,
    OnSale,
    QuestionEvents,
    question_events,
)
from costfloor.laws import LAWS
from costfloor.laws.innovations import GRID_YEARS, grid_steps
from costfloor.laws.plateau import decline, rate

LAST = 3.0
STEPS = grid_steps(LAST + WINDOW_YEARS)


def on_sale(*births: float) -> OnSale:
    count = len(births)
    return OnSale(np.array(births), np.zeros(count, np.intp), np.full(count, 1.0 / count), count)


def constant(value: float, draws: int = 2) -> dict[str, np.ndarray]:
    return {"rate": np.full((draws, 1), value)}


def still(draws: int = 2, families: int = 1) -> np.ndarray:
    return np.zeros((draws, families, STEPS))


def test_a_constant_rate_is_that_rate_at_every_time_and_age() -> None:
    found = question_events(LAWS["exponential"], constant(0.7), still(), on_sale(-4.0, 2.9, 3.5), LAST)
    assert found.rate_12m == pytest.approx(0.7)
    assert found.fall_next_12m == pytest.approx(0.7)
    assert found.rate_ahead == pytest.approx(0.7)
    assert found.rate_ahead.shape == (2, len(YEARS_AHEAD))
    assert not found.slowed_quarter.any()


def test_a_fading_rate_by_hand_and_by_the_birth_of_each_capability() -> None:
    values = {"rate_floor": 0.2, "rate_excess": 2.0, "half_life_years": 1.5}
    parameters = {name: np.full((1, 1), value) for name, value in values.items()}
    births = np.array([-1.0, 2.5])
    found = question_events(LAWS["plateau"], parameters, still(1), on_sale(*births), LAST)
    # The younger one opened within the window: before its birth it fell at its first rate.
    younger = float(decline(values, 0.5)) + 0.5 * 2.2
    older = float(decline(values, 4.0) - decline(values, 3.0))
    assert found.rate_12m == pytest.approx((younger + older) / 2)
    ahead = np.mean([decline(values, 4.0 - birth) - decline(values, 3.0 - birth) for birth in births])
    assert found.fall_next_12m == pytest.approx(ahead)
    assert found.rate_ahead[0] == pytest.approx(
        [np.mean([rate(values, LAST + years - birth) for birth in births]) for years in YEARS_AHEAD]
    )
    assert np.diff(found.rate_ahead[0]).max() < 0.0
    assert found.slowed_quarter.all()


def test_a_capability_ahead_of_the_market_falls_at_its_first_rate_until_it_opens() -> None:
    parameters = {"rate_floor": np.zeros((1, 1)), "rate_excess": np.ones((1, 1)), "half_life_years": np.ones((1, 1))}
    found = question_events(LAWS["plateau"], parameters, still(1), on_sale(LAST + 1.0), LAST)
    assert found.rate_12m == pytest.approx(1.0)
    assert found.fall_next_12m == pytest.approx(1.0)
    assert found.rate_ahead[0, 0] == pytest.approx(1.0)
    assert found.rate_ahead[0, 1] == pytest.approx(0.25)
    assert not found.slowed_quarter.any()


def test_models_count_alike_and_families_have_their_own_parameters() -> None:
    parameters = {"rate": np.array([[0.2, 1.0]])}
    capabilities = OnSale(np.array([0.0, 1.0]), np.array([0, 1]), np.array([0.75, 0.25]), 4)
    found = question_events(LAWS["exponential"], parameters, still(1, 2), capabilities, LAST)
    assert found.rate_12m == pytest.approx(0.75 * 0.2 + 0.25 * 1.0)
    alone = replace(capabilities, weight=np.array([0.0, 1.0]))
    assert question_events(LAWS["exponential"], parameters, still(1, 2), alone, LAST).fall_next_12m == pytest.approx(
        1.0
    )


def test_innovations_of_the_window_move_its_rate_and_later_ones_the_next() -> None:
    increments = still()
    in_window = int((LAST - 0.5) / GRID_YEARS)
    increments[0, 0, in_window] = 0.3
    increments[1, 0, int((LAST + 0.5) / GRID_YEARS)] = -0.2
    increments[:, 0, 0] = 5.0
    found = question_events(LAWS["discovery"], constant(0.5), increments, on_sale(0.0), LAST)
    assert found.rate_12m == pytest.approx([0.8, 0.5])
    assert found.fall_next_12m == pytest.approx([0.5, 0.3])
    assert found.rate_ahead == pytest.approx(0.5)


def test_before_the_start_of_time_there_are_no_innovations() -> None:
    increments = still()
    increments[:, 0, :2] = 0.1
    found = question_events(LAWS["discovery"], constant(0.5), increments, on_sale(0.0), 0.5)
    assert found.rate_12m == pytest.approx(0.5 + 0.2)


def test_innovations_that_end_too_early_are_refused() -> None:
    with pytest.raises(ValueError, match="end before the next 12 months"):
        question_events(LAWS["discovery"], constant(0.5), still()[..., :-1], on_sale(0.0), LAST)


def test_the_events_are_those_of_the_questions_at_their_limits() -> None:
    below, above = np.nextafter(AT_MOST_20, 0.0), np.nextafter(AT_MOST_20, 1.0)
    found = QuestionEvents(
        rate_12m=np.array([below, above]),
        fall_next_12m=np.array([np.nextafter(HALVED, 0.0), HALVED]),
        slowed_quarter=np.array([True, False]),
        rate_ahead=np.array([[above, below, below, below], [above, above, below, above]]),
    )
    assert {number: event.tolist() for number, event in found.holds.items()} == {
        1: [True, False],
        2: [False, True],
        5: [True, False],
    }
    assert {years: event.tolist() for years, event in found.at_most_20.items()} == {
        1: [False, False],
        3: [True, False],
        5: [True, True],
        10: [True, False],
    }
    assert np.exp([-AT_MOST_20, -HALVED]) == pytest.approx([0.8, 0.5])
