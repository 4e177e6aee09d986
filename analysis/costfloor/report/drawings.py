"""The figures of the report: their captions, and how each is drawn from all results."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from matplotlib.figure import Figure

from costfloor.report.figures import (
    answer,
    channels,
    checks,
    economics,
    floor,
    forest,
    indexes,
    moved,
    paths,
    prices,
)
from costfloor.report.study import Study
from costfloor.studies.channels import figure as channel_rates
from costfloor.studies.domains import figure as domains
from costfloor.studies.events import figure as events
from costfloor.studies.last_forecast import figure as last_forecast
from costfloor.studies.sbc import figure as ranks
from costfloor.typeset.blocks import Block, figure


@dataclass(frozen=True)
class Drawing:
    """A figure: its caption, and `study -> figure`."""

    caption: str
    draw: Callable[[Study], Figure]


def shown(name: str, *, floats: bool = True) -> Block:
    """The block of a figure of the report."""
    return figure(name, DRAWINGS[name].caption, floats=floats)


def _result(study: Study, name: str) -> Any:
    """What a heavy study found; None when it was not run."""
    stored = study.calibration.get(name)
    return None if stored is None else stored.result


def _channel_rates(study: Study) -> Figure:
    return channel_rates.draw(_result(study, "channels"))


def _domains(study: Study) -> Figure:
    result = _result(study, "domains")
    return domains.draw(None if result is None else result.base)


def _ranks(study: Study) -> Figure:
    result = _result(study, "sbc")
    return ranks.draw(() if result is None else result.latest)


def _last_forecast(study: Study) -> Figure:
    return last_forecast.draw(study.last_forecast)


def _events(study: Study) -> Figure:
    return events.draw(study.panel, study.innovations)


DRAWINGS: Final[Mapping[str, Drawing]] = {
    "answer": Drawing(
        "The answer in one figure. Left: rate at which new models of a given capability become cheaper, against the age of the "
        "capability (median, 50 and 90 % intervals). Right: what each buyer sees. A rate of 0.69 halves the price in a year.",
        answer.draw,
    ),
    "prices": Drawing(
        "Prices that the laws see, by capability band and weights. Lines: lowest price so far of anything at or above the centre of "
        "the band.",
        prices.draw,
    ),
    "paths": Drawing(
        "Fitted paths and 24-month forecasts of plateau and continued discovery, by band of capability: median, 50 and 90 % intervals "
        "for a new model at the centre of the band. Points: models at their entry, on an average host and put at the centre of their band.",
        paths.draw,
    ),
    "checks": Drawing(
        "Observed statistics (dashed) in the 90 % predictive intervals of each law. A cross marks a law that fails.",
        checks.draw,
    ),
    "last_forecast": Drawing(last_forecast.CAPTION, _last_forecast),
    "floor": Drawing(
        "The floor of the plateau law, before and after the prices were seen.",
        floor.draw,
    ),
    "ranks": Drawing(ranks.CAPTION, _ranks),
    "forest": Drawing(
        "Yearly price declines by this study and by published estimates, with 90 % intervals; 1 is no change, and an arrow "
        "says that an interval goes on.",
        forest.draw,
    ),
    "indexes": Drawing(
        "Left: price indexes of the whole panel by month. Right: rates of the quarterly indexes, by weights and by family "
        "(price spells in brackets); an arrow says that an interval goes on.",
        indexes.draw,
    ),
    "moved": Drawing(
        "How the answer moved: rates under plateau and continued discovery, median and 90 % interval, against the last day of the "
        "prices behind them. Hollow: the same laws fitted to the prices up to an earlier date, as in the forecasts of the past. "
        "Squares: what was known on a past day, from the ledger.",
        moved.draw,
    ),
    "events": Drawing(events.CAPTION, _events),
    "channel_rates": Drawing(channel_rates.CAPTION, _channel_rates),
    "domains": Drawing(domains.CAPTION, _domains),
    "economics": Drawing(
        "Gross margin of the services, median and 90 % band: for a fixed capability under two laws, for who follows the "
        "frontier, and at fixed yearly falls from today on. The axis ends at a loss of half the revenue.",
        economics.draw,
    ),
    "channels": Drawing(
        "The two channels of progress, with 90 % intervals. Laws without decay have one rate for new models at all ages.",
        channels.draw,
    ),
}
"""By name, in the order in which they are listed."""
