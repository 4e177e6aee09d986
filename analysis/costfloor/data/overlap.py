"""One price per model, host and day out of several sources, with what they disagree about kept beside it."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from math import log
from operator import attrgetter
from typing import NamedTuple

from costfloor.data.vintages import SOURCES

SAME_PRICE = log(1.005)
STALE_DAYS = 180
STATED = ("curated", "epoch_api")
"""Sources whose every row is a statement of its own, whatever id it is written under."""

CONTINUOUS = ("llm_prices", "models_dev", "genai_prices", "litellm")
"""Sources that look at every price again and again; the others state a price for a day and say nothing of later ones."""


_date = attrgetter("date")


class Spell(NamedTuple):
    """A price of one model at one host.

    `date` is where the price is placed, `seen` the day it was recorded; `price` and `previous`, the price before it in
    its own series, are in USD per million tokens.
    """

    quote_id: str
    source: str
    series: str
    event: str
    date: datetime
    seen: datetime
    end: datetime | None
    price: float
    previous: float | None


@dataclass(frozen=True)
class Settled:
    """Fate of the spells of one model at one host.

    Attributes
    ----------
    reasons
        Quote to the reason why it is a duplicate; the quotes that are kept are not in it.
    disputes
        (followed, overruled) spells with different prices on shared days.
    """

    reasons: dict[str, str]
    disputes: list[tuple[Spell, Spell]]


def settle(spells: Iterable[Spell]) -> Settled:
    """Follow the most trusted source on each day; a less trusted one speaks where the others are silent.

    A spell that repeats the price of the day is a duplicate. One that contradicts it is overruled, unless it is a
    later change in the same series, a change away from the price of the day seen by somebody who had that price too,
    or a change seen more than 180 days after a source that states single days.
    """
    reasons: dict[str, str] = {}
    disputes: list[tuple[Spell, Spell]] = []
    kept: dict[str, list[Spell]] = {}
    for spell in sorted(spells, key=lambda s: (SOURCES.index(s.source), s.date, s.quote_id)):
        # A vague date of a weaker source must not come before the exact one of the same change: its record counts.
        current = _on(kept, spell.date if spell.event == "launch" else spell.seen)
        if current is not None and same_price(spell.price, current.price):
            reasons[spell.quote_id] = f"same price as {current.quote_id}"
        elif current is None or _is_news(spell, current):
            kept.setdefault(spell.source, []).append(spell)
        else:
            reasons[spell.quote_id] = f"overruled by {current.quote_id}"
            disputes.append((current, spell))
    last: Spell | None = None
    for spell in sorted(chain.from_iterable(kept.values()), key=lambda s: (s.date, s.quote_id)):
        if last is not None and same_price(spell.price, last.price) and spell.event != "launch":
            reasons[spell.quote_id] = f"price unchanged since {last.quote_id}"
        else:
            last = spell
    return Settled(reasons, disputes)


def same_price(price: float, other: float) -> bool:
    """Whether two prices are within 0.5 % of each other."""
    return abs(log(price / other)) <= SAME_PRICE


def _on(kept: dict[str, list[Spell]], day: datetime) -> Spell | None:
    """The latest spell that holds on a day; of several from one day that of the most trusted source, and its first.

    Sources are in the order of trust, the spells of each in that of their dates.
    """
    latest: Spell | None = None
    for spells in kept.values():
        current: Spell | None = None
        for position in range(bisect_right(spells, day, key=_date) - 1, -1, -1):
            spell = spells[position]
            if current is not None and spell.date < current.date:
                break
            if spell.end is None or spell.end > day:
                current = spell
        if current is not None and (latest is None or current.date > latest.date):
            latest = current
    return latest


def _is_news(spell: Spell, current: Spell) -> bool:
    if spell.series == current.series or (spell.source == current.source and spell.source in STATED):
        return True
    if current.source in CONTINUOUS and current.source != spell.source:
        return False
    if spell.previous is not None and same_price(spell.previous, current.price):
        return True
    # A first sighting may be an old price that nobody looked after; only a change that was seen is news.
    late = (spell.date - current.date).days > STALE_DAYS
    return late and spell.event == "change" and current.source not in CONTINUOUS
