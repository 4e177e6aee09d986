"""The answer at a glance: the rate against the age of a capability, and what each buyer sees."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.fit.quantities import FLOOR_CLAIM
from costfloor.report.decline import RATE
from costfloor.report.sentences import quantiles
from costfloor.report.study import Study
from costfloor.typeset.frames import FIVE, THREE, five, quantile_rows, three
from costfloor.typeset.style import (
    CLAIM_COLOUR,
    GREY,
    LAW_COLOURS,
    LAW_LINES,
    LAW_MARKERS,
    fan,
    interval,
    page_figure,
)

FACTORS = (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
RIVALS = ("plateau", "discovery")
BY_AGE, BY_BUYER = "age", "buyer"
VIEWS = {
    "rate_now": "fixed\ncapability,\nnow",
    "rate_long_run": "fixed\ncapability,\nlong run",
    "frontier_rate": "follows\nthe frontier",
    "same_model_rate": "same model,\nsold later",
}


def frame(study: Study) -> pd.DataFrame:
    """`part, law`, then `age_years` or `buyer`, and quantiles of the log-rate: by age of a capability, then by buyer (5, 50 and 95 %)."""
    ages = np.linspace(0.0, study.obs.last_time_years - float(study.obs.unit_birth.min()) + 2.0, 120)
    parts = []
    for fit in (study.fits[name] for name in RIVALS):
        population = {name: fit.parameters[name][:, None] for name in fit.law.family_parameters}
        rates = np.broadcast_to(fit.law.rate(population, ages), (fit.parameters.size, len(ages)))
        parts.append(pd.DataFrame({"part": BY_AGE, "law": fit.law.name, "age_years": ages, **five(RATE, rates)}))
    views = [name for name in VIEWS if all(name in study.fits[law].reported for law in RIVALS)]
    rows = [
        {"part": BY_BUYER, "law": law, "buyer": name, **three(RATE, quantiles(study.fits[law], name))}
        for name in views
        for law in RIVALS
    ]
    columns = ["part", "law", "age_years", "buyer", *(f"{RATE}_{part}" for part in FIVE)]
    return pd.concat([*parts, pd.DataFrame(rows)], ignore_index=True).reindex(columns=columns)


def draw(study: Study) -> Figure:
    """Left: the rate of decline while a capability ages. Right: 90 % intervals by buyer, on the same scale."""
    rates = frame(study)
    figure = page_figure(3.0)
    by_age, by_buyer = figure.subplots(1, 2, sharey=True, width_ratios=(1.15, 1.0))
    for ax in (by_age, by_buyer):
        ax.axhspan(*FLOOR_CLAIM, color=CLAIM_COLOUR, alpha=0.8, linewidth=0, zorder=0.5)
        ax.axhline(0.0, color=GREY, linewidth=0.6)
    titles = {name: study.fits[name].law.title for name in RIVALS}
    _ages(by_age, rates[rates["part"] == BY_AGE], titles, study.obs.mean_age_at_last)
    _buyers(by_buyer, rates[rates["part"] == BY_BUYER])
    handles, labels = by_age.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    by_age.set_ylabel("rate of decline (log-rate per year)")
    low, high = by_age.get_ylim()
    right = by_buyer.secondary_yaxis("right", functions=(lambda rate: rate, lambda rate: rate))
    shown = [factor for factor in FACTORS if low <= np.log(factor) <= high]
    right.set_yticks(np.log(shown), [f"{factor:g}" for factor in shown])
    right.set_ylabel("times cheaper per year")
    return figure


def _ages(ax: Axes, rates: pd.DataFrame, titles: dict[str, str], now: float) -> None:
    for law, title in titles.items():
        mine = rates[rates["law"] == law]
        fan(ax, mine["age_years"], quantile_rows(mine, RATE), LAW_COLOURS[law], title, LAW_LINES[law])
    ax.axvline(now, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    ax.annotate(
        "mean age\nnow", (now, 0.98), (3, 0), xycoords=("data", "axes fraction"),
        textcoords="offset points", va="top", color=GREY,
    )  # fmt: skip
    ax.set_xlim(0.0, rates["age_years"].max())
    ax.set_xlabel("age of a capability (years)")
    ax.set_title("How the rate changes while a capability ages")
    ax.fill_between([], [], color=CLAIM_COLOUR, alpha=0.8, linewidth=0, label="claimed floor, 15–20 % a year")


def _buyers(ax: Axes, rates: pd.DataFrame) -> None:
    views = list(dict.fromkeys(rates["buyer"]))
    for offset, law in zip((-0.14, 0.14), RIVALS, strict=True):
        mine = rates[rates["law"] == law].set_index("buyer")
        for position, name in enumerate(views):
            low, middle, high = (float(mine.loc[name, f"{RATE}_{part}"]) for part in THREE)
            at = (low, middle, high)
            interval(ax, position + offset, at, LAW_COLOURS[law], vertical=True, marker=LAW_MARKERS[law])
    ax.set_xticks(range(len(views)), [VIEWS[name] for name in views])
    ax.set_xlim(-0.5, len(views) - 0.5)
    ax.grid(visible=False, axis="x")
    ax.set_title("What each buyer sees (90 % intervals)")
