"""One question, eight estimators: `price_index(kind, rows)`."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.indexes.adjacent import adjacent_index
from analysis.indexes.frontier import frontier_trend, record_lows
from analysis.indexes.geks import geks_index
from analysis.indexes.log_index import LogIndex, annual_rate, intervals
from analysis.indexes.matched import matched_index
from analysis.indexes.pareto import pareto_trend
from analysis.indexes.periods import PERIOD_CODES, Frequency, PeriodMatrix, in_force, new_prices, period_matrix
from analysis.indexes.quantile import quantile_trend
from analysis.indexes.regression import DAYS_PER_YEAR
from analysis.indexes.stochastic_frontier import stochastic_trend
from analysis.indexes.time_dummy import time_dummy_index
from analysis.indexes.trend import Trend

Sample = Literal["new", "in_force"]

KINDS = ("matched", "geks", "hedonic", "adjacent", "frontier", "pareto", "quantile", "stochastic")
SAMPLES: dict[str, Callable[[PeriodMatrix], pd.DataFrame]] = {"new": new_prices, "in_force": in_force}
THRESHOLD_QUANTILE = 0.25


@dataclass(frozen=True)
class PeriodValue:
    """The index in one period.

    Attributes
    ----------
    period
        As in 2025-03 or 2025Q1.
    value, ci90
        Price level relative to the base period, and its 90 % interval.
    n
        Prices behind it.
    """

    period: str
    value: float
    ci90: tuple[float, float]
    n: int


@dataclass(frozen=True)
class PriceIndex:
    """A price index.

    Attributes
    ----------
    kind, frequency
        Which estimator, and whether its periods are months or quarters.
    base
        The period whose value is 1.
    periods
        One value per period.
    annual_rate, annual_rate_ci90
        Log-rate a year from base to last period, positive when prices fall, and its 90 % interval.
    n
        Prices in the estimate: for indexes by period summed over the periods, for trends the prices of the regression.
    note
        What the reader should know about these numbers.
    rows
        For trends, the prices of the regression (`date`, `price`, `quality`, and `model` where known); None for indexes by period.
    """

    kind: str
    frequency: Frequency
    base: str
    periods: tuple[PeriodValue, ...]
    annual_rate: float
    annual_rate_ci90: tuple[float, float]
    n: int
    note: str
    rows: pd.DataFrame | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        low, high = self.annual_rate_ci90
        last = self.periods[-1]
        return (
            f"{self.kind}: {last.value:.3g} in {last.period} ({self.base} = 1); "
            f"log-rate {self.annual_rate:.3g} a year (90 % interval {low:.3g} to {high:.3g}). {self.note}".rstrip()
        )

    def to_json(self) -> dict[str, Any]:
        """The keys of `costfloor index`: all fields but `rows`."""
        found = asdict(replace(self, rows=None))
        del found["rows"]
        return found


def price_index(
    kind: str,
    rows: pd.DataFrame,
    frequency: Frequency = "month",
    *,
    sample: Sample = "new",
    threshold: float | None = None,
) -> PriceIndex:
    """Estimate a price index.

    Parameters
    ----------
    kind
        One of `KINDS`; `docs/indexes.md` says what each measures and when it misleads.
    rows
        Spells, as `from_panel` or `from_table` give them.
    frequency
        `month` or `quarter`.
    sample
        For `hedonic` and `adjacent`: the prices that began in a period, or all in force at its end. New prices by default:
        few records say when a price left the market, and list prices that nobody has paid for long hold the index up.
    threshold
        For `frontier`: the lowest quality that counts; by default the lower quartile over models.

    Raises
    ------
    InputError
        An unknown kind, or too few rows or periods for it; the message says what would help.
    """
    if kind not in KINDS:
        raise InputError("not a kind of index", value=kind, remedy=f"Use one of {', '.join(KINDS)}")
    if sample not in SAMPLES:
        raise InputError("not a sample", value=sample, remedy=f"Use one of {', '.join(SAMPLES)}")
    if kind in {"matched", "geks"} and "model" not in rows:
        raise InputError(
            f"a {kind} index follows each model from period to period, and the prices name none",
            column="model",
            remedy="Add a model column, or use hedonic",
        )
    if not np.isfinite(rows["quality"].astype(float)).all():
        raise InputError("quality is not a finite number", remedy="Leave scores on the bounds of their scale out")
    matrix = period_matrix(rows, frequency)
    by_period: dict[str, Callable[[], LogIndex]] = {
        "matched": lambda: matched_index(matrix),
        "geks": lambda: geks_index(matrix),
        "hedonic": lambda: time_dummy_index(SAMPLES[sample](matrix), matrix),
        "adjacent": lambda: adjacent_index(SAMPLES[sample](matrix), matrix),
    }
    lines: dict[str, Callable[[], Trend]] = {
        "frontier": lambda: _frontier(rows, threshold),
        "pareto": lambda: pareto_trend(rows),
        "quantile": lambda: quantile_trend(rows),
        "stochastic": lambda: stochastic_trend(rows),
    }
    if kind in by_period:
        return _of_log_index(kind, by_period[kind](), frequency)
    return _of_trend(kind, lines[kind](), frequency)


def _frontier(rows: pd.DataFrame, threshold: float | None) -> Trend:
    scored = rows.assign(score=rows["quality"].astype(float))
    qualities = scored.groupby("model")["score"].max() if "model" in scored else scored["score"]
    lowest = float(qualities.quantile(THRESHOLD_QUANTILE)) if threshold is None else threshold
    line = frontier_trend(scored, lowest)
    low, high = np.log(line.ci90)
    return Trend(
        rate=float(np.log(line.factor_per_year)),
        ci90=(float(low), float(high)),
        # The line knows no quality: of one quality, they have no coefficient for it.
        rows=record_lows(scored, lowest).assign(quality=0.0),
        note=f"Record lows at or above quality {lowest:.4g}"
        + (", the lower quartile of models." if threshold is None else "."),
    )


def _of_log_index(kind: str, index: LogIndex, frequency: Frequency) -> PriceIndex:
    rate, ci90 = annual_rate(index)
    values = zip(index.periods.astype(str), np.exp(index.log), intervals(index), index.n, strict=True)
    return PriceIndex(
        kind=kind,
        frequency=frequency,
        base=str(index.periods[0]),
        periods=tuple(PeriodValue(str(p), float(v), (float(ci[0]), float(ci[1])), int(n)) for p, v, ci, n in values),
        annual_rate=rate,
        annual_rate_ci90=ci90,
        n=sum(index.n),
        note=index.note,
    )


def _of_trend(kind: str, trend: Trend, frequency: Frequency) -> PriceIndex:
    """The line at each period from its first price to its last; nothing beyond them."""
    dates = pd.PeriodIndex(pd.DatetimeIndex(trend.rows["date"]), freq=PERIOD_CODES[frequency])
    periods = pd.period_range(dates.min(), dates.max(), freq=PERIOD_CODES[frequency])
    days = periods.end_time
    years = (days - days[0]).days.to_numpy() / DAYS_PER_YEAR
    counts = dates.value_counts().reindex(periods, fill_value=0)
    low, high = trend.ci90
    return PriceIndex(
        kind=kind,
        frequency=frequency,
        base=str(periods[0]),
        periods=tuple(
            PeriodValue(
                str(period),
                float(np.exp(-trend.rate * year)),
                (float(np.exp(-high * year)), float(np.exp(-low * year))),
                int(n),
            )
            for period, year, n in zip(periods, years, counts, strict=True)
        ),
        annual_rate=trend.rate,
        annual_rate_ci90=trend.ci90,
        n=len(trend.rows),
        note=trend.note,
        rows=trend.rows,
    )
