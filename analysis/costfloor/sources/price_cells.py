"""Cells of a user's table, column by column: text in, text, numbers or truth values out, or a refusal that names the cell."""

from pathlib import Path

import numpy as np
import pandas as pd

from costfloor.errors import InputError
from costfloor.text import MAX_TEXT, UNSAFE

BOOLEAN_STYLES = ({"true": True, "false": False}, {"1": True, "0": False})

DECIMAL = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"

PRICE_BOUNDS = (1e-30, 1e30)
"""Wide enough for a dollar per operation; products and powers of prices within stay finite."""


def refuse_cells(cells: pd.Series, bad: pd.Series, path: Path | str, problem: str, remedy: str) -> None:
    """Raise for the first bad cell of a column."""
    rows = np.flatnonzero(bad.to_numpy(dtype=bool))
    if rows.size:
        more = f" ({rows.size} rows are)" if rows.size > 1 else ""
        row = int(rows[0])
        raise InputError(
            f"{problem}{more}", file=path, row=row + 1, column=str(cells.name), value=cells.iloc[row], remedy=remedy
        )


def text_cells(cells: pd.Series, path: Path | str) -> pd.Series:
    """Text in its normal form; too long and control characters are refused."""
    refuse_cells(cells, cells.str.len() > MAX_TEXT, path, f"longer than {MAX_TEXT} characters", "Shorten it")
    refuse_cells(cells, cells.str.contains(UNSAFE), path, "holds control characters", "Remove them")
    return cells.str.normalize("NFC")


def number_cells(cells: pd.Series, path: Path | str) -> pd.Series:
    """Finite numbers, plainly written."""
    text = cells.str.strip()
    remedy = "Write a plain number such as 0.25, without currency signs or thousands separators"
    refuse_cells(cells, text == "", path, "empty", "Fill it in or drop the row")
    refuse_cells(cells, ~text.str.fullmatch(DECIMAL), path, "not a number", remedy)
    numbers = text.astype(float)
    refuse_cells(cells, numbers.isin([np.inf, -np.inf]), path, "not a finite number", remedy)
    return numbers


def boolean_cells(cells: pd.Series, path: Path | str) -> pd.Series:
    """True and false, in the style of the first cell."""
    text = cells.str.strip().str.lower()
    style = next((style for style in BOOLEAN_STYLES if text.iloc[0] in style), BOOLEAN_STYLES[0])
    words = " or ".join(style)
    remedy = "Use true and false in every row or leave the column out"
    refuse_cells(cells, ~text.isin(list(style)), path, f"not {words} as in the rest of the column", remedy)
    return text.map(style).astype(bool)
