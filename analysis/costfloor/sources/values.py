"""Single values of a price list: what is a price, a day, an id, and how a wrong one is shown."""

import datetime as dt
import math
import re

from costfloor.text import clean_text, printable

MAX_PRICE = 1e8
"""USD per million tokens. No price of a text model comes near; a larger one is a slip."""

# Upstream prices per token carry the noise of a division (2.9999900000000002e-06); the history is exact, so noise would read as a change.
SIGNIFICANT_DIGITS = 12

DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
ISO_DAY = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
ISO_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
FIRST_YEAR, LAST_YEAR = 1900, 2199

# A table written by a program often carries midnight along, and the zone of its clock.
ISO_MIDNIGHT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ]00:00(?::00(?:\.0+)?)?(?: ?(?:Z|UTC|\+00:?00|-00:?00))?)?"
ISO_MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*"
UTC = ("UTC", "Etc/UTC", "GMT", "Etc/GMT", "Zulu", "Z", "+00:00", "-00:00")
"""Names of the zone whose midnights are days, as Parquet files spell them."""
NOT_A_DAY = "not an ISO date: it has a time of day other than midnight in UTC"


def price(value: object, what: str, *, per_token: bool = False) -> float | None:
    """A price in USD per million tokens; None stays None.

    A plain decimal number in quotes counts as a number: lists made from YAML have them.

    Raises
    ------
    ValueError
        Not a finite number from 0 to `MAX_PRICE`; the message says why.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{what} is {described(value)}, not a number")
    if isinstance(value, str):
        if len(value) > 40 or not DECIMAL.fullmatch(value.strip()):
            raise ValueError(f"{what} is text, not a number")
        value = value.strip()
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{what} is not finite")
    if number < 0:
        raise ValueError(f"{what} is negative")
    if per_token:
        number = float(f"{number * 1e6:.{SIGNIFICANT_DIGITS}g}")
    if number > MAX_PRICE:
        raise ValueError(f"{what} is above {MAX_PRICE:,.0f} USD per million tokens")
    return number + 0.0  # no negative zero


def day(value: object, what: str) -> dt.date | None:
    """A day from ISO text, the time left out; None stays None.

    Raises
    ------
    ValueError
        Not a day of the calendar from 1900 to 2199 in ISO style.
    """
    if value is None:
        return None
    match = ISO_DAY.fullmatch(value) if isinstance(value, str) and len(value) <= 40 else None
    if match is None:
        raise ValueError(f"{what} is not an ISO date (YYYY-MM-DD)")
    try:
        parsed = dt.date.fromisoformat(match.group(1))
    except ValueError as error:
        raise ValueError(f"{what} is not a day of the calendar") from error
    if not FIRST_YEAR <= parsed.year <= LAST_YEAR:
        raise ValueError(f"{what} is not between {FIRST_YEAR} and {LAST_YEAR}")
    return parsed


def partial_day(value: object, what: str) -> str:
    """A day or a month as ISO text, the time left out; empty for None and for empty text.

    Raises
    ------
    ValueError
        As `day`.
    """
    if value is None or value == "":
        return ""
    if isinstance(value, str) and ISO_MONTH.fullmatch(value):
        return str(day(f"{value}-01", what))[:7]
    return str(day(value, what))


def identifier(value: object, what: str, *, required: bool = True) -> str:
    """An id by the rule of `costfloor.text`: it may look like a path, markup or a formula, for it is only ever text.

    Raises
    ------
    ValueError
        Not text, empty, too long, or with control characters.
    """
    if value is None and not required:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{what} is {described(value)}, not text")
    if not value.strip() and required:
        raise ValueError(f"{what} is empty")
    return clean_text(value, what)


def described(value: object) -> str:
    """A value in a few words; the insides of a list or an object are not shown, for they may be of any depth and length."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return repr(value)
