"""The rate of decline by year: of price at fixed capability under each law, and of the two channels it comes from."""

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.fit.quantities import FLOOR_CLAIM
from costfloor.report.decline import RATE, rates_by_year
from costfloor.report.plain import LAWS_IN_WORDS
from costfloor.report.study import Study
from costfloor.studies.channels.figure import CHANNELS
from costfloor.studies.channels.study import MAIN
from costfloor.typeset.frames import quantile_rows, three
from costfloor.typeset.style import (
    CLAIM_COLOUR,
    GREY,
    LAW_COLOURS,
    LAW_MARKERS,
    interval,
    nothing,
    page_figure,
    rate_axis,
)

CAPTION: Final = (
    "How much price falls in a year, for the same ability of a model. Left: under each description of how prices move; a mark is the "
    "middle "
    "estimate, a line holds nine of ten. Right: the two sources of the fall, as far as they were told apart: the same models becoming "
    "cheaper to buy, and new models needing less. Shaded: a fall of 15 to 20 % a year."
)
PERCENTS: Final = (-50, 0, 20, 40, 60, 70, 80, 90, 95)
SOURCES: Final = {"fixed": ("the same models, sold for less", "o"), "changed": ("new models that need less", "^")}
MARKET, SOURCE = "market", "source"


def frame(study: Study) -> pd.DataFrame:
    """`part, period, series`, and 5, 50 and 95 % of the log-rate: laws by year, then channels by period, where they were computed."""
    market = rates_by_year(study.fits, study.obs).assign(part=MARKET)
    stored = study.calibration.get("channels")
    rows = []
    if stored is not None:
        main = stored.result.readings[MAIN]
        for name, rates in (("fixed", main.fixed), ("changed", main.changed)):
            rows += [
                {"part": SOURCE, "period": period, "series": name, **three(RATE, rate)}
                for period, rate in zip(main.periods, rates, strict=True)
            ]
    columns = ["part", "period", "series", "models", *(f"{RATE}_{part}" for part in ("q05", "q50", "q95"))]
    return pd.concat([market, pd.DataFrame(rows)], ignore_index=True).reindex(columns=columns)


def draw(study: Study) -> Figure:
    """Intervals by period, on one axis of rates."""
    rates = frame(study)
    figure = page_figure(2.75)
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.7, 1.0))
    laws = {name: (LAWS_IN_WORDS[name], LAW_COLOURS[name], LAW_MARKERS[name]) for name, fit in study.fits.items()}
    sources = {name: (label, CHANNELS[name][1], marker) for name, (label, marker) in SOURCES.items()}
    _part(left, rates[rates["part"] == MARKET], laws)
    _part(right, rates[rates["part"] == SOURCE], sources)
    left.set_title("The whole fall, under each description")
    right.set_title("Where it comes from")
    for ax in (left, right):
        ax.axhspan(*FLOOR_CLAIM, color=CLAIM_COLOUR, alpha=0.8, linewidth=0, zorder=0.5)
        ax.axhline(0.0, color=GREY, linewidth=0.6)
        ax.grid(visible=False, axis="x")
    rate_axis(left, PERCENTS)
    left.fill_between([], [], color=CLAIM_COLOUR, alpha=0.8, linewidth=0, label="15 to 20 % a year")
    handles, labels = left.get_legend_handles_labels()
    more_handles, more_labels = right.get_legend_handles_labels()
    figure.legend([*handles, *more_handles], [*labels, *more_labels], loc="outside lower center", ncols=3)
    return figure


def _part(ax: Axes, rates: pd.DataFrame, series: dict[str, tuple[str, str, str]]) -> None:
    periods = list(dict.fromkeys(rates["period"]))
    if not periods:
        nothing(ax, "Not yet told apart.")
        return
    apart = 0.72 / len(series)
    for at, (name, (label, colour, marker)) in enumerate(series.items()):
        mine = rates[rates["series"] == name]
        offset = apart * (at - (len(series) - 1) / 2)
        for period, low, middle, high in zip(mine["period"], *quantile_rows(mine, RATE), strict=True):
            interval(ax, periods.index(period) + offset, (low, middle, high), colour, vertical=True, marker=marker)
        ax.plot([], [], color=colour, marker=marker, markersize=4, label=label)
    ax.set_xticks(range(len(periods)), [_broken(period) for period in periods])
    ax.set_xlim(-0.5, len(periods) - 0.5)


def _broken(period: str) -> str:
    return period.replace(" 12 ", " 12\n")
