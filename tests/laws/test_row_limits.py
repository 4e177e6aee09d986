"""How many prices a law needs and takes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from costfloor.errors import InputError
from costfloor.laws.limits import LONG_ROWS, MAX_ROWS, MIN_DATES, MIN_ROWS, long_fit, require_enough


def frame(rows: int, dates: int) -> pd.DataFrame:
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(rows) % dates, unit="D")
    return pd.DataFrame({"date": days, "price": 1.0 + np.arange(rows) % 7})


def test_enough_is_enough() -> None:
    require_enough(frame(MIN_ROWS, MIN_DATES))
    require_enough(frame(MAX_ROWS, 400))


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (frame(1, 1), "has 1 row of 1 date, too few for a law of motion"),
        (frame(MIN_ROWS - 1, MIN_DATES), "has 7 rows of 3 dates, too few"),
        (frame(200, 1), "has 200 rows of 1 date, too few"),
        (frame(MAX_ROWS + 1, 400), "has 200,001 rows, and a fit takes 200,000 at most"),
        (frame(30, 30).assign(price=2.5), "has the same price in all 30 rows"),
        (frame(0, 1), "has 0 rows of 0 dates"),
    ],
)
def test_what_no_law_can_be_fitted_to_is_refused_by_name(rows: pd.DataFrame, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as of_file:
        require_enough(rows, file=Path("mine.csv"))
    assert str(of_file.value).startswith("mine.csv")
    assert of_file.value.remedy
    with pytest.raises(InputError, match=f"the panel as of 2021-02-01 {problem}"):
        require_enough(rows, name="the panel as of 2021-02-01")


def test_a_long_fit_says_so_first() -> None:
    assert long_fit(LONG_ROWS - 1) is None
    assert long_fit(10_000) == "10,000 rows: a fit may take about 5 minutes on two idle cores"
