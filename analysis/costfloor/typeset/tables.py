"""Tables declared as columns over results: the cells of a page and the numbers of a CSV come from the same values."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import StringIO

from costfloor.typeset.units import column_name, slug
from costfloor.typeset.values import Value

type Cell = Value | str | int | None
"""What a column takes from a row: a value that formats itself, words, a count, or nothing."""


@dataclass(frozen=True)
class Column[Row]:
    """A column of a table.

    Attributes
    ----------
    title
        Its heading.
    value
        `row -> cell`.
    align
        `l`, `r`, or `L`: left, right, or left and as wide as the others leave room.
    name
        Of it in a file, where the heading alone would not tell; default: the heading, in small letters.
    unit
        Of its numbers, one of `costfloor.typeset.units.UNITS`; default: that of its values, where they have one.
    """

    title: str
    value: Callable[[Row], Cell]
    align: str = "r"
    name: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """A table of cells.

    Attributes
    ----------
    name
        Of its CSV file, without the suffix.
    caption
        What it shows, with units.
    columns, align
        Headings, and the alignment of each as in `Column`.
    cells
        One tuple per row.
    names, units
        Of the columns in a file; an empty unit is that of the values.
    """

    name: str
    caption: str
    columns: tuple[str, ...]
    align: str
    cells: tuple[tuple[Cell, ...], ...]
    names: tuple[str, ...]
    units: tuple[str, ...]

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The cells as text, for a page."""
        return tuple(tuple(_text(cell) for cell in row) for row in self.cells)

    def csv(self) -> str:
        """The cells as numbers with all their digits: a value of several numbers has a column for each, named with its unit."""
        numbers = [[_numbers(cell) for cell in row] for row in self.cells]
        parts = [list(dict.fromkeys(part for row in numbers for part in row[at])) for at in range(len(self.columns))]
        buffer = StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(
            column_name(self.names[at], self.units[at] or self._unit(at), part)
            for at, names in enumerate(parts)
            for part in names
        )
        for row in numbers:
            writer.writerow(
                row[at].get(part, "") if row[at] else "" for at, names in enumerate(parts) for part in names
            )
        return buffer.getvalue()

    def _unit(self, at: int) -> str:
        """The unit of the values in a column; none where they have none."""
        return next((unit for row in self.cells if (unit := getattr(row[at], "measure", ""))), "")


def tabulate[Row](name: str, caption: str, columns: Sequence[Column[Row]], rows: Iterable[Row]) -> Table:
    """Fill declared columns from rows."""
    return Table(
        name,
        caption,
        tuple(column.title for column in columns),
        "".join(column.align for column in columns),
        tuple(tuple(column.value(row) for column in columns) for row in rows),
        tuple(column.name or slug(column.title) for column in columns),
        tuple(column.unit for column in columns),
    )


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def _numbers(cell: Cell) -> dict[str, float | str]:
    if cell is None:
        return {}
    return {"": cell} if isinstance(cell, str | int) else dict(cell.numbers)
