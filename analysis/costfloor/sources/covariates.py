"""Columns of a user's table that a hedonic regression holds constant."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from costfloor.errors import InputError
from costfloor.sources.price_cells import DECIMAL, PRICE_BOUNDS, boolean_cells, number_cells, refuse_cells, text_cells
from costfloor.sources.table_file import require_columns
from costfloor.text import printable

RESERVED = (
    *("date", "price", "price_usd_per_mtok", "score", "quality", "quality_sd", "family", "segment", "host", "model"),
    *("item", "period", "birth", "entry", "until", "left_censored", "quoted_once"),
)
"""Names with a meaning of their own in this program: no covariate has one of them."""

TRUE_OR_FALSE = ("open_weights", "reasoning")
NOT_FINITE = r"[+-]?(?:nan|inf|infinity)"


def covariate_cells(cells: pd.DataFrame, names: Sequence[str], path: Path | str) -> pd.DataFrame:
    """Columns of a table that are to be held constant: numbers, true and false, or text.

    Parameters
    ----------
    cells
        The table, every cell as text.
    names
        Of the columns. Every cell of a column is a finite number, or `true` or `false`, or text that is neither; `open_weights` and
        `reasoning` are true or false.
    path
        What the table is called in messages.

    Returns
    -------
    pandas.DataFrame
        The columns in the order of `names`, as float, bool or text.

    Raises
    ------
    InputError
        As `covariate_names`; a name that the program gives a meaning of its own, one that the table lacks, or a cell that is none of these.
    """
    names = covariate_names(names)
    for name in names:
        if printable(name) != name:
            raise InputError(
                "is too long or holds control characters", file=path, column=printable(name), remedy="Rename the column"
            )
        if name in RESERVED:
            remedy = "Name another column, or copy this one under another name"
            raise InputError("has a meaning of its own and is no covariate", file=path, column=name, remedy=remedy)
    require_columns([str(name) for name in cells], names, path)
    return pd.DataFrame({name: _covariate(cells[name], path) for name in names}, index=cells.index)


def covariate_names(covariates: Sequence[str]) -> tuple[str, ...]:
    """The names of covariates; what is no list of names is refused, and a name twice."""
    several = isinstance(covariates, Iterable) and not isinstance(covariates, str)
    names = tuple(covariates) if several else ()
    if not several or not all(isinstance(name, str) for name in names):
        raise InputError("is no list of names of columns", value=covariates, remedy="Write covariates=['NAME']")
    for name, count in Counter(names).items():
        if count > 1:
            raise InputError("is named twice as a covariate", column=name, remedy="Name it once")
    return names


def _covariate(cells: pd.Series, path: Path | str) -> pd.Series:
    text = cells.str.strip()
    refuse_cells(cells, text == "", path, "empty", "Fill in every cell, or leave the covariate out")
    words = text.str.lower()
    if len(cells) and (cells.name in TRUE_OR_FALSE or words.isin(["true", "false"]).all()):
        return boolean_cells(cells, path)
    number, not_finite = text.str.fullmatch(DECIMAL), words.str.fullmatch(NOT_FINITE)
    if not (number | not_finite).any():
        return text_cells(text, path)
    refuse_cells(cells, not_finite, path, "not a finite number", "Fill it in, drop the row, or leave the covariate out")
    remedy = "Write a plain number in every row, or text in every row, as in 'size 7'"
    refuse_cells(cells, ~number, path, "not a number, as other cells of its column are", remedy)
    numbers = number_cells(cells, path)
    low, high = PRICE_BOUNDS
    extreme = (numbers != 0) & ~numbers.abs().between(low, high)
    refuse_cells(cells, extreme, path, f"not zero or of a size from {low:g} to {high:g}", "Give it in another unit")
    return numbers
