"""What a file says as bytes, and back: all that is kept of a file that must not be passed on, and a quick way to read any file again."""

import json
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from costfloor.sources.entries import REJECTED_COLUMNS
from costfloor.sources.formats import Reading
from costfloor.sources.measurements import FACT_COLUMNS, SCORE_COLUMNS, SCORE_DTYPES, Measurements
from costfloor.sources.snapshot import DAY_COLUMNS, PRICE_COLUMNS, TIDY_COLUMNS, Snapshot

DAY = "datetime64[us]"
PRICE_DTYPES = {**dict.fromkeys(PRICE_COLUMNS, "float64"), **dict.fromkeys(DAY_COLUMNS, DAY)}
TABLES = {
    "quotes": (TIDY_COLUMNS, PRICE_DTYPES),
    "scores": (SCORE_COLUMNS, SCORE_DTYPES),
    "facts": (FACT_COLUMNS, {}),
    "rejected": (REJECTED_COLUMNS, {}),
}
"""Columns and types of each table of a reading; columns without a type are text."""


def to_bytes(reading: Reading) -> bytes:
    """A reading as JSON; equal readings give equal bytes."""
    plain = {kind: _plain(kind, entries) for kind, entries in reading.kinds.items()}
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def from_bytes(content: bytes) -> Reading:
    """The reading that `to_bytes` wrote.

    Raises
    ------
    ValueError
        They hold something else.
    """
    try:
        plain = json.loads(content)
        if not isinstance(plain, dict) or not plain.keys() <= {"prices", "scores", "facts"}:
            raise ValueError("is no reading")
        return Reading(
            _snapshot(plain["prices"]) if "prices" in plain else None,
            _measurements("scores", plain["scores"]) if "scores" in plain else None,
            _measurements("facts", plain["facts"]) if "facts" in plain else None,
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"is no reading ({error})") from error


def _plain(kind: str, entries: Snapshot | Measurements) -> dict[str, Any]:
    rest = {item.name: getattr(entries, item.name) for item in fields(entries)}
    table = rest.pop("quotes" if kind == "prices" else "rows")
    return {**rest, "rejected": _cells(entries.rejected), "rows": _cells(table)}


def _cells(frame: pd.DataFrame) -> dict[str, list[Any]]:
    return {str(name): _column_cells(frame[name]) for name in frame}


def _column_cells(column: "pd.Series[Any]") -> list[Any]:
    if column.dtype == DAY:
        column = column.dt.strftime("%Y-%m-%d")
    return [None if missing else value for value, missing in zip(column.tolist(), column.isna(), strict=True)]


def _frame(name: str, cells: dict[str, list[Any]]) -> pd.DataFrame:
    columns, dtypes = TABLES[name]
    if tuple(cells) != tuple(sorted(columns)):
        raise ValueError(f"has not the columns of {name}")
    return pd.DataFrame({column: _series(cells[column], dtypes.get(column, "str")) for column in columns})


def _series(cells: list[Any], dtype: str) -> "pd.Series[Any]":
    if dtype == DAY:
        return pd.Series(np.array(["NaT" if cell is None else cell for cell in cells], dtype=DAY))
    return pd.Series(cells, dtype=dtype)


def _snapshot(plain: dict[str, Any]) -> Snapshot:
    return Snapshot(_frame("quotes", plain.pop("rows")), _frame("rejected", plain.pop("rejected")), **plain)


def _measurements(kind: str, plain: dict[str, Any]) -> Measurements:
    return Measurements(_frame(kind, plain.pop("rows")), _frame("rejected", plain.pop("rejected")), **plain)
