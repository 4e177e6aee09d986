"""The part on hardware: what a dollar buys more of it each year, beside the gains of software on the same device."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from costfloor.typeset.blocks import Block, heading, table, text
from costfloor.typeset.phrases import minus
from costfloor.report.tables import Table

Result = Mapping[str, Any]
"""A trend as the study `domains` stores it."""

KINDS: Final = {
    "computing per dollar": "computing per dollar of accelerators at their release",
    "rental price": "cheaper rental of the same device",
    "purchase price": "cheaper purchase of the same device",
    "software": "software on the same device in MLPerf inference",
}


def hardware(trends: Sequence[Result]) -> list[Block]:
    """Trends of hardware by itself."""
    return [
        heading("Hardware, by itself", 2),
        text(minus(yearly_gains(trends))),
        *([table(_trends(trends))] if trends else []),
    ]


def yearly_gains(trends: Sequence[Result]) -> str:
    """Yearly gains of hardware by kind, beside those of software."""
    said = []
    for kind, words in KINDS.items():
        own = [one for one in trends if one["kind"] == kind]
        if not own:
            continue
        rates = [one["rate"] for one in own]
        sure = sum(one["interval90"][0] > 0.0 for one in own)
        of_all = f"the interval of {sure} of {len(own)} trends is above zero" if len(own) > 1 else _around_zero(own[0])
        said.append(f"{words} gives {extent(rates, _two)} ({of_all})")
    if not said:
        return "Nothing is known of hardware by itself."
    return f"In log points a year: {'; '.join(said)}."


def _around_zero(one: Result) -> str:
    low, high = one["interval90"]
    return f"90 % interval {_two(low)} to {_two(high)}"


def extent(values: Sequence[float], words: Callable[[float], str]) -> str:
    """The smallest and the largest value in words, once where they read the same."""
    low, high = words(min(values)), words(max(values))
    return low if low == high else f"{low} to {high}"


def _two(value: float) -> str:
    """Two decimals, without the sign of a zero."""
    return f"{round(value, 2) + 0.0:.2f}"


def _trends(trends: Sequence[Result]) -> Table:
    body = [
        (
            one["kind"],
            one["subject"],
            minus(_two(one["rate"])),
            minus(f"{_two(one['interval90'][0])} to {_two(one['interval90'][1])}"),
            f"{one['points']}, {int(one['first'])}–{int(one['last'])}",
            one["remark"],
        )
        for one in trends
    ]
    return Table(
        "Hardware by itself, and software at the same device: least-squares trends with robust errors, log points a year, positive when a "
        "dollar buys more.",
        ("", "Of", "Rate", "90 %", "Points", "Mind"),
        "lLrrrL",
        tuple(body),
    )
