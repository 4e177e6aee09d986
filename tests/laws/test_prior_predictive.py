"""Priors: the same in NumPy and PyMC, plausible before any price is seen, and documented as they are."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pymc as pm
import pytest
from costfloor.fit.request import priors_of
from costfloor.laws import LAWS
from costfloor.laws.exponential import RATE_SPREAD
from costfloor.laws.innovations import COMMON_SHARE, GAINS, GAUSSIAN, GRID_YEARS, Innovations
from costfloor.laws.prior_predictive import PLAUSIBLE_ANNUAL_FACTOR, draw_innovations, prior_predictive
from costfloor.laws.priors import DISCOVERIES, OBSERVATION_PRIORS, RATE
from costfloor.sampling.prior_variable import variable
from costfloor.sampling.priors import Prior
from scipy.stats import ks_2samp

ROOT = Path(__file__).parents[2]
NUMBER = re.compile(r"-?\d[\d,]*\.?\d*")


@pytest.fixture(scope="module")
def page() -> ModuleType:
    """The script that writes docs/priors.md."""
    spec = importlib.util.spec_from_file_location("priors_page", ROOT / "benchmarks" / "priors.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_numpy_and_pymc_draw_from_the_same_priors() -> None:
    # One of each distribution.
    priors = [OBSERVATION_PRIORS[name] for name in ("pass_through", "noise_tail")] + [
        RATE,
        RATE_SPREAD,
        DISCOVERIES,
    ]
    assert len({prior.distribution for prior in priors}) == 5
    with pm.Model():
        variables = [variable(prior) for prior in priors]
    sampled = pm.draw(variables, draws=4000, random_seed=3, mode="FAST_COMPILE")
    rng = np.random.default_rng(4)
    for prior, draws in zip(priors, sampled, strict=True):
        assert ks_2samp(draws, prior.draw(4000, rng)).pvalue > 0.001, prior.name


def test_an_unknown_distribution_is_refused() -> None:
    with pytest.raises(ValueError, match="cauchy"):
        Prior("x", "cauchy", (1.0,), "heavy")


@pytest.mark.parametrize("law", LAWS)
def test_about_nine_in_ten_implied_falls_are_plausible(law: str, page: ModuleType) -> None:
    births = np.array(list(page.BIRTHS.values()))
    implied = prior_predictive(LAWS[law], births, page.LAST, draws=20_000, seed=7)
    assert implied.annual_factor.shape == (20_000, 5)
    assert implied.plausible_share > 0.89
    low, high = PLAUSIBLE_ANNUAL_FACTOR
    outside = np.mean(implied.annual_factor < low) + np.mean(implied.annual_factor > high)
    assert implied.plausible_share == pytest.approx(1.0 - outside)


def test_innovations_widen_the_factor_and_leave_its_centre() -> None:
    births = np.array([0.0])
    constant = prior_predictive(LAWS["exponential"], births, 1.0, draws=40_000, seed=1)
    lumpy = prior_predictive(LAWS["discovery"], births, 1.0, draws=40_000, seed=1)
    log_constant, log_lumpy = np.log(constant.annual_factor), np.log(lumpy.annual_factor)
    assert np.median(log_lumpy) == pytest.approx(np.median(log_constant), rel=0.05)
    assert (log_constant > 0).all()
    assert 0.0 < np.mean(log_lumpy < 0) < 0.1


@pytest.mark.parametrize(
    ("law", "kind", "yearly_variance"), [("discovery", GAINS, 2 * 1.2**2 / 24.0), ("random_walk", GAUSSIAN, 0.4**2)]
)
def test_innovations_split_into_common_ones_and_a_familys_own(
    law: str, kind: Innovations, yearly_variance: float
) -> None:
    draws, families, steps = 20_000, 3, 4
    given = {"rate": 1.2, "discoveries_per_year": 24.0, "innovation_sd": 0.4}
    population = {name: np.full(draws, value) for name, value in given.items()}
    assert LAWS[law].innovations is kind
    found = draw_innovations(LAWS[law], population, 2.0, families, steps, np.random.default_rng(9))
    assert found.shape == (draws, families, steps)
    common, own = (part**2 * yearly_variance * GRID_YEARS for part in (COMMON_SHARE, 1 - COMMON_SHARE))
    doubt = 5 * (common + own) / np.sqrt(draws)
    wanted = common + own * np.eye(families)
    for step in range(steps):
        assert np.abs(np.cov(found[:, :, step].T) - wanted).max() < 2 * doubt
        assert np.abs(found[:, :, step].mean(axis=0)).max() < 5 * np.sqrt((common + own) / draws)
    # Quarters are independent.
    assert abs(np.mean(found[:, 0, 0] * found[:, 0, 1])) < doubt


def test_innovations_that_are_not_given_come_from_their_priors() -> None:
    draws = 20_000
    rate = np.full(draws, 1.2)
    found = draw_innovations(LAWS["discovery"], {"rate": rate}, 1.0, 2, 1, np.random.default_rng(10))
    arrivals = DISCOVERIES.draw(draws, np.random.default_rng(11))
    parts = COMMON_SHARE**2 + (1 - COMMON_SHARE) ** 2
    wanted = np.mean(2 * 1.2**2 / arrivals) * GRID_YEARS * parts
    assert found.var() == pytest.approx(wanted, rel=0.05)


def test_a_law_without_innovations_has_none_to_draw() -> None:
    with pytest.raises(ValueError, match="exponential has no innovations"):
        draw_innovations(LAWS["exponential"], {"rate": np.ones(3)}, 1.0, 2, 4, np.random.default_rng(0))


def test_rates_of_the_prior_are_those_of_the_law() -> None:
    implied = prior_predictive(LAWS["plateau"], np.array([0.0, 1e-6]), 500.0, draws=2000, seed=2)
    # Capabilities as old as this are at the floor.
    assert np.median(implied.rate_now - implied.long_run_rate[:, None]) == pytest.approx(0.0, abs=0.02)


def test_innovations_of_one_market_reach_all_in_full() -> None:
    draws, steps, yearly_variance = 20_000, 4, 2 * 1.2**2 / 24.0
    population = {"rate": np.full(draws, 1.2), "discoveries_per_year": np.full(draws, 24.0)}
    found = draw_innovations(LAWS["discovery"], population, 2.0, 1, steps, np.random.default_rng(9))
    assert found.shape == (draws, 1, steps)
    assert found.sum(axis=2).var() == pytest.approx(yearly_variance, rel=0.05)


def test_capabilities_of_one_market_share_its_parameters_and_its_path() -> None:
    implied = prior_predictive(LAWS["discovery"], np.array([0.0, 0.0, 1.0]), 3.0, draws=500, seed=4)
    assert (implied.annual_factor[:, 0] == implied.annual_factor[:, 1]).all()
    assert (implied.annual_factor[:, 0] != implied.annual_factor[:, 2]).all()
    assert (implied.rate_now == implied.rate_now[:, :1]).all()


def test_the_page_is_what_the_script_writes(page: ModuleType) -> None:
    written = (ROOT / "docs" / "priors.md").read_text("utf-8")
    expected = page.document()
    assert page.priors_table() in written, "run benchmarks/priors.py"
    assert NUMBER.sub("#", written) == NUMBER.sub("#", expected), "run benchmarks/priors.py"
    # Drawn quantities may move in the last digit with the version of NumPy.
    found, wanted = (
        [float(number.replace(",", "")) for number in NUMBER.findall(text)] for text in (written, expected)
    )
    assert found == pytest.approx(wanted, rel=0.03, abs=0.02)


def test_the_page_names_every_prior(page: ModuleType) -> None:
    table = page.priors_table()
    for law in LAWS.values():
        for name, prior in priors_of(law).items():
            assert f"| `{name}` |" in table
            assert str(prior["reason"]) in table
