"""Technologies drawn from known laws."""

from collections.abc import Mapping

import numpy as np
from costfloor.studies.technologies.laws import TechnologyLaw
from costfloor.studies.technologies.series import Costs, CostSeries


def series(name: str, ages: np.ndarray, log_cost: np.ndarray) -> CostSeries:
    return CostSeries(name, name, 1950, ages.astype(float), log_cost)


def simulated(
    law: TechnologyLaw, truth: Mapping[str, np.ndarray], lengths: list[int], seed: int
) -> tuple[Costs, list[np.ndarray]]:
    """Series of a law whose technologies have the parameters `truth` (F,), and the path of each without noise, from its level on."""
    rng = np.random.default_rng(seed)
    drawn, paths = [], []
    for f, n in enumerate(lengths):
        own = {name: values[f] for name, values in truth.items()}
        ages = np.arange(float(n))
        deviation = np.sqrt(law.innovation_variance(own))
        walk = np.concatenate([[0.0], np.cumsum(deviation * rng.standard_normal(n - 1))])
        path = 0.02 * rng.standard_normal() - law.law.decline(own, ages) - walk
        drawn.append(series(f"technology {f:02d}", ages, path + own["noise_scale"] * rng.standard_normal(n)))
        paths.append(path)
    return Costs(tuple(drawn)), paths


def around(rng: np.random.Generator, center: float, log_spread: float, technologies: int) -> np.ndarray:
    """Positive parameters of technologies around a population's."""
    return np.asarray(center * np.exp(log_spread * rng.standard_normal(technologies)))
