"""YAML from outside: bytes to lists, mappings and text, without what makes YAML more than that."""

from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from costfloor.errors import InputError
from costfloor.inputs import utf8
from costfloor.text import printable

MAX_BYTES = 1024 * 1024
"""Twenty times the longest public list."""

MAX_DEPTH = 10
NULLS = ("", "~", "null", "Null", "NULL")
CHECK = "Fetch the file again, or check that FORMAT names its format"

# The parser in C where it was built: it is ten times as fast, and gives the same events.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(content: bytes, file: str) -> object:
    """The value that a YAML file of one document holds.

    Every value stays text, as written, for YAML makes dates of `2025-02-25` and numbers of the hash `6451e59`; an empty one is None. Values
    are made from the parser's events, so that no tag builds anything and no alias is followed.

    Parameters
    ----------
    content
        Its bytes.
    file
        Display name, for messages.

    Raises
    ------
    InputError
        Too large, not UTF-8, not YAML, empty, of several documents, nested too deep, with an anchor, an alias or a tag, or with a name
        twice in one mapping.
    """
    if len(content) > MAX_BYTES:
        limit = f"Is it the right file? At most {MAX_BYTES // 2**20} MiB are read"
        raise InputError("too large", file=file, value=f"{len(content)} bytes", remedy=limit)
    text = utf8(content, file)
    try:
        events: Iterator[Any] = yaml.parse(text, Loader=LOADER)
        next(events)  # the start of the stream
        if isinstance(next(events), yaml.StreamEndEvent):
            raise InputError("is empty", file=file, remedy=CHECK)
        value = _value(next(events), events, 0, file)
        next(events)  # the end of the document
        if not isinstance(next(events), yaml.StreamEndEvent):
            raise InputError("holds more than one document", file=file, remedy=CHECK)
    except yaml.YAMLError as error:
        problem = f"not valid YAML ({printable(' '.join(str(error).split()), 200)})"
        raise InputError(problem, file=file, remedy=CHECK) from error
    return value


def _value(event: Any, events: Iterator[Any], depth: int, file: str) -> object:
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        _refuse(event, "holds an anchor or an alias", "Write the value out in each place", file)
    if event.tag is not None:
        _refuse(event, "holds a tag", "Leave it out: every value is read as text", file)
    if isinstance(event, yaml.ScalarEvent):
        return None if not event.style and event.value in NULLS else event.value
    if depth == MAX_DEPTH:
        _refuse(event, "nested too deep", f"A list has no more than {MAX_DEPTH} levels", file)
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(item := next(events), yaml.SequenceEndEvent):
            items.append(_value(item, events, depth + 1, file))
        return items
    mapping: dict[str, object] = {}
    while not isinstance(key := next(events), yaml.MappingEndEvent):
        name = _value(key, events, depth + 1, file)
        if not isinstance(name, str):
            _refuse(key, "holds a name that is no text", CHECK, file)
        if name in mapping:
            _refuse(key, f"holds {printable(name, 80)!r} twice in one mapping", "Keep one of the two", file)
        mapping[name] = _value(next(events), events, depth + 1, file)
    return mapping


def _refuse(event: Any, problem: str, remedy: str, file: str) -> NoReturn:
    raise InputError(f"{problem} (line {event.start_mark.line + 1})", file=file, remedy=remedy)
