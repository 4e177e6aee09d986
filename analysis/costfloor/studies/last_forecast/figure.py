"""What was forecast at the last year-end, as fans by family, and the prices that came."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.studies.last_forecast.result import LastForecast
from costfloor.typeset.frames import FIVE, quantile_rows
from costfloor.typeset.style import BLACK, BLUE, not_run, nothing, page_figure

CAPTION: Final = (
    "The last forecast and what came: the equal mixture of the laws for a new model of mean capability on an average host (median, 50 and "
    "90 % bands, with the noise of a single price), and the prices that came, put on the same footing. Filled: models that the laws had "
    "not seen; hollow: models that they had."
)
COLUMNS: Final = 3
FORECAST, CAME = "forecast", "came"
PRICE: Final = "price_usd_per_mtok"


def frame(last: LastForecast | None) -> pd.DataFrame:
    """`part, family, date`: quantiles of price along the forecast, and the prices that came, by whether their model was known."""
    columns = ["part", "family", "date", "known_model", PRICE, *(f"{PRICE}_{part}" for part in FIVE)]
    if last is None:
        return pd.DataFrame(columns=columns)
    parts = [
        pd.DataFrame(
            {
                "part": FORECAST,
                "family": fan.family,
                "date": fan.days,
                **{f"{PRICE}_{part}": np.exp(row) for part, row in zip(FIVE, np.array(fan.quantiles), strict=True)},
            }
        )
        for fan in last.fans
    ]
    came = [
        {"part": CAME, "family": arrival.family, "date": arrival.day, "known_model": arrival.known, PRICE: price}
        for arrival, price in zip(last.arrivals, np.exp([arrival.log_price for arrival in last.arrivals]), strict=True)
    ]
    return pd.concat([*parts, pd.DataFrame(came, columns=columns[:5])], ignore_index=True).reindex(columns=columns)


def draw(last: LastForecast | None) -> Figure:
    """A panel per family of which prices came, with one price axis."""
    if last is None:
        return not_run()
    if not last.fans:
        figure = page_figure(1.5)
        nothing(figure.subplots(), last.problem)
        return figure
    every = frame(last)
    columns = min(COLUMNS, len(last.fans))
    rows = -(-len(last.fans) // columns)
    figure = page_figure(1.1 + 1.75 * rows)
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for ax, fan in zip(axes, last.fans, strict=False):
        _family(ax, every[every["family"] == fan.family])
        if columns > 1:
            ax.set_title(fan.family if fan.seen else f"{fan.family} (not seen then)")
    for ax in axes[len(last.fans) :]:
        ax.set_axis_off()
    for ax in axes[max(0, len(last.fans) - columns) : len(last.fans)]:
        ax.tick_params(labelbottom=True)
    axes[0].set_yscale("log")
    axes[0].yaxis.set_major_formatter(lambda price, _: f"{price:g}")
    axes[0].locator_params(axis="x", nbins=4)
    axes[0].xaxis.set_major_formatter(lambda years, _: f"{int(years)}-{1 + int(12 * (years % 1) + 1e-6):02d}")
    figure.supylabel("USD per million tokens (log scale)", fontsize=7.5)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=3)
    return figure


def _family(ax: Axes, rows: pd.DataFrame) -> None:
    path, came = rows[rows["part"] == FORECAST], rows[rows["part"] == CAME]
    days = [_year(day) for day in path["date"]]
    q05, q25, q50, q75, q95 = quantile_rows(path, PRICE)
    ax.fill_between(days, q05, q95, color=BLUE, alpha=0.13, linewidth=0)
    ax.fill_between(days, q25, q75, color=BLUE, alpha=0.22, linewidth=0)
    ax.plot(days, q50, color=BLUE, label="forecast of a new model")
    for known, face, label in ((False, BLACK, "price of a new model"), (True, "white", "price of a known model")):
        mine = came[came["known_model"] == known]
        ax.plot(
            [_year(day) for day in mine["date"]], mine[PRICE],
            "o", color=BLACK, markerfacecolor=face, markersize=2.2, markeredgewidth=0.5, alpha=0.7, label=label,
        )  # fmt: skip


def _year(day: str) -> float:
    date = pd.Timestamp(day)
    return float(date.year + (date.day_of_year - 1) / 365.25)
