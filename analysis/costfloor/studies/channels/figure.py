"""Decline by channel and year, beside the accounting of record lows."""

from typing import Final

import numpy as np
from matplotlib.figure import Figure

from costfloor.studies.channels.study import MAIN, ChannelStudy
from costfloor.typeset.style import BLUE, GREY, VERMILLION, interval, not_run, page_figure

CAPTION: Final = (
    "Decline of price at fixed capability by channel. Left: the model, median and 90 % interval, and the plain sum of "
    "changes of models on sale by model-year. Right: falls of the bands' lowest prices so far, made by the model that held the record "
    "(fixed graph) or by another one."
)
CHANNELS: Final = {"fixed": ("fixed graph", BLUE, -0.12), "changed": ("changed graph", VERMILLION, 0.12)}


def draw(study: ChannelStudy | None) -> Figure:
    """Left: rates with 90 % intervals. Right: falls of record lows, by who made them."""
    if study is None:
        return not_run()
    figure = page_figure(2.5)
    left, right = figure.subplots(1, 2)
    main = study.readings[MAIN]
    rates = {"fixed": main.fixed, "changed": main.changed}
    places = np.arange(len(main.periods))
    for name, (label, colour, offset) in CHANNELS.items():
        for place, row in zip(places, rates[name], strict=True):
            interval(left, place + offset, row, colour, vertical=True)
        left.plot([], [], color=colour, label=label)
    plain = [(place, value) for place, value in zip(places, main.crude, strict=True) if value is not None]
    left.plot(
        [place + CHANNELS["fixed"][2] for place, _ in plain],
        [value for _, value in plain],
        "x",
        color=BLUE,
        label="fixed graph, plain sum",
    )
    left.set_title("Model")
    left.set_ylabel("decline (log points per year)")
    accounts = [account or (0.0, 0.0) for account in study.record_lows.by_period(main.periods)]
    below = np.zeros(len(places))
    for at, (label, colour, _) in enumerate(CHANNELS.values()):
        heights = np.array([account[at] for account in accounts])
        right.bar(places, heights, 0.5, bottom=below, color=colour, label=label)
        below += heights
    right.set_title("Record lows, by who made them")
    right.set_ylabel("fall (log points per band and year)")
    for ax in (left, right):
        ax.axhline(0.0, color=GREY, linewidth=0.8)
        ax.set_xticks(places, main.periods)
        ax.set_xlabel("year")
        ax.grid(visible=False, axis="x")
    left.set_ylim(top=1.3 * left.get_ylim()[1])
    left.legend(loc="upper right", fontsize=6)
    return figure
