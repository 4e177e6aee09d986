"""A fit carries its receipt, is read when nothing changed and run again when anything did."""

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import arviz_stats
import costfloor.sampling.engine
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from costfloor.errors import IntegrityError
from costfloor.fit import archive, compiled
from costfloor.fit import fit as fit_module
from costfloor.fit.fit import fit_law
from costfloor.fit.posterior import Draws, expected_log_price
from costfloor.fit.request import fit_key, priors_of
from costfloor.fit.result import Fit
from costfloor.keys import code_hash
from costfloor.laws import LAWS, Law
from costfloor.laws.observations import PriceObservations, observations
from costfloor.laws.simulate import TableDesign
from costfloor.sampling.engine import attempt_seed
from costfloor.sampling.policy import SamplerSettings, Sampling
from costfloor.sampling.sampler import Sampled
from fault_worker import stand_in_sample
from known_laws import SHORT, TRUTHS, simulated_frame

EVERY_LAW = {"rate_now", "score_elasticity", "noise_scale"}
OWN = {
    "exponential": set(),
    "plateau": {"rate_initial", "rate_floor", "half_life_years"},
    "discovery": {"discoveries_per_year", "mean_log_gain"},
    "baumol": {"progressive_rate", "stagnant_share", "stagnant_growth"},
    "random_walk": {"innovation_sd"},
    "encompassing": {"rate_initial", "kept_share", "rate_floor", "half_life_years"},
}
RECEIPT = {"law", "n", "families", "fingerprint", "data_hash", "sampler", "seconds", "diagnostics", "parameters"}


def silent(_: str) -> None:
    pass


@pytest.fixture
def no_sampling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever tries to compile or sample fails."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("sampled")

    monkeypatch.setattr(compiled, "compile_law", refuse)
    monkeypatch.setattr(costfloor.sampling.engine, "sample", refuse)


def store_fake(law: str, obs: PriceObservations, settings: Sampling, folder: Path) -> dict[str, object]:
    """Put a fit into the store under its own fingerprint without sampling it."""
    fingerprint = fit_key(LAWS[law], obs, settings).digest
    draws = xr.Dataset({"noise_scale": (("chain", "draw"), np.full((2, 3), 0.3))})
    tree = xr.DataTree.from_dict({"posterior": draws, "reported": draws, "sample_stats": draws})
    receipt = {
        "law": law,
        "fingerprint": fingerprint,
        "data_hash": obs.data_hash,
        "diagnostics": {"passed": True},
        "parameters": {"rate_now": {"mean": 0.61}},
    }
    return archive.save(folder, receipt, tree)[0]


@pytest.mark.usefixtures("no_sampling")
def test_a_stored_fit_is_read_not_run(small_obs: PriceObservations, tmp_path: Path) -> None:
    receipt = store_fake("plateau", small_obs, SHORT, tmp_path)
    fit = fit_law(LAWS["plateau"], small_obs, SHORT, tmp_path, silent)
    assert fit.receipt == receipt
    assert fit.passed
    assert fit.draws("noise_scale").tolist() == [0.3] * 6


@pytest.mark.usefixtures("no_sampling")
def test_anything_that_matters_asks_for_a_new_fit(
    small_frame: pd.DataFrame, small_obs: PriceObservations, tmp_path: Path
) -> None:
    store_fake("plateau", small_obs, SHORT, tmp_path)
    row = small_frame.tail(1)
    dearer = small_frame.assign(price=small_frame["price"] * np.where(small_frame.index == 0, 1.0 + 1e-9, 1.0))
    changed = {
        "one row more": ("plateau", observations(pd.concat([small_frame, row.assign(price=row["price"] / 2)])), SHORT),
        "the same row twice": ("plateau", observations(pd.concat([small_frame, row])), SHORT),
        "one row less": ("plateau", observations(small_frame.tail(len(small_frame) - 1)), SHORT),
        "one price": ("plateau", observations(dearer), SHORT),
        "another law": ("discovery", small_obs, SHORT),
        "more draws": ("plateau", small_obs, replace(SHORT, draws=301)),
        "another seed": ("plateau", small_obs, replace(SHORT, seed=1)),
    }
    for what, (law, obs, settings) in changed.items():
        with pytest.raises(AssertionError, match="sampled"):
            fit_law(LAWS[law], obs, settings, tmp_path, silent)
        assert len(list(tmp_path.glob("*.json"))) == 1, what


@pytest.mark.usefixtures("no_sampling")
def test_draws_that_were_tampered_with_are_refused(small_obs: PriceObservations, tmp_path: Path) -> None:
    store_fake("plateau", small_obs, SHORT, tmp_path)
    (path,) = tmp_path.glob("*.nc")
    path.write_bytes(path.read_bytes()[:-1] + b"\x00\x01")
    with pytest.raises(IntegrityError, match="does not match its receipt"):
        fit_law(LAWS["plateau"], small_obs, SHORT, tmp_path, silent)


def test_the_key_names_data_priors_code_and_versions(small_obs: PriceObservations) -> None:
    key = fit_key(LAWS["plateau"], small_obs, SHORT)
    assert key.data == small_obs.data_hash
    assert {"rate_floor", "rate_floor_spread", "discoveries_per_year", "noise_scale"} <= set(key.settings["priors"])
    assert {"pymc", "nutpie", "numpy"} <= set(key.versions)
    assert key.code == code_hash("costfloor.fit.fit")
    assert key.settings["sampling"]["draws"] == 300
    assert key.differs_from(json.loads(json.dumps(key.to_json()))) == ()


def test_priors_are_listed_with_their_reasons() -> None:
    for law in LAWS.values():
        for prior in priors_of(law).values():
            assert set(prior) == {"distribution", "constants", "reason"}
    assert "discoveries_per_year" not in priors_of(LAWS["exponential"])


@pytest.mark.slow
def test_the_receipt_has_every_key_of_the_contract(small_fits: Mapping[str, Fit], small_obs: PriceObservations) -> None:
    for law, fit in small_fits.items():
        receipt = fit.receipt
        assert set(receipt) >= RECEIPT
        assert (receipt["law"], receipt["n"], receipt["families"]) == (law, 60, 2)
        assert receipt["data_hash"] == small_obs.data_hash
        assert receipt["sampler"].startswith("nutpie ")
        assert set(receipt["seconds"]) == {"compile", "sample", "total"}
        keys = {"rhat_max", "ess_bulk_min", "ess_tail_min", "divergences", "ebfmi_min", "passed"}
        assert set(receipt["diagnostics"]) >= keys
        assert set(receipt["parameters"]) >= EVERY_LAW | OWN[law]
        for parameter in receipt["parameters"].values():
            assert set(parameter) == {"mean", "sd", "q05", "q50", "q95"}
            assert parameter["q05"] <= parameter["q50"] <= parameter["q95"]
        json.dumps(receipt, allow_nan=False)


@pytest.mark.slow
@pytest.mark.parametrize("law", LAWS)
def test_a_sampled_fit_is_read_back_as_it_was(
    law: str, small_obs: PriceObservations, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    few = Sampling(draws=20, tune=20, chains=2, target_accepts=(0.9,), longer=False)
    fit = fit_law(LAWS[law], small_obs, few, tmp_path, silent)
    request.getfixturevalue("no_sampling")
    again = fit_law(LAWS[law], small_obs, few, tmp_path, silent)
    assert again.receipt == json.loads(json.dumps(fit.receipt))
    xr.testing.assert_equal(again.posterior, fit.posterior)
    xr.testing.assert_equal(again.reported, fit.reported)


@pytest.mark.slow
def test_posterior_predictions_follow_the_data(small_fits: Mapping[str, Fit], small_obs: PriceObservations) -> None:
    for fit in small_fits.values():
        draws: Draws = fit.parameters
        assert draws.size == SHORT.chains * fit.receipt["attempts"][-1]["draws"]
        expected = expected_log_price(draws, small_obs, np.random.default_rng(0)).mean(axis=0)
        residual = small_obs.log_price - expected
        assert residual.std() == pytest.approx(0.3, abs=0.1)
        assert abs(residual.mean()) < 0.1


@pytest.mark.slow
def test_a_missed_gate_is_recorded_and_the_next_attempt_is_longer(small_obs: PriceObservations, tmp_path: Path) -> None:
    settings = Sampling(draws=20, tune=20, chains=2, target_accepts=(0.8, 0.9))
    fit = fit_law(LAWS["exponential"], small_obs, settings, tmp_path, silent)
    assert not fit.passed
    assert fit.receipt["diagnostics"]["passed"] is False
    assert "ESS" in fit.receipt["diagnostics"]["worst"]
    attempts = fit.receipt["attempts"]
    assert attempts[0]["draws"] == 20
    assert attempts[-1]["draws"] > 20
    assert not any(attempt["passed"] for attempt in attempts)
    for attempt, following in pairwise(attempts):
        # Smaller steps are taken against divergences only.
        assert (following["target_accept"] > attempt["target_accept"]) <= (attempt["divergences"] > 0)


@pytest.mark.parametrize("rows", [8, 250, 5_001, 200_000])
def test_a_small_or_a_large_table_begins_with_short_chains_and_larger_steps(rows: int) -> None:
    begun = fit_module.for_table(Sampling(draws=1500, tune=800, target_accepts=(0.975, 0.99)), rows)
    assert (begun.draws, begun.tune, begun.target_accepts) == (500, 500, (0.95, 0.975, 0.99))
    shorter = Sampling(draws=300, tune=200, target_accepts=(0.9,))
    assert fit_module.for_table(shorter, rows) == shorter


@pytest.mark.parametrize("rows", [251, 5_000])
def test_a_table_between_is_sampled_as_asked_for(rows: int) -> None:
    settings = Sampling(draws=1500, tune=800, target_accepts=(0.975, 0.99))
    assert fit_module.for_table(settings, rows) == settings


def test_every_attempt_has_a_seed_of_its_own_and_says_why_it_is_made(
    small_obs: PriceObservations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every attempt diverges once: smaller steps, then longer chains, with the same seeds in every run."""

    def diverges(compiled: tuple[Law, PriceObservations], asked: SamplerSettings, **_: object) -> Sampled:
        sampled = stand_in_sample(compiled, asked)
        sampled.sample_stats["diverging"][0, 0] = True
        return sampled

    monkeypatch.setattr(compiled, "compile_law", lambda law, obs: (law, obs))
    monkeypatch.setattr(costfloor.sampling.engine, "sample", diverges)
    settings = Sampling(draws=300, tune=100, target_accepts=(0.8, 0.9), seed=11)
    attempts = []
    for folder in ("one", "two"):
        lines: list[str] = []
        fit = fit_law(LAWS["exponential"], small_obs, settings, tmp_path / folder, lines.append)
        attempts.append([(one["seed"], one["target_accept"], one["draws"]) for one in fit.receipt["attempts"]])
    seeds = [attempt_seed(11, number) for number in (1, 2, 3)]
    assert attempts[0] == list(zip(seeds, (0.8, 0.9, 0.9), (300, 300, 600), strict=True))
    assert attempts[0] == attempts[1]
    assert not fit.passed
    assert lines[1:] == [
        "exponential: sampling 4 x 300 draws, acceptance target 0.8",
        "exponential: second attempt: 1 divergences in the first, smaller steps now (4 x 300 draws, acceptance target 0.9)",
        "exponential: third attempt: 1 divergences in the second, longer chains now (4 x 600 draws, acceptance target 0.9)",
    ]


@pytest.mark.slow
def test_another_currency_unit_leaves_the_rates(
    small_fits: Mapping[str, Fit], small_frame: pd.DataFrame, tmp_path: Path
) -> None:
    cents = observations(small_frame.assign(price=100.0 * small_frame["price"]))
    fit = fit_law(LAWS["discovery"], cents, SHORT, tmp_path, silent)
    dollars = small_fits["discovery"]
    names = ["rate_now", "score_elasticity", "noise_scale"]
    errors = [arviz_stats.mcse(one.reported[names], method="mean") for one in (fit, dollars)]
    for name in names:
        doubt = math.hypot(*(float(error[name]) for error in errors))
        assert abs(fit.draws(name).mean() - dollars.draws(name).mean()) < 4 * doubt
    shift = fit.draws("family_start").mean() - dollars.draws("family_start").mean()
    assert shift == pytest.approx(np.log(100.0), abs=0.15)


@pytest.mark.slow
def test_known_truths_are_recovered(tmp_path: Path) -> None:
    """Two tables per law, twelve intervals of 90 %: exact ones cover at least nine in 97 of 100 such tests."""
    settings = Sampling(draws=500, tune=500, chains=2, target_accepts=(0.95,), longer=False)
    design = TableDesign(rows=300, families=3, years=4.0, noise_scale=0.5)
    judged = {
        "plateau": {"rate_now": 0.325, "rate_floor": 0.18, "half_life_years": 1.0, "score_elasticity": 1.0},
        "discovery": {"rate_now": 1.2, "score_elasticity": 1.0},
    }
    covered = []
    for law, truth in judged.items():
        for seed in (31, 32):
            obs = observations(simulated_frame(law, TRUTHS[law], design, seed))
            fit = fit_law(LAWS[law], obs, settings, tmp_path, silent)
            assert fit.receipt["diagnostics"]["rhat_max"] < 1.05
            parameters = fit.receipt["parameters"]
            covered += [parameters[name]["q05"] <= value <= parameters[name]["q95"] for name, value in truth.items()]
    assert len(covered) == 12
    assert sum(covered) >= 9
