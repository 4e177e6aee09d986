"""Do prices fall faster after dated innovations in serving? An event study whose placebo is the same calendar, shifted.

The lowest price of each capability band falls in steps. Months that follow an innovation within `WINDOW_MONTHS` are exposed; the
statistic is the mean monthly drop in exposed months less that in the others. Innovations come in clusters and most months have one, so
neither random dates nor a normal error would be a fair placebo: the calendar of innovations is moved round a circle by every number of
months instead, which keeps its clusters. Among all shifts the true one is as likely as any other to be the most extreme when prices do
not care, so that the p-value holds for a series whose level does not drift with the calendar (a linear trend is taken out).

Reference: Fisher (1935), The Design of Experiments, for the randomisation test.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from costfloor.data.store import Store

WINDOW_MONTHS: Final = 3
"""An innovation is in use at the better hosts within a quarter."""

MIN_BANDS: Final = 2
"""Months with fewer bands say what happened to one model, not to prices."""

MIN_EXPOSED: Final = 3
"""Months on either side below which nothing is compared."""


@dataclass(frozen=True)
class EventEffect:
    """What follows one kind of innovations.

    Attributes
    ----------
    kind
        Of the innovations.
    events, exposed, months
        Innovations within the span of prices, months that follow one, and all months.
    effect
        Mean monthly drop of log price per band in exposed months less that in the others, trend taken out; None when either side is too
        short.
    placebo90
        5 and 95 % of the same over all shifts of the calendar; None as above.
    p_value
        Share of shifts, the true calendar among them, with an effect at least as large in size; None as above.
    """

    kind: str
    events: int
    exposed: int
    months: int
    effect: float | None
    placebo90: tuple[float, float] | None
    p_value: float | None


def monthly_drops(panel: pd.DataFrame) -> pd.Series:
    """Mean over bands of the fall of their lowest price so far, log points by month.

    Parameters
    ----------
    panel
        Columns `date`, `price_usd_per_mtok`, `capability`, `band` and `band_centre`. A band's price is that of anything at or above its
        centre, and a band counts from the month after its first price. Months with fewer than `MIN_BANDS` bands are left out.
    """
    month = panel["date"].dt.to_period("M")
    calendar = pd.period_range(month.min(), month.max(), freq="M")
    lowest = {}
    for band, centre in panel.groupby("band")["band_centre"].first().items():
        able = panel["capability"] >= centre
        by_month = panel[able].groupby(month[able])["price_usd_per_mtok"].min().reindex(calendar)
        lowest[band] = np.log(by_month.cummin().ffill())
    drops = -pd.DataFrame(lowest).diff()
    # Once priced, a band stays priced: what is left has no gaps.
    return drops[drops.notna().sum(axis=1) >= MIN_BANDS].mean(axis=1)


def exposure(calendar: pd.PeriodIndex, events: Sequence[pd.Period]) -> np.ndarray:
    """Whether each month of a calendar has an innovation in it or in the months before it, within the window."""
    ordinals = np.array([event.ordinal for event in events], dtype=int)
    since = np.array([month.ordinal for month in calendar])[:, None] - ordinals[None, :]
    return np.asarray(((since >= 0) & (since < WINDOW_MONTHS)).any(axis=1))


def event_effect(kind: str, drops: pd.Series, events: Sequence[pd.Period]) -> EventEffect:
    """Compare the months that follow innovations with the others, against every shift of the calendar.

    Parameters
    ----------
    kind
        Of the innovations.
    drops
        Monthly drops by month (a `PeriodIndex` without gaps); may be empty.
    events
        Months of the innovations; those outside the calendar count only as far as their windows reach into it.
    """
    calendar = pd.PeriodIndex(drops.index)
    exposed = exposure(calendar, events)
    inside = sum(event in calendar for event in events)
    counts = (inside, int(exposed.sum()), len(calendar))
    if min(exposed.sum(), (~exposed).sum()) < MIN_EXPOSED:
        return EventEffect(kind, *counts, None, None, None)
    rest = detrended(drops.to_numpy(float))
    effects = np.array([_difference(rest, np.roll(exposed, shift)) for shift in range(len(exposed))])
    low, high = np.quantile(effects, [0.05, 0.95]).tolist()
    # Rounding must not tell apart what is equal: the same shift by another way round.
    extreme = np.abs(effects) >= abs(effects[0]) - 1e-12
    return EventEffect(kind, *counts, float(effects[0]), (low, high), float(extreme.mean()))


def detrended(values: np.ndarray) -> np.ndarray:
    """Values less their least-squares line."""
    months = np.arange(len(values), dtype=float)
    return np.asarray(values - np.polyval(np.polyfit(months, values, 1), months))


def innovation_months(store: Store) -> dict[str, list[pd.Period]]:
    """Months of dated innovations in serving by kind: those that change what is computed, those that keep it, and all."""
    innovations = store.table("context_serving_innovations")
    months = pd.PeriodIndex(innovations["date"].str[:7], freq="M")
    changes = innovations["changes_graph"].to_numpy(bool)
    by_kind: Mapping[str, np.ndarray] = {
        "changed graph": changes, "fixed graph": ~changes, "all": np.ones(len(changes), bool),
    }  # fmt: skip
    return {kind: list(months[chosen]) for kind, chosen in by_kind.items()}


def event_study(panel: pd.DataFrame, innovations: Mapping[str, Sequence[pd.Period]]) -> tuple[EventEffect, ...]:
    """Effects of innovations on the lowest prices of the panel, by kind."""
    drops = monthly_drops(panel)
    return tuple(event_effect(kind, drops, events) for kind, events in innovations.items())


def _difference(values: np.ndarray, exposed: np.ndarray) -> float:
    return float(values[exposed].mean() - values[~exposed].mean())
