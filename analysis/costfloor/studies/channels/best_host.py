"""The lowest price of a model over the hosts that are known to sell it: a step function of time, with dated changes.

What is known of hosts changes without any price changing: a catalogue ends, another begins. Such a step of the lowest known price is no
change of a price. Counted are three kinds: a host has another price, a host whose arrival is dated sells for less, or the cheapest host
leaves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from costfloor.data.overlap import SAME_PRICE
from costfloor.studies.channels.spells import EXIT, NEXT, ONE_DAY, KnownSpell

ARRIVALS: Final = ("dated", "all", "none")
"""Which arrivals of cheaper hosts count as a fall: the dated ones, all of them, or none."""


@dataclass(frozen=True)
class PriceEvent:
    """A change of the lowest price of a model.

    Attributes
    ----------
    model, band
        Whose.
    after, known_from
        It happened in `(after, known_from]`.
    size
        Log points, positive when the price falls.
    hosts
        Hosts that were selling the model before.
    cause
        `repricing`, `arrival` or `exit`.
    host
        Whose price it is, or was.
    """

    model: str
    band: str
    after: pd.Timestamp
    known_from: pd.Timestamp
    size: float
    hosts: int
    cause: str
    host: str


@dataclass(frozen=True)
class Exposure:
    """Days `[start, end)` during which a constant number of hosts is known to sell a model."""

    model: str
    band: str
    start: pd.Timestamp
    end: pd.Timestamp
    hosts: int


@dataclass(frozen=True)
class BestHost:
    """The lowest known price of one model.

    Attributes
    ----------
    events, exposures
        In the order of time.
    first_date, first_log_price
        When the model is first known, and its lowest price then.
    """

    events: tuple[PriceEvent, ...]
    exposures: tuple[Exposure, ...]
    first_date: pd.Timestamp
    first_log_price: float


def best_host(spells: Sequence[KnownSpell], arrivals: str = "dated") -> BestHost:
    """Follow the lowest price of one model.

    Parameters
    ----------
    spells
        All spells of one model.
    arrivals
        One of `ARRIVALS`. With "all", an arrival without a date is put between the model's first day and the day of the record.
    """
    ordered = sorted(spells, key=lambda spell: (spell.date, spell.log_price, spell.host))
    first = ordered[0]
    days = sorted({spell.date for spell in ordered} | {spell.until for spell in ordered})
    events: list[PriceEvent] = []
    exposures: list[Exposure] = []
    before: list[KnownSpell] = []
    for day, following in zip(days, [*days[1:], days[-1]], strict=True):
        holding = [spell for spell in ordered if spell.date <= day < spell.until]
        if before and holding:
            event = _event(before, holding, day, first.date, arrivals)
            events += [event] if event else []
        if holding:
            exposures.append(Exposure(first.model, first.band, day, following, _hosts(holding)))
        before = holding
    return BestHost(tuple(events), tuple(exposures), first.date, first.log_price)


def _event(
    before: Sequence[KnownSpell], holding: Sequence[KnownSpell], day: pd.Timestamp, first: pd.Timestamp, arrivals: str
) -> PriceEvent | None:
    """The change of the lowest price on a day, when it is one of prices and not of what is known."""
    old, new = (min(spell.log_price for spell in spells) for spells in (before, holding))
    size, hosts = old - new, _hosts(before)
    began = {spell.host: spell for spell in holding if spell.date == day}
    if size > SAME_PRICE:
        return _fall(min(began.values(), key=lambda spell: spell.log_price), size, hosts, first, arrivals)
    if size < -SAME_PRICE:
        left = [spell for spell in before if spell.until == day and spell.log_price <= old + SAME_PRICE]
        return _rise([spell for spell in left if spell.end in (NEXT, EXIT)], began, size, hosts, day)
    return None


def _fall(cause: KnownSpell, size: float, hosts: int, first: pd.Timestamp, arrivals: str) -> PriceEvent | None:
    if not cause.arrival:
        return _made(cause, cause.after, size, hosts, "repricing")
    if arrivals == "none" or (arrivals == "dated" and not cause.dated):
        return None
    return _made(cause, cause.after if cause.dated else first, size, hosts, "arrival")


def _rise(
    left: Sequence[KnownSpell], began: Mapping[str, KnownSpell], size: float, hosts: int, day: pd.Timestamp
) -> PriceEvent | None:
    """The rise after the cheapest spells ended; where they were only lost sight of, none is left and nothing is known to have changed."""
    if not left:
        return None
    spell, successor = left[0], began.get(left[0].host)
    if successor is None:
        return PriceEvent(spell.model, spell.band, day - ONE_DAY, day, size, hosts, "exit", spell.host)
    return _made(successor, successor.after, size, hosts, "repricing")


def _made(spell: KnownSpell, after: pd.Timestamp | None, size: float, hosts: int, cause: str) -> PriceEvent:
    # A host that returns has no known day before.
    start = spell.known_from - ONE_DAY if after is None else min(after, spell.known_from - ONE_DAY)
    return PriceEvent(spell.model, spell.band, start, spell.known_from, size, hosts, cause, spell.host)


def _hosts(spells: Sequence[KnownSpell]) -> int:
    return len({spell.host for spell in spells})
