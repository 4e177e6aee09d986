"""Numbers in words. A rate is a log-rate per year, positive when price falls."""

import math
import re
from collections.abc import Callable, Sequence

HALVING = math.log(2.0)
"""From here on a fall reads better as a factor: 2 times cheaper a year."""

LIKELIHOOD = (
    (0.99, "virtually certain"),
    (0.90, "very likely"),
    (0.66, "likely"),
    (0.33, "about as likely as not"),
    (0.10, "unlikely"),
    (0.01, "very unlikely"),
    (0.0, "exceptionally unlikely"),
)
"""The calibrated words of the IPCC (Mastrandrea et al. 2010), by the lowest probability each stands for."""

CLEAR = 2.0
"""Monte Carlo errors from which on a difference is one."""

DIGITS = 1e15
"""Larger numbers have an exponent in place of digits that nobody counts."""

LARGEST = 1e300
"""No number beyond it is shown."""

NEGATIVE = re.compile(r"(?<!\w)-(?=[\d.])")
"""The hyphen of a negative number."""


def percent_change(rate: float) -> float:
    """Fall of price in percent a year; negative for a rise."""
    return 100.0 * (1.0 - _exp(-rate))


def factor(rate: float) -> str:
    """How many times cheaper after a year, to two digits."""
    times = _exp(rate)
    return significant(times) if times < DIGITS else _counted(times)


def significant(value: float) -> str:
    """A number to two significant digits, without an exponent."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    digits = max(0, 1 - math.floor(math.log10(abs(value)) + 1e-12))
    return f"{round(value, 1 - math.floor(math.log10(abs(value)) + 1e-12)):,.{digits}f}"


def yearly_change(rate: float) -> str:
    """A rate as a clause: what prices do in a year."""
    if rate >= HALVING:
        return f"become {factor(rate)} times cheaper a year"
    percent = percent_change(rate)
    if abs(percent) < 0.5:
        return "hold still"
    return f"{'fall' if percent > 0 else 'rise'} by {_counted(abs(percent))} % a year"


def yearly_span(low: float, high: float) -> str:
    """An interval of rates as a phrase, from the slower fall to the faster."""
    if low >= HALVING:
        return f"{factor(low)} to {factor(high)} times cheaper a year"
    ends = percent_change(low), percent_change(high)
    if ends[0] >= 0:
        return f"a fall of {ends[0]:.0f} % to {_fall(high)} a year"
    if ends[1] <= 0:
        return f"a rise of {_counted(-ends[1])} to {_counted(-ends[0])} % a year"
    return f"from a rise of {_counted(-ends[0])} % to a fall of {_fall(high)} a year"


def probability(p: float) -> str:
    """A probability in percent; never certainty that draws cannot give."""
    if p <= 0.005:
        return "below 1 %"
    return "above 99 %" if p >= 0.995 else percentage(p)


def probability_span(low: float, high: float) -> str:
    """An interval of probabilities in percent."""
    ends = probability(low), probability(high)
    if ends[0] == ends[1]:
        return ends[0]
    return f"{percentage(low)} to {ends[1]}" if ends[0] == "below 1 %" else f"{ends[0]} to {ends[1]}"


def percentage(share: float) -> str:
    """A share in whole percent."""
    return f"{100 * share:.0f} %"


def likelihood(p: float, mcse: float = 0.0) -> str:
    """A probability in calibrated words; in two where it lies at a limit between them, by its Monte Carlo error."""
    less, more = (
        next(words for lowest, words in LIKELIHOOD if max(0.0, value) >= lowest)
        for value in (p - CLEAR * mcse, p + CLEAR * mcse)
    )
    return less if less == more else f"{less} to {more}"


def listing(items: Sequence[str]) -> str:
    """Items as `a, b and c`."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def extent(values: Sequence[float], words: Callable[[float], str]) -> str:
    """The smallest and the largest value in words, once where they read the same."""
    low, high = words(min(values)), words(max(values))
    return low if low == high else f"{low} to {high}"


def plural(count: int, noun: str) -> str:
    """A count with its noun."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def minus(text: str) -> str:
    """Text with the hyphens of its negative numbers turned into minus signs."""
    return NEGATIVE.sub("−", text)


def _exp(rate: float) -> float:
    """The factor of a rate; infinite where it leaves the range of numbers."""
    return math.exp(rate) if rate < math.log(LARGEST) else math.inf


def _counted(number: float) -> str:
    """A number above nought without decimals."""
    if number > LARGEST:
        return f"over {LARGEST:g}"
    return f"{number:.0f}" if number < DIGITS else f"{number:.0e}"


def _fall(rate: float) -> str:
    percent = percent_change(rate)
    return f"{percent:.0f} %" if percent < 99 else f"{percent:.1f} %"
