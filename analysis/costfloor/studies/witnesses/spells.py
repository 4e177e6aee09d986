"""How long each price of a model at a host is known to have held, and between which days it began.

A price list says when a price came, seldom when it went. A price counts as known

* until the next price of the same model and host, when nothing says that the host had left before;
* else until the last day on which any quote of the model, the host and the same price is seen: its stated end, or the last look of a
  catalogue that still lists it, or, where the source is no catalogue, the day of the record.

After that nothing is known: no price is in force, and no time is counted in which one held.

A change is dated to an interval. Where the source saw the price before, it is the source's own; where another source had the earlier
price, it reaches from the last day on which that was seen. The arrival of a host counts as dated when its source had looked before it.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from costfloor.data.overlap import same_price
from costfloor.panel import LAW_HOST_KINDS, MIN_USABLE_BENCHMARKS

OPEN: Final = ("open", "open_at_cut", "open_at_last_snapshot")
"""Why a spell has no end: a catalogue still had it when it was last looked at."""

EXITS: Final = ("removed", "disappeared", "vanished")
"""Why a spell has an end without another price: the host stopped listing the model."""

CHANGES: Final = ("change", "reappeared")
"""Events whose day is placed in the middle of the interval up to the day of the record."""

ONE_DAY: Final = pd.Timedelta(days=1)
PLACE: Final = ["model", "host"]

Row = dict[str, Any]
"""A row of the panel with the event of its quote."""

NEXT, EXIT, UNKNOWN = "next", "exit", "unknown"
"""How a spell ends: by another price of the host, by the host's leaving, or with what is known."""


@dataclass(frozen=True)
class KnownSpell:
    """A price of a model at a host, and the days on which it is known to have held.

    Attributes
    ----------
    model, host
        What is sold, and by whom.
    date
        The first day on which the price counts.
    after, known_from
        It began in `(after, known_from]`; `after` is None where nothing says since when.
    until
        First day on which it is not known to hold; later than `date`.
    end
        `next`, `exit` or `unknown`.
    arrival
        Whether the host was not selling the model before.
    dated
        Whether its source had looked before and not found it.
    log_price
        Natural log of USD per million tokens.
    """

    model: str
    host: str
    date: pd.Timestamp
    after: pd.Timestamp | None
    known_from: pd.Timestamp
    until: pd.Timestamp
    end: str
    arrival: bool
    dated: bool
    log_price: float


def known_spells(panel: pd.DataFrame, quotes: pd.DataFrame) -> tuple[KnownSpell, ...]:
    """Spells of the prices that the laws see, by model, host and day.

    Parameters
    ----------
    panel, quotes
        The processed tables of these names.
    """
    seen = panel[panel["host_kind"].isin(LAW_HOST_KINDS) & (panel["n_benchmarks"] >= MIN_USABLE_BENCHMARKS)]
    rows = seen.merge(quotes[["quote_id", "event"]], on="quote_id", how="left", validate="one_to_one")
    rows = rows.sort_values([*PLACE, "date", "quote_id"]).reset_index(drop=True)
    sightings = _sightings(quotes)
    spells: list[KnownSpell] = []
    for _, of_place in rows.groupby(PLACE, sort=True):
        records = [{str(name): value for name, value in row.items()} for row in of_place.to_dict("records")]
        model, host = records[0]["model"], records[0]["host"]
        spells += _of_place(model, host, records, sightings.get((model, host), []))
    return tuple(spells)


def last_looks(quotes: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """Last day for which each source says anything."""
    return quotes[["recorded_on", "valid_to"]].max(axis=1).groupby(quotes["source"]).max()


@dataclass(frozen=True)
class _Sighting:
    """A quote of a place: when it is placed, its price, until when it is seen, and whether it then left."""

    date: pd.Timestamp
    price: float
    until: pd.Timestamp
    left: bool


def _sightings(quotes: pd.DataFrame) -> dict[tuple[str, str], list[_Sighting]]:
    """What is seen at each place, duplicates among it: they are what confirms a price."""
    known = quotes[quotes["status"].isin(["kept", "duplicate"]) & quotes["price_usd_per_mtok"].notna()]
    known = known[known["date"].notna()]
    looked = known["source"].map(last_looks(quotes))
    listed = known["end_reason"].isin(OPEN)
    last_seen = known["recorded_on"].where(~listed, looked).fillna(known["date"])
    until = known["valid_to"].fillna(last_seen.where(last_seen > known["date"], known["date"]))
    left = known["valid_to"].notna() & known["end_reason"].isin(EXITS)
    sightings: dict[tuple[str, str], list[_Sighting]] = {}
    columns = (known["model_key"], known["host"], known["date"], known["price_usd_per_mtok"], until, left)
    for model, host, *what in zip(*columns, strict=True):
        sightings.setdefault((model, host), []).append(_Sighting(*what))
    return sightings


def _of_place(model: str, host: str, rows: list[Row], sightings: list[_Sighting]) -> list[KnownSpell]:
    spells: list[KnownSpell] = []
    # Until when the earlier price is seen, where the host had one and did not leave.
    before: pd.Timestamp | None = None
    for row, later in zip(rows, [*rows[1:], None], strict=True):
        following: pd.Timestamp | None = None if later is None else later["date"]
        confirmed, left = _confirmed(row, following, sightings)
        # On the day of its record a price holds.
        until, end = max(confirmed, row["date"] + ONE_DAY), EXIT if left else UNKNOWN
        if following is not None and not (left and confirmed < following):
            until, end = following, NEXT
        after, known_from = _interval(row, before)
        spells.append(
            KnownSpell(
                model=model,
                host=host,
                date=row["date"],
                after=after,
                known_from=known_from,
                until=until,
                end=end,
                arrival=before is None,
                dated=after is not None and not row["left_censored"],
                log_price=float(np.log(row["price_usd_per_mtok"])),
            )
        )
        before = confirmed if end == NEXT else None
    # Two prices from one day: the later one is what held.
    return [spell for spell in spells if spell.until > spell.date]


def _confirmed(row: Row, following: pd.Timestamp | None, sightings: list[_Sighting]) -> tuple[pd.Timestamp, bool]:
    """Until when a price is seen before the next one of its place, and whether the host then left."""
    until, left = row["date"], False
    for sighting in sightings:
        early = following is None or sighting.date < following
        if early and sighting.until > until and same_price(sighting.price, row["price_usd_per_mtok"]):
            until, left = sighting.until, sighting.left
    if following is not None and until >= following:
        return following, False
    return until, left


def _interval(row: Row, before: pd.Timestamp | None) -> tuple[pd.Timestamp | None, pd.Timestamp]:
    """Days between which a price began; `before` is until when the host's earlier price is seen, when it had one."""
    date, after = row["date"], row["changed_after"]
    is_change = row["event"] in CHANGES and pd.notna(after)
    known_from = max(date, row["recorded_on"]) if is_change else date
    if before is not None and not is_change:
        after = before - ONE_DAY
    return (None if pd.isna(after) else min(after, known_from - ONE_DAY)), known_from
