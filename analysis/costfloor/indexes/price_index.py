"""One question, eight estimators: `price_index(kind, rows)`."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from costfloor.errors import InputError
from costfloor.indexes.adjacent import adjacent_index
from costfloor.indexes.covariates import CovariateEffect, effects_frame
from costfloor.indexes.frontier import default_threshold, frontier_trend, record_lows
from costfloor.indexes.geks import geks_index
from costfloor.indexes.log_index import LogIndex, annual_rate, concentration_note, intervals
from costfloor.indexes.matched import matched_index
from costfloor.indexes.pareto import pareto_trend
from costfloor.indexes.periods import (
    PERIOD_CODES,
    Frequency,
    PeriodMatrix,
    check_prices,
    in_force,
    new_prices,
    period_matrix,
)
from costfloor.indexes.quantile import quantile_trend
from costfloor.indexes.regression import DAYS_PER_YEAR
from costfloor.indexes.stochastic_frontier import stochastic_trend
from costfloor.indexes.time_dummy import time_dummy_index
from costfloor.indexes.trend import Trend

Sample = Literal["new", "in_force"]

KINDS = ("matched", "geks", "hedonic", "adjacent", "frontier", "pareto", "quantile", "stochastic")
WITH_COVARIATES = ("hedonic", "adjacent")
SAMPLES: dict[str, Callable[[PeriodMatrix], pd.DataFrame]] = {"new": new_prices, "in_force": in_force}


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
    covariates
        What each covariate is worth; of `adjacent` the mean over its links.
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
    covariates: tuple[CovariateEffect, ...] = ()
    rows: pd.DataFrame | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        low, high = self.annual_rate_ci90
        last = self.periods[-1]
        return (
            f"{self.kind}: {last.value:.3g} in {last.period} ({self.base} = 1); "
            f"log-rate {self.annual_rate:.3g} a year (90 % interval {low:.3g} to {high:.3g}). {self.note}".rstrip()
        )

    __repr__ = __str__

    def to_frame(self) -> pd.DataFrame:
        """One row per period: `period, value, low, high, n`, the interval being 90 %."""
        return pd.DataFrame(
            [
                {"period": row.period, "value": row.value, "low": row.ci90[0], "high": row.ci90[1], "n": row.n}
                for row in self.periods
            ]
        )

    def covariates_frame(self) -> pd.DataFrame:
        """One row per covariate, or per level of one in text: `covariate, level, base, effect, low, high`; the interval is 90 %."""
        return effects_frame(self.covariates)

    def to_json(self) -> dict[str, Any]:
        """The keys of `costfloor index`: all fields but `rows`."""
        plain = asdict(replace(self, rows=None))
        del plain["rows"]
        return plain


def price_index(
    kind: str,
    rows: pd.DataFrame,
    frequency: Frequency = "month",
    *,
    sample: Sample = "new",
    threshold: float | None = None,
    covariates: Sequence[str] = (),
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
        For `frontier`: the lowest score that counts, in the unit of `score` where the rows have one and of `quality` where not; by
        default the lower quartile over models.
    covariates
        For `hedonic` and `adjacent`: columns of `rows`, numbers, true and false, or text, that are held constant beside quality.

    Raises
    ------
    InputError
        An unknown kind, covariates for one that has no regression on quality by period, or too few rows or periods; the message says
        what would help.
    """
    if kind not in KINDS:
        raise InputError("not a kind of index", value=kind, remedy=f"Use one of {', '.join(KINDS)}")
    require_covariates_fit(kind, covariates)
    if sample not in SAMPLES:
        raise InputError("not a sample", value=sample, remedy=f"Use one of {', '.join(SAMPLES)}")
    if kind in {"matched", "geks"} and "model" not in rows:
        raise InputError(
            f"a {kind} index follows each model from period to period, and the prices name none",
            column="model",
            remedy="Add a model column, or use hedonic",
        )
    check_prices(rows, frequency)
    by_period: dict[str, Callable[[PeriodMatrix], LogIndex]] = {
        "matched": matched_index,
        "geks": geks_index,
        "hedonic": lambda matrix: time_dummy_index(SAMPLES[sample](matrix), matrix, covariates),
        "adjacent": lambda matrix: adjacent_index(SAMPLES[sample](matrix), matrix, covariates),
    }
    lines: dict[str, Callable[[], Trend]] = {
        "frontier": lambda: _frontier(rows, threshold),
        "pareto": lambda: pareto_trend(rows),
        "quantile": lambda: quantile_trend(rows),
        "stochastic": lambda: stochastic_trend(rows),
    }
    if kind in by_period:
        return _of_log_index(kind, by_period[kind](period_matrix(rows, frequency)), frequency)
    return _of_trend(kind, lines[kind](), frequency)


def require_covariates_fit(kind: str, covariates: Sequence[str]) -> None:
    """Refuse covariates for an index that holds nothing constant but quality, or the model itself."""
    if covariates and kind not in WITH_COVARIATES:
        raise InputError(
            "takes no covariates", value=kind, remedy=f"Use {' or '.join(WITH_COVARIATES)}, or leave the covariates out"
        )


def rate_from(index: PriceIndex, period: str) -> float:
    """Log-rate a year from the end of a period of the index to that of its last, positive when prices fall.

    Raises
    ------
    KeyError
        The index has no value there.
    """
    value = {row.period: row.value for row in index.periods}
    first, last = (pd.Period(name).end_time for name in (period, index.periods[-1].period))
    return float(np.log(value[period] / index.periods[-1].value) * DAYS_PER_YEAR / (last - first).days)


def _frontier(rows: pd.DataFrame, threshold: float | None) -> Trend:
    # Quality is monotone in the score: the same prices are at or above a threshold in either, and the user knows scores.
    unit = "score" if "score" in rows else "quality"
    scored = rows.assign(score=rows[unit].astype(float))
    lowest = default_threshold(scored) if threshold is None else threshold
    line = frontier_trend(scored, lowest)
    return Trend(
        rate=line.rate,
        ci90=line.rate_ci90,
        # The line knows no quality: of one quality, they have no coefficient for it.
        rows=record_lows(scored, lowest).assign(quality=0.0),
        note=f"Record lows at or above {unit} {lowest:.4g}"
        + (", the lower quartile of models." if threshold is None else "."),
    )


def _of_log_index(kind: str, index: LogIndex, frequency: Frequency) -> PriceIndex:
    rate, ci90 = annual_rate(index)
    values = zip(index.periods.astype(str), _levels(index.log), intervals(index), index.n, strict=True)
    return PriceIndex(
        kind=kind,
        frequency=frequency,
        base=str(index.periods[0]),
        periods=tuple(PeriodValue(str(p), float(v), (float(ci[0]), float(ci[1])), int(n)) for p, v, ci, n in values),
        annual_rate=rate,
        annual_rate_ci90=ci90,
        n=sum(index.n),
        note=f"{concentration_note(index)} {index.note}".strip(),
        covariates=index.covariates,
    )


def _levels(log: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    with np.errstate(over="ignore", under="ignore"):
        levels = np.exp(log)
    if not (np.isfinite(levels) & (levels > 0)).all():
        raise InputError(
            "the index leaves the range of numbers", value=f"{log[-1]:.4g} in log price", remedy="Check the prices"
        )
    return np.asarray(levels)


def _of_trend(kind: str, trend: Trend, frequency: Frequency) -> PriceIndex:
    """The line at each period from its first price to its last; nothing beyond them."""
    dates = pd.PeriodIndex(pd.DatetimeIndex(trend.rows["date"]), freq=PERIOD_CODES[frequency])
    periods = pd.period_range(dates.min(), dates.max(), freq=PERIOD_CODES[frequency])
    days = periods.end_time
    years = (days - days[0]).days.to_numpy() / DAYS_PER_YEAR
    counts = dates.value_counts().reindex(periods, fill_value=0)
    low, high = trend.ci90
    with np.errstate(over="ignore", under="ignore"):
        bounds = np.exp(-np.outer(years, [high, low]))
    return PriceIndex(
        kind=kind,
        frequency=frequency,
        base=str(periods[0]),
        periods=tuple(
            PeriodValue(
                str(period),
                float(value),
                (float(bound[0]), float(bound[1])),
                int(n),
            )
            for period, value, bound, n in zip(periods, _levels(-trend.rate * years), bounds, counts, strict=True)
        ),
        annual_rate=trend.rate,
        annual_rate_ci90=trend.ci90,
        n=len(trend.rows),
        note=trend.note,
        rows=trend.rows,
    )
