"""Changes of the code that are known to leave a result as it is: data in git, with who says so, why, and what was checked.

A stored result keeps the hash of the code that computed it. Where `equivalences.toml` records that another code gives the same, the result
counts as current, and whoever asks is told why::

    [[change]]
    who = "Ada"
    date = 2026-11-30
    why = "a loop became an array expression"
    checked = "the draws of all six fits are equal bit for bit"
    [change.code]                     # by result: the hash before and after
    fit = ["4021384a...", "9524968c..."]
"""

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("equivalences.toml")


@dataclass(frozen=True)
class Change:
    """A change of the code without effect on some results.

    Attributes
    ----------
    who, date, why, checked
        Who recorded it and when, what was changed, and how it was made sure.
    code
        By result, the hash of its code before and after.
    """

    who: str
    date: dt.date
    why: str
    checked: str
    code: Mapping[str, tuple[str, str]]

    def __str__(self) -> str:
        """One line for a reader."""
        return f"{self.why} ({self.who}, {self.date}; checked: {self.checked})"


def equivalent(result: str, code: str, file: Path | None = None) -> dict[str, tuple[Change, ...]]:
    """Every code that gives the same result, the code itself first, each with the changes that lie between them.

    Parameters
    ----------
    result
        As in `costfloor.keys.Key`.
    code
        Hash of today's code.
    file
        With the changes; default: that of the package.
    """
    reached: dict[str, tuple[Change, ...]] = {code: ()}
    waiting = [code]
    while waiting:
        here = waiting.pop()
        for change in recorded(file or FILE):
            pair = change.code.get(result, ())
            for other in pair if here in pair else ():
                if other not in reached:
                    reached[other] = (*reached[here], change)
                    waiting.append(other)
    return reached


@cache
def recorded(file: Path) -> tuple[Change, ...]:
    """The changes in a file.

    Raises
    ------
    ValueError
        An entry lacks a part, has an unknown one or one of another kind; the message says which.
    """
    entries = tomllib.loads(file.read_text("utf-8")).get("change", [])
    return tuple(_change(entry, f"{file.name}: change {number}") for number, entry in enumerate(entries, start=1))


def _change(entry: Mapping[str, Any], place: str) -> Change:
    kinds = {"who": str, "date": dt.date, "why": str, "checked": str, "code": dict}
    if entry.keys() != kinds.keys():
        raise ValueError(f"{place}: has {', '.join(entry)} instead of {', '.join(kinds)}")
    for name, kind in kinds.items():
        if not isinstance(entry[name], kind) or not entry[name]:
            raise ValueError(f"{place}: {name} is not of the right kind, or empty")
    code = entry["code"]
    assert isinstance(code, dict)
    for result, pair in code.items():
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(digest, str) for digest in pair)):
            raise ValueError(f"{place}: {result} has not the hash of the code before and after")
    pairs = {result: (before, after) for result, (before, after) in code.items()}
    return Change(str(entry["who"]), entry["date"], str(entry["why"]), str(entry["checked"]), pairs)
