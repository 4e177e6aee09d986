"""Sellers that nobody has looked at, and whose prices theirs repeat."""

from typing import Any

import numpy as np
import pandas as pd

from costfloor.data.hosts import UNKNOWN

ALIKE = np.log(1.02)
"""Prices within 2 % of each other."""

SHOWN = 3
MIN_COMMON = 5
RELAY_SHARE = 0.7
"""A seller of whose prices this share equals another's, over at least `MIN_COMMON` models, is likely its relay."""


def unknown_sellers(quotes: pd.DataFrame) -> list[dict[str, Any]]:
    """Every seller of unknown kind that a source names, the one with most rows first.

    Parameters
    ----------
    quotes
        The processed quotes.

    Returns
    -------
    list of dict
        `spelling, sources, rows, models, first, last, alike, likely_relay_of`. `alike` names the hosts whose prices are most often within
        2 %: `host`, `kind`, `common` (models that both price on a shared day) and `equal` (those of them alike). `likely_relay_of` is
        the first of them when they are alike often enough, else None.
    """
    rows = quotes[quotes["host_kind"].eq(UNKNOWN) & quotes["provider"].notna()]
    prices = quotes[quotes["status"].isin(["kept", "duplicate"]) & quotes["host_kind"].ne("market_low")]
    sellers = []
    for host, offers in rows.groupby("host"):
        alike = _alike(prices[prices["host"].eq(host)], prices[prices["host"].ne(host)])
        first = alike[0] if alike else None
        likely = first is not None and first["common"] >= MIN_COMMON and first["equal"] >= RELAY_SHARE * first["common"]
        sellers.append(
            {
                "spelling": str(host),
                "sources": sorted(offers["source"].unique()),
                "rows": len(offers),
                "models": int(offers["model_key"].nunique()),
                "first": _day(offers["recorded_on"].min()),
                "last": _day(offers["recorded_on"].max()),
                "alike": alike[:SHOWN],
                "likely_relay_of": first["host"] if first is not None and likely else None,
            }
        )
    return sorted(sellers, key=lambda seller: (-seller["rows"], seller["spelling"]))


def _alike(offers: pd.DataFrame, others: pd.DataFrame) -> list[dict[str, Any]]:
    """Hosts by how many models they and this seller price alike, counted once per model, and then by the share."""
    columns = ["model_key", "host", "host_kind", "recorded_on", "valid_to", "price_usd_per_mtok"]
    pairs = offers[columns].merge(others[columns], on="model_key", suffixes=("", "_other"))
    shared = ~pairs["valid_to"].le(pairs["recorded_on_other"]) & ~pairs["valid_to_other"].le(pairs["recorded_on"])
    pairs = pairs[shared]
    gap = np.log(pairs["price_usd_per_mtok"]) - np.log(pairs["price_usd_per_mtok_other"])
    models = gap.abs().le(ALIKE).groupby([pairs["host_other"], pairs["model_key"]]).any()
    counts = models.groupby("host_other").agg(["size", "sum"])
    kinds = pairs.groupby("host_other")["host_kind_other"].agg(lambda kind: kind.mode().iloc[0])
    listed = [
        {"host": str(host), "kind": kinds[host], "common": int(common), "equal": int(equal)}
        for host, common, equal in counts.itertuples()
    ]
    return sorted(listed, key=lambda other: (-other["equal"], -other["equal"] / other["common"], other["host"]))


def _day(day: pd.Timestamp) -> str | None:
    return None if pd.isna(day) else str(day.date())
