"""What a refresh found, as plain values: all that its report says, and the JSON of `costfloor refresh`."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from costfloor.data.arrival_counts import Counts
from costfloor.data.rules import DOUBTS
from costfloor.forecast.score import ScoreReport


class Status(StrEnum):
    """What became of a file, the worst last."""

    UNCHANGED = "unchanged"
    """Its server says that it is the one in the store."""
    KNOWN = "known"
    """The very file of that day was in the store before."""
    STORED = "stored"
    REFUSED = "refused"
    """It came and was not taken in."""
    FAILED = "failed"
    """It did not come."""


@dataclass(frozen=True)
class SourceNews:
    """What came of one file.

    Attributes
    ----------
    format, where, day
        A name in `costfloor.sources.formats.FORMATS`; path or address; the day that it is of, ISO.
    problem
        Why it was refused or failed.
    asks_coverage
        It was refused because most names of before are gone from it: somebody has to say whether it is whole.
    kinds
        Its entries by kind (prices, scores, facts), counted against what was known.
    skipped
        How many entries were not read, by reason.
    """

    format: str
    where: str
    day: str
    status: Status
    problem: str | None = None
    asks_coverage: bool = False
    kinds: dict[str, Counts] | None = None
    skipped: dict[str, int] | None = None


@dataclass(frozen=True)
class HeldPrice:
    """A price that came and that the rules hold back."""

    quote_id: str
    source: str
    provider: str | None
    model_id: str
    input_usd_per_mtok: float | None
    output_usd_per_mtok: float | None
    reason: str

    @property
    def doubtful(self) -> bool:
        """Whether a slip is suspected, so that a person can tell; else it is another kind of price than those that are compared."""
        return self.reason in DOUBTS


@dataclass(frozen=True)
class NewSeller:
    """A seller that no list had before and nobody has looked at.

    Attributes
    ----------
    prices
        That it lists, those of unknown models included.
    relay_of
        The host whose prices its own repeat, if any.
    """

    name: str
    sources: tuple[str, ...]
    prices: int
    relay_of: str | None


@dataclass(frozen=True)
class UnresolvedId:
    """A name that no list had before and no model is known for.

    Attributes
    ----------
    model_id
        The most common of its spellings.
    spellings, sellers, sources
        How many spellings there are, how many sellers list it, and where.
    nearest
        Key of the model that is spelled most like it.
    """

    model_id: str
    spellings: int
    sellers: int
    sources: tuple[str, ...]
    nearest: str


@dataclass(frozen=True)
class ModelPrices:
    """Prices of one model that began or ended: how many sellers, and the lowest and highest, USD per million tokens (3:1 blend)."""

    model: str
    sellers: int
    lowest: float
    highest: float


@dataclass(frozen=True)
class Move:
    """A price that changed, or came back as another: USD per million tokens (3:1 blend) before and now."""

    model: str
    host: str
    day: str
    before: float
    now: float


@dataclass(frozen=True)
class PriceNews:
    """Changes of the prices that the laws see.

    Attributes
    ----------
    measured
        Whether prices of models without measured capability are left out; False while nothing is built, since it is not known then.
    new, gone
        Prices of models that began or ended, and how many there are in all; the most sold models first.
    changed, returned
        The largest moves first.
    """

    measured: bool
    new: tuple[ModelPrices, ...]
    new_prices: int
    gone: tuple[ModelPrices, ...]
    gone_prices: int
    changed: tuple[Move, ...]
    returned: tuple[Move, ...]


@dataclass(frozen=True)
class Quiet:
    """A source of which nothing new has come for long.

    Attributes
    ----------
    kind
        `silent`: no list of it; `frozen`: its lists say nothing new.
    since
        Day of its last list, or since when its content, or the newest day inside, has been the same; ISO.
    """

    format: str
    kind: str
    since: str


@dataclass(frozen=True)
class OldAnswer:
    """What the last study said, and how its forecast did on what has come.

    Attributes
    ----------
    verdict
        None without a study.
    rows_new, rows_changed
        Rows that the laws see and the study did not, and rows of the study that are other now; None when it is not known.
    score
        The new rows under the fits of the study.
    why_no_score
        In a sentence, when there is none.
    """

    verdict: str | None
    rows_new: int | None = None
    rows_changed: int | None = None
    score: ScoreReport | None = None
    why_no_score: str | None = None


@dataclass(frozen=True)
class RefreshResult:
    """What a refresh found.

    Attributes
    ----------
    day
        The newest day of all files in the store and of this refresh, ISO.
    unknown_files
        Paths of files whose name says no format.
    quarantined, sellers, unresolved
        What is new of what waits for a person.
    models_new
        Models that had no usable price before.
    """

    day: str
    sources: tuple[SourceNews, ...]
    unknown_files: tuple[str, ...]
    quarantined: tuple[HeldPrice, ...]
    sellers: tuple[NewSeller, ...]
    unresolved: tuple[UnresolvedId, ...]
    prices: PriceNews
    models_new: tuple[str, ...]
    quiet: tuple[Quiet, ...]
    answer: OldAnswer

    @property
    def troubled(self) -> tuple[SourceNews, ...]:
        """Files that did not come or were refused."""
        return tuple(source for source in self.sources if source.status in {Status.REFUSED, Status.FAILED})

    @property
    def taken_formats(self) -> frozenset[str]:
        """Formats whose files are in the store now."""
        return frozenset(s.format for s in self.sources if s.status in {Status.STORED, Status.KNOWN})

    @property
    def needs_person(self) -> bool:
        """Whether anything waits for a decision."""
        return bool(self.troubled or self.unknown_files or self.doubtful or self.sellers or self.unresolved)

    @property
    def doubtful(self) -> tuple[HeldPrice, ...]:
        """Held prices that may be right."""
        return tuple(price for price in self.quarantined if price.doubtful)

    @property
    def scores_new(self) -> int:
        """Scores that no list of their source had the time before."""
        return sum((source.kinds or {})["scores"].new for source in self.sources if "scores" in (source.kinds or {}))

    @property
    def answer_moved(self) -> bool | None:
        """False when the laws see the same rows as before, measured with the same scores; else None: `costfloor refit` finds out."""
        scores = [(source.kinds or {}).get("scores") for source in self.sources]
        remeasured = any(counts.new or counts.changed for counts in scores if counts)
        return False if (self.answer.rows_new, self.answer.rows_changed) == (0, 0) and not remeasured else None

    def to_json(self) -> dict[str, Any]:
        """The JSON of the command: files of one format together, with the worst status among them."""
        formats = dict.fromkeys(source.format for source in self.sources)
        return {
            "day": self.day,
            "sources": {name: _summed([s for s in self.sources if s.format == name]) for name in formats},
            "models_new": len(self.models_new),
            "scores_new": self.scores_new,
            "quarantined": len(self.quarantined),
            "unresolved": sum(name.spellings for name in self.unresolved),
            "sellers_unknown": len(self.sellers),
            "unknown_files": list(self.unknown_files),
            "frozen": [source.format for source in self.quiet],
            "answer_moved": self.answer_moved,
        }


def _summed(news: Sequence[SourceNews]) -> dict[str, str | int]:
    counts = [leading(source) for source in news if source.kinds]
    return {
        "status": str(max((source.status for source in news), key=list(Status).index)),
        "rows_new": sum(count.new for count in counts),
        "rows_changed": sum(count.changed for count in counts),
        "rows_gone": sum(count.gone for count in counts),
    }


def leading(source: SourceNews) -> Counts:
    """Counts of the prices of a file, or of its scores and facts together where it has none, as `costfloor ingest` gives them."""
    kinds = dict(source.kinds or {})
    return kinds.get("prices") or sum_of(list(kinds.values()))


def sum_of(counts: Sequence[Counts]) -> Counts:
    """Counts added up."""
    total, *rest = counts
    for count in rest:
        total = total + count
    return total
