"""A report's files appear together, are verified, and lie where the caller says; nothing stored says otherwise."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import costfloor.keys.key
import costfloor.report.assemble
import costfloor.report.compute
import pandas as pd
import pytest
from cli_run import contents, run
from costfloor.data.store import Store, open_store
from costfloor.errors import InputError
from costfloor.places import Places
from costfloor.records import HASH, sealed
from costfloor.report.assemble import make_report
from costfloor.report.render import RenderResult
from costfloor.report.result import ReportResult
from costfloor.report.study import Study
from costfloor.sampling.policy import Sampling
from costfloor.storage import sha256_bytes
from fake_study import make_study

RAW = Path(__file__).parents[2] / "data" / "raw"
PAGES = ("report.pdf", "technical.pdf", "answer.svg")


class Place:
    """A data folder, a folder of reports, and what was drawn so far."""

    def __init__(self, folder: Path) -> None:
        self.data, self.reports = folder / "data", folder / "reports"
        self.data.mkdir()
        (self.data / "raw").symlink_to(RAW)
        self.drawn = 0
        self.numbers: dict[str, bytes] = {}
        self.lines: list[str] = []

    @property
    def record(self) -> Path:
        return self.reports / "report.json"

    def report(self, day: str | None = None, *, seed: int = Sampling.seed, fresh: bool = False) -> ReportResult:
        as_of = None if day is None else pd.Timestamp(day)
        store = open_store(Places(self.data, self.reports))
        return make_report(store, Sampling(seed=seed), self.lines.append, as_of, fresh=fresh)

    def outputs(self) -> dict[str, bytes]:
        return {name: (self.reports / name).read_bytes() for name in (*PAGES, "report.json")}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """What every report here shows."""
    return make_study(tmp_path_factory.mktemp("processed"))


@pytest.fixture
def place(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Nothing is fitted, and each drawing differs from the one before."""
    made = Place(tmp_path)

    def computed(store: Store, *_: Any, **__: Any) -> Study:
        """A study that leaves the number of drawings before it where results are stored."""
        store.places.fits.mkdir(parents=True, exist_ok=True)
        for name in ("plateau.nc", "plateau.json"):
            (store.places.fits / name).write_text(str(made.drawn))
        return study

    def drawn(*_: Any) -> RenderResult:
        made.drawn += 1
        pdf, svg = b"%%PDF %d" % made.drawn, b"<svg> %d" % made.drawn
        return RenderResult(pdf, b"%%PDF more %d" % made.drawn, svg, made.numbers, ["answer"], ["Rates"])

    monkeypatch.setattr(costfloor.report.compute, "run_study", computed)
    monkeypatch.setattr(costfloor.report.compute, "render", drawn)
    monkeypatch.setattr(costfloor.report.compute, "save_results", lambda *_: None)
    monkeypatch.setattr(costfloor.report.compute, "remember", lambda *_: None)
    return made


def test_an_unchanged_report_is_not_made_again(place: Place) -> None:
    first = place.report()
    assert place.report() == first
    assert place.drawn == 1
    assert json.loads(place.record.read_text())["pdf_sha256"] == first.pdf_sha256


def test_tables_lie_beside_the_report_and_those_it_no_longer_has_go(place: Place) -> None:
    place.numbers = {"rates.csv": b"rate\n1\n", "held_back.csv": b"reason\nzero\n", "datapackage.json": b"{}"}
    place.report()
    place.record.unlink()
    place.numbers = {"rates.csv": b"rate\n2\n"}
    place.report()
    assert {path.name: path.read_bytes() for path in (place.reports / "tables").iterdir()} == {
        "rates.csv": b"rate\n2\n"
    }


def test_a_past_day_has_files_of_its_own(place: Place) -> None:
    assert Path(place.report("2025-06-30").pdf).name == "report-2025-06-30.pdf"
    assert sorted(path.name for path in place.reports.glob("[!.]*")) == [
        "answer-2025-06-30.svg",
        "report-2025-06-30.json",
        "report-2025-06-30.pdf",
        "technical-2025-06-30.pdf",
    ]


def without(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def edited(path: Path) -> None:
    path.write_text(path.read_text().replace("1", "7", 1))


@pytest.mark.parametrize("damage", [without, emptied, edited])
@pytest.mark.parametrize("name", [*PAGES, "tables/rates.csv", "tables/datapackage.json", "report.json"])
def test_a_damaged_file_of_a_report_is_made_anew(name: str, damage: Callable[[Path], None], place: Place) -> None:
    place.numbers = {"rates.csv": b"rate\n1\n", "datapackage.json": b'{"number": 1}'}
    place.report()
    damage(place.reports / name)
    assert place.report().pdf == str(place.reports / "report.pdf")
    assert place.drawn == 2
    assert place.outputs()["answer.svg"] == b"<svg> 2"


def test_a_day_before_the_record_is_refused_before_anything_is_built(place: Place) -> None:
    with pytest.raises(InputError, match=r"recorded by 2021-02-01 has 1 row of 1 date, too few for a law of motion"):
        place.report("2021-02-01")
    assert place.drawn == 0
    assert not place.lines
    assert not place.record.exists()


def test_no_stored_path_is_followed(place: Place, tmp_path: Path) -> None:
    place.report()
    record = json.loads(place.record.read_text())
    del record[HASH]
    record["pdf"] = str(tmp_path / "elsewhere.pdf")
    place.record.write_text(json.dumps(sealed(record)))
    assert place.report().pdf == str(place.reports / "report.pdf")
    assert place.drawn == 1
    assert not (tmp_path / "elsewhere.pdf").exists()


def test_a_full_disk_leaves_the_last_report_whole(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.report()
    before = place.outputs()
    place.record.unlink()
    synced, calls = os.fsync, []

    def full_at_the_last(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == len(PAGES):
            raise OSError(28, "No space left on device")
        synced(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full_at_the_last)
        with pytest.raises(InputError, match="No space left on device"):
            place.report()
    assert {name: (place.reports / name).read_bytes() for name in PAGES} == {name: before[name] for name in PAGES}
    assert {path.name for path in place.reports.iterdir()} == {*PAGES, costfloor.report.assemble.LOCK}
    place.report()
    assert place.outputs() != before


def test_a_report_that_cannot_be_drawn_leaves_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any) -> None:
        raise IndexError("single positional indexer is out-of-bounds")

    monkeypatch.setattr(costfloor.report.compute, "render", crash)
    with pytest.raises(IndexError):
        place.report("2025-06-30")
    assert [path.name for path in place.reports.iterdir()] == [costfloor.report.assemble.LOCK]


def cloned(place: Place, folder: Path) -> Place:
    """What is in git of a project: its raw data and reports."""
    folder.mkdir()
    clone = Place(folder)
    shutil.copytree(place.reports, clone.reports)
    return clone


def test_a_clone_shows_the_report_that_came_with_it(place: Place, tmp_path: Path) -> None:
    place.numbers = {"rates.csv": b"rate\n1\n", "datapackage.json": b'{"number": 1}'}
    first = place.report()
    clone = cloned(place, tmp_path / "clone")
    assert clone.report() == replace(first, pdf=str(clone.reports / "report.pdf"))
    assert place.drawn == 1
    assert clone.outputs() == place.outputs()
    (line,) = clone.lines
    assert "are those of this data and code. `costfloor report --fresh`" in line
    assert not (clone.data / "processed" / "fits").exists()


def other_data(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    (place.data / "raw").unlink()
    shutil.copytree(RAW, place.data / "raw")
    with (place.data / "raw" / "decisions.csv").open("a") as decisions:
        decisions.write("\n")


def other_code(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(costfloor.keys.key, "remembered_hash", lambda module: f"another {module}")


def other_versions(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(costfloor.keys.key, "installed", lambda name: "2" if name == "typst" else version(name))


def other_studies(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    (place.reports / "calibration").mkdir()
    (place.reports / "calibration" / "sbc.json").write_text("{}")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (other_data, "data (raw)"),
        (other_code, "code"),
        (other_versions, "versions (typst)"),
        (other_studies, "data (studies)"),
    ],
)
def test_a_report_of_something_else_is_made_anew_and_says_why(
    change: Callable[[Place, pytest.MonkeyPatch], None],
    named: str,
    place: Place,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place.report()
    clone = cloned(place, tmp_path / "clone")
    with monkeypatch.context() as patched:
        change(clone, patched)
        clone.report()
    assert place.drawn == 2
    assert clone.lines[0] == f"{clone.record} is of another report: {named} changed"


def test_other_settings_make_another_report(place: Place) -> None:
    place.report()
    place.report(seed=7)
    assert place.drawn == 2
    assert any(line.endswith("is of another report: settings (seed) changed") for line in place.lines)


def test_fresh_takes_the_place_of_what_is_stored(place: Place) -> None:
    place.report()
    other = place.data / "processed" / "fits" / "of_a_table.json"
    other.write_text("kept")
    place.report(fresh=True)
    assert place.drawn == 2
    assert place.outputs()["report.pdf"] == b"%PDF 2"
    stored = {path.name: path.read_text() for path in other.parent.iterdir()}
    assert stored == {"of_a_table.json": "kept", "plateau.json": "1", "plateau.nc": "1"}
    assert not (place.data / "processed" / ".anew").exists()
    assert place.report().pdf_sha256 == sha256_bytes(b"%PDF 2")
    assert place.drawn == 2


def test_a_fresh_run_that_does_not_end_leaves_all_as_it_was(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.report()
    fits = place.data / "processed" / "fits"
    before = place.outputs(), contents(fits)

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(costfloor.report.compute, "render", crash)
        with pytest.raises(KeyboardInterrupt):
            place.report(fresh=True)
    assert (place.outputs(), contents(fits)) == before
    assert (place.data / "processed" / ".anew" / "fits").exists()
    place.report(fresh=True)
    assert not (place.data / "processed" / ".anew").exists()


def test_the_command_line_asks_for_a_fresh_report(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("report", "--data", place.data, "--reports", place.reports, "--json")
    for number, options in ((1, ()), (1, ()), (2, ("--fresh",))):
        made = run(capsys, *arguments, *options)
        assert made.json["pdf_sha256"] == sha256_bytes(b"%%PDF %d" % number)
        assert place.drawn == number
