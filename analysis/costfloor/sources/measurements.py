"""What a source measures or states of models: scores on benchmarks, and facts. One tidy row per score and per fact.

Both are kept as the source gives them, in its own names and on its own scale; which model and which benchmark are meant is decided
later, so that sources may disagree and nothing is lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from costfloor.errors import InputError
from costfloor.sources.entries import CHECK_FORMAT, EntryBuilder, rejected_frame
from costfloor.sources.json_input import pointer
from costfloor.sources.measured_values import FIELDS, SCALES, bounded, fact_value
from costfloor.sources.values import identifier, partial_day
from costfloor.text import printable

SCORE_COLUMNS = (
    *("provider", "model_id", "variant", "benchmark", "benchmark_version"),
    *("score", "scale", "stderr", "self_reported", "estimated", "measured_on", "place"),
)
SCORE_DTYPES = {"score": "float64", "stderr": "float64", "self_reported": "bool", "estimated": "bool"}
FACT_COLUMNS = ("provider", "model_id", "field", "value", "unit", "place")


@dataclass(frozen=True, eq=False)
class Measurements:
    """The scores, or the facts, of one file as one reader understood it.

    Attributes
    ----------
    rows
        One row per score, columns `SCORE_COLUMNS`, or per fact, columns `FACT_COLUMNS`. `provider` is empty where the source has no hosts;
        `variant` is the reasoning effort or setting, empty for the default; `score` is on `scale`, a key of `SCALES`, and so is `stderr`;
        `measured_on` is an ISO day or month, or empty; `self_reported` says that the model's maker published it, `estimated` that nobody
        measured it. The value of a fact is text: an ISO day or month, `true` or `false`, a decimal number, or a name. `place` is a JSON
        pointer (RFC 6901) or `row N`, with the name of the file before it where there are several in one, as in `FILE, row N`; in a table
        of one's own, the evidence that the row names follows it.
    rejected
        Entries with a wrong value, columns `costfloor.sources.entries.REJECTED_COLUMNS`, all text.
    skipped
        How many entries are not read, by reason.
    unknown_fields, repeated
        How often a field occurs that the reader does not know, and a name is repeated with the same content.
    rows_read
        Entries looked at: `len(rows) + len(rejected) + sum(skipped.values())`.
    """

    rows: pd.DataFrame
    rejected: pd.DataFrame
    skipped: dict[str, int]
    unknown_fields: dict[str, int]
    repeated: dict[str, int]
    rows_read: int


class ScoreBuilder(EntryBuilder):
    """Collects the scores of one file and checks each on the way in; `file` is a display name, for messages."""

    def __init__(self, file: str) -> None:
        super().__init__(file, "scores")
        self._rows: list[tuple[Any, ...]] = []

    def add(
        self,
        place: str,
        model_id: object,
        benchmark: object,
        score: object,
        scale: str,
        *,
        provider: object = "",
        variant: object = None,
        benchmark_version: object = None,
        stderr: object = None,
        self_reported: bool = False,
        estimated: bool = False,
        measured_on: object = None,
    ) -> None:
        """Add one score, reject it, or skip it when there is none.

        Parameters
        ----------
        place
            Where it stands in the file.
        model_id, benchmark, provider, variant, benchmark_version, measured_on
            Texts as found; None for what is not stated.
        score, stderr
            Numbers, or numbers as text, as found.
        scale
            A key of `SCALES`.
        self_reported, estimated
            As in `Measurements`.
        """
        if score is None or (isinstance(score, str) and not score.strip()):
            self.skip("no score stated")
            return
        value: object = None
        try:
            seller = identifier(value := provider, "provider", required=False)
            model = identifier(value := model_id, "model id")
            named = identifier(value := benchmark, "benchmark")
            setting = identifier(value := variant, "variant", required=False)
            version = identifier(value := benchmark_version, "benchmark version", required=False)
            number = bounded(value := score, "score", *SCALES[scale])
            error = None if stderr in (None, "") else bounded(value := stderr, "standard error", 0.0, SCALES[scale][1])
            day = partial_day(value := measured_on, "day of measurement")
        except ValueError as problem:
            self.reject(place, provider or "", model_id, str(problem), value)
            return
        self.count_entry()
        self._rows.append(
            (seller, model, setting, named, version, number, scale, error, self_reported, estimated, day, place)
        )

    def build(self, *, may_be_empty: bool = False) -> Measurements:
        """Close the list.

        Parameters
        ----------
        may_be_empty
            The format has scores now and then: a file without one is none of another format.

        Raises
        ------
        InputError
            There is no score in it, or most are unreadable.
        """
        return _measurements(self, self._rows, SCORE_COLUMNS, SCORE_DTYPES, may_be_empty=may_be_empty)


class FactBuilder(EntryBuilder):
    """Collects the facts of one file and checks each on the way in; `file` is a display name, for messages."""

    def __init__(self, file: str) -> None:
        super().__init__(file, "facts")
        self._rows: list[tuple[Any, ...]] = []
        self._stated: set[tuple[str, str, str, str]] = set()

    def add(self, place: str, model_id: object, field: str, value: object, *, provider: object = "") -> None:
        """Add one fact, reject it, or skip it when the file stated the same before; what is not stated (None or empty text) is no entry.

        Parameters
        ----------
        place
            Where it stands in the file.
        model_id, provider
            Texts as found.
        field
            A key of `FIELDS`.
        value
            As found, in the unit of the field.
        """
        if value is None or (isinstance(value, str) and not value.strip()):
            return
        shown: object = None
        try:
            seller = identifier(shown := provider, "provider", required=False)
            model = identifier(shown := model_id, "model id")
            stated = fact_value(field, shown := value)
        except ValueError as problem:
            self.reject(place, provider or "", model_id, str(problem), shown)
            return
        fact = (seller, model, field, stated)
        if fact in self._stated:
            self.skip("fact stated before")
            return
        self._stated.add(fact)
        self.count_entry()
        self._rows.append((*fact, FIELDS[field], place))

    def add_stated(
        self,
        place: str,
        model_id: object,
        entry: Mapping[str, object],
        paths: Mapping[str, tuple[str, ...]],
        *,
        provider: object = "",
    ) -> None:
        """Add the facts that an entry states, each by the way that leads to it.

        Parameters
        ----------
        place
            Where the entry stands in the file, a JSON pointer.
        model_id, provider
            As in `add`.
        entry
            An object of a JSON file.
        paths
            For each field, the names from the entry down to its value; what is absent on the way is not stated.
        """
        for field, path in paths.items():
            value: object = entry
            for depth, name in enumerate(path):
                if value is None:
                    break
                if not isinstance(value, Mapping):
                    where = pointer(place, *path[:depth])
                    self.reject(where, provider or "", model_id, f"{path[depth - 1]} is not an object", value)
                    value = None
                    break
                value = value.get(name)
            if value is not None:
                self.add(pointer(place, *path), model_id, field, value, provider=provider)

    def build(self, *, may_be_empty: bool = False) -> Measurements:
        """Close the list. Parameters, errors: as `ScoreBuilder.build`."""
        return _measurements(self, self._rows, FACT_COLUMNS, {}, may_be_empty=may_be_empty)


def _measurements(
    builder: EntryBuilder,
    rows: list[tuple[Any, ...]],
    columns: tuple[str, ...],
    dtypes: dict[str, str],
    *,
    may_be_empty: bool = False,
) -> Measurements:
    builder.refuse_unreadable(len(rows))
    if not rows and not may_be_empty:
        counts = "; ".join(f"{count} x {reason}" for reason, count in builder.skipped.most_common(3))
        raise InputError(
            f"holds no {builder.what}{f' ({counts})' if counts else ''}", file=builder.file, remedy=CHECK_FORMAT
        )
    values = dict(zip(columns, zip(*rows, strict=True) if rows else [()] * len(columns), strict=True))
    values["place"] = tuple(printable(place) for place in values["place"])
    return Measurements(
        pd.DataFrame({name: pd.Series(values[name], dtype=dtypes.get(name, "str")) for name in columns}),
        rejected_frame(builder.rejected),
        dict(builder.skipped),
        dict(builder.unknown_fields),
        dict(builder.repeated),
        builder.rows_read(len(rows)),
    )
