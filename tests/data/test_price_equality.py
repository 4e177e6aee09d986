"""Dust is no difference, a difference is no dust."""

import numpy as np
import pandas as pd
from costfloor.data.price_equality import equal_price, equal_prices, without_dust
from hypothesis import given
from hypothesis import strategies as st

PRICES = st.floats(1e-6, 1e8)


@given(PRICES, st.floats(-0.9e-9, 0.9e-9), st.sampled_from([1e-8, -1e-8, 0.01]))
def test_prices_are_equal_to_one_part_in_a_billion(price: float, dust: float, move: float) -> None:
    assert equal_price(price, price * (1 + dust))
    assert not equal_price(price, price * (1 + move))


def test_what_is_missing_equals_only_what_is_missing() -> None:
    one = pd.DataFrame({"a": [np.nan, np.nan, 0.0, 0.0], "b": 1.0}, index=[3, 1, 2, 0])
    other = pd.DataFrame({"x": [np.nan, 0.0, 0.0, 1e-12], "y": 1.0})
    assert equal_prices(one, other).to_dict() == {3: True, 1: False, 2: True, 0: False}


@given(st.lists(st.sampled_from([0.05, 0.049999999999999996, 0.05 * (1 + 1e-10), 0.06, np.nan])))
def test_without_dust_equal_prices_are_exactly_equal(values: list[float]) -> None:
    found = without_dust(pd.DataFrame({"a": pd.Series(values, dtype=float)}))["a"].to_numpy()
    assert equal_price(found, values).all()
    for left, right in zip(values, found, strict=True):
        assert (found[equal_price(values, left)] == right).all() or np.isnan(left)
