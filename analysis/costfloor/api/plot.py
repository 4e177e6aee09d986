"""Figures of the report, drawn from results: ``cf.plot.answer(cf.open_results())``.

Each function takes what `costfloor.open_results` returned and gives a `Picture`: a notebook shows it, ``axes, data = picture`` has
Matplotlib's axes and the numbers behind them.
"""

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import matplotlib as mpl

from costfloor.errors import InputError, MissingResultError
from costfloor.picture import Picture, picture_of
from costfloor.typeset.fonts import MISSING_GLYPH
from costfloor.typeset.style import STYLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from costfloor.economics.study import Economics
    from costfloor.fit.result import Fit
    from costfloor.report.results import Results

__all__ = [
    "answer",
    "channels",
    "checks",
    "domains",
    "economics",
    "events",
    "floor",
    "graphs",
    "indexes",
    "last_forecast",
    "moved",
    "paths",
    "prices",
    "rank_histograms",
    "ranks",
    "reference",
    "technologies",
    "witnesses",
]


def answer(results: "Results") -> Picture:
    """The rate of decline by age of a capability, and what each buyer sees, under plateau and discovery.

    Examples
    --------
    >>> import costfloor as cf
    >>> axes, data = cf.plot.answer(cf.open_results())
    >>> list(data.columns)
    ['panel', 'series', 'mark', 'x', 'y']
    """
    return _picture("report.figures.answer", results)


def prices(results: "Results") -> Picture:
    """Every price that the laws see, and the record low of each capability band."""
    return _picture("report.figures.prices", results)


def paths(results: "Results") -> Picture:
    """Fitted entry prices of plateau and discovery and the next 24 months, by band of capability."""
    return _picture("report.figures.paths", results)


def floor(results: "Results") -> Picture:
    """The floor of the plateau law before and after the prices were seen."""
    return _picture("report.figures.floor", results)


def channels(results: "Results") -> Picture:
    """Rates of the same model sold later and of new models, by law."""
    return _picture("report.figures.channels", results)


def checks(results: "Results") -> Picture:
    """Observed statistics in the predictive intervals of each law."""
    return _picture("report.figures.checks", results)


def indexes(results: "Results") -> Picture:
    """Price indexes of the panel by month, and their yearly rates by part of the market."""
    return _picture("report.figures.indexes", results)


def last_forecast(results: "Results") -> Picture:
    """The forecast of the last year-end and the prices that came, by family."""
    return _picture("studies.last_forecast.figure", results.last_forecast)


def moved(results: "Results") -> Picture:
    """How the answer moved: on the prices up to earlier dates, from vintage to vintage, and by what was known on past days."""
    return _picture("report.figures.moved", results)


def events(results: "Results") -> Picture:
    """Dated innovations in serving on the paths of the lowest prices."""
    return _picture("studies.events.figure", results.panel, results.innovations)


def ranks(results: "Results") -> Picture:
    """Simulation-based calibration: distributions of the ranks of the truth less the uniform one, by law."""
    return _picture("studies.sbc.figure", _result(results, "sbc").rows)


def graphs(results: "Results") -> Picture:
    """Rates of the fixed and the changed graph by year, under each law: the price of a unit of size, and the size needed."""
    return _picture("studies.graphs.figure", _result(results, "graphs"))


def witnesses(results: "Results") -> Picture:
    """Independent witnesses of a fixed graph by year, and what changing the graph brings beside them."""
    return _picture("studies.witnesses.figure", _result(results, "witnesses"))


def domains(results: "Results") -> Picture:
    """Gains of training and of inference at a fixed task, and the path of a typical series."""
    return _picture("studies.domains.figure", _result(results, "domains").base)


def rank_histograms(results: "Results", law: str) -> Picture:
    """Simulation-based calibration: the histogram of the ranks of every quantity of one law."""
    every = _result(results, "sbc").rows
    rows = [row for row in every if row.law == law]
    if not rows:
        known = ", ".join(dict.fromkeys(row.law for row in every))
        raise InputError("is no law of this study", value=law, remedy=f"Choose from {known}")
    return _picture("studies.sbc.histograms", rows)


def reference(results: "Results") -> Picture:
    """Both laws that may slow down, under their own priors and under those of technologies of known fate."""
    return _picture("studies.reference_class.figure", _result(results, "reference_class").laws)


def technologies(results: "Results") -> Picture:
    """How technologies of known fate went on, and whether the claim that one slows down came true."""
    return _picture("studies.technologies.figure", _result(results, "technologies"))


def economics(results: "Results", economics: "Economics | None" = None) -> Picture:
    """Gross margins of services in the years ahead, by law.

    Parameters
    ----------
    results
        Whose fits are named.
    economics
        What `costfloor.economics` returned; default: that of the services that come with the package.
    """
    return _picture(
        "report.figures.economics", _Study(results.economics if economics is None else economics, results.fits)
    )


class _Study(NamedTuple):
    """What the figure of the services looks at."""

    economics: "Economics"
    fits: "Mapping[str, Fit]"


def _result(results: "Results", study: str) -> Any:
    """What a heavy study found."""
    if study not in results.studies:
        raise MissingResultError(
            f"the study {study} has not been run. Run `costfloor calibrate {study}`, which takes long"
        )
    return results.studies[study].result


def _picture(module: str, *subjects: Any) -> Picture:
    """Draw with the module of a figure, in the style of the report."""
    draw = import_module(f"costfloor.{module}").draw
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", MISSING_GLYPH)
        figure = draw(*subjects)
        # Ticks are made when they are drawn, in the style of that moment.
        figure.draw_without_rendering()
        # The layout stands. Whoever shows the figure, as a slider does at every move, need not wait for it a second time.
        figure.set_layout_engine("none")
    return picture_of(figure)
