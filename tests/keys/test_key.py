"""A key names what has changed, and a change that is recorded to have no effect keeps a result current without touching it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from costfloor.keys import Key, equivalences, fingerprint
from costfloor.keys.equivalences import FILE, equivalent, recorded
from costfloor.runs.jobs import Job, run_jobs

KEY = Key("fit", data={"panel": "a", "raw": "b"}, settings={"draws": 1}, versions={"numpy": "2.3"}, code="new")
CHANGE = """
[[change]]
who = "Ada"
date = 2026-11-30
why = "a loop became an array expression"
checked = "draws of all six fits are equal bit for bit"
[change.code]
fit = ["{before}", "{after}"]
"""


@pytest.fixture
def changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two recorded changes of fits, one after the other."""
    file = tmp_path / "equivalences.toml"
    file.write_text(CHANGE.format(before="old", after="middle") + CHANGE.format(before="middle", after="new"), "utf-8")
    monkeypatch.setattr(equivalences, "FILE", file)
    return file


def stored(key: Key) -> dict[str, object]:
    """The key as it comes back from a file."""
    plain: dict[str, object] = json.loads(json.dumps(key.to_json()))
    return plain


def test_a_key_comes_back_as_it_was() -> None:
    assert Key.from_json(stored(KEY)) == KEY
    assert KEY.differs_from(stored(KEY)) == ()
    assert KEY.digests == (KEY.digest,)
    assert len({KEY.digest, replace(KEY, code="x").digest, replace(KEY, result="panel").digest}) == 3


@pytest.mark.parametrize(
    ("before", "named"),
    [
        (replace(KEY, data={"panel": "a", "raw": "c"}), ("data (raw)",)),
        (replace(KEY, data="a"), ("data",)),
        (replace(KEY, settings={"draws": 2, "seed": 1}), ("settings (draws, seed)",)),
        (replace(KEY, versions={"numpy": "2.2"}, code="old"), ("versions (numpy)", "code")),
    ],
)
def test_what_changed_is_named(before: Key, named: tuple[str, ...]) -> None:
    assert KEY.differs_from(stored(before)) == named


def test_a_record_of_before_there_were_keys_differs_in_all() -> None:
    assert KEY.differs_from({}) == ("data", "settings", "versions", "code")


def test_fingerprints_depend_on_content_not_on_order() -> None:
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": [2], "a": 1}) != fingerprint({"a": 1, "b": [3]})
    with pytest.raises(ValueError, match="Out of range"):
        fingerprint({"x": float("nan")})


@pytest.mark.usefixtures("changes")
def test_code_that_gives_the_same_result_is_found_over_several_changes_and_back() -> None:
    old = replace(KEY, code="old")
    assert KEY.differs_from(stored(old)) == ()
    assert old.differs_from(stored(KEY)) == ()
    assert set(KEY.digests) == set(old.digests) == {replace(KEY, code=code).digest for code in ("old", "middle", "new")}
    assert KEY.digests[0] == KEY.digest
    (first, second) = KEY.taken_as_unchanged(stored(old))
    assert first.code["fit"] == ("middle", "new")
    assert second.code["fit"] == ("old", "middle")
    assert str(first).startswith("a loop became an array expression (Ada, 2026-11-30; checked: draws of all")
    assert KEY.taken_as_unchanged(stored(KEY)) == ()


@pytest.mark.usefixtures("changes")
def test_a_record_counts_for_its_result_and_its_code_alone() -> None:
    panel = replace(KEY, result="panel")
    assert panel.differs_from(stored(replace(panel, code="old"))) == ("code",)
    assert KEY.differs_from(stored(replace(KEY, code="other"))) == ("code",)
    assert KEY.differs_from(stored(replace(KEY, code="old", versions={}))) == ("versions (numpy)",)


@pytest.mark.usefixtures("changes")
def test_finished_jobs_of_such_code_are_read(tmp_path: Path) -> None:
    jobs, lines = [Job("a", {"x": 1})], []
    for key in (replace(KEY, code="old"), KEY):
        assert run_jobs(dict, jobs, tmp_path / "jobs", key=key, workers=0, progress=lines.append) == {"a": {"x": 1}}
    assert lines[-1] == "1 of 1 done, 1 read from an earlier run"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (CHANGE.replace("checked", "tested"), "instead of who, date, why, checked, code"),
        (CHANGE.replace('who = "Ada"\n', ""), "instead of who"),
        (CHANGE.replace('"Ada"', '""'), "who is not of the right kind, or empty"),
        (CHANGE.replace("2026-11-30", '"yesterday"'), "date is not of the right kind"),
        (CHANGE.replace('["{before}", "{after}"]', '"{after}"'), "fit has not the hash of the code before and after"),
    ],
)
def test_a_change_that_is_not_told_in_full_is_refused(wrong: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "equivalences.toml"
    file.write_text(wrong, "utf-8")
    with pytest.raises(ValueError, match=said):
        equivalent("fit", "new", file)


def test_the_file_of_the_package_is_whole() -> None:
    assert all(change.who and change.checked for change in recorded(FILE))
