"""The rule on text and the one way in for files."""

import os
import unicodedata
from pathlib import Path

import costfloor.inputs
import pytest
from costfloor.errors import InputError
from costfloor.inputs import read_file, utf8
from costfloor.text import MAX_TEXT, clean_text, printable
from hypothesis import given
from hypothesis import strategies as st

ANY = st.text(st.characters(exclude_categories=[]), max_size=30) | st.text(
    "a\u0301e\u0300\u1100\u1161\ufb01\u2126", max_size=10
)
SHOWN_AS_THEY_ARE = ("模型", "نموذج", "\U0001f469\u200d\U0001f52c", "a\u00a0b", "=cmd()", "../x", "Ünï")


@given(text=ANY)
def test_what_comes_in_stays_as_it_is_and_harms_no_line(text: str) -> None:
    try:
        clean = clean_text(text, "name")
    except ValueError as error:
        assert str(error) == "name holds control characters"
        assert printable(text) != text
        return
    assert clean_text(clean, "name") == clean == unicodedata.normalize("NFC", text)
    assert printable(clean) == clean
    clean.encode()


@given(text=ANY)
def test_what_is_shown_is_one_line_that_can_be_written(text: str) -> None:
    shown = printable(text)
    assert len(shown.splitlines()) <= 1
    shown.encode()
    clean_text(shown[:MAX_TEXT], "what is shown")
    assert printable(shown) == shown


@pytest.mark.parametrize("text", SHOWN_AS_THEY_ARE)
def test_letters_and_pictures_pass(text: str) -> None:
    assert clean_text(text, "name") == text == printable(text)


def test_the_longest_text() -> None:
    assert clean_text("x" * MAX_TEXT, "name") == "x" * MAX_TEXT
    with pytest.raises(ValueError, match="name is longer than 500 characters"):
        clean_text("x" * (MAX_TEXT + 1), "name")


def test_a_message_is_one_line_whatever_it_names() -> None:
    error = InputError(
        "is\nwrong", file=Path("a\udcff\x1b[2J\n.csv"), column="b\u202e", value="\ud800", remedy="do\u2028it"
    )
    assert str(error) == r"a\udcff\x1b[2J\n.csv, column 'b\u202e', value '\ud800': is\nwrong. do\u2028it"


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"12345")
    assert read_file(path, max_bytes=5) == b"12345"
    with pytest.raises(InputError, match=r"value '5 bytes': too large. Is it the right file\? At most 0 KiB are read"):
        read_file(path, max_bytes=4)
    link = tmp_path / "link"
    link.symlink_to("x")
    assert read_file(link) == b"12345"


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"1")
    opened = os.open

    def swapped(place: Path, flags: int) -> int:
        place.unlink()
        os.mkfifo(place)
        return opened(place, flags)

    monkeypatch.setattr(costfloor.inputs.os, "open", swapped)
    with pytest.raises(InputError, match="is not a regular file"):
        read_file(path)


def test_a_file_that_grows_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"1")
    looked_at = os.fstat

    def grown(descriptor: int) -> os.stat_result:
        status = looked_at(descriptor)
        path.write_bytes(b"1" * 100)
        return status

    monkeypatch.setattr(costfloor.inputs.os, "fstat", grown)
    with pytest.raises(InputError, match="value 'over 10 bytes': too large"):
        read_file(path, max_bytes=10)


def test_bytes_that_are_no_text_are_named_by_line() -> None:
    assert utf8(b"\xef\xbb\xbfa", "f") == "a"
    with pytest.raises(InputError, match=r"f, value b'\\xff': not UTF-8 text \(line 2\)"):
        utf8(b"a\n\xff", "f")
