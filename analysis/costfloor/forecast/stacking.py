"""Weights of the mixture of laws that would have forecast best, and how far chance decides them.

References: Yao, Vehtari, Simpson and Gelman (2018), Using stacking to average Bayesian predictive distributions; Rubin (1981), The Bayesian
bootstrap; Owen and Eckles (2012), Bootstrapping data arrays of arbitrary order.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from costfloor.forecast.scores import OriginScore

ROUNDS = 2000
WEIGHT_DRAWS = 400


def stacking_weights(scores: Mapping[str, Sequence[OriginScore]]) -> dict[str, float]:
    """Weights of the mixture of predictive densities with the best log score.

    Without any score the weights are equal.
    """
    if not any(scores.values()):
        return dict.fromkeys(scores, 1.0 / len(scores))
    logs = _log_densities(scores)
    weights = best_mixture(logs[None], np.ones((1, len(logs))))[0]
    return dict(zip(scores, weights.tolist(), strict=True))


def stacking_weight_draws(
    scores: Mapping[str, Sequence[OriginScore]], seed: int, draws: int = WEIGHT_DRAWS
) -> dict[str, np.ndarray]:
    """Weights had other prices been quoted and other posterior draws been taken.

    Models and quarters are given the weights of a Bayesian bootstrap, which multiply, and each law's score at each origin is moved by a
    normal error with its Monte Carlo standard error, spread evenly over the units.

    Parameters
    ----------
    scores
        By law, at the same origins.
    seed
        Of the resampling.
    draws
        How often.

    Returns
    -------
    dict
        Weights by law, shape (draws,); they sum to one within a draw. Equal weights without any score.
    """
    if not any(scores.values()):
        return {name: np.full(draws, 1.0 / len(scores)) for name in scores}
    rng = np.random.default_rng(seed)
    of_any_law = next(iter(scores.values()))
    importance = np.ones((draws, 1))
    for name in ("unit", "unit_quarter"):
        codes = np.concatenate([getattr(score, name) for score in of_any_law])
        cluster = np.unique(codes, return_inverse=True)[1]
        importance = importance * rng.standard_exponential((draws, cluster.max() + 1))[:, cluster]
    weights = best_mixture(_log_densities(scores) + _monte_carlo_errors(scores, draws, rng), importance)
    return dict(zip(scores, weights.T, strict=True))


def _log_densities(scores: Mapping[str, Sequence[OriginScore]]) -> np.ndarray:
    """Log predictive densities, shape (units, laws)."""
    return np.column_stack([np.concatenate([score.unit_elpd for score in of_law]) for of_law in scores.values()])


def _monte_carlo_errors(
    scores: Mapping[str, Sequence[OriginScore]], draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Errors of the log densities, shape (draws, units, laws): one draw of a law's posterior scores all units of an origin."""
    size = [len(score.unit_elpd) for score in next(iter(scores.values()))]
    error = np.array([[score.elpd_mcse for score in of_law] for of_law in scores.values()]).T / np.array(size)[:, None]
    return np.repeat(error * rng.standard_normal((draws, *error.shape)), size, axis=1)


def best_mixture(logs: np.ndarray, importance: np.ndarray) -> np.ndarray:
    """Weights of the mixture of laws with the best weighted log score, by expectation maximisation over all draws at once.

    Parameters
    ----------
    logs
        Log predictive densities, shape (draws, units, laws).
    importance
        How much each unit counts, shape (draws, units); not all zero within a draw.

    Returns
    -------
    Weights, shape (draws, laws); they sum to one within a draw.
    """
    density = np.exp(logs - logs.max(axis=2, keepdims=True))
    share = importance / importance.sum(axis=1, keepdims=True)
    weights = np.full((len(logs), logs.shape[2]), 1.0 / logs.shape[2])
    for _ in range(ROUNDS):
        mixture = np.matmul(density, weights[:, :, None])[:, :, 0]
        weights = weights * np.matmul((share / mixture)[:, None, :], density)[:, 0, :]
    # Rounding, or a weight of one comes out above it.
    weights /= weights.sum(axis=1, keepdims=True)
    return weights
