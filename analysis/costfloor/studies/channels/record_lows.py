"""Plain accounting of record lows: which part of the fall of a band's lowest price came by the model that already held the record.

The lowest price so far of anything at or above the centre of a capability band falls in steps. A step is the fixed graph's when the model
that held the record sells for less, at whatever host, and the changed graph's when another model takes the record. No model is fitted:
the steps of a band sum to its whole fall.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from costfloor.laws.observations import DAYS_PER_YEAR
from costfloor.panel import LAW_HOST_KINDS, MIN_USABLE_BENCHMARKS


@dataclass(frozen=True)
class RecordStep:
    """A new lowest price of a band.

    Attributes
    ----------
    band, date, model
        Whose, when, and by which model.
    size
        Log points by which it is below the record before.
    fixed
        Whether the model held the record already.
    """

    band: str
    date: pd.Timestamp
    model: str
    size: float
    fixed: bool


@dataclass(frozen=True)
class Accounting:
    """The falls of all bands by year and channel, in log points.

    Attributes
    ----------
    years
        Calendar years in which a band was open.
    fixed, changed
        Sum of the steps of either kind in each year, over bands.
    band_years
        Years for which bands were open in each year, summed over them.
    whole_fall
        Sum over bands of the log of first over last record: the sum of all steps.
    """

    years: tuple[int, ...]
    fixed: tuple[float, ...]
    changed: tuple[float, ...]
    band_years: tuple[float, ...]
    whole_fall: float

    @property
    def share_fixed(self) -> float | None:
        """Part of the fixed graph in the whole fall; None when nothing fell."""
        return sum(self.fixed) / self.whole_fall if self.whole_fall > 0 else None

    @property
    def by_year(self) -> tuple[float | None, ...]:
        """Part of the fixed graph in each year's fall; None where nothing fell."""
        pairs = zip(self.fixed, self.changed, strict=True)
        return tuple(fixed / (fixed + changed) if fixed + changed > 0 else None for fixed, changed in pairs)

    def by_period(self, periods: Sequence[str]) -> list[tuple[float, float] | None]:
        """Falls in log points per band and year, fixed and changed, in periods as `2023` and `2022–2023`; None where no band was open."""
        rates: list[tuple[float, float] | None] = []
        for period in periods:
            first, _, last = period.partition("–")
            inside = np.array([int(first) <= year <= int(last or first) for year in self.years], dtype=bool)
            fixed, changed, open_years = (
                float(np.array(values)[inside].sum()) for values in (self.fixed, self.changed, self.band_years)
            )
            rates.append((fixed / open_years, changed / open_years) if open_years > 0 else None)
        return rates


def record_steps(panel: pd.DataFrame) -> tuple[RecordStep, ...]:
    """Every step of the lowest price so far of every band, in the order of bands and days.

    Parameters
    ----------
    panel
        The panel; counted are the rows that the laws see. Of one day the lowest price counts, and of equal ones that of the holder.
    """
    return tuple(step for band, rows in _by_band(panel) for step in _steps(band, rows))


def accounting(panel: pd.DataFrame) -> Accounting:
    """Sum the steps of all bands by year and channel; `panel` as in `record_steps`."""
    by_band = _by_band(panel)
    steps = [step for band, rows in by_band for step in _steps(band, rows)]
    last = max(rows["date"].max() for _, rows in by_band)
    opened = [rows["date"].min() for _, rows in by_band]
    years = tuple(range(min(opened).year, last.year + 1))
    return Accounting(
        years=years,
        fixed=_sums([step for step in steps if step.fixed], years),
        changed=_sums([step for step in steps if not step.fixed], years),
        band_years=tuple(sum(_open_years(day, last, year) for day in opened) for year in years),
        whole_fall=float(sum(_whole_fall(rows) for _, rows in by_band)),
    )


def _by_band(panel: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Rows at or above the centre of each band."""
    seen = panel[panel["host_kind"].isin(LAW_HOST_KINDS) & (panel["n_benchmarks"] >= MIN_USABLE_BENCHMARKS)]
    centres = seen.groupby("band")["band_centre"].first()
    able = [(str(band), seen[seen["capability"] >= centre]) for band, centre in centres.items()]
    return [(band, rows) for band, rows in able if len(rows)]


def _steps(band: str, rows: pd.DataFrame) -> list[RecordStep]:
    steps: list[RecordStep] = []
    record, holder = np.inf, ""
    for date, day in rows.groupby("date", sort=True):
        price = float(day["price_usd_per_mtok"].min())
        if price >= record:
            continue
        models = sorted(day.loc[day["price_usd_per_mtok"] == price, "model"])
        model = holder if holder in models else models[0]
        if holder:
            size = float(np.log(record) - np.log(price))
            steps.append(RecordStep(band, pd.Timestamp(str(date)), model, size, model == holder))
        record, holder = price, model
    return steps


def _whole_fall(rows: pd.DataFrame) -> float:
    first = rows.loc[rows["date"] == rows["date"].min(), "price_usd_per_mtok"].min()
    return float(np.log(first) - np.log(rows["price_usd_per_mtok"].min()))


def _sums(steps: Sequence[RecordStep], years: Sequence[int]) -> tuple[float, ...]:
    return tuple(float(sum(step.size for step in steps if step.date.year == year)) for year in years)


def _open_years(opened: pd.Timestamp, last: pd.Timestamp, year: int) -> float:
    start, end = max(opened, pd.Timestamp(year, 1, 1)), min(last, pd.Timestamp(year + 1, 1, 1))
    return max((end - start).days, 0) / DAYS_PER_YEAR
