"""The clock on which the units of a market are born, as of any day."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from costfloor.capability.clock import PricedReleases, births, days_since_1970, priced_by


@dataclass(frozen=True, eq=False)
class MarketClock:
    """What the births of U units follow from.

    Attributes
    ----------
    releases
        Those that had a price by the day whose knowledge counts.
    entry : (U,)
        Day until which releases count for the unit's birth, that of its own release: days since 1970-01-01.
    start
        First date of the market, days since 1970-01-01.
    """

    releases: PricedReleases
    entry: np.ndarray
    start: float


def clock_from(releases: PricedReleases, entry: "pd.Series[pd.Timestamp]", start: pd.Timestamp) -> MarketClock:
    """The clock of units with these days of entry in a market that starts on a date."""
    return MarketClock(releases, days_since_1970(entry), float(days_since_1970(pd.Series([start]))[0]))


def clock_as_of(clock: MarketClock, day: float) -> MarketClock:
    """The clock as a day knew it, days since the market's start: without the releases that had no price by then."""
    return replace(clock, releases=priced_by(clock.releases, clock.start + round(day)))


def clock_of(clock: MarketClock, units: np.ndarray) -> MarketClock:
    """The clock of some of its units, by their codes."""
    return replace(clock, entry=clock.entry[units])


def unit_births(clock: MarketClock, capability: np.ndarray) -> np.ndarray:
    """Births of the units as the clock has them, to the nearest day like those of the panel: days since the market's start, shape (U,).

    A unit whose own release the clock does not know, as it came later, is born by the clock's continuation where it is above the record,
    and at its entry at the latest.

    Parameters
    ----------
    clock
        As of the day whose knowledge counts.
    capability
        Index units, shape (U,).
    """
    return np.asarray(np.round(births(clock.releases.clock, capability, clock.entry)) - clock.start)
