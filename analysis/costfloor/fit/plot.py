"""Fitted paths and forecasts by family."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from costfloor.fit.posterior import Draws
from costfloor.fit.quantities import path_quantiles
from costfloor.laws.observations import DAYS_PER_YEAR, PriceObservations
from costfloor.picture import Picture

COLUMNS = 3
POINTS = 40
"""Of a fitted path, before the forecast begins."""


def plot_paths(forecast: pd.DataFrame, draws: Draws, obs: PriceObservations, title: str) -> Picture:
    """Small multiples, one per family: prices, fitted path and forecast with 90 % bands.

    Parameters
    ----------
    forecast
        As from `costfloor.fit.quantities.forecast_prices`.
    draws, obs
        Of the fit.
    title
        The law in prose.
    """
    rows = -(-len(obs.families) // COLUMNS)
    figure = Figure(figsize=(7.0, 1.0 + 1.9 * rows), layout="constrained")
    axes = figure.subplots(rows, min(COLUMNS, len(obs.families)), sharex=True, sharey=True, squeeze=False).ravel()
    dates = obs.start + pd.to_timedelta(np.round(obs.time_years * DAYS_PER_YEAR), unit="D")
    parts = []
    for code, (ax, family) in enumerate(zip(axes, obs.families, strict=False)):
        first = max(0.0, float(obs.family_birth[code]))
        fitted = path_quantiles(draws, obs, code, np.linspace(first, obs.last_time_years, POINTS))
        path = pd.concat([fitted.iloc[:-1], forecast[forecast["family"] == family]], ignore_index=True)
        shown = path["date"].dt.to_pydatetime()
        ax.fill_between(shown, path["q05"], path["q95"], alpha=0.2, linewidth=0, label="90 %")
        ax.plot(shown, path["q50"], label="median")
        mine = obs.family == code
        ax.plot(dates[mine], np.exp(obs.log_price[mine]), ".", color="black", markersize=3, alpha=0.5, label="prices")
        ax.axvline(obs.last, color="grey", linewidth=0.8, linestyle="--")
        ax.set_title(family, fontsize=8, parse_math=False)
        ax.tick_params(axis="x", labelsize=7, rotation=30)
        parts.append(path)
    for ax in axes[len(obs.families) :]:
        ax.set_axis_off()
    axes[0].set_yscale("log")
    figure.supylabel(f"{obs.price_unit} (log scale)", fontsize=8, parse_math=False)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, title=title, loc="outside upper left", ncols=3, fontsize=8)
    return Picture(tuple(axes[: len(obs.families)]), pd.concat(parts, ignore_index=True))
