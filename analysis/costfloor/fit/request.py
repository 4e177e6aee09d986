"""What determines a fit: law, data, priors, settings, code and versions."""

from dataclasses import asdict
from importlib.metadata import version
from typing import Any, Final

from costfloor.keys import code_hash
from costfloor.laws.base import Law
from costfloor.laws.few_families import POOLED_FROM, fitted_law, observation_priors
from costfloor.laws.observations import PriceObservations
from costfloor.sampling.policy import Sampling

ATTEMPTS: Final = 2
"""Version of the sequence of attempts and of their seeds: by another one, the same request would give another posterior."""


PACKAGES = ("pymc", "pytensor", "nutpie", "arviz", "numpy", "xarray")


def priors_of(law: Law, families: int = POOLED_FROM) -> dict[str, dict[str, object]]:
    """Every prior of a law, with its constants and reason, for a table of so many families; by default of many."""
    return {prior.name: prior.describe() for prior in (*observation_priors(families).values(), *law.priors)}


def fit_request(law: Law, obs: PriceObservations, settings: Sampling) -> dict[str, Any]:
    """Everything that determines a fit; its hash is the fingerprint."""
    return {
        "law": law.name,
        "data_hash": obs.data_hash,
        "priors": priors_of(fitted_law(law, obs), len(obs.families)),
        "grid_years": fitted_law(law, obs).grid_years,
        "settings": asdict(settings),
        "attempts": ATTEMPTS,
        "code": code_hash("costfloor.fit.fit"),
        "versions": {name: version(name) for name in PACKAGES},
    }
