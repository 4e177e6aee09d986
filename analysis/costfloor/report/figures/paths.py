"""The fitted paths of both laws and what they forecast, at the centre of each band of capability."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.fit.posterior import capability_path
from costfloor.fit.result import Fit
from costfloor.laws.observations import DAYS_PER_YEAR, PriceObservations
from costfloor.report.bands import MARKET_CODE, observed_bands, unit_bands
from costfloor.report.study import Study
from costfloor.typeset.style import BLACK, GREY, LAW_COLOURS, fan, page_figure

FORECAST_YEARS = 2.0
COLUMNS = 3
RIVALS = ("plateau", "discovery")


def draw(study: Study) -> Figure:
    """Small multiples: a line and 50 and 90 % intervals per law, over the models that entered, put at the centre of their band."""
    obs, bands = study.obs, observed_bands(study.panel, study.obs)
    fits = [study.fits[name] for name in RIVALS]
    names = unit_bands(study.panel, obs)
    entered = entry_prices(fits[0], obs, bands["centre"].loc[names].to_numpy())
    rows = -(-len(bands) // COLUMNS)
    figure = page_figure(0.75 + 1.75 * rows)
    axes = figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False).ravel()
    for ax, (name, centre, birth_years) in zip(axes, bands[["centre", "birth_years"]].itertuples(), strict=False):
        _paths(ax, centre, birth_years, fits, obs)
        days = _year(obs, obs.unit_entry_time[names == name])
        ax.plot(days, np.exp(entered[names == name]), "o", color=BLACK, markersize=1.8, alpha=0.6, label="a model")
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


def _paths(ax: Axes, centre: float, birth_years: float, fits: list[Fit], obs: PriceObservations) -> None:
    times = np.linspace(max(0.0, birth_years), obs.last_time_years + FORECAST_YEARS, 80)
    for fit in fits:
        # The same draws of the future in every panel: bands differ by what they are, not by luck.
        rng = np.random.default_rng(1)
        path = np.exp(capability_path(fit.parameters, obs, MARKET_CODE, birth_years, centre, times, rng))
        fan(ax, _year(obs, times), path, LAW_COLOURS[fit.law.name], fit.law.title)
    ax.axvline(_year(obs, obs.last_time_years), color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), label="last date")


def _year[T: (float, np.ndarray)](obs: PriceObservations, since_start: T) -> T:
    return obs.start.year + (obs.start.day_of_year - 1) / DAYS_PER_YEAR + since_start
