"""A report on disk: its files and its record."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from costfloor.places import Places


@dataclass(frozen=True)
class ReportResult:
    """The JSON of `costfloor report`.

    Attributes
    ----------
    pdf, figures, tables
        What was written.
    fingerprint
        Hash of the data vintage, the code and the settings behind it.
    gates
        Whether each fit passed its diagnostics, by name.
    """

    pdf: str
    figures: list[str]
    tables: list[str]
    fingerprint: str
    gates: dict[str, bool]
    vintage: str
    verdict: str
    pdf_sha256: str

    @property
    def passed(self) -> bool:
        """Whether every gate holds."""
        return all(self.gates.values())


@dataclass(frozen=True)
class ReportFiles:
    """Where a report lies.

    Attributes
    ----------
    pdf, answer, summary
        The pages, the first figure, and what the report says in JSON; a past view has no summary.
    tables
        Folder of every table as CSV; a past view has none.
    project
        The Typst project that the pages are set from.
    results
        What the report rests on, for notebooks.
    """

    pdf: Path
    answer: Path
    summary: Path | None
    tables: Path | None
    project: Path
    results: Path

    @property
    def outputs(self) -> tuple[Path, ...]:
        """The files in the folder of reports."""
        return tuple(path for path in (self.pdf, self.answer, self.summary) if path)

    @property
    def receipt(self) -> Path:
        """The record of the report, beside what the pages are set from."""
        return self.project / "receipt.json"


def report_files(places: Places, as_of: pd.Timestamp | None) -> ReportFiles:
    """Where the report of a view lies."""
    day = "" if as_of is None else f"-{as_of.date()}"
    reports, processed = places.reports, places.processed(as_of)
    return ReportFiles(
        pdf=reports / f"report{day}.pdf",
        answer=reports / f"answer{day}.svg",
        summary=reports / "report.json" if as_of is None else None,
        tables=reports / "tables" if as_of is None else None,
        project=processed / "report",
        results=processed / "results",
    )
