"""Values of results that format themselves: in a cell, in a sentence, and as numbers.

`measure` is the unit of the numbers of a kind of value, as in `costfloor.typeset.units.UNITS`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from costfloor.typeset.phrases import minus, percent_change, percentage, probability, probability_span, significant


class Value(Protocol):
    """What a cell can hold beside words and counts; `str` of it is its text."""

    @property
    def numbers(self) -> Mapping[str, float]:
        """Its numbers with all their digits, by a name of each; a lone one has none."""
        ...


@dataclass(frozen=True)
class Number:
    """A number under a format, as `.2f` or `+.1f`."""

    value: float
    form: str = ".2f"

    def __str__(self) -> str:
        return minus(format(self.value, self.form))

    @property
    def numbers(self) -> Mapping[str, float]:
        """The number."""
        return {"": self.value}


@dataclass(frozen=True)
class Marked(Number):
    """A number with an asterisk where it is marked."""

    marked: bool = False

    def __str__(self) -> str:
        return f"{super().__str__()}{' *' if self.marked else ''}"


@dataclass(frozen=True)
class Significant(Number):
    """A number to two significant digits."""

    def __str__(self) -> str:
        return significant(self.value)


@dataclass(frozen=True)
class Share(Number):
    """A share, in whole percent."""

    measure: ClassVar[str] = "share"

    def __str__(self) -> str:
        return percentage(self.value)


@dataclass(frozen=True)
class Probability(Number):
    """A probability in percent; never certainty that draws cannot give."""

    measure: ClassVar[str] = "probability"

    def __str__(self) -> str:
        return probability(self.value)


@dataclass(frozen=True)
class Estimate:
    """A number with its unit, and its standard error in brackets, where that is known."""

    value: float
    error: float | None
    form: str = "+.1f"
    unit: str = ""

    def __str__(self) -> str:
        error = "" if self.error is None else f" ({self.error:{self.form.lstrip('+')}})"
        return minus(f"{self.value:{self.form}}{self.unit}{error}")

    @property
    def numbers(self) -> Mapping[str, float]:
        """The number and its standard error."""
        return {"": self.value} if self.error is None else {"": self.value, "se": self.error}


@dataclass(frozen=True)
class Range:
    """Two ends, `low to high`."""

    low: float
    high: float
    form: str = ".2f"

    def __str__(self) -> str:
        return minus(f"{self.low:{self.form}} to {self.high:{self.form}}")

    @property
    def numbers(self) -> Mapping[str, float]:
        """Both ends."""
        return {"low": self.low, "high": self.high}


@dataclass(frozen=True)
class ProbabilityInSpan(Range):
    """A probability with its interval in brackets, in percent."""

    measure: ClassVar[str] = "probability"

    value: float = 0.0

    def __str__(self) -> str:
        return f"{probability(self.value)} ({probability_span(self.low, self.high)})"

    @property
    def numbers(self) -> Mapping[str, float]:
        """The probability and both ends."""
        return {"": self.value, **super().numbers}


@dataclass(frozen=True)
class ProbabilitySpan(Range):
    """The lowest and the highest of several probabilities, in percent."""

    measure: ClassVar[str] = "probability"

    def __str__(self) -> str:
        return probability_span(self.low, self.high)


@dataclass(frozen=True)
class Interval:
    """A median with its 90 % interval: 5, 50 and 95 % of a posterior."""

    low: float
    middle: float
    high: float

    def __str__(self) -> str:
        return minus(f"{self._one(self.middle)} ({self._one(self.low)} to {self._one(self.high)})")

    def _one(self, value: float) -> str:
        return f"{value:.2f}"

    @property
    def numbers(self) -> Mapping[str, float]:
        """The three quantiles."""
        return {"q05": self.low, "q50": self.middle, "q95": self.high}


@dataclass(frozen=True)
class ShareInterval(Interval):
    """Shares, in whole percent."""

    measure: ClassVar[str] = "share"

    def __str__(self) -> str:
        return minus(f"{percentage(self.middle)} ({100 * self.low:.0f} to {percentage(self.high)})")


@dataclass(frozen=True)
class YearlyFallInterval(Interval):
    """Log-rates a year, as percent by which price falls in a year."""

    measure: ClassVar[str] = "log_rate_per_year"

    def _one(self, value: float) -> str:
        return f"{percent_change(value):.0f}"


@dataclass(frozen=True)
class MillionsInterval(Interval):
    """Amounts in millions; one that is certain has no interval."""

    measure: ClassVar[str] = "usd"

    def __str__(self) -> str:
        ends = {self._one(value) for value in (self.low, self.high)}
        return super().__str__() if len(ends) > 1 else minus(self._one(self.middle))

    def _one(self, value: float) -> str:
        return f"{value / 1e6:,.1f}"


@dataclass(frozen=True)
class TimesInterval(Interval):
    """Logarithms of ratios, as how many times."""

    measure: ClassVar[str] = "log_points"

    def __str__(self) -> str:
        low, middle, high = (significant(math.exp(value)) for value in (self.low, self.middle, self.high))
        return f"{middle} times ({low} to {high})"


def gates(passed: bool | None) -> str:
    """The outcome of a check or of the gates of a fit; None where nothing could be judged."""
    return {True: "passed", False: "FAILED", None: "not judged"}[passed]
