"""Level and path integrated out: the density is the multivariate normal's, padding counts for nothing, conditioning finds the path."""

from dataclasses import replace

import numpy as np
import pytest
from costfloor.studies.technologies.conditioning import conditional_path
from costfloor.studies.technologies.laws import LEVEL_SD, TECHNOLOGY_LAWS
from costfloor.studies.technologies.model import build_model, log_density, padded
from costfloor.studies.technologies.series import Costs, CostSeries
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from known import around, series, simulated
from scipy.stats import multivariate_normal


@st.composite
def drawn_costs(draw: st.DrawFn) -> Costs:
    """Two to four series of unequal length, with gaps between years."""
    found = []
    for number in range(draw(st.integers(2, 4))):
        gaps = draw(st.lists(st.integers(1, 8), min_size=1, max_size=12))
        ages = np.concatenate([[0.0], np.cumsum(gaps)])
        found.append(series(f"t{number}", ages, draw(arrays(float, len(ages), elements=st.floats(-3.0, 3.0)))))
    return Costs(tuple(found))


def normal(one: CostSeries, mean: np.ndarray, innovation_variance: float, noise_variance: float) -> float:
    walk = innovation_variance * np.minimum.outer(one.age_years, one.age_years)
    covariance = LEVEL_SD**2 + walk + noise_variance * np.eye(one.n)
    return float(multivariate_normal.logpdf(one.log_cost, mean, covariance))


@settings(max_examples=15)
@given(drawn_costs(), st.floats(0.0, 0.5), st.floats(1e-3, 0.5), st.floats(-0.3, 0.3))
def test_density_is_that_of_each_series_normal(costs: Costs, innovation_sd: float, noise: float, rate: float) -> None:
    data = padded(costs)
    size = len(costs.series)
    found = log_density(
        data, -rate * data.age, np.full(size, innovation_sd**2), np.linspace(1.0, 2.0, size) * noise**2
    ).eval(mode="FAST_COMPILE")
    expected = [
        normal(one, -rate * one.age_years, innovation_sd**2, factor * noise**2)
        for one, factor in zip(costs.series, np.linspace(1.0, 2.0, size), strict=True)
    ]
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_padding_counts_for_nothing() -> None:
    rng = np.random.default_rng(3)
    short = series("a", np.arange(5), rng.standard_normal(5))
    long = series("b", np.arange(30), rng.standard_normal(30))
    one = np.array([0.01])
    alone = log_density(padded(Costs((short,))), 0.0, one, one).eval(mode="FAST_COMPILE")
    beside = log_density(padded(Costs((short, long))), 0.0, np.array([0.01, 9.0]), np.array([0.01, 4.0])).eval(
        mode="FAST_COMPILE"
    )
    assert beside[0] == pytest.approx(alone[0], rel=1e-12)


@pytest.mark.parametrize("law", TECHNOLOGY_LAWS.values(), ids=lambda law: law.name)
def test_every_law_has_a_finite_density_and_gradient_at_its_start(law: object) -> None:
    rng = np.random.default_rng(4)
    costs = Costs((series("a", np.arange(9), rng.standard_normal(9)), series("b", np.arange(6), np.zeros(6))))
    model = build_model(law, costs)
    start = model.initial_point()
    assert np.isfinite(model.compile_logp(mode="FAST_COMPILE")(start))
    assert np.isfinite(model.compile_dlogp(mode="FAST_COMPILE")(start)).all()


def test_plateau_without_decay_is_a_constant_rate() -> None:
    age = np.linspace(0.0, 40.0, 9)
    constant = TECHNOLOGY_LAWS["exponential"].law.decline({"rate": 0.05}, age)
    excess_forever = {"rate_floor": 0.02, "rate_excess": 0.03, "half_life_years": 1e9}
    plateau = TECHNOLOGY_LAWS["plateau"].law
    assert plateau.decline(excess_forever, age) == pytest.approx(constant, rel=1e-5)
    no_excess = {"rate_floor": 0.05, "rate_excess": 0.0, "half_life_years": 3.0}
    assert plateau.decline(no_excess, age) == pytest.approx(constant, rel=1e-12)


def test_discovery_ties_innovations_to_its_rate() -> None:
    law = TECHNOLOGY_LAWS["discovery"]
    parameters = {"rate": np.array([0.05, 0.1]), "discoveries_per_year": 0.5, "noise_scale": 0.01}
    assert law.innovation_variance(parameters) == pytest.approx([0.01, 0.04])
    same = {"innovation_sd": np.array([0.1, 0.2]), "noise_scale": 0.01}
    assert TECHNOLOGY_LAWS["plateau"].innovation_variance(same) == pytest.approx([0.01, 0.04])


def test_conditioning_recovers_the_path() -> None:
    law, size = TECHNOLOGY_LAWS["random_walk"], 60
    rng = np.random.default_rng(5)
    truth = {
        "rate": rng.normal(0.05, 0.03, size),
        "innovation_sd": around(rng, 0.08, 0.4, size),
        "noise_scale": around(rng, 0.06, 0.4, size),
    }
    costs, paths = simulated(law, truth, [25] * size, seed=6)
    errors, inside, raw = [], [], []
    for f, one in enumerate(costs.series):
        own = {name: values[[f]] for name, values in truth.items()}
        found = conditional_path(law, own, one, one.age_years)
        deviation = np.sqrt(np.diagonal(found.covariance[0]))
        errors.append(found.mean[0] - paths[f])
        raw.append(one.log_cost - paths[f])
        inside.append(np.abs(errors[-1]) <= 1.645 * deviation)
    assert np.mean(np.square(errors)) < 0.7 * np.mean(np.square(raw))
    assert 0.87 < np.mean(inside) < 0.93


def test_conditioning_is_that_of_the_joint_normal() -> None:
    law = TECHNOLOGY_LAWS["random_walk"]
    own = {"rate": np.array([0.05]), "innovation_sd": np.array([0.1]), "noise_scale": np.array([0.04])}
    whole = series("a", np.arange(12), np.random.default_rng(7).standard_normal(12))
    later = conditional_path(law, own, whole.first(7), whole.age_years[7:]).with_noise(own["noise_scale"] ** 2)
    ahead = multivariate_normal.logpdf(whole.log_cost[7:], later.mean[0], later.covariance[0])
    joint, seen = (normal(one, -0.05 * one.age_years, 0.01, 0.0016) for one in (whole, whole.first(7)))
    assert ahead == pytest.approx(joint - seen, rel=1e-9)


def test_conditioning_serves_laws_without_innovations() -> None:
    law = TECHNOLOGY_LAWS["exponential"]
    own = {"rate": np.array([0.05, 0.06]), "noise_scale": np.array([0.04, 0.05])}
    one = series("a", np.arange(12), -0.05 * np.arange(12.0))
    found = conditional_path(law, own, replace(one), np.array([20.0, 30.0]))
    assert found.mean.shape == (2, 2)
    assert found.covariance.shape == (2, 2, 2)
    assert found.mean[0] == pytest.approx([-1.0, -1.5], abs=0.01)
