"""A table of one's own, CSV or Parquet, row by row: each cell is checked, and the first fault is named so that its writer can mend it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from costfloor.errors import InputError
from costfloor.sources.entries import MAX_ENTRIES, MAX_FIELD_NAME
from costfloor.sources.table_file import require_columns, table_cells
from costfloor.text import printable


@dataclass(frozen=True)
class Column:
    """What a column may hold.

    Attributes
    ----------
    check
        From a cell's text to its value; raises ValueError with what is wrong.
    remedy
        What a good cell looks like.
    required
        The column must be there, and no cell of it empty.
    """

    check: Callable[[str], object]
    remedy: str
    required: bool = True


@dataclass(frozen=True)
class OwnTable:
    """Checked rows.

    Attributes
    ----------
    rows
        Values by column, None for an absent one, in the order of the file: the first is row 1.
    unknown
        For each column that is not read, the number of rows.
    """

    rows: list[dict[str, object]]
    unknown: dict[str, int]


def read_rows(content: bytes, name: str, columns: Mapping[str, Column], key: tuple[str, ...]) -> OwnTable:
    """Read and check a table.

    Parameters
    ----------
    content
        Bytes of the file.
    name
        Display name; its suffix, `.csv` or `.parquet`, tells the format.
    columns
        What may stand in it.
    key
        Columns that no two rows share.

    Raises
    ------
    InputError
        A fault of the file, or the first bad cell: row, column, value and remedy are named.
    """
    cells = table_cells(content, name)
    names = [str(column) for column in cells]
    require_columns(names, [column for column, kind in columns.items() if kind.required], name)
    if cells.empty:
        raise InputError("has a header but no rows", file=name, remedy="Add at least one row")
    if len(cells) > MAX_ENTRIES:
        remedy = f"Split the table: at most {MAX_ENTRIES:,} rows are read"
        raise InputError("too many rows", file=name, value=len(cells), remedy=remedy)
    texts = {column: [str(cell).strip() for cell in cells[column]] for column in columns if column in names}
    rows: list[dict[str, object]] = []
    first_row: dict[tuple[object, ...], int] = {}
    for row in range(1, len(cells) + 1):
        values: dict[str, object] = dict.fromkeys(columns)
        for column, column_texts in texts.items():
            text = column_texts[row - 1]
            if not text:
                if columns[column].required:
                    refuse_cell(name, row, column, text, "empty", "Fill in every cell")
                continue
            try:
                values[column] = columns[column].check(text)
            except ValueError as error:
                refuse_cell(name, row, column, text, str(error), columns[column].remedy)
        earlier = first_row.setdefault(tuple(values[column] for column in key), row)
        if earlier != row:
            same = ", ".join(key)
            refuse_cell(name, row, key[0], texts[key[0]][row - 1], f"{same} as in row {earlier}", "Keep one of the two")
        rows.append(values)
    unknown = {printable(column, MAX_FIELD_NAME): len(cells) for column in names if column not in columns}
    return OwnTable(rows, unknown)


def refuse_cell(name: str, row: int, column: str, value: object, problem: str, remedy: str) -> NoReturn:
    """Raise an InputError about one cell."""
    raise InputError(problem, file=name, row=row, column=column, value=value, remedy=remedy)


def flag(text: str) -> bool:
    """A cell that says true or false, in any case; raises ValueError for another."""
    flags = {"true": True, "false": False}
    if text.lower() not in flags:
        raise ValueError("not true or false")
    return flags[text.lower()]


def place(row: int, evidence: object) -> str:
    """Where a row stands, with the evidence that it names."""
    return f"row {row}: {evidence}" if evidence else f"row {row}"
