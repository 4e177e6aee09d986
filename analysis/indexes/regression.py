"""The least-squares step that the classical price trends share."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import statsmodels.api as sm

from analysis.errors import InputError

DAYS_PER_YEAR = 365
INTERVAL_LEVEL = 0.90


@dataclass(frozen=True)
class AnnualDecline:
    """A fitted line through log prices.

    Attributes
    ----------
    factor_per_year
        How many times cheaper after one year of 365 days; below 1 when prices rise.
    ci90
        Its 90 % interval, from Student's t.
    r_squared
        Share of the variance of log price that the line explains; None when all prices are equal.
    other_coefficients
        Change of log price with one unit of each further regressor.
    """

    factor_per_year: float
    ci90: tuple[float, float]
    r_squared: float | None
    other_coefficients: tuple[float, ...]


def annual_decline(
    dates: pd.Series, prices: pd.Series, quality: npt.NDArray[np.float64] | None = None
) -> AnnualDecline:
    """Ordinary least squares of log price on time, and on quality when given.

    Parameters
    ----------
    dates, prices
        One row per price: datetime64 and any positive unit.
    quality
        Finite numbers, one per row.

    Raises
    ------
    InputError
        The columns do not pin the line down (all on one date, all of one quality, or both moving as one), or it is
        so steep that a yearly factor is not a finite number.
    """
    years = (dates - dates.min()).dt.days.to_numpy() / DAYS_PER_YEAR
    columns = [years] if quality is None else [years, quality]
    design = np.column_stack([np.ones(len(years)), *(column - column.mean() for column in columns)])
    scaled = design / np.maximum(np.abs(design).max(axis=0), np.finfo(float).tiny)
    if np.linalg.matrix_rank(scaled) < design.shape[1]:
        names = "dates" if quality is None else "dates and scores"
        problem = f"the {names} do not tell a trend apart"
        raise InputError(problem, remedy="Bring prices with more than one date and, for a hedonic trend, more scores")
    log_prices = np.log(prices.to_numpy(dtype=float))
    fit = sm.OLS(log_prices, design).fit()
    low, high = fit.conf_int(alpha=1 - INTERVAL_LEVEL)[1]
    with np.errstate(over="ignore"):
        factor, ci_low, ci_high = (float(value) for value in np.exp(-np.array([fit.params[1], high, low])))
    if not np.isfinite([factor, ci_low, ci_high]).all():
        span = f"{(dates.max() - dates.min()).days} days"
        remedy = "Bring prices over a longer time"
        raise InputError("the trend is too steep for a yearly factor", value=span, remedy=remedy)
    return AnnualDecline(
        factor_per_year=factor,
        ci90=(ci_low, ci_high),
        r_squared=float(fit.rsquared) if np.ptp(log_prices) > 0 else None,
        other_coefficients=tuple(float(value) for value in fit.params[2:]),
    )
