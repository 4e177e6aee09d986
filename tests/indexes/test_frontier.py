"""The frontier trend reproduces all 21 published rates and minds its edge cases."""

import datetime as dt
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from costfloor.errors import InputError
from costfloor.indexes.frontier import frontier_trend, record_lows
from costfloor.sources.price_table import read_price_table

FIXTURES = Path(__file__).parent.parent / "fixtures"
INPUTS = pd.read_csv(FIXTURES / "epoch_inputs.csv")
PUBLISHED = pd.read_csv(FIXTURES / "epoch_published.csv")


def prices(*rows: tuple[str, float, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["date", "price", "score"])
    return frame.assign(date=pd.to_datetime(frame["date"]))


@pytest.mark.parametrize("case", PUBLISHED.index, ids=PUBLISHED["benchmark"] + "-" + PUBLISHED["threshold_model"])
def test_published_rate(case: int, tmp_path: Path) -> None:
    published = PUBLISHED.loc[case]
    rows = INPUTS[(INPUTS["benchmark"] == published["benchmark"]) & ~INPUTS["reasoning"]]
    rows = rows.rename(columns={"price_usd_per_mtok": "price"})[["date", "price", "score"]]
    # As a user would bring them, and in no helpful order.
    rows.sample(frac=1, random_state=case).to_csv(tmp_path / "table.csv", index=False)

    trend = frontier_trend(read_price_table(tmp_path / "table.csv", "raw").frame, published["threshold"])

    assert (trend.n, str(trend.start), str(trend.end)) == (published["n"], published["start"], published["end"])
    np.testing.assert_allclose(trend.factor_per_year, published["factor_per_year"], rtol=1e-9)
    np.testing.assert_allclose(trend.ci90, published[["ci90_low", "ci90_high"]].astype(float), rtol=1e-9)
    # Published to two decimals.
    assert trend.r_squared is not None
    assert round(trend.r_squared, 2) == published["r_squared"]


def test_an_exact_tenfold_fall_a_year() -> None:
    steps = np.arange(6) * 73
    frame = pd.DataFrame(
        {"date": pd.Timestamp("2022-01-01") + pd.to_timedelta(steps, "D"), "price": 10 ** (-steps / 365), "score": 1.0}
    )
    trend = frontier_trend(frame, 0.5)
    assert set(asdict(trend)) == {"n", "start", "end", "factor_per_year", "ci90", "r_squared"}
    np.testing.assert_allclose([trend.factor_per_year, *trend.ci90, trend.r_squared], [10, 10, 10, 1])
    assert (trend.n, trend.start, trend.end) == (6, dt.date(2022, 1, 1), dt.date(2023, 1, 1))
    np.testing.assert_allclose([trend.rate, *trend.rate_ci90], np.log(10))
    assert str(trend).startswith(
        "6 record-low prices from 2022-01-01 to 2023-01-01: log-rate 2.3 a year (90 % interval"
    )
    assert str(trend).endswith("10 times cheaper after a year")


def test_a_record_beats_all_earlier_prices_and_a_day_has_one() -> None:
    frame = prices(
        ("2024-03-01", 3.0, 0.6),  # equal to the record: none
        ("2024-01-01", 5.0, 0.6),
        ("2024-02-01", 4.0, 0.6),
        ("2024-02-01", 3.0, 0.5),  # at the threshold: counts, and beats the other of that day
        ("2024-02-15", 0.1, 0.49),  # below the threshold
        ("2024-04-01", 3.5, 0.9),  # dearer than the record
        ("2024-05-01", 2.0, 0.9),
    )
    records = record_lows(frame, 0.5)
    assert records["price"].tolist() == [5.0, 3.0, 2.0]
    assert records["date"].dt.month.tolist() == [1, 2, 5]


@pytest.mark.parametrize(("threshold", "found"), [(0.5, 3), (2.0, 0), (float("nan"), 0)])
def test_too_few_records(threshold: float, found: int) -> None:
    frame = prices(("2024-01-01", 5.0, 0.6), ("2024-02-01", 4.0, 0.6), ("2024-03-01", 3.0, 0.6))
    with pytest.raises(InputError, match=rf"^{found} record-low prices .* 4 are needed; .* highest score is 0\.6"):
        frontier_trend(frame, threshold)


def test_a_fall_too_steep_for_a_yearly_factor() -> None:
    frame = prices(*((f"2024-01-0{day}", 10.0 ** (-day), 1.0) for day in range(1, 6)))
    with pytest.raises(InputError, match="value '4 days': the trend is too steep"):
        frontier_trend(frame, 0.5)
