"""Names of columns in files: small letters, a unit at the end, so that a table is read without its caption.

A name is `WHAT_UNIT_PART`: `fall_log_rate_per_year_q05`. What has no unit is a word, a count or a plain number.
"""

import re
from typing import Final

PARTS: Final = {
    "q05": "5 % quantile",
    "q25": "25 % quantile",
    "q50": "median",
    "q75": "75 % quantile",
    "q95": "95 % quantile",
    "low": "lower end of the interval, 90 % unless the table says otherwise",
    "high": "upper end of the interval, 90 % unless the table says otherwise",
    "se": "standard error",
    "mcse": "Monte Carlo error",
    "first": "first of two",
    "second": "second of two",
}
"""What the last word of a name says of a number."""

UNITS: Final = {
    "log_rate_per_year": "fall of the natural logarithm of price in a year; negative when price rises",
    "log_points_per_month": "fall of the natural logarithm of price in a month",
    "log_points": "difference of natural logarithms",
    "log_score": "natural logarithm of a predictive density",
    "log_price": "natural logarithm of a price",
    "percent_per_year": "percent by which price falls in a year; negative when it rises",
    "factor_per_year": "times cheaper after a year",
    "factor": "times",
    "percentage_points": "percentage points",
    "percent": "percent",
    "share": "share of one",
    "probability": "probability, 0 to 1",
    "usd_per_mtok": "USD per million tokens, 3:1 blend of input and output",
    "million_usd": "million USD",
    "thousand_usd": "thousand USD",
    "usd": "USD",
    "relative_price": "price over that of the base",
    "index_level": "price level, base period = 1",
    "index_points": "points of the capability scale",
    "density_years": "probability density, years",
    "years": "years",
    "months": "months",
    "days": "days",
    "seconds": "seconds",
    "mixed": "that of the quantity in the row",
    "date": "ISO date",
    "month": "year and month",
    "quarter": "year and quarter",
    "year": "calendar year",
}
"""Units by the words that end a name."""

LONGEST_FIRST: Final = sorted(UNITS, key=len, reverse=True)


def slug(title: str) -> str:
    """The heading of a column as a name: `Coverage of 90 %` is `coverage_of_90_percent`."""
    words = title.lower().replace("%", " percent ").replace("r-hat", "rhat").replace("–", "_")
    return re.sub(r"[^a-z0-9]+", "_", words).strip("_")


def column_name(what: str, unit: str, part: str) -> str:
    """A name from its parts; a unit that the name ends in already is not said twice."""
    named = what if not unit or has_unit(what, unit) else f"{what}_{unit}"
    return "_".join(word for word in (named, part) if word)


def unit_of(column: str) -> tuple[str, str]:
    """The unit of a column and what part of a value it holds, in words; empty where it has none."""
    base, _, last = column.rpartition("_")
    what, part = (base, PARTS[last]) if base and last in PARTS else (column, PARTS.get(column, ""))
    unit = next((unit for unit in LONGEST_FIRST if has_unit(what, unit)), "")
    return UNITS.get(unit, ""), part


def has_unit(name: str, unit: str) -> bool:
    """Whether a name ends in a unit, or is it."""
    return name == unit or name.endswith(f"_{unit}")
