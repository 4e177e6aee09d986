"""Which price is in force when: spells and the matrix of periods."""

import numpy as np
import pandas as pd
import pytest
from costfloor.errors import InputError
from costfloor.indexes.periods import in_force, log_prices, new_prices, period_matrix
from costfloor.indexes.spells import close_spells, from_panel, from_table
from simulated_market import market


def spells(*rows: tuple[str, str | None, float, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["date", "until", "price", "model", "host"]).assign(quality=1.0)
    return frame.assign(date=pd.to_datetime(frame["date"]), until=pd.to_datetime(frame["until"]))


def test_a_price_counts_from_its_first_day_to_the_day_before_it_ends() -> None:
    matrix = period_matrix(
        spells(
            ("2024-01-31", "2024-03-31", 4.0, "a", "x"),  # in January, February; gone on the last day of March
            ("2024-02-29", None, 2.0, "b", "x"),
            ("2024-02-01", "2024-02-20", 9.0, "c", "x"),  # never on a last day
            ("2024-04-10", None, 3.0, "a", "x"),  # back again; the frame ends here, before April does
        )
    )
    assert matrix.periods.astype(str).tolist() == ["2024-01", "2024-02", "2024-03", "2024-04"]
    assert str(matrix.days[-1].date()) == "2024-04-30"
    expected = [[4.0, 4.0, np.nan, 3.0], [np.nan, 2.0, 2.0, 2.0]]
    np.testing.assert_allclose(np.exp(log_prices(matrix)), expected)
    assert matrix.items[["model", "entry", "exit"]].to_numpy().tolist() == [["a", 0, 3], ["b", 1, 3]]
    assert str(matrix).startswith("2 items of 2 models over 4 months from 2024-01 to 2024-04: 6 prices")
    assert len(in_force(matrix)) == 6
    assert new_prices(matrix).groupby("period").size().to_dict() == {0: 1, 1: 2, 3: 1}


def test_the_next_price_ends_an_open_or_overlong_spell() -> None:
    closed = close_spells(
        spells(
            ("2024-03-01", None, 1.0, "a", "x"),
            ("2024-01-01", None, 3.0, "a", "x"),
            ("2024-02-01", "2024-06-01", 2.0, "a", "x"),
            ("2024-03-01", "2024-03-05", 7.0, "a", "x"),  # same day as another, and shorter
            ("2024-01-01", None, 5.0, "a", "y"),  # elsewhere
        )
    )
    until = closed["until"].dt.strftime("%m-%d").fillna("open").tolist()
    assert until == ["02-01", "03-01", "03-01", "open", "open"]
    assert closed["price"].tolist() == [3.0, 2.0, 7.0, 1.0, 5.0]
    pd.testing.assert_frame_equal(close_spells(closed), closed)


def test_the_cheapest_host_of_a_model() -> None:
    rows = spells(
        ("2024-01-01", None, 4.0, "a", "x"),
        ("2024-02-01", "2024-03-01", 3.0, "a", "y"),
        ("2024-03-20", None, 8.0, "b", "x"),
    )
    matrix = period_matrix(rows, items="model")
    np.testing.assert_allclose(np.exp(log_prices(matrix)), [[4.0, 3.0, 4.0], [np.nan, np.nan, 8.0]])


def test_quarters_hold_the_last_month() -> None:
    rows = market(0)
    months, quarters = period_matrix(rows), period_matrix(rows, "quarter")
    np.testing.assert_array_equal(
        log_prices(quarters)[:, 1], log_prices(months)[:, 5][np.isin(months.items["model"], quarters.items["model"])]
    )


def test_a_table_without_models_has_an_item_a_row() -> None:
    table = pd.DataFrame({"date": pd.to_datetime(["2024-01-01", "2024-02-01"]), "price": 1.0, "quality": 0.0})
    matrix = period_matrix(from_table(table))
    assert matrix.items["model"].nunique() == 2
    assert "model" not in from_table(table)


def test_the_panel_keeps_the_rows_the_laws_see() -> None:
    row = {
        "date": pd.Timestamp("2024-01-01"), "valid_to": pd.NaT, "left_censored": True, "price_usd_per_mtok": 1.0, "model": "a", "host": "x",
        "host_kind": "cloud", "n_benchmarks": 5, "capability": 1.0, "open_weights": True, "reasoning": False, "segment": "f",
    }  # fmt: skip
    rows = [row, row | {"host": "y", "host_kind": "aggregator"}, row | {"host": "z", "n_benchmarks": 2}]
    kept = from_panel(pd.DataFrame(rows))
    assert kept["host"].tolist() == ["x"]
    assert {
        "date",
        "until",
        "left_censored",
        "price",
        "model",
        "quality",
        "open_weights",
        "reasoning",
        "family",
    } <= set(kept)


@pytest.mark.parametrize(
    ("rows", "frequency", "problem"),
    [
        (market(0), "week", "not a frequency"),
        (market(0).iloc[:0], "month", "no prices, no index"),
        (market(0).assign(price=0.0), "month", "not above zero"),
    ],
)
def test_refusals(rows: pd.DataFrame, frequency: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        period_matrix(rows, frequency)
