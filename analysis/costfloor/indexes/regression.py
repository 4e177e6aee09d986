"""The least-squares step that the classical price trends share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import statsmodels.api as sm

from costfloor.errors import InputError
from costfloor.indexes.covariates import Covariate, CovariateEffect, confounded, covariate_effects

DAYS_PER_YEAR = 365
INTERVAL_LEVEL = 0.90


@dataclass(frozen=True)
class AnnualDecline:
    """A fitted line through log prices.

    Attributes
    ----------
    rate, rate_ci90
        Log-rate a year of 365 days, positive when prices fall, and its 90 % interval, from Student's t.
    factor_per_year, ci90
        How many times cheaper after a year, `exp(rate)`, and its 90 % interval; below 1 when prices rise.
    r_squared
        Share of the variance of log price that the line explains; None when all prices are equal.
    quality
        Change of log price with one unit of quality; NaN without it.
    covariates
        The same of each covariate.
    """

    rate: float
    rate_ci90: tuple[float, float]
    factor_per_year: float
    ci90: tuple[float, float]
    r_squared: float | None
    quality: float
    covariates: tuple[CovariateEffect, ...]


def annual_decline(
    dates: pd.Series,
    prices: pd.Series,
    quality: npt.NDArray[np.float64] | None = None,
    covariates: Sequence[Covariate] = (),
) -> AnnualDecline:
    """Ordinary least squares of log price on time, and on quality and covariates when given.

    Parameters
    ----------
    dates, prices
        One row per price: datetime64 and any positive unit.
    quality
        Finite numbers, one per row.
    covariates
        Further columns, as `covariate_columns` gives them.

    Raises
    ------
    InputError
        The columns do not pin the line down (all on one date, all of one quality, or some moving as one), or it is
        so steep that a yearly factor is not a finite number.
    """
    years = (dates - dates.min()).dt.days.to_numpy() / DAYS_PER_YEAR
    known = [years] if quality is None else [years, quality]
    columns, units = zip(*map(in_deviations, [*known, *(column.values for column in covariates)]), strict=True)
    design = np.column_stack([np.ones(len(years)), *columns])
    if not determined(design):
        if error := confounded(design, ["", "the dates", "the scores"][: 1 + len(known)], covariates):
            raise error
        names = "dates" if quality is None else "dates and scores"
        problem = f"the {names} do not tell a trend apart"
        raise InputError(problem, remedy="Bring prices with more than one date and, for a hedonic trend, more scores")
    log_prices = np.log(prices.to_numpy(dtype=float))
    fit = sm.OLS(log_prices, design).fit()
    coefficients = fit.params[1:] / np.array(units)
    bounds = fit.conf_int(alpha=1 - INTERVAL_LEVEL)[1:] / np.array(units)[:, None]
    rate, rate_high, rate_low = (float(-value) for value in (coefficients[0], *bounds[0]))
    with np.errstate(over="ignore", under="ignore"):
        factor, ci_low, ci_high = (float(value) for value in np.exp([rate, rate_low, rate_high]))
    if not (np.isfinite(ci_high) and ci_low > 0):
        span = f"{(dates.max() - dates.min()).days} days"
        remedy = "Bring prices over a longer time"
        raise InputError("the trend is too steep for a yearly factor", value=span, remedy=remedy)
    return AnnualDecline(
        rate=rate,
        rate_ci90=(rate_low, rate_high),
        factor_per_year=factor,
        ci90=(ci_low, ci_high),
        r_squared=float(fit.rsquared) if np.ptp(log_prices) > 0 else None,
        quality=np.nan if quality is None else float(coefficients[1]),
        covariates=covariate_effects(covariates, coefficients[len(known) :], bounds[len(known) :]),
    )


def in_deviations(values: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], float]:
    """Values less their mean in standard deviations, and that unit: no column of a regression is then large beside another.

    Values of one size are zeros, in the unit 1. Any finite numbers will do: what is summed has been brought near 1 by a power of two.
    """
    if np.ptp(values / 2) == 0:
        return np.zeros(len(values)), 1.0
    power = int(np.frexp(np.abs(values).max())[1])
    near_one = np.ldexp(values, -power)
    deviations = near_one - near_one.mean()
    spread = float(deviations.std())
    return deviations / spread, float(np.ldexp(spread, power))


def determined(design: npt.NDArray[np.float64]) -> bool:
    """Whether columns of ones and of `in_deviations` can be told apart, by more than rounding brings about."""
    smallest = np.linalg.svd(design, compute_uv=False).min() if len(design) >= design.shape[1] else 0.0
    return bool(smallest > 1e-9 * np.sqrt(len(design)))
