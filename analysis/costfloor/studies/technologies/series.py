"""Unit costs of other technologies as series of log cost by years since their first observation."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from costfloor.data.store import Store
from costfloor.errors import InputError
from costfloor.storage import sha256_bytes

TABLE = "context_technology_costs"

MIN_POINTS = 6
"""Years of a series that can be split in two parts with a rate each."""

MAX_POINTS = 40
"""A longer series keeps every k-th of its points, with the smallest k that leaves so many: a handful of very long ones would set the cost
of every fit, and yearly points of three centuries say little on top of every eighth year."""

SAME_TECHNOLOGY = {
    "DNA sequencing (NIH): cost_per_genome": "DNA sequencing",
    "DNA sequencing (NIH): cost_per_mb": "DNA sequencing",
    "Low Density Polyethylene": "low-density polyethylene",
    "PolyethyleneLD": "low-density polyethylene",
    "Aluminum": "aluminium",
    "Primary Aluminum": "aluminium",
    "Photovoltaics": "photovoltaic modules",
    "US PV system: module part": "photovoltaic modules",
}
"""Series that measure one good: one technology in every average, and its longest series alone where it must count once in a fit."""


@dataclass(frozen=True)
class CostSeries:
    """Log unit cost of one technology by year.

    Attributes
    ----------
    name, technology
        Name in the table, and the technology: one name for series that measure the same good.
    first_year
        Year of the first observation.
    age_years : (n,)
        Years since the first observation; rising, the first is 0.
    log_cost : (n,)
        Log unit cost less that of the first observation, log points.
    """

    name: str
    technology: str
    first_year: int
    age_years: np.ndarray
    log_cost: np.ndarray

    @property
    def n(self) -> int:
        """Number of observations."""
        return len(self.age_years)

    def first(self, count: int) -> "CostSeries":
        """The first `count` observations."""
        return replace(self, age_years=self.age_years[:count], log_cost=self.log_cost[:count])


@dataclass(frozen=True)
class Costs:
    """Series of several technologies.

    Attributes
    ----------
    series
        In alphabetical order of their names.
    notes
        What was averaged, thinned or left out, and why.
    """

    series: tuple[CostSeries, ...]
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Names of the series."""
        return [series.name for series in self.series]

    @property
    def weights(self) -> np.ndarray:
        """Weight (F,) of each series in an average over technologies: one over the number of series of its technology."""
        count = Counter(series.technology for series in self.series)
        return np.array([1.0 / count[series.technology] for series in self.series])

    @property
    def data_hash(self) -> str:
        """Hash of names, ages and log costs, for the fingerprint of a fit."""
        parts = [
            f"{series.name}\n{series.technology}\n".encode() + series.age_years.tobytes() + series.log_cost.tobytes()
            for series in self.series
        ]
        return sha256_bytes(b"\n".join(parts))

    def first_part(self, share: float) -> "Costs":
        """The first `share` of the observations of every series, rounded up."""
        return replace(self, series=tuple(series.first(split_at(series.n, share)) for series in self.series))

    def one_per_technology(self) -> "Costs":
        """The longest series of every technology."""
        longest: dict[str, CostSeries] = {}
        for series in self.series:
            if series.technology not in longest or series.n > longest[series.technology].n:
                longest[series.technology] = series
        return replace(self, series=tuple(series for series in self.series if longest[series.technology] is series))


def split_at(count: int, share: float) -> int:
    """Number of the first observations that make up `share` of `count`, rounded up; a rounding error of the share adds none."""
    return int(np.ceil(count * share - 1e-9))


def load_costs(store: Store) -> Costs:
    """The table of technologies of the raw data: see `cost_series`."""
    return cost_series(store.table(TABLE))


def cost_series(frame: pd.DataFrame) -> Costs:
    """Turn a table of unit costs into series.

    Several costs of one technology and year become their geometric mean. Series with fewer than `MIN_POINTS` years are left out, those
    with more than `MAX_POINTS` are thinned; `notes` says which.

    Parameters
    ----------
    frame
        Columns `technology`, `year`, `unit_cost` and `unit`, one row per cost.

    Raises
    ------
    InputError
        A cost is not a number above zero, a technology changes its unit, or no series is long enough.
    """
    cost = frame["unit_cost"].to_numpy(float)
    bad = ~(np.isfinite(cost) & (cost > 0.0))
    if bad.any():
        row = int(bad.argmax())
        raise InputError(
            "is not a number above zero, so it has no logarithm", row=row + 1, column="unit_cost", value=cost[row]
        )
    notes, series = [], []
    logs = frame.assign(log_cost=np.log(cost))
    for key, rows in logs.groupby("technology", sort=True):
        name = str(key)
        if rows["unit"].nunique() > 1:
            raise InputError(
                f"{name!r} has costs in more than one unit", column="unit", remedy="Give each unit its own name"
            )
        by_year = rows.groupby("year")["log_cost"].mean()
        if len(by_year) < len(rows):
            notes.append(f"{name}: {len(rows) - len(by_year)} further costs of the same year averaged")
        if len(by_year) < MIN_POINTS:
            notes.append(f"{name}: left out, {len(by_year)} years are fewer than {MIN_POINTS}")
            continue
        every = -(-len(by_year) // MAX_POINTS)
        if every > 1:
            notes.append(f"{name}: one in {every} of its {len(by_year)} years, from the first")
        series.append(_series(name, by_year.iloc[::every]))
    if not series:
        raise InputError(f"no technology has costs of {MIN_POINTS} years")
    return Costs(tuple(series), tuple(notes))


def _series(name: str, by_year: pd.Series) -> CostSeries:
    year, log_cost = by_year.index.to_numpy(int), by_year.to_numpy(float)
    return CostSeries(
        name=name,
        technology=SAME_TECHNOLOGY.get(name, name),
        first_year=int(year[0]),
        age_years=(year - year[0]).astype(float),
        log_cost=log_cost - log_cost[0],
    )
