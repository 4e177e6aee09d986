"""Markets whose decline comes from the same models, from new ones, or from both, of the size of the panel."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from costfloor.laws.observations import DAYS_PER_YEAR
from costfloor.studies.channels.spells import EXIT, NEXT, UNKNOWN, KnownSpell

START: Final = pd.Timestamp(2022, 1, 1)
LAST: Final = pd.Timestamp(2025, 12, 31)
RATES: Final = {2022: 1.4, 2023: 1.3, 2024: 1.2, 2025: 1.1}
"""Decline of price at fixed capability, log points per year."""

YEAR_STARTS: Final = {year: (pd.Timestamp(year, 1, 1) - START).days for year in range(START.year, LAST.year + 2)}
"""Days from the start to the first of January."""
YEAR_OF_DAY: Final = pd.date_range(START, LAST).year.to_numpy() - START.year

BANDS: Final = 9
MODELS: Final = 250
SIZE_SD: Final = 0.3
ENTRY_SD: Final = 0.6


@dataclass(frozen=True)
class World:
    """How a market declines: the share of it that the same models contribute, by year where it is not the same in all."""

    share: float
    late_share: float | None = None
    """From 2025 on."""

    def fixed_rate(self, year: int) -> float:
        share = self.share if self.late_share is None or year < 2025 else self.late_share
        return share * self.total_rate(year)

    def total_rate(self, year: int) -> float:
        """The decline by new models goes on when that of the same ones changes."""
        if self.late_share is None or year < 2025:
            return RATES[year]
        return RATES[year] * (1.0 - self.share) / (1.0 - self.late_share)

    def fallen(self, day: pd.Timestamp, *, fixed: bool) -> float:
        """Log points from the start to a day."""
        total, passed = 0.0, (day - START).days
        for year in range(START.year, day.year + 1):
            days = min(passed, YEAR_STARTS[year + 1]) - YEAR_STARTS[year]
            rate = self.fixed_rate(year) if fixed else self.total_rate(year)
            total += rate * max(days, 0) / DAYS_PER_YEAR
        return total

    def true_share(self) -> float:
        return self.fallen(LAST, fixed=True) / self.fallen(LAST, fixed=False)


ALL_FIXED, ALL_CHANGED, HALF = World(1.0), World(0.0), World(0.5)


def market(world: World, seed: int, models: int = MODELS) -> tuple[KnownSpell, ...]:
    """Spells of a simulated market, all of a model beside each other."""
    rng = np.random.default_rng(seed)
    days = (LAST - START).days
    levels, slopes = rng.normal(1.0, 0.8, BANDS), rng.normal(0.0, 0.1, BANDS)
    slopes -= slopes.mean()
    # Bands are born one after the other, and more models come in every year.
    births = np.linspace(0.0, 0.55, BANDS)
    spells: list[KnownSpell] = []
    for number in range(models):
        band = number % BANDS
        place = births[band] + (0.99 - births[band]) * rng.beta(1.3, 1.0)
        if number < 6 * BANDS and band == 0:
            # The first year is a period of its own in every market.
            place = rng.uniform(0.0, 0.2)
        release = START + pd.Timedelta(days=int(place * days))
        late = int(rng.exponential(60.0)) if rng.random() < 0.3 else 0
        first = min(release + pd.Timedelta(days=late), LAST - pd.Timedelta(days=5))
        quality = rng.normal(0.0, 5.0)
        level = (
            levels[band]
            + 0.08 * quality
            - world.fallen(release, fixed=False)
            - slopes[band] * (release - START).days / DAYS_PER_YEAR
            - (world.fallen(first, fixed=True) - world.fallen(release, fixed=True))
            + rng.normal(0.0, ENTRY_SD)
        )
        known = first + pd.Timedelta(days=1 + int(rng.exponential(1.5) * DAYS_PER_YEAR))
        spells += _life(
            f"model {number:03d}", f"band {band}", quality, release, first, min(known, LAST), level, world, rng
        )
    return tuple(spells)


def _life(
    model: str,
    band: str,
    quality: float,
    release: pd.Timestamp,
    first: pd.Timestamp,
    known: pd.Timestamp,
    level: float,
    world: World,
    rng: np.random.Generator,
) -> list[KnownSpell]:
    """The best host of a model, and dearer ones beside it."""
    spells: list[KnownSpell] = []
    starts = [first, *_changes(first, known, world, rng)]
    host, arrival = 0, True
    for at, start in enumerate(starts):
        end = starts[at + 1] if at + 1 < len(starts) else known
        follows = at + 1 < len(starts)
        if at:
            rate = world.fixed_rate(start.year)
            size = rng.normal(rate / _hazard(rate), SIZE_SD)
            # Now and then a fall is a new host, and the old one leaves.
            arrival = size > 0 and rng.random() < 0.3
            if arrival:
                host += 1
                spells[-1] = _ending(spells[-1], EXIT)
            level -= size
        wide = 1 if rng.random() < 0.6 else int(rng.integers(2, 60))
        after = max(start - pd.Timedelta(days=wide), (starts[at - 1] if at else start - pd.Timedelta(days=1)))
        spells.append(
            KnownSpell(
                model, f"{model} host {host}", band, quality, release, start, min(after, start - pd.Timedelta(days=1)), start, end,
                NEXT if follows else UNKNOWN, arrival, True, level,
            )
        )  # fmt: skip
    for other in range(int(rng.poisson(0.5))):
        start = first + pd.Timedelta(days=int(rng.uniform(1, max((known - first).days, 2))))
        if start < known:
            spells.append(
                KnownSpell(
                    model, f"{model} other {other}", band, quality, release, start, start - pd.Timedelta(days=1), start, known, UNKNOWN,
                    True, True, spells[0].log_price + 3.0,
                )
            )  # fmt: skip
    return spells


def _hazard(rate: float) -> float:
    """Changes per model-year: some where prices do not fall, more where they do."""
    return 0.8 + 2.0 * rate


def _changes(
    first: pd.Timestamp, known: pd.Timestamp, world: World, rng: np.random.Generator
) -> Sequence[pd.Timestamp]:
    """Days after the first and before the last on which the price is known."""
    begin, end = (first - START).days + 1, (known - START).days
    hazard = np.array([_hazard(world.fixed_rate(year)) for year in range(START.year, LAST.year + 1)])
    changed = rng.random(max(end - begin, 0)) < hazard[YEAR_OF_DAY[begin:end]] / DAYS_PER_YEAR
    return [START + pd.Timedelta(days=int(begin + at)) for at in np.flatnonzero(changed)]


def _ending(spell: KnownSpell, end: str) -> KnownSpell:
    return KnownSpell(**{**vars(spell), "end": end})
