"""What a reader sees: as wide as the terminal, in a pipe plain and whole, and never what would move a cursor."""

import sys
from collections.abc import Callable
from io import StringIO

import pytest
from costfloor.cli.screen import READABLE, ROWS, on_screen, shown_rows
from costfloor.cli.shared import counting
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Number

LONG = "a sentence that does not fit on a line of forty columns, and so goes on below"


def table(*rows: str) -> Table:
    columns = [Column[str]("Name", str, "l"), Column("Length", len), Column("Loss", lambda row: Number(-len(row)))]
    return tabulate("", "What is listed", columns, rows)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """A terminal of so many columns in place of a pipe."""

    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    def make(columns: int) -> None:
        monkeypatch.setattr(sys, "stdout", Terminal())
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.delenv("NO_COLOR", raising=False)

    return make


def plain(text: str) -> str:
    """Without the marks of bold type."""
    return text.replace("\x1b[1m", "").replace("\x1b[0m", "")


def test_in_a_pipe_nothing_is_wrapped_or_coloured() -> None:
    lines = on_screen(["Said first.", table("a", LONG), LONG]).split("\n")
    assert lines == [
        "Said first.",
        "",
        "What is listed",
        f"Name{' ' * (len(LONG) - 4)}  Length    Loss",
        f"a{' ' * (len(LONG) - 1)}       1   -1.00",
        f"{LONG}      77  -77.00",
        "",
        LONG,
    ]


@pytest.mark.parametrize("columns", [40, 80, 400])
def test_on_a_terminal_no_line_is_wider_and_no_word_lost(columns: int, terminal: Callable[[int], None]) -> None:
    terminal(columns)
    shown = on_screen([table("a", LONG), LONG])
    assert "\x1b[1mName" in shown
    assert max(map(len, plain(shown).split("\n"))) <= min(columns, READABLE)
    assert plain(shown).split().count("below") == 2


def test_a_terminal_that_wants_no_marks_gets_none(
    terminal: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal(80)
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in on_screen([table("a")])


@pytest.mark.parametrize("hostile", ["a\x1b[31mb", "a\u202eb", "[bold]a[/bold]", ":smile:", "a\x07"])
def test_names_are_shown_as_they_are_or_as_numbers(hostile: str) -> None:
    shown = on_screen([table(hostile), hostile])
    assert not {"\x1b", "\u202e", "\x07"} & set(shown)
    if hostile.isprintable():
        assert shown.count(hostile) == 2


def test_of_a_long_list_a_screen_is_shown_and_how_to_see_the_rest() -> None:
    columns = [Column[int]("Number", int)]
    shown = on_screen(shown_rows("", columns, range(ROWS + 3), everything=False, rest="--all"))
    assert shown.split("\n")[-2:] == ["", "And 3 more: --all."]
    assert str(ROWS) not in shown.split()
    whole = on_screen(shown_rows("", columns, range(ROWS + 3), rest="--all"))
    assert "more" not in whole
    assert len(whole.split("\n")) == ROWS + 4
    assert len(shown.split("\n")) <= 24


def test_steps_are_counted() -> None:
    lines: list[str] = []
    say = counting(lines.append, 2)
    for name in ("a", "b"):
        say(name)
    assert lines == ["a (1 of 2)", "b (2 of 2)"]
