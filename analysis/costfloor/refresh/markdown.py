"""Markdown in which a text from outside can be nothing but text: it stands in code, where no name opens a link, a mention or a tag."""

import re
from collections.abc import Iterable, Sequence

from costfloor.text import printable

LONGEST = 120


def code(text: object, limit: int = LONGEST) -> str:
    """A text from outside as a code span, which is safe in a line and in a cell of a table."""
    shown = printable(str(text), limit) or " "
    if "|" in shown and "\\" in shown:
        # Between backticks a cell would end at a bar behind a backslash.
        return "<code>" + "".join(c if c.isalnum() or c == " " else f"&#{ord(c)};" for c in shown) + "</code>"
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    space = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{space}{shown}{space}{fence}".replace("|", "\\|")


def command(*lines: str) -> str:
    """Commands to type, whole and below one another, as a block."""
    fence = "`" * max(3, 1 + max((len(run) for line in lines for run in re.findall("`+", line)), default=0))
    return "\n".join([fence, *(printable(line, len(line)) for line in lines), fence])


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int = 0) -> str:
    """A table of cells that are Markdown already; its last columns, so many as `numbers`, stand right."""
    rule = ["---"] * (len(header) - numbers) + ["--:"] * numbers
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))
