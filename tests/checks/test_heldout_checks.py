"""Targeted checks on rows after an origin: what was foreseen passes, what was not fails."""

import numpy as np
import pytest
from costfloor.checks.heldout import HELDOUT, heldout_checks
from costfloor.fit.result import Fit
from costfloor.laws.observations import PriceObservations, subset
from fake_fits import make_fit


def fit_until(seen: np.ndarray, falling: PriceObservations, rate: float) -> Fit:
    """A fit to the rows `seen` that has their level at the origin right, and this rate."""
    past = subset(falling, seen)
    at_birth = past.log_price + past.age_years - past.quality
    # `falling` falls at a rate of 1: another rate is to pass through the prices of the origin.
    start = [at_birth[past.family == code].mean() + (rate - 1.0) * past.ages_at_last[code] for code in range(2)]
    center = {
        "rate": rate,
        "family_rate": np.full(2, rate),
        "level": 0.0,
        "level_spread": 0.5,
        "elasticity": falling.quality_scale,
        "elasticity_spread": 0.1,
        "family_start": np.array(start),
        "family_elasticity": np.full(2, falling.quality_scale),
    }
    return make_fit("exponential", past, center)


@pytest.fixture
def seen(falling: PriceObservations) -> np.ndarray:
    return falling.time_years <= 2.0


def test_what_was_foreseen_passes(falling: PriceObservations, seen: np.ndarray) -> None:
    results = heldout_checks(fit_until(seen, falling, 1.0), falling, seen, ~seen, seed=1)
    assert [result.name for result in results] == list(HELDOUT)
    assert {result.name for result in results if result.passed is False} == set()
    assert results[0].passed is True
    assert results[0].table["observed"][0] == pytest.approx(1.0, abs=0.2)
    assert results[0].table["q50"][0] == pytest.approx(1.0, abs=0.1)


def test_a_rate_that_did_not_go_on_fails(falling: PriceObservations, seen: np.ndarray) -> None:
    (rate, *_) = heldout_checks(fit_until(seen, falling, 0.3), falling, seen, ~seen, seed=1)
    assert rate.passed is False
    assert rate.table["q50"][0] == pytest.approx(0.3, abs=0.1)


def test_only_held_out_rows_are_looked_at(falling: PriceObservations, seen: np.ndarray) -> None:
    fit = fit_until(seen, falling, 1.0)
    months = falling.time_years <= 2.75
    (whole, *_), (half, *_) = (heldout_checks(fit, falling, seen, rows, seed=1) for rows in (~seen, ~seen & months))
    assert whole.table["observed"][0] != half.table["observed"][0]
    assert half.passed is True
