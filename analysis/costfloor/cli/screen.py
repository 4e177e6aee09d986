"""What a reader sees: tables and sentences as wide as the terminal. In a pipe nothing is wrapped, cut or coloured."""

import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

from rich import table as rich_table
from rich.console import Console
from rich.text import Text

from costfloor.typeset.tables import Column, Table, tabulate

ROWS: Final = 15
"""Rows of a list that are shown at once."""

READABLE: Final = 110
"""Columns beyond which a line is hard to read, however wide the terminal is."""

NO_LIMIT: Final = 100_000
"""Columns of a pipe."""

type Block = str | Table
"""A paragraph, or a table with its caption above it."""


def shown_rows[Row](
    caption: str, columns: Sequence[Column[Row]], rows: Sequence[Row], *, everything: bool = True, rest: str = ""
) -> list[Block]:
    """A table of rows; of a long list its first `ROWS`, and a line that says how to see the rest.

    Parameters
    ----------
    caption, columns
        As in `tabulate`.
    rows
        What matters most first.
    everything
        Leave none out.
    rest
        How to see the rest, to follow "and 3 more: ".
    """
    shown = rows if everything else rows[:ROWS]
    left = len(rows) - len(shown)
    return [tabulate("", caption, columns, shown), *([f"And {left:,} more: {rest}."] if left else [])]


def on_screen(blocks: Iterable[Block]) -> str:
    """Blocks as text for the stream that they go to: wrapped and with bold headings on a terminal, plain in a pipe."""
    terminal = sys.stdout.isatty()
    width = min(shutil.get_terminal_size().columns, READABLE) if terminal else NO_LIMIT
    buffer = StringIO()
    console = Console(
        file=buffer,
        width=width,
        force_terminal=terminal,
        color_system="auto" if terminal else None,
        highlight=False,
        legacy_windows=False,
    )
    before: Block | None = None
    for block in blocks:
        if before is not None and (isinstance(block, Table) or isinstance(before, Table)):
            console.print()
        if isinstance(block, str):
            console.print(Text(visible(block), overflow="fold"))
        else:
            _print_table(console, block)
        before = block
    # A minus sign that can be pasted into a calculation.
    text = buffer.getvalue().replace("−", "-")
    return "\n".join(line.rstrip() for line in text.rstrip("\n").split("\n"))


def visible(text: str) -> str:
    """Text for a terminal: what would move its cursor or change its colours is shown as numbers."""
    return "".join(
        letter if letter in "\n\t" or unicodedata.category(letter) not in {"Cc", "Cf"} else ascii(letter)[1:-1]
        for letter in text
    )


def _print_table(console: Console, content: Table) -> None:
    if content.caption:
        console.print(Text(visible(content.caption)))
    drawn = rich_table.Table(
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        show_header=any(content.columns),
        header_style="bold",
    )
    for title, align in zip(content.columns, content.align, strict=True):
        drawn.add_column(Text(visible(title)), justify="right" if align == "r" else "left", overflow="fold")
    for row in content.rows:
        drawn.add_row(*(Text(visible(cell)) for cell in row))
    console.print(drawn)
