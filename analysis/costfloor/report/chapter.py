"""A chapter of the report, for a notebook: its words and its tables, without its figures."""

import html
from dataclasses import dataclass

import pandas as pd

from costfloor.typeset.blocks import Block

FIRST_HEADING = 2
"""Level of a chapter's own heading in HTML: the first is the notebook's."""


@dataclass(frozen=True, repr=False)
class Chapter:
    """A chapter of the report. A notebook shows it.

    Attributes
    ----------
    name
        As it was asked for.
    blocks
        Headings, paragraphs and tables as plain data, as the report is made of them.
    """

    name: str
    blocks: tuple[Block, ...]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Its tables by caption; cells are text, as printed."""
        return {
            block["caption"]: pd.DataFrame(block["rows"], columns=block["columns"])
            for block in self._flat()
            if block["kind"] == "table"
        }

    def to_frame(self) -> pd.DataFrame:
        """The cells of all its tables, one row each: `table, row, column, cell`."""
        parts = [
            frame.rename_axis("row")
            .reset_index()
            .melt("row", var_name="column", value_name="cell")
            .assign(table=caption)
            for caption, frame in self.tables.items()
        ]
        columns = ["table", "row", "column", "cell"]
        return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)

    def __str__(self) -> str:
        return "\n\n".join(block["text"] for block in self._flat() if "text" in block)

    def __repr__(self) -> str:
        return f"<Chapter {self.name}: {len(self.tables)} tables>"

    def _repr_html_(self) -> str:
        return "\n".join(_html(block) for block in self._flat())

    def _flat(self) -> list[Block]:
        """The blocks in reading order, those of columns one below the other."""
        flat: list[Block] = []
        for block in self.blocks:
            sides = block["columns"] if block["kind"] == "columns" else [[block]]
            flat += [inner for side in sides for inner in side]
        return flat


def _html(block: Block) -> str:
    match block["kind"]:
        case "heading":
            level = FIRST_HEADING + block["level"]
            return f"<h{level}>{html.escape(block['text'])}</h{level}>"
        case "text":
            return f"<p>{html.escape(block['text'])}</p>"
        case "note":
            lines = "<br>".join(html.escape(line) for line in block["lines"])
            return f"<blockquote><b>{html.escape(block['title'])}</b><br>{lines}</blockquote>"
        case "list":
            return f"<ul>{''.join(f'<li>{html.escape(item)}</li>' for item in block['items'])}</ul>"
        case "table":
            cells = pd.DataFrame(block["rows"], columns=block["columns"])
            return f"<p><i>{html.escape(block['caption'])}</i></p>{cells.to_html(index=False)}"
        case _:
            return ""
