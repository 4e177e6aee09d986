"""The arrays that every law sees, from the project's panel or a user's table."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class PriceObservations:
    """Dated prices of things with a measured quality: n rows, U units, F families, H hosts.

    A unit is a version of a model: one measured quality in one family. It enters the market once, at the price its time gives it, and
    its rows follow it. Where no model has more than one row, every row is a unit of its own and there are no model effects.

    Attributes
    ----------
    log_price : (n,)
        Natural log of price in the table's unit.
    time_years : (n,)
        Years since `start`.
    unit, host : (n,) int
        Codes into the units and `hosts`. A table without hosts has none (empty tuple, codes zero).
    unit_entry_time, unit_entry_age : (U,)
        Years from `start`, and from the family's birth, to the unit's entry; the age is never negative.
    unit_capability, unit_quality_sd : (U,)
        Measured quality, comparable between families, and its standard deviation.
    unit_open : (U,) bool
        Whether the weights can be had; false where the table does not say so.
    unit_family : (U,) int
        Code into `families`.
    births : (F,)
        Years from `start` to the birth of each family; may be negative.
    centres : (F,)
        The capability from which a family's quality counts.
    anchored
        Whether the table itself says when each family was born and where it is centred. If not, its rows do, and nothing is known of a
        family before its first one.
    quality_scale
        Standard deviation of quality within families, by which the models standardise it; 1 when quality does not vary.
    models_repeat
        Whether units have effects of their own.
    """

    log_price: np.ndarray
    time_years: np.ndarray
    unit: np.ndarray
    host: np.ndarray
    unit_entry_time: np.ndarray
    unit_entry_age: np.ndarray
    unit_capability: np.ndarray
    unit_quality_sd: np.ndarray
    unit_open: np.ndarray
    unit_family: np.ndarray
    births: np.ndarray
    centres: np.ndarray
    anchored: bool
    families: tuple[str, ...]
    hosts: tuple[str, ...]
    units: tuple[str, ...]
    quality_scale: float
    models_repeat: bool
    start: pd.Timestamp
    last: pd.Timestamp
    price_unit: str
    data_hash: str

    @property
    def family(self) -> np.ndarray:
        """Family of each row, (n,)."""
        return np.asarray(self.unit_family[self.unit])

    @property
    def unit_quality(self) -> np.ndarray:
        """Capability of each unit minus its family's centre, (U,)."""
        return np.asarray(self.unit_capability - self.centres[self.unit_family])

    @property
    def quality(self) -> np.ndarray:
        """Centred quality of each row, (n,)."""
        return np.asarray(self.unit_quality[self.unit])

    @property
    def age_years(self) -> np.ndarray:
        """Age of the row's family on the row's date, (n,), never negative."""
        return np.asarray(np.maximum(self.time_years - self.births[self.family], 0.0))

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.log_price)

    @property
    def last_time_years(self) -> float:
        """Years from `start` to the last date."""
        return float((self.last - self.start).days / DAYS_PER_YEAR)

    @property
    def ages_at_last(self) -> np.ndarray:
        """Age of each family at the last date, in years."""
        return np.asarray(np.maximum(self.last_time_years - self.births, 0.0))

    @property
    def mean_age_at_last(self) -> float:
        """Mean age of the families at the last date, in years; at least a day."""
        return max(float(self.ages_at_last.mean()), 1.0 / DAYS_PER_YEAR)


def observations(frame: pd.DataFrame, *, price_unit: str = "price unit of the table") -> PriceObservations:
    """Arrange a panel or a user's table for the laws.

    Parameters
    ----------
    frame
        Columns `date`, `price`, `quality`, `family`; optional `quality_sd`, `quality_centre`, `family_birth`, `host`, `model`, `entry`,
        `open_weights`. Without `family_birth` a family is born on its first date, without `quality_centre` its centre is its mean
        quality, and without `entry` a model enters on its first date in the table.
    price_unit
        For axis labels.
    """
    order = [name for name in ("date", "family", "model", "host", "price", "quality") if name in frame]
    frame = frame.sort_values(order, kind="stable").reset_index(drop=True)
    frame["family"] = frame["family"].astype(str)
    families = tuple(sorted(frame["family"].unique()))
    by_family = frame.groupby("family")
    centres = (
        by_family["quality_centre"].first()
        if "quality_centre" in frame
        else by_family["quality"].agg(lambda quality: quality.to_numpy(float).mean())
    )
    birth_dates = by_family["family_birth"].min() if "family_birth" in frame else by_family["date"].min()
    start, last = pd.Timestamp(frame["date"].min()), pd.Timestamp(frame["date"].max())
    births = np.array([(birth_dates[name] - start).days for name in families], float) / DAYS_PER_YEAR
    unit, names, models_repeat = _units(frame)
    first_row = np.unique(unit, return_index=True)[1]
    entry = _years(_entries(frame, unit), start)
    units = frame.iloc[first_row]
    family = _codes(units["family"], families)
    time_years = _years(frame["date"], start)
    hosts = tuple(sorted(frame["host"].astype(str).unique())) if "host" in frame else ()
    arrays = {
        "log_price": np.log(frame["price"].to_numpy(float)),
        "time_years": time_years,
        "unit": unit,
        "host": _codes(frame["host"].astype(str), hosts) if hosts else np.zeros(len(frame), np.intp),
        "unit_entry_time": np.maximum(entry[first_row], 0.0),
        "unit_entry_age": np.maximum(entry[first_row] - births[family], 0.0),
        "unit_capability": units["quality"].to_numpy(float),
        "unit_quality_sd": units["quality_sd"].to_numpy(float) if "quality_sd" in frame else np.zeros(len(units)),
        "unit_open": units["open_weights"].fillna(False).to_numpy(bool)
        if "open_weights" in frame
        else np.zeros(len(units), bool),
        "unit_family": family,
        "births": births,
        "centres": centres[list(families)].to_numpy(float),
    }
    return PriceObservations(
        **arrays,
        anchored="quality_centre" in frame and "family_birth" in frame,
        quality_scale=_scale(arrays["unit_capability"] - arrays["centres"][family]),
        families=families,
        hosts=hosts,
        units=names,
        models_repeat=models_repeat,
        start=start,
        last=last,
        price_unit=price_unit,
        data_hash=_digest(arrays, (families, hosts, names, (str(start.date()),))),
    )


def subset(obs: PriceObservations, rows: np.ndarray, measured_by: np.ndarray | None = None) -> PriceObservations:
    """The observations that a past date allowed: the chosen rows with their units, hosts and families.

    Parameters
    ----------
    obs
        All observations.
    rows
        Boolean mask (n,). The start of time stays that of `obs`, and so do births and centres that the table gives.
    measured_by
        Mask (n,) of the rows that say in which units quality is measured: its scale, and the centres of families where the table gives
        none. Default: `rows`. A fit must not know how far the models to come differ, and a forecast is in the units of its fit.
    """
    measuring = rows if measured_by is None else measured_by
    measuring_units = np.unique(obs.unit[measuring])
    centres = obs.centres if obs.anchored else _mean_capability(obs, measuring)
    units = np.unique(obs.unit[rows])
    hosts = np.unique(obs.host[rows])
    families = np.unique(obs.unit_family[units])
    arrays = {
        "log_price": obs.log_price[rows],
        "time_years": obs.time_years[rows],
        "unit": np.searchsorted(units, obs.unit[rows]),
        "host": np.searchsorted(hosts, obs.host[rows]),
        "unit_entry_time": obs.unit_entry_time[units],
        "unit_entry_age": obs.unit_entry_age[units],
        "unit_capability": obs.unit_capability[units],
        "unit_quality_sd": obs.unit_quality_sd[units],
        "unit_open": obs.unit_open[units],
        "unit_family": np.searchsorted(families, obs.unit_family[units]),
        "births": obs.births[families],
        "centres": centres[families],
    }
    quality_scale = _scale((obs.unit_capability - centres[obs.unit_family])[measuring_units])
    names: dict[str, Any] = {
        "families": tuple(obs.families[code] for code in families),
        "hosts": tuple(obs.hosts[code] for code in hosts) if obs.hosts else (),
        "units": tuple(obs.units[code] for code in units) if obs.units else (),
    }
    changes: dict[str, Any] = {**arrays, **names}
    return replace(
        obs,
        **changes,
        quality_scale=quality_scale,
        last=obs.start + pd.Timedelta(days=round(float(obs.time_years[rows].max()) * DAYS_PER_YEAR)),
        data_hash=_digest(arrays, (*names.values(), (str(obs.start.date()),))),
    )


def _mean_capability(obs: PriceObservations, rows: np.ndarray) -> np.ndarray:
    """Mean capability of the chosen rows of each family, (F,); the centre of `obs` for a family without any."""
    centres = obs.centres.copy()
    capability, family = obs.unit_capability[obs.unit[rows]], obs.family[rows]
    for code in np.unique(family):
        centres[code] = capability[family == code].mean()
    return centres


def _scale(quality: np.ndarray) -> float:
    spread = float(np.std(quality))
    return spread if spread > 0 else 1.0


def _units(frame: pd.DataFrame) -> tuple[np.ndarray, tuple[str, ...], bool]:
    """Unit of each row, names of the units, and whether any unit has more than one row."""
    versions = ["model", "family", "quality"]
    if "model" not in frame or not frame.duplicated(versions).any():
        return np.arange(len(frame)), (), False
    unit = frame.groupby(versions, sort=False).ngroup().to_numpy(np.intp)
    first_row = np.unique(unit, return_index=True)[1]
    return unit, tuple(frame["model"].astype(str).iloc[first_row]), True


def _entries(frame: pd.DataFrame, unit: np.ndarray) -> pd.Series:
    first = frame["date"].groupby(unit).transform("min")
    return first if "entry" not in frame else frame["entry"].fillna(first).clip(upper=first)


def _years(dates: pd.Series, start: pd.Timestamp) -> np.ndarray:
    return np.asarray((dates - start).dt.days.to_numpy(float) / DAYS_PER_YEAR)


def _codes(names: pd.Series, categories: tuple[str, ...]) -> np.ndarray:
    return np.asarray(pd.Categorical(names, categories=list(categories)).codes.astype(np.intp))


def _digest(arrays: dict[str, np.ndarray], names: tuple[tuple[str, ...], ...]) -> str:
    digest = hashlib.sha256()
    for name, array in arrays.items():
        digest.update(name.encode() + np.ascontiguousarray(array).tobytes())
    for group in names:
        digest.update("\x1f".join(group).encode() + b"\x1e")
    return digest.hexdigest()
