"""Draw the report: figures as SVG, the blocks as JSON, and a PDF that is the same to the byte when nothing changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typst

from costfloor.report.document import document
from costfloor.report.drawings import DRAWINGS
from costfloor.report.study import Study
from costfloor.storage import json_bytes, write_together
from costfloor.typeset.fonts import FOLDER, legible
from costfloor.typeset.style import svg

TEMPLATE = Path(__file__).with_name("template.typ")
README_FIGURE = "answer"


@dataclass(frozen=True)
class RenderResult:
    """A report that is ready to be written.

    Attributes
    ----------
    pdf, answer
        The report, and its first figure as SVG.
    csv
        Its tables as CSV, by name.
    figures, tables
        Names of the figures and captions of the tables in it, in order.
    """

    pdf: bytes
    answer: bytes
    csv: dict[str, bytes]
    figures: list[str]
    tables: list[str]


def render(study: Study, folder: Path, progress: Callable[[str], None]) -> RenderResult:
    """Draw the figures and set the pages.

    Parameters
    ----------
    study
        The results.
    folder
        Where figures, blocks and template are left: a Typst project of its own.
    progress
        Called with one line per step.

    Raises
    ------
    InputError
        The folder cannot be written to.
    """
    figures = {}
    for name, drawing in DRAWINGS.items():
        progress(f"drawing {name}")
        figures[name] = svg(drawing.draw, study)
    written = document(study)
    tables = [block for block in written["blocks"] if block["kind"] == "table"]
    csv = {block.pop("name"): block.pop("csv").encode() for block in tables}
    content = legible(written)
    project = {f"{name}.svg": drawn for name, drawn in figures.items()}
    project |= {"report.json": json_bytes(content), "report.typ": TEMPLATE.read_bytes()}
    write_together({folder / name: part for name, part in project.items()})
    progress("setting the pages")
    stamp = datetime.fromisoformat(study.build.last).replace(tzinfo=UTC)
    pdf = typst.compile(
        folder / "report.typ",
        root=folder,
        font_paths=[FOLDER],
        ignore_system_fonts=True,
        timestamp=stamp,
        pdf_standards="ua-1",
    )
    return RenderResult(
        pdf,
        figures[README_FIGURE],
        csv,
        list(DRAWINGS),
        [block["caption"] for block in content["blocks"] if block["kind"] == "table"],
    )
