"""What a file that was taken in brought: the JSON of `costfloor ingest`."""

from dataclasses import asdict, dataclass
from functools import reduce
from operator import add

import pandas as pd

from costfloor.data.arrival_counts import Counts, PriceCounts, count_measurements, count_prices
from costfloor.data.spells import dated_list
from costfloor.data.store import Store
from costfloor.data.vintages import Vintage
from costfloor.data.withdrawals import standing_vintages
from costfloor.sources.formats import Reading
from costfloor.sources.measurements import Measurements


@dataclass(frozen=True)
class IngestReport:
    """The JSON of `costfloor ingest`: counts of prices, or of scores and facts together where the format has no prices.

    Attributes
    ----------
    source, observed_on, vintage
        What was stored, and under which name.
    coverage
        What absence from the list was taken to mean: `whole`, `partial` or `statements`.
    stored
        False when the very file was in the store already, or came before it under another name.
    rows_read
        Entries in the file: `rows_new + rows_changed + rows_unchanged + rows_past + rows_announced + rows_rejected + rows_skipped`.
    rows_new, rows_changed, rows_unchanged
        Prices of ids that the source did not list the time before; prices that moved; prices that did not. So with scores and facts.
    rows_past, rows_announced
        Steps of a schedule that do not hold on the day: already ended, and not yet begun. Past ones that are statements of their own day
        count as new, changed or unchanged.
    rows_gone
        Prices that held the time before and are not on the list, which ends them; scores and facts that are no longer stated.
    rows_rejected, rows_skipped
        Entries with a wrong value (listed in `rejected`), and entries that are of no kind that is read.
    rows_quarantined
        `rows_rejected`, and those of the new and changed prices that the rules hold back.
    models_new
        Models that the store did not know and the source names.
    models_unresolved
        Ids of the file that no model is known for.
    sellers_unknown
        Sellers of new and changed prices that nobody has looked at; the laws do not see them.
    rows_repeated
        Names that the file repeats with the same content; each is read once and not part of `rows_read` a second time.
    kinds
        `costfloor.data.arrival_counts.Counts` of prices, scores and facts apart.
    """

    source: str
    observed_on: str
    vintage: str
    coverage: str
    stored: bool
    rows_read: int
    rows_new: int
    rows_changed: int
    rows_unchanged: int
    rows_past: int
    rows_announced: int
    rows_gone: int
    rows_quarantined: int
    rows_rejected: int
    rows_skipped: int
    models_new: int
    models_unresolved: int
    sellers_unknown: int
    rows_repeated: int
    rejected: list[dict[str, str]]
    skipped: dict[str, int]
    unknown_fields: dict[str, int]
    kinds: dict[str, dict[str, int]]


def report(
    store: Store, quotes: pd.DataFrame, vintage: Vintage, reading: Reading, models_new: int, *, stored: bool
) -> IngestReport:
    """What a file brings.

    Parameters
    ----------
    store, quotes
        The raw data with it, and all quotes as `costfloor.data.quotes.build_quotes` makes them of these.
    vintage, reading
        The file.
    models_new
        Models that its source names and the store did not know.
    stored
        False when it was in the store before: then it brings nothing.
    """
    prices = None
    counts: dict[str, Counts] = {}
    if reading.prices is not None:
        listed = dated_list(vintage, reading.prices)
        prices = count_prices(quotes, vintage, reading.prices, listed, stored=stored)
        counts["prices"] = prices.counts
    previous = _previous(store, vintage, stored=stored)
    for kind, entries in (("scores", reading.scores), ("facts", reading.facts)):
        if entries is not None:
            counts[kind] = count_measurements(kind, entries, previous.get(kind))
    total = counts.get("prices") or reduce(add, counts.values())
    prices = prices or PriceCounts(total, held_back=0, unresolved=0, sellers_unknown=0)
    kinds = reading.kinds.items()
    return IngestReport(
        source=vintage.source,
        observed_on=vintage.observed_on,
        vintage=vintage.name,
        coverage=str(vintage.coverage),
        stored=stored,
        rows_read=total.read,
        rows_new=total.new,
        rows_changed=total.changed,
        rows_unchanged=total.unchanged,
        rows_past=total.past,
        rows_announced=total.announced,
        rows_gone=total.gone,
        rows_quarantined=total.rejected + prices.held_back,
        rows_rejected=total.rejected,
        rows_skipped=total.skipped,
        models_new=models_new,
        models_unresolved=prices.unresolved,
        sellers_unknown=prices.sellers_unknown,
        rows_repeated=sum(sum(entries.repeated.values()) for _, entries in kinds),
        rejected=[
            {"kind": kind, **{str(name): str(value) for name, value in row.items()}}
            for kind, entries in kinds
            for row in entries.rejected.to_dict("records")
        ],
        skipped={reason: count for _, entries in kinds for reason, count in entries.skipped.items()},
        unknown_fields={name: count for _, entries in kinds for name, count in entries.unknown_fields.items()},
        kinds={kind: asdict(count) for kind, count in counts.items()},
    )


def _previous(store: Store, vintage: Vintage, *, stored: bool) -> dict[str, Measurements]:
    """Scores and facts that the source published before a file; of one that was in the store already, those of the file itself.

    Where several files of a source come side by side, as two archives of one site do, the one before is that of the same name.
    """
    earlier = [
        known
        for known in standing_vintages(store)
        if known.format == vintage.format and known.observed_on < vintage.observed_on
    ]
    before = (
        max(
            earlier, key=lambda known: (known.address == vintage.address, known.observed_on, known.sha256), default=None
        )
        if stored
        else vintage
    )
    kinds = store.reading(before).kinds.items() if before else ()
    return {kind: entries for kind, entries in kinds if isinstance(entries, Measurements)}
