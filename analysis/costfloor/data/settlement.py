"""Settling every place, a model at a host, at which prices of several series or doubtful days meet."""

from pathlib import Path

import numpy as np
import pandas as pd

from costfloor.data.distinct import distinct_rows
from costfloor.data.fields import dtype
from costfloor.data.overlap import SAME_PRICE, Spell, settle
from costfloor.data.raw import validated
from costfloor.data.schemas import DISAGREEMENTS

PLACE = ["model_key", "host"]
_COLUMNS = {
    "quote_id": "quote_id",
    "source": "source",
    "series": "series",
    "event": "event",
    "date": "date",
    "seen": "recorded_on",
    "end": "valid_to",
    "price": "price_usd_per_mtok",
    "previous": "previous",
}
"""Fields of a spell, and the columns they come from."""


def settle_all(quotes: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame]:
    """Settle the kept quotes at every place.

    Parameters
    ----------
    quotes
        Cleaned quotes with their analysis dates.

    Returns
    -------
    reasons
        Why a quote is a duplicate, missing for the others; the index is that of `quotes`.
    disagreements
        In the schema `DISAGREEMENTS`.
    """
    columns = [*PLACE, "provider", "model_id", *(set(_COLUMNS.values()) - {"series", "previous"})]
    kept = quotes.loc[quotes["status"] == "kept", columns].sort_values("recorded_on")
    series = kept["source"] + "|" + kept["provider"].fillna("") + "|" + kept["model_id"]
    previous = kept["price_usd_per_mtok"].groupby(series).shift()
    kept = kept.assign(series=series, previous=previous)
    kept = kept[~plain(kept)]
    places: dict[int, list[Spell]] = {}
    for place, spell in zip(distinct_rows(kept[PLACE])[1].tolist(), _spells(kept), strict=True):
        places.setdefault(place, []).append(spell)
    settled = [settle(spells) for spells in places.values()]
    reasons = {quote: why for outcome in settled for quote, why in outcome.reasons.items()}
    disputes = [pair for outcome in settled for pair in outcome.disputes]
    where = kept.set_index("quote_id")[PLACE]
    return quotes["quote_id"].map(reasons), _disagreements(disputes, where)


def plain(kept: pd.DataFrame) -> "pd.Series[bool]":
    """Whether nothing is to be settled at the place of a quote, because all its prices follow from one another.

    That is so when they are of one series, each starts on the day of its record and holds until the next, which is another price.
    """
    _, place = distinct_rows(kept[PLACE])
    _, series = distinct_rows(kept[["series"]])
    rows = pd.DataFrame(
        {
            "place": place,
            "series": series,
            "day": kept["date"].to_numpy(),
            "seen": kept["recorded_on"].to_numpy(),
            "end": kept["valid_to"].to_numpy(),
            "level": np.log(kept["price_usd_per_mtok"].to_numpy()),
        }
    ).sort_values(["place", "day"])
    following = rows.shift(-1)
    last = following["place"].ne(rows["place"])
    # A hair above the limit: the logarithm of a ratio is not quite the difference of logarithms.
    moved = (following["level"] - rows["level"]).abs() > SAME_PRICE * (1 + 1e-6)
    follows = (
        following["series"].eq(rows["series"])
        & following["day"].gt(rows["day"])
        & ~rows["end"].le(following["day"])
        & moved
    )
    fine = rows["day"].eq(rows["seen"]) & (last | follows)
    whole = fine.groupby(rows["place"]).transform("all")
    return pd.Series(whole.sort_index().to_numpy(), index=kept.index)


def _spells(kept: pd.DataFrame) -> list[Spell]:
    columns = list(_COLUMNS.values())
    cells = kept[columns].astype(object).where(kept[columns].notna(), None)
    return [Spell(*row) for row in cells.itertuples(index=False)]


def _disagreements(disputes: list[tuple[Spell, Spell]], where: pd.DataFrame) -> pd.DataFrame:
    dtypes = {name: dtype(column) for name, column in DISAGREEMENTS.columns.items()}
    followed, other = (
        pd.DataFrame(
            {
                name: [getattr(pair[side], name) for pair in disputes]
                for name in ("quote_id", "source", "date", "end", "price")
            }
        ).astype({"date": "datetime64[us]", "end": "datetime64[us]", "price": "float64"})
        for side in (0, 1)
    )
    places = where.reindex(other["quote_id"]).reset_index(drop=True)
    frame = pd.DataFrame(
        {
            "model_key": places["model_key"],
            "host": places["host"],
            "quote_id": followed["quote_id"],
            "other_quote_id": other["quote_id"],
            "source": followed["source"],
            "other_source": other["source"],
            "from_date": followed["date"].where(followed["date"] > other["date"], other["date"]),
            "to_date": pd.concat([followed["end"], other["end"]], axis=1).min(axis=1),
            "price_usd_per_mtok": followed["price"],
            "other_price_usd_per_mtok": other["price"],
            "log_ratio": np.log(other["price"] / followed["price"]),
        }
    ).astype(dtypes)
    return validated(frame, DISAGREEMENTS, Path("disagreements"))
