"""How fast the lowest price of a given quality falls."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from costfloor.errors import InputError
from costfloor.indexes.regression import annual_decline
from costfloor.indexes.yearly_factor import YearlyFactor

MINIMUM_RECORDS = 4
THRESHOLD_QUANTILE = 0.25


@dataclass(frozen=True)
class FrontierTrend(YearlyFactor):
    """The trend of the record-low price at or above a score.

    Attributes
    ----------
    n
        Record lows in the regression.
    start, end
        Dates of the first and the last of them.
    factor_per_year, ci90
        How many times cheaper after a year of 365 days, and its 90 % t interval.
    r_squared
        Of log price on date.
    """

    n: int
    start: dt.date
    end: dt.date
    factor_per_year: float
    ci90: tuple[float, float]
    r_squared: float | None

    def __str__(self) -> str:
        low, high = self.rate_ci90
        return (
            f"{self.n} record-low prices from {self.start} to {self.end}: log-rate {self.rate:.3g} a year "
            f"(90 % interval {low:.3g} to {high:.3g}), {self.factor_per_year:.3g} times cheaper after a year"
        )

    __repr__ = __str__


def default_threshold(prices: pd.DataFrame) -> float:
    """The lower quartile over models of `score` (of a model's highest, of rows where no model is named).

    Raises
    ------
    InputError
        No prices.
    """
    if prices.empty:
        raise InputError("no prices, no trend", remedy="Bring dated prices of something with a score")
    scores = prices.groupby("model")["score"].max() if "model" in prices else prices["score"]
    return float(scores.quantile(THRESHOLD_QUANTILE))


def threshold_warning(prices: pd.DataFrame, threshold: float) -> str | None:
    """A sentence on a threshold that leaves nothing out, as one on another scale does; None when it leaves something out."""
    lowest, highest = float(prices["score"].min()), float(prices["score"].max())
    if prices.empty or threshold >= lowest:
        return None
    return f"a threshold of {threshold:.4g} leaves nothing out: scores run from {lowest:.4g} to {highest:.4g}"


def record_lows(prices: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """The prices that beat every earlier one, among the rows that score at or above a threshold.

    Parameters
    ----------
    prices
        Columns `date` (datetime64), `price` (> 0), `score`, and `model` and `left_censored` where known.
    threshold
        In the unit of `score`.

    Returns
    -------
    pandas.DataFrame
        `date`, `price` and, where known, `model` and `left_censored`, in order of date, at most one row a date; an equal price is not
        a new record.
    """
    columns = [name for name in ("date", "price", "model", "left_censored") if name in prices]
    daily = prices.loc[prices["score"] >= threshold, columns].sort_values(columns).drop_duplicates("date")
    lowest_before = daily["price"].cummin().shift(fill_value=float("inf"))
    records: pd.DataFrame = daily.loc[daily["price"] < lowest_before]
    return records.reset_index(drop=True)


def frontier_trend(prices: pd.DataFrame, threshold: float) -> FrontierTrend:
    """Ordinary least squares of log record-low price on date.

    The estimator of Epoch AI, "LLM inference prices have fallen rapidly but unequally across tasks" (March 2025);
    all 21 rates of that page follow from its data.

    Parameters
    ----------
    prices
        Columns `date` (datetime64), `price` (> 0) and `score`, as `read_price_table` gives them.
    threshold
        Lowest score that counts, in the unit of `score`.

    Raises
    ------
    InputError
        Fewer than four record lows.
    """
    records = record_lows(prices, threshold)
    if len(records) < MINIMUM_RECORDS:
        highest = f"the highest score is {prices['score'].max():g}"
        raise InputError(
            f"{len(records)} record-low prices at or above score {threshold:g} are too few for a trend",
            remedy=f"{MINIMUM_RECORDS} are needed; choose a lower threshold ({highest}) or bring more prices",
        )
    line = annual_decline(records["date"], records["price"])
    return FrontierTrend(
        n=len(records),
        start=records["date"].iloc[0].date(),
        end=records["date"].iloc[-1].date(),
        factor_per_year=line.factor_per_year,
        ci90=line.ci90,
        r_squared=line.r_squared,
    )
