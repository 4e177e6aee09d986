"""Shares of inputs in the cost of a token: identities, and the rate that the slowest input leaves."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from costfloor.economics.cost_outlook import SINGLE_PATH_DRAWS, cost_outlook
from costfloor.economics.cost_shares import (
    STAFF,
    HardwareTrend,
    cost_ranges,
    cost_shares,
    drawn_inputs,
    hardware_trend,
    hardware_trends,
    shares_today,
)
from costfloor.economics.futures import Future, fixed_path
from costfloor.report.chapter_costs import ASKED, hangs_on
from store import project_store

DATA = Path(__file__).parents[2] / "data"
SIZE = 500
GROWING = ("wage", "electricity", "facility", "token")
SAME = (HardwareTrend(0.2, 0.0, 10), HardwareTrend(0.2, 0.0, 10))


@pytest.fixture
def inputs() -> dict[str, np.ndarray]:
    return drawn_inputs(cost_ranges(), SIZE, np.random.default_rng(1))


def test_shares_of_today_by_hand() -> None:
    one = {name: np.array([value]) for name, value in {
        "accelerator_usd": 43_830.0, "life_years": 5.0, "utilisation": 0.5, "power_kw": 1.0, "pue": 1.25, "electricity_usd_per_kwh": 0.08,
        "facility_usd_per_kw_month": 73.05, "staff_fixed_share": 0.02, "staff_per_accelerator_share": 0.03,
        "staff_per_token_share": 0.05, "batch_size": 64.0, "equal_batch": 100.0,
    }.items()}  # fmt: skip
    # Per hour sold: 2.00 USD of accelerator, 0.10 of energy, 0.20 of facility; staff is a tenth of all.
    found = shares_today(one)
    assert found["accelerators"][0] == pytest.approx(0.9 * 2.0 / 2.3)
    assert found["energy"][0] == pytest.approx(0.9 * 0.1 / 2.3)
    assert found["facility"][0] == pytest.approx(0.9 * 0.2 / 2.3)
    assert [found[name][0] for name in STAFF] == pytest.approx([0.02, 0.03, 0.05])
    # At a batch of 16 a token takes (100 + 16) / 16 instead of (100 + 64) / 64 of machine: 0.1 of staff meets 0.9 * 116 / 41 of machine.
    small = shares_today(one | {"batch_size": np.array([16.0])})
    assert sum(small[name][0] for name in STAFF) == pytest.approx(0.1 / (0.1 + 0.9 * 116 / 41))
    assert small["energy"][0] / small["accelerators"][0] == pytest.approx(0.05)


def test_a_larger_batch_leaves_more_to_staff(inputs: dict[str, np.ndarray]) -> None:
    small, large = (shares_today(inputs | {"batch_size": np.full(SIZE, size)}) for size in (8.0, 512.0))
    assert all((small[name] < large[name]).all() for name in STAFF)


def test_shares_add_up_to_one(inputs: dict[str, np.ndarray]) -> None:
    found = cost_shares(fixed_path(0.4, 10), inputs, hardware_trends(project_store()), np.random.default_rng(2))
    assert tuple(found.shares) == ("accelerators", "energy", "facility", *STAFF)
    np.testing.assert_allclose(sum(found.shares.values()), 1.0, rtol=1e-12)
    np.testing.assert_allclose(found.relative_cost[:, 0], 1.0, rtol=1e-12)
    np.testing.assert_allclose(found.stagnant_share, 1.0 - found.shares["accelerators"], rtol=1e-9)


def test_the_rate_is_the_average_by_share_and_goes_to_the_slowest(inputs: dict[str, np.ndarray]) -> None:
    still = inputs | {f"{name}_growth_per_year": np.zeros(SIZE) for name in GROWING}
    found = cost_shares(fixed_path(0.5, 40), still, SAME, np.random.default_rng(3))
    staff = found.shares["staff_fixed"] + found.shares["staff_per_token"]
    # Staff per accelerator falls with these; with the other two alone standing still, cost after a year is they and half of the rest.
    expected = -np.log(staff[:, :-1] + 0.5 * (1.0 - staff[:, :-1]))
    np.testing.assert_allclose(found.yearly_rate, expected, rtol=1e-9, atol=1e-12)
    assert (np.diff(found.yearly_rate, axis=1) < 0.0).all()
    assert found.yearly_rate[:, -1].max() < 0.01
    assert found.reach(40) == (1.0, 0.0, 0.0)


def test_a_fast_fall_reaches_half_sooner_and_no_fall_of_staff_means_no_disease(inputs: dict[str, np.ndarray]) -> None:
    fast = cost_shares(fixed_path(0.6, 20), inputs, SAME, np.random.default_rng(4))
    slow = cost_shares(fixed_path(0.2, 20), inputs, SAME, np.random.default_rng(4))
    assert np.nanmedian(fast.stagnant_half_year) < np.nanmedian(slow.stagnant_half_year)
    healthy = inputs | {f"{name}_share": np.zeros(SIZE) for name in STAFF} | {
        f"{name}_growth_per_year": np.zeros(SIZE) for name in ("electricity", "facility")
    }  # fmt: skip
    found = cost_shares(fixed_path(0.18, 20), healthy, SAME, np.random.default_rng(5))
    np.testing.assert_allclose(found.yearly_rate, -np.log(0.82), rtol=1e-9)
    assert found.reach(20) == (0.0, 1.0, 0.0)


def test_each_kind_of_staff_follows_what_its_number_goes_with(inputs: dict[str, np.ndarray]) -> None:
    steady = inputs | {
        f"{name}_growth_per_year": np.full(SIZE, value) for name, value in (("wage", 0.04), ("token", 0.5))
    }
    followed = cost_shares(fixed_path(0.4, 3), steady, SAME, np.random.default_rng(6))
    part = {name: followed.shares[name] * followed.relative_cost for name in STAFF}
    index = {name: (part[name] / part[name][:, :1])[0] for name in STAFF}
    years = np.arange(4.0)
    assert index["staff_per_token"] == pytest.approx(1.04**years)
    assert index["staff_per_accelerator"] == pytest.approx((0.6 * 1.04) ** years)
    assert index["staff_fixed"] == pytest.approx((1.04 / 1.5) ** years)


def test_the_accelerators_part_falls_by_both_channels() -> None:
    years = np.arange(11.0)
    price, size = np.exp(-0.9 * years), np.exp(-0.7 * years)
    split = Future("made up", True, price[None, :], size[None, :])
    outlook = cost_outlook(split, cost_ranges(), SAME, seed=1)
    assert [rate[1] for rate in outlook.size_rate] == pytest.approx([0.7] * 10)
    assert [rate[1] for rate in outlook.unit_rate] == pytest.approx([0.2] * 10)
    whole = cost_outlook(Future("made up", True, price[None, :]), cost_ranges(), SAME, seed=1)
    assert whole.size_rate == whole.unit_rate == ()
    # What is known of the channels changes no cost: it says where its fall comes from.
    assert whole.stagnant_share == outlook.stagnant_share


@pytest.mark.parametrize("decisive", STAFF)
def test_what_a_conclusion_hangs_on_is_the_kind_whose_range_changes_it(decisive: str) -> None:
    ranges = cost_ranges() | {f"{name}_share": (0.02, 0.021) for name in STAFF} | {f"{decisive}_share": (0.0, 0.9)}
    outlook = cost_outlook(fixed_path(0.3, 10), ranges, SAME, seed=1)
    hanging = {swing.kind: [name for name in ASKED if hangs_on(swing, name, outlook.draws)] for swing in outlook.staff}
    assert "stagnant_share" in hanging[decisive]
    assert not any(hanging[name] for name in STAFF if name != decisive)


def test_readings_are_medians_with_the_shares_of_draws_behind_them() -> None:
    outlook = cost_outlook(fixed_path(0.3, 10), cost_ranges(), SAME, seed=1)
    assert outlook.draws == SINGLE_PATH_DRAWS
    for reading in (reading for swing in outlook.staff for reading in (swing.at_low, swing.at_high)):
        assert (reading.stagnant_share >= 0.5) == (reading.p_stagnant >= 0.5)
        assert sum(reading.reach) == pytest.approx(1.0)
        assert list(reading.p_half) == sorted(reading.p_half)
        assert next(year for year, share in enumerate(reading.p_half) if share >= 0.5) == reading.half_years


@pytest.mark.parametrize(("paths", "draws", "counted"), [(3000, 300.0, 300.0), (3000, None, 3000), (100, 300.0, 100)])
def test_a_cost_is_worth_no_more_draws_than_its_price(paths: int, draws: float | None, counted: float) -> None:
    price = np.exp(-np.linspace(0.1, 0.5, paths)[:, None] * np.arange(7.0))
    assert cost_outlook(Future("law", True, price, draws=draws), cost_ranges(), SAME, seed=1).draws == counted


def test_a_trend_of_hardware_is_a_least_squares_slope() -> None:
    dates = pd.to_datetime(["2015-01-01", "2016-01-01", "2018-01-01", "2020-01-01", "2022-01-01"])
    values = np.exp(0.3 * np.arange(5) + np.array([9.0, 0.1, -0.1, 0.0, 0.05]))
    table = pd.DataFrame({"release_date": dates, "flops_per_w": values})
    found = hardware_trend(table, "flops_per_w")
    assert found.n == 4
    assert found.rate == pytest.approx(0.15, abs=0.02)
    assert 0.0 < found.se < 0.05
    assert all(trend.n > 10 and 0.1 < trend.rate < 0.5 for trend in hardware_trends(project_store()))
