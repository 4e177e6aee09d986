"""What is asked of a price list before it is stored: no price of tomorrow, the same unit as before, most names still there."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from costfloor.data.distinct import distinct_rows
from costfloor.data.spell_rows import PRICES, SERIES, DatedList
from costfloor.data.spells import price_spells
from costfloor.data.statements import ANNOUNCED, stated_days
from costfloor.data.store import Store
from costfloor.data.vintages import Coverage, Vintage
from costfloor.errors import InputError

MAX_MEDIAN_MOVE = np.log(10.0)
"""A list whose prices have moved by more than this at the median is in another unit, not cheaper."""

MIN_COMPARED = 5

MAX_GONE = 0.5
"""A list without more than this share of the names that the source had just before is asked about: a part, or did they all go?"""

NAME = ["provider", "model_id"]


class MostNamesGoneError(InputError):
    """A list without most of the names of before, of which nobody has said what that means."""


def check_table(quotes: pd.DataFrame, shown: str, observed_on: pd.Timestamp) -> None:
    """Refuse a table of the user with a price that nobody can have seen yet, or two prices for one name and day.

    Parameters
    ----------
    quotes
        Columns `costfloor.sources.snapshot.TIDY_COLUMNS`, in the order of the table.
    shown
        Its name, for messages.
    observed_on
        The day that it was observed on.

    Raises
    ------
    InputError
        The message names the row.
    """
    days = stated_days(quotes, observed_on)
    later = days.gt(observed_on).to_numpy()
    if later.any():
        row = int(later.argmax())
        raise InputError(
            f"is after {observed_on.date()}, the day the table was observed on",
            file=shown,
            row=row + 1,
            column="date",
            value=str(days.iloc[row].date()),
            remedy="Correct it or --observed-on, or leave out what has not been seen yet",
        )
    first, kind = distinct_rows(quotes[SERIES].assign(day=days))
    repeats = first[kind] != np.arange(len(quotes))
    if repeats.any():
        row = int(repeats.argmax())
        raise InputError(
            f"a repeat of row {first[kind[row]] + 1}: same provider, model, tier and date",
            file=shown,
            row=row + 1,
            column="model_id",
            value=str(quotes["model_id"].iloc[row]),
            remedy="Keep one of the two, or tell them apart with a tier column",
        )


def prices_before(store: Store, lists: Mapping[Vintage, DatedList], vintage: Vintage) -> pd.DataFrame:
    """The last prices of the source of a list before its day, columns `SERIES`, `PRICES` and `held`: whether they held until then.

    Parameters
    ----------
    store
        The raw data.
    lists
        Those known before it, further ones beside those of the store.
    vintage
        The list.
    """
    earlier = sorted(
        (known for known in lists if known.source == vintage.source and known.observed_on < vintage.observed_on),
        key=lambda known: known.observed_on,
    )
    whole = [position for position, known in enumerate(earlier) if known.coverage is Coverage.WHOLE]
    if whole:
        # What a whole list does not have has gone; partial ones after it say what has changed since.
        parts = [lists[known].quotes.assign(held=True) for known in earlier[whole[-1] :]]
        return pd.concat(parts, ignore_index=True)[[*SERIES, *PRICES, "held"]].drop_duplicates(SERIES, keep="last")
    day = pd.Timestamp(vintage.day)
    spells = price_spells(store)
    known_by_then = spells["source"].eq(vintage.source) & spells["recorded_on"].le(day)
    spells = spells[known_by_then & spells["event"].ne(ANNOUNCED)].sort_values("recorded_on", kind="stable")
    held = spells["recorded_on"].lt(day) & ~spells["valid_to"].lt(day)
    return spells.assign(held=held)[[*SERIES, *PRICES, "held"]].drop_duplicates(SERIES, keep="last")


def check_magnitude(quotes: pd.DataFrame, before: pd.DataFrame, shown: str) -> None:
    """Refuse a list whose prices are at the median more than ten times off those of the same names before it.

    Parameters
    ----------
    quotes
        Of the list.
    before
        From `prices_before`.
    shown
        Its name, for messages.

    Raises
    ------
    InputError
        They are.
    """
    pairs = quotes.replace("", None).merge(before, on=SERIES, suffixes=("", "_before"))
    with np.errstate(divide="ignore", invalid="ignore"):
        moves = np.log(pairs[PRICES].to_numpy() / pairs[[f"{name}_before" for name in PRICES]].to_numpy())
    finite = moves[np.isfinite(moves)]
    if len(finite) < MIN_COMPARED or abs(np.median(finite)) <= MAX_MEDIAN_MOVE:
        return
    raise InputError(
        f"prices are {np.exp(abs(np.median(finite))):,.0f} times {'above' if np.median(finite) > 0 else 'below'} those of the vintage "
        f"before, at the median of {len(finite)} prices: in another unit?",
        file=shown,
        remedy="Bring prices in USD per million tokens, as the source gives them",
    )


def check_exits(listed: DatedList, before: pd.DataFrame, vintage: Vintage, shown: str) -> None:
    """Refuse a list with which most names of its source end, until somebody says what that means.

    Parameters
    ----------
    listed
        What the list says.
    before
        From `prices_before`.
    vintage, shown
        Of the list.

    Raises
    ------
    MostNamesGoneError
        Most names are gone.
    """
    names = before.loc[before["held"], NAME].drop_duplicates()
    there = set(map(tuple, listed.quotes[NAME].where(listed.quotes[NAME].notna(), None).to_numpy())) | set(
        listed.unreadable
    )
    gone = sum(tuple(name) not in there for name in names.where(names.notna(), None).to_numpy())
    if gone > MAX_GONE * len(names):
        raise MostNamesGoneError(
            f"does not have {gone} of the {len(names)} names that {vintage.source} listed before, and has "
            f"{len(listed.quotes[NAME].drop_duplicates())} in all",
            file=shown,
            remedy="Say --complete if all of these are gone, or --partial if the list is a part: then nothing ends",
        )


def ends_prices(store: Store, vintage: Vintage) -> bool:
    """Whether absence from a list ends prices: not before the last day that the compiled history knows of its source."""
    if vintage.coverage is not Coverage.WHOLE:
        return False
    quotes = store.table("quotes")
    known = quotes[quotes["source"].eq(vintage.source)]
    days = pd.concat([known["recorded_on"], known["valid_to"]]).dropna()
    return bool(days.empty or pd.Timestamp(vintage.day) > days.max())
