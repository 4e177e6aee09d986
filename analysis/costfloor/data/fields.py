"""Columns of a table: one builder per kind, so that type, unit and meaning are written once.

The kind and the unit travel in the pandera column's metadata; `datapackage.json` is written from the same columns.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandera.pandas as pa
from pandas.api.extensions import ExtensionDtype
from pandas.api.types import pandas_dtype

DTYPES = {"string": "str", "date": "datetime64[us]", "number": "float64", "integer": "int64", "boolean": "bool"}
PARTIAL_DATE = r"^\d{4}(-\d{2}(-\d{2})?)?(/\d{4})?$"


def text(
    description: str, *, nullable: bool = False, one_of: Sequence[str] = (), pattern: str = "", unique: bool = False
) -> pa.Column:
    """Text, never empty unless `nullable`; limited to `one_of` or to the whole of `pattern` when given."""
    checks = [pa.Check.str_length(min_value=1, error="is empty")]
    if one_of:
        checks.append(pa.Check.isin(list(one_of), error=f"is not one of {', '.join(one_of)}"))
    if pattern:
        checks.append(pa.Check.str_matches(pattern, error=f"does not match {pattern}"))
    return _column("string", description=description, unit="", checks=checks, nullable=nullable, unique=unique)


def date(description: str, *, nullable: bool = False) -> pa.Column:
    """A day."""
    return _column("date", description=description, unit="", checks=[], nullable=nullable)


def number(
    description: str, unit: str = "", *, nullable: bool = False, low: float | None = None, high: float | None = None
) -> pa.Column:
    """A number with its unit, within `low` and `high`, both included."""
    checks = []
    if low is not None:
        checks.append(pa.Check.ge(low, error=f"is below {low:g}"))
    if high is not None:
        checks.append(pa.Check.le(high, error=f"is above {high:g}"))
    return _column("number", description=description, unit=unit, checks=checks, nullable=nullable)


def integer(description: str, unit: str = "", *, low: int, high: int) -> pa.Column:
    """A whole number within `low` and `high`, both included."""
    checks = [pa.Check.ge(low, error=f"is below {low}"), pa.Check.le(high, error=f"is above {high}")]
    return _column("integer", description=description, unit=unit, checks=checks, nullable=False)


def flag(description: str, *, nullable: bool = False) -> pa.Column:
    """True, false or, when `nullable`, not known."""
    return _column("boolean", description=description, unit="", checks=[], nullable=nullable)


def price(description: str, *, nullable: bool = False) -> pa.Column:
    """A price per million tokens; zero is allowed, the rules decide what it means."""
    return number(description, "USD per million tokens", nullable=nullable, low=0, high=1e8)


def table(
    name: str,
    title: str,
    columns: dict[str, pa.Column],
    *,
    key: Sequence[str] = (),
    evidence: str = "",
    **metadata: Any,
) -> pa.DataFrameSchema:
    """A strict table: exactly these columns in this order, `key` unique, and the column that holds the evidence."""
    return pa.DataFrameSchema(
        columns,
        name=name,
        title=title,
        strict=True,
        ordered=True,
        unique=list(key) or None,
        metadata={"key": list(key), "evidence": evidence, **metadata},
    )


def dtype(column: pa.Column) -> np.dtype[Any] | ExtensionDtype:
    """The pandas dtype of a column."""
    return pandas_dtype(_dtype_name((column.metadata or {})["kind"], nullable=column.nullable))


def _column(
    kind: str, *, description: str, unit: str, checks: list[pa.Check], nullable: bool, unique: bool = False
) -> pa.Column:
    return pa.Column(
        _dtype_name(kind, nullable=nullable),
        checks=checks,
        nullable=nullable,
        unique=unique,
        description=description,
        metadata={"kind": kind, "unit": unit},
    )


def _dtype_name(kind: str, *, nullable: bool) -> str:
    # Only pandas' own boolean holds a third state.
    return "boolean" if kind == "boolean" and nullable else DTYPES[kind]
