"""Run the program in this process, as a user would see it, and small tables to run it on."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from costfloor.cli import main
from costfloor.storage import sha256_file

HEADER = "date,price,score,family,host,model"
ROWS = [
    "2023-01-10,30.0,0.40,big,h1,A",
    "2023-02-10,24.0,0.42,big,h1,B",
    "2023-05-10,12.0,0.45,big,h2,A",
    "2023-08-10,8.0,0.48,big,h1,C",
    "2023-11-10,5.0,0.52,big,h2,B",
    "2024-02-10,3.0,0.55,big,h1,D",
    "2024-05-10,2.0,0.60,big,h2,C",
    "2024-08-10,1.0,0.64,big,h1,E",
]


@dataclass(frozen=True)
class Run:
    """What one call left behind."""

    code: int | str | None
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The whole of stdout, which must be one JSON object."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> Run:
    """Call `main` with these arguments."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return Run(stop.value.code, captured.out, captured.err)


def write_table(folder: Path, rows: Iterable[str] = ROWS, header: str = HEADER, name: str = "table.csv") -> Path:
    """Write a price table."""
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def contents(*folders: Path) -> dict[str, str]:
    """Every file and folder below `folders`, with the hash of each file."""
    return {
        str(path): sha256_file(path) if path.is_file() else "folder"
        for folder in folders
        for path in [folder, *folder.rglob("*")]
        if path.exists()
    }
