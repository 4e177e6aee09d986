"""A report on disk: its files, and what is said of it."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from costfloor.built import capability_from
from costfloor.places import Places, view_name
from costfloor.storage import sha256_file

PACKAGE: Final = "datapackage.json"
"""What the files in the folder of tables are."""


@dataclass(frozen=True)
class ReportResult:
    """The JSON of `costfloor report`.

    Attributes
    ----------
    pdf, figures, tables
        What was written: the answer, and the names of figures and captions of tables in it and in the technical report.
    fingerprint
        Hash of the data vintage, the code and the settings behind it.
    capability_from
        By when the scores behind capability were known.
    gates
        Whether each fit passed its diagnostics, by name.
    questions
        For each question of docs/questions.md its `id`, its `answer`, and as `probability` the lowest and the highest over the laws.
    """

    pdf: str
    figures: list[str]
    tables: list[str]
    fingerprint: str
    gates: dict[str, bool]
    vintage: str
    verdict: str
    pdf_sha256: str
    questions: list[dict[str, Any]]
    capability_from: str = capability_from(None, None)

    @property
    def passed(self) -> bool:
        """Whether every gate holds."""
        return all(self.gates.values())


@dataclass(frozen=True)
class ReportFiles:
    """Where a report lies.

    Attributes
    ----------
    pdf, technical
        The answer, and the technical report behind it.
    answer, record
        The first figure, and what the report rests on and says, in JSON.
    tables
        Folder of the numbers of every table and figure as CSV, with `datapackage.json`; a past view has none.
    project
        The Typst project that the pages are set from.
    results
        What the report rests on, for notebooks.
    """

    pdf: Path
    technical: Path
    answer: Path
    record: Path
    tables: Path | None
    project: Path
    results: Path

    @property
    def outputs(self) -> tuple[Path, ...]:
        """The files in the folder of reports."""
        return self.pdf, self.technical, self.answer, self.record

    @property
    def numbers(self) -> tuple[Path, ...]:
        """The files in the folder of tables."""
        return tuple(
            path for pattern in ("*.csv", PACKAGE) for path in (self.tables.glob(pattern) if self.tables else ())
        )

    def hashes(self) -> dict[str, str]:
        """SHA-256 of pages, figure and tables as they are, by their names below the folder of reports."""
        paths = [self.pdf, self.technical, self.answer, *self.numbers]
        return {path.relative_to(self.pdf.parent).as_posix(): sha256_file(path) for path in paths if path.is_file()}


def report_files(places: Places, as_of: dt.datetime | None, *, hindsight: bool = False) -> ReportFiles:
    """Where the report of a view lies."""
    day = "" if as_of is None else f"-{view_name(as_of, hindsight=hindsight)}"
    reports, processed = places.reports, places.processed(as_of, hindsight=hindsight)
    return ReportFiles(
        pdf=reports / f"report{day}.pdf",
        technical=reports / f"technical{day}.pdf",
        answer=reports / f"answer{day}.svg",
        record=reports / f"report{day}.json",
        tables=reports / "tables" if as_of is None else None,
        project=processed / "report",
        results=processed / "results",
    )
