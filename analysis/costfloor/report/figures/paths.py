"""The fitted paths of both laws and what they forecast, at the centre of each band of capability."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.fit.posterior import FUTURE_SEED, capability_path, innovations, unit_means
from costfloor.fit.result import Fit
from costfloor.laws.innovations import grid_steps
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
    names, apart = unit_bands(study.panel, obs), distance_from_law(fits[0], obs)
    rows = -(-len(bands) // COLUMNS)
    figure = page_figure(0.75 + 1.75 * rows)
    axes = figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False).ravel()
    for ax, (name, centre, birth_years) in zip(axes, bands[["centre", "birth_years"]].itertuples(), strict=False):
        capability = Capability(float(centre), float(birth_years))
        _paths(ax, capability, fits, obs)
        entered = obs.unit_entry_time[names == name]
        log_price = capability.path(fits[0], obs, entered).mean(axis=0) + apart[names == name]
        ax.plot(_year(obs, entered), np.exp(log_price), "o", color=BLACK, markersize=1.8, alpha=0.6, label="a model")
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


@dataclass(frozen=True)
class Capability:
    """A fixed capability and its birth, years from the start of the observations."""

    centre: float
    birth_years: float

    def path(self, fit: Fit, obs: PriceObservations, time_years: np.ndarray) -> np.ndarray:
        """Log price of a new model at each time, shape (S, times); the same draws of the future for every capability."""
        rng = np.random.default_rng(FUTURE_SEED)
        return capability_path(fit.parameters, obs, MARKET_CODE, self.birth_years, self.centre, time_years, rng)


def distance_from_law(fit: Fit, obs: PriceObservations) -> np.ndarray:
    """How far the log price at which each unit entered, on an average host, lay above what the law says of it, mean over draws, (U,)."""
    draws = fit.parameters
    steps = grid_steps(obs.last_time_years, draws.law.grid_years)
    expected = unit_means(draws, obs, innovations(draws, steps, np.random.default_rng(FUTURE_SEED))).mean(axis=0)
    if obs.models_repeat:
        return np.asarray(draws["unit_level"].mean(axis=0) - expected)
    hosts = draws["host_effect"].mean(axis=0)[obs.host] if obs.hosts else 0.0
    return np.asarray(obs.log_price - hosts - expected)


def _paths(ax: Axes, capability: Capability, fits: list[Fit], obs: PriceObservations) -> None:
    times = np.linspace(max(0.0, capability.birth_years), obs.last_time_years + FORECAST_YEARS, 80)
    for fit in fits:
        path = np.exp(capability.path(fit, obs, times))
        fan(ax, _year(obs, times), path, LAW_COLOURS[fit.law.name], fit.law.title)
    ax.axvline(_year(obs, obs.last_time_years), color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), label="last date")


def _year[T: (float, np.ndarray)](obs: PriceObservations, since_start: T) -> T:
    return obs.start.year + (obs.start.day_of_year - 1) / DAYS_PER_YEAR + since_start
