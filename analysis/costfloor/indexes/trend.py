"""What the estimators that fit one straight line through time have in common."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from costfloor.errors import InputError
from costfloor.indexes.regression import DAYS_PER_YEAR, determined, in_deviations

MINIMUM_ROWS = 8


@dataclass(frozen=True, eq=False)
class Trend:
    """A straight line through log prices.

    Attributes
    ----------
    rate, ci90
        Log-rate a year, positive when prices fall, and its 90 % interval.
    rows
        The prices behind it: `date`, `price`, `quality`, and `model` where known.
    note
        What the reader should know about these numbers.
    """

    rate: float
    ci90: tuple[float, float]
    rows: pd.DataFrame
    note: str = ""

    def __str__(self) -> str:
        low, high = self.ci90
        return f"{len(self.rows)} prices: log-rate {self.rate:.3g} a year (90 % interval {low:.3g} to {high:.3g})"


def trend_design(rows: pd.DataFrame, least: int = MINIMUM_ROWS) -> npt.NDArray[np.float64]:
    """Columns 1, years since the first price, and quality in standard deviations (left out when all are of one quality).

    Raises
    ------
    InputError
        Too few prices, or dates and quality do not tell a trend apart.
    """
    if len(rows) < least:
        raise InputError(f"{len(rows)} prices are too few for a trend", remedy=f"{least} are needed; bring more prices")
    years = (rows["date"] - rows["date"].min()).dt.days.to_numpy() / DAYS_PER_YEAR
    quality = rows["quality"].to_numpy(dtype=float)
    columns = [np.ones(len(rows)), years - years.mean()]
    if np.ptp(quality / 2) > 0:
        columns.append(in_deviations(quality)[0])
    X = np.column_stack(columns)
    if not determined(X):
        raise InputError(
            "the dates and scores do not tell a trend apart",
            remedy="Bring prices with more than one date and more scores",
        )
    return X


def clusters(rows: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Number of each row's model; without a `model`, every row is its own."""
    return pd.factorize(rows["model"])[0] if "model" in rows else np.arange(len(rows))


def clustered_sandwich(
    bread: npt.NDArray[np.float64], scores: npt.NDArray[np.float64], groups: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    """`G/(G-1) B (sum over groups of s_g s_g') B'`, with `s_g` the sum of a group's rows of `scores`."""
    sums = pd.DataFrame(scores).groupby(groups).sum().to_numpy()
    if len(sums) < 2:
        raise InputError("prices of one model have no standard error", remedy="Bring prices of more models")
    return np.asarray(len(sums) / (len(sums) - 1) * bread @ (sums.T @ sums) @ bread.T)
