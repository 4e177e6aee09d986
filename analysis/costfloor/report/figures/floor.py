"""What the data did to the floor: its posterior over its prior."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from costfloor.fit.quantities import FLOOR_CLAIM, floor_prior
from costfloor.report.study import Study
from costfloor.typeset.phrases import percent_change
from costfloor.typeset.style import CLAIM_COLOUR, GREY, LAW_COLOURS, page_figure

BINS = 60
FLOOR, DENSITY = "floor_log_rate_per_year", "density_years"


def frame(study: Study) -> pd.DataFrame:
    """`series` (prior or posterior), a log-rate, and the density there; the posterior's at the middle of bins of one width."""
    fit = study.fits["plateau"]
    floor = fit.draws("rate_floor")
    mean, sd = floor_prior(fit.receipt)
    low, high = min(mean - 3 * sd, float(floor.min())), max(mean + 3 * sd, float(floor.max()))
    rates = np.linspace(low, high, 300)
    density = np.exp(-0.5 * ((rates - mean) / sd) ** 2) / (sd * np.sqrt(2 * np.pi))
    heights, edges = np.histogram(floor, bins=BINS, range=(low, high), density=True)
    parts = (("posterior", (edges[:-1] + edges[1:]) / 2, heights), ("prior", rates, density))
    return pd.concat(
        [pd.DataFrame({"series": name, FLOOR: at, DENSITY: values}) for name, at, values in parts], ignore_index=True
    )


def draw(study: Study) -> Figure:
    """Densities of the plateau law's floor before and after the prices, with the claimed range."""
    rows = frame(study)
    posterior, prior = (rows[rows["series"] == name] for name in ("posterior", "prior"))
    figure = page_figure(2.3)
    ax = figure.subplots()
    low, high = float(prior[FLOOR].min()), float(prior[FLOOR].max())
    ax.axvspan(*FLOOR_CLAIM, color=CLAIM_COLOUR, alpha=0.8, linewidth=0, label="claimed floor, 15–20 % a year")
    width = (high - low) / len(posterior)
    ax.bar(posterior[FLOOR], posterior[DENSITY], width, color=LAW_COLOURS["plateau"], alpha=0.45, label="posterior")
    ax.plot(prior[FLOOR], prior[DENSITY], color=GREY, linestyle=(0, (4, 2)), label="prior")
    ax.set_xlim(low, high)
    ax.set_xlabel("floor of the rate of decline (log-rate per year)")
    ax.set_ylabel("probability density (years)")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    percents = [p for p in (-100, -50, -20, 0, 20, 40, 60, 80, 90) if percent_change(low) <= p <= percent_change(high)]
    top = ax.secondary_xaxis("top", functions=(lambda rate: rate, lambda rate: rate))
    top.set_xticks([-np.log(1 - p / 100) for p in percents], [f"{p}".replace("-", "−") for p in percents])
    top.set_xlabel("fall of price (% per year)")
    return figure
