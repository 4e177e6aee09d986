"""Fits of simulated technologies: the collapsed model is the sampled one, truths are recovered, intervals cover, fits are stored."""

from dataclasses import replace
from pathlib import Path

import arviz_stats
import numpy as np
import pytest
from closed_forms import forecast_error_variance
from costfloor.laws.base import FamilyParameter
from costfloor.sampling.policy import SamplerSettings, Sampling
from costfloor.sampling.priors import Prior
from costfloor.sampling.sampler import sample
from costfloor.studies.technologies.conditioning import conditional_path
from costfloor.studies.technologies.fit import TechnologyFit, fit_technologies
from costfloor.studies.technologies.forecast import forecast_series
from costfloor.studies.technologies.laws import TECHNOLOGY_LAWS
from costfloor.studies.technologies.model import build_model, build_sampled_model
from costfloor.studies.technologies.series import Costs
from known import around, series, simulated
from scipy.stats import t as student_t

pytestmark = pytest.mark.slow

QUICK = Sampling(draws=500, tune=500, chains=2, target_accepts=(0.95,), longer=False)
"""A thousand draws: what is read of them is the outermost half percent at the most, and shares over dozens of series."""


def silent(_: str) -> None:
    pass


def walks(technologies: int, points: int, seed: int, noise: float = 0.03) -> tuple[Costs, dict[str, np.ndarray]]:
    rng = np.random.default_rng(seed)
    truth = {
        "rate": rng.normal(0.06, 0.03, technologies),
        "innovation_sd": around(rng, 0.08, 0.4, technologies),
        "noise_scale": around(rng, noise, 0.2, technologies),
    }
    return simulated(TECHNOLOGY_LAWS["random_walk"], truth, [points] * technologies, seed)[0], truth


def test_collapsed_and_sampled_path_have_one_posterior() -> None:
    costs, _ = walks(8, 15, seed=11)
    law = TECHNOLOGY_LAWS["random_walk"]
    settings = SamplerSettings(draws=1000, tune=700, target_accept=0.95)
    means, errors = [], []
    for build in (build_model, build_sampled_model):
        posterior = sample(build(law, costs), settings).posterior[["rate", "innovation_sd", "noise_scale"]]
        means.append(posterior.mean(("chain", "draw")).to_array().to_numpy())
        errors.append(arviz_stats.mcse(posterior, method="mean").to_array().to_numpy())
    assert (np.abs(means[0] - means[1]) < 4.0 * np.hypot(*errors)).all()


def test_forecast_of_one_walk_is_farmer_and_lafonds() -> None:
    flat = {
        "rate": FamilyParameter(Prior("rate", "normal", (0.0, 50.0), "flat"), None, positive=False),
        "innovation_sd": FamilyParameter(Prior("innovation_sd", "lognormal", (0.1, 20.0), "flat"), None, positive=True),
        "noise_scale": FamilyParameter(Prior("noise_scale", "lognormal", (1e-4, 0.01), "none"), None, positive=True),
    }
    law = replace(TECHNOLOGY_LAWS["random_walk"], family_parameters=flat, centred=frozenset(), heavy_tailed=frozenset())
    changes = np.random.default_rng(12).normal(-0.05, 0.1, 12)
    seen = series("a", np.arange(13), np.cumsum(np.r_[0.0, changes]))
    posterior = sample(build_model(law, Costs((seen,))), SamplerSettings(draws=4000, tune=1000)).posterior
    fit = TechnologyFit(law, {}, posterior)
    ahead = np.array([1.0, 5.0, 15.0])
    path = conditional_path(law, fit.of_technology("a"), seen, 12.0 + ahead)
    rng = np.random.default_rng(13)
    deviation = np.sqrt(np.diagonal(path.covariance, axis1=1, axis2=2))
    simulated_cost = path.mean + deviation * rng.standard_normal(deviation.shape)
    scale = np.sqrt(forecast_error_variance(ahead, 12, changes.var(ddof=1), 0.0))
    # With flat priors on drift and log deviation the error is Student-t with m - 1 degrees of freedom.
    for probability in (0.05, 0.25, 0.75, 0.95):
        expected = seen.log_cost[-1] + changes.mean() * ahead + scale * student_t.ppf(probability, 11)
        assert (np.abs(np.quantile(simulated_cost, probability, axis=0) - expected) < 0.1 * scale).all()


def test_known_truth_is_recovered(tmp_path: Path) -> None:
    rng = np.random.default_rng(14)
    technologies = 30
    truth = {
        "initial_rate": around(rng, 0.15, 0.3, technologies),
        "kept_share": rng.normal(0.3, 0.1, technologies),
        "half_life_years": around(rng, 5.0, 0.2, technologies),
        "innovation_sd": around(rng, 0.02, 0.3, technologies),
        "noise_scale": around(rng, 0.02, 0.2, technologies),
    }
    law = TECHNOLOGY_LAWS["encompassing"]
    costs, _ = simulated(law, truth, [30] * technologies, seed=15)
    fit = fit_technologies(law, costs, QUICK, tmp_path, silent)
    for name, value in (("initial_rate", 0.15), ("kept_share", 0.3), ("half_life_years", 5.0)):
        low, high = np.quantile(fit.draws(name), [0.005, 0.995])
        assert low < value < high, name
        assert high - low < 4.0 * fit.law.family_parameters[name].population.constants[1]
    inside = []
    for name in law.family_parameters:
        low, high = np.quantile(fit.draws(f"family_{name}"), [0.05, 0.95], axis=0)
        inside.append((truth[name] >= low) & (truth[name] <= high))
    assert 0.82 < np.mean(inside) < 0.97


def test_forecasts_of_simulated_technologies_cover(tmp_path: Path) -> None:
    costs, _ = walks(40, 24, seed=16)
    fit = fit_technologies(TECHNOLOGY_LAWS["random_walk"], costs.first_part(0.5), QUICK, tmp_path, silent)
    forecasts = [forecast_series(fit, one, 0.5, seed=1) for one in costs.series]
    assert 0.8 < np.mean([one.covered(0.9).mean() for one in forecasts]) < 0.97
    assert 0.35 < np.mean([one.covered(0.5).mean() for one in forecasts]) < 0.65
    exact = np.mean([one.pit for one in forecasts], axis=1)
    assert 0.4 < exact.mean() < 0.6
    # Intervals of the draws are those of the closed form.
    one = forecasts[0]
    whole = costs.series[0].log_cost[12:]
    assert (one.simulated < whole).mean(axis=0) == pytest.approx(one.pit, abs=0.05)


def test_a_fit_is_stored_and_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Those of the first test, which has compiled their model.
    costs, _ = walks(8, 15, seed=11)
    law = TECHNOLOGY_LAWS["random_walk"]
    few = Sampling(draws=50, tune=100, chains=2, target_accepts=(0.8,))
    first = fit_technologies(law, costs, few, tmp_path, silent)
    # So few draws cannot pass; the fit is stored and marked all the same.
    assert not first.passed
    assert first.receipt["attempts"][0]["draws"] == 50

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("sampled")

    monkeypatch.setattr("costfloor.studies.technologies.fit.sample_until_gates_hold", refuse)
    monkeypatch.setattr("costfloor.studies.technologies.fit.compile_model", refuse)
    again = fit_technologies(law, costs, few, tmp_path, silent)
    assert again.receipt["diagnostics"] == first.receipt["diagnostics"]
    assert again.receipt["draws_sha256"] == first.receipt["draws_sha256"]
    assert again.draws("family_rate") == pytest.approx(first.draws("family_rate"))
    with pytest.raises(AssertionError, match="sampled"):
        fit_technologies(law, costs.first_part(0.9), few, tmp_path, silent)
