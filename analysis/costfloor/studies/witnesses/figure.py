"""Every witness by year, beside 15 to 20 % a year."""

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.studies.witnesses.by_year import ANY_HOST
from costfloor.studies.witnesses.rates import Rate, Witness
from costfloor.studies.witnesses.result import FIXED, FLOOR, TITLES, WitnessStudy
from costfloor.typeset.style import BLACK, BLUE, CLAIM_COLOUR, GREY, VERMILLION, not_run, page_figure

CAPTION: Final = (
    "Witnesses of the rate, log points a year, positive when the same is had for less: by calendar year where three clusters speak "
    "(circles), and over the whole time (square, at the right); 90 % intervals, cut at the edge. Dashed: 15 and 20 % a year. "
    "Blue, filled: a fixed graph; red, open: prices at any host, and, on an axis of their own, what a fixed score or capability costs."
)
RATE: Final = "rate_log_rate_per_year"
SAME_THING: Final = (*FIXED, ANY_HOST)
ACROSS: Final = 4
SAME: Final = (-0.6, 1.2)
CHANGED: Final = (-1.2, 2.4)
"""Limits of the axis: of the same weights or devices, and of what changes."""

FIRST: Final = 2022
"""Years before are left to the whole: few witnesses reach there."""


def frame(study: WitnessStudy | None) -> pd.DataFrame:
    """`witness, year` (empty: over the whole time), and the log-rate with its 90 % interval; without rows where the study was not run."""
    rows = [
        {"witness": witness.name, "year": year, RATE: rate.value, f"{RATE}_low": rate.low, f"{RATE}_high": rate.high}
        for witness in (study.witnesses if study is not None else ())
        for year, rate in (
            *((f"{of_year.year}", of_year.rate) for of_year in witness.years if of_year.year >= FIRST),
            ("", witness.rate),
        )
    ]
    return pd.DataFrame(rows, columns=["witness", "year", RATE, f"{RATE}_low", f"{RATE}_high"])


def draw(study: WitnessStudy | None) -> Figure:
    """A panel per witness, those of the same weights or devices first, on an axis of their own."""
    if study is None or not study.witnesses:
        return not_run()
    same = [witness for witness in study.witnesses if witness.name in SAME_THING]
    changed = [witness for witness in study.witnesses if witness.name not in SAME_THING]
    groups = [(group, limits) for group, limits in ((same, SAME), (changed, CHANGED)) if group]
    rows = [(group[at : at + ACROSS], limits) for group, limits in groups for at in range(0, len(group), ACROSS)]
    last = max([FIRST, *(year.year for witness in study.witnesses for year in witness.years)])
    figure = page_figure(0.4 + 1.25 * len(rows))
    panels = figure.subplots(len(rows), ACROSS, sharex=True, squeeze=False)
    for places, (row, limits) in zip(panels, rows, strict=True):
        for at, ax in enumerate(places):
            if at < len(row):
                _panel(ax, row[at], last, limits)
                ax.tick_params(labelbottom=True, labelleft=at == 0)
            else:
                ax.set_axis_off()
        places[0].set_ylabel("rate a year")
    return figure


def _panel(ax: Axes, witness: Witness, last: int, limits: tuple[float, float]) -> None:
    fixed = witness.name in FIXED
    colour = BLUE if fixed else VERMILLION
    ax.axhspan(*FLOOR, color=CLAIM_COLOUR, alpha=0.5, linewidth=0)
    for end in FLOOR:
        ax.axhline(end, color=GREY, linewidth=0.5, linestyle=(0, (3, 2)))
    ax.axhline(0.0, color=BLACK, linewidth=0.6)
    for year in witness.years:
        if year.year >= FIRST:
            _point(ax, year.year, year.rate, colour, "o", filled=fixed)
    _point(ax, last + 1.2, witness.rate, colour, "s", filled=fixed)
    ax.axvline(last + 0.6, color=GREY, linewidth=0.4)
    years = list(range(FIRST, last + 1))
    ax.set_xticks([*years, last + 1.2], [*(f"{year % 100:02d}" for year in years), "all"])
    ax.set_xlim(FIRST - 0.5, last + 1.8)
    ax.set_ylim(*limits)
    ax.grid(visible=False, axis="x")
    ax.set_title(TITLES[witness.name], fontsize=6.5)


def _point(ax: Axes, along: float, rate: Rate, colour: str, marker: str, *, filled: bool) -> None:
    ax.plot([along, along], [rate.low, rate.high], color=colour, linewidth=1.2, solid_capstyle="butt")
    ax.plot(
        [along], [rate.value], marker=marker, markersize=4, color=colour, markerfacecolor=colour if filled else "white"
    )
