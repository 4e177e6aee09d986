"""What a law of motion is: priors for its family parameters, a cumulative decline and a rate."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.laws.priors import Prior

Parameters = Mapping[str, Any]
"""Arrays by name: NumPy arrays or PyTensor tensors, broadcastable against an age."""


@dataclass(frozen=True)
class FamilyParameter:
    """A parameter of the law that differs by family around a population value.

    On the log scale (`positive`) or the natural scale: family = population + spread * standard normal.
    """

    population: Prior
    spread: Prior
    positive: bool


@dataclass(frozen=True)
class Law:
    """A law of motion of log price at fixed quality.

    Attributes
    ----------
    name, title, reading
        Name in the contract, name in prose, and what its truth would mean.
    family_parameters
        The partially pooled parameters, by the name under which `decline` and `rate` take them.
    decline
        `(parameters, age_years) -> G`, cumulative decline of log price since the family's start, without innovations.
    rate
        `(parameters, age_years) -> G'`, log-rate per year, positive when price falls.
    long_run_rate
        `parameters -> rate` as age goes to infinity.
    innovations
        Whether the market-wide innovations of `laws/innovations.py` come on top.
    reported
        `population -> {name: draws}`: the law's own population quantities in the contract. With innovations, `population` holds
        `discoveries_per_year` too.
    """

    name: str
    title: str
    reading: str
    family_parameters: Mapping[str, FamilyParameter]
    decline: Callable[[Parameters, Any], Any]
    rate: Callable[[Parameters, Any], Any]
    long_run_rate: Callable[[Parameters], Any]
    innovations: bool
    reported: Callable[[Parameters], dict[str, Any]]


def mean_rate(law: Law, population: Parameters, span_years: float) -> Any:
    """Return the average log-rate per year over the first `span_years` of a family's life, the rate that innovations add up to."""
    return law.decline(population, span_years) / span_years
