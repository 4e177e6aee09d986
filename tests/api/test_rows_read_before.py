"""A data frame that was read before may have been changed since: it is checked like a file."""

from pathlib import Path
from typing import Any

import costfloor as cf
import numpy as np
import pandas as pd
import pytest
from costfloor.errors import InputError
from costfloor.sources.price_table import checked_rows


@pytest.fixture
def prices(tmp_path: Path) -> pd.DataFrame:
    days = pd.date_range("2023-01-15", periods=12, freq="MS")
    number = np.arange(12)
    path = tmp_path / "prices.csv"
    table = {"date": days, "price": np.exp(-0.1 * number), "score": 0.3 + 0.03 * (number % 4), "context": 1000 + number}
    names = {"model": [f"m{index % 4}" for index in number], "host": "h", "open_weights": "true", "birth": "2022-06-01"}
    pd.DataFrame({**table, **names}).to_csv(path, index=False)
    return cf.read_prices(path, covariates=["context"])


def test_what_was_read_comes_through_as_it_is(prices: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(checked_rows(prices, "the table"), prices)
    part = prices.iloc[::-2]
    pd.testing.assert_frame_equal(checked_rows(part, "the table"), part)
    assert cf.observe(prices).data_hash == cf.observe(prices.iloc[::-1]).data_hash


def test_a_quality_of_ones_own_serves_in_place_of_a_score(prices: pd.DataFrame) -> None:
    bare = prices[["date", "price", "quality"]].assign(date=prices["date"].dt.strftime("%Y-%m-%d"))
    assert cf.observe(bare).families == ("all",)


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("price", -1.0, "not above zero"),
        ("price", np.nan, "empty"),
        ("price", np.inf, "not a number"),
        ("quality", np.nan, "empty"),
        ("quality", 1e13, "beyond"),
        ("date", pd.NaT, "not an ISO date"),
        ("date", pd.Timestamp("2999-01-01"), "in the future"),
        ("birth", pd.Timestamp("2023-12-31"), "after the date of its price"),
        ("model", None, "empty"),
    ],
)
def test_a_cell_that_was_spoilt_is_named(prices: pd.DataFrame, column: str, value: Any, problem: str) -> None:
    prices[column] = prices[column].where(prices.index != 4, value)
    with pytest.raises(InputError, match=problem) as refused:
        cf.observe(prices)
    assert (refused.value.row, refused.value.column) == (5, column)
    assert refused.value.remedy


def test_rows_put_together_twice_are_refused(prices: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="a second price of one model at one host on one day"):
        cf.index("matched", pd.concat([prices, prices.iloc[[3]]]))
    with pytest.raises(InputError, match="no rows"):
        cf.observe(prices.iloc[:0])
