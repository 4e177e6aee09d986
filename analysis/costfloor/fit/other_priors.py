"""Priors that a user asks for in place of a law's own: which parameters have one, what it may be, and what is refused.

A prior is given on the scale of its parameter, never on that of a transform: a half-life in years, a rate in log points a year.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Final

from scipy import stats

from costfloor.errors import InputError
from costfloor.laws.base import Law
from costfloor.laws.few_families import fitted_law
from costfloor.laws.observations import PriceObservations
from costfloor.sampling.priors import Prior

type AskedPrior = Sequence[str | float]
"""A distribution by name and its constants: ``("normal", 0.18, 0.05)``."""


@dataclass(frozen=True)
class Form:
    """What the constants of a distribution are, in their order, and the distribution itself.

    Attributes
    ----------
    constants
        Their names; `BOUND` and `MEAN` may be any number, the others are above zero.
    distribution
        From the constants to one of `scipy.stats`.
    """

    constants: tuple[str, ...]
    distribution: Callable[..., Any]


MEAN: Final = "mean"
BOUND: Final = "lower bound"
SD_OF_LOG: Final = "sd of the log"

SIZES: Final = (1e-6, 1e6)
"""Of the constants. A sampler finds no start in a distribution at the ends of the range of numbers."""

SIZES_OF_LOG: Final = (1e-6, 10.0)
"""Of a standard deviation of a log: at the upper end a factor of 22,000 either way."""

FORMS: Final[Mapping[str, Form]] = {
    "normal": Form((MEAN, "sd"), stats.norm),
    "lognormal": Form(("median", SD_OF_LOG), lambda median, sd: stats.lognorm(sd, scale=median)),
    "lognormal_above": Form(
        (BOUND, "median above it", SD_OF_LOG), lambda low, median, sd: stats.lognorm(sd, loc=low, scale=median)
    ),
    "halfnormal": Form(("sd",), lambda sd: stats.halfnorm(scale=sd)),
    "gamma": Form(("shape", "rate"), lambda shape, rate: stats.gamma(shape, scale=1.0 / rate)),
}

ABOVE_ZERO: Final = ("lognormal", "halfnormal", "gamma")

ANYWHERE: Final = ("normal", *ABOVE_ZERO)

OF_SPREADS: Final = ("lognormal", "halfnormal")
"""Those whose root mean square stands for a spread that a table of few families is not asked for."""


def accepted(law: Law) -> dict[str, tuple[str, ...]]:
    """The distributions that each of a law's own parameters takes, by name: those that lie where the law needs it."""
    forms: dict[str, tuple[str, ...]] = {}
    for parameter in law.family_parameters.values():
        forms[parameter.population.name] = ABOVE_ZERO if parameter.positive else ANYWHERE
        if parameter.spread:
            forms[parameter.spread.name] = OF_SPREADS
    for prior in law.innovations.priors if law.innovations else ():
        # Rarer gains than one a step cannot be told from the noise: their number keeps its lower bound.
        forms[prior.name] = ("lognormal_above",) if prior.distribution == "lognormal_above" else ABOVE_ZERO
    return forms


def other_priors(law: Law, obs: PriceObservations, asked: Mapping[str, AskedPrior]) -> tuple[Prior, ...]:
    """The priors that are asked for, as far as they are not the law's own.

    Parameters
    ----------
    law
        One of `costfloor.laws.LAWS`.
    obs
        What is fitted.
    asked
        By parameter, a distribution and its constants.

    Raises
    ------
    InputError
        The law has no such parameter or the table no use for it, or the distribution does not suit it; the message lists what the law has.
    """
    if not isinstance(asked, Mapping):
        shown = law.priors[0]
        remedy = f"Write priors={{{shown.name!r}: {(shown.distribution, *shown.constants)}}}"
        raise InputError("are no priors", column="priors", value=asked, remedy=remedy)
    defaults = _defaults(law, obs)
    forms = accepted(law)
    spreads = {parameter.spread.name for parameter in law.family_parameters.values() if parameter.spread}
    others = []
    for name, prior in asked.items():
        if name not in forms:
            raise _refused(law, "is no parameter of the law whose prior can be set", name)
        if name in spreads and len(obs.families) == 1:
            raise _refused(law, "is a spread over families, and the table has one family", name)
        distribution, constants = _read(law, name, prior)
        default = defaults[name]
        if distribution not in forms[name]:
            raise _refused(law, f"does not suit {name}, which takes {listed(forms[name])}", distribution)
        if distribution == "lognormal_above" and constants[0] < default.constants[0]:
            raise _refused(law, f"is below {default.constants[0]:g}, the least {BOUND} that {name} takes", constants[0])
        if (distribution, constants) != (default.distribution, default.constants):
            others.append(Prior(name, distribution, constants, f"asked for, in place of {in_words(default)}"))
    return tuple(others)


def in_words(prior: Prior) -> str:
    """A prior as it is asked for on the command line: ``normal:0.18:0.05``."""
    return ":".join((prior.distribution, *(f"{constant:g}" for constant in prior.constants)))


def listed(distributions: Iterable[str]) -> str:
    """Distributions with the names of their constants."""
    return " or ".join(f"{name} ({', '.join(FORMS[name].constants)})" for name in distributions)


def read_options(options: Iterable[str]) -> dict[str, AskedPrior]:
    """Priors from texts like ``rate_floor=normal:0.18:0.05``.

    Raises
    ------
    InputError
        A text is none, or a parameter is named twice.
    """
    asked: dict[str, AskedPrior] = {}
    for option in options:
        name, _, text = option.partition("=")
        distribution, *numbers = text.split(":")
        try:
            # `float` reads the digits of every script, and underscores between them.
            constants = [float(number) for number in numbers] if text.isascii() and "_" not in text else []
        except ValueError:
            constants = []
        if not (name and distribution and constants) or name in asked:
            raise InputError(
                "is named twice" if name in asked else "is no prior",
                column="--prior",
                value=option,
                remedy="Write each once, as rate_floor=normal:0.18:0.05; `costfloor fit --help` has the distributions",
            )
        asked[name] = (distribution, *constants)
    return asked


def _defaults(law: Law, obs: PriceObservations) -> dict[str, Prior]:
    """The law's own priors; those of innovations as they are for a record that long."""
    of_innovations = fitted_law(law, obs).innovations
    return {prior.name: prior for prior in (*law.priors, *(of_innovations.priors if of_innovations else ()))}


def _read(law: Law, name: str, prior: AskedPrior) -> tuple[str, tuple[float, ...]]:
    """The distribution and constants of a prior, each of them a number that it may be."""
    if isinstance(prior, str) or not isinstance(prior, Sequence) or not prior:
        raise _refused(law, f"is no prior of {name}: a distribution and its constants are", prior)
    distribution, *constants = prior
    if not isinstance(distribution, str) or distribution not in FORMS:
        raise _refused(law, f"is no distribution; there are {listed(FORMS)}", distribution)
    names = FORMS[distribution].constants
    if len(constants) != len(names):
        raise _refused(law, f"is not what {distribution} has for constants: {', '.join(names)}", constants)
    numbers: list[float] = []
    for what, constant in zip(names, constants, strict=True):
        number = _number(constant)
        if number is None:
            raise _refused(law, f"is no number for the {what} of {name}", constant)
        if what not in {MEAN, BOUND} and number <= 0.0:
            raise _refused(law, f"is not above zero, as the {what} of {name} has to be", constant)
        low, high = SIZES_OF_LOG if what == SD_OF_LOG else SIZES
        if number != 0.0 and not low <= abs(number) <= high:
            raise _refused(
                law, f"is not of a size from {low:g} to {high:g}, as the {what} of {name} has to be", constant
            )
        numbers.append(number)
    return distribution, tuple(numbers)


def _number(constant: object) -> float | None:
    """A finite number; None for anything else."""
    if isinstance(constant, bool) or not isinstance(constant, Real):
        return None
    try:
        number = float(constant)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _refused(law: Law, problem: str, value: object) -> InputError:
    """What is wrong with a prior, and what the law has."""
    has = ", ".join(f"{prior.name} ({in_words(prior)})" for prior in law.priors)
    return InputError(problem, column="priors", value=value, remedy=f"The {law.name} law has {has}")
