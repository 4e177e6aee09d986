"""How the answer moved: the same laws on the prices up to earlier dates, and the vintages and past days of the ledger."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.fit.quantities import FLOOR_CLAIM
from costfloor.report.study import Study
from costfloor.typeset.style import CLAIM_COLOUR, GREY, LAW_COLOURS, page_figure

RIVALS = ("plateau", "discovery")
VIEWS = {"rate_now": "Rate now, fixed capability", "rate_long_run": "Long-run rate (plateau: the floor)"}

LONE_YEARS = 0.2
"""A single date is drawn as if its neighbours were this far away."""

Rates = Mapping[str, Mapping[str, Sequence[float]]]


def draw(study: Study) -> Figure:
    """Medians and 90 % intervals of both laws against the last day of the prices behind them."""
    figure = page_figure(2.6)
    axes = figure.subplots(1, len(VIEWS), sharex=True, sharey=True)
    earlier = [(_years(str(origin["date"])), origin["quantities"]) for origin in study.comparison.origins]
    vintages, past_days = (
        [(_years(entry.last), entry.quantities) for entry in entries] for entries in (study.history, study.past_days)
    )
    for ax, (name, title) in zip(axes, VIEWS.items(), strict=True):
        ax.axhspan(*FLOOR_CLAIM, color=CLAIM_COLOUR, alpha=0.8, linewidth=0, zorder=0.5)
        ax.axhline(0.0, color=GREY, linewidth=0.6)
        _points(ax, name, earlier, filled=False)
        _points(ax, name, vintages, filled=True)
        _points(ax, name, past_days, filled=True, marker="s")
        ax.set_title(title)
        ax.set_xlabel("last day of the prices behind it")
        ax.locator_params(axis="x", nbins=4)
        ax.xaxis.set_major_formatter(lambda years, _: f"{int(years)}-{1 + int(12 * (years % 1) + 1e-6):02d}")
    axes[0].set_ylabel("rate of decline (log-rate per year)")
    for law in RIVALS:
        axes[0].plot([], [], "o", color=LAW_COLOURS[law], markersize=4, label=study.fits[law].law.title)
    axes[0].plot([], [], "o", color=GREY, markerfacecolor="white", markersize=4, label="prices up to an earlier date")
    axes[0].plot([], [], "o", color=GREY, markersize=4, label="data vintage in the ledger")
    axes[0].plot([], [], "s", color=GREY, markersize=4, label="what was known on a past day")
    axes[0].fill_between([], [], color=CLAIM_COLOUR, alpha=0.8, linewidth=0, label="claimed floor, 15–20 % a year")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def _points(ax: Axes, name: str, dated: Sequence[tuple[float, Rates]], *, filled: bool, marker: str = "o") -> None:
    dates = sorted({date for date, _ in dated})
    apart = min((later - date for date, later in pairwise(dates)), default=LONE_YEARS)
    for side, law in zip((-1, 1), RIVALS, strict=True):
        for date, rates in dated:
            low, middle, high = rates[law][name]
            at, colour = date + side * 0.12 * apart, LAW_COLOURS[law]
            ax.plot([at, at], [low, high], color=colour, linewidth=1.4, solid_capstyle="butt")
            ax.plot(at, middle, marker, color=colour, markersize=4, markerfacecolor=colour if filled else "white")


def _years(day: str) -> float:
    date = pd.Timestamp(day)
    return float(date.year + (date.day_of_year - 1) / 365.25)
