"""Level and innovations of a technology given its observations and draws of its parameters, in closed form with NumPy."""

from dataclasses import dataclass

import numpy as np

from costfloor.laws.base import Parameters
from costfloor.studies.technologies.laws import LEVEL_SD, TechnologyLaw
from costfloor.studies.technologies.series import CostSeries


@dataclass(frozen=True)
class Path:
    """The log cost without noise at M ages, one normal distribution per draw.

    Attributes
    ----------
    mean : (S, M)
        Log points over the first observation.
    covariance : (S, M, M)
        Squared log points.
    """

    mean: np.ndarray
    covariance: np.ndarray

    def with_noise(self, noise_variance: np.ndarray) -> "Path":
        """The distribution of observations at these ages, with noise of variance (S,)."""
        extra = noise_variance[:, None, None] * np.eye(self.mean.shape[1])
        return Path(self.mean, self.covariance + extra)


def conditional_path(law: TechnologyLaw, parameters: Parameters, seen: CostSeries, ages: np.ndarray) -> Path:
    """Condition level, decline and innovations of a technology on its observations.

    Parameters
    ----------
    law
        The law.
    parameters
        Draws (S,) of the technology's parameters.
    seen
        The observations.
    ages : (M,)
        Years since the first observation, among the observed ones (recovery of the path) or after them (forecast).
    """
    column = {name: value[:, None] for name, value in parameters.items()}
    innovation = np.broadcast_to(np.asarray(law.innovation_variance(parameters)), parameters["noise_scale"].shape)

    def covariance(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return np.asarray(LEVEL_SD**2 + innovation[:, None, None] * np.minimum.outer(first, second))

    observed = covariance(seen.age_years, seen.age_years)
    observed += parameters["noise_scale"][:, None, None] ** 2 * np.eye(seen.n)
    across = covariance(seen.age_years, ages)
    error = seen.log_cost + law.law.decline(column, seen.age_years)
    gain = np.linalg.solve(observed, across).swapaxes(1, 2)
    mean = (gain @ error[:, :, None])[:, :, 0] - law.law.decline(column, ages)
    return Path(mean, covariance(ages, ages) - gain @ across)
