"""What the reference class of technologies would change: both laws that may slow down, fitted to the panel under its priors.

The decision by forecast is not made again: that would take a fit of each law at every past origin.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from costfloor.fit.fit import fit_law
from costfloor.fit.quantities import probability_of_claim
from costfloor.fit.result import Fit
from costfloor.fit.sensitivity import PriorSensitivity, prior_sensitivity
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations
from costfloor.laws.panel import panel_observations
from costfloor.laws.with_priors import with_priors
from costfloor.sampling.priors import Prior
from costfloor.sampling.quantiles import quantiles
from costfloor.studies.context import Context, HeavyStudy
from costfloor.studies.technologies.alternative import reference_priors
from costfloor.studies.technologies.reference import ReferenceClass
from costfloor.studies.technologies.study import technology_study


@dataclass(frozen=True)
class StatedPrior:
    """A distribution by name, its constants, and why: see `costfloor.laws.priors.Prior`."""

    distribution: str
    constants: tuple[float, ...]
    reason: str


@dataclass(frozen=True)
class ReplacedPrior:
    """A parameter, a law's own prior of it, and that of the reference class."""

    name: str
    default: StatedPrior
    reference: StatedPrior


@dataclass(frozen=True)
class Side:
    """What of a fit goes into the verdict.

    Attributes
    ----------
    passed, worst
        Whether it passed its gates, and what failed or came nearest to it.
    quantities
        5, 50, 95 % of `rate_now`, `rate_floor`, `kept_share`, `half_life_years`.
    p_slowed, p_claim
        Probability that the rate now is below half of the initial one, and that prices fall by 15 to 20 % a year in the long run.
    sensitivity
        Of the floor to prior and data.
    """

    passed: bool
    worst: str
    quantities: dict[str, tuple[float, float, float]]
    p_slowed: float
    p_claim: float
    sensitivity: PriorSensitivity


@dataclass(frozen=True)
class Effect:
    """One law: the priors that are replaced, and the fit under its own ones and under the reference class."""

    priors: tuple[ReplacedPrior, ...]
    default: Side
    reference: Side


@dataclass(frozen=True)
class ReferenceStudy:
    """The effect of the reference class by law."""

    laws: dict[str, Effect]

    @property
    def passed(self) -> bool:
        """Whether every fit passed its gates."""
        return all(side.passed for law in self.laws.values() for side in (law.default, law.reference))


def reference_effect(obs: PriceObservations, references: dict[str, ReferenceClass], context: Context) -> ReferenceStudy:
    """Fit the laws under their own priors and under those of the reference class.

    Parameters
    ----------
    obs
        The panel.
    references
        The reference class by law.
    context
        Where fits are kept and how they run.
    """
    directory = context.places.fits
    effects: dict[str, Effect] = {}
    for name, reference in references.items():
        law = LAWS[name]
        priors = reference_priors(law, reference, context.settings.seed)
        by_name = {prior.name: prior for prior in law.priors}
        # Beside the fits of the report they would pass for those of today.
        apart = context.work("reference_class")
        default = fit_law(law, obs, context.settings, directory, context.progress)
        other = fit_law(with_priors(law, priors), obs, context.settings, apart, context.progress)
        effects[name] = Effect(
            tuple(ReplacedPrior(prior.name, _stated(by_name[prior.name]), _stated(prior)) for prior in priors),
            described(default, obs),
            described(other, obs),
        )
    return ReferenceStudy(effects)


def _stated(prior: Prior) -> StatedPrior:
    return StatedPrior(prior.distribution, prior.constants, prior.reason)


def described(fit: Fit, obs: PriceObservations) -> Side:
    """What of a fit goes into the verdict."""
    initial, now, floor = (fit.draws(name) for name in ("rate_initial", "rate_now", "rate_floor"))
    kept = fit.draws("kept_share") if "kept_share" in fit.reported else floor / initial
    draws = {
        "rate_now": now,
        "rate_floor": floor,
        "kept_share": kept,
        "half_life_years": fit.draws("half_life_years"),
    }
    return Side(
        passed=fit.passed,
        worst=fit.receipt["diagnostics"]["worst"],
        quantities={name: quantiles(values) for name, values in draws.items()},
        p_slowed=float(np.mean(now < 0.5 * initial)),
        p_claim=probability_of_claim(floor),
        sensitivity=prior_sensitivity(fit, obs, "rate_floor"),
    )


def run(context: Context) -> ReferenceStudy:
    """Compute the study: see `costfloor.studies.registry`."""
    technologies = technology_study(context.built.store, context.progress)
    references = {"encompassing": technologies.reference, "plateau": technologies.reference_of_plateau}
    return reference_effect(panel_observations(context.built), references, context)


STUDY: Final = HeavyStudy(ReferenceStudy, run)
