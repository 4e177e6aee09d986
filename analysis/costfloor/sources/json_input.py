"""JSON from outside: bytes to plain values, and the way into them, with a message for everything that can be wrong."""

import codecs
import json
import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import NoReturn

from costfloor.errors import InputError
from costfloor.inputs import utf8
from costfloor.sources.values import described
from costfloor.text import printable

COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
MAX_BYTES = 16 * 1024 * 1024
"""Ten times the longest public list."""

MAX_DIGITS = 40
STRING_OR_CONSTANT = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|(NaN|-?Infinity)', re.DOTALL)
CHECK = "Fetch the file again, or check that FORMAT names its format"


def read_json(content: bytes, file: str, on_repeat: Callable[[str], None] = lambda name: None) -> object:
    """The value that a JSON file holds; it is handed out again when the same file is read next, and not to be changed.

    A name that stands twice in one object with the same value is read once.

    Parameters
    ----------
    content
        Its bytes.
    file
        Display name, for messages.
    on_repeat
        Called with a name each time that it is repeated.

    Raises
    ------
    InputError
        Empty, too large, compressed, not UTF-8, not JSON, nested too deep, with two values for one name in one object, or with NaN
        or Infinity.
    """
    value, repeated = _parsed(content, file)
    for name in repeated:
        on_repeat(name)
    return value


@lru_cache(maxsize=1)
def _parsed(content: bytes, file: str) -> tuple[object, tuple[str, ...]]:
    """The value in a file, and the names that are repeated: prices, scores and facts are read out of one file one after another."""
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
    repeated: list[str] = []
    try:
        value = json.loads(
            text,
            object_pairs_hook=lambda pairs: _object(pairs, file, repeated.append),
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
    return value, tuple(repeated)


def pointer(place: str, *keys: str | int) -> str:
    """A JSON pointer (RFC 6901) to a place below another."""
    for key in keys:
        text = str(key)
        if "~" in text or "/" in text:
            text = text.replace("~", "~0").replace("/", "~1")
        place += f"/{text}"
    return place


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
    return utf8(content, file)


def _object(pairs: list[tuple[str, object]], file: str, on_repeat: Callable[[str], None]) -> dict[str, object]:
    mapping: dict[str, object] = {}
    for name, value in pairs:
        if name in mapping:
            # As written, for Python takes 1 and true for equal.
            if json.dumps(value, sort_keys=True) != json.dumps(mapping[name], sort_keys=True):
                problem = "appears more than once in one object, with two values"
                raise InputError(problem, file=file, column=printable(name), remedy="Keep one of the two")
            on_repeat(name)
        mapping[name] = value
    return mapping


def _refuse_constant(name: str, text: str, file: str) -> NoReturn:
    constant = next(match for match in STRING_OR_CONSTANT.finditer(text) if match.group(1) == name)
    line, column = text.count("\n", 0, constant.start()) + 1, constant.start() - text.rfind("\n", 0, constant.start())
    problem = f"is not a number in JSON (line {line}, column {column})"
    raise InputError(problem, file=file, value=name, remedy="Leave unknown prices out")


def _integer(digits: str) -> int | float:
    # Python refuses to read thousands of digits; as a price, such a number is rejected like any other that is too large.
    return int(digits) if len(digits) <= MAX_DIGITS else math.copysign(math.inf, -1 if digits[0] == "-" else 1)
