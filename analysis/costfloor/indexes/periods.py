"""Which price of which item was in force at the end of each month or quarter."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from costfloor.errors import InputError
from costfloor.indexes.spells import ITEM, close_spells

Frequency = Literal["month", "quarter"]
Items = Literal["model_host", "model"]

PERIOD_CODES: dict[str, str] = {"month": "M", "quarter": "Q"}
NONE = -1

MAXIMUM_CELLS = 50_000_000
"""Items times periods that are looked at: 200,000 prices that each stand alone over twenty years, 200 MB."""


@dataclass(frozen=True, eq=False)
class PeriodMatrix:
    """Prices in force, items by periods.

    Attributes
    ----------
    rows
        The spells, one row each.
    items
        `model`, `host`, and `entry` and `exit`: positions of the first and the last period with a price.
    periods, days
        The periods, none left out between the first and the last, and the day at the end of each. A quarter that the frame
        does not reach the end of stands for the month it reaches: prices listed on the first of each month are a month apart
        in the last period too, although that is read on its first day.
    spell
        Position in `rows` of the price in force, items by periods; -1 for none.
    frequency
        `month` or `quarter`.
    """

    rows: pd.DataFrame
    items: pd.DataFrame
    periods: pd.PeriodIndex
    days: pd.DatetimeIndex
    spell: npt.NDArray[np.int32]
    frequency: Frequency

    def __str__(self) -> str:
        return (
            f"{len(self.items)} items of {self.items['model'].nunique()} models over {len(self.periods)} {self.frequency}s "
            f"from {self.periods[0]} to {self.periods[-1]}: {(self.spell != NONE).sum()} prices in force"
        )


def period_matrix(rows: pd.DataFrame, frequency: Frequency = "month", items: Items = "model_host") -> PeriodMatrix:
    """Read every item's price on the last day of every period.

    A spell counts on day `d` when `date <= d < until`. The end of a period rather than its average or its start: a price list
    holds for days, and a model that came during a period is on sale at its end. The last period is read on the last date of
    the frame when that comes first (the last day on which a
    price is known to begin or to hold); nothing is carried past it.

    Parameters
    ----------
    rows
        Spells, as `from_panel` or `from_table` give them. Without a `model`, each row is an item of its own.
    frequency
        `month` or `quarter`.
    items
        `model_host`: a model at one host; `model`: a model wherever it is cheapest on the day.

    Raises
    ------
    InputError
        As `check_prices`; or more than `MAXIMUM_CELLS` items times periods.
    """
    check_prices(rows, frequency)
    rows = close_spells(rows)
    labelled = rows if "model" in rows else rows.assign(model=[f"row {position + 1}" for position in range(len(rows))])
    held_to = labelled["until"] - pd.Timedelta(days=1)
    last = max(labelled["date"].max(), held_to.fillna(labelled["date"]).max())
    code = PERIOD_CODES[frequency]
    periods = pd.period_range(labelled["date"].min(), last, freq=code)
    ends = periods.end_time.normalize()
    read_on = ends.where(ends <= last, last)
    month_end = last + pd.offsets.MonthEnd(0)
    days = ends.where(ends <= month_end, month_end)
    sellers = labelled.groupby(ITEM, sort=True)
    names = sellers.size().index.to_frame(index=False)
    if len(names) * len(periods) > MAXIMUM_CELLS:
        raise InputError(
            f"{len(names):,} items over {len(periods):,} {frequency}s are more than an index by period can hold",
            remedy=f"{MAXIMUM_CELLS:,} items times periods are its limit; use quarters, fewer years or fewer models",
        )
    spell = _in_force(labelled, sellers.ngroup().to_numpy(), read_on)
    if items == "model":
        spell, names = _cheapest(labelled, spell, names)
    seen = (spell != NONE).any(axis=1)
    on_sale = spell[seen] != NONE
    names = names[seen].reset_index(drop=True)
    names["entry"] = on_sale.argmax(axis=1)
    names["exit"] = len(periods) - 1 - on_sale[:, ::-1].argmax(axis=1)
    return PeriodMatrix(labelled, names, periods, days, spell[seen], frequency)


def check_prices(rows: pd.DataFrame, frequency: str) -> None:
    """Refuse what no index can be made of.

    Raises
    ------
    InputError
        No rows, a price not above zero, quality that is not finite, or a frequency that is neither month nor quarter.
    """
    if frequency not in PERIOD_CODES:
        raise InputError("not a frequency", value=frequency, remedy="Use month or quarter")
    if rows.empty:
        raise InputError("no prices, no index", remedy="Bring dated prices of at least two periods")
    if not (rows["price"] > 0).all():
        raise InputError("not above zero", column="price", remedy="Leave free or unknown prices out")
    if not np.isfinite(rows["quality"].astype(float)).all():
        raise InputError("quality is not a finite number", remedy="Leave scores on the bounds of their scale out")


def log_prices(matrix: PeriodMatrix) -> npt.NDArray[np.float64]:
    """Log prices in force, items by periods; NaN for none."""
    prices = np.log(matrix.rows["price"].to_numpy(dtype=float))[matrix.spell]
    return np.where(matrix.spell == NONE, np.nan, prices)


def followed_prices(matrix: PeriodMatrix) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp], str]:
    """Log prices of the items that can be compared with their own past, what models they are of, and a note on the others.

    An item that a table quotes once (`quoted_once`, see `from_table`) has no second price. Carried on, it would say that the price
    stood still, which nobody saw; so it does not count.

    Raises
    ------
    InputError
        No item is quoted twice.
    """
    prices = log_prices(matrix)
    models = pd.factorize(matrix.items["model"])[0]
    if "quoted_once" not in matrix.rows:
        return prices, models, ""
    alone = matrix.rows["quoted_once"].to_numpy(dtype=bool)[matrix.spell]
    followed = np.where(alone, np.nan, prices)
    kept = ~np.isnan(followed).all(axis=1)
    if not kept.any():
        raise InputError(
            "no model is quoted twice at one host, so that no price can be compared with its own past",
            remedy="Bring later prices of the same models, or use hedonic",
        )
    left_out = f"{(~kept).sum():,} of {len(kept):,} items are quoted once: how their price moved is unknown, and they do not count."
    return followed[kept], models[kept], "" if kept.all() else left_out


def in_force(matrix: PeriodMatrix) -> pd.DataFrame:
    """The prices in force one below the other: a row of `rows` for each period it holds in, with the period's position."""
    item, period = np.nonzero(matrix.spell != NONE)
    long = matrix.rows.iloc[matrix.spell[item, period]].assign(item=item, period=period)
    return long.sort_values(["period", "item"]).reset_index(drop=True)


def new_prices(matrix: PeriodMatrix) -> pd.DataFrame:
    """The prices that began in each period, in the form of `in_force`."""
    period = matrix.periods.get_indexer(pd.PeriodIndex(matrix.rows["date"], freq=PERIOD_CODES[matrix.frequency]))
    long = matrix.rows.assign(item=matrix.rows.groupby(ITEM).ngroup(), period=period)
    return long.sort_values(["period", "item"], kind="stable").reset_index(drop=True)


def _in_force(rows: pd.DataFrame, item: npt.NDArray[np.integer], days: pd.DatetimeIndex) -> npt.NDArray[np.int32]:
    spell = np.full((item.max() + 1, len(days)), NONE, dtype=np.int32)
    start = rows["date"].to_numpy()
    until = rows["until"].fillna(pd.Timestamp.max.floor("D")).to_numpy()
    for period, day in enumerate(days.to_numpy()):
        held = np.flatnonzero((start <= day) & (day < until))
        spell[item[held], period] = held
    return spell


def _cheapest(
    rows: pd.DataFrame, spell: npt.NDArray[np.int32], names: pd.DataFrame
) -> tuple[npt.NDArray[np.int32], pd.DataFrame]:
    price = np.where(spell == NONE, np.inf, rows["price"].to_numpy(dtype=float)[spell])
    sellers = names.groupby("model", sort=False).indices
    best = np.empty((len(sellers), spell.shape[1]), dtype=np.int32)
    for position, of_model in enumerate(sellers.values()):
        best[position] = np.take_along_axis(spell[of_model], price[of_model].argmin(axis=0)[None], axis=0)[0]
    return best, pd.DataFrame({"model": list(sellers), "host": "cheapest"})
