"""A past view and what came after it, as one table: what a forecast made then is scored on."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from costfloor.capability.clock import priced_releases
from costfloor.forecast.origins import masks
from costfloor.laws.observations import PriceObservations, observations, subset
from costfloor.laws.panel import PRICE_UNIT, on_clock
from costfloor.panel import as_measured_in, law_rows, segments

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

    All models are born by the clock of then: what else was released since must not tell when a new one's capability was first reached.

    Parameters
    ----------
    day
        Day of the past view.
    until
        The last day of the later rows.
    then, now
        The panel built as of `day`, and a later one.
    """
    rows = pd.concat([on_clock(law_rows(then), then), on_clock(_later(day, until, then, now), now)], ignore_index=True)
    obs = observations(rows, price_unit=PRICE_UNIT, releases=priced_releases(then))
    seen = masks(obs, day, 0)[0]
    return Sequel(day, subset(obs, np.ones(obs.n, bool), measured_by=seen), seen)


def _later(day: pd.Timestamp, until: pd.Timestamp, then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The rows of `now` after the day that the laws see.

    A model that the laws had seen stays as it was measured, with the segment that it had. A price of then that is today placed on a later
    day is no new one.
    """
    past, today = law_rows(then), law_rows(now)
    later = as_measured_in(then, now[(now["date"] > day) & (now["date"] <= until)])
    fresh = law_rows(later.assign(segment=segments(later)))
    still = pd.MultiIndex.from_frame(past[["date", *SAME_PRICE]]).isin(
        pd.MultiIndex.from_frame(today[["date", *SAME_PRICE]])
    )
    moved = pd.MultiIndex.from_frame(past.loc[~still, SAME_PRICE])
    return fresh[~pd.MultiIndex.from_frame(fresh[SAME_PRICE]).isin(moved)].reset_index(drop=True)
