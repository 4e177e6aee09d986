"""How the answer moved: the same laws on the prices up to earlier dates, and the vintages and past days of the ledger."""

from itertools import pairwise

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.fit.quantities import FLOOR_CLAIM
from costfloor.report.decline import RATE
from costfloor.report.study import Study
from costfloor.typeset.frames import THREE, quantile_rows, three
from costfloor.typeset.style import CLAIM_COLOUR, GREY, LAW_COLOURS, LAW_LINES, page_figure

RIVALS = ("plateau", "discovery")
VIEWS = {"rate_now": "Rate now, fixed capability", "rate_long_run": "Long-run rate (plateau: the floor)"}

LONE_YEARS = 0.2
"""A single date is drawn as if its neighbours were this far away."""

EARLIER, VINTAGE, PAST_DAY = "prices up to a date", "vintage", "past day"
MARKS = {EARLIER: (False, "o"), VINTAGE: (True, "o"), PAST_DAY: (True, "s")}
"""Whether the marks of a kind are filled, and their form."""


def frame(study: Study) -> pd.DataFrame:
    """`kind, date, law, quantity`, and 5, 50 and 95 % of the log-rate: earlier dates of the comparison, vintages, past days."""
    dated = [(EARLIER, str(origin["date"]), origin["quantities"]) for origin in study.comparison.origins]
    dated += [(VINTAGE, entry.last, entry.quantities) for entry in study.history]
    dated += [(PAST_DAY, entry.last, entry.quantities) for entry in study.past_days]
    rows = [
        {"kind": kind, "date": date, "law": law, "quantity": name, **three(RATE, quantities[law][name])}
        for kind, date, quantities in dated
        for law in RIVALS
        for name in VIEWS
    ]
    columns = ["kind", "date", "law", "quantity", *(f"{RATE}_{part}" for part in THREE)]
    return pd.DataFrame(rows, columns=columns)


def draw(study: Study) -> Figure:
    """Medians and 90 % intervals of both laws against the last day of the prices behind them."""
    rows = frame(study)
    figure = page_figure(2.6)
    axes = figure.subplots(1, len(VIEWS), sharex=True, sharey=True)
    for ax, (name, title) in zip(axes, VIEWS.items(), strict=True):
        ax.axhspan(*FLOOR_CLAIM, color=CLAIM_COLOUR, alpha=0.8, linewidth=0, zorder=0.5)
        ax.axhline(0.0, color=GREY, linewidth=0.6)
        for kind, (filled, marker) in MARKS.items():
            _points(ax, rows[(rows["quantity"] == name) & (rows["kind"] == kind)], filled=filled, marker=marker)
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


def _points(ax: Axes, rows: pd.DataFrame, *, filled: bool, marker: str) -> None:
    dates = sorted({_years(date) for date in rows["date"]})
    apart = min((later - date for date, later in pairwise(dates)), default=LONE_YEARS)
    for side, law in zip((-1, 1), RIVALS, strict=True):
        mine = rows[rows["law"] == law]
        for date, low, middle, high in zip(mine["date"], *quantile_rows(mine, RATE), strict=True):
            at, colour = _years(date) + side * 0.12 * apart, LAW_COLOURS[law]
            ax.plot([at, at], [low, high], color=colour, linewidth=1.4, linestyle=LAW_LINES[law])
            ax.plot(at, middle, marker, color=colour, markersize=4, markerfacecolor=colour if filled else "white")


def _years(day: str) -> float:
    date = pd.Timestamp(day)
    return float(date.year + (date.day_of_year - 1) / 365.25)
