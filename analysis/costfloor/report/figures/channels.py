"""Two channels of progress: the same model sold later, and a new model of the same capability."""

from matplotlib.figure import Figure

from costfloor.report.sentences import quantiles
from costfloor.report.study import Study
from costfloor.typeset.style import GREY, LAW_COLOURS, interval, page_figure

CHANNELS = {
    "same_model_rate": "same model, after its entry\n(fixed graph)",
    "rate_now": "new models, now\n(changed graph)",
    "rate_initial": "new models, when a capability is new\n(changed graph)",
}


def draw(study: Study) -> Figure:
    """Rates with 90 % intervals, by channel and law."""
    figure = page_figure(2.7)
    ax = figure.subplots()
    apart = 0.75 / len(study.fits)
    for position, name in enumerate(CHANNELS):
        for offset, fit in enumerate(study.fits.values()):
            # Only a law whose rate decays has an initial one of its own.
            quantity = name if name in fit.reported else "rate_now"
            if name == "same_model_rate" and name not in fit.reported:
                continue
            interval(
                ax,
                position + apart * (offset - (len(study.fits) - 1) / 2),
                quantiles(fit, quantity),
                LAW_COLOURS[fit.law.name],
            )
    for fit in study.fits.values():
        ax.plot([], [], color=LAW_COLOURS[fit.law.name], label=fit.law.title)
    ax.axvline(0.0, color=GREY, linewidth=0.8)
    ax.set_yticks(range(len(CHANNELS)), list(CHANNELS.values()))
    ax.set_ylim(len(CHANNELS) - 0.5, -0.5)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel("rate of decline (log-rate per year)")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure
