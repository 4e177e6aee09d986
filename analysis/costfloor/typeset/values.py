"""Values of results that format themselves: in a cell, in a sentence, and as numbers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from costfloor.typeset.phrases import minus, percent_change, percentage, probability, significant


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
class Significant(Number):
    """A number to two significant digits."""

    def __str__(self) -> str:
        return significant(self.value)


@dataclass(frozen=True)
class Share(Number):
    """A share, in whole percent."""

    def __str__(self) -> str:
        return percentage(self.value)


@dataclass(frozen=True)
class Probability(Number):
    """A probability in percent; never certainty that draws cannot give."""

    def __str__(self) -> str:
        return probability(self.value)


@dataclass(frozen=True)
class Estimate:
    """A number with its standard error in brackets, where that is known."""

    value: float
    error: float | None
    form: str = "+.1f"

    def __str__(self) -> str:
        if self.error is None:
            return minus(format(self.value, self.form))
        return minus(f"{self.value:{self.form}} ({self.error:{self.form.lstrip('+')}})")

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
class Interval:
    """A median with its 90 % interval: 5, 50 and 95 % of a posterior."""

    low: float
    middle: float
    high: float

    def __str__(self) -> str:
        return minus(f"{self.middle:.2f} ({self.low:.2f} to {self.high:.2f})")

    @property
    def numbers(self) -> Mapping[str, float]:
        """The three quantiles."""
        return {"q05": self.low, "q50": self.middle, "q95": self.high}


@dataclass(frozen=True)
class ShareInterval(Interval):
    """Shares, in whole percent."""

    def __str__(self) -> str:
        return minus(f"{percentage(self.middle)} ({100 * self.low:.0f} to {percentage(self.high)})")


@dataclass(frozen=True)
class TimesInterval(Interval):
    """Logarithms of ratios, as how many times."""

    def __str__(self) -> str:
        low, middle, high = (significant(math.exp(value)) for value in (self.low, self.middle, self.high))
        return f"{middle} times ({low} to {high})"


@dataclass(frozen=True)
class YearlyFall(Number):
    """A log-rate a year, as percent by which price falls in a year."""

    def __str__(self) -> str:
        return minus(f"{percent_change(self.value):.0f}")


@dataclass(frozen=True)
class YearlyFalls(Range):
    """Two log-rates a year, in the same way."""

    def __str__(self) -> str:
        return minus(f"{percent_change(self.low):.0f} to {percent_change(self.high):.0f}")


def gates(passed: bool | None) -> str:
    """The outcome of a check or of the gates of a fit; None where nothing could be judged."""
    return {True: "passed", False: "FAILED", None: "not judged"}[passed]
