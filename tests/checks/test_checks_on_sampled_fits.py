"""The checks on posteriors that were sampled, from data whose law is known."""

from pathlib import Path

import pytest
from costfloor.checks import run_checks
from costfloor.fit.fit import fit_law
from costfloor.fit.result import Fit
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations
from costfloor.laws.simulate import TableDesign
from costfloor.sampling.policy import Sampling
from fake_fits import simulated

SETTINGS = Sampling(draws=300, tune=400, chains=2, target_accepts=(0.95,), longer=False)


def fit(law: str, obs: PriceObservations, directory: Path) -> Fit:
    return fit_law(LAWS[law], obs, SETTINGS, directory, lambda _: None)


@pytest.mark.slow
def test_discovery_reproduces_its_own_data(tmp_path: Path) -> None:
    truth = {"rate": 0.9, "discoveries_per_year": 30.0}
    design = TableDesign(rows=200, families=3, years=4.0, noise_scale=0.3)
    obs = simulated("discovery", truth, design, seed=11)
    results = run_checks({"discovery": fit("discovery", obs, tmp_path)}, obs, 1)
    assert {result.name for result in results if result.passed is False} == set()


@pytest.mark.slow
def test_a_constant_rate_does_not_reproduce_a_plateau(tmp_path: Path) -> None:
    truth = {"rate_floor": 0.1, "rate_excess": 3.0, "half_life_years": 0.4}
    design = TableDesign(rows=200, families=3, years=4.0, noise_scale=0.2)
    obs = simulated("plateau", truth, design, seed=12)
    fits = {law: fit(law, obs, tmp_path) for law in ("exponential", "plateau")}
    results = run_checks(fits, obs, 1, ["curvature", "recent_slope", "loo"])
    curvature, recent, loo = (result.table.set_index("law") for result in results)
    assert not curvature.loc["exponential", "passed"] or not recent.loc["exponential", "passed"]
    assert curvature.loc["plateau", "passed"]
    assert recent.loc["plateau", "passed"]
    assert loo.loc["exponential", "elpd_difference"] < -4
