"""Old rows and the ones that came after, arranged so that a fit to the old ones can speak about the new."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from costfloor.errors import InputError
from costfloor.laws.observations import PriceObservations, observations, subset

ORDER = ("date", "family", "model", "host", "price", "quality")
"""How `observations` sorts its rows."""

QUALITY_REACH = 0.75
"""Times the range of quality in the fitted rows: a score farther outside that of its family (of the table, where that is new) is on another
scale. Of the panel's later rows the farthest lay 0.2 outside all earlier ones."""

LOGIT_REACH = 3.0
"""At least so far, where scores are logits: a percentage read as a fraction, or the other way round, is off by 4.6."""

PRICE_REACH = math.log(100.0)
"""A price is in another unit when it lies farther than this outside all fitted ones of its family (of the table, where that is new)."""

COMPARED = (
    "log_price",
    "time_years",
    "unit",
    "host",
    "unit_entry_time",
    "unit_birth",
    "unit_capability",
    "unit_open",
    "unit_quality_sd",
    "unit_family",
    "centres",
)


@dataclass(frozen=True)
class Continuation:
    """All rows, in the units of the old fit.

    Attributes
    ----------
    obs
        Old and new rows; quality, births, open weights and the reference date count as for the old rows, in which the old draws are
        expressed.
    seen
        Mask (n,) of the old rows.
    """

    obs: PriceObservations
    seen: np.ndarray

    @property
    def fresh(self) -> int:
        """Number of new rows."""
        return int((~self.seen).sum())


def continuation(old: pd.DataFrame, full: pd.DataFrame) -> Continuation | None:
    """Mark the new rows of a table.

    Parameters
    ----------
    old, full
        Tables as `costfloor.laws.observations.observations` takes them, before and after.

    Returns
    -------
    Continuation or None
        None when `full` is not `old` with rows added: a row was withdrawn or corrected, or the new rows change what the old ones mean
        (an earlier birth of a family, an earlier entry).
    """
    full = full.sort_values([name for name in ORDER if name in full], kind="stable").reset_index(drop=True)
    columns = [name for name in full if name in old]
    before = old[columns].assign(copy=old.groupby(columns, dropna=False).cumcount())
    after = full[columns].assign(copy=full.groupby(columns, dropna=False).cumcount())
    marked = after.merge(before, how="left", on=[*columns, "copy"], indicator=True)
    seen = marked["_merge"].eq("both").to_numpy()
    if seen.sum() != len(old):
        return None
    obs = observations(full)
    if not _same(observations(old), subset(obs, seen)):
        return None
    return Continuation(subset(obs, np.ones(obs.n, bool), measured_by=seen), seen)


def appended(old: pd.DataFrame, fresh: pd.DataFrame, file: Path | str) -> Continuation:
    """New rows of a user's table behind old ones; what a family or a model of the old rows means stays as it was.

    Parameters
    ----------
    old, fresh
        As in `continuation`, but `fresh` holds the new rows only.
    file
        The table of `fresh`, or what it is called, for messages.

    Raises
    ------
    InputError
        The new rows are on another scale or in another unit, lack a column that the old ones have, repeat old rows, or would change what
        the old ones mean.
    """
    _check_scales(old, fresh, file)
    missing = [name for name in ("host", "model", "birth") if name in old and name not in fresh]
    if missing:
        raise InputError(
            "is missing, but the fitted rows have it", file=file, column=missing[0], remedy="Add the column"
        )
    by_family = old.groupby("family")
    old = old.assign(
        quality_centre=old["quality_centre"] if "quality_centre" in old else by_family["quality"].transform("mean"),
        family_birth=old["family_birth"] if "family_birth" in old else by_family["date"].transform("min"),
    )
    anchors = old.drop_duplicates("family").set_index("family")
    if "birth" in old:
        _check_births(old, fresh, file)
    known = fresh["family"].isin(anchors.index)
    of_family = fresh.groupby("family")
    fresh = fresh.assign(
        quality_centre=fresh["family"]
        .map(anchors["quality_centre"])
        .where(known, of_family["quality"].transform("mean")),
        family_birth=fresh["family"].map(anchors["family_birth"]).where(known, of_family["date"].transform("min")),
    )
    fresh = fresh.assign(**{name: 0.0 for name in ("quality_sd",) if name in old and name not in fresh})
    columns = [name for name in old if name in fresh]
    continued = continuation(old[columns], pd.concat([old[columns], fresh[columns]], ignore_index=True))
    if continued is None or not continued.fresh:
        raise InputError(
            "does not continue the fitted rows: it repeats them, or starts before them",
            file=file,
            remedy="Give only rows that are new, dated after the first of the fitted ones",
        )
    if subset(continued.obs, continued.seen).models_repeat != continued.obs.models_repeat:
        raise InputError(
            "name models again that the fitted rows have only once",
            file=file,
            column="model",
            remedy="Fit old and new rows together: the old ones say nothing of how the price of a model moves",
        )
    return continued


def _check_scales(old: pd.DataFrame, fresh: pd.DataFrame, file: Path | str) -> None:
    """Refuse scores and prices far outside everything the fit has seen: scored, they would be a verdict on the wrong question."""
    if fresh.empty:
        return
    logits = "score" in fresh and not np.allclose(fresh["score"], fresh["quality"])
    span = float(np.ptp(old["quality"])) or 1.0
    reach = max(QUALITY_REACH * span, LOGIT_REACH if logits else 0.0)
    far = _first_outside(fresh["quality"], old["quality"], old, fresh, reach)
    if far is not None:
        row, low, high, count = far
        raise InputError(
            f"{f'a logit of {fresh["quality"].iloc[row]:.3g}, ' if logits else ''}far outside the fitted rows, which reach from "
            f"{low:.4g} to {high:.4g}{count}",
            file=file,
            row=row + 1,
            column="score",
            value=float(fresh["score" if "score" in fresh else "quality"].iloc[row]),
            remedy="Give scores as the fitted rows have them, and say how they are measured with --score-scale; the project's panel has "
            "capability (GPT-4 has about 125), with --score-scale raw",
        )
    price, fitted = (table["price"].astype(float).map(math.log) for table in (fresh, old))
    far = _first_outside(price, fitted, old, fresh, PRICE_REACH)
    if far is not None:
        row, low, high, count = far
        raise InputError(
            f"more than a hundred times outside the fitted prices, which reach from {np.exp(low):.4g} to {np.exp(high):.4g}{count}",
            file=file,
            row=row + 1,
            column="price",
            value=float(fresh["price"].iloc[row]),
            remedy="Give prices in the unit of the fitted rows; the project's panel has USD per million tokens",
        )


def _check_births(old: pd.DataFrame, fresh: pd.DataFrame, file: Path | str) -> None:
    """Refuse another birth of a family whose fitted rows all have the same: it has one clock, and the fit knows it by that."""
    births = old.groupby("family")["birth"].agg(["min", "max"])
    clocks = births.loc[births["min"] == births["max"], "min"]
    fitted = clocks.reindex(fresh["family"]).set_axis(fresh.index)
    other = (fitted.notna() & (fresh["birth"] != fitted)).to_numpy()
    if other.any():
        row = int(other.argmax())
        raise InputError(
            f"not the birth that its family has in the fitted rows, {fitted.iloc[row]:%Y-%m-%d}",
            file=file,
            row=row + 1,
            column="birth",
            value=f"{fresh['birth'].iloc[row]:%Y-%m-%d}",
            remedy="Give the family that birth, or fit old and new rows together",
        )


def _first_outside(
    values: pd.Series, fitted: pd.Series, old: pd.DataFrame, fresh: pd.DataFrame, reach: float
) -> tuple[int, float, float, str] | None:
    """The first new row whose value lies more than `reach` outside the fitted ones of its family, or of the table where that is new.

    Returns its position, the smallest and the largest fitted value, and in words how many such rows there are; None without one.
    """
    by_family = fitted.groupby(old["family"].astype(str)).agg(["min", "max"])
    family = fresh["family"].astype(str)
    low = family.map(by_family["min"]).fillna(fitted.min())
    high = family.map(by_family["max"]).fillna(fitted.max())
    outside = ((values < low - reach) | (values > high + reach)).to_numpy()
    if not outside.any():
        return None
    row = int(outside.argmax())
    return row, float(low.iloc[row]), float(high.iloc[row]), f" ({outside.sum()} rows are)" if outside.sum() > 1 else ""


def _same(obs: PriceObservations, other: PriceObservations) -> bool:
    names = (obs.families, obs.hosts, obs.units, obs.start) == (other.families, other.hosts, other.units, other.start)
    return names and all(
        np.shape(getattr(obs, name)) == np.shape(getattr(other, name))
        and np.allclose(getattr(obs, name), getattr(other, name), atol=1e-9)
        for name in COMPARED
    )
