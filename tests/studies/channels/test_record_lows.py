"""Record lows by channel, on hand-made panels."""

import numpy as np
import pandas as pd
import pytest
from costfloor.panel import LAW_HOST_KINDS, MIN_USABLE_BENCHMARKS
from costfloor.studies.channels.record_lows import accounting, record_steps


def panel(rows: list[tuple[str, str, str, float, float]]) -> pd.DataFrame:
    """Rows (band, day, model, capability, price); every band has its centre at 100."""
    frame = pd.DataFrame(rows, columns=["band", "date", "model", "capability", "price_usd_per_mtok"])
    return frame.assign(
        date=pd.to_datetime(frame["date"]),
        band_centre=100.0,
        host_kind=sorted(LAW_HOST_KINDS)[0],
        n_benchmarks=MIN_USABLE_BENCHMARKS,
    )


MARKET = [
    ("low", "2023-01-01", "old", 100.0, 8.0),
    ("low", "2023-06-01", "old", 100.0, 4.0),
    ("low", "2024-02-01", "new", 101.0, 1.0),
    ("low", "2024-03-01", "old", 100.0, 2.0),
    ("low", "2024-04-01", "weak", 99.0, 0.1),
]


def test_a_step_belongs_to_who_made_it() -> None:
    steps = record_steps(panel(MARKET))
    assert [(step.model, step.fixed) for step in steps] == [("old", True), ("new", False)]
    assert [step.size for step in steps] == pytest.approx(np.log([2.0, 4.0]))


def test_of_equal_prices_on_a_day_that_of_the_holder_counts() -> None:
    (step,) = record_steps(panel([*MARKET[:1], ("low", "2023-06-01", "a newcomer", 100.0, 4.0), MARKET[1]]))
    assert step.fixed


def test_steps_sum_to_the_whole_fall() -> None:
    rng = np.random.default_rng(3)
    days = pd.date_range("2022-01-01", periods=200, freq="5D")
    rows = [
        (f"band {index % 4}", str(day.date()), f"model {rng.integers(12)}", 100.0 + rng.integers(-1, 5), float(price))
        for index, (day, price) in enumerate(zip(days, np.exp(rng.normal(0.0, 1.0, 200)), strict=True))
    ]
    found = accounting(panel(rows))
    assert sum(found.fixed) + sum(found.changed) == pytest.approx(found.whole_fall, abs=1e-9)
    assert found.share_fixed == pytest.approx(sum(found.fixed) / found.whole_fall)


def test_nothing_fell() -> None:
    found = accounting(panel(MARKET[:1]))
    assert found.share_fixed is None
    assert found.by_year == (None,)
