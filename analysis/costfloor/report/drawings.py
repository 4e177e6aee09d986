"""The figures of the report: their captions, and how each is drawn from all results."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
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
    price_ahead,
    price_index,
    prices,
    rates_by_year,
)
from costfloor.report.study import Study
from costfloor.studies.domains import figure as domains
from costfloor.studies.events import figure as events
from costfloor.studies.graphs import figure as graph_rates
from costfloor.studies.last_forecast import figure as last_forecast
from costfloor.studies.sbc import figure as ranks
from costfloor.studies.witnesses import figure as witnesses
from costfloor.typeset.blocks import Block, figure

FILES: Final = {"price_index": "inference_price_index", "price_ahead": "forecast"}
"""Files that people look for by another name than `figure_NAME`."""


@dataclass(frozen=True)
class Drawing:
    """A figure of the report.

    Attributes
    ----------
    caption
        What it shows.
    draw
        `study -> figure`.
    frame
        `study -> numbers`: one row per mark or point, exactly what is drawn; without rows where there is nothing to draw.
    file
        Of these numbers, without the suffix.
    """

    caption: str
    draw: Callable[[Study], Figure]
    frame: Callable[[Study], pd.DataFrame]
    file: str


def shown(name: str, *, floats: bool = True) -> Block:
    """The block of a figure of the report."""
    return figure(name, DRAWINGS[name].caption, floats=floats)


def _result(study: Study, name: str) -> Any:
    """What a heavy study found; None when it was not run."""
    stored = study.calibration.get(name)
    return None if stored is None else stored.result


def _base(study: Study) -> Any:
    result = _result(study, "domains")
    return None if result is None else result.base


def _ranked(study: Study) -> Any:
    result = _result(study, "sbc")
    return () if result is None else result.rows


def _drawing(name: str, caption: str, module: Any, *subjects: Callable[[Study], Any], file: str = "") -> Drawing:
    """A figure whose module draws from the subjects, of which the study itself is the default."""
    chosen = subjects or (lambda study: study,)
    return Drawing(
        caption,
        lambda study: module.draw(*(subject(study) for subject in chosen)),
        lambda study: module.frame(*(subject(study) for subject in chosen)),
        file or f"figure_{name}",
    )


DRAWINGS: Final[Mapping[str, Drawing]] = {
    name: _drawing(name, caption, module, *subjects, file=FILES.get(name, ""))
    for name, caption, module, *subjects in (
        ("rates_by_year", rates_by_year.CAPTION, rates_by_year),
        ("price_index", price_index.CAPTION, price_index),
        ("price_ahead", price_ahead.CAPTION, price_ahead),
        (
            "answer",
            "The answer in one figure. Left: rate at which new models of a given capability become cheaper, against the age of the "
            "capability (median, 50 and 90 % intervals). Right: what each buyer sees. A rate of 0.69 halves the price in a year.",
            answer,
        ),
        (
            "prices",
            "Prices that the laws see, by capability band and weights. Lines: lowest price so far of anything at or above the centre of "
            "the band.",
            prices,
        ),
        (
            "paths",
            "Fitted paths and 24-month forecasts of plateau and continued discovery, by band of capability: median, 50 and 90 % "
            "intervals for a new model at the centre of the band. Points: models at their entry, on an average host and put at the "
            "centre of their band.",
            paths,
        ),
        (
            "checks",
            "Observed statistics (dashed) in the 90 % predictive intervals of each law. A cross marks a law that fails.",
            checks,
        ),
        ("last_forecast", last_forecast.CAPTION, last_forecast, lambda study: study.last_forecast),
        ("floor", "The floor of the plateau law, before and after the prices were seen.", floor),
        ("ranks", ranks.CAPTION, ranks, _ranked),
        (
            "forest",
            "Yearly price declines by this study and by published estimates, with 90 % intervals; 1 is no change, and an arrow "
            "says that an interval goes on.",
            forest,
        ),
        (
            "indexes",
            "Left: price indexes of the whole panel by month. Right: rates of the quarterly indexes, by weights and by family "
            "(price spells in brackets); an arrow says that an interval goes on.",
            indexes,
        ),
        (
            "moved",
            "How the answer moved: rates under plateau and continued discovery, median and 90 % interval, against the last day of the "
            "prices behind them. Hollow: the same laws fitted to the prices up to an earlier date, as in the forecasts of the past. "
            "Squares: what was known on a past day, from the ledger.",
            moved,
        ),
        ("events", events.CAPTION, events, lambda study: study.panel, lambda study: study.innovations),
        ("graph_rates", graph_rates.CAPTION, graph_rates, lambda study: _result(study, "graphs")),
        ("witnesses", witnesses.CAPTION, witnesses, lambda study: _result(study, "witnesses")),
        ("domains", domains.CAPTION, domains, _base),
        (
            "economics",
            "Gross margin of the services, median and 90 % band: for a fixed capability under two laws, for who follows the "
            "frontier, and at fixed yearly falls from today on. Of a host, under a law: smaller models on the same accelerators, by the "
            "laws of both channels of open models where these are known; else as many tokens as today, by the laws of the panel. The axis "
            "ends at a loss of half the revenue.",
            economics,
        ),
        (
            "channels",
            "The two channels of progress, with 90 % intervals. Laws without decay have one rate for new models at all ages.",
            channels,
        ),
    )
}
"""By name, in the order in which they are listed."""
