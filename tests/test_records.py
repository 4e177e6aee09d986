"""A stored result that was truncated, edited or swapped is noticed, whatever was done to it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from costfloor.errors import IntegrityError
from costfloor.records import checked, parsed, read_record, write_record

CONTENT = {"verdict": "inconclusive", "rows": {"plateau": "a"}, "score": 0.1, "missing": None}


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    assert read_record(path, remedy="Build again") is None
    write_record(path, CONTENT | {"undefined": float("nan")})
    assert read_record(path, remedy="Build again") == CONTENT | {"undefined": None}


def edited(text: str) -> str:
    return text.replace("inconclusive", "plateau")


def unsealed(text: str) -> str:
    return json.dumps({name: value for name, value in json.loads(text).items() if name != "sha256"})


@pytest.mark.parametrize(
    "damage",
    [
        edited,
        unsealed,
        lambda text: text[: len(text) // 2],
        lambda _: "",
        lambda _: "[]",
        lambda _: "null",
        lambda _: "[" * 100_000,
        lambda _: '{"verdict": NaN, "sha256": "0"}',
        lambda _: "\x00",
        lambda _: "{}",
    ],
)
def test_damage_is_said_with_the_file_and_the_remedy(damage: Any, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    write_record(path, CONTENT)
    path.write_text(damage(path.read_text()))
    with pytest.raises(IntegrityError, match=r"state.json: .* Build again$"):
        read_record(path, remedy="Build again")


def test_bytes_that_are_no_text_are_no_record(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_bytes(b'{"a": "\xff\xfe"}')
    with pytest.raises(IntegrityError, match="is no JSON of this program"):
        read_record(tmp_path / "state.json", remedy="Build again")


@dataclass(frozen=True)
class Line:
    """A dataclass as results are."""

    vintage: str
    n: int
    score: float | None
    rates: tuple[float, float]


def test_every_type_is_checked() -> None:
    good = {"vintage": "v", "n": 3, "score": 1, "rates": [0.5, 1.0]}
    assert checked(Line, good) == Line("v", 3, 1.0, (0.5, 1.0))
    wrong = {"n": "3", "score": "much", "rates": [0.5], "vintage": None, "unknown": 1}
    for name, value in wrong.items():
        with pytest.raises(ValueError, match=name):
            checked(Line, good | {name: value})
    with pytest.raises(ValueError, match="vintage: Field required"):
        checked(Line, parsed(b'{"n": 3, "score": null, "rates": [0.5, 1.0]}'))
