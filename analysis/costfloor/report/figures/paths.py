"""The fitted paths of both laws and what they forecast, at the centre of each band of capability."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.fit.result import Fit
from costfloor.laws.observations import DAYS_PER_YEAR, PriceObservations
from costfloor.panel import panel_bands
from costfloor.report.bands import MARKET_CODE, band_path, births_years, unit_bands
from costfloor.report.study import Study
from costfloor.typeset.style import BLACK, GREY, LAW_COLOURS, fan, page_figure

FORECAST_YEARS = 2.0
COLUMNS = 3
RIVALS = ("plateau", "discovery")


def draw(study: Study) -> Figure:
    """Small multiples: a line and 50 and 90 % intervals per law, over the models that entered, put at the centre of their band."""
    obs, bands = study.obs, panel_bands(study.panel)
    fits = [study.fits[name] for name in RIVALS]
    entered = np.exp(entry_prices(fits[0], obs, bands["centre"].loc[unit_bands(study.panel, obs)].to_numpy()))
    rows = -(-len(bands) // COLUMNS)
    figure = page_figure(0.75 + 1.75 * rows)
    axes = figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False).ravel()
    for ax, (name, band) in zip(axes, bands.iterrows(), strict=False):
        members = unit_bands(study.panel, obs) == name
        _band(ax, band, fits, obs)
        ax.plot(
            _year(obs, obs.unit_entry_time[members]), entered[members], "o", color=BLACK, markersize=1.8, alpha=0.6,
            label="a model",
        )  # fmt: skip
        ax.set_title(str(name))
    for ax in axes[len(bands) :]:
        ax.set_axis_off()
    axes[0].set_yscale("log")
    axes[0].yaxis.set_major_formatter(lambda price, _: f"{price:g}".replace("e-0", "e−"))
    axes[0].locator_params(axis="x", integer=True, nbins=4)
    figure.supylabel(f"{obs.price_unit}, new models at the band's centre (log scale)", fontsize=7.5)
    figure.supxlabel("date of entry (year)", fontsize=7.5)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=4)
    return figure


def entry_prices(fit: Fit, obs: PriceObservations, capability: np.ndarray) -> np.ndarray:
    """Log price at which each unit entered, on an average host, with weights open as often as not, and put at `capability`, shape (U,)."""
    draws = fit.parameters
    slope = draws["family_elasticity"].mean(axis=0)[MARKET_CODE] / obs.quality_scale
    if obs.models_repeat:
        level = draws["unit_level"].mean(axis=0)
    else:
        hosts = draws["host_effect"].mean(axis=0)[obs.host] if obs.hosts else 0.0
        level = obs.log_price - hosts
    opened = draws["open_effect"].mean() * obs.unit_open_contrast if "open_effect" in draws else 0.0
    return np.asarray(level - opened - slope * (obs.unit_capability - capability))


def _band(ax: Axes, band: pd.Series, fits: list[Fit], obs: PriceObservations) -> None:
    first = max(0.0, float(births_years(band.to_frame().T, obs)[0]))
    times = np.linspace(first, obs.last_time_years + FORECAST_YEARS, 80)
    for fit in fits:
        path = np.exp(band_path(fit.parameters, obs, band, times))
        fan(ax, _year(obs, times), path, LAW_COLOURS[fit.law.name], fit.law.title)
    ax.axvline(_year(obs, obs.last_time_years), color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), label="last date")


def _year[T: (float, np.ndarray)](obs: PriceObservations, since_start: T) -> T:
    return obs.start.year + (obs.start.day_of_year - 1) / DAYS_PER_YEAR + since_start
