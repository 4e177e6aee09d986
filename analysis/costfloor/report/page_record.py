"""What the explorer page says it was made from: in its first lines, so that it can be held against the report without being read whole."""

import json
from collections.abc import Mapping
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from costfloor.built import BuildReport
from costfloor.records import parsed
from costfloor.report.result import ReportResult

if TYPE_CHECKING:
    from costfloor.forecast.questions import Questions

NAME: Final = "explorer.html"
"""In the folder of reports."""

START, END = '<meta name="made-from" content="', '">'
FIRST_BYTES: Final = 8192
"""The record lies in them."""


def page_record(build: BuildReport, questions: "Questions") -> str:
    """The record as a tag of HTML.

    Parameters
    ----------
    build
        Of the results.
    questions
        Their answers.
    """
    return f"{START}{escape(json.dumps(_record(build.vintage, questions.in_short()), sort_keys=True))}{END}"


def differs_from_report(page: Path, report: ReportResult) -> str:
    """Why a page does not go with a report, in words; empty where it does."""
    with page.open("rb") as file:
        head = file.read(FIRST_BYTES).decode("utf-8", errors="replace")
    try:
        made_from = parsed(unescape(head.partition(START)[2].partition(END)[0]).encode())
    except ValueError:
        return "it does not say what it was made from"
    if made_from.get("vintage") != report.vintage:
        return f"it is of data vintage {made_from.get('vintage')}, the report of {report.vintage}"
    if made_from != _record(report.vintage, report.questions):
        return "it was made from other results than the report"
    return ""


def _record(vintage: str, questions: list[dict[str, Any]]) -> Mapping[str, Any]:
    return {"questions": questions, "vintage": vintage}
