"""The part on hardware: what a dollar buys more of it each year, beside the gains of software on the same device."""

from collections.abc import Sequence
from typing import Final

from costfloor.studies.domains.hardware import Trend
from costfloor.typeset.blocks import Block, heading, table, text
from costfloor.typeset.phrases import extent, minus
from costfloor.typeset.tables import Column, Table, tabulate
from costfloor.typeset.values import Number, Range

KINDS: Final = {
    "computing per dollar": "computing per dollar of accelerators at their release",
    "rental price": "cheaper rental of the same device",
    "purchase price": "cheaper purchase of the same device",
    "software": "software on the same device in MLPerf inference",
}


def hardware(trends: Sequence[Trend]) -> list[Block]:
    """Trends of hardware by itself."""
    return [
        heading("Hardware, by itself", 2),
        text(minus(yearly_gains(trends))),
        *([table(_trends(trends))] if trends else []),
    ]


def yearly_gains(trends: Sequence[Trend]) -> str:
    """Yearly gains of hardware by kind, beside those of software."""
    extents = []
    for kind, words in KINDS.items():
        of_kind = [trend for trend in trends if trend.kind == kind]
        if not of_kind:
            continue
        sure = sum(trend.interval90[0] > 0.0 for trend in of_kind)
        low, high = of_kind[0].interval90
        doubt = (
            f"the interval of {sure} of {len(of_kind)} trends is above zero"
            if len(of_kind) > 1
            else f"90 % interval {_two(low)} to {_two(high)}"
        )
        extents.append(f"{words} gives {extent([trend.rate for trend in of_kind], _two)} ({doubt})")
    if not extents:
        return "Nothing is known of hardware by itself."
    return f"In log points a year: {'; '.join(extents)}."


def _two(value: float) -> str:
    """Two decimals, without the sign of a zero."""
    return f"{value:z.2f}"


def _trends(trends: Sequence[Trend]) -> Table:
    return tabulate(
        "hardware",
        "Hardware by itself, and software at the same device: least-squares trends with robust errors, log points a year, positive when a "
        "dollar buys more.",
        [
            Column("", lambda trend: trend.kind, "l", name="kind"),
            Column("Of", lambda trend: trend.subject, "L"),
            Column("Rate", lambda trend: Number(trend.rate, "z.2f"), unit="log_rate_per_year"),
            Column(
                "90 %", lambda trend: Range(*trend.interval90, "z.2f"), name="rate_interval", unit="log_rate_per_year"
            ),
            Column("Points", lambda trend: f"{trend.points}, {int(trend.first)}–{int(trend.last)}"),
            Column("Mind", lambda trend: trend.remark, "L"),
        ],
        trends,
    )
