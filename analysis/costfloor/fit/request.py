"""What determines a fit: law, data, priors, settings, code and versions."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from costfloor.keys import Key, result_key
from costfloor.laws.base import Law
from costfloor.laws.few_families import POOLED_FROM, fitted_law, observation_priors

if TYPE_CHECKING:
    from costfloor.laws.observations import PriceObservations


@dataclass(frozen=True)
class FitSettings:
    """How long and how carefully to sample.

    After divergences the next acceptance target is tried, with smaller steps; where another gate is missed, or there is no next target,
    longer attempts follow (`fit_in_steps`). The receipt keeps all. Every attempt has a seed of its own (`attempt_seed`).
    Of each chain at most `kept` draws, evenly spaced, are stored; the gates are judged by all of them.
    As it stands by default every fit of a report is sampled, whichever way it is asked for. Why so many, and why so careful at once:
    docs/decisions.md.
    """

    draws: int = 1500
    tune: int = 700
    chains: int = 4
    target_accepts: tuple[float, ...] = (0.975, 0.99, 0.995)
    seed: int = 20251231
    kept: int = 1000


def priors_of(law: Law, families: int = POOLED_FROM) -> dict[str, dict[str, object]]:
    """Every prior of a law, with its constants and reason, for a table of so many families; by default of many."""
    return {prior.name: prior.describe() for prior in (*observation_priors(families).values(), *law.priors)}


def fit_key(law: Law, obs: "PriceObservations", settings: FitSettings) -> Key:
    """Everything that determines a fit; its digest is the fingerprint."""
    fitted = fitted_law(law, obs)
    asked = {
        "law": law.name,
        "priors": priors_of(fitted, len(obs.families)),
        "grid_years": fitted.grid_years,
        "sampling": asdict(settings),
    }
    return result_key("fit", "costfloor.fit.fit", data=obs.data_hash, settings=asked)
