"""The report in the repository: it is that of the data in the repository, whole, and of fits that passed."""

import json
from pathlib import Path

import pytest
from costfloor.places import Places
from costfloor.report.result import report_files
from costfloor.storage import sha256_file
from store import project_store

ROOT = Path(__file__).parents[2]
RECORD = json.loads((ROOT / "reports" / "report.json").read_text("utf-8"))
PDF = ROOT / "reports" / "report.pdf"


def test_it_is_not_stale() -> None:
    now = project_store().raw_vintage[:16]
    assert RECORD["vintage"] == now, (
        "data/raw has changed since the last full run: run `make report` and commit reports/"
    )


def test_the_pdf_is_the_one_on_record() -> None:
    assert sha256_file(PDF) == RECORD["pdf_sha256"]
    assert RECORD["pdf"] == "reports/report.pdf"


def test_its_files_are_those_on_record() -> None:
    assert RECORD["files"] == report_files(Places(ROOT / "data", ROOT / "reports"), None).hashes()


def test_the_pdf_names_its_vintage() -> None:
    assert f"vintage {RECORD['vintage']}".encode() in PDF.read_bytes()


@pytest.mark.parametrize("gate", RECORD["gates"])
def test_every_fit_passed(gate: str) -> None:
    assert RECORD["gates"][gate] is True
