"""What the data did to the floor: its posterior over its prior."""

import numpy as np
from matplotlib.figure import Figure

from costfloor.fit.quantities import FLOOR_CLAIM, floor_prior
from costfloor.report.study import Study
from costfloor.typeset.phrases import percent_change
from costfloor.typeset.style import CLAIM_COLOUR, GREY, LAW_COLOURS, page_figure

BINS = 60


def draw(study: Study) -> Figure:
    """Densities of the plateau law's floor before and after the prices, with the claimed range."""
    figure = page_figure(2.3)
    ax = figure.subplots()
    fit = study.fits["plateau"]
    floor = fit.draws("rate_floor")
    mean, sd = floor_prior(fit.receipt)
    low, high = min(mean - 3 * sd, float(floor.min())), max(mean + 3 * sd, float(floor.max()))
    rates = np.linspace(low, high, 300)
    density = np.exp(-0.5 * ((rates - mean) / sd) ** 2) / (sd * np.sqrt(2 * np.pi))
    ax.axvspan(*FLOOR_CLAIM, color=CLAIM_COLOUR, alpha=0.8, linewidth=0, label="claimed floor, 15–20 % a year")
    ax.hist(
        floor, bins=BINS, range=(low, high), density=True, color=LAW_COLOURS["plateau"], alpha=0.45, label="posterior"
    )
    ax.plot(rates, density, color=GREY, linestyle=(0, (4, 2)), label="prior")
    ax.set_xlim(low, high)
    ax.set_xlabel("floor of the rate of decline (log-rate per year)")
    ax.set_ylabel("probability density (years)")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    percents = [p for p in (-100, -50, -20, 0, 20, 40, 60, 80, 90) if percent_change(low) <= p <= percent_change(high)]
    top = ax.secondary_xaxis("top", functions=(lambda rate: rate, lambda rate: rate))
    top.set_xticks([-np.log(1 - p / 100) for p in percents], [f"{p}".replace("-", "−") for p in percents])
    top.set_xlabel("fall of price (% per year)")
    return figure
