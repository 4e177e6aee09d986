r"""The reference class: what technologies of known fate say of a new one, as priors in units free of time scale.

A technology that falls ten times as fast may also age ten times as fast. What can be carried over is the share of the initial rate that is
kept in the long run, :math:`\rho`, and by how much log cost would fall during one half-life at the initial rate, :math:`r h`. Under the
plateau law :math:`\rho` is the floor over the initial rate.
"""

from dataclasses import dataclass

import numpy as np

from costfloor.fit.slowed import SLOWED
from costfloor.sampling.priors import Prior
from costfloor.sampling.quantiles import quantiles
from costfloor.studies.technologies.claims import FALLING
from costfloor.studies.technologies.fit import TechnologyFit

SUMMED = ("kept_share", "log_decline_per_half_life", "half_life_years")
"""What is summed up of new technologies."""

QUARTILE_OF_NORMAL = 0.6744897501960817

IMPLIED_DRAWS = 100_000


@dataclass(frozen=True)
class ReferenceClass:
    r"""Predictive distribution of a new technology whose cost falls, as quantiles and as priors.

    Attributes
    ----------
    kept_share
        Normal with the median and quartiles of the predictive: :math:`\rho`.
    log_decline_per_half_life
        Lognormal with the median and quartiles of the predictive: :math:`r h`, log points.
    half_life_years
        The same for :math:`h` itself: what would carry over if technologies aged by the calendar, however fast they fall.
    quantiles
        5, 50 and 95 % of the three in the predictive, by name.
    prior_quantiles
        The same from the population priors alone: how much of the answer is prior.
    probability_slows
        Predictive probability that less than half of the initial rate is kept.
    prior_probability_slows
        The same from the priors.
    correlation
        Of log initial rate and log half-life over new technologies and posterior doubt.
    """

    kept_share: Prior
    log_decline_per_half_life: Prior
    half_life_years: Prior
    quantiles: dict[str, tuple[float, float, float]]
    prior_quantiles: dict[str, tuple[float, float, float]]
    probability_slows: float
    prior_probability_slows: float
    correlation: float


def reference_class(fit: TechnologyFit, seed: int) -> ReferenceClass:
    """Draw new technologies from the population of a law that may slow down, and sum them up.

    Only those that fall, by more than `FALLING` a year at first, are counted: of the others neither quantity says anything.

    Parameters
    ----------
    fit
        The encompassing law, or plateau, on one series per technology.
    seed
        Of the draws.
    """
    rng = np.random.default_rng(seed)
    population = {prior.name: fit.draws(prior.name) for prior in fit.law.priors}
    size = len(next(iter(population.values())))
    new = _new_technologies(fit, population, rng)
    before = _new_technologies(fit, {prior.name: prior.draw(size, rng) for prior in fit.law.priors}, rng)
    return ReferenceClass(
        kept_share=Prior(
            "kept_share",
            "normal",
            _median_and_deviation(new["kept_share"]),
            "share of the initial rate that technologies of known fate kept in the long run (docs/technologies.md)",
        ),
        log_decline_per_half_life=Prior(
            "log_decline_per_half_life",
            "lognormal",
            _median_and_log_deviation(new["log_decline_per_half_life"]),
            "by how much technologies of known fate fell during one half-life at their initial rate (docs/technologies.md)",
        ),
        half_life_years=Prior(
            "half_life_years",
            "lognormal",
            _median_and_log_deviation(new["half_life_years"]),
            "half-life of technologies of known fate by the calendar (docs/technologies.md)",
        ),
        quantiles={name: quantiles(new[name]) for name in SUMMED},
        prior_quantiles={name: quantiles(before[name]) for name in SUMMED},
        probability_slows=float(np.mean(new["kept_share"] < SLOWED)),
        prior_probability_slows=float(np.mean(before["kept_share"] < SLOWED)),
        correlation=float(np.corrcoef(np.log(new["initial_rate"]), np.log(new["half_life_years"]))[0, 1]),
    )


def half_life_prior(reference: ReferenceClass, initial_rate: Prior) -> Prior:
    """The prior of a half-life in years where the initial rate has a lognormal prior, both independent in the model that takes it.

    Medians divide and variances of logarithms add up: the doubt about the rate widens the half-life.

    Parameters
    ----------
    reference
        The reference class.
    initial_rate
        Prior of the initial log-rate per year.

    Raises
    ------
    ValueError
        The prior of the rate is not lognormal.
    """
    if initial_rate.distribution != "lognormal":
        raise ValueError(f"{initial_rate.name} has no lognormal prior")
    decline, sd_decline = reference.log_decline_per_half_life.constants
    rate, sd_rate = initial_rate.constants
    return Prior(
        "half_life_years",
        "lognormal",
        (decline / rate, float(np.hypot(sd_decline, sd_rate))),
        "log decline of technologies of known fate during one half-life, over the initial rate's prior (docs/technologies.md)",
    )


def floor_and_excess_priors(reference: ReferenceClass, initial_rate: Prior, seed: int) -> tuple[Prior, Prior]:
    """The priors of plateau's floor and excess that a kept share and an initial rate imply, by median and quartiles.

    Both are the initial rate times a share; that they then move together is lost, since the law takes them as independent. Shares of one
    and more are left out: plateau cannot speed up.

    Parameters
    ----------
    reference
        The reference class, from the plateau law.
    initial_rate
        Prior of the initial log-rate per year.
    seed
        Of the draws that the quartiles are taken from.
    """
    rng = np.random.default_rng(seed)
    kept, initial = (prior.draw(IMPLIED_DRAWS, rng) for prior in (reference.kept_share, initial_rate))
    slows = kept < 1.0
    floor, excess = kept[slows] * initial[slows], (1.0 - kept[slows]) * initial[slows]
    reason = "{} share of the initial rate's prior, by technologies of known fate under the plateau law (docs/technologies.md)"
    return (
        Prior("rate_floor", "normal", _median_and_deviation(floor), reason.format("the kept")),
        Prior("rate_excess", "lognormal", _median_and_log_deviation(excess), reason.format("the lost")),
    )


def _new_technologies(
    fit: TechnologyFit, population: dict[str, np.ndarray], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """New technologies that fall, in terms that both laws share."""
    new = {}
    for name, parameter in fit.law.family_parameters.items():
        center = population[parameter.population.name]
        offset = population[parameter.spread.name] * rng.standard_normal(len(center)) if parameter.spread else 0.0
        new[name] = np.asarray(parameter.of_family(center, offset))
    initial = new["initial_rate"] if "initial_rate" in new else new["rate_floor"] + new["rate_excess"]
    falling = initial > FALLING
    initial, half_life = initial[falling], new["half_life_years"][falling]
    return {
        "initial_rate": initial,
        "kept_share": new["kept_share"][falling] if "kept_share" in new else new["rate_floor"][falling] / initial,
        "log_decline_per_half_life": initial * half_life,
        "half_life_years": half_life,
    }


def _median_and_deviation(values: np.ndarray) -> tuple[float, float]:
    low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
    return float(median), float((high - low) / (2.0 * QUARTILE_OF_NORMAL))


def _median_and_log_deviation(values: np.ndarray) -> tuple[float, float]:
    median, deviation = _median_and_deviation(np.log(values))
    return float(np.exp(median)), deviation
