"""The fitted paths of both laws and what they forecast, at the centre of each band of capability."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from costfloor.fit.posterior import FUTURE_SEED, capability_path, innovations, unit_means
from costfloor.fit.result import Fit
from costfloor.laws.innovations import grid_steps
from costfloor.laws.observations import DAYS_PER_YEAR, PriceObservations
from costfloor.report.bands import MARKET_CODE, observed_bands, unit_bands
from costfloor.report.study import Study
from costfloor.typeset.frames import five, quantile_rows
from costfloor.typeset.style import BLACK, GREY, LAW_COLOURS, LAW_LINES, fan, page_figure

FORECAST_YEARS = 2.0
COLUMNS = 3
RIVALS = ("plateau", "discovery")
MODEL, PRICE = "model", "price_usd_per_mtok"


def frame(study: Study) -> pd.DataFrame:
    """`band, series, at_year`: quantiles of price along each law's path, and of each model its price at entry (`series` is `model`)."""
    obs, bands = study.obs, observed_bands(study.panel, study.obs)
    fits = [study.fits[name] for name in RIVALS]
    names, apart = unit_bands(study.panel, obs), distance_from_law(fits[0], obs)
    parts = []
    for name, centre, birth_years in bands[["centre", "birth_years"]].itertuples():
        capability = Capability(float(centre), float(birth_years))
        times = np.linspace(max(0.0, capability.birth_years), obs.last_time_years + FORECAST_YEARS, 80)
        for fit in fits:
            path = five(PRICE, np.exp(capability.path(fit, obs, times)))
            parts.append(
                pd.DataFrame({"band": str(name), "series": fit.law.name, "at_year": _year(obs, times), **path})
            )
        entered = obs.unit_entry_time[names == name]
        log_price = capability.path(fits[0], obs, entered).mean(axis=0) + apart[names == name]
        models = {"band": str(name), "series": MODEL, "at_year": _year(obs, entered), PRICE: np.exp(log_price)}
        parts.append(pd.DataFrame(models))
    return pd.concat(parts, ignore_index=True)


def draw(study: Study) -> Figure:
    """Small multiples: a line and 50 and 90 % intervals per law, over the models that entered, put at the centre of their band."""
    rows, obs = frame(study), study.obs
    bands = list(dict.fromkeys(rows["band"]))
    lines = -(-len(bands) // COLUMNS)
    figure = page_figure(0.75 + 1.75 * lines)
    axes = figure.subplots(lines, COLUMNS, sharex=True, sharey=True, squeeze=False).ravel()
    for ax, band in zip(axes, bands, strict=False):
        mine = rows[rows["band"] == band]
        for law in RIVALS:
            path = mine[mine["series"] == law]
            title = study.fits[law].law.title
            fan(ax, path["at_year"], quantile_rows(path, PRICE), LAW_COLOURS[law], title, LAW_LINES[law])
        last = _year(obs, obs.last_time_years)
        ax.axvline(last, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), label="last date")
        models = mine[mine["series"] == MODEL]
        ax.plot(models["at_year"], models[PRICE], "o", color=BLACK, markersize=1.8, alpha=0.6, label="a model")
        ax.set_title(band)
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


def _year[T: (float, np.ndarray)](obs: PriceObservations, since_start: T) -> T:
    return obs.start.year + (obs.start.day_of_year - 1) / DAYS_PER_YEAR + since_start
