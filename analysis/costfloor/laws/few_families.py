"""A law as it is fitted to a table: with few families the simple model, in a long record a coarse grid of innovations.

A spread over one to three families is a funnel that slows every fit, and the population it speaks of is imagined: fitted to one family, the
law printed the rate of a typical one of many, three times as wide as that of the table. One family has no population. Two or three have one
whose spreads are not asked but set, each to the root mean square of its prior, so that the families' own prices decide and only a family
not seen yet leans on the number. From four on the spreads are learned.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from costfloor.laws.base import Law
from costfloor.laws.innovations import grid_years_of, on_grid
from costfloor.laws.priors import OBSERVATION_PRIORS
from costfloor.sampling.priors import Prior

if TYPE_CHECKING:
    from costfloor.laws.observations import PriceObservations

POOLED_FROM: Final = 4
"""Families from which on the spreads over them are learned."""

FAMILY_SPREADS: Final = ("level_spread", "elasticity_spread")
"""Of the observation model, those over families."""


def fitted_law(law: Law, obs: "PriceObservations") -> Law:
    """Return the law as `obs` lets it be fitted; a law that is so already stays as it is."""
    innovations = law.innovations and on_grid(law.innovations, grid_years_of(obs.last_time_years))
    parameters = law.family_parameters
    if len(obs.families) < POOLED_FROM:
        parameters = {
            name: replace(parameter, spread=parameter.spread and _set(parameter.spread))
            for name, parameter in parameters.items()
        }
    return replace(law, family_parameters=parameters, innovations=innovations)


def observation_priors(families: int) -> dict[str, Prior]:
    """Priors of the observation model for a table of so many families, by name."""
    if families >= POOLED_FROM:
        return dict(OBSERVATION_PRIORS)
    return {name: _set(prior) if name in FAMILY_SPREADS else prior for name, prior in OBSERVATION_PRIORS.items()}


def spreads_not_asked(law: Law, families: int) -> dict[str, float]:
    """Values of the spreads that a fit of `law` to so many families has not among its parameters."""
    priors = (*law.priors, *(observation_priors(families)[name] for name in FAMILY_SPREADS))
    return {prior.name: prior.constants[0] for prior in priors if prior.distribution == "constant"}


def _set(spread: Prior) -> Prior:
    if spread.distribution == "constant":
        return spread
    return Prior(
        spread.name,
        "constant",
        (spread.root_mean_square,),
        f"set, as {POOLED_FROM - 1} families or fewer do not tell it: {spread.reason}",
    )
