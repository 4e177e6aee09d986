"""A report's files appear together, are verified, and lie where the caller says; nothing stored says otherwise."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import costfloor.report.assemble
import costfloor.report.compute
import pandas as pd
import pytest
from cli_run import contents
from costfloor.data.store import open_store
from costfloor.errors import InputError
from costfloor.places import Places
from costfloor.records import HASH, sealed
from costfloor.report.assemble import make_report
from costfloor.report.render import RenderResult
from costfloor.report.result import ReportResult
from costfloor.sampling.policy import Sampling
from fake_study import make_study

RAW = Path(__file__).parents[2] / "data" / "raw"
OUTPUTS = ("report.pdf", "answer.svg", "report.json")


class Place:
    """A data folder, a folder of reports, and what was drawn so far."""

    def __init__(self, folder: Path) -> None:
        self.data, self.reports = folder / "data", folder / "reports"
        self.data.mkdir()
        (self.data / "raw").symlink_to(RAW)
        self.drawn = 0
        self.csv: dict[str, bytes] = {}
        self.lines: list[str] = []

    @property
    def receipt(self) -> Path:
        return self.data / "processed" / "report" / "receipt.json"

    def report(self, day: str | None = None) -> ReportResult:
        as_of = None if day is None else pd.Timestamp(day)
        return make_report(open_store(Places(self.data, self.reports)), Sampling(), self.lines.append, as_of)

    def outputs(self) -> dict[str, bytes]:
        return {name: (self.reports / name).read_bytes() for name in OUTPUTS}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Nothing is fitted, and each drawing differs from the one before."""
    made = Place(tmp_path)

    def drawn(*_: Any) -> RenderResult:
        made.drawn += 1
        return RenderResult(b"%%PDF %d" % made.drawn, b"<svg> %d" % made.drawn, made.csv, ["answer"], ["Rates"])

    monkeypatch.setattr(costfloor.report.compute, "run_study", lambda *_, **__: make_study(made.data / "processed"))
    monkeypatch.setattr(costfloor.report.compute, "render", drawn)
    monkeypatch.setattr(costfloor.report.compute, "save_results", lambda *_: None)
    monkeypatch.setattr(costfloor.report.compute, "remember", lambda *_: None)
    return made


def test_an_unchanged_report_is_not_made_again(place: Place) -> None:
    first = place.report()
    assert place.report() == first
    assert place.drawn == 1
    assert json.loads((place.reports / "report.json").read_text())["pdf_sha256"] == first.pdf_sha256


def test_tables_lie_beside_the_report_and_those_it_no_longer_has_go(place: Place) -> None:
    place.csv = {"rates": b"Rate\n1\n", "held_back": b"Reason\nzero\n"}
    place.report()
    place.receipt.unlink()
    place.csv = {"rates": b"Rate\n2\n"}
    place.report()
    assert {path.name: path.read_bytes() for path in (place.reports / "tables").iterdir()} == {
        "rates.csv": b"Rate\n2\n"
    }


def test_a_past_day_has_files_of_its_own(place: Place) -> None:
    assert Path(place.report("2025-06-30").pdf).name == "report-2025-06-30.pdf"
    assert sorted(path.name for path in place.reports.glob("[!.]*")) == [
        "answer-2025-06-30.svg",
        "report-2025-06-30.pdf",
    ]


def without(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def edited(path: Path) -> None:
    path.write_text(path.read_text().replace("1", "7", 1))


@pytest.mark.parametrize("damage", [without, emptied, edited])
def test_a_damaged_summary_is_written_again_without_drawing(damage: Callable[[Path], None], place: Place) -> None:
    place.report()
    summary = place.reports / "report.json"
    whole = summary.read_bytes()
    damage(summary)
    place.report()
    assert summary.read_bytes() == whole
    assert place.drawn == 1


@pytest.mark.parametrize("damage", [without, emptied, edited])
@pytest.mark.parametrize("name", ["report.pdf", "answer.svg", "RECEIPT"])
def test_a_damaged_file_of_a_report_is_made_anew(name: str, damage: Callable[[Path], None], place: Place) -> None:
    place.report()
    damage(place.receipt if name == "RECEIPT" else place.reports / name)
    assert place.report().pdf == str(place.reports / "report.pdf")
    assert place.drawn == 2
    assert place.outputs()["answer.svg"] == b"<svg> 2"


def test_no_stored_path_is_followed(place: Place, tmp_path: Path) -> None:
    place.report()
    record = json.loads(place.receipt.read_text())
    del record[HASH]
    record["result"]["pdf"] = str(tmp_path / "elsewhere.pdf")
    place.receipt.write_text(json.dumps(sealed(record)))
    assert place.report().pdf == str(place.reports / "report.pdf")
    assert not (tmp_path / "elsewhere.pdf").exists()


def test_a_full_disk_leaves_the_last_report_whole(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.report()
    before = place.outputs()
    (place.receipt).unlink()
    synced, calls = os.fsync, []

    def full_at_the_last(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == len(OUTPUTS):
            raise OSError(28, "No space left on device")
        synced(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full_at_the_last)
        with pytest.raises(InputError, match="No space left on device"):
            place.report()
    assert place.outputs() == before
    assert {path.name for path in place.reports.iterdir()} == {*OUTPUTS, costfloor.report.assemble.LOCK}
    place.report()
    assert place.outputs() != before


def test_a_report_that_cannot_be_drawn_leaves_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any) -> None:
        raise IndexError("single positional indexer is out-of-bounds")

    monkeypatch.setattr(costfloor.report.compute, "render", crash)
    with pytest.raises(IndexError):
        place.report("2025-06-30")
    assert [path.name for path in place.reports.iterdir()] == [costfloor.report.assemble.LOCK]
    assert str(place.receipt) not in contents(place.data / "processed")
