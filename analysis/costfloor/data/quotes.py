"""From raw price spells to quotes: resolved, cleaned, without repetition, each with its fate and the reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import heappop, heappush
from pathlib import Path

import numpy as np
import pandas as pd

from costfloor.data.decisions import DECISIONS, apply_decisions, decided
from costfloor.data.hosts import OWN_PRICE_KINDS, Sellers, attach_hosts, load_sellers
from costfloor.data.known_models import known_models
from costfloor.data.moved_names import without_moved_names
from costfloor.data.price_equality import DUST
from costfloor.data.raw import validated, written_table
from costfloor.data.rules import blended_price, quarantine_reasons
from costfloor.data.schemas import PROCESSED_QUOTES
from costfloor.data.settlement import settle_all
from costfloor.data.spell_rows import DatedList
from costfloor.data.spells import price_spells
from costfloor.data.statements import ANNOUNCED
from costfloor.data.store import Store
from costfloor.data.vintages import Vintage
from costfloor.errors import InputError

LAUNCH_WINDOW_DAYS = 45
LONG_INTERVAL_DAYS = 180
PASS_THROUGH_LEAD_DAYS = 14
PASS_THROUGH = np.log(1.02)
MONTH = pd.Timedelta(days=31)
REPEATERS = ("aggregator", "cloud", "unknown")
"""Sellers whose price is no second one when it repeats that of the model's creator."""

FAR_DAY = pd.Timestamp("9999-12-31")


@dataclass(frozen=True)
class QuoteTables:
    """What the raw store says about prices.

    Attributes
    ----------
    quotes
        Every raw quote once, in the schema `PROCESSED_QUOTES`.
    disagreements
        Pairs of quotes with different prices on shared days, in the schema `DISAGREEMENTS`.
    """

    quotes: pd.DataFrame
    disagreements: pd.DataFrame


def build_quotes(
    store: Store, as_of: pd.Timestamp | None = None, lists: Mapping[Vintage, DatedList] | None = None
) -> QuoteTables:
    """Resolve, clean and settle every quote of the raw store.

    Parameters
    ----------
    store
        The raw data.
    as_of
        When given, only what was recorded on or before this day; a spell that ended later is still open. The decisions of people
        and their mapping count in every view.
    lists
        As in `costfloor.data.spells.price_spells`.

    Raises
    ------
    InputError, IntegrityError
        As `costfloor.data.spells.price_spells`.
    """
    tables = _from_raw(_Raw(store.raw_vintage, as_of, store, lists))
    return QuoteTables(tables.quotes.copy(deep=False), tables.disagreements.copy(deep=False))


@dataclass(frozen=True)
class _Raw:
    """Raw data as of a day: a list that comes in is cleaned with all others before it is stored, and need not be again by a build."""

    vintage: str
    as_of: pd.Timestamp | None
    store: Store = field(compare=False, repr=False)
    lists: Mapping[Vintage, DatedList] | None = field(compare=False, repr=False)


@lru_cache(maxsize=2)
def _from_raw(raw_data: _Raw) -> QuoteTables:
    store, as_of = raw_data.store, raw_data.as_of
    known = known_models(store, as_of)
    raw = price_spells(store, as_of, raw_data.lists)
    if raw["recorded_on"].isna().all():
        day = None if as_of is None else str(as_of.date())
        raise InputError("no price was recorded by then", column="as_of", value=day, remedy="Name a later day")
    return assemble(known.resolved(raw), known.models, load_sellers(store), written_table(store, DECISIONS))


def assemble(
    resolved: pd.DataFrame, models: pd.DataFrame, sellers: Sellers, decisions: pd.DataFrame | None = None
) -> QuoteTables:
    """The same as `build_quotes`, from tables in memory: price spells with the model that each is about, see `identity.resolve`."""
    quotes = analysis_dates(clean(without_moved_names(resolved, models), models, sellers, decisions))
    reasons, disagreements = settle_all(quotes)
    quotes = _mark_pass_through(_as_duplicates(quotes, reasons))
    quotes = quotes.assign(best_host=best_host(quotes))
    return QuoteTables(
        quotes=validated(quotes[list(PROCESSED_QUOTES.columns)], PROCESSED_QUOTES, Path("quotes")),
        disagreements=disagreements,
    )


def clean(
    resolved: pd.DataFrame, models: pd.DataFrame, sellers: Sellers, decisions: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Spells with model, host, blended price, status and reason, each by itself: nothing is compared between sources yet."""
    quotes = attach_hosts(resolved, sellers)
    quotes = quotes.assign(price_usd_per_mtok=blended_price(quotes))
    quotes = quotes.merge(models[["model_key", "release_date", "open_weights"]], on="model_key", how="left")
    unresolved, announced = quotes["model_key"].isna(), quotes["event"].eq(ANNOUNCED)
    # What has not been seen to hold is no price that others could be compared with.
    seen = quotes[~announced]
    decided_on = decided(seen, decisions) if decisions is not None else None
    reasons = quarantine_reasons(seen, None if decided_on is None else decided_on["decision"])
    if decided_on is not None:
        reasons = apply_decisions(reasons, decided_on)
    reasons = quotes["unresolved_reason"].mask(~unresolved, reasons.reindex(quotes.index))
    reasons = reasons.mask(announced, quotes["note"].str.extract(r"^([^;]*)", expand=False))
    status = pd.Series("kept", index=quotes.index).mask(reasons.notna(), "quarantined").mask(unresolved, "unresolved")
    return quotes.assign(status=status.mask(announced, ANNOUNCED), reason=reasons)


def analysis_dates(quotes: pd.DataFrame) -> pd.DataFrame:
    """Add `date`, the day a price is placed at; `changed_after` and `recorded_on` stay beside it.

    Launches are placed on their day. The first record by the model's creator within 45 days of the release is the
    launch price and is placed on the release date, and its interval starts the day before. A change is placed in the
    middle of its interval when that is known and not longer than 180 days. Everything else on the day of the record.
    """
    one_day = pd.Timedelta(days=1)
    after, recorded, released = quotes["changed_after"], quotes["recorded_on"], quotes["release_date"]
    date = recorded.copy()
    width = (recorded - after).dt.days
    known = quotes["event"].isin(["change", "reappeared"]) & width.between(1, LONG_INTERVAL_DAYS)
    middle = after + pd.to_timedelta(np.ceil(width / 2), unit="D")
    date = date.mask(known, middle)
    launch = quotes["event"].eq("launch") & after.notna()
    date = date.mask(launch, after + one_day)
    # The lowest price of a month stands on its first day even for a model released later in it.
    monthly = quotes["date_basis"].eq("monthly_grid") & released.gt(date) & released.lt(recorded + MONTH)
    date = date.mask(monthly, released)

    candidates = quotes["first_party"] & quotes["status"].eq("kept")
    earliest = recorded.where(candidates).groupby(quotes["model_key"]).transform("min")
    lag = (recorded - released).dt.days
    inferred = candidates & ~launch & recorded.eq(earliest) & lag.between(0, LAUNCH_WINDOW_DAYS)
    inferred &= ~launch.where(candidates, False).groupby(quotes["model_key"]).transform("any").fillna(False).astype(
        bool
    )
    return quotes.assign(
        date=date.mask(inferred, released).astype("datetime64[us]"),
        changed_after=after.mask(inferred, released - one_day).astype("datetime64[us]"),
    )


def best_host(quotes: pd.DataFrame) -> pd.Series:
    """Whether a kept quote is, on its date, the lowest blended price for its model among those known by then.

    A host's price is known from its date until its next kept price or the end of its spell. Only sellers with prices of their own
    compete: what a relay asks is another's price.
    """
    columns = ["model_key", "host", "date", "quote_id", "valid_to", "price_usd_per_mtok"]
    competing = quotes["status"].eq("kept") & quotes["host_kind"].isin(OWN_PRICE_KINDS)
    offers = quotes.loc[competing, columns].sort_values(["model_key", "date", "quote_id"])
    dates = offers["date"].to_numpy("datetime64[D]").astype(int)
    ends = offers["valid_to"].fillna(FAR_DAY).to_numpy("datetime64[D]").astype(int)
    position = pd.Series(np.arange(len(offers)), index=offers.index)
    following = position.groupby([offers["model_key"], offers["host"]], sort=False).shift(-1)
    last = position.groupby(offers["model_key"], sort=False).transform("max")
    stops = following.fillna(last + 1).astype(int)
    lowest = np.zeros(len(offers), dtype=bool)
    # Offers by price; those that no longer hold leave once they come to the top, so that each is looked at twice at most.
    held: list[tuple[float, int, int]] = []
    for at, (price, stop, date, end) in enumerate(
        zip(offers["price_usd_per_mtok"].tolist(), stops.tolist(), dates.tolist(), ends.tolist(), strict=True)
    ):
        heappush(held, (price, stop, end))
        while held and (held[0][1] <= at or held[0][2] <= date):
            heappop(held)
        lowest[at] = not held or price <= held[0][0] * (1 + DUST)
    return pd.Series(lowest, index=offers.index).reindex(quotes.index, fill_value=False)


def _mark_pass_through(quotes: pd.DataFrame) -> pd.DataFrame:
    kept = quotes[quotes["status"] == "kept"]
    columns = ["quote_id", "model_key", "date", "price_usd_per_mtok"]
    makers = kept.loc[kept["first_party"], columns]
    pairs = kept.loc[kept["host_kind"].isin(REPEATERS), columns].merge(makers, on="model_key", suffixes=("", "_own"))
    known = pairs["date_own"] <= pairs["date"] + pd.Timedelta(days=PASS_THROUGH_LEAD_DAYS)
    alike = np.abs(np.log(pairs["price_usd_per_mtok"] / pairs["price_usd_per_mtok_own"])) <= PASS_THROUGH
    copied = pairs[known & alike].drop_duplicates("quote_id").set_index("quote_id")["quote_id_own"]
    listed = (
        kept["host_kind"].eq("market_low")
        & kept["open_weights"].eq(False)
        & kept["model_key"].isin(makers["model_key"].unique())
    )
    closed = pd.Series("lowest of month of a closed model with a list price", index=kept.loc[listed, "quote_id"])
    reasons = pd.concat(["repeats the first-party price " + copied, closed])
    return _as_duplicates(quotes, quotes["quote_id"].map(reasons))


def _as_duplicates(quotes: pd.DataFrame, reasons: pd.Series) -> pd.DataFrame:
    repeated = reasons.notna()
    return quotes.assign(
        status=quotes["status"].mask(repeated, "duplicate"), reason=quotes["reason"].mask(repeated, reasons)
    )
