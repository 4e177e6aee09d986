"""A price in another unit stands out; a long fall does not."""

import numpy as np
import pandas as pd
import pytest
from costfloor.sources.units import unit_slips


def history(prices: np.ndarray, family: str = "all") -> pd.DataFrame:
    dates = pd.date_range("2020-01-01", periods=len(prices), freq="30D")
    return pd.DataFrame({"date": dates, "price": prices, "family": family})


@pytest.mark.parametrize("slip", [1e6, 1e-6])
@pytest.mark.parametrize("row", [0, 20, 39])
def test_one_slip_is_found_wherever_it_is(slip: float, row: int) -> None:
    rng = np.random.default_rng(1)
    prices = 10 ** rng.uniform(-1.5, 1.5, size=40)
    prices[row] *= slip
    assert np.flatnonzero(unit_slips(history(prices))).tolist() == [row]


def test_a_change_of_unit_from_some_date_on_is_found() -> None:
    prices = np.geomspace(30, 0.3, 60)
    prices[45:] /= 1e6
    assert np.flatnonzero(unit_slips(history(prices))).tolist() == list(range(45, 60))


def test_a_fall_over_eleven_decades_is_left_alone() -> None:
    assert not unit_slips(history(np.geomspace(1e3, 1e-8, 120))).any()


def test_families_have_their_own_level_but_a_small_one_has_not() -> None:
    models, clusters = history(np.geomspace(30, 0.3, 40)), history(np.geomspace(9e7, 3e7, 10), "cluster")
    assert not unit_slips(pd.concat([models, clusters], ignore_index=True)).any()
    few = pd.concat([models, clusters.head(2)], ignore_index=True)
    assert np.flatnonzero(unit_slips(few)).tolist() == [40, 41]


def test_the_order_of_rows_does_not_matter() -> None:
    prices = np.geomspace(30, 0.03, 50)
    prices[7] *= 1e6
    frame = history(prices)
    shuffled = frame.sample(frac=1, random_state=3).reset_index(drop=True)
    marked = unit_slips(shuffled)
    assert shuffled.loc[marked, "price"].tolist() == [prices[7]]


@pytest.mark.parametrize("prices", [[1.0], [600.0, 0.7], [600.0, 0.02, 5.0]])
def test_a_wide_but_possible_spread_of_few_prices(prices: list[float]) -> None:
    assert not unit_slips(history(np.array(prices))).any()


def test_the_tail_of_many_wide_prices_is_left_alone() -> None:
    rng = np.random.default_rng(0)
    prices = np.exp(rng.normal(0, 2.2, 50_000))
    frame = pd.DataFrame({"date": pd.Timestamp("2024-01-01"), "price": prices, "family": "all"})
    assert np.ptp(np.log10(prices)) > 8
    assert not unit_slips(frame).any()


def test_many_slips_are_all_found() -> None:
    prices = 10 ** np.random.default_rng(1).uniform(-1.2, 1.2, size=60)
    slipped = np.arange(0, 60, 7)
    prices[slipped] *= 1e6
    assert np.flatnonzero(unit_slips(history(prices))).tolist() == slipped.tolist()
