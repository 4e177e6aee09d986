"""The laws of inference prices under the reference class: its priors in place of their own for decay and floor.

A sensitivity, never the default. Only what is free of the scale of time is carried over: the share of the initial rate that is kept, and
how far log cost falls in one half-life at that rate. The initial rate keeps the prior it has for prices; both laws take that of the
encompassing law.
"""

from costfloor.laws.base import Law
from costfloor.laws.encompassing import INITIAL_RATE
from costfloor.sampling.priors import Prior
from costfloor.studies.technologies.reference import ReferenceClass, floor_and_excess_priors, half_life_prior


def reference_priors(law: Law, reference: ReferenceClass, seed: int) -> tuple[Prior, ...]:
    """The population priors that a reference class puts in place of a law's own.

    Parameters
    ----------
    law
        The encompassing law or plateau.
    reference
        Of technologies under the same law.
    seed
        Of the draws that plateau's priors are worked out from.
    """
    half_life = half_life_prior(reference, INITIAL_RATE)
    if "kept_share" in law.family_parameters:
        return reference.kept_share, half_life
    return *floor_and_excess_priors(reference, INITIAL_RATE, seed), half_life
