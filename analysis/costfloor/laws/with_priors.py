"""A law under other priors than its own."""

from collections.abc import Iterable
from dataclasses import replace

from costfloor.laws.base import Law
from costfloor.sampling.priors import Prior


def with_priors(law: Law, priors: Iterable[Prior]) -> Law:
    """The law with other priors for the parameters that they name: of its population, of spreads over families, of innovations.

    Parameters
    ----------
    law
        The law; it stays as it is.
    priors
        Those that take the place of the law's own. A name that the law does not have changes nothing.

    Examples
    --------
    >>> from costfloor.laws import LAWS
    >>> from costfloor.sampling.priors import Prior
    >>> other = with_priors(LAWS["plateau"], [Prior("rate_floor", "normal", (0.18, 0.05), "the claim")])
    >>> other.family_parameters["rate_floor"].population.constants
    (0.18, 0.05)
    """
    by_name = {prior.name: prior for prior in priors}
    parameters = {
        name: replace(
            parameter,
            population=by_name.get(parameter.population.name, parameter.population),
            spread=parameter.spread and by_name.get(parameter.spread.name, parameter.spread),
        )
        for name, parameter in law.family_parameters.items()
    }
    innovations = law.innovations and replace(
        law.innovations, priors=tuple(by_name.get(prior.name, prior) for prior in law.innovations.priors)
    )
    return replace(law, family_parameters=parameters, innovations=innovations)
