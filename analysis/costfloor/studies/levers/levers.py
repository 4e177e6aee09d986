"""Levers that lower the bill at one price list, as far as lists and models show them: caches, batches, sparse models.

Each is a step that a buyer or a host takes once. It lowers the level of cost by at most its own size, whatever the trend does afterwards.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from costfloor.data.hosts import OWN_PRICE_KINDS

MIN_OBSERVED: Final = 5
"""Fewer say nothing of quartiles."""

OFFERS: Final = ("kept", "duplicate")
"""A duplicate is the same price in another list, which may name a discount that the first leaves out."""

SPARSE_BELOW: Final = 0.999


@dataclass(frozen=True)
class Lever:
    """One lever, as observed.

    Attributes
    ----------
    name
        What it is.
    observed
        Number of offers or models that show it.
    ratio
        25, 50 and 75 % of cost with the lever over cost without, where it applies in full; None with fewer than `MIN_OBSERVED`.
    years
        First and last year in which it was observed; None without any.
    """

    name: str
    observed: int
    ratio: tuple[float, float, float] | None
    years: tuple[int, int] | None


def discount(name: str, quotes: pd.DataFrame, discounted: str, full: str) -> Lever:
    """The latest discounted price of each model at each host over the full one.

    Parameters
    ----------
    name
        Of the lever.
    quotes
        Columns `status`, `host`, `host_kind`, `model_key`, `date`, and the two prices. A relay passes on discounts of others.
    discounted, full
        Columns, USD per million tokens. Prices of zero or less are no discounts.
    """
    of_sellers = quotes["status"].isin(OFFERS) & quotes["host_kind"].isin(OWN_PRICE_KINDS)
    offered = quotes[of_sellers & quotes[discounted].gt(0.0) & quotes[full].gt(0.0)]
    latest = offered.sort_values("date", kind="stable").drop_duplicates(["host", "model_key"], keep="last")
    return _lever(name, latest[discounted] / latest[full], latest["date"].dt.year)


def active_share(models: pd.DataFrame) -> Lever:
    """Parameters that a token uses over all parameters, of models with open weights that do not use all of them.

    Parameters
    ----------
    models
        Columns `release_date`, `params_total_b` and `params_active_b`.
    """
    share = models["params_active_b"] / models["params_total_b"]
    sparse = models[share.lt(SPARSE_BELOW) & models["release_date"].notna()]
    return _lever("active parameters of sparse models", share[sparse.index], sparse["release_date"].dt.year)


def observed_levers(quotes: pd.DataFrame, models: pd.DataFrame) -> tuple[Lever, ...]:
    """Levers that the processed quotes and the raw table of models show.

    Cascades and routing are not among them: no list prices them, and a service's scenario states them as its own assumption.
    """
    return (
        discount("input read from a cache", quotes, "cache_read_usd_per_mtok", "input_usd_per_mtok"),
        discount("input in the batch tier", quotes, "batch_input_usd_per_mtok", "input_usd_per_mtok"),
        discount("output in the batch tier", quotes, "batch_output_usd_per_mtok", "output_usd_per_mtok"),
        active_share(models),
    )


def _lever(name: str, ratio: "pd.Series[float]", year: "pd.Series[int]") -> Lever:
    if ratio.empty:
        return Lever(name, 0, None, None)
    low, middle, high = np.quantile(ratio, [0.25, 0.5, 0.75]).tolist()
    return Lever(
        name,
        len(ratio),
        (low, middle, high) if len(ratio) >= MIN_OBSERVED else None,
        (int(year.min()), int(year.max())),
    )
