"""The arrays that every law sees, from the project's panel or a user's table."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from costfloor.capability.clock import PricedReleases
from costfloor.laws.market_clock import MarketClock, clock_as_of, clock_from, clock_of, unit_births

DAYS_PER_YEAR = 365.25

ON_SALE_YEARS = 1.0
"""A model with a price so long before the last date counts as on sale."""


@dataclass(frozen=True)
class PriceObservations:
    """Dated prices of things with a measured quality: n rows, U units, F families, H hosts.

    A unit is a version of a model: one measured quality in one family. It enters the market once, at the price its time gives it, and
    its rows follow it. Where no model has more than one row, every row is a unit of its own and there are no model effects. Its age is
    that of its capability: time since the market first reached it.

    Attributes
    ----------
    log_price : (n,)
        Natural log of price in the table's unit.
    time_years : (n,)
        Years since `start`.
    unit, host : (n,) int
        Codes into the units and `hosts`. A table without hosts has none (empty tuple, codes zero).
    unit_entry_time : (U,)
        Years from `start` to the unit's entry; negative before the first price.
    unit_birth : (U,)
        Years from `start` to the birth of the unit's capability: negative before the first price, after the entry of a unit that was
        ahead of its market.
    unit_capability, unit_quality_sd : (U,)
        Measured quality, comparable between families, and its standard deviation.
    unit_open : (U,) bool
        Whether the weights can be had; false where the table does not say so.
    unit_family, unit_segment : (U,) int
        Codes into `families` and `segments`.
    centres, family_birth, family_open : (F,)
        Of each family the capability from which quality counts, the mean birth of its units, years from `start`, and the share of units
        with open weights.
    reference_years
        Years from `start` to the date at which prices lie on a line in capability: the last one that a fit knows.
    segments
        Parts of families of which classical forecasts and checks take a series each; the laws do not see them. Families where the table
        has none.
    anchored
        Whether the table itself says when each family was born and where it is centred. If not, its rows do, and nothing is known of a
        family before its first one.
    quality_scale
        Standard deviation of quality within families, by which the models standardise it; 1 when quality does not vary.
    models_repeat
        Whether units have effects of their own.
    clock
        What births follow from, where the market has a clock; None where the table gives births.
    """

    log_price: np.ndarray
    time_years: np.ndarray
    unit: np.ndarray
    host: np.ndarray
    unit_entry_time: np.ndarray
    unit_birth: np.ndarray
    unit_capability: np.ndarray
    unit_quality_sd: np.ndarray
    unit_open: np.ndarray
    unit_family: np.ndarray
    unit_segment: np.ndarray
    centres: np.ndarray
    family_birth: np.ndarray
    family_open: np.ndarray
    reference_years: float
    anchored: bool
    families: tuple[str, ...]
    segments: tuple[str, ...]
    hosts: tuple[str, ...]
    units: tuple[str, ...]
    quality_scale: float
    models_repeat: bool
    start: pd.Timestamp
    last: pd.Timestamp
    price_unit: str
    data_hash: str
    clock: MarketClock | None = None

    @property
    def family(self) -> np.ndarray:
        """Family of each row, (n,)."""
        return np.asarray(self.unit_family[self.unit])

    @property
    def segment(self) -> np.ndarray:
        """Segment of each row, (n,)."""
        return np.asarray(self.unit_segment[self.unit])

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
        """Age of the row's capability on the row's date, (n,); negative before its birth."""
        return np.asarray(self.time_years - self.unit_birth[self.unit])

    @property
    def births_differ(self) -> bool:
        """Whether units of one family have different births."""
        return bool(np.any(self.unit_birth != self.family_birth[self.unit_family]))

    @property
    def ahead_of_market(self) -> bool:
        """Whether a unit entered before the birth of its capability."""
        return bool(np.any(self.unit_entry_time < self.unit_birth))

    @property
    def open_weights_differ(self) -> bool:
        """Whether a family has units with open weights and units without."""
        return bool(np.any((self.family_open > 0.0) & (self.family_open < 1.0)))

    @property
    def unit_open_contrast(self) -> np.ndarray:
        """Open weights (0 or 1) of each unit minus their mean in its family, (U,)."""
        return np.asarray(self.unit_open - self.family_open[self.unit_family])

    @property
    def on_sale(self) -> np.ndarray:
        """Mask (U,) of the units that have a price in the `ON_SALE_YEARS` until the last date."""
        recent = self.time_years >= self.last_time_years - ON_SALE_YEARS
        return np.isin(np.arange(len(self.unit_family)), self.unit[recent])

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
        """Mean age of each family's units at the last date, in years, (F,); never negative."""
        return np.asarray(np.maximum(self.last_time_years - self.family_birth, 0.0))

    @property
    def mean_age_at_last(self) -> float:
        """Mean age of the families at the last date, in years; at least a day."""
        return max(float(self.ages_at_last.mean()), 1.0 / DAYS_PER_YEAR)


def observations(
    frame: pd.DataFrame, *, price_unit: str = "price unit of the table", releases: PricedReleases | None = None
) -> PriceObservations:
    """Arrange a panel or a user's table for the laws.

    Parameters
    ----------
    frame
        Columns `date`, `price`, `quality`, `family`; optional `quality_sd`, `quality_centre`, `birth` (of the model's capability, to
        fractions of a day), `family_birth`, `segment`, `host`, `model`, `entry`, `open_weights`. Without `birth` a capability is born with
        its family, without `family_birth` a family is born on its first date, without `quality_centre` its centre is its mean quality, and
        without `entry` a model enters on its first date in the table.
    price_unit
        For axis labels.
    releases
        By which `birth` was worked out, with releases until `clock_entry`, a column as well: a past date has the births of its own day.
    """
    order = [name for name in ("date", "family", "model", "host", "price", "quality") if name in frame]
    frame = frame.sort_values(order, kind="stable").reset_index(drop=True)
    frame["family"] = frame["family"].astype(str)
    families = tuple(sorted(frame["family"].unique()))
    by_family = frame.groupby("family")
    centres = (
        by_family["quality_centre"].first()[list(families)].to_numpy(float)
        if "quality_centre" in frame
        else _family_means(frame["quality"].to_numpy(float), _codes(frame["family"], families), len(families))
    )
    birth = (
        frame["birth"]
        if "birth" in frame
        else by_family["family_birth" if "family_birth" in frame else "date"].transform("min")
    )
    start, last = pd.Timestamp(frame["date"].min()), pd.Timestamp(frame["date"].max())
    unit, names, models_repeat = _units(frame)
    first_row = np.unique(unit, return_index=True)[1]
    units = frame.iloc[first_row]
    family = _codes(units["family"], families)
    segment = frame["segment" if "segment" in frame else "family"].astype(str)
    segments = tuple(sorted(segment.unique()))
    time_years = _years(frame["date"], start)
    hosts = tuple(sorted(frame["host"].astype(str).unique())) if "host" in frame else ()
    arrays = {
        "log_price": np.log(frame["price"].to_numpy(float)),
        "time_years": time_years,
        "unit": unit,
        "host": _codes(frame["host"].astype(str), hosts) if hosts else np.zeros(len(frame), np.intp),
        "unit_entry_time": _years(_entries(frame, unit), start)[first_row],
        "unit_birth": _years(birth, start)[first_row],
        "unit_capability": units["quality"].to_numpy(float),
        "unit_quality_sd": units["quality_sd"].to_numpy(float) if "quality_sd" in frame else np.zeros(len(units)),
        "unit_open": units["open_weights"].fillna(False).to_numpy(bool)
        if "open_weights" in frame
        else np.zeros(len(units), bool),
        "unit_family": family,
        "centres": centres,
    }
    return PriceObservations(
        **arrays,
        family_birth=_family_means(arrays["unit_birth"], family, len(families)),
        family_open=_family_means(arrays["unit_open"], family, len(families)),
        unit_segment=_codes(segment.iloc[first_row], segments),
        segments=segments,
        reference_years=float(time_years.max()),
        anchored="quality_centre" in frame and "family_birth" in frame,
        quality_scale=_scale(arrays["unit_capability"] - centres[family]),
        families=families,
        hosts=hosts,
        units=names,
        models_repeat=models_repeat,
        start=start,
        last=last,
        price_unit=price_unit,
        data_hash=_digest(arrays, (families, hosts, names, (str(start.date()),))),
        clock=None if releases is None else clock_from(releases, units["clock_entry"], start),
    )


def subset(obs: PriceObservations, rows: np.ndarray, measured_by: np.ndarray | None = None) -> PriceObservations:
    """The observations that a past date allowed: the chosen rows with their units, hosts and families.

    Parameters
    ----------
    obs
        All observations.
    rows
        Boolean mask (n,). The start of time stays that of `obs`, and so do births and centres that the table gives. By a clock, births
        follow from the releases that had a price by the last measuring row's date.
    measured_by
        Mask (n,) of the rows that say from where and in which units things count, by default `rows`: scale of quality, centres of
        families where the table gives none, births by a clock, mean births, share of open weights, and the reference date. A fit must
        not know how far the models to come differ, and a forecast is in the units of its fit.
    """
    measuring = rows if measured_by is None else measured_by
    measuring_units = np.unique(obs.unit[measuring])
    by_row = obs.unit[measuring]
    reference_years = float(obs.time_years[measuring].max())
    centres = obs.centres if obs.anchored else _measured_means(obs, obs.unit_capability, by_row, obs.centres)
    clock = obs.clock and clock_as_of(obs.clock, reference_years * DAYS_PER_YEAR)
    birth = obs.unit_birth if clock is None else unit_births(clock, obs.unit_capability) / DAYS_PER_YEAR
    units, hosts = np.unique(obs.unit[rows]), np.unique(obs.host[rows])
    families, segments = np.unique(obs.unit_family[units]), np.unique(obs.unit_segment[units])
    arrays = {
        "log_price": obs.log_price[rows],
        "time_years": obs.time_years[rows],
        "unit": np.searchsorted(units, obs.unit[rows]),
        "host": np.searchsorted(hosts, obs.host[rows]),
        "unit_entry_time": obs.unit_entry_time[units],
        "unit_birth": birth[units],
        "unit_capability": obs.unit_capability[units],
        "unit_quality_sd": obs.unit_quality_sd[units],
        "unit_open": obs.unit_open[units],
        "unit_family": np.searchsorted(families, obs.unit_family[units]),
        "centres": centres[families],
    }
    names: dict[str, Any] = {
        "families": tuple(obs.families[code] for code in families),
        "hosts": tuple(obs.hosts[code] for code in hosts) if obs.hosts else (),
        "units": tuple(obs.units[code] for code in units) if obs.units else (),
    }
    changes: dict[str, Any] = {**arrays, **names}
    return replace(
        obs,
        **changes,
        unit_segment=np.searchsorted(segments, obs.unit_segment[units]),
        segments=tuple(obs.segments[code] for code in segments),
        family_birth=_measured_means(obs, birth, measuring_units, obs.family_birth)[families],
        family_open=_measured_means(obs, obs.unit_open, measuring_units, obs.family_open)[families],
        reference_years=reference_years,
        quality_scale=_scale((obs.unit_capability - centres[obs.unit_family])[measuring_units]),
        last=obs.start + pd.Timedelta(days=round(float(obs.time_years[rows].max()) * DAYS_PER_YEAR)),
        data_hash=_digest(arrays, (*names.values(), (str(obs.start.date()),))),
        clock=clock and clock_of(clock, units),
    )


def _measured_means(obs: PriceObservations, values: np.ndarray, units: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """Mean of values (U,) over the given units of each family, (F,), `otherwise` (F,) for a family without any among them."""
    means = _family_means(values[units], obs.unit_family[units], len(obs.families))
    return np.where(np.isnan(means), otherwise, means)


def _family_means(values: np.ndarray, family: np.ndarray, count: int) -> np.ndarray:
    """Mean of the values of each of `count` families, (F,); of equal values exactly that value, of a family without any NaN."""
    means = np.full(count, np.nan)
    for code in np.unique(family):
        members = values[family == code].astype(float)
        means[code] = members[0] + (members - members[0]).mean()
    return means


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
    return np.asarray(((dates - start) / pd.Timedelta(days=1)).to_numpy(float) / DAYS_PER_YEAR)


def _codes(names: pd.Series, categories: tuple[str, ...]) -> np.ndarray:
    return np.asarray(pd.Categorical(names, categories=list(categories)).codes.astype(np.intp))


def _digest(arrays: dict[str, np.ndarray], names: tuple[tuple[str, ...], ...]) -> str:
    digest = hashlib.sha256()
    for name, array in arrays.items():
        digest.update(name.encode() + np.ascontiguousarray(array).tobytes())
    for group in names:
        digest.update("\x1f".join(group).encode() + b"\x1e")
    return digest.hexdigest()
