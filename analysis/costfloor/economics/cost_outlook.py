"""Cost of a token by input in the years ahead, summed up, and which of its conclusions hangs on which kind of staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from costfloor.data.store import Store
from costfloor.economics.cost_shares import (
    STAFF,
    CostShares,
    HardwareTrend,
    cost_ranges,
    cost_shares,
    drawn_inputs,
    hardware_trends,
)
from costfloor.economics.futures import Future
from costfloor.economics.outlook import QuantilesByYear, median_or_never
from costfloor.fit.quantities import FLOOR_CLAIM
from costfloor.sampling.quantiles import quantiles_by_column

SINGLE_PATH_DRAWS: Final = 2000
"""Draws of input prices along a path without uncertainty of its own."""

CONCLUSION_YEAR: Final = 5
"""The year ahead of which is asked what stagnant inputs are of cost, and how fast it falls."""

CONCLUSIONS: Final = ("stagnant_share", "half_years", "yearly_rate")


@dataclass(frozen=True)
class CostReading:
    """What is concluded from a cost of a token, in medians.

    Attributes
    ----------
    stagnant_share
        Share of stagnant inputs in year `CONCLUSION_YEAR`.
    half_years
        Years until they are half of cost; None for later than the path goes.
    yearly_rate
        Log-rate at which cost falls in that year.
    """

    stagnant_share: float
    half_years: int | None
    yearly_rate: float

    def verdicts(self) -> dict[str, int | bool | None]:
        """Each conclusion as it would be said: whether the share is half or more, the year, and where the rate lies beside 15 to 20 %."""
        low, high = FLOOR_CLAIM
        beside = int(self.yearly_rate >= low) + int(self.yearly_rate > high)
        return dict(zip(CONCLUSIONS, (self.stagnant_share >= 0.5, self.half_years, beside), strict=True))


@dataclass(frozen=True)
class StaffSwing:
    """One kind of staff from the low to the high end of its range, all else as drawn.

    Attributes
    ----------
    kind
        One of `STAFF`.
    low, high
        Ends of its share of cost today.
    at_low, at_high
        What is concluded there.
    """

    kind: str
    low: float
    high: float
    at_low: CostReading
    at_high: CostReading

    @property
    def hanging(self) -> tuple[str, ...]:
        """The conclusions that are others at both ends, of `CONCLUSIONS`."""
        low, high = self.at_low.verdicts(), self.at_high.verdicts()
        return tuple(name for name in CONCLUSIONS if low[name] != high[name])


@dataclass(frozen=True)
class CostOutlook:
    """Cost of a token by input, summed up.

    Attributes
    ----------
    future
        Name of the law or fixed rate.
    stagnant_share
        5, 50 and 95 % by year, from year 0 on.
    yearly_rate
        The same of the log-rate of each year ahead.
    half_years
        Median years until stagnant inputs are half of cost; None when fewer than half of the draws get there.
    p_half
        Share of draws that do.
    reach
        By year ahead, the probabilities of a fall below 15 %, of 15 to 20 % and above.
    size_rate
        5, 50 and 95 % of the log-rate at which the size that a token needs falls in each year ahead; empty where it is not known.
    unit_rate
        The same of the price of a unit of size: with the size it is the rate of the accelerators' part.
    staff
        What each input of staff does to it.
    """

    future: str
    stagnant_share: QuantilesByYear
    yearly_rate: QuantilesByYear
    half_years: int | None
    p_half: float
    reach: tuple[tuple[float, float, float], ...]
    size_rate: QuantilesByYear
    unit_rate: QuantilesByYear
    staff: tuple[StaffSwing, ...]


def cost_outlooks(store: Store, futures: Sequence[Future], seed: int) -> tuple[CostOutlook, ...]:
    """Sum up the cost of a token along every future; each draw of a law meets a draw of the input prices."""
    hardware, ranges = hardware_trends(store), cost_ranges()
    return tuple(cost_outlook(future, ranges, hardware, seed) for future in futures)


def cost_outlook(
    future: Future,
    ranges: Mapping[str, tuple[float, float]],
    hardware: tuple[HardwareTrend, HardwareTrend],
    seed: int,
) -> CostOutlook:
    """Sum up the cost of a token along one future.

    Parameters
    ----------
    future
        Price paths.
    ranges, hardware
        As from `cost_ranges` and `hardware_trends`.
    seed
        Of the input prices.
    """
    size = max(len(future.relative_price), SINGLE_PATH_DRAWS)
    many = future.as_many(size)

    def followed(fixed: Mapping[str, float]) -> CostShares:
        """With some inputs held; the others are the same draws each time."""
        rng = np.random.default_rng(seed)
        held = {name: np.full(size, value) for name, value in fixed.items()}
        return cost_shares(many, drawn_inputs(ranges, size, rng) | held, hardware, rng)

    shares = followed({})
    half, years = shares.stagnant_half_year, shares.yearly_rate.shape[1]
    size_rate = None if many.relative_size is None else -np.diff(np.log(many.relative_size), axis=1)
    whole_rate = -np.diff(np.log(many.relative_price), axis=1)
    swings = []
    for kind in STAFF:
        low, high = ranges[f"{kind}_share"]
        ends = (_reading(followed({f"{kind}_share": end})) for end in (low, high))
        swings.append(StaffSwing(kind, low, high, *ends))
    return CostOutlook(
        future=future.name,
        stagnant_share=quantiles_by_column(shares.stagnant_share),
        yearly_rate=quantiles_by_column(shares.yearly_rate),
        half_years=median_or_never(half),
        p_half=float(np.isfinite(half).mean()),
        reach=tuple(shares.reach(year) for year in range(1, years + 1)),
        size_rate=() if size_rate is None else quantiles_by_column(size_rate),
        unit_rate=() if size_rate is None else quantiles_by_column(whole_rate - size_rate),
        staff=tuple(swings),
    )


def _reading(shares: CostShares) -> CostReading:
    return CostReading(
        float(np.median(shares.stagnant_share[:, CONCLUSION_YEAR])),
        median_or_never(shares.stagnant_half_year),
        float(np.median(shares.yearly_rate[:, CONCLUSION_YEAR - 1])),
    )
