"""JSON from outside is either understood or refused with the place."""

import gzip
import json

import pytest
from costfloor.errors import InputError
from costfloor.sources import json_input
from costfloor.sources.json_input import as_list, as_mapping, as_text, pointer, read_json, required
from costfloor.sources.values import day, described, identifier, price, printable
from hypothesis import given
from hypothesis import strategies as st
from reader_checks import JSON

NAME = "list.json"


def refusal(content: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read_json(content, NAME)
    assert caught.value.file == NAME
    assert caught.value.remedy
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n", "is empty"),
        (b" <html>", "looks like HTML, not JSON"),
        (gzip.compress(b"{}", mtime=0), "compressed file, unpack it first"),
        (b"PK\x03\x04....", "compressed file, unpack it first"),
        (b"BZh9....", "compressed file, unpack it first"),
        ("{}".encode("utf-16"), "is UTF-16, not UTF-8 text"),
        (b'{\n"a": "\xe9"}', "not UTF-8 text (line 2)"),
        (b'{\n"a": [1, 2', "not valid JSON at line 2, column 11: Expecting ',' delimiter (cut off?)"),
        (b'{"a": "b', "not valid JSON at line 1, column 7: Unterminated string starting at"),
        (b'{"a": x}', "not valid JSON at line 1, column 7: Expecting value"),
        (b"{} {}", "not valid JSON at line 1, column 4: Extra data"),
        (b'{"a": {"b": 1,\n"b": 2}}', "column 'b': appears more than once in one object"),
        (b'{"a\\u0000": 1, "a\\u0000": 2}', r"column 'a\x00': appears more than once in one object"),
        (b'["NaN", \n\n  NaN]', "value 'NaN': is not a number in JSON (line 3, column 3)"),
        (b'["\\"-Infinity", -Infinity]', "value '-Infinity': is not a number in JSON (line 1, column 17)"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"a":' * 100_000, "nested too deep"),
    ],
)
def test_a_bad_file_is_refused(content: bytes, problem: str) -> None:
    assert problem in refusal(content)


def test_the_limit_of_size(monkeypatch: pytest.MonkeyPatch) -> None:
    assert json_input.MAX_BYTES == 16 * 1024 * 1024
    monkeypatch.setattr(json_input, "MAX_BYTES", 3)
    assert "too large" in refusal(b"[ 1]")


def test_numbers_too_large_are_left_to_the_reader() -> None:
    huge = "9" * 5000
    assert read_json(f"[1e999, -1e999, {huge}, -{huge}, 12]".encode(), NAME) == [float("inf"), -float("inf")] * 2 + [12]


def test_a_byte_order_mark_is_no_content() -> None:
    assert read_json(b"\xef\xbb\xbf[1]", NAME) == [1]


def test_the_way_into_a_document() -> None:
    place = pointer("/openai/models", "a/b~c", 0)
    assert place == "/openai/models/a~1b~0c/0"
    assert as_mapping({"a": 1}, place, NAME) == {"a": 1}
    assert as_list([1], place, NAME) == [1]
    assert as_text("x", place, NAME) == "x"
    assert required({"a": None}, "a", place, NAME) is None
    with pytest.raises(InputError, match=r"list\.json, column '/openai/models/a~1b~0c/0/b': missing"):
        required({"a": 1}, "b", place, NAME)
    for value, kind in (
        (None, "null"),
        (True, "true"),
        (1, "a number"),
        (1.5, "a number"),
        ("x", "text"),
        ([], "a list"),
    ):
        with pytest.raises(InputError, match=f"column '/a': is {kind}, not an object"):
            as_mapping(value, "/a", NAME)
    with pytest.raises(InputError, match="column '/': is an object, not a list"):
        as_list({}, "", NAME)
    with pytest.raises(InputError, match="is an object, not text"):
        as_text({}, "/a", NAME)


@pytest.mark.parametrize(
    ("value", "wanted"), [(None, None), (0, 0.0), (-0.0, 0.0), (2, 2.0), ("0", 0.0), (" 2.5e-1 ", 0.25), (1e8, 1e8)]
)
def test_prices(value: object, wanted: float | None) -> None:
    found = price(value, "price")
    assert found == wanted
    assert str(found) == str(wanted)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (True, "price is true, not a number"),
        ([], "price is a list, not a number"),
        ({}, "price is an object, not a number"),
        ("", "price is text, not a number"),
        ("1_0", "price is text, not a number"),
        ("0x1", "price is text, not a number"),
        ("inf", "price is text, not a number"),
        ("1" * 50, "price is text, not a number"),
        ("1e999", "price is not finite"),
        (float("nan"), "price is not finite"),
        (10**400, "price is not finite"),
        (-1e-9, "price is negative"),
        (1.1e8, "price is above 100,000,000 USD"),
    ],
)
def test_what_is_no_price(value: object, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        price(value, "price")


def test_prices_per_token_lose_their_noise() -> None:
    assert price(2.9999900000000002e-06, "price", per_token=True) == 2.99999
    assert price(7.5e-08, "price", per_token=True) == 0.075


@pytest.mark.parametrize("text", ["2024-05-13", "2024-05-13T10:30:00Z", "2024-05-13 00:00:00.000+02:00"])
def test_days(text: str) -> None:
    assert str(day(text, "day")) == "2024-05-13"
    assert day(None, "day") is None


@pytest.mark.parametrize(
    "value", ["", "13.05.2024", "2024-13-01", "2024-W20-1", "1899-12-31", "2200-01-01", "2024-05-13x", 2024, True, []]
)
def test_what_is_no_day(value: object) -> None:
    with pytest.raises(ValueError, match="day is not"):
        day(value, "day")


def test_ids_are_text_and_nothing_else() -> None:
    for text in ("../../etc/passwd", "=cmd()", "<b>", "$x$", "模型", "a" * 500):
        assert identifier(text, "id") == text
    assert identifier(None, "id", required=False) == ""
    for value in (None, 1, "", "  ", "a" * 501, "a\nb", "\x85", "\ud800"):
        with pytest.raises(ValueError, match="id "):
            identifier(value, "id")


def test_values_are_shown_in_a_few_words() -> None:
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    assert described(nested) == "a list"
    assert described({"a": nested}) == "an object"
    assert described("x" * 1000) == "x" * 500 + "... (1000 characters)"
    assert described("a\x1b\ud800é\n") == "a\\x1b\\ud800é\\n"
    assert printable("ab", 1) == "a... (2 characters)"


@given(value=JSON)
def test_any_document_is_read_as_it_was_written(value: object) -> None:
    assert read_json(json.dumps([value]).encode(), NAME) == [value]


@given(
    content=st.binary(max_size=200)
    | st.text('{}[]",:0123456789eE+-.NaInfinitytruefals \n', max_size=60).map(str.encode)
)
def test_random_bytes(content: bytes) -> None:
    try:
        read_json(content, NAME)
    except InputError as error:
        assert str(error).startswith(NAME)
