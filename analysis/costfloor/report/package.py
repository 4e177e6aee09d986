"""What the files of numbers are: `tables/datapackage.json`, with vintage, licence, and the unit of every column."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any, Final

from costfloor.built import BuildReport
from costfloor.data.package import LICENSES, SOURCES
from costfloor.storage import json_bytes, sha256_bytes
from costfloor.typeset.units import unit_of

LICENSE: Final = {
    "name": "MIT",
    "title": "MIT, as the package; name the vintage. Facts behind the numbers: see sources",
}
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class TableFile:
    """A file of numbers: what it shows, and its bytes as CSV."""

    caption: str
    content: bytes


def package(files: Mapping[str, TableFile], build: BuildReport) -> bytes:
    """The descriptor of the files, a Frictionless tabular data package.

    Parameters
    ----------
    files
        By file name.
    build
        Whose vintage the numbers are of.
    """
    return json_bytes(
        {
            "profile": "tabular-data-package",
            "name": "costfloor-report",
            "title": "Numbers behind the tables and figures of the report on AI inference prices",
            "version": build.vintage,
            "temporal": {"start": build.first, "end": build.last},
            "licenses": [LICENSE, *LICENSES],
            "sources": SOURCES,
            "resources": [_resource(name, file) for name, file in sorted(files.items())],
        }
    )


def _resource(name: str, file: TableFile) -> dict[str, Any]:
    header, *rows = csv.reader(StringIO(file.content.decode()))
    columns = list(zip(*rows, strict=True)) or [()] * len(header)
    return {
        "name": name.removesuffix(".csv").replace("_", "-"),
        "path": name,
        "profile": "tabular-data-resource",
        "description": file.caption,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(file.content),
        "hash": f"sha256:{sha256_bytes(file.content)}",
        "schema": {
            "fields": [_field(column, cells) for column, cells in zip(header, columns, strict=True)],
            "missingValues": [""],
        },
    }


def _field(column: str, cells: Iterable[str]) -> dict[str, str]:
    unit, part = unit_of(column)
    known = [cell for cell in cells if cell]
    field = {"name": column, "type": _kind(known)}
    if unit:
        field["unit"] = unit
    if part:
        field["description"] = part
    return field


def _kind(cells: list[str]) -> str:
    if cells and all(map(_is_number, cells)):
        return "number"
    if cells and all(cell in {"True", "False"} for cell in cells):
        return "boolean"
    return "date" if cells and all(map(DAY.fullmatch, cells)) else "string"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
