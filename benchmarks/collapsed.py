"""Level and innovations integrated out against sampled: effective draws a second, in one run, and what one gradient costs.

Usage: python benchmarks/collapsed.py [DATA_DIR]. Fits the law random_walk to the first half of every technology of the project, both ways
with the same settings, and times the density with its gradient beside the same density by a batched Cholesky factor. About two minutes on
two cores. The ratio of effective draws a second counts where both converge; seconds depend on what else runs.
"""

import sys
import time
from pathlib import Path
from typing import Any

import arviz_stats
import numpy as np
import pytensor
import pytensor.tensor as pt
from costfloor.data.store import open_store
from costfloor.places import Places
from costfloor.sampling.policy import SamplerSettings
from costfloor.sampling.sampler import compile_model, sample
from costfloor.studies.technologies.laws import LEVEL_SD, TECHNOLOGY_LAWS
from costfloor.studies.technologies.model import Padded, build_model, build_sampled_model, log_density, padded
from costfloor.studies.technologies.series import Costs, load_costs

SETTINGS = SamplerSettings(draws=1000, tune=1000, target_accept=0.95)
REPEATS = 300
CONVERGED = 100.0


def by_cholesky(data: Padded, mean: Any, innovation_variance: Any, noise_variance: Any) -> Any:
    """The density of `log_density` from one batched factor; points that are not there have a unit variance of their own."""
    both = data.present[:, :, None] & data.present[:, None, :]
    walk = np.minimum(data.age[:, :, None], data.age[:, None, :])
    diagonal = pt.where(data.present, noise_variance[:, None], 1.0)
    covariance = both * (LEVEL_SD**2 + innovation_variance[:, None, None] * walk)
    covariance = covariance + diagonal[:, :, None] * np.eye(data.age.shape[1])
    root = pt.linalg.cholesky(covariance, lower=True)
    residual = pt.where(data.present, data.log_cost - mean, 0.0)
    z = pt.linalg.solve_triangular(root, residual[:, :, None], lower=True)[:, :, 0]
    log_root = pt.log(pt.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    return -0.5 * (z**2).sum(axis=1) - log_root - 0.5 * data.present.sum(axis=1) * np.log(2.0 * np.pi)


def milliseconds_per_gradient(costs: Costs) -> dict[str, float]:
    """Of both densities, which must agree."""
    data = padded(costs)
    inputs = rate, innovation, noise = [pt.dvector(name) for name in ("rate", "innovation", "noise")]
    size = len(costs.series)
    at = (np.full(size, 0.05), np.full(size, 0.01), np.full(size, 0.001))
    values, found = [], {}
    for name, density in (("axes of the walk", log_density), ("batched Cholesky", by_cholesky)):
        total = density(data, -rate[:, None] * data.age, innovation, noise).sum()
        function = pytensor.function(inputs, [total, *pytensor.grad(total, inputs)], mode="NUMBA")
        values.append(float(function(*at)[0]))
        started = time.perf_counter()
        for _ in range(REPEATS):
            function(*at)
        found[name] = (time.perf_counter() - started) / REPEATS * 1e3
    np.testing.assert_allclose(values[0], values[1], rtol=1e-9)
    return found


def main(data_dir: Path) -> int:
    costs = load_costs(open_store(Places(data_dir))).first_part(0.5)
    law = TECHNOLOGY_LAWS["random_walk"]
    names = [prior.name for prior in law.priors] + [f"family_{name}" for name in law.family_parameters]
    print(f"{'':<16}{'smallest ESS':>14}{'seconds':>10}{'ESS a second':>14}{'steps':>8}{'divergences':>13}")
    speed = {}
    for name, build in (("collapsed", build_model), ("sampled path", build_sampled_model)):
        sampled = sample(compile_model(build(law, costs)), SETTINGS)
        bulk = arviz_stats.ess(sampled.posterior[names], method="bulk")
        ess = min(float(one.min()) for one in bulk.data_vars.values())
        speed[name] = ess / sampled.seconds_sample
        steps = float(sampled.sample_stats["n_steps"].mean())
        divergences = int(sampled.sample_stats["diverging"].sum())
        print(
            f"{name:<16}{ess:>14.0f}{sampled.seconds_sample:>10.1f}{speed[name]:>14.2f}{steps:>8.0f}{divergences:>13}"
        )
        if ess < CONVERGED:
            print(f"{name} has not converged: its draws are worth less than their number says")
    print(f"ratio {speed['collapsed'] / speed['sampled path']:.1f}")
    for name, milliseconds in milliseconds_per_gradient(costs).items():
        print(f"{name}: {milliseconds:.3f} ms a density with gradient")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "data"))
