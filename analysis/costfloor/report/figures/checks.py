"""Posterior predictive checks: the observed statistic in each law's predictive interval."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.checks.result import CheckResult
from costfloor.report.study import Study
from costfloor.typeset.style import BLACK, GREY, LAW_COLOURS, interval, nothing, page_figure

COLUMNS = 4
UNITS = {
    "curvature": "ratio",
    "recent_slope": "log-rate per year",
    "record_recency": "months",
    "record_gap": "months",
    "largest_drop": "log points",
    "price_rises": "share",
    "family_spread": "log-rate per year",
    "innovation_autocorrelation": "correlation",
    "young_decline": "log-rate per year",
    "young_decline_drifting": "log-rate per year",
    "slowdown": "log-rate per year",
    "price_gap": "log points a year",
    "above_line": "share",
}
PREDICTIVE = ("observed", "q05", "q50", "q95")


def frame(study: Study) -> pd.DataFrame:
    """`check, unit, law, observed`, its predictive 5, 50 and 95 % under the law, and whether the law passed."""
    parts = [
        check.table[["law", *PREDICTIVE, "passed"]].assign(check=check.name, unit=UNITS.get(check.name, ""))
        for check in _shown(study)
    ]
    columns = ["check", "unit", "law", *PREDICTIVE, "passed"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def draw(study: Study) -> Figure:
    """Small multiples, one per statistic that has a predictive distribution; a law that fails has a cross as its median."""
    numbers = frame(study)
    shown, rows_of = list(dict.fromkeys(numbers["check"])), numbers.groupby("check")
    rows = max(1, -(-len(shown) // COLUMNS))
    titles = {name: fit.law.title for name, fit in study.fits.items()}
    figure = page_figure(0.2 + (0.75 + 0.17 * len(titles)) * rows)
    axes = figure.subplots(rows, COLUMNS, squeeze=False)
    for ax, check in zip(axes.ravel(), shown, strict=False):
        _check(ax, rows_of.get_group(check), titles if ax in axes[:, 0] else {})
        ax.set_title(check.replace("_", " "), fontsize=7)
        ax.set_xlabel(UNITS.get(check, ""), fontsize=6.5)
    for ax in axes.ravel()[len(shown) :]:
        ax.set_axis_off()
    if not shown:
        nothing(axes[0, 0], "No statistic has a predictive distribution.")
    return figure


def _shown(study: Study) -> list[CheckResult]:
    """The checks that have a predictive distribution."""
    return [check for check in study.checks if set(PREDICTIVE) <= set(check.table.columns)]


def _check(ax: Axes, table: pd.DataFrame, titles: dict[str, str]) -> None:
    laws = [str(law) for law in table["law"]]
    for position, row in enumerate(table.to_dict("records")):
        numbers = [float(row[name]) for name in PREDICTIVE]
        if not np.isfinite(numbers).all():
            ax.text(
                0.5, position, "undefined", transform=ax.get_yaxis_transform(), ha="center", va="center", color=GREY
            )
            continue
        marker = "X" if row["passed"] is False else "o"
        interval(
            ax, position, (numbers[1], numbers[2], numbers[3]), LAW_COLOURS.get(laws[position], GREY), marker=marker
        )
    observed = float(table["observed"].iloc[0])
    if np.isfinite(observed):
        ax.axvline(observed, color=BLACK, linewidth=1.0, linestyle=(0, (3, 2)))
    ax.set_yticks(range(len(laws)), [titles.get(law, "") for law in laws])
    ax.set_ylim(len(laws) - 0.4, -0.6)
    ax.margins(x=0.12)
    ax.locator_params(axis="x", nbins=4)
