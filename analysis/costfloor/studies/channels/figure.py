"""Decline by channel and year, beside the accounting of record lows."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from costfloor.studies.channels.study import MAIN, ChannelStudy
from costfloor.typeset.frames import THREE, quantile_rows, three
from costfloor.typeset.style import BLUE, GREY, VERMILLION, interval, not_run, page_figure

CAPTION: Final = (
    "Decline of price at fixed capability by channel. Left: the model, median and 90 % interval, and the plain sum of "
    "changes of models on sale by model-year. Right: falls of the bands' lowest prices so far, made by the model that held the record "
    "(fixed graph) or by another one."
)
CHANNELS: Final = {"fixed": ("fixed graph", BLUE, -0.12), "changed": ("changed graph", VERMILLION, 0.12)}

MARKERS: Final = {"fixed": "o", "changed": "^"}
RATE: Final = "decline_log_rate_per_year"
PLAIN: Final = "plain_sum_log_rate_per_year"
RECORDS: Final = "record_lows_log_rate_per_year"


def frame(study: ChannelStudy | None) -> pd.DataFrame:
    """`part, period, channel`: the model's decline (5, 50 and 95 %), the plain sum, and the falls of record lows, all log points a year."""
    columns = ["part", "period", "channel", *(f"{RATE}_{part}" for part in THREE), PLAIN, RECORDS]
    if study is None:
        return pd.DataFrame(columns=columns)
    main = study.readings[MAIN]
    rows: list[dict[str, object]] = []
    for name, rates in (("fixed", main.fixed), ("changed", main.changed)):
        plain = main.crude if name == "fixed" else (None,) * len(main.periods)
        rows += [
            {"part": "model", "period": period, "channel": name, **three(RATE, rate), PLAIN: value}
            for period, rate, value in zip(main.periods, rates, plain, strict=True)
        ]
    for period, account in zip(main.periods, study.record_lows.by_period(main.periods), strict=True):
        falls = account or (0.0, 0.0)
        rows += [
            {"part": "record lows", "period": period, "channel": name, RECORDS: fall}
            for name, fall in zip(CHANNELS, falls, strict=True)
        ]
    return pd.DataFrame(rows, columns=columns).astype({PLAIN: float})


def draw(study: ChannelStudy | None) -> Figure:
    """Left: rates with 90 % intervals. Right: falls of record lows, by who made them."""
    if study is None:
        return not_run()
    rows = frame(study)
    periods = study.readings[MAIN].periods
    figure = page_figure(2.5)
    left, right = figure.subplots(1, 2)
    places = np.arange(len(periods))
    for name, (label, colour, offset) in CHANNELS.items():
        mine = rows[(rows["part"] == "model") & (rows["channel"] == name)]
        marker = MARKERS[name]
        for place, low, middle, high in zip(places, *quantile_rows(mine, RATE), strict=True):
            interval(left, place + offset, (low, middle, high), colour, vertical=True, marker=marker)
        left.plot([], [], color=colour, marker=marker, markersize=4, label=label)
        if name == "fixed":
            left.plot(places + offset, mine[PLAIN], "x", color=BLUE, label="fixed graph, plain sum")
    left.set_title("Model")
    left.set_ylabel("decline (log points per year)")
    below = np.zeros(len(places))
    for (name, (label, colour, _)), hatch in zip(CHANNELS.items(), ("", "////"), strict=True):
        lows = rows[(rows["part"] == "record lows") & (rows["channel"] == name)]
        right.bar(places, lows[RECORDS], 0.5, bottom=below, color=colour, hatch=hatch, edgecolor="white", label=label)
        below += lows[RECORDS].to_numpy()
    right.set_title("Record lows, by who made them")
    right.set_ylabel("fall (log points per band and year)")
    for ax in (left, right):
        ax.axhline(0.0, color=GREY, linewidth=0.8)
        ax.set_xticks(places, periods)
        ax.set_xlabel("year")
        ax.grid(visible=False, axis="x")
    left.set_ylim(top=1.3 * left.get_ylim()[1])
    left.legend(loc="upper right", fontsize=6)
    return figure
