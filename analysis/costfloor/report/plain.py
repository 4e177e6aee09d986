"""Words of the first part, which needs no glossary: laws, questions and amounts as one says them to somebody from another field."""

from collections.abc import Mapping, Sequence
from typing import Final

from costfloor.typeset.phrases import HALVING, factor, percent_change, probability, probability_span

LAWS_IN_WORDS: Final[Mapping[str, str]] = {
    "exponential": "a steady fall",
    "random_walk": "a steady fall with steps by chance",
    "plateau": "a fall that slows to a floor",
    "baumol": "a fall that ends where costs stay",
    "discovery": "a fall kept up by discoveries",
    "encompassing": "a fall that may slow or not",
}
"""Each law of motion as a description of how prices move."""

QUESTIONS_IN_WORDS: Final[Mapping[int, str]] = {
    1: "Have prices for the same ability fallen slowly over the last 12 months, by 20 % or less?",
    2: "Will they at least halve in the next 12 months?",
    3: "Has the price of running a model of a given size fallen slowly at the same sellers over the last 12 months, by 20 % or less?",
    4: "Has the size (parameters in use) needed for the same ability shrunk less than half as fast over the last 12 months as before?",
    5: "Has the fall lost a quarter of its speed, or more, since such models first came on sale?",
    6: "How likely is a fall of 20 % a year or less, some years from now?",
}
"""The questions of docs/questions.md; the technical report has their exact words."""


def fall(rate: float) -> str:
    """A log-rate as an amount by which prices fall in a year."""
    if rate >= HALVING:
        return f"{factor(rate)} times cheaper"
    percent = percent_change(rate)
    if abs(percent) < 0.5:
        return "unchanged"
    return f"{percent:.0f} % cheaper" if percent > 0 else f"{-percent:.0f} % dearer"


def fall_span(low: float, high: float) -> str:
    """Two log-rates as a span of amounts, from the slower fall to the faster; one where they read alike."""
    ends = fall(low), fall(high)
    if ends[0] == ends[1]:
        return ends[0]
    if high >= HALVING and low > 0.0:
        return f"{factor(low)} to {factor(high)} times cheaper"
    for unit in (" % cheaper", " % dearer"):
        if all(end.endswith(unit) for end in ends):
            return f"{ends[0].removesuffix(unit)} to {ends[1]}"
    return f"{ends[0]} to {ends[1]}"


def chance(probabilities: Sequence[float]) -> str:
    """The lowest and the highest of some probabilities, once where they read alike."""
    low, high = min(probabilities), max(probabilities)
    return probability(low) if probability(low) == probability(high) else probability_span(low, high)
