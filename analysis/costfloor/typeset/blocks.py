"""The blocks that a report is made of: plain data that the template knows how to set."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from costfloor.typeset.tables import Table

Block = dict[str, Any]

NAMED: Final = {"heading": "section", "table": "table", "figure": "figure"}
"""What others can refer to, and how such a reference begins."""


def heading(words: str, level: int = 1, name: str = "") -> Block:
    """A heading; level 1 opens a part. A name lets others refer to it."""
    return {"kind": "heading", "level": level, "text": words, "name": name}


def text(*sentences: str, see: Sequence[str] = ()) -> Block:
    """A paragraph; what is empty is nothing said.

    `see` names what stands elsewhere: `table-NAME`, `figure-NAME` or `section-NAME`. It is set in brackets behind the words, as far as the
    document has it.
    """
    return {"kind": "text", "text": " ".join(sentence for sentence in sentences if sentence), "see": list(see)}


def items(sentences: Sequence[str]) -> Block:
    """A list of sentences."""
    return {"kind": "list", "items": list(sentences)}


def terms(meanings: Mapping[str, str]) -> Block:
    """Terms with what they mean, in the order of the alphabet."""
    return {"kind": "terms", "terms": sorted(meanings.items(), key=lambda pair: pair[0].lower())}


def note(title: str, lines: list[str], *, alarm: bool = False) -> Block:
    """A note in a box, in the colour of an alarm or not."""
    return {"kind": "note", "title": title, "lines": lines, "alarm": alarm}


def columns(*sides: list[Block]) -> Block:
    """Blocks side by side."""
    return {"kind": "columns", "columns": list(sides)}


def figure(name: str, caption: str, *, floats: bool = True) -> Block:
    """A figure with its caption; floats to the top or bottom of a page unless told to stay."""
    return {"kind": "figure", "name": name, "file": f"{name}.svg", "caption": caption, "alt": caption, "floats": floats}


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


def flat(blocks: Sequence[Block]) -> Iterator[Block]:
    """Blocks in reading order, those of columns one below the other."""
    for block in blocks:
        if block["kind"] == "columns":
            for side in block["columns"]:
                yield from flat(side)
        else:
            yield block


def with_known_references(blocks: Sequence[Block]) -> list[Block]:
    """The same blocks, in which text refers to nothing that is not in them, as a table without rows."""
    known = {f"{NAMED[block['kind']]}-{block['name']}" for block in flat(blocks) if block["kind"] in NAMED}
    return [_referring(block, known) for block in blocks]


def _referring(block: Block, known: set[str]) -> Block:
    if block["kind"] == "columns":
        return block | {"columns": [[_referring(inner, known) for inner in side] for side in block["columns"]]}
    return block | {"see": [name for name in block["see"] if name in known]} if "see" in block else block
