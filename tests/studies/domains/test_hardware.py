"""Trends of hardware are found with their size, and what is not comparable stays out."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from costfloor.studies.domains.gains import INFERENCE, TRAINING, GainSeries, gain_series
from costfloor.studies.domains.hardware import (
    computing_per_dollar,
    hardware_trends,
    purchase_prices,
    rental_prices,
    software_gains,
)
from store import project_store

DATA = Path(__file__).parents[3] / "data"
MEDIAN = "median normalised on-demand list price across providers"


def accelerators(rate: float, count: int = 12) -> pd.DataFrame:
    dates = pd.date_range("2016-01-01", periods=count, freq="365D")
    years = np.asarray((dates - dates[0]).days) / 365.25
    noise = np.random.default_rng(4).normal(0.0, 0.05, count)
    return pd.DataFrame(
        {
            "release_date": dates, "flops_per_usd": 1e9 * np.exp(rate * years + noise),
            "fp16_bf16_tensor_flops": 2e14, "fp32_flops": 1e13,
        }
    )  # fmt: skip


def rental(rate: float, months: int = 24, series: str = MEDIAN, providers: int = 2) -> pd.DataFrame:
    dates = pd.period_range("2023-01", periods=months, freq="M")
    noise = np.random.default_rng(5).normal(0.0, 0.01, months)
    return pd.DataFrame(
        {
            "date": dates.astype(str), "gpu": "H100", "series": series,
            "value": 4.0 * np.exp(-rate * np.arange(months) / 12.0 + noise),
            "n_providers": 3.0 + np.arange(months) % providers,
        }
    )  # fmt: skip


@pytest.mark.parametrize("rate", [0.3, -0.2])
def test_computing_per_dollar(rate: float) -> None:
    (one,) = computing_per_dollar(accelerators(rate))
    assert one.rate == pytest.approx(rate, abs=0.03)
    assert one.interval90[0] < rate < one.interval90[1]
    assert (one.points, round(one.first)) == (12, 2016)
    assert one.remark == ""


def test_figures_without_matrix_units_are_another_quantity() -> None:
    rows = accelerators(0.3)
    rows.loc[3, ["fp16_bf16_tensor_flops", "flops_per_usd"]] = [1e13, 1e6]
    (one,) = computing_per_dollar(rows)
    assert one.points == 11
    assert one.remark.startswith("1 without")
    assert computing_per_dollar(rows.head(3)) == []


@pytest.mark.parametrize("rate", [0.4, -0.3])
def test_rental_falls_are_gains(rate: float) -> None:
    (one,) = rental_prices(rental(rate))
    assert one.rate == pytest.approx(rate, abs=0.03)
    assert one.remark == "median over 3 to 4 providers, a mix that changes"


def test_rental_prices_of_a_year_or_too_few_stay_out() -> None:
    assert rental_prices(rental(0.4, months=3)) == []
    assert rental_prices(rental(0.4, months=8)) == [], "less than a year"
    undated = rental(0.4).assign(date="2023")
    assert rental_prices(undated) == []
    (own,) = rental_prices(rental(0.4, series="one cloud", providers=1))
    assert own.remark == ""


def test_purchase_prices() -> None:
    rows = pd.DataFrame({"year": [2022, 2023, 2024, 2025], "gpu": "H100", "geomean": [8.0, 4.0, 2.0, 1.05]})
    (one,) = purchase_prices(rows)
    assert one.rate == pytest.approx(np.log(2.0), abs=0.03)
    assert purchase_prices(rows.head(3)) == []


def test_gains_of_software_at_the_same_device() -> None:
    start = pd.Timestamp("2022-01-01")
    made = [
        GainSeries(f"task {n}", source, f"task {n}", "H100", start, (0.0, 0.5, 1.5), (0.0, 0.05, 0.15 + 0.001 * n), 9)
        for n in range(4)
        for source in (INFERENCE, TRAINING)
    ]
    (one,) = software_gains(made)
    assert one.rate == pytest.approx(0.1, abs=0.005)
    assert one.interval90[0] < one.rate < one.interval90[1]
    assert (one.subject, one.remark) == ("H100", "4 benchmarks")
    assert software_gains(made[:4]) == [], "two benchmarks are no mean"


def test_trends_of_the_project() -> None:
    found = hardware_trends(project_store(), gain_series(project_store()))
    assert {one.kind for one in found} == {"computing per dollar", "rental price", "purchase price", "software"}
    assert all(one.interval90[0] < one.rate < one.interval90[1] for one in found)
    assert all(abs(one.rate) < 2.0 for one in found)
    (whole,) = (one for one in found if one.kind == "computing per dollar")
    assert whole.points >= 10
