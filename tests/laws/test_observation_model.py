"""The PyMC graph and the NumPy forecasts are one model: the same likelihood at the same point."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pymc as pm
import pytest

from analysis.inference.posterior import Draws, expected_log_price, log_likelihood
from analysis.laws import LAWS
from analysis.laws.model import build_model, observation_parameters
from analysis.laws.observations import PriceObservations, observations


def panel(*, hosts: bool, models: bool, rows: int = 40, seed: int = 0) -> PriceObservations:
    """Random prices of three families."""
    rng = np.random.default_rng(seed)
    model = rng.integers(12, size=rows) if models else np.arange(rows)
    frame = pd.DataFrame(
        {
            "date": pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.integers(0, 1200, rows), unit="D"),
            "price": np.exp(rng.normal(0.0, 1.0, rows)),
            "quality": np.sin(model),
            "quality_sd": 0.1 + 0.05 * np.cos(model),
            "family": [f"band {code % 3}" for code in model],
            "model": [f"model {code}" for code in model],
            "host": [f"host {code}" for code in rng.integers(3, size=rows)],
        }
    )
    return observations(frame if hosts else frame.drop(columns="host"))


Evaluate = Callable[[int], tuple[float, Draws]]


def evaluator(law: str, obs: PriceObservations) -> Evaluate:
    """The graph's log likelihood and all its named values at a random point, given by its seed."""
    model = build_model(LAWS[law], obs)
    (potential,) = model.potentials
    named = [*model.free_RVs, *model.deterministics]
    with model:
        compiled = model.compile_fn(
            model.replace_rvs_by_values([potential, *named]), inputs=model.value_vars, mode="FAST_COMPILE"
        )
    start = model.initial_point()

    def evaluate(seed: int) -> tuple[float, Draws]:
        rng = np.random.default_rng(seed)
        point = {name: value + rng.normal(0.0, 0.7, np.shape(value)) for name, value in start.items()}
        total, *values = compiled(point)
        names = [variable.name for variable in named]
        return float(total), Draws(LAWS[law], {name: value[None] for name, value in zip(names, values, strict=True)})

    return evaluate


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(("hosts", "models"), [(False, False), (True, True), (False, True), (True, False)])
def test_graph_and_numpy_agree(law: str, hosts: bool, models: bool) -> None:
    obs = panel(hosts=hosts, models=models)
    assert (bool(obs.hosts), obs.models_repeat) == (hosts, models)
    evaluate = evaluator(law, obs)
    for seed in range(4):
        total, draws = evaluate(seed)
        expected = expected_log_price(draws, obs, np.random.default_rng(0))
        pointwise = log_likelihood(draws, obs, expected)
        assert pointwise.shape == (1, obs.n)
        assert pointwise.sum() == pytest.approx(total, rel=1e-9)


def test_the_observation_model_asks_only_for_what_the_table_has() -> None:
    bare, full = panel(hosts=False, models=False), panel(hosts=True, models=True)
    assert set(observation_parameters(full)) - set(observation_parameters(bare)) == {
        "host_spread",
        "model_spread",
        "pass_through",
    }
    names = {variable.name for variable in build_model(LAWS["plateau"], bare).free_RVs}
    assert not names & {"host_spread", "host_z", "model_spread", "unit_level", "pass_through"}


@pytest.mark.parametrize("law", LAWS)
def test_family_start_is_the_price_at_birth_and_family_level_the_average(law: str) -> None:
    obs = panel(hosts=False, models=False)
    _, draws = evaluator(law, obs)(3)
    expected = expected_log_price(draws, obs, np.random.default_rng(0))
    quality = draws["family_elasticity"][:, obs.unit_family] * obs.unit_quality / obs.quality_scale
    for code in range(len(obs.families)):
        own = obs.family == code
        assert (expected - quality)[:, own].mean() == pytest.approx(draws["family_level"][0, code])


def test_the_price_unit_moves_the_level_alone() -> None:
    obs = panel(hosts=True, models=True)
    dearer = replace(obs, log_price=obs.log_price + np.log(100.0))
    total, draws = evaluator("plateau", obs)(1)
    _, dearer_draws = evaluator("plateau", dearer)(1)
    # The level starts at the mean of the data; a model's level is a point of its own.
    step = np.log(100.0)
    assert dearer_draws["family_start"] - draws["family_start"] == pytest.approx(np.full((1, 3), step))
    shifted = Draws(LAWS["plateau"], draws.values | {"unit_level": draws["unit_level"] + step})
    expected = expected_log_price(shifted, dearer, np.random.default_rng(0))
    assert log_likelihood(shifted, dearer, expected).sum() == pytest.approx(total, rel=1e-9)


def test_measured_quality_uncertainty_widens_models_not_noise() -> None:
    sure = panel(hosts=False, models=True)
    unsure = replace(sure, unit_quality_sd=sure.unit_quality_sd + 5.0)
    spreads = []
    for obs in (sure, unsure):
        model = build_model(LAWS["exponential"], obs)
        level = model.named_vars["unit_level"]
        with model:
            variance = pm.draw(level, draws=300, random_seed=1, mode="FAST_COMPILE").var()
        spreads.append(variance)
    assert spreads[1] > 2 * spreads[0]


@pytest.mark.parametrize(
    ("families", "free"), [(1, None), (2, "family_level_z"), (4, "family_level_z"), (5, "family_level")]
)
def test_levels_of_few_families_make_no_funnel(families: int, free: str | None) -> None:
    count = 40
    frame = pd.DataFrame(
        {
            "date": pd.Timestamp("2023-01-01") + pd.to_timedelta(10 * np.arange(count), "D"),
            "price": np.exp(-0.05 * np.arange(count)),
            "quality": np.linspace(-1, 1, count),
            "family": [f"f{number % families}" for number in range(count)],
        }
    )
    names = {variable.name for variable in build_model(LAWS["exponential"], observations(frame)).free_RVs}
    assert names & {"family_level", "family_level_z"} == ({free} if free else set())
    assert "level_spread" in names
