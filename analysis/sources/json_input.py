"""JSON from outside: bytes to plain values, and the way into them, with a message for everything that can be wrong."""

import codecs
import json
import math
import re
from typing import NoReturn

from analysis.errors import InputError
from analysis.sources.table_file import MAX_BYTES
from analysis.sources.values import described, printable

COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
MAX_DIGITS = 40
STRING_OR_CONSTANT = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|(NaN|-?Infinity)', re.DOTALL)
CHECK = "Fetch the file again, or check that FORMAT names its format"


def read_json(content: bytes, file: str) -> object:
    """The value that a JSON file holds.

    Parameters
    ----------
    content
        Its bytes.
    file
        Display name, for messages.

    Raises
    ------
    InputError
        Empty, too large, compressed, not UTF-8, not JSON, nested too deep, with a name twice in one object, or with NaN or Infinity.
    """
    if len(content) > MAX_BYTES:
        limit = f"Is it the right file? At most {MAX_BYTES // 2**20} MiB are read"
        raise InputError("too large", file=file, value=f"{len(content)} bytes", remedy=limit)
    text = _decode(content, file)
    start = text.lstrip()[:1]
    if not start:
        raise InputError("is empty", file=file, remedy=CHECK)
    if start == "<":
        raise InputError(
            "looks like HTML, not JSON", file=file, remedy="Give the address of the raw file, not of a page about it"
        )
    try:
        return json.loads(
            text,
            object_pairs_hook=lambda pairs: _object(pairs, file),
            parse_constant=lambda constant: _refuse_constant(constant, text, file),
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        cut = " (cut off?)" if error.pos >= len(text.rstrip()) - 1 else ""
        problem = f"not valid JSON at line {error.lineno}, column {error.colno}: {error.msg}{cut}"
        raise InputError(problem, file=file, remedy=CHECK) from error
    except RecursionError:
        # Without its thousands of frames, which nobody reads.
        raise InputError(
            "nested too deep", file=file, remedy="A price list has no more than about ten levels"
        ) from None


def pointer(place: str, *keys: str | int) -> str:
    """A JSON pointer (RFC 6901) to a place below another."""
    return place + "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in keys)


def as_mapping(value: object, place: str, file: str) -> dict[str, object]:
    """The value as an object.

    Raises
    ------
    InputError
        It is something else; the message names the place.
    """
    if not isinstance(value, dict):
        _refuse(value, place, file, "an object")
    return value


def as_list(value: object, place: str, file: str) -> list[object]:
    """The value as a list; raises as `as_mapping`."""
    if not isinstance(value, list):
        _refuse(value, place, file, "a list")
    return value


def as_text(value: object, place: str, file: str) -> str:
    """The value as text; raises as `as_mapping`."""
    if not isinstance(value, str):
        _refuse(value, place, file, "text")
    return value


def required(mapping: dict[str, object], key: str, place: str, file: str) -> object:
    """A field that must be there.

    Raises
    ------
    InputError
        It is missing; the message names the place where it belongs.
    """
    if key not in mapping:
        raise InputError("missing", file=file, column=printable(pointer(place, key)), remedy=CHECK)
    return mapping[key]


def _refuse(value: object, place: str, file: str, wanted: str) -> NoReturn:
    kinds = {str: "text", dict: "an object", list: "a list", int: "a number", float: "a number"}
    kind = kinds.get(type(value)) or described(value)
    raise InputError(f"is {kind}, not {wanted}", file=file, column=printable(place) or "/", remedy=CHECK)


def _decode(content: bytes, file: str) -> str:
    if content.startswith(COMPRESSED):
        raise InputError("compressed file, unpack it first", file=file, remedy="Give the JSON file inside it")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError("is UTF-16, not UTF-8 text", file=file, remedy="Save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        value = content[error.start : error.end]
        raise InputError(f"not UTF-8 text (line {line})", file=file, value=value, remedy="Save it as UTF-8") from error


def _object(pairs: list[tuple[str, object]], file: str) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # None: go on
        problem = "appears more than once in one object"
        raise InputError(problem, file=file, column=printable(twice), remedy="Keep one of the two")
    return found


def _refuse_constant(name: str, text: str, file: str) -> NoReturn:
    found = next(match for match in STRING_OR_CONSTANT.finditer(text) if match.group(1) == name)
    line, column = text.count("\n", 0, found.start()) + 1, found.start() - text.rfind("\n", 0, found.start())
    problem = f"is not a number in JSON (line {line}, column {column})"
    raise InputError(problem, file=file, value=name, remedy="Leave unknown prices out")


def _integer(digits: str) -> int | float:
    # Python refuses to read thousands of digits; as a price, such a number is rejected like any other that is too large.
    return int(digits) if len(digits) <= MAX_DIGITS else math.copysign(math.inf, -1 if digits[0] == "-" else 1)
