"""What a source measures or states of models: scores on benchmarks, and facts. One tidy row per score and per fact.

Both are kept as the source gives them, in its own names and on its own scale; which model and which benchmark are meant is decided
later, so that sources may disagree and nothing is lost.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from costfloor.errors import InputError
from costfloor.sources.entries import CHECK_FORMAT, EntryBuilder, rejected_frame
from costfloor.sources.values import DECIMAL, described, identifier, partial_day
from costfloor.text import printable

SCALES = {"fraction": (0.0, 1.0), "percent": (0.0, 100.0), "raw": (-1e12, 1e12)}
"""Lowest and highest score on each scale. `raw` is points, an Elo rating, minutes: whatever the benchmark counts."""

SCORE_COLUMNS = (
    *("provider", "model_id", "variant", "benchmark", "benchmark_version"),
    *("score", "scale", "stderr", "self_reported", "estimated", "measured_on", "place"),
)
FACT_COLUMNS = ("provider", "model_id", "field", "value", "unit", "place")

FIELDS = {
    "name": "",
    "creator": "",
    "release_date": "",
    "open_weights": "",
    "reasoning": "",
    "license": "",
    "huggingface_id": "",
    "openrouter_id": "",
    "base_model": "",
    "slug": "",
    "params_total_b": "billions",
    "params_active_b": "billions",
    "context_tokens": "tokens",
}
"""The facts that are read, with their units; `base_model` is the canonical model that an entry extends, `slug` another id of the source."""

DAYS, FLAGS = ("release_date",), ("open_weights", "reasoning")
NUMBERS = {"params_total_b": (1e-3, 1e5), "params_active_b": (1e-3, 1e5), "context_tokens": (1.0, 1e10)}
"""Lowest and highest plausible value: a million parameters given as a billion, or a raw count as billions, is out of range."""

ENOUGH_TO_TELL = 5
"""So many scores of 1 % and less do not come together by chance."""


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
        pointer (RFC 6901) or `row N`, with the name of the file before it where there are several in one: `FILE, row N`.
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

    def build(self) -> Measurements:
        """Close the list; raises InputError when there is no score in it, or most are unreadable."""
        dtypes = {"score": "float64", "stderr": "float64", "self_reported": "bool", "estimated": "bool"}
        return _measurements(self, self._rows, SCORE_COLUMNS, dtypes)


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
            stated = _fact(field, shown := value)
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

    def build(self) -> Measurements:
        """Close the list; raises InputError when there is no fact in it, or most are unreadable."""
        return _measurements(self, self._rows, FACT_COLUMNS, {})


def scale_problem(scores: Iterable[object], scale: str) -> str | None:
    """Why the scores of one list cannot be on a scale; None when they can.

    A list that changes from fractions to percentages still holds scores up to 1, and the other way round all would pass for percentages:
    one by one they look right.

    Parameters
    ----------
    scores
        As found; what is no number is left to the check of each.
    scale
        A key of `SCALES`.
    """
    numbers = []
    for score in scores:
        try:
            numbers.append(bounded(score, "score", *SCALES["raw"]))
        except ValueError:
            continue
    above = sum(number > 1 for number in numbers)
    if scale == "fraction" and 2 * above > len(numbers):
        return "most scores of this list are above 1: are they percentages?"
    if scale == "percent" and len(numbers) >= ENOUGH_TO_TELL and not above:
        return "no score of this list is above 1: are they fractions?"
    return None


def bounded(value: object, what: str, low: float, high: float) -> float:
    """A finite number within bounds; a plain decimal number in quotes counts as one.

    Raises
    ------
    ValueError
        It is none; the message says why.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{what} is {described(value)}, not a number")
    if isinstance(value, str):
        value = value.strip()
        if len(value) > 40 or not DECIMAL.fullmatch(value):
            raise ValueError(f"{what} is text, not a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{what} is not finite")
    if not low <= number <= high:
        raise ValueError(f"{what} is not between {low:,.10g} and {high:,.10g}")
    return number + 0.0  # no negative zero


def _fact(field: str, value: object) -> str:
    what = field.replace("_", " ")
    if field in DAYS:
        return partial_day(value, what)
    if field in FLAGS:
        flags = {True: "true", False: "false", "true": "true", "false": "false", "True": "true", "False": "false"}
        if not isinstance(value, bool | str) or value not in flags:
            raise ValueError(f"{what} is {described(value)}, not true or false")
        return flags[value]
    if field in NUMBERS:
        return f"{bounded(value, what, *NUMBERS[field]):.12g}"
    return identifier(value, what).strip()


def _measurements(
    builder: EntryBuilder, rows: list[tuple[Any, ...]], columns: tuple[str, ...], dtypes: dict[str, str]
) -> Measurements:
    builder.refuse_unreadable(len(rows))
    if not rows:
        counts = "; ".join(f"{count} x {reason}" for reason, count in builder.skipped.most_common(3))
        raise InputError(
            f"holds no {builder.what}{f' ({counts})' if counts else ''}", file=builder.file, remedy=CHECK_FORMAT
        )
    frame = pd.DataFrame(rows, columns=list(columns)).astype({name: dtypes.get(name, "str") for name in columns})
    return Measurements(
        frame.assign(place=frame["place"].map(printable)),
        rejected_frame(builder.rejected),
        dict(builder.skipped),
        dict(builder.unknown_fields),
        dict(builder.repeated),
        builder.rows_read(len(rows)),
    )
