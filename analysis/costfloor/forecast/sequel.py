"""A past view and what came after it, as one table: what a forecast made then is scored on."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from costfloor.capability.clock import market_clock
from costfloor.forecast.origins import masks
from costfloor.laws.observations import PriceObservations, observations, subset
from costfloor.laws.panel import PRICE_UNIT
from costfloor.panel import as_measured_in, births_by, law_rows, segments

SAME_PRICE = ["model", "host", "price"]


@dataclass(frozen=True)
class Sequel:
    """A past view and what came after it.

    Attributes
    ----------
    day
        The last day of which anything was known.
    obs
        Rows known then, and those that came after, on the clock and in the units of then.
    seen
        Mask (n,) of the rows known then; they are, in their order, the observations that a fit to the view was made to.
    """

    day: pd.Timestamp
    obs: PriceObservations
    seen: np.ndarray


def sequel(day: pd.Timestamp, until: pd.Timestamp, then: pd.DataFrame, now: pd.DataFrame) -> Sequel:
    """Put the later rows of a panel behind a past view.

    Parameters
    ----------
    day
        Day of the past view.
    until
        The last day of the later rows.
    then, now
        The panel built as of `day`, and a later one.
    """
    rows = pd.concat([law_rows(then), _later(day, until, then, now)], ignore_index=True)
    obs = observations(rows, price_unit=PRICE_UNIT)
    seen = masks(obs, day, 0)[0]
    return Sequel(day, subset(obs, np.ones(obs.n, bool), measured_by=seen), seen)


def _later(day: pd.Timestamp, until: pd.Timestamp, then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The rows of `now` after the day that the laws see.

    A model that the laws had seen stays as it was measured, with the birth and the segment that it had. A new one is born by the clock of
    then: what else was released since must not tell when its capability was first reached. A price of then that is today placed on a later
    day is no new one.
    """
    past, today = law_rows(then), law_rows(now)
    of_then = now.assign(birth=births_by(market_clock(then), now))
    later = as_measured_in(then, of_then[(of_then["date"] > day) & (of_then["date"] <= until)])
    fresh = law_rows(later.assign(segment=segments(later)))
    still = pd.MultiIndex.from_frame(past[["date", *SAME_PRICE]]).isin(
        pd.MultiIndex.from_frame(today[["date", *SAME_PRICE]])
    )
    moved = pd.MultiIndex.from_frame(past.loc[~still, SAME_PRICE])
    return fresh[~pd.MultiIndex.from_frame(fresh[SAME_PRICE]).isin(moved)].reset_index(drop=True)
