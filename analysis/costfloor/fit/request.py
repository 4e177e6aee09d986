"""What determines a fit: law, data, priors, settings, code and versions."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from costfloor.keys import Key, result_key
from costfloor.laws.base import Law
from costfloor.laws.few_families import POOLED_FROM, fitted_law, observation_priors
from costfloor.sampling.policy import Sampling

if TYPE_CHECKING:
    from costfloor.laws.observations import PriceObservations


def priors_of(law: Law, families: int = POOLED_FROM) -> dict[str, dict[str, object]]:
    """Every prior of a law, with its constants and reason, for a table of so many families; by default of many."""
    return {prior.name: prior.describe() for prior in (*observation_priors(families).values(), *law.priors)}


def fit_key(law: Law, obs: "PriceObservations", settings: Sampling) -> Key:
    """Everything that determines a fit; its digest is the fingerprint."""
    fitted = fitted_law(law, obs)
    asked = {
        "law": law.name,
        "priors": priors_of(fitted, len(obs.families)),
        "grid_years": fitted.grid_years,
        "sampling": asdict(settings),
    }
    return result_key("fit", "costfloor.fit.fit", data=obs.data_hash, settings=asked)
