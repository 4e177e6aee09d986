"""The answer at a glance: the rate against the age of a capability, and what each buyer sees."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.fit.quantities import FLOOR_CLAIM
from costfloor.fit.result import Fit
from costfloor.report.sentences import quantiles
from costfloor.report.study import Study
from costfloor.typeset.style import CLAIM_COLOUR, GREY, LAW_COLOURS, fan, interval, page_figure

FACTORS = (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
RIVALS = ("plateau", "discovery")
VIEWS = {
    "rate_now": "fixed\ncapability,\nnow",
    "rate_long_run": "fixed\ncapability,\nlong run",
    "frontier_rate": "follows\nthe frontier",
    "same_model_rate": "same model,\nsold later",
}


def draw(study: Study) -> Figure:
    """Left: the rate of decline while a capability ages. Right: 90 % intervals by buyer, on the same scale."""
    figure = page_figure(3.0)
    by_age, by_buyer = figure.subplots(1, 2, sharey=True, width_ratios=(1.15, 1.0))
    fits = [study.fits[name] for name in RIVALS]
    for ax in (by_age, by_buyer):
        ax.axhspan(*FLOOR_CLAIM, color=CLAIM_COLOUR, alpha=0.8, linewidth=0, zorder=0.5)
        ax.axhline(0.0, color=GREY, linewidth=0.6)
    _ages(by_age, fits, study)
    _buyers(by_buyer, fits)
    handles, labels = by_age.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    by_age.set_ylabel("rate of decline (log-rate per year)")
    low, high = by_age.get_ylim()
    right = by_buyer.secondary_yaxis("right", functions=(lambda rate: rate, lambda rate: rate))
    shown = [factor for factor in FACTORS if low <= np.log(factor) <= high]
    right.set_yticks(np.log(shown), [f"{factor:g}" for factor in shown])
    right.set_ylabel("times cheaper per year")
    return figure


def _ages(ax: Axes, fits: list[Fit], study: Study) -> None:
    ages = np.linspace(0.0, study.obs.last_time_years - float(study.obs.unit_birth.min()) + 2.0, 120)
    for fit in fits:
        population = {name: fit.parameters[name][:, None] for name in fit.law.family_parameters}
        rates = np.broadcast_to(fit.law.rate(population, ages), (fit.parameters.size, len(ages)))
        fan(ax, ages, rates, LAW_COLOURS[fit.law.name], fit.law.title)
    now = study.obs.mean_age_at_last
    ax.axvline(now, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    ax.annotate(
        "mean age\nnow", (now, 0.98), (3, 0), xycoords=("data", "axes fraction"),
        textcoords="offset points", va="top", color=GREY,
    )  # fmt: skip
    ax.set_xlim(0.0, ages[-1])
    ax.set_xlabel("age of a capability (years)")
    ax.set_title("How the rate changes while a capability ages")
    ax.fill_between([], [], color=CLAIM_COLOUR, alpha=0.8, linewidth=0, label="claimed floor, 15–20 % a year")


def _buyers(ax: Axes, fits: list[Fit]) -> None:
    views = {name: label for name, label in VIEWS.items() if all(name in fit.reported for fit in fits)}
    for position, name in enumerate(views):
        for offset, fit in zip((-0.14, 0.14), fits, strict=False):
            interval(ax, position + offset, quantiles(fit, name), LAW_COLOURS[fit.law.name], vertical=True)
    ax.set_xticks(range(len(views)), list(views.values()))
    ax.set_xlim(-0.5, len(views) - 0.5)
    ax.grid(visible=False, axis="x")
    ax.set_title("What each buyer sees (90 % intervals)")
