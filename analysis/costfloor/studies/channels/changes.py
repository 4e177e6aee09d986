"""What the model of the two channels sees: changes of the lowest price of a model, the time in which they could happen, and entries.

Time is cut into calendar years; the first years, in which few models were priced, are one period.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import groupby
from typing import Final

import numpy as np
import pandas as pd

from costfloor.laws.observations import DAYS_PER_YEAR
from costfloor.studies.channels.best_host import BestHost, PriceEvent, best_host
from costfloor.studies.channels.spells import KnownSpell

MIN_ENTRIES: Final = 5
"""The first period reaches as far as it takes to have this many models."""


@dataclass(frozen=True)
class ChannelData:
    r"""Arrays of M events, N entries, B bands, Y periods and H numbers of hosts.

    Attributes
    ----------
    bands, periods
        Names; a period is a calendar year, the first one may be several.
    span : (Y,)
        Years of each period between the first entry and the last day on which a price is known.
    first_half : (Y,)
        The same, up to the middle of the span.
    size : (M,)
        Log points, positive when the lowest price falls.
    event_band : (M,) int
        Band of the model.
    event_log_hosts : (M,)
        Log of the number of hosts before, less `log_hosts_centre`.
    event_share : (M, Y)
        Share of the interval of an event in each period; rows sum to one.
    exposure : (B, Y, H)
        Model-years with a known price.
    log_hosts : (H,)
        Log of 1 to H, less `log_hosts_centre`.
    log_hosts_centre
        Mean log number of hosts over all exposure.
    log_price, quality, entry_band, before_entry, since_entry
        Of entries: first lowest log price (N,); capability less the band's centre in standard deviations (N,); band (N,); years of each
        period from the start to the entry (N, Y), and from the entry to the first price (N, Y).
    design_effect
        How much more the sum of sizes varies when changes at one host found on one day count as one, at least 1.
    causes
        Events by cause.
    crude : (Y,)
        Sum of sizes by model-year; NaN where there is no exposure.
    crude_se : (Y,)
        Its standard error, changes at one host found on one day counting as one.
    data_hash
        Of all arrays and names.
    """

    bands: tuple[str, ...]
    periods: tuple[str, ...]
    span: np.ndarray
    first_half: np.ndarray
    size: np.ndarray
    event_band: np.ndarray
    event_log_hosts: np.ndarray
    event_share: np.ndarray
    exposure: np.ndarray = field(repr=False)
    log_hosts: np.ndarray
    log_hosts_centre: float
    log_price: np.ndarray
    quality: np.ndarray
    entry_band: np.ndarray
    before_entry: np.ndarray
    since_entry: np.ndarray
    design_effect: float
    causes: Mapping[str, int]
    crude: np.ndarray
    crude_se: np.ndarray

    @property
    def data_hash(self) -> str:
        """Hash of everything the model sees."""
        digest = hashlib.sha256()
        for part in fields(self):
            value = getattr(self, part.name)
            content = np.ascontiguousarray(value).tobytes() if isinstance(value, np.ndarray) else repr(value).encode()
            digest.update(part.name.encode() + content)
        return digest.hexdigest()


@dataclass(frozen=True)
class Calendar:
    """Periods as edges in years from the start.

    Attributes
    ----------
    start, last
        First entry, and last day on which a price is known.
    edges : (Y + 1,)
        Years from `start`.
    names
        Of the periods.
    """

    start: pd.Timestamp
    last: pd.Timestamp
    edges: np.ndarray
    names: tuple[str, ...]

    def years(self, day: pd.Timestamp) -> float:
        """Years from the start to a day."""
        return (day - self.start).days / DAYS_PER_YEAR

    def overlap(self, start: pd.Timestamp, end: pd.Timestamp) -> np.ndarray:
        """Years of `[start, end)` in each period, (Y,); zero where the end comes first."""
        return overlaps(self.years(start), self.years(end), self.edges)


def overlaps(start: float, end: float, edges: np.ndarray) -> np.ndarray:
    """Length of `[start, end)` in each of the periods between edges; what lies before the first or after the last counts nowhere."""
    return np.asarray(np.clip(np.minimum(end, edges[1:]) - np.maximum(start, edges[:-1]), 0.0, None))


def calendar(entries: Sequence[pd.Timestamp], firsts: Sequence[pd.Timestamp], last: pd.Timestamp) -> Calendar:
    """Cut time into calendar years, the first of which have `MIN_ENTRIES` models together.

    Parameters
    ----------
    entries, firsts
        When each model entered, and when it was first priced.
    last
        Last day on which a price is known.
    """
    start = min(entries)
    known = np.array([day.year for day in firsts])
    years = list(range(start.year, last.year + 1))
    head = next((year for year in years if (known <= year).sum() >= MIN_ENTRIES), last.year)
    names = [f"{start.year}–{head}" if head > start.year else str(head), *(str(year) for year in years if year > head)]
    ends = [pd.Timestamp(year + 1, 1, 1) for year in years if year >= head]
    edges = np.array([0.0, *((end - start).days / DAYS_PER_YEAR for end in ends)])
    return Calendar(start, last, edges, tuple(names))


def channel_data(
    spells: Sequence[KnownSpell], arrivals: str = "dated", longest_wait: float | None = None
) -> ChannelData:
    """Arrange spells for the model.

    Parameters
    ----------
    spells
        From `costfloor.studies.channels.spells.known_spells`, all spells of a model beside each other.
    arrivals
        Which arrivals of cheaper hosts are events: one of `costfloor.studies.channels.best_host.ARRIVALS`.
    longest_wait
        Leave out entries whose first price is later than this many years after the release, or whose release is unknown: a model that
        is first seen late may be cheap because cheap hosts are, and its first price then passes for a fall. Its changes still count.
    """
    by_model = [list(of_model) for _, of_model in groupby(spells, key=lambda spell: spell.model)]
    best = [best_host(of_model, arrivals) for of_model in by_model]
    entries = [_entry(of_model, cheapest) for of_model, cheapest in zip(by_model, best, strict=True)]
    firsts = [cheapest.first_date for cheapest in best]
    when = calendar(entries, firsts, max(spell.until for spell in spells))
    bands = tuple(sorted({of_model[0].band for of_model in by_model}))
    code = {band: at for at, band in enumerate(bands)}

    events = [event for cheapest in best for event in cheapest.events]
    shares = np.array([_shares(event, when) for event in events]).reshape(-1, len(when.names))
    stretches = [stretch for cheapest in best for stretch in cheapest.exposures]
    most = max(stretch.hosts for stretch in stretches)
    exposure = np.zeros((len(bands), len(when.names), most))
    for stretch in stretches:
        exposure[code[stretch.band], :, stretch.hosts - 1] += when.overlap(stretch.start, stretch.end)
    log_hosts = np.log(np.arange(1, most + 1))
    centre = float((exposure.sum(axis=(0, 1)) * log_hosts).sum() / exposure.sum())
    size = np.array([event.size for event in events])
    crude, crude_se, effect = _crude(events, size, shares, exposure.sum(axis=(0, 2)))
    quality = np.array([of_model[0].quality for of_model in by_model])
    middle = when.start + (when.last - when.start) / 2
    waits = np.array([when.overlap(*days) for days in zip(entries, firsts, strict=True)])
    kept = np.ones(len(best), dtype=bool)
    if longest_wait is not None:
        kept = (waits.sum(axis=1) <= longest_wait) & np.array(
            [of_model[0].release is not None for of_model in by_model]
        )
    return ChannelData(
        bands=bands,
        periods=when.names,
        span=when.overlap(when.start, when.last),
        first_half=when.overlap(when.start, middle),
        size=size,
        event_band=np.array([code[event.band] for event in events], dtype=int),
        event_log_hosts=np.log([event.hosts for event in events]) - centre,
        event_share=shares,
        exposure=exposure,
        log_hosts=log_hosts - centre,
        log_hosts_centre=centre,
        log_price=np.array([cheapest.first_log_price for cheapest in best])[kept],
        quality=(quality / (float(np.std(quality)) or 1.0))[kept],
        entry_band=np.array([code[of_model[0].band] for of_model in by_model], dtype=int)[kept],
        before_entry=np.array([when.overlap(when.start, entry) for entry in entries])[kept],
        since_entry=waits[kept],
        design_effect=effect,
        causes={cause: sum(event.cause == cause for event in events) for cause in ("repricing", "arrival", "exit")},
        crude=crude,
        crude_se=crude_se,
    )


def _entry(spells: Sequence[KnownSpell], best: BestHost) -> pd.Timestamp:
    """The release where it is known and comes first."""
    release = spells[0].release
    return best.first_date if release is None else min(release, best.first_date)


def _shares(event: PriceEvent, when: Calendar) -> np.ndarray:
    inside = when.overlap(event.after, event.known_from)
    # The day after the last one in which a price is known may lie outside the calendar.
    inside = inside if inside.any() else when.overlap(event.after - pd.Timedelta(days=1), event.known_from)
    return np.asarray(inside / inside.sum())


def _crude(
    events: Sequence[PriceEvent], size: np.ndarray, shares: np.ndarray, model_years: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Falls by model-year with a standard error by host and day, and the design effect on their sum."""
    clusters = sorted({(event.host, event.known_from) for event in events})
    place = {cluster: at for at, cluster in enumerate(clusters)}
    sums = np.zeros((len(clusters), shares.shape[1]))
    for event, row in zip(events, size[:, None] * shares, strict=True):
        sums[place[event.host, event.known_from]] += row
    with np.errstate(divide="ignore", invalid="ignore"):
        crude, error = sums.sum(axis=0) / model_years, np.sqrt((sums**2).sum(axis=0)) / model_years
    alone = float((size**2).sum())
    effect = float((sums.sum(axis=1) ** 2).sum()) / alone if alone else 1.0
    return np.where(model_years > 0, crude, np.nan), np.where(model_years > 0, error, np.nan), max(effect, 1.0)
