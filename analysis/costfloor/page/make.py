"""From stored results to the file of the page. `costfloor page`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from costfloor.errors import InputError
from costfloor.page import answers, forecasts, indexes, prices, questions, rates, services, vintages
from costfloor.page.charts import library
from costfloor.page.document import html_page
from costfloor.report.page_record import page_record
from costfloor.storage import write_atomic
from costfloor.typeset.phrases import listing

if TYPE_CHECKING:
    from costfloor.report.results import Results

TITLE: Final = "costfloor: does the price of AI inference fall to a floor?"
MAX_BYTES: Final = 1_500_000
"""Of the page, so that it opens at once and can be sent by mail."""

VERDICTS: Final = {
    "plateau": "The verdict is plateau: the rate of decline decays while a capability ages.",
    "discovery": "The verdict is continued discovery: the rate of decline does not decay.",
    "inconclusive": "The verdict is inconclusive: the prices do not decide between a plateau and continued discovery.",
}


@dataclass(frozen=True)
class PageResult:
    """The JSON of `costfloor page`.

    Attributes
    ----------
    page
        The file.
    bytes
        Its size.
    vintage
        Of the data behind it.
    passed
        Whether every fit behind it passed its gates.
    """

    page: str
    bytes: int
    vintage: str
    passed: bool


def make_page(results: "Results", path: Path, seed: int, progress: Callable[[str], None]) -> PageResult:
    """Write the page of stored results.

    Parameters
    ----------
    results
        As from `costfloor.open_results`.
    path
        Where to.
    seed
        Of the innovations to come, as in `costfloor economics`.
    progress
        Called with a line per step.

    Raises
    ------
    InputError
        The page would be larger than `MAX_BYTES`, or the folder cannot be written to.
    """
    content = page_of(results, seed, progress).encode()
    if len(content) > MAX_BYTES:
        raise InputError(
            f"the page would have {len(content):,} bytes",
            file=path,
            remedy=f"{MAX_BYTES:,} are allowed: take fewer prices",
        )
    write_atomic(path, content)
    return PageResult(
        page=str(path),
        bytes=len(content),
        vintage=results.build.vintage,
        passed=all(fit.passed for fit in results.fits.values()),
    )


FIGURES: Final = (
    questions.six_questions,
    rates.by_year,
    indexes.levels,
    prices.paths,
    rates.by_law,
    forecasts.by_law,
    forecasts.last_one,
    forecasts.past_errors,
    answers.by_vintage,
    vintages.moved,
)
"""The sections that results alone give, in the order of the page; unit economics are the last one."""


def page_of(results: "Results", seed: int, progress: Callable[[str], None]) -> str:
    """The text of the page: the same for the same results."""
    figures = []
    for draw in FIGURES:
        progress(f"drawing {draw.__module__.rpartition('.')[2]}: {draw.__name__.replace('_', ' ')}")
        figures.append(draw(results))
    progress("unit economics")
    known = services.services(results, seed)
    figures.append(services.unit_economics(known))
    return html_page(
        TITLE,
        page_record(results.build, results.comparison.questions),
        results.build.last,
        _lead(results),
        figures,
        services.payload(known),
        _notes(results),
        library(),
    )


def _lead(results: "Results") -> tuple[str, ...]:
    comparison, build = results.comparison, results.build
    reason = comparison.verdict_reason.rstrip(".")
    missed = [fit.law.title for fit in results.fits.values() if not fit.passed]
    return (
        f"{VERDICTS[comparison.verdict]} {reason[:1].upper()}{reason[1:]}.",
        f"Prices from {build.first} to {build.last}; the laws see {results.obs.n:,} of them, of {len(set(results.obs.units)):,} models; "
        f"data vintage {build.vintage}.",
        f"The fits of {listing(missed)} missed a gate of their diagnostics and are not to be relied on."
        if missed
        else "",
    )


def _notes(results: "Results") -> tuple[str, ...]:
    thinned = [fit.receipt["thinned_from"] for fit in results.fits.values() if "thinned_from" in fit.receipt]
    kept = min(fit.parameters.size for fit in results.fits.values())
    draws = (
        f"Forecasts and unit economics are of {kept:,} draws of each law, thinned from "
        f"{thinned[0]['chains'] * thinned[0]['draws_per_chain']:,}; "
        "rates by law are of all draws."
        if thinned
        else f"Forecasts and unit economics are of all {kept:,} draws of each law."
    )
    return (
        f"Data vintage {results.build.vintage}, last price {results.build.last}. {draws}",
        "Rates are log-rates a year, positive when prices fall. Intervals hold 90 % unless something else is said. "
        "Every table can be downloaded "
        "as CSV with all digits, and what is drawn are its rows. The report has the methods, and what the numbers do not say.",
        "This file needs no network and sends nothing. Code: MIT; data: data/raw/SOURCES.md has source and licence of "
        "each. Charts: Vega (BSD 3-Clause).",
    )
