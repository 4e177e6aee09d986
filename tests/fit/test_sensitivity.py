"""Power scaling tells a quantity that the data know from one that its prior made."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from costfloor.fit.result import Fit
from costfloor.fit.sensitivity import PriorSensitivity, prior_sensitivity
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, observations
from costfloor.laws.simulate import TableDesign, simulate_table
from costfloor.sampling.priors import Prior
from plain_draws import law_values
from scipy import integrate, stats

CHAINS, DRAWS = 4, 500
PRIORS = {
    "normal": Prior("x", "normal", (0.3, 0.35), ""),
    "lognormal": Prior("x", "lognormal", (0.7, 0.9), ""),
    "halfnormal": Prior("x", "halfnormal", (0.4,), ""),
}


@pytest.mark.parametrize(
    ("prior", "likelihood", "dominated"),
    [
        (0.06, 0.04, True),
        (0.06, 0.06, False),
        (0.04, 0.04, False),
        (0.04, 0.06, False),
        (0.05, 0.04, False),
        (0.06, 0.05, False),
    ],
)
def test_prior_dominated_needs_a_prior_that_matters_and_data_that_do_not(
    prior: float, likelihood: float, dominated: bool
) -> None:
    assert PriorSensitivity("rate_floor", prior, likelihood).prior_dominated is dominated


@pytest.mark.parametrize("name", PRIORS)
def test_log_density_is_that_of_the_draws_and_integrates_to_one(name: str) -> None:
    prior = PRIORS[name]
    draws = prior.draw(20_000, np.random.default_rng(1))

    def density(x: float) -> float:
        return float(np.exp(prior.logpdf(np.array([x]))[0]))

    low = -8.0 if name == "normal" else 0.0
    total, _ = integrate.quad(density, low, 60.0, points=[0.05, 0.3, 1.0, 3.0], limit=200)
    assert total == pytest.approx(1.0, abs=1e-3)
    below, _ = integrate.quad(density, low, 0.5, points=[0.05, 0.3], limit=200)
    assert np.mean(draws < 0.5) == pytest.approx(below, abs=0.015)


def test_log_density_by_formula() -> None:
    x = np.array([0.1, 0.8, 2.0])
    np.testing.assert_allclose(PRIORS["normal"].logpdf(x), stats.norm(0.3, 0.35).logpdf(x))
    by_log = stats.norm(np.log(0.7), 0.9).logpdf(np.log(x)) - np.log(x)
    np.testing.assert_allclose(PRIORS["lognormal"].logpdf(x), by_log)
    np.testing.assert_allclose(PRIORS["halfnormal"].logpdf(x), np.log(2) + stats.norm(0, 0.4).logpdf(x))
    np.testing.assert_allclose(Prior("x", "gamma", (2.0, 0.1), "").logpdf(x), stats.gamma(2.0, scale=10.0).logpdf(x))
    above = Prior("x", "lognormal_above", (4.0, 0.7, 0.9), "")
    np.testing.assert_allclose(above.logpdf(4.0 + x), PRIORS["lognormal"].logpdf(x))
    np.testing.assert_allclose(Prior("x", "constant", (2.0,), "").logpdf(x), 0.0)


def table() -> PriceObservations:
    design = TableDesign(rows=80, families=1, years=3.0, noise_scale=0.5, score_elasticity=0.0)
    frame = simulate_table(LAWS["exponential"], {"rate": 1.0}, design, 4)
    return observations(frame.assign(quality=0.0))


def fit_of(law: str, obs: PriceObservations, population: dict[str, np.ndarray], family: dict[str, np.ndarray]) -> Fit:
    """A fit with the given draws (S,) of the law's parameters and nothing else uncertain."""
    size, own = CHAINS * DRAWS, law_values(LAWS[law], obs, {})
    values = {
        "noise_scale": np.full(size, 0.5),
        "noise_tail": np.full(size, 1e6),
        "family_start": np.full((size, 1), float(np.mean(obs.log_price + obs.time_years))),
        "family_elasticity": np.zeros((size, 1)),
        **{name: np.broadcast_to(value, (size, *np.shape(value))) for name, value in own.items()},
        **population,
        **{f"family_{name}": draws[:, None] for name, draws in family.items()},
    }

    def dataset(arrays: dict[str, np.ndarray]) -> xr.Dataset:
        return xr.Dataset(
            {
                name: (("chain", "draw", *(f"{name}_{axis}" for axis in range(array.ndim - 1))), folded)
                for name, array in arrays.items()
                for folded in [array.reshape(CHAINS, DRAWS, *array.shape[1:])]
            }
        )

    reported = dataset({"noise_scale": values["noise_scale"]} | population)
    return Fit(LAWS[law], {}, dataset(values), reported)


def test_a_floor_that_the_likelihood_ignores_is_flagged() -> None:
    obs, rng = table(), np.random.default_rng(5)
    law = LAWS["plateau"]
    population = {
        prior.name: prior.draw(CHAINS * DRAWS, rng)
        for parameter in law.family_parameters.values()
        for prior in (parameter.population, parameter.spread)
    }
    constant = {
        name: np.full(CHAINS * DRAWS, value)
        for name, value in {"rate_floor": 1.0, "rate_excess": 1e-6, "half_life_years": 1.0}.items()
    }
    # The noise is learned, so that the likelihood varies, but not with the floor.
    noise = {"noise_scale": 0.5 + 0.04 * rng.standard_normal(CHAINS * DRAWS)}
    result = prior_sensitivity(fit_of("plateau", obs, population | noise, constant), obs, "rate_floor")
    assert result.quantity == "rate_floor"
    assert result.prior > 0.05
    assert result.likelihood < 0.05
    assert result.prior_dominated


def test_a_rate_that_the_data_fix_is_not_flagged() -> None:
    obs, rng = table(), np.random.default_rng(6)
    # Start and noise known: the posterior of the rate is Gaussian in closed form, the prior hardly bends it.
    start = float(np.mean(obs.log_price + obs.time_years))
    age = obs.age_years
    precision = float((age**2).sum() / 0.5**2)
    mean = float((age * (start - obs.log_price)).sum() / (age**2).sum())
    rate = mean + rng.standard_normal(CHAINS * DRAWS) / np.sqrt(precision)
    population = {"rate": rate, "rate_spread": np.full(CHAINS * DRAWS, 0.1)}
    fit = fit_of("exponential", obs, population, {"rate": rate})
    result = prior_sensitivity(fit, obs, "rate")
    assert result.likelihood > 0.05
    assert result.prior < 0.05
    assert not result.prior_dominated
    # The observations given are what is scaled: with a hundredth of the information the likelihood says less.
    vague = replace(fit, posterior=fit.posterior.assign(noise_scale=fit.posterior["noise_scale"] * 10))
    assert prior_sensitivity(vague, obs, "rate").likelihood < result.likelihood
