"""The blocks that a report is made of: plain data that the template knows how to set."""

from typing import Any

from costfloor.typeset.tables import Table

Block = dict[str, Any]


def heading(words: str, level: int = 1) -> Block:
    """A heading; level 1 opens a part."""
    return {"kind": "heading", "level": level, "text": words}


def text(*sentences: str) -> Block:
    """A paragraph; what is empty is nothing said."""
    return {"kind": "text", "text": " ".join(sentence for sentence in sentences if sentence)}


def note(title: str, lines: list[str], *, alarm: bool = False) -> Block:
    """A note in a box, in the colour of an alarm or not."""
    return {"kind": "note", "title": title, "lines": lines, "alarm": alarm}


def columns(*sides: list[Block]) -> Block:
    """Blocks side by side."""
    return {"kind": "columns", "columns": list(sides)}


def figure(name: str, caption: str, *, floats: bool = True) -> Block:
    """A figure with its caption; floats to the top or bottom of a page unless told to stay."""
    return {"kind": "figure", "file": f"{name}.svg", "caption": caption, "alt": caption, "floats": floats}


def table(content: Table) -> Block:
    """A table as text, with its numbers as CSV beside it; without rows, a sentence that says so."""
    if not content.cells:
        return text(f"Nothing to show here yet: {content.caption[0].lower()}{content.caption[1:]}")
    return {
        "kind": "table",
        "name": content.name,
        "caption": content.caption,
        "columns": content.columns,
        "align": content.align,
        "rows": content.rows,
        "csv": content.csv(),
    }
