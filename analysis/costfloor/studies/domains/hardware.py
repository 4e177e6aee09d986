"""What hardware does by itself: computing per dollar, rental and purchase prices of the same device, beside gains of software on it.

All rates are log points a year, positive when a dollar buys more. They are least-squares trends of few points with robust errors, in
no model together: a yardstick for the gains of software.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm

from costfloor.data.store import Store
from costfloor.studies.domains.gains import INFERENCE, YEAR_DAYS, GainSeries

TABLES: Final = ("context_hardware", "context_gpu_rental", "context_gpu_purchase_price")

MIN_POINTS: Final = 4
"""Fewer points leave less than two degrees of freedom for an error."""

MIN_YEARS: Final = 1.0
"""A yearly rate from less than a year is an extrapolation."""

MIN_SERIES: Final = 4
LAGS: Final = 3
"""Months over which errors of a monthly price may hang together (Newey and West 1987)."""

MEDIAN: Final = "median"

Kind = Literal["computing per dollar", "rental price", "purchase price", "software"]


@dataclass(frozen=True)
class Trend:
    """A least-squares trend.

    Attributes
    ----------
    kind, subject
        What of what.
    rate
        Log points a year, positive when a dollar buys more.
    interval90
        By robust errors and Student's t.
    points
        Observations behind it.
    first, last
        Years they span, as decimal years.
    remark
        What to mind; empty when nothing.
    """

    kind: Kind
    subject: str
    rate: float
    interval90: tuple[float, float]
    points: int
    first: float
    last: float
    remark: str = ""


def hardware_trends(store: Store, series: Sequence[GainSeries]) -> tuple[Trend, ...]:
    """All trends of the project that have points enough.

    Parameters
    ----------
    store
        The raw data.
    series
        Series of gains; those of MLPerf inference give the gains of software.

    Raises
    ------
    InputError, IntegrityError
        As `costfloor.data.store.Store.table`.
    """
    hardware, rental, purchase = (store.table(table) for table in TABLES)
    return (
        *computing_per_dollar(hardware),
        *rental_prices(rental),
        *purchase_prices(purchase),
        *software_gains(series),
    )


def computing_per_dollar(hardware: pd.DataFrame) -> list[Trend]:
    """Dense half precision per dollar of the release price, over release dates of different devices.

    A device whose half precision is no faster than its single precision has a figure without its matrix units, another quantity; it is left
    out. Devices differ in more than their date, so errors are of heteroscedasticity (HC3).
    """
    known = hardware.dropna(subset=["release_date", "flops_per_usd"])
    units = ~(known["fp16_bf16_tensor_flops"] <= known["fp32_flops"])
    rows = known[units]
    if len(rows) < MIN_POINTS:
        return []
    time = _decimal_years(rows["release_date"])
    left = int((~units).sum())
    remark = f"{left} without figures for matrix units left out" if left else ""
    trend = _trend(time, np.log(rows["flops_per_usd"].to_numpy(float)), {"cov_type": "HC3"})
    return [Trend("computing per dollar", "accelerators by release", *trend, *_span(time), remark)]


def rental_prices(rental: pd.DataFrame) -> list[Trend]:
    """Rental price of the same device in the same series by month; a price that has only a year is left out.

    Errors are those of Newey and West.
    """
    monthly = rental[rental["date"].str.len() >= len("2025-01")]
    trends = []
    for (gpu, series), rows in monthly.groupby(["gpu", "series"], sort=True):
        if len(rows) < MIN_POINTS:
            continue
        ordered = rows.sort_values("date")
        time = _decimal_years(pd.to_datetime(ordered["date"].str[:7], format="%Y-%m"))
        if time[-1] - time[0] < MIN_YEARS:
            continue
        lags = min(LAGS, len(rows) - 2)
        fit = _trend(
            time, -np.log(ordered["value"].to_numpy(float)), {"cov_type": "HAC", "cov_kwds": {"maxlags": lags}}
        )
        mixed = str(series).startswith(MEDIAN) and ordered["n_providers"].nunique() > 1
        counts = ordered["n_providers"]
        remark = f"median over {counts.min():g} to {counts.max():g} providers, a mix that changes" if mixed else ""
        trends.append(Trend("rental price", f"{gpu}, {series}", *fit, *_span(time), remark))
    return trends


def purchase_prices(purchase: pd.DataFrame) -> list[Trend]:
    """Purchase price of the same device by year: the geometric mean of a range that somebody judged."""
    trends = []
    for gpu, rows in purchase.groupby("gpu", sort=True):
        if len(rows) < MIN_POINTS:
            continue
        time = rows["year"].to_numpy(float)
        fit = _trend(time, -np.log(rows["geomean"].to_numpy(float)), {"cov_type": "HC3"})
        trends.append(Trend("purchase price", str(gpu), *fit, *_span(time), "judged ranges, not prices paid"))
    return trends


def software_gains(series: Sequence[GainSeries]) -> list[Trend]:
    """Gains at the same device in MLPerf inference: gain against length of the interval, errors by series."""
    trends = []
    inference = [line for line in series if line.source == INFERENCE]
    for accelerator in sorted({line.accelerator for line in inference}):
        of_it = [line for line in inference if line.accelerator == accelerator]
        if len(of_it) < MIN_SERIES:
            continue
        length = np.concatenate([np.diff(line.age) for line in of_it])
        gain = np.concatenate([np.diff(line.gain) for line in of_it])
        group = np.repeat(np.arange(len(of_it)), [len(line.age) - 1 for line in of_it])
        fit = sm.OLS(gain, length).fit(cov_type="cluster", cov_kwds={"groups": group}, use_t=True)
        low, high = np.asarray(fit.conf_int(0.1))[0].tolist()
        starts = [line.start.year + (line.start.day_of_year - 1) / YEAR_DAYS for line in of_it]
        ends = [start + line.age[-1] for start, line in zip(starts, of_it, strict=True)]
        remark = f"{len(of_it)} benchmarks"
        trends.append(
            Trend("software", accelerator, float(fit.params[0]), (low, high), len(gain), min(starts), max(ends), remark)
        )
    return trends


def _trend(time: np.ndarray, value: np.ndarray, errors: dict[str, Any]) -> tuple[float, tuple[float, float], int]:
    fit = sm.OLS(value, sm.add_constant(time - time.mean())).fit(**errors, use_t=True)
    low, high = np.asarray(fit.conf_int(0.1))[1].tolist()
    return float(fit.params[1]), (low, high), len(value)


def _decimal_years(dates: pd.Series) -> np.ndarray:
    return np.asarray(dates.dt.year + (dates.dt.day_of_year - 1) / YEAR_DAYS, float)


def _span(time: np.ndarray) -> tuple[float, float]:
    return float(time.min()), float(time.max())
