"""Write the report: figures as SVG, the blocks as JSON, and a PDF that is the same to the byte when nothing changed."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typst

from analysis.report.blocks import CAPTIONS
from analysis.report.document import document
from analysis.report.study import Study
from analysis.report.style import svg
from analysis.storage import write_atomic, write_json

TEMPLATE = Path(__file__).with_name("template.typ")
README_FIGURE = "answer"


@dataclass(frozen=True)
class RenderResult:
    """What was written.

    Attributes
    ----------
    pdf
        The report.
    figures, tables
        Names of the figures and captions of the tables in it, in order.
    """

    pdf: Path
    figures: list[str]
    tables: list[str]


def render(study: Study, out: Path, progress: Callable[[str], None]) -> RenderResult:
    """Write the report to `out`, say `report.pdf`, and its first figure beside it, then `answer.svg`.

    Figures, blocks and template stay in the folder `report` beside the built panel, a Typst project of its own.

    Parameters
    ----------
    study
        The results.
    out
        The PDF to write.
    progress
        Called with one line per step.

    Raises
    ------
    InputError
        A folder cannot be written to.
    """
    folder = Path(study.build.path).resolve().parent / "report"
    for name in CAPTIONS:
        progress(f"drawing {name}")
        drawn = svg(importlib.import_module(f"analysis.report.figures.{name}").draw, study)
        write_atomic(folder / f"{name}.svg", drawn)
        if name == README_FIGURE:
            write_atomic(out.with_name(f"{out.stem.replace('report', name)}.svg"), drawn)
    content = document(study)
    write_json(folder / "report.json", content)
    write_atomic(folder / "report.typ", TEMPLATE.read_bytes())
    progress("setting the pages")
    stamp = datetime.fromisoformat(study.build.last).replace(tzinfo=UTC)
    pdf = typst.compile(
        folder / "report.typ", root=folder, ignore_system_fonts=True, timestamp=stamp, pdf_standards="ua-1"
    )
    write_atomic(out, pdf)
    return RenderResult(
        out, list(CAPTIONS), [block["caption"] for block in content["blocks"] if block["kind"] == "table"]
    )
