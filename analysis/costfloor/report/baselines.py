"""Classical price trends on the panel, and published rates to stand beside them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from costfloor.errors import InputError
from costfloor.indexes.frontier import FrontierTrend, frontier_trend
from costfloor.indexes.hedonic import HedonicTrend, hedonic_trend
from costfloor.laws.observations import DAYS_PER_YEAR
from costfloor.panel import law_rows

PUBLISHED = Path(__file__).with_name("epoch_published.csv")
PUBLISHED_SOURCE = "Epoch AI, LLM inference prices have fallen rapidly but unequally across tasks, March 2025 (CC BY)"

MIN_RECORDS: Final = 6
"""A line through fewer record lows is no result: neither drawn nor cited. Set when trends from five were known to run to a thousandfold."""

MIN_RECORD_YEARS: Final = 1.0
"""Nor is one through record lows of a shorter time."""


@dataclass(frozen=True)
class BandTrend:
    """The trend of the record-low price at or above the centre of a capability band.

    Attributes
    ----------
    band, centre
        The band and the capability of its anchor.
    trend
        None where the panel gives none.
    reason
        Why there is none; empty otherwise.
    """

    band: str
    centre: float
    trend: FrontierTrend | None
    reason: str


@dataclass(frozen=True)
class Baselines:
    """Least-squares trends on the rows that the laws see.

    Attributes
    ----------
    frontier
        Record lows by band, in rising order of capability.
    hedonic
        By `pareto` (rows that no earlier row beats) and `all`; a trend that the panel does not give is left out.
    """

    frontier: tuple[BandTrend, ...]
    hedonic: dict[str, HedonicTrend]


def baselines(panel: pd.DataFrame) -> Baselines:
    """Compute both classical estimators on the rows of the panel that the laws see, with capability as the score."""
    prices = law_rows(panel).rename(columns={"quality": "score"})
    bands = panel[["band", "band_centre"]].drop_duplicates().sort_values("band_centre")
    frontier = tuple(
        _band_trend(prices, str(band), float(centre))
        for band, centre in zip(bands["band"], bands["band_centre"], strict=True)
    )
    hedonic = {}
    for rows in ("pareto", "all"):
        try:
            hedonic[rows] = hedonic_trend(prices, "raw", "pareto" if rows == "pareto" else "all")
        except InputError:
            continue
    return Baselines(frontier, hedonic)


def published_rates() -> pd.DataFrame:
    """The 21 published rates: `benchmark, threshold_model, n, start, end, factor_per_year, ci90_low, ci90_high, r_squared`."""
    return pd.read_csv(PUBLISHED)


def long_enough(trend: FrontierTrend) -> bool:
    """Whether a trend of record lows rests on enough of them, over enough time, to be drawn and cited."""
    return trend.n >= MIN_RECORDS and (trend.end - trend.start).days >= MIN_RECORD_YEARS * DAYS_PER_YEAR


def _band_trend(prices: pd.DataFrame, band: str, centre: float) -> BandTrend:
    try:
        return BandTrend(band, centre, frontier_trend(prices, centre), "")
    except InputError as error:
        return BandTrend(band, centre, None, str(error))
