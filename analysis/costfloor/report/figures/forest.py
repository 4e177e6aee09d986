"""Forest plot: classical estimates on the panel and published ones, beside the laws' rates."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costfloor.report.baselines import long_enough
from costfloor.report.sentences import quantiles
from costfloor.report.study import Study
from costfloor.typeset.style import BLACK, GREEN, GREY, LAW_COLOURS, ORANGE, page_figure

LIMITS = (0.4, 5000.0)
"""Factors per year that are shown; published intervals run to millions and are cut with an arrow."""

BENCHMARKS = {
    "mmlu": "MMLU",
    "gpqa_diamond": "GPQA Diamond",
    "math_500": "MATH-500",
    "math_level_5": "MATH level 5",
    "humaneval": "HumanEval",
    "lmarena_elo": "LMArena Elo",
}


@dataclass(frozen=True)
class Entry:
    """A line of the plot: factor per year with its 90 % interval."""

    label: str
    middle: float
    low: float
    high: float
    colour: str


def frame(study: Study) -> pd.DataFrame:
    """`group, estimate, factor_per_year` with its 90 % interval; whole, where the figure cuts it."""
    return pd.DataFrame(
        [
            {
                "group": group, "estimate": entry.label, "factor_per_year": entry.middle,
                "factor_per_year_low": entry.low, "factor_per_year_high": entry.high,
            }
            for group, entries in _groups(study).items()
            for entry in entries
        ]
    )  # fmt: skip


def _groups(study: Study) -> dict[str, list[Entry]]:
    groups = {
        "Laws of motion (posterior)": _laws(study),
        "Panel: least squares, all bands": _hedonic(study),
        "Panel: record lows at or above a band's centre": _frontier(study),
        "Epoch AI, March 2025: record lows at or above a score": _published(study),
    }
    return {title: entries for title, entries in groups.items() if entries}


def draw(study: Study) -> Figure:
    """Four groups of factors per year with 90 % intervals, on a log axis."""
    groups = _groups(study)
    lines = sum(len(entries) + 1.4 for entries in groups.values())
    figure = page_figure(0.5 + 0.15 * lines)
    ax = figure.subplots()
    labels: list[tuple[float, str]] = []
    at = 0.0
    for title, entries in groups.items():
        ground = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        ax.text(LIMITS[0] * 1.05, at, title, va="center", fontweight="bold", bbox=ground)
        for entry in entries:
            at += 1.0
            _entry(ax, at, entry)
            labels.append((at, entry.label))
        at += 1.4
    ax.axvline(1.0, color=GREY, linewidth=0.8)
    ax.set_xscale("log")
    ax.set_xlim(*LIMITS)
    ax.set_ylim(at - 0.5, -0.9)
    ax.set_yticks([position for position, _ in labels], [label for _, label in labels])
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_formatter("{x:g}")
    ax.set_xlabel("times cheaper per year (log scale)")
    return figure


def _entry(ax: Axes, at: float, entry: Entry) -> None:
    low, high = max(entry.low, LIMITS[0]), min(entry.high, LIMITS[1])
    ax.plot([low, high], [at, at], color=entry.colour, linewidth=1.3, solid_capstyle="butt")
    if entry.low < LIMITS[0]:
        ax.plot(LIMITS[0] * 1.03, at, "<", color=entry.colour, markersize=4)
    if entry.high > LIMITS[1]:
        ax.plot(LIMITS[1] / 1.03, at, ">", color=entry.colour, markersize=4)
    ax.plot(
        np.clip(entry.middle, *LIMITS),
        at,
        "o",
        color=entry.colour,
        markersize=4,
        markeredgecolor="white",
        markeredgewidth=0.5,
    )


def _laws(study: Study) -> list[Entry]:
    views = {"rate_now": "fixed capability, now", "frontier_rate": "follows the frontier"}
    entries = []
    for fit in study.fits.values():
        for name, label in views.items():
            low, middle, high = (math.exp(rate) for rate in quantiles(fit, name))
            entries.append(Entry(f"{fit.law.title}: {label}", middle, low, high, LAW_COLOURS[fit.law.name]))
    return entries


def _hedonic(study: Study) -> list[Entry]:
    rows = {"pareto": "undominated prices", "all": "all prices"}
    trends = study.baselines.hedonic
    return [
        Entry(f"hedonic, {rows[name]} (n = {trend.n})", trend.factor_per_year, *trend.ci90, GREEN)
        for name, trend in trends.items()
    ]


def _frontier(study: Study) -> list[Entry]:
    return [
        Entry(f"{band.band} (n = {band.trend.n})", band.trend.factor_per_year, *band.trend.ci90, ORANGE)
        for band in study.baselines.frontier
        if band.trend is not None and long_enough(band.trend)
    ]


def _published(study: Study) -> list[Entry]:
    entries = []
    for row in study.epoch.to_dict("records"):
        benchmark = BENCHMARKS.get(str(row["benchmark"]), row["benchmark"])
        middle, low, high = (float(row[name]) for name in ("factor_per_year", "ci90_low", "ci90_high"))
        entries.append(Entry(f"{benchmark}, {row['threshold_model']} (n = {row['n']})", middle, low, high, BLACK))
    return entries
