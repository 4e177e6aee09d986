"""The quantities a fit reports, as draws.

Two buyers live under different clocks. The buyer of a *fixed capability* stays in one band, whose clock runs on. The buyer who
*follows the frontier* moves to each new band as it opens, so that his clock restarts: what he sees is the law averaged over the ages
from zero to the mean time between openings.
"""

import math
from collections.abc import Mapping

import numpy as np
import xarray as xr

from analysis.laws.base import Law
from analysis.laws.observations import PriceObservations

FLOOR_CLAIM = (-math.log(1 - 0.15), -math.log(1 - 0.20))
"""The claimed floor, a fall of 15 to 20 % a year, as log-rates."""

HEADLINE_RATES = ("rate_now", "rate_long_run")
"""What is followed from one data vintage to the next."""


def frontier_stay_years(births: np.ndarray) -> float:
    """Mean time between openings of bands, in years; 1 year where bands open together or there is one band only."""
    openings = np.unique(np.round(births, 1))
    return float(np.ptp(openings) / (len(openings) - 1)) if len(openings) > 1 else 1.0


def reported_quantities(posterior: xr.Dataset, law: Law, obs: PriceObservations) -> xr.Dataset:
    """Draws of everything the fit reports, dimensions (chain, draw[, family]).

    Population level: `rate_now` (at the mean age of the families at the last date), `rate_long_run`, `score_elasticity` (per unit of
    quality), `noise_scale`, the law's own parameters. `frontier_rate` is the frontier buyer's. By family: `family_rate_now`,
    `family_start`.
    """
    population = {name: posterior[name] for name in law.family_parameters}
    if law.innovations:
        population |= {prior.name: posterior[prior.name] for prior in law.innovations.priors}
    stay = frontier_stay_years(obs.births)
    ages = xr.DataArray(obs.ages_at_last, dims="family", coords={"family": list(obs.families)})
    family = {name: posterior[f"family_{name}"] for name in law.family_parameters}
    now = law.rate(population, obs.mean_age_at_last)
    return xr.Dataset(
        {
            "rate_now": now,
            "rate_long_run": law.long_run_rate(population),
            "score_elasticity": posterior["elasticity"] / obs.quality_scale,
            "noise_scale": posterior["noise_scale"],
            "frontier_rate": law.decline(population, stay) / stay,
            "family_rate_now": law.rate(family, ages),
            "family_start": posterior["family_start"],
            **law.reported(population, obs.mean_age_at_last),
            **(
                {"pass_through": posterior["pass_through"], "same_model_rate": posterior["pass_through"] * now}
                if obs.models_repeat
                else {}
            ),
        }
    )


def contract_parameters(reported: xr.Dataset) -> dict[str, dict[str, float]]:
    """Mean, sd and the 5, 50 and 95 % quantiles of each scalar quantity, by name."""
    return {
        str(name): {
            "mean": float(array.mean()),
            "sd": float(array.std(ddof=1)),
            **{f"q{round(100 * q):02d}": float(array.quantile(q)) for q in (0.05, 0.5, 0.95)},
        }
        for name, array in reported.data_vars.items()
        if array.ndim == 2
    }


def headline_rates(parameters: Mapping[str, Mapping[str, float]]) -> dict[str, list[float]]:
    """The 5, 50 and 95 % quantiles of the rates that are followed over time, from what `contract_parameters` gives."""
    return {name: [parameters[name][q] for q in ("q05", "q50", "q95")] for name in HEADLINE_RATES}


def probability_of_claim(long_run_rate: np.ndarray) -> float:
    """Share of draws whose long-run rate lies in the claimed 15-20 % a year."""
    low, high = FLOOR_CLAIM
    return float(np.mean((long_run_rate >= low) & (long_run_rate <= high)))
