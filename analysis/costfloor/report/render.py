"""Draw the report: figures as SVG, numbers as CSV, the blocks as JSON, and PDFs that are the same to the byte when nothing changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd
import typst

from costfloor.report.document import documents
from costfloor.report.drawings import DRAWINGS
from costfloor.report.package import TableFile, package
from costfloor.report.result import PACKAGE
from costfloor.report.study import Study
from costfloor.storage import json_bytes, write_together
from costfloor.typeset.blocks import Block, flat
from costfloor.typeset.fonts import FOLDER, legible
from costfloor.typeset.style import svg

TEMPLATE = Path(__file__).with_name("template.typ")
README_FIGURE = "rates_by_year"

DIGITS: Final = "%.8g"
"""Of numbers in the file of a figure: more than can be drawn, and fewer than differ between machines."""


@dataclass(frozen=True)
class RenderResult:
    """A report that is ready to be written.

    Attributes
    ----------
    pdf, technical, answer
        The answer, the technical report, and the first figure as SVG.
    numbers
        The numbers of tables and figures as CSV and what they are, by file name.
    figures, tables
        Names of the figures and captions of the tables, in order.
    """

    pdf: bytes
    technical: bytes
    answer: bytes
    numbers: dict[str, bytes]
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
    written = documents(study)
    tables = [block for content in written.values() for block in flat(content["blocks"]) if block["kind"] == "table"]
    files = _numbers(tables, study)
    contents = {f"{name}.json": json_bytes(legible(content)) for name, content in written.items()}
    project = {f"{name}.svg": drawn for name, drawn in figures.items()} | contents
    write_together({folder / name: part for name, part in {**project, "report.typ": TEMPLATE.read_bytes()}.items()})
    progress("setting the pages")
    pdf, technical = (compiled(folder, name, study.build.last) for name in contents)
    return RenderResult(
        pdf,
        technical,
        figures[README_FIGURE],
        {name: file.content for name, file in files.items()} | {PACKAGE: package(files, study.build)},
        list(DRAWINGS),
        legible([block["caption"] for block in tables]),
    )


def compiled(folder: Path, content: str, day: str) -> bytes:
    """A document of the project as PDF, with the last day of the prices as its time."""
    return typst.compile(
        folder / "report.typ",
        root=folder,
        font_paths=[FOLDER],
        ignore_system_fonts=True,
        sys_inputs={"content": content},
        timestamp=datetime.fromisoformat(day).replace(tzinfo=UTC),
        pdf_standards="ua-1",
    )


def as_csv(frame: pd.DataFrame) -> bytes:
    """The numbers behind a figure as a file; days as ISO dates, what is missing empty."""
    return frame.to_csv(index=False, lineterminator="\n", float_format=DIGITS, date_format="%Y-%m-%d").encode()


def _numbers(tables: list[Block], study: Study) -> Mapping[str, TableFile]:
    """Numbers by file name: those of the tables, taken out of their blocks, then those of the figures that have any."""
    files: dict[str, Any] = {
        f"{block['name']}.csv": TableFile(block["caption"], block.pop("csv").encode()) for block in tables
    }
    for drawing in DRAWINGS.values():
        frame = drawing.frame(study)
        if not frame.empty:
            files[f"{drawing.file}.csv"] = TableFile(drawing.caption, as_csv(frame))
    return files
