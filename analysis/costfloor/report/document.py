"""The two parts of the report as lists of blocks: the answer, and the technical report behind it."""

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, Final

from costfloor.report import technical
from costfloor.report.answer.first_page import first_page
from costfloor.report.answer.forecast_page import forecasts
from costfloor.report.answer.index_page import price_index
from costfloor.report.answer.services_page import services
from costfloor.report.answer.sources_page import sources
from costfloor.report.study import Study
from costfloor.typeset.blocks import Block, with_known_references

type Part = Callable[[Study], list[Block]]

TITLE: Final = "Do AI inference prices reach a floor, or keep falling?"

ANSWER: Final[Mapping[str, Part]] = {
    "answer": first_page,
    "price_index": price_index,
    "sources": sources,
    "forecasts": forecasts,
    "services": services,
}
"""The parts of the answer, in their order."""

CHAPTERS: Final[Mapping[str, Part]] = {**ANSWER, **technical.CHAPTERS}
"""All that a notebook can ask for, by name."""


def documents(study: Study) -> dict[str, dict[str, Any]]:
    """Everything the template sets, as plain data for JSON: `report`, the answer, and `technical`."""
    return {
        "report": _document(study, TITLE, "", ANSWER),
        "technical": _document(study, TITLE, "Technical report", technical.CHAPTERS),
    }


def _document(study: Study, title: str, kind: str, parts: Mapping[str, Part]) -> dict[str, Any]:
    """A document; a technical one has a kind, numbered sections and contents."""
    build, own_version = study.build, version("costfloor")
    return {
        "title": title,
        "subtitle": "  ·  ".join(
            part
            for part in (
                kind,
                f"costfloor {own_version}",
                f"data vintage {build.vintage}",
                f"prices from {build.first} to {build.last}",
            )
            if part
        ),
        "footer": " · ".join(part for part in (f"costfloor {own_version}", f"vintage {build.vintage}", kind) if part),
        "keywords": f"vintage {build.vintage}",
        "numbered": bool(kind),
        "blocks": with_known_references([block for part in parts.values() for block in part(study)]),
    }
