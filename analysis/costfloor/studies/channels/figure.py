"""Decline by channel and year, beside the accounting of record lows."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure

from costfloor.studies.channels.chapter import lows_by_period
from costfloor.report.study import Study
from costfloor.typeset.style import BLUE, GREY, VERMILLION, interval, page_figure
from costfloor.studies.channels.study import MAIN

CHANNELS: Final = {"fixed": ("fixed graph", BLUE, -0.12), "changed": ("changed graph", VERMILLION, 0.12)}


def draw(study: Study) -> Figure:
    """Left: rates with 90 % intervals. Right: falls of record lows, by who made them."""
    stored = study.calibration.get("channels")
    return draw_result(stored.result if stored else None)


def draw_result(result: Mapping[str, Any] | None) -> Figure:
    """The figure from the study's result."""
    figure = page_figure(2.5)
    if result is None:
        axes = figure.subplots()
        axes.set_axis_off()
        axes.text(0.0, 0.5, "Not run.", transform=axes.transAxes)
        return figure
    left, right = figure.subplots(1, 2)
    main = result["readings"][MAIN]
    places = np.arange(len(main["periods"]))
    for name, (label, colour, offset) in CHANNELS.items():
        for place, row in zip(places, main[name], strict=True):
            interval(left, place + offset, tuple(row), colour, vertical=True)
        left.plot([], [], color=colour, label=label)
    plain = [(place, value) for place, value in zip(places, main["crude"], strict=True) if value is not None]
    left.plot(
        [place + CHANNELS["fixed"][2] for place, _ in plain],
        [value for _, value in plain],
        "x",
        color=BLUE,
        label="fixed graph, plain sum",
    )
    left.set_title("Model")
    left.set_ylabel("decline (log points per year)")
    accounts = [account or (0.0, 0.0) for account in lows_by_period(result["record_lows"], main["periods"])]
    below = np.zeros(len(places))
    for at, (label, colour, _) in enumerate(CHANNELS.values()):
        heights = np.array([account[at] for account in accounts])
        right.bar(places, heights, 0.5, bottom=below, color=colour, label=label)
        below += heights
    right.set_title("Record lows, by who made them")
    right.set_ylabel("fall (log points per band and year)")
    for ax in (left, right):
        ax.axhline(0.0, color=GREY, linewidth=0.8)
        ax.set_xticks(places, main["periods"])
        ax.set_xlabel("year")
        ax.grid(visible=False, axis="x")
    left.set_ylim(top=1.3 * left.get_ylim()[1])
    left.legend(loc="upper right", fontsize=6)
    return figure
