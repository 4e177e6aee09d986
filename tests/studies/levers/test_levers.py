"""Discounts and active parameters, on hand-made tables."""

import pandas as pd
import pytest
from costfloor.studies.levers.levers import MIN_OBSERVED, active_share, discount


def quotes(cached: list[float], hosts: list[str], statuses: list[str] | None = None) -> pd.DataFrame:
    n = len(cached)
    return pd.DataFrame(
        {
            "status": statuses or ["kept"] * n,
            "host": hosts,
            "host_kind": ["aggregator" if host == "relay" else "inference_host" for host in hosts],
            "model_key": "maker/model",
            "date": pd.date_range("2024-12-30", periods=n),
            "cached": cached,
            "full": 2.0,
        }
    )


def test_ratio_of_the_latest_price_of_each_host() -> None:
    table = quotes([2.0, 0.2, 0.4, 0.6, 0.8, 1.0, 0.2], ["one", "one", "two", "three", "four", "five", "relay"])
    lever = discount("cache", table, "cached", "full")
    assert lever.observed == 5
    assert lever.ratio == pytest.approx((0.2, 0.3, 0.4))
    assert lever.years == (2024, 2025)


def test_free_and_quarantined_prices_are_no_discounts() -> None:
    table = quotes([0.0, 0.5, 0.5], ["one", "two", "three"], ["kept", "quarantined", "duplicate"])
    lever = discount("cache", table, "cached", "full")
    assert lever.observed == 1
    assert lever.observed < MIN_OBSERVED
    assert lever.ratio is None


def test_nothing_observed() -> None:
    lever = discount("cache", quotes([], []), "cached", "full")
    assert (lever.observed, lever.ratio, lever.years) == (0, None, None)


def test_dense_models_are_left_out() -> None:
    models = pd.DataFrame(
        {
            "release_date": pd.to_datetime(["2023-12-01", "2024-01-01", "2024-05-01", "2025-01-01", "2025-02-01", "2025-03-01", None]),
            "params_total_b": [100.0] * 7,
            "params_active_b": [100.0, 10.0, 20.0, 30.0, 40.0, 50.0, 5.0],
        }
    )  # fmt: skip
    lever = active_share(models)
    assert lever.observed == 5
    assert lever.ratio == pytest.approx((0.2, 0.3, 0.4))
    assert lever.years == (2024, 2025)
