r"""Quality-adjusted price index by family and quarter, the same linear map for observed and replicated prices.

Ordinary least squares of log price on family x quarter dummies and quality. By Frisch-Waugh-Lovell the slope on quality is that of the
deviations from cell means, and a dummy is its cell's mean price less slope times mean quality, so index and slope are fixed linear
combinations of the log prices. No law enters.
"""

from dataclasses import dataclass, field

import numpy as np

from costfloor.laws.innovations import GRID_YEARS as QUARTER_YEARS
from costfloor.laws.observations import PriceObservations

NO_VARIATION = 1e-12
"""Share of quality's variance inside cells below which the slope on quality is not identified and taken as zero."""


@dataclass(frozen=True)
class QuarterlyIndex:
    """The map from log prices to the index; F families, Q quarters, n rows, K occupied cells.

    Quarters are counted back from the last date, so that the last four are the last twelve months.

    Attributes
    ----------
    rows : (F, Q)
        Rows in each cell.
    age_years, time_years : (F, Q)
        Mean age and time of the rows of each cell, NaN where there are none.
    quality : (n,)
        Quality of each row, centred by family.
    slope : (n,)
        Weights of the log prices in the slope on quality.
    projection : (K, n)
        Weights of the log prices in the index of the occupied cells, in the order of `rows`.
    """

    rows: np.ndarray
    age_years: np.ndarray
    time_years: np.ndarray
    quality: np.ndarray = field(repr=False)
    slope: np.ndarray = field(repr=False)
    projection: np.ndarray = field(repr=False)

    def index(self, log_price: np.ndarray) -> np.ndarray:
        """Return the log price of each family in each quarter at its centre quality, NaN where it has no rows.

        Shape (S, F, Q), for log prices (S, n).
        """
        index = np.full((len(log_price), *self.rows.shape), np.nan)
        index[:, self.rows > 0] = log_price @ self.projection.T
        return index

    def adjusted(self, log_price: np.ndarray) -> np.ndarray:
        """Return log prices (S, n) at their family's centre quality, by the slope that is common to all rows of a data set."""
        return np.asarray(log_price - (log_price @ self.slope)[:, None] * self.quality)


def quarterly_index(obs: PriceObservations) -> QuarterlyIndex:
    """Return the map for the dates, families and qualities of `obs`."""
    back = np.floor((obs.last_time_years - obs.time_years) / QUARTER_YEARS).astype(np.intp)
    shape = (len(obs.families), int(back.max()) + 1)
    cells, cell = np.unique(obs.family * shape[1] + (shape[1] - 1 - back), return_inverse=True)
    member = (cell == np.arange(len(cells))[:, None]).astype(float)
    mean = member / member.sum(axis=1, keepdims=True)
    within = obs.quality - (mean @ obs.quality)[cell]
    variation = within @ within
    identified = variation > NO_VARIATION * (obs.quality @ obs.quality)
    slope = within / variation if identified else np.zeros(obs.n)

    def placed(values: np.ndarray, empty: float) -> np.ndarray:
        table = np.full(shape, empty)
        table.flat[cells] = values
        return table

    return QuarterlyIndex(
        rows=placed(member.sum(axis=1), 0.0),
        age_years=placed(mean @ obs.age_years, np.nan),
        time_years=placed(mean @ obs.time_years, np.nan),
        quality=obs.quality,
        slope=slope,
        projection=mean - np.outer(mean @ obs.quality, slope),
    )
