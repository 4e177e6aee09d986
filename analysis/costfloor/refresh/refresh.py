"""Take in a batch of files and work out what it changes. `costfloor refresh`."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from costfloor.build import BuiltPanel, stored_build
from costfloor.data.arrival_checks import MostNamesGoneError
from costfloor.data.arrival_counts import Counts
from costfloor.data.arrival_report import IngestReport
from costfloor.data.known_models import known_models
from costfloor.data.store import Store
from costfloor.errors import InputError, IntegrityError, MissingResultError
from costfloor.ingest import Arrival, read_arrival, take_in
from costfloor.panel import MIN_USABLE_BENCHMARKS
from costfloor.refresh.answer import old_answer
from costfloor.refresh.offers import Offer
from costfloor.refresh.price_changes import (
    brought_by,
    ended_by,
    held_prices,
    new_sellers,
    new_unresolved,
    price_news,
)
from costfloor.refresh.quiet import quiet_sources
from costfloor.refresh.result import RefreshResult, SourceNews, Status
from costfloor.sampling.policy import Sampling

Progress = Callable[[str], None]


def refresh(
    store: Store,
    offers: Sequence[Offer],
    settings: Sampling,
    progress: Progress,
    *,
    not_offered: Sequence[SourceNews] = (),
    unknown_files: Sequence[str] = (),
) -> RefreshResult:
    """Take in files, all that can be, and say what that changes.

    Parameters
    ----------
    store
        The raw data before it.
    offers
        The files.
    settings
        How the stored fits were asked for.
    progress
        Called with a line per step.
    not_offered
        Sources that were asked and brought no file.
    unknown_files
        For the report: paths that are no offers.

    Raises
    ------
    InputError
        No build would succeed with the files, or without them; nothing is written.
    LockedError
        Another process writes.
    """
    news = list(not_offered)
    offered: dict[str, Offer] = {}
    arrivals: list[Arrival] = []
    for offer in offers:
        try:
            arrival = read_arrival(offer.format, offer.where, offer.day, progress, content=offer.content)
        except InputError as error:
            news.append(_refused(offer, error))
        else:
            arrivals.append(arrival)
            offered[arrival.vintage.name] = offer
    progress(f"comparing {len(arrivals)} files with what is known")
    taken = take_in(store, arrivals, lambda arrival, error: news.append(_refused(offered[arrival.vintage.name], error)))
    for arrival, report in zip(taken.arrivals, taken.reports, strict=True):
        news.append(_stored(report, offered[arrival.vintage.name]))
    progress("working out what has changed")
    known = {vintage.name: vintage for vintage in taken.store.vintages}
    vintages = [known[report.vintage] for report in taken.reports if report.stored]
    quotes = taken.quotes
    fresh, ended = brought_by(quotes, vintages), ended_by(quotes, vintages)
    newest = max([vintage.day for vintage in taken.store.vintages] + [offer.day for offer in offers], default=None)
    built = _built(store)
    unchanged = [source.format for source in news if source.status is Status.UNCHANGED]
    day = newest or quotes["recorded_on"].max().date()
    return RefreshResult(
        day=str(day),
        sources=tuple(sorted(news, key=lambda source: (source.format, source.day, source.where))),
        unknown_files=tuple(unknown_files),
        quarantined=held_prices(quotes, fresh),
        sellers=new_sellers(quotes, fresh),
        unresolved=new_unresolved(quotes, fresh, known_models(taken.store, None).models),
        prices=price_news(quotes, fresh, ended, _measured(built)),
        models_new=tuple(taken.models_new["model_key"]),
        quiet=quiet_sources(taken.store, unchanged, day),
        answer=old_answer(taken.store, quotes, built, settings, progress),
    )


def _refused(offer: Offer, error: InputError) -> SourceNews:
    asks = isinstance(error, MostNamesGoneError)
    return SourceNews(offer.format, offer.where, str(offer.day), Status.REFUSED, str(error), asks_coverage=asks)


def _stored(report: IngestReport, offer: Offer) -> SourceNews:
    kinds = {kind: Counts(**counts) for kind, counts in report.kinds.items()}
    status = Status.STORED if report.stored else Status.KNOWN
    return SourceNews(offer.format, offer.where, str(offer.day), status, kinds=kinds, skipped=report.skipped)


def _built(store: Store) -> BuiltPanel | None:
    with suppress(MissingResultError, IntegrityError):
        return stored_build(store)
    return None


def _measured(built: BuiltPanel | None) -> set[str] | None:
    if built is None:
        return None
    capability = built.capability
    return set(capability.loc[capability["n_benchmarks"] >= MIN_USABLE_BENCHMARKS, "model_key"])
