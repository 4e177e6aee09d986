"""The price indexes that the report shows, computed from the panel."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from costfloor.errors import InputError
from costfloor.indexes.break_statistics import BreakTest
from costfloor.indexes.breaks import break_tests
from costfloor.indexes.gap import HedonicGap, hedonic_gap
from costfloor.indexes.periods import Frequency
from costfloor.indexes.price_index import PriceIndex, Sample, price_index
from costfloor.indexes.spells import from_panel

SHOWN: tuple[tuple[str, Sample, str], ...] = (
    ("matched", "new", "Matched models, chained Jevons"),
    ("geks", "new", "Matched models, GEKS-Jevons"),
    ("hedonic", "new", "Time-dummy hedonic, new prices"),
    ("hedonic", "in_force", "Time-dummy hedonic, in force"),
    ("adjacent", "new", "Adjacent-period hedonic, new prices"),
    ("adjacent", "in_force", "Adjacent-period hedonic, in force"),
    ("frontier", "new", "Record lows"),
    ("pareto", "new", "Undominated prices"),
    ("quantile", "new", "Cheapest tenth, quantile regression"),
    ("stochastic", "new", "Stochastic frontier"),
)
"""Kind, sample and title of every index, in the order of the table."""

TO_CITE_MATCHED, TO_CITE = SHOWN[0][2], SHOWN[2][2]

GROUP_KINDS: tuple[tuple[str, Sample], ...] = (("matched", "new"), ("hedonic", "new"))


@dataclass(frozen=True)
class ShownIndex:
    """One estimator on the whole panel.

    Attributes
    ----------
    title
        What it is.
    monthly, quarterly
        None where the panel gives none; the same for estimators that are one line through all prices.
    breaks
        Sup-F and CUSUM on the monthly index, or on the prices behind a line; empty where they are too few.
    """

    title: str
    monthly: PriceIndex | None
    quarterly: PriceIndex | None
    breaks: tuple[BreakTest, ...]


@dataclass(frozen=True)
class GroupIndexes:
    """Indexes of a part of the panel: by quarter of a family or of one side of open and closed weights, by month of a band of capability.

    Attributes
    ----------
    name
        The part.
    n
        Its price spells.
    matched, hedonic
        None where there are too few prices.
    """

    name: str
    n: int
    matched: PriceIndex | None
    hedonic: PriceIndex | None


@dataclass(frozen=True)
class PanelIndexes:
    """All indexes of the report.

    Attributes
    ----------
    shown
        The estimators of `SHOWN`.
    groups
        Both sides of open and closed weights, then the families.
    levels
        The bands of capability, in rising order.
    gap
        Hedonic against matched on the same monthly prices; None where it cannot be had.
    """

    shown: tuple[ShownIndex, ...]
    groups: tuple[GroupIndexes, ...]
    levels: tuple[GroupIndexes, ...]
    gap: HedonicGap | None

    @property
    def constant(self) -> ShownIndex:
        """The one to cite for the fall of price at equal quality: hedonic, new prices; its series by month, its rate by quarter."""
        return self._shown(TO_CITE)

    @property
    def matched(self) -> ShownIndex:
        """The one to cite for price changes of models that stay on sale, in the same way."""
        return self._shown(TO_CITE_MATCHED)

    def _shown(self, title: str) -> ShownIndex:
        return next(index for index in self.shown if index.title == title)


def panel_indexes(panel: pd.DataFrame) -> PanelIndexes:
    """Compute every index on the rows of the panel that the laws see."""
    rows = from_panel(panel)
    return PanelIndexes(
        shown=tuple(_shown(rows, kind, sample, title) for kind, sample, title in SHOWN),
        groups=tuple(_group(name, part) for name, part in _parts(rows).items()),
        levels=tuple(_level(name, part) for name, part in _levels(rows, panel).items()),
        gap=_or_none(lambda: hedonic_gap(rows)),
    )


def _shown(rows: pd.DataFrame, kind: str, sample: Sample, title: str) -> ShownIndex:
    monthly = _index(rows, kind, sample, "month")
    if monthly is None:
        return ShownIndex(title, None, _index(rows, kind, sample, "quarter"), ())
    # One line through all prices has no periods of its own.
    quarterly = monthly if monthly.rows is not None else _index(rows, kind, sample, "quarter")
    return ShownIndex(title, monthly, quarterly, _or_none(lambda: break_tests(monthly)) or ())


def _group(name: str, rows: pd.DataFrame) -> GroupIndexes:
    matched, hedonic = (_index(rows, kind, sample, "quarter") for kind, sample in GROUP_KINDS)
    return GroupIndexes(name, len(rows), matched, hedonic)


def _level(name: str, rows: pd.DataFrame) -> GroupIndexes:
    matched, hedonic = (_index(rows, kind, sample, "month") for kind, sample in GROUP_KINDS)
    return GroupIndexes(name, len(rows), matched, hedonic)


def _levels(rows: pd.DataFrame, panel: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of each band that has any, in rising order of capability."""
    centres = panel.groupby("band")["band_centre"].first().sort_values()
    band = rows["model"].map(panel.drop_duplicates("model").set_index("model")["band"])
    return {str(name): part for name in centres.index if not (part := rows[band == name]).empty}


def _parts(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    is_open = rows["open_weights"].fillna(False).astype(bool)
    sides = {"Open weights": rows[is_open], "Closed weights": rows[~is_open]}
    families = {str(name): part for name, part in rows.groupby("family")}
    ordered = sorted(families, key=lambda name: (families[name]["date"].min(), name))
    return {**sides, **{name: families[name] for name in ordered}}


def _index(rows: pd.DataFrame, kind: str, sample: Sample, frequency: Frequency) -> PriceIndex | None:
    return _or_none(lambda: price_index(kind, rows, frequency, sample=sample))


def _or_none[T](estimate: Callable[[], T]) -> T | None:
    """An estimate, or None where the prices are too few for it."""
    try:
        return estimate()
    except InputError:
        return None
