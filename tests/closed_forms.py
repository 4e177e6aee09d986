"""Formulas of papers, against which the package is held."""

import numpy as np
import numpy.typing as npt


def forecast_error_variance(
    steps_ahead: npt.ArrayLike, sample_size: npt.ArrayLike, innovation_variance: npt.ArrayLike, theta: npt.ArrayLike
) -> np.ndarray:
    """Variance of the forecast error of an IMA(1,1) with estimated drift (Farmer and Lafond 2016), `steps_ahead` at least 1."""
    tau, m = np.asarray(steps_ahead, float), np.asarray(sample_size, float)
    theta = np.asarray(theta, float)
    reach = (1 + 2 * (m - 1) * theta / m + theta**2) * (tau + tau**2 / m)
    return np.asarray(np.asarray(innovation_variance, float) * (reach - 2 * theta))
