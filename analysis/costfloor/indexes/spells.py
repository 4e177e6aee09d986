"""Price spells: from which day to which day a price held, for the panel or for a user's table."""

from collections.abc import Sequence

import pandas as pd

from costfloor.errors import InputError
from costfloor.panel import LAW_HOST_KINDS, MIN_USABLE_BENCHMARKS
from costfloor.sources.covariates import covariate_names

ITEM = ["model", "host"]

PANEL_COVARIATES = ("creator", "host_kind", "open_weights", "reasoning")
"""Columns of the panel that a hedonic regression may hold constant; the others are dates, prices, or follow from capability."""


def from_panel(panel: pd.DataFrame, covariates: Sequence[str] = ()) -> pd.DataFrame:
    """The panel as spells, at the sellers that the laws see.

    An aggregator repeats a price that is in the panel already, and the lowest price of a month belongs to no single seller.

    Parameters
    ----------
    panel
        As `load_panel` gives it.
    covariates
        Some of `PANEL_COVARIATES`, to be kept.

    Returns
    -------
    pandas.DataFrame
        `date, until, left_censored, price, model, host, quality, open_weights, reasoning, family`, and the covariates; see
        `close_spells`. Models with fewer benchmarks than the laws ask for are left out, so that indexes and laws speak of the same rows.

    Raises
    ------
    InputError
        A covariate is none of `PANEL_COVARIATES`.
    """
    names = covariate_names(covariates)
    for name in names:
        if name not in PANEL_COVARIATES:
            choices = ", ".join(PANEL_COVARIATES)
            raise InputError("is no covariate of the panel", column=name, remedy=f"Choose from {choices}")
    rows = panel[panel["host_kind"].isin(LAW_HOST_KINDS) & (panel["n_benchmarks"] >= MIN_USABLE_BENCHMARKS)]
    spells = pd.DataFrame(
        {
            "date": rows["date"],
            "until": rows["valid_to"],
            "left_censored": rows["left_censored"],
            "price": rows["price_usd_per_mtok"],
            "model": rows["model"],
            "host": rows["host"],
            "quality": rows["capability"],
            "open_weights": rows["open_weights"],
            "reasoning": rows["reasoning"],
            "family": rows["segment"],
            **{name: rows[name] for name in names},
        }
    )
    return close_spells(spells)


def from_table(frame: pd.DataFrame) -> pd.DataFrame:
    """A user's table as spells: a price holds until the next one of its model and host, or to the table's end.

    Parameters
    ----------
    frame
        `PriceTable.frame`. Without a `model` column no two rows are the same thing: each price then stands alone, and the
        indexes that match models refuse the table.

    Returns
    -------
    pandas.DataFrame
        See `close_spells`. Where models are named, `quoted_once` marks the prices without another of their model and host: the table
        does not say whether they ever moved, and indexes that match models leave them out.
    """
    spells = close_spells(frame.assign(until=pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")))
    if "model" not in spells:
        return spells
    return spells.assign(quoted_once=~spells.duplicated(ITEM, keep=False))


def close_spells(spells: pd.DataFrame) -> pd.DataFrame:
    """End each spell where the next one of its model and host begins, and put the rows in order.

    A record often says when a price came and not when it went: an open spell with a successor is over. Of two prices of one
    item from the same day, the one that held longer stays; the other keeps no day.

    Parameters
    ----------
    spells
        `date`, `until` (first day the price no longer holds; NaT while open), `price`, `quality`; optional `model`, `host`.

    Returns
    -------
    pandas.DataFrame
        A new frame, sorted, with a `host` ("" when there was none).
    """
    spells = spells.copy()
    if "host" not in spells:
        spells["host"] = ""
    spells["until"] = pd.to_datetime(spells["until"])
    if "model" not in spells:
        return spells.sort_values(["date", "price", "quality"]).reset_index(drop=True)
    # Price last: rows in another order must not give another index.
    spells = spells.sort_values([*ITEM, "date", "until", "price"], na_position="last").reset_index(drop=True)
    following = spells.groupby(ITEM)["date"].shift(-1)
    spells["until"] = spells["until"].where(~(spells["until"] > following) & spells["until"].notna(), following)
    return spells
