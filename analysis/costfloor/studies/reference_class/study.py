"""What the reference class of technologies would change: both laws that may slow down, fitted to the panel under its priors.

The decision by forecast is not made again: that would take a fit of each law at every past origin.
"""

from dataclasses import asdict
from typing import Any

import numpy as np

from costfloor.fit.fit import fit_law
from costfloor.fit.project import fits_dir, panel_observations
from costfloor.fit.quantities import probability_of_claim
from costfloor.fit.result import Fit
from costfloor.fit.sensitivity import prior_sensitivity
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations
from costfloor.sampling.sampler import CI_QUANTILES
from costfloor.studies.context import Context
from costfloor.studies.technologies.alternative import reference_priors, with_priors
from costfloor.studies.technologies.reference import ReferenceClass
from costfloor.studies.technologies.study import technology_study


def reference_effect(obs: PriceObservations, references: dict[str, ReferenceClass], context: Context) -> dict[str, Any]:
    """Fit the laws under their own priors and under those of the reference class.

    Parameters
    ----------
    obs
        The panel.
    references
        The reference class by law.
    context
        Where fits are kept and how they run.

    Returns
    -------
    By law: `priors`, each with what it replaces, and what `described` says under `default` and `reference`.
    """
    directory = fits_dir(context.data_dir)
    found: dict[str, Any] = {}
    for name, reference in references.items():
        law = LAWS[name]
        priors = reference_priors(law, reference, context.settings.seed)
        own = {prior.name: prior for prior in law.priors}
        # Beside the fits of the report they would pass for those of today.
        apart = context.work("reference_class")
        default = fit_law(law, obs, context.settings, directory, context.progress)
        other = fit_law(with_priors(law, priors), obs, context.settings, apart, context.progress)
        found[name] = {
            "priors": [
                {"name": one.name, "default": own[one.name].describe(), "reference": one.describe()} for one in priors
            ],
            "default": described(default, obs),
            "reference": described(other, obs),
        }
    return found


def described(fit: Fit, obs: PriceObservations) -> dict[str, Any]:
    """What of a fit goes into the verdict.

    `passed` and `worst`; quantiles (5, 50, 95 %) of `rate_now`, `rate_floor`, `kept_share`, `half_life_years`; `p_slowed`, the probability
    that the rate now is below half of the initial one; `p_claim`, that prices fall by 15 to 20 % a year in the long run; `sensitivity` of
    the floor to prior and data.
    """
    initial, now, floor = (fit.quantity(name) for name in ("rate_initial", "rate_now", "rate_floor"))
    kept = fit.quantity("kept_share") if "kept_share" in fit.reported else floor / initial
    draws = {
        "rate_now": now,
        "rate_floor": floor,
        "kept_share": kept,
        "half_life_years": fit.quantity("half_life_years"),
    }
    sensitivity = prior_sensitivity(fit, obs, "rate_floor")
    return {
        "passed": fit.passed,
        "worst": fit.receipt["diagnostics"]["worst"],
        "quantities": {name: np.quantile(values, CI_QUANTILES).tolist() for name, values in draws.items()},
        "p_slowed": float(np.mean(now < 0.5 * initial)),
        "p_claim": probability_of_claim(floor),
        "sensitivity": {**asdict(sensitivity), "prior_dominated": sensitivity.prior_dominated},
    }


def run(context: Context) -> dict[str, Any]:
    """Compute the study: see `costfloor.studies.registry`."""
    found = technology_study(context.data_dir, context.progress)
    references = {"encompassing": found.reference, "plateau": found.reference_of_plateau}
    return {"laws": reference_effect(panel_observations(context.data_dir), references, context)}
