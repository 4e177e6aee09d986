"""Hashes of code that were worked out before count only for the same package, and only as they were written."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from costfloor.errors import InputError
from costfloor.keys import remembered
from costfloor.keys.remembered import FILE, remembered_hash

MODULE = "costfloor.wording"


@pytest.fixture
def parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The modules whose hash was worked out, of a package that is taken to be the third, with an empty cache."""
    modules: list[str] = []

    def hashed(module: str) -> str:
        modules.append(module)
        return f"hash of {module}"

    monkeypatch.setattr(remembered, "code_hash", hashed)
    monkeypatch.setattr(remembered, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(remembered, "_package_hash", lambda: "third")
    remembered._known.cache_clear()
    yield modules
    remembered._known.cache_clear()


def in_another_process(module: str = MODULE) -> str:
    remembered._known.cache_clear()
    return remembered_hash(module)


def test_what_is_known_is_not_worked_out_again(parsed: list[str]) -> None:
    assert in_another_process() == in_another_process() == f"hash of {MODULE}"
    assert in_another_process("costfloor.text") == "hash of costfloor.text"
    assert in_another_process() == f"hash of {MODULE}"
    assert parsed == [MODULE, "costfloor.text"]


def test_another_package_or_python_has_other_hashes(parsed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    in_another_process()
    monkeypatch.setattr(remembered, "_package_hash", lambda: "fourth")
    in_another_process()
    assert parsed == [MODULE, MODULE]


def truncated(content: bytes) -> bytes:
    return content[:-9]


def edited(content: bytes) -> bytes:
    return content.replace(b"hash of", b"cash of")


def of_another_form(_: bytes) -> bytes:
    return b'{"costfloor.wording": "forged"}'


def no_text(_: bytes) -> bytes:
    return b"\xff\x00"


@pytest.mark.parametrize("damage", [truncated, edited, of_another_form, no_text])
def test_a_damaged_cache_costs_time_only(damage: Callable[[bytes], bytes], parsed: list[str], tmp_path: Path) -> None:
    in_another_process()
    path = tmp_path / FILE
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert in_another_process() == f"hash of {MODULE}"
    assert parsed == [MODULE, MODULE]
    assert path.read_bytes() == whole


def test_hashes_under_the_seal_of_another_package_are_not_taken(parsed: list[str], tmp_path: Path) -> None:
    in_another_process()
    _, hashes = json.loads((tmp_path / FILE).read_bytes())
    (tmp_path / FILE).write_text(json.dumps([remembered._seal("fourth", hashes), hashes]))
    in_another_process()
    assert parsed == [MODULE, MODULE]


def test_a_file_that_changes_meanwhile_is_not_remembered(
    parsed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = iter(("third", "fourth"))
    monkeypatch.setattr(remembered, "_package_hash", lambda: next(seen))
    assert in_another_process() == f"hash of {MODULE}"
    assert not (tmp_path / FILE).exists()
    assert parsed == [MODULE]


def test_without_a_cache_the_hash_is_worked_out(parsed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise InputError("cannot be written")

    monkeypatch.setattr(remembered, "write_json", refuse)
    assert in_another_process() == in_another_process() == f"hash of {MODULE}"
    assert parsed == [MODULE, MODULE]


def test_the_package_is_hashed_with_every_file_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "ROOT", tmp_path)
    hashes = []
    for file, text in (("a.py", "x = 1"), ("a.py", "x = 2"), ("b/limits.toml", "x = 2"), ("c.py", "x = 2")):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text)
        hashes.append(remembered._package_hash())
    (tmp_path / "a.py").rename(tmp_path / "d.py")
    hashes.append(remembered._package_hash())
    assert len(set(hashes)) == len(hashes)
    (tmp_path / "a.pyc").write_bytes(b"compiled")
    assert remembered._package_hash() == hashes[-1]
