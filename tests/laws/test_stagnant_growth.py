"""The prior for the growth of stagnant inputs is that of wages and electricity in the project's own table."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from costfloor.laws.baumol import STAGNANT_GROWTH
from scipy.stats import norm

TABLE = Path(__file__).parents[2] / "data" / "raw" / "context_input_costs.csv"
WAGES = "ECI wages and salaries, private industry"


@pytest.fixture(scope="module")
def series() -> dict[str, pd.Series]:
    """Values by first year, for each series of the table."""
    frame = pd.read_csv(TABLE)
    frame["year"] = frame["year"].str[:4].astype(int)
    return {str(name): rows.set_index("year")["value"] for name, rows in frame.groupby("series")}


@pytest.fixture(scope="module")
def wages(series: dict[str, pd.Series]) -> np.ndarray:
    """Growth of US wages a year, on the log scale: the long trend, and each twelve months since 2018."""
    trend = log_growth(series[f"{WAGES} (Dec index)"])
    return np.array([trend, *np.log1p(series[f"{WAGES}, 12-month change"] / 100)])


@pytest.fixture(scope="module")
def electricity(series: dict[str, pd.Series]) -> np.ndarray:
    """Growth of US electricity prices a year, on the log scale: by user over two decades, for all in the first of them and since."""
    name = "US electricity price"
    early = series[f"{name}, all sectors"]
    paid = [log_growth(series[f"{name}, {users}"]) for users in ("commercial", "industrial")]
    return np.array(
        [*paid, log_growth(early), log_growth(pd.concat([early, series[f"{name}, all sectors (average)"]]))]
    )


def log_growth(values: pd.Series) -> float:
    """Growth a year from the first year to the last."""
    return float(np.log(values.iloc[-1] / values.iloc[0]) / (values.index[-1] - values.index[0]))


def test_the_prior_covers_every_trend_and_lies_between_the_two_inputs(
    wages: np.ndarray, electricity: np.ndarray
) -> None:
    mean, sd = STAGNANT_GROWTH.constants
    low, high = norm(mean, sd).ppf([0.05, 0.95])
    for trend in (*wages, *electricity):
        assert low < trend < high
    assert electricity.mean() < mean < wages.mean()


def test_the_reason_states_the_trends_of_the_table(wages: np.ndarray, electricity: np.ndarray) -> None:
    stated = [int(number) for number in re.findall(r"\d+", STAGNANT_GROWTH.reason)]
    in_percent = [
        round(100 * float(np.expm1(growth)))
        for growth in (wages.min(), wages.max(), electricity.min(), electricity.max())
    ]
    assert stated == in_percent
