"""A hostile name is text and nothing else, in a line and in a table."""

import re

import pytest
from costfloor.refresh.markdown import code, command, table

HOSTILE = [
    "plain",
    "a`b",
    "``two``",
    "`",
    "",
    "a|b",
    "a\\|b",
    "<script>alert(1)</script>",
    "[link](https://example.org)",
    "@somebody #12",
    "two\nlines\r\n# heading",
    "\x1b[31mred\u202eder",
    "x" * 1000,
]


def spans(text: str) -> list[str]:
    """The texts of the code spans of a line, as CommonMark reads them; what is around them must be empty."""
    found, rest = [], text
    while rest:
        opening = re.match("`+", rest)
        assert opening, rest
        closing = re.search(f"(?<!`){opening.group()}(?!`)", rest[opening.end() :])
        assert closing, rest
        inside = rest[opening.end() : opening.end() + closing.start()]
        if inside.strip() and inside[0] == inside[-1] == " ":
            inside = inside[1:-1]
        found.append(inside)
        rest = rest[opening.end() + closing.end() :]
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_is_one_code_span_in_one_cell(text: str) -> None:
    shown = code(text)
    assert "\n" not in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert len(shown) < 400
    # A cell ends at a bar that no backslash stands before; an escaped backslash is none.
    assert len(re.findall(r"(?:[^|\\]|\\.)+", shown)) == 1
    assert not re.search(r"\\\\\|", shown)
    if shown.startswith("<code>"):
        assert not re.search(r"[^\w &#;]", shown.removeprefix("<code>").removesuffix("</code>"))
    else:
        assert len(spans(shown)) == 1


def test_what_is_shown_is_what_was_named() -> None:
    assert spans(code("a`b")) == ["a`b"]
    assert spans(code("`")) == ["`"]
    assert spans(code("@somebody #12")) == ["@somebody #12"]


def test_a_command_cannot_leave_its_block() -> None:
    shown = command("costfloor ingest 'a```b\n# heading'", "second").split("\n")
    assert shown[0] == shown[-1] == "````"
    assert len(shown) == 4


def test_numbers_stand_right() -> None:
    assert table(["name", "n"], [["`a`", "1"]], numbers=1) == "| name | n |\n| --- | --: |\n| `a` | 1 |"
