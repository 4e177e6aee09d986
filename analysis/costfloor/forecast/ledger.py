"""How the answer moved: a line per data vintage, and one per past day asked about. What a line says stays; answers it lacks are added."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path

from costfloor.errors import IntegrityError
from costfloor.records import checked, parsed
from costfloor.storage import write_atomic

TYPICAL_FAMILY, MEAN_OVER_FAMILIES = "a typical family", "the mean over families"
"""Whose rates a line has: until 2026-11-28 those of a typical family of a population, since then those of the table's own families."""


@dataclass(frozen=True)
class RecordedAnswer:
    """What was answered to a question of docs/questions.md.

    Attributes
    ----------
    answer
        In words, as in `costfloor.forecast.questions.Answered`.
    probability
        `{law: probability of "yes"}`; empty for a question that asks for a table.
    by_years
        `{law: {years after the last price: probability}}`, of such a question.
    set_aside
        Laws among them that had no say.
    """

    answer: str
    probability: dict[str, float] = field(default_factory=dict)
    by_years: dict[str, dict[str, float]] = field(default_factory=dict)
    set_aside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        tables = (self.probability, *self.by_years.values())
        if not all(0.0 <= p <= 1.0 for table in tables for p in table.values()):
            raise ValueError("a probability of an answer is out of range")


@dataclass(frozen=True)
class Entry:
    """What was concluded from one vintage.

    Attributes
    ----------
    vintage, data_hash, last, n
        Vintage of the raw data, hash of the rows the laws saw, their last day and their number.
    verdict, elpd_difference, elpd_difference_se, p_slowed, p_floor_15_20
        As in `costfloor.forecast.compare.Comparison`.
    passed
        Whether every fit behind it passed its gates.
    quantities
        `{law: {quantity: [q05, q50, q95]}}`, log-rates per year.
    rates_of
        Whose rates these are; lines of before the field was there have those of a typical family.
    as_of, hindsight
        Of a past view its day, ISO, and why scores of later days count in it, as in `costfloor.built.BuildReport`.
    weights
        Stacking weight of each law; lines of before the field was there have none.
    answers
        By the number of the question, those that could be asked; lines of before the field was there have none.
    """

    vintage: str
    data_hash: str
    last: str
    n: int
    verdict: str
    elpd_difference: float | None
    elpd_difference_se: float | None
    p_slowed: float
    p_floor_15_20: float
    passed: bool
    quantities: dict[str, dict[str, list[float]]]
    rates_of: str = TYPICAL_FAMILY
    as_of: str | None = None
    hindsight: str | None = None
    weights: dict[str, float] = field(default_factory=dict)
    answers: dict[str, RecordedAnswer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        date.fromisoformat(self.last)
        if self.as_of is not None and self.last > date.fromisoformat(self.as_of).isoformat():
            raise ValueError("the last price is of after the day of the view")
        if self.n < 1 or not (0 <= self.p_slowed <= 1 and 0 <= self.p_floor_15_20 <= 1):
            raise ValueError("a number of rows or a probability is out of range")
        triples = [triple for rates in self.quantities.values() for triple in rates.values()]
        if any(len(triple) != 3 or sorted(triple) != triple for triple in triples):
            raise ValueError("a quantity is no three quantiles in order")


def read_ledger(path: Path) -> list[Entry]:
    """Every line, oldest first; empty without a ledger.

    Raises
    ------
    IntegrityError
        A line is no entry.
    """
    lines = path.read_bytes().splitlines() if path.exists() else []
    entries = []
    for number, line in enumerate(lines, 1):
        try:
            entries.append(checked(Entry, parsed(line)))
        except ValueError as error:
            raise IntegrityError(
                f"{path}, line {number}: is no entry ({error}). Restore the file from a copy"
            ) from error
    return entries


def vintages(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The lines about all that was known when they were written, oldest first."""
    return tuple(entry for entry in entries if entry.as_of is None)


def past_days(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The last line about each past day, earliest day first."""
    latest = {entry.as_of: entry for entry in entries if entry.as_of is not None}
    return tuple(latest[day] for day in sorted(latest))


def add_entry(path: Path, new: Entry) -> None:
    """Add a line, unless the last one of that view is of the same vintage and rows: another run differs by Monte Carlo error only.

    That line gets the answers it lacks: questions 3 and 4 wait for a study that may come after a refit.
    """
    entries = read_ledger(path)
    last = max((at for at, line in enumerate(entries) if line.as_of == new.as_of), default=None)
    if last is None or (entries[last].vintage, entries[last].data_hash) != (new.vintage, new.data_hash):
        entries.append(new)
    elif set(new.answers) <= set(entries[last].answers):
        return
    else:
        entries[last] = replace(entries[last], answers={**new.answers, **entries[last].answers})
    lines = [json.dumps(asdict(line), sort_keys=True, allow_nan=False) for line in entries]
    write_atomic(path, ("\n".join(lines) + "\n").encode())
