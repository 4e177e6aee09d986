"""What a law of motion is: priors for its family parameters, a cumulative decline and a rate, both by age of a capability."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from costfloor.laws.functions import exp
from costfloor.laws.innovations import GRID_YEARS, Innovations
from costfloor.sampling.priors import Prior

Parameters = Mapping[str, Any]
"""Arrays by name: NumPy arrays or PyTensor tensors, broadcastable against an age."""


@dataclass(frozen=True)
class FamilyParameter:
    """A parameter of the law that differs by family around a population value.

    On the log scale (`positive`) or the natural scale: family = population + spread * standard normal. Without a spread all families
    have the population's value.
    """

    population: Prior
    spread: Prior | None
    positive: bool

    def of_family(self, population: Any, offset: Any) -> Any:
        """Return the family values that lie `offset` (spread times standard normals) from the population's."""
        if not self.positive:
            return population + offset
        return population * exp(offset)


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
        `(parameters, age_years) -> G`, cumulative decline of log price since the birth of a capability, without innovations.
    rate
        `(parameters, age_years) -> G'`, log-rate per year, positive when price falls.
    long_run_rate
        `parameters -> rate` as age goes to infinity.
    innovations
        What comes on top of the decline, common to the families and of each of several by itself (`laws/innovations.py`); None for nothing.
    reported
        `(population, mean_age_years) -> {name: draws}`: the law's own population quantities in the contract. `population` holds the
        parameters of the innovations too.
    """

    name: str
    title: str
    reading: str
    family_parameters: Mapping[str, FamilyParameter]
    decline: Callable[[Parameters, Any], Any]
    rate: Callable[[Parameters, Any], Any]
    long_run_rate: Callable[[Parameters], Any]
    innovations: Innovations | None
    reported: Callable[[Parameters, Any], dict[str, Any]]

    @property
    def priors(self) -> tuple[Prior, ...]:
        """The law's own priors: population, spread, innovations."""
        of_families = [prior for p in self.family_parameters.values() for prior in (p.population, p.spread) if prior]
        return (*of_families, *(self.innovations.priors if self.innovations else ()))

    @property
    def grid_years(self) -> float:
        """Length of one innovation."""
        return self.innovations.grid_years if self.innovations else GRID_YEARS


def mean_rate(law: Law, population: Parameters, span_years: float) -> Any:
    """Return the average log-rate per year over the first `span_years` of a capability, the rate that innovations add up to."""
    return law.decline(population, span_years) / span_years


def fallen(law: Law, parameters: Parameters, age_years: Any) -> Any:
    """Return the cumulative decline of log price at ages of any sign: before its birth a capability falls at its first rate.

    A capability ahead of its market has a negative age. So it stands on the same line of price on capability as the others.

    Parameters
    ----------
    law
        The law.
    parameters
        Its parameters by name, broadcastable against the ages.
    age_years
        Numbers, arrays or labelled arrays.

    Returns
    -------
    Log points, negative at negative ages where prices fall.
    """
    before = np.minimum(age_years, 0.0)
    declined = law.decline(parameters, age_years - before)
    # Told apart here, as PyTensor drops a term that is zero everywhere, and graphs of one make must be alike.
    return declined + law.rate(parameters, 0.0) * before if np.any(before) else declined


def rate_at(law: Law, parameters: Parameters, age_years: Any) -> Any:
    """Return the slope of `fallen`, log-rate per year: before birth the first rate."""
    return law.rate(parameters, np.maximum(age_years, 0.0))
