"""Shares of inputs in the cost of a token: identities, and the rate that the slowest input leaves."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from costfloor.economics.cost_shares import (
    HardwareTrend,
    cost_ranges,
    cost_shares,
    drawn_inputs,
    hardware_trend,
    hardware_trends,
    shares_today,
)
from costfloor.economics.futures import fixed_path
from store import project_store

DATA = Path(__file__).parents[2] / "data"
SIZE = 500
SAME = (HardwareTrend(0.2, 0.0, 10), HardwareTrend(0.2, 0.0, 10))


@pytest.fixture
def inputs() -> dict[str, np.ndarray]:
    return drawn_inputs(cost_ranges(), SIZE, np.random.default_rng(1))


def test_shares_of_today_by_hand() -> None:
    one = {name: np.array([value]) for name, value in {
        "accelerator_usd": 43_830.0, "life_years": 5.0, "utilisation": 0.5, "power_kw": 1.0, "pue": 1.25, "electricity_usd_per_kwh": 0.08,
        "facility_usd_per_kw_month": 73.05, "staff_share": 0.1, "batch_size": 64.0, "equal_batch": 100.0,
    }.items()}  # fmt: skip
    # Per hour sold: 2.00 USD of accelerator, 0.10 of energy, 0.20 of facility; staff is a tenth of all.
    found = shares_today(one)
    assert found["accelerators"][0] == pytest.approx(0.9 * 2.0 / 2.3)
    assert found["energy"][0] == pytest.approx(0.9 * 0.1 / 2.3)
    assert found["facility"][0] == pytest.approx(0.9 * 0.2 / 2.3)
    assert found["staff"][0] == pytest.approx(0.1)
    # At a batch of 16 a token takes (100 + 16) / 16 instead of (100 + 64) / 64 of machine: 0.1 of staff meets 0.9 * 116 / 41 of machine.
    small = shares_today(one | {"batch_size": np.array([16.0])})
    assert small["staff"][0] == pytest.approx(0.1 / (0.1 + 0.9 * 116 / 41))
    assert small["energy"][0] / small["accelerators"][0] == pytest.approx(0.05)


def test_a_larger_batch_leaves_more_to_staff(inputs: dict[str, np.ndarray]) -> None:
    small, large = (shares_today(inputs | {"batch_size": np.full(SIZE, size)}) for size in (8.0, 512.0))
    assert (small["staff"] < large["staff"]).all()


def test_shares_add_up_to_one(inputs: dict[str, np.ndarray]) -> None:
    found = cost_shares(fixed_path(0.4, 10), inputs, hardware_trends(project_store()), np.random.default_rng(2))
    assert tuple(found.shares) == ("accelerators", "energy", "facility", "staff")
    np.testing.assert_allclose(sum(found.shares.values()), 1.0, rtol=1e-12)
    np.testing.assert_allclose(found.relative_cost[:, 0], 1.0, rtol=1e-12)
    np.testing.assert_allclose(found.stagnant_share, 1.0 - found.shares["accelerators"], rtol=1e-9)


def test_the_rate_is_the_average_by_share_and_goes_to_the_slowest(inputs: dict[str, np.ndarray]) -> None:
    still = inputs | {f"{name}_growth_per_year": np.zeros(SIZE) for name in ("wage", "electricity", "facility")}
    found = cost_shares(fixed_path(0.5, 40), still, SAME, np.random.default_rng(3))
    staff = found.shares["staff"]
    # With staff alone standing still, cost after a year is staff and half of the rest.
    expected = -np.log(staff[:, :-1] + 0.5 * (1.0 - staff[:, :-1]))
    np.testing.assert_allclose(found.yearly_rate, expected, rtol=1e-9, atol=1e-12)
    assert (np.diff(found.yearly_rate, axis=1) < 0.0).all()
    assert found.yearly_rate[:, -1].max() < 0.01
    assert found.reach(40) == (1.0, 0.0, 0.0)


def test_a_fast_fall_reaches_half_sooner_and_no_fall_of_staff_means_no_disease(inputs: dict[str, np.ndarray]) -> None:
    fast = cost_shares(fixed_path(0.6, 20), inputs, SAME, np.random.default_rng(4))
    slow = cost_shares(fixed_path(0.2, 20), inputs, SAME, np.random.default_rng(4))
    assert np.nanmedian(fast.stagnant_half_year) < np.nanmedian(slow.stagnant_half_year)
    healthy = inputs | {"staff_share": np.zeros(SIZE)} | {
        f"{name}_growth_per_year": np.zeros(SIZE) for name in ("electricity", "facility")
    }  # fmt: skip
    found = cost_shares(fixed_path(0.18, 20), healthy, SAME, np.random.default_rng(5))
    np.testing.assert_allclose(found.yearly_rate, -np.log(0.82), rtol=1e-9)
    assert found.reach(20) == (0.0, 1.0, 0.0)


def test_a_trend_of_hardware_is_a_least_squares_slope() -> None:
    dates = pd.to_datetime(["2015-01-01", "2016-01-01", "2018-01-01", "2020-01-01", "2022-01-01"])
    values = np.exp(0.3 * np.arange(5) + np.array([9.0, 0.1, -0.1, 0.0, 0.05]))
    table = pd.DataFrame({"release_date": dates, "flops_per_w": values})
    found = hardware_trend(table, "flops_per_w")
    assert found.n == 4
    assert found.rate == pytest.approx(0.15, abs=0.02)
    assert 0.0 < found.se < 0.05
    assert all(trend.n > 10 and 0.1 < trend.rate < 0.5 for trend in hardware_trends(project_store()))
