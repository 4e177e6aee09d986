"""`price_index` over all kinds: the contract's keys, and what no index may depend on."""

import json

import numpy as np
import pandas as pd
import pytest
from costfloor.errors import InputError
from costfloor.indexes.frontier import frontier_trend
from costfloor.indexes.price_index import KINDS, price_index
from costfloor.indexes.spells import from_table
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_market import RATE, market, panel

ROWS = market(2, months=24, per_month=8)
PERIOD_KINDS = ("matched", "geks", "hedonic", "adjacent")


def values(index) -> np.ndarray:
    return np.array([[row.value, *row.ci90] for row in index.periods])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("frequency", ["month", "quarter"])
def test_keys(kind: str, frequency) -> None:
    index = price_index(kind, market(0, flat=False), frequency)
    found = json.loads(json.dumps(index.to_json()))
    keys = {"kind", "base", "periods", "annual_rate", "annual_rate_ci90", "frequency", "n", "note", "covariates"}
    assert keys == set(found)
    assert found["covariates"] == []
    assert set(found["periods"][0]) == {"period", "value", "ci90", "n"}
    assert found["base"] == found["periods"][0]["period"] == ("2022-01" if frequency == "month" else "2022Q1")
    first = found["periods"][0]
    assert (first["value"], first["ci90"]) == (1, [1, 1])
    assert all(row["ci90"][0] <= row["value"] <= row["ci90"][1] for row in found["periods"])
    assert found["annual_rate_ci90"][0] <= found["annual_rate"] <= found["annual_rate_ci90"][1]
    assert str(index).startswith(f"{kind}: ")
    assert abs(index.annual_rate - RATE) < 0.4


@settings(max_examples=5, deadline=None)
@given(st.floats(1e-6, 1e6))
@pytest.mark.parametrize("kind", KINDS)
def test_the_currency_does_not_matter(kind: str, unit: float) -> None:
    ours, theirs = (
        price_index(kind, ROWS, "quarter"),
        price_index(kind, ROWS.assign(price=ROWS["price"] * unit), "quarter"),
    )
    np.testing.assert_allclose(values(theirs), values(ours), rtol=2e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_rows_does_not_matter(kind: str) -> None:
    rows = market(1, months=15, flat=False)
    shuffled = rows.sample(frac=1, random_state=0).reset_index(drop=True)
    np.testing.assert_allclose(values(price_index(kind, shuffled)), values(price_index(kind, rows)), rtol=1e-4)


@pytest.mark.parametrize("kind", PERIOD_KINDS)
def test_prices_twice_as_high_in_the_last_period_double_it(kind: str) -> None:
    rows = panel()
    last = rows["date"] == rows["date"].max()
    doubled = rows.assign(price=rows["price"].where(~last, 2 * rows["price"]))
    once, twice = price_index(kind, rows), price_index(kind, doubled)
    np.testing.assert_allclose(twice.periods[-1].value, 2 * once.periods[-1].value, rtol=1e-9)
    np.testing.assert_allclose(values(twice)[:-1], values(once)[:-1], rtol=1e-9)


def test_frontier_is_the_record_low_trend() -> None:
    rows = market(2, months=24, per_month=8)
    line = frontier_trend(rows.assign(score=rows["quality"]), 0.5)
    index = price_index("frontier", rows, threshold=0.5)
    np.testing.assert_allclose(np.exp([index.annual_rate, *index.annual_rate_ci90]), [line.factor_per_year, *line.ci90])
    assert (index.n, sum(row.n for row in index.periods)) == (line.n, line.n)
    lowest = rows.groupby("model")["quality"].max().quantile(0.25)
    assert f"quality {lowest:.4g}, the lower quartile" in price_index("frontier", rows).note


def test_a_table_without_models() -> None:
    table = from_table(ROWS.drop(columns=["model", "until", "host"]))
    for kind in KINDS:
        if kind in {"matched", "geks"}:
            with pytest.raises(InputError, match="Add a model column"):
                price_index(kind, table, "quarter")
        else:
            assert price_index(kind, table, "quarter").n > 0


def test_in_force_counts_every_price_on_sale() -> None:
    new, all_on_sale = (price_index("hedonic", ROWS, sample=sample) for sample in ("new", "in_force"))
    assert all_on_sale.n > 3 * new.n


@pytest.mark.parametrize("kind", KINDS)
def test_too_few_rows(kind: str) -> None:
    few = pd.DataFrame(ROWS.head(1))
    with pytest.raises(InputError, match=r"too few|no two neighbouring"):
        price_index(kind, few)


def test_unknown_choices() -> None:
    with pytest.raises(InputError, match="Use one of matched, geks"):
        price_index("laspeyres", ROWS)
    with pytest.raises(InputError, match="Use one of new, in_force"):
        price_index("hedonic", ROWS, sample="old")
    with pytest.raises(InputError, match="not a finite number"):
        price_index("hedonic", ROWS.assign(quality=np.inf))


@pytest.mark.parametrize("kind", KINDS)
def test_an_exact_fall_is_found_exactly(kind: str) -> None:
    dates = pd.period_range("2023-01", periods=18, freq="M").end_time.normalize()
    rows = from_table(
        pd.DataFrame(
            [
                {"date": day, "price": np.exp(quality - RATE * (day - dates[0]).days / 365), "model": str(quality)}
                | {"host": "x", "quality": float(quality)}
                for day in dates
                for quality in range(4)
            ]
        )
    )
    index = price_index(kind, rows, threshold=0.0)
    np.testing.assert_allclose([index.annual_rate, *index.annual_rate_ci90], RATE, atol=1e-5)
    np.testing.assert_allclose([row.value for row in index.periods], rows["price"].unique()[:18], rtol=1e-4)


@pytest.mark.parametrize("seed", range(8))
def test_a_small_table_gives_finite_numbers_or_a_reason(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 12 + 5 * seed
    days = pd.to_timedelta(rng.integers(0, 300, n), "D")
    table = pd.DataFrame({"date": pd.Timestamp("2023-01-01") + days, "price": np.exp(rng.normal(0, 1, n))})
    table = table.assign(quality=np.round(rng.normal(0, 1, n), seed % 3), model=rng.integers(0, 6, n).astype(str))
    answers = 0
    for kind in KINDS:
        for frequency in ("month", "quarter"):
            try:
                index = price_index(kind, from_table(table), frequency)
            except InputError:
                continue
            assert np.isfinite(values(index)).all()
            assert np.isfinite(index.annual_rate_ci90).all()
            answers += 1
    assert answers >= 6
