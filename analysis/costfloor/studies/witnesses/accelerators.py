"""Accelerators by themselves: computing per dollar by release, and the price of the same device, rented or bought, over time."""

from typing import Final

import numpy as np
import pandas as pd

from costfloor.data.store import Store
from costfloor.studies.witnesses.rates import Witness, witness

TABLES: Final = ("context_hardware", "context_gpu_rental", "context_gpu_purchase_price")

COMPUTING: Final = "computing"
RENTAL: Final = "rental"
PURCHASE: Final = "purchase"

FIRST_RELEASE: Final = "2016-01-01"
"""Accelerators for machine learning, with half precision for it, are on sale from 2016 on; graphics cards before are another trade."""

MONTH: Final = len("2025-01")


def accelerators(store: Store) -> tuple[Witness, ...]:
    """Every trend of accelerators that the data tell.

    Raises
    ------
    InputError, IntegrityError
        As `costfloor.data.store.Store.table`.
    """
    hardware, rental, purchase = (store.table(name) for name in TABLES)
    told = (
        witness(COMPUTING, computing_per_dollar(hardware)),
        witness(RENTAL, rental_prices(rental)),
        witness(PURCHASE, purchase_prices(purchase)),
    )
    return tuple(heard for heard in told if heard is not None)


def computing_per_dollar(hardware: pd.DataFrame) -> pd.DataFrame:
    """Dense half precision per dollar of release price, over release dates of different devices: `date, gain, cell, cluster`.

    A device whose half precision is no faster than its single precision has a figure without its matrix units and is left out.
    """
    known = hardware.dropna(subset=["release_date", "flops_per_usd"])
    rows = known[~(known["fp16_bf16_tensor_flops"] <= known["fp32_flops"]) & known["release_date"].ge(FIRST_RELEASE)]
    return pd.DataFrame(
        {
            "date": rows["release_date"],
            "gain": np.log(rows["flops_per_usd"]),
            "cell": "devices",
            "cluster": rows["name"],
        }
    ).reset_index(drop=True)


def rental_prices(rental: pd.DataFrame) -> pd.DataFrame:
    """Rental price of the same device in the same series by month, in the same columns; what has only a year is left out."""
    rows = rental[rental["date"].str.len() >= MONTH]
    rows = rows[rows.groupby(["gpu", "series"])["date"].transform("nunique") > 1]
    return pd.DataFrame(
        {
            "date": pd.to_datetime(rows["date"].str[:MONTH], format="%Y-%m"),
            "gain": -np.log(rows["value"]),
            "cell": rows["gpu"] + ", " + rows["series"],
            "cluster": rows["gpu"],
        }
    ).reset_index(drop=True)


def purchase_prices(purchase: pd.DataFrame) -> pd.DataFrame:
    """Purchase price of the same device by year, the geometric mean of a range that somebody judged, in the same columns."""
    rows = purchase[purchase.groupby("gpu")["year"].transform("nunique") > 1]
    return pd.DataFrame(
        {
            "date": pd.to_datetime(rows["year"].astype(str) + "-07-01"),
            "gain": -np.log(rows["geomean"]),
            "cell": rows["gpu"],
            "cluster": rows["gpu"],
        }
    ).reset_index(drop=True)
