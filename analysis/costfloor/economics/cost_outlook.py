"""Cost of a token by input in the years ahead, summed up, and what is concluded from it at the ends of what each kind of staff may cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from costfloor.data.store import Store
from costfloor.economics.cost_shares import (
    HALF,
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
from costfloor.sampling.quantiles import quantiles_by_column

SINGLE_PATH_DRAWS: Final = 2000
"""Draws of input prices along a path without uncertainty of its own."""

CONCLUSION_YEAR: Final = 5
"""The year ahead of which is asked what stagnant inputs are of cost, and how fast it falls."""


@dataclass(frozen=True)
class CostReading:
    """What is concluded from a cost of a token: medians, and the shares of draws by which each lies where it does.

    Attributes
    ----------
    stagnant_share
        Share of stagnant inputs in year `CONCLUSION_YEAR`.
    half_years
        Years until they are half of cost; None for later than the path goes.
    yearly_rate
        Log-rate at which cost falls in that year.
    p_half
        By year, from year 0 on: share of draws in which stagnant inputs have been half of cost by then.
    p_stagnant
        Share of draws in which they are in year `CONCLUSION_YEAR`.
    reach
        Shares of draws in which cost falls by less than 15 % in that year, by 15 to 20 %, and by more.
    """

    stagnant_share: float
    half_years: int | None
    yearly_rate: float
    p_half: tuple[float, ...]
    p_stagnant: float
    reach: tuple[float, float, float]


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
    draws
        Independent draws behind shares and medians, at least.
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
    draws: float


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
        draws=size if future.independent_draws is None else min(size, future.independent_draws),
    )


def _reading(shares: CostShares) -> CostReading:
    stagnant, half = shares.stagnant_share, shares.stagnant_half_year
    return CostReading(
        stagnant_share=float(np.median(stagnant[:, CONCLUSION_YEAR])),
        half_years=median_or_never(half),
        yearly_rate=float(np.median(shares.yearly_rate[:, CONCLUSION_YEAR - 1])),
        p_half=tuple((half[:, None] <= np.arange(stagnant.shape[1])).mean(axis=0).tolist()),
        p_stagnant=float((stagnant[:, CONCLUSION_YEAR] >= HALF).mean()),
        reach=shares.reach(CONCLUSION_YEAR),
    )
