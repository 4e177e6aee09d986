"""The later part of every series under laws fitted to the earlier parts, scored; the predictive is normal per draw, in closed form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

from costfloor.fit.slowed import SLOWED
from costfloor.forecast.scores import crps
from costfloor.forecast.stacking import best_mixture
from costfloor.studies.technologies.conditioning import Path, conditional_path
from costfloor.studies.technologies.fit import TechnologyFit
from costfloor.studies.technologies.series import CostSeries, split_at

STACK = "stack"
STACK_DRAWS = 4000


@dataclass(frozen=True)
class SeriesForecast:
    """What one forecaster said of the M later observations of one series, and how it fared.

    Attributes
    ----------
    name
        Of the series.
    years_ahead : (M,)
        Years since the last seen observation.
    elpd
        Log predictive density of all M observations jointly.
    crps : (M,)
        Continuous ranked probability score, log points.
    pit : (M,)
        Predictive probability of a value below the observed one.
    slows
        Probability that the average rate of the later part is below half of the earlier part's: see `rates`.
    simulated : (S, M)
        Predictive draws of each observation, log points over the first observation; not joint.
    """

    name: str
    years_ahead: np.ndarray
    elpd: float
    crps: np.ndarray
    pit: np.ndarray
    slows: float
    simulated: np.ndarray = field(repr=False)

    def covered(self, probability: float) -> np.ndarray:
        """Whether each observation lies in the equal-tailed interval of this probability, (M,)."""
        return np.asarray(np.abs(self.pit - 0.5) <= probability / 2.0)


def slope_weights(ages: np.ndarray) -> np.ndarray:
    """Weights (M,) with which log costs add up to minus their least-squares slope, the log-rate per year of a part."""
    centred = ages - ages.mean()
    return np.asarray(-centred / (centred @ centred))


def rates(whole: CostSeries, share: float) -> tuple[float, float]:
    """Log-rates per year of the earlier part of a series, the first `share` of its points, and of the rest; positive when cost falls."""
    seen = split_at(whole.n, share)
    early, late = (
        float(slope_weights(whole.age_years[part]) @ whole.log_cost[part]) for part in (slice(seen), slice(seen, None))
    )
    return early, late


def forecast_series(fit: TechnologyFit, whole: CostSeries, share: float, seed: int) -> SeriesForecast:
    """Score a fit to the first `share` of every series on the rest of one of them.

    Parameters
    ----------
    fit
        Made from `costs.first_part(share)`.
    whole
        The whole series.
    share
        Of its points that the fit has seen.
    seed
        Of the predictive draws.
    """
    seen = split_at(whole.n, share)
    parameters = fit.of_technology(whole.name)
    path = conditional_path(fit.law, parameters, whole.first(seen), whole.age_years[seen:])
    predictive = path.with_noise(parameters["noise_scale"] ** 2)
    later = whole.log_cost[seen:]
    deviation = np.sqrt(np.diagonal(predictive.covariance, axis1=1, axis2=2))
    draws = predictive.mean + deviation * np.random.default_rng(seed).standard_normal(deviation.shape)
    weights = slope_weights(whole.age_years[seen:])
    slope = norm.cdf(
        SLOWED * rates(whole, share)[0],
        predictive.mean @ weights,
        np.sqrt(np.einsum("i,sij,j->s", weights, predictive.covariance, weights)),
    )
    density = _log_density(predictive, later)
    return SeriesForecast(
        name=whole.name,
        years_ahead=whole.age_years[seen:] - whole.age_years[seen - 1],
        elpd=float(logsumexp(density) - np.log(len(density))),
        crps=crps(draws, later),
        pit=np.asarray(norm.cdf(later, predictive.mean, deviation).mean(axis=0)),
        slows=float(slope.mean()),
        simulated=draws,
    )


def stack(
    by_law: Mapping[str, Sequence[SeriesForecast]], wholes: Sequence[CostSeries], weights: np.ndarray, share: float
) -> tuple[tuple[SeriesForecast, ...], dict[str, float]]:
    """The mixture of the laws with the best log score, each series scored under the weights that the other technologies give.

    Parameters
    ----------
    by_law
        Forecasts of each law, for the series in the order of `wholes`.
    wholes
        The whole series.
    weights : (F,)
        Weight of each series.
    share
        Of its points that the laws have seen.

    Returns
    -------
    The forecasts of the mixture, and the weights of the laws from all technologies.

    References
    ----------
    Yao, Vehtari, Simpson and Gelman (2018), Using stacking to average Bayesian predictive distributions.
    """
    names = list(by_law)
    elpd = np.array([[forecast.elpd for forecast in by_law[name]] for name in names])
    technology = np.array([series.technology for series in wholes])
    mixed = []
    for f, whole in enumerate(wholes):
        others = np.where(technology == technology[f], 0.0, weights)
        share_of = best_mixture(elpd.T[None], others[None])[0]
        forecasts = [by_law[name][f] for name in names]
        # As logarithms: weights of 1e-300 overflow where they divide.
        used = share_of > 0.0
        pooled = np.concatenate(
            [
                forecast.simulated[: round(STACK_DRAWS * part)]
                for forecast, part in zip(forecasts, share_of, strict=True)
            ]
        )
        mixed.append(
            SeriesForecast(
                name=whole.name,
                years_ahead=forecasts[0].years_ahead,
                elpd=float(logsumexp(elpd[used, f] + np.log(share_of[used]))),
                crps=crps(pooled, whole.log_cost[split_at(whole.n, share) :]),
                pit=np.asarray(share_of @ np.stack([forecast.pit for forecast in forecasts])),
                slows=float(share_of @ [forecast.slows for forecast in forecasts]),
                simulated=pooled,
            )
        )
    return tuple(mixed), dict(zip(names, best_mixture(elpd.T[None], weights[None])[0].tolist(), strict=True))


def _log_density(predictive: Path, observed: np.ndarray) -> np.ndarray:
    root = np.linalg.cholesky(predictive.covariance)
    z = np.linalg.solve(root, (observed - predictive.mean)[:, :, None])[:, :, 0]
    log_root = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    return np.asarray(-0.5 * (z**2).sum(axis=1) - log_root - 0.5 * len(observed) * np.log(2.0 * np.pi))
