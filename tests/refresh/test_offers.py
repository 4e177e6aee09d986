"""Files of a folder by name and day: none is left out in silence."""

import datetime as dt
from pathlib import Path

import pytest
from costfloor.errors import InputError
from costfloor.refresh.offers import NAMES, TABLES, format_of, offers_in
from costfloor.sources.formats import FORMATS

DAY = dt.date(2026, 1, 31)


def laid_out(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}", encoding="utf-8")
    return folder


def test_every_format_has_a_name() -> None:
    assert {*NAMES.values(), *TABLES.values()} == set(FORMATS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("models-dev.json.gz", "models-dev"),
        ("litellm.json", "litellm"),
        ("epoch-benchmarks.zip", "epoch-benchmarks"),
        ("aa-flat.json.gz", "artificial-analysis"),
        ("aider.yml", "aider"),
        ("eci_scores.csv", "epoch-eci"),
        ("scores.csv", "scores-table"),
        ("scores_of_mine.parquet", "scores-table"),
        ("models.csv", "models-table"),
        ("prices-2.csv", "table"),
        ("models.json", None),
        ("prices.txt", None),
        ("README.md", None),
        (".litellm.json", None),
    ],
)
def test_a_name_says_the_format(name: str, expected: str | None) -> None:
    assert format_of(name) == expected


def test_days_come_from_folders_and_what_is_not_known_is_named(tmp_path: Path) -> None:
    names = (
        "2026-01-03/litellm.json",
        "2026-01-10/models-dev.json",
        "2026-01-10/notes.txt",
        "aider.yml",
        "other/litellm.json",
    )
    found = offers_in(laid_out(tmp_path, *names), DAY)
    days = [(offer.format, offer.day) for offer in found.offers]
    assert days == [("aider", DAY), ("litellm", dt.date(2026, 1, 3)), ("models-dev", dt.date(2026, 1, 10))]
    assert [Path(path).name for path in found.unknown] == ["other", "notes.txt"]


def test_the_folder_s_own_name_is_a_day(tmp_path: Path) -> None:
    folder = laid_out(tmp_path / "2026-01-10", "litellm.json")
    assert [offer.day for offer in offers_in(folder, DAY).offers] == [dt.date(2026, 1, 10)]


@pytest.mark.parametrize(
    ("names", "day", "problem"),
    [
        (["litellm.json"], None, "is of no known day"),
        (["2999-01-01/litellm.json"], None, "in the future"),
        (["2026-1-1/litellm.json"], DAY, "no file of a known name"),
        (["notes.txt"], DAY, "no file of a known name"),
        ([], DAY, "no file of a known name"),
    ],
)
def test_a_folder_that_is_refused(names: list[str], day: dt.date | None, problem: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=problem):
        offers_in(laid_out(tmp_path, *names), day)
    with pytest.raises(InputError, match="is not a folder"):
        offers_in(tmp_path / "none", day)
