r"""The reference class: what technologies of known fate say of a new one, as priors in units free of time scale.

A technology that falls ten times as fast may also age ten times as fast. What can be carried over is the share of the initial rate that is
kept in the long run, :math:`\rho`, and by how much log cost would fall during one half-life at the initial rate, :math:`r h`.
"""

from dataclasses import dataclass

import numpy as np

from analysis.laws.prior_predictive import draw_prior
from analysis.laws.priors import Prior
from analysis.sampling import CI_QUANTILES
from analysis.technologies.claims import FALLING
from analysis.technologies.fit import TechnologyFit

NAMES = ("initial_rate", "kept_share", "half_life_years")

QUARTILE_OF_NORMAL = 0.6744897501960817


@dataclass(frozen=True)
class ReferenceClass:
    r"""Predictive distribution of a new technology whose cost falls, as quantiles and as priors.

    Attributes
    ----------
    kept_share
        Normal with the median and quartiles of the predictive: :math:`\rho`.
    log_decline_per_half_life
        Lognormal with the median and quartiles of the predictive: :math:`r h`, log points.
    quantiles
        5, 50 and 95 % of both in the predictive, by name.
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
    quantiles: dict[str, tuple[float, float, float]]
    prior_quantiles: dict[str, tuple[float, float, float]]
    probability_slows: float
    prior_probability_slows: float
    correlation: float


def reference_class(fit: TechnologyFit, seed: int) -> ReferenceClass:
    """Draw new technologies from the population of an encompassing law, and sum them up.

    Only those that fall, by more than `FALLING` a year at first, are counted: of the others neither quantity says anything.

    Parameters
    ----------
    fit
        The encompassing law on one series per technology.
    seed
        Of the draws.
    """
    rng = np.random.default_rng(seed)
    population = {prior.name: fit.draws(prior.name) for prior in fit.law.priors}
    new = _falling(_new_technologies(fit, population, rng, NAMES))
    assumed = {prior.name: draw_prior(prior, len(population["kept_share"]), rng) for prior in fit.law.priors}
    before = _falling(_new_technologies(fit, assumed, rng, NAMES))
    decline = new["initial_rate"] * new["half_life_years"]
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
            _median_and_log_deviation(decline),
            "by how much technologies of known fate fell during one half-life at their initial rate (docs/technologies.md)",
        ),
        quantiles=_quantiles(new),
        prior_quantiles=_quantiles(before),
        probability_slows=float(np.mean(new["kept_share"] < 0.5)),
        prior_probability_slows=float(np.mean(before["kept_share"] < 0.5)),
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


def kept_share_of_plateau(fit: TechnologyFit, seed: int) -> tuple[float, float, float]:
    """The kept share that a plateau law implies, floor over initial rate, for a new technology that falls: 5, 50 and 95 %.

    A plateau's rate can only slow down. Where this differs from the encompassing law's, the form of the law decides and not the data.

    Parameters
    ----------
    fit
        The plateau law on one series per technology.
    seed
        Of the draws.
    """
    population = {prior.name: fit.draws(prior.name) for prior in fit.law.priors}
    new = _new_technologies(fit, population, np.random.default_rng(seed), ("rate_floor", "rate_excess"))
    initial = new["rate_floor"] + new["rate_excess"]
    return _interval((new["rate_floor"] / initial)[initial > FALLING])


def _new_technologies(
    fit: TechnologyFit, population: dict[str, np.ndarray], rng: np.random.Generator, names: tuple[str, ...]
) -> dict[str, np.ndarray]:
    new = {}
    for name in names:
        parameter, center = fit.law.family_parameters[name], population[name]
        offset = population[parameter.spread.name] * rng.standard_normal(len(center)) if parameter.spread else 0.0
        new[name] = np.asarray(parameter.of_family(center, offset))
    return new


def _falling(new: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    falling = new["initial_rate"] > FALLING
    return {name: values[falling] for name, values in new.items()}


def _quantiles(new: dict[str, np.ndarray]) -> dict[str, tuple[float, float, float]]:
    return {
        "kept_share": _interval(new["kept_share"]),
        "log_decline_per_half_life": _interval(new["initial_rate"] * new["half_life_years"]),
    }


def _interval(values: np.ndarray) -> tuple[float, float, float]:
    low, median, high = np.quantile(values, CI_QUANTILES).tolist()
    return low, median, high


def _median_and_deviation(values: np.ndarray) -> tuple[float, float]:
    low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
    return float(median), float((high - low) / (2.0 * QUARTILE_OF_NORMAL))


def _median_and_log_deviation(values: np.ndarray) -> tuple[float, float]:
    median, deviation = _median_and_deviation(np.log(values))
    return float(np.exp(median)), deviation
