"""What the estimators with one value per period have in common: a log index with its standard errors."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from costfloor.errors import InputError
from costfloor.indexes.covariates import CovariateEffect
from costfloor.indexes.regression import DAYS_PER_YEAR, INTERVAL_LEVEL

Floats = npt.NDArray[np.float64]

MINIMUM_MODELS = 2
"""A period, or a link between two, rests on this many models: of one alone, no variance can be had."""

CONCENTRATION_STEPS = 6
"""Of fewer steps one is easily half of the movement."""


@dataclass(frozen=True, eq=False)
class LogIndex:
    """Log price levels relative to the first period.

    Attributes
    ----------
    periods, days
        The periods and the day at the end of each.
    log
        Log of the index; 0 in the first period.
    se
        Standard errors of `log`; 0 in the first period.
    n
        Prices behind each period.
    models
        Distinct models behind the whole index: the clusters of its standard errors.
    note
        What the reader should know about these numbers.
    covariates
        What each covariate is worth, where there are any.
    """

    periods: pd.PeriodIndex
    days: pd.DatetimeIndex
    log: Floats
    se: Floats
    n: tuple[int, ...]
    models: int
    note: str = ""
    covariates: tuple[CovariateEffect, ...] = ()

    def __str__(self) -> str:
        rate, (low, high) = annual_rate(self)
        return f"{self.periods[0]} to {self.periods[-1]}: log-rate {rate:.3g} a year (90 % interval {low:.3g} to {high:.3g})"


def reach(models: int) -> float:
    """Standard errors on either side of a 90 % interval: Student's t with one degree of freedom less than clusters.

    References
    ----------
    Cameron & Miller, "A practitioner's guide to cluster-robust inference", Journal of Human Resources 50 (2015), section VI.
    """
    return float(stats.t.ppf((1 + INTERVAL_LEVEL) / 2, max(models - 1, 1)))


def intervals(index: LogIndex) -> Floats:
    """The 90 % intervals of the index, periods by (low, high)."""
    half = reach(index.models) * index.se
    # A bound beyond the range of numbers is infinite: no bound.
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(np.exp(np.column_stack([index.log - half, index.log + half])))


def annual_rate(index: LogIndex) -> tuple[float, tuple[float, float]]:
    """Average log-rate a year, positive when prices fall, and its 90 % interval: `-log I_T / years`, from first to last."""
    years = (index.days[-1] - index.days[0]).days / DAYS_PER_YEAR
    rate = -float(index.log[-1]) / years
    half = reach(index.models) * float(index.se[-1]) / years
    return rate, (rate - half, rate + half)


def concentration_note(index: LogIndex) -> str:
    """What to know where one step is more than half of all movement: a rate over the whole time is then one event, spread thin."""
    steps = np.diff(index.log)
    largest = int(np.abs(steps).argmax())
    after = largest + 1
    if len(steps) < CONCENTRATION_STEPS or after == len(steps) or abs(steps[largest]) <= np.abs(steps).sum() / 2:
        return ""
    years = (index.days[-1] - index.days[after]).days / DAYS_PER_YEAR
    rate = -float(index.log[-1] - index.log[after]) / years
    return (
        f"More than half of all movement is the step to {index.periods[after]} ({steps[largest]:+.2f} in log price, "
        f"{index.n[after]} prices); from there on the log-rate is {rate:.2g} a year."
    )


def longest_run(linked: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """First and last period of the longest chain without a broken link, the latest of several.

    Parameters
    ----------
    linked
        Whether period `k` and period `k + 1` are linked.

    Raises
    ------
    InputError
        No two periods are linked.
    """
    best, start = (0, 0), 0
    for period in range(1, len(linked) + 1):
        if not linked[period - 1]:
            start = period
        elif period - start >= best[1] - best[0]:
            best = (start, period)
    if best == (0, 0):
        raise InputError(
            f"no two neighbouring periods share prices of {MINIMUM_MODELS} models or more",
            remedy="Bring more prices over a longer time, or use longer periods",
        )
    return best


def run_note(periods: pd.PeriodIndex, first: int, last: int) -> str:
    """What was left out around the longest run; empty when nothing was."""
    if (first, last) == (0, len(periods) - 1):
        return ""
    return (
        f"The chain breaks where two periods share too few models; this is its longest run, {periods[first]} to "
        f"{periods[last]} of {periods[0]} to {periods[-1]}. "
    )
