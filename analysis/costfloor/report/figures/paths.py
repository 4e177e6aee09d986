"""The fitted paths of both laws and what they forecast, by family."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.fit.posterior import band_path
from costfloor.fit.result import Fit
from costfloor.laws.observations import DAYS_PER_YEAR, PriceObservations
from costfloor.report.study import Study
from costfloor.typeset.style import BLACK, GREY, LAW_COLOURS, fan, page_figure

FORECAST_YEARS = 2.0
COLUMNS = 3
RIVALS = ("plateau", "discovery")


def draw(study: Study) -> Figure:
    """Small multiples: a line and 50 and 90 % bands per law, over the models that entered, put at the centre of their band."""
    obs = study.obs
    fits = [study.fits[name] for name in RIVALS]
    order = sorted(range(len(obs.families)), key=lambda code: (obs.births[code], obs.families[code]))
    rows = -(-len(order) // COLUMNS)
    figure = page_figure(0.75 + 1.75 * rows)
    axes = figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False).ravel()
    for ax, family in zip(axes, order, strict=False):
        _family(ax, family, fits, obs)
    for ax in axes[len(order) :]:
        ax.set_axis_off()
    axes[0].set_yscale("log")
    axes[0].yaxis.set_major_formatter(lambda price, _: f"{price:g}".replace("e-0", "e−"))
    axes[0].locator_params(axis="x", integer=True, nbins=4)
    figure.supylabel(f"{obs.price_unit}, new models at the band's centre (log scale)", fontsize=7.5)
    figure.supxlabel("date of entry (year)", fontsize=7.5)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=4)
    return figure


def entry_prices(fit: Fit, obs: PriceObservations) -> np.ndarray:
    """Log price at which each unit entered, on an average host and put at the centre of its band, shape (U,)."""
    draws = fit.parameters
    slope = draws["family_elasticity"].mean(axis=0)[obs.unit_family] / obs.quality_scale
    if obs.models_repeat:
        level = draws["unit_level"].mean(axis=0)
    else:
        hosts = draws["host_effect"].mean(axis=0)[obs.host] if obs.hosts else 0.0
        level = obs.log_price - hosts
    return np.asarray(level - slope * obs.unit_quality)


def _family(ax: Axes, family: int, fits: list[Fit], obs: PriceObservations) -> None:
    first = max(0.0, float(obs.births[family]))
    times = np.linspace(first, obs.last_time_years + FORECAST_YEARS, 80)
    for fit in fits:
        # The same draws of the future in every panel: bands differ by family, not by luck.
        path = np.exp(band_path(fit.parameters, obs, family, times, np.random.default_rng(1)))
        fan(ax, _year(obs, times), path, LAW_COLOURS[fit.law.name], fit.law.title)
    mine = obs.unit_family == family
    entered = np.exp(entry_prices(fits[0], obs)[mine])
    ax.plot(
        _year(obs, obs.unit_entry_time[mine]), entered, "o", color=BLACK, markersize=1.8, alpha=0.6, label="a model"
    )
    ax.axvline(_year(obs, obs.last_time_years), color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), label="last date")
    ax.set_title(obs.families[family])


def _year[T: (float, np.ndarray)](obs: PriceObservations, since_start: T) -> T:
    return obs.start.year + (obs.start.day_of_year - 1) / DAYS_PER_YEAR + since_start
