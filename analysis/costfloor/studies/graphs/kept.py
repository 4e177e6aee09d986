"""The draws that a result keeps, so that both channels can be followed into years ahead without a fit."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from costfloor.studies.graphs.channel_laws import CHANNELS, channel_law

KEPT: Final = 300
"""Draws of each law that are kept: a probability worked out from them has a standard error of at most 0.03."""

DIGITS: Final = 4
"""Significant digits of what is kept."""

OF_SIZE: Final = ("active_exponent", "total_exponent", "sparsity_drift", "sparsity_innovation_sd")
"""What turns active parameters and sparsity into a price-weighted size, and how sparsity goes on."""


def kept_draws(law: str, draws: Mapping[str, np.ndarray]) -> dict[str, tuple[float, ...]]:
    """Evenly spaced draws, joint over parameters, of all that the years ahead depend on: past innovations move no later change.

    Parameters
    ----------
    law
        By name.
    draws
        Of the joint model, by the names of the posterior, chains merged.
    """
    priors = [prior for channel in CHANNELS for prior in channel_law(law, channel).named(channel).values()]
    names = [*(prior.name for prior in priors if prior.distribution != "constant"), *OF_SIZE]
    rows = np.linspace(0, len(draws[OF_SIZE[0]]) - 1, KEPT).round().astype(int)
    return {name: tuple(float(f"{value:.{DIGITS}g}") for value in draws[name][rows]) for name in names}
