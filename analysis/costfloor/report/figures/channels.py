"""Two channels of progress: the same model sold later, and a new model of the same capability."""

import pandas as pd
from matplotlib.figure import Figure

from costfloor.report.decline import RATE
from costfloor.report.sentences import quantiles
from costfloor.report.study import Study
from costfloor.typeset.frames import quantile_rows, three
from costfloor.typeset.style import GREY, LAW_COLOURS, LAW_MARKERS, interval, page_figure

CHANNELS = {
    "same_model_rate": "same model, after its entry\n(fixed graph)",
    "rate_now": "new models, now\n(changed graph)",
    "rate_initial": "new models, when a capability is new\n(changed graph)",
}


def frame(study: Study) -> pd.DataFrame:
    """`channel, law`, and 5, 50 and 95 % of the log-rate."""
    rows = []
    for channel in CHANNELS:
        for law, fit in study.fits.items():
            # Only a law whose rate decays has an initial one of its own.
            quantity = channel if channel in fit.reported else "rate_now"
            if channel == "same_model_rate" and channel not in fit.reported:
                continue
            rows.append({"channel": channel, "law": law, **three(RATE, quantiles(fit, quantity))})
    return pd.DataFrame(rows)


def draw(study: Study) -> Figure:
    """Rates with 90 % intervals, by channel and law."""
    rates = frame(study)
    figure = page_figure(2.7)
    ax = figure.subplots()
    apart = 0.75 / len(study.fits)
    for offset, (law, fit) in enumerate(study.fits.items()):
        mine = rates[rates["law"] == law]
        colour, marker = LAW_COLOURS[law], LAW_MARKERS[law]
        for channel, low, middle, high in zip(mine["channel"], *quantile_rows(mine, RATE), strict=True):
            place = list(CHANNELS).index(channel) + apart * (offset - (len(study.fits) - 1) / 2)
            interval(ax, place, (low, middle, high), colour, marker=marker)
        ax.plot([], [], color=colour, marker=marker, markersize=4, label=fit.law.title)
    ax.axvline(0.0, color=GREY, linewidth=0.8)
    ax.set_yticks(range(len(CHANNELS)), list(CHANNELS.values()))
    ax.set_ylim(len(CHANNELS) - 0.5, -0.5)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel("rate of decline (log-rate per year)")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure
