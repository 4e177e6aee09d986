"""How many prices a law of motion needs, and how many it takes: one rule for the project's panel, a past view of it and a user's table."""

from pathlib import Path
from typing import Final

import pandas as pd

from costfloor.errors import InputError

MIN_ROWS: Final = 8
MIN_DATES: Final = 3
"""Below these a fit repeats its priors."""

MAX_ROWS: Final = 200_000
"""As far as time and memory of a fit have been measured: `benchmarks/rows.py` prints them."""

LONG_ROWS: Final = 2_000
"""From here on a fit takes minutes and says so first."""

SECONDS_PER_THOUSAND_ROWS: Final = 30.0
"""Of the slower laws on two idle cores; a constant rate takes a fifth of it or less."""

FEWEST_SECONDS: Final = 10.0
"""That a fit to few rows may take."""


def require_enough(frame: pd.DataFrame, *, file: Path | None = None, name: str = "the table") -> None:
    """Refuse rows that no law of motion can be fitted to.

    Parameters
    ----------
    frame
        Columns `date` and `price`, one row per price.
    file
        Where the rows come from.
    name
        What they are called where they come from no file.

    Raises
    ------
    InputError
        There are too few rows or dates, too many rows, or all prices are equal.
    """
    rows, dates = len(frame), frame["date"].nunique()
    subject = "" if file is not None else f"{name} "
    if rows < MIN_ROWS or dates < MIN_DATES:
        raise InputError(
            f"{subject}has {_counted(rows, 'row')} of {_counted(dates, 'date')}, too few for a law of motion",
            file=file,
            remedy=f"At least {MIN_ROWS} prices of {MIN_DATES} dates are needed; dozens over a year or more say something",
        )
    if frame["price"].nunique() == 1:
        raise InputError(
            f"{subject}has the same price in all {rows} rows, so that nothing can be said of a fall",
            file=file,
            column="price",
            value=float(frame["price"].iloc[0]),
            remedy="Bring prices that differ, each on the date on which it held",
        )
    if rows > MAX_ROWS:
        raise InputError(
            f"{subject}has {rows:,} rows, and a fit takes {MAX_ROWS:,} at most",
            file=file,
            remedy="Give one row per change of a price and not per day, or one family at a time; `trend` and `index` take more rows",
        )


def sampling_seconds(rows: int) -> float:
    """About how long a fit to so many rows is sampled on two idle cores."""
    return max(FEWEST_SECONDS, rows / 1000 * SECONDS_PER_THOUSAND_ROWS)


def long_fit(rows: int) -> str | None:
    """What to say before a fit to so many rows; None where it is soon done."""
    if rows < LONG_ROWS:
        return None
    minutes = max(1, round(sampling_seconds(rows) / 60))
    return f"{rows:,} rows: a fit may take about {minutes} {'minute' if minutes == 1 else 'minutes'} on two idle cores"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
