"""The sampler wrapper draws what it was asked for, and the gates catch what they are for."""

import re
import threading
import warnings
from contextlib import suppress
from dataclasses import replace

import numpy as np
import nutpie
import pymc as pm
import pytest
import xarray as xr
from costfloor.errors import SamplingError
from costfloor.sampling import sampler as sampling
from costfloor.sampling.engine import attempt_seed
from costfloor.sampling.gates import diagnose
from costfloor.sampling.policy import CI_PROB, CI_QUANTILES, SamplerSettings
from costfloor.sampling.sampler import Sampled, compile_model, sample

SHORT = SamplerSettings(draws=500, tune=300, seed=3)


@pytest.fixture(scope="module")
def easy() -> Sampled:
    lines: list[str] = []
    with pm.Model(coords={"group": ["a", "b"]}) as model:
        pm.Normal("x", 2.0, 3.0, dims="group")
    sampled = sample(model, SHORT, progress=lines.append)
    assert [line.split()[0] for line in lines] == ["compiling", "compiled", "sampled"]
    return sampled


def made_draws(values: np.ndarray, **stats: np.ndarray) -> Sampled:
    """Draws ``(chain, draw)`` of one scalar `x` with healthy statistics unless replaced."""
    rng = np.random.default_rng(0)
    healthy = {"diverging": np.zeros(values.shape, bool), "energy": rng.normal(size=values.shape)} | stats
    dims = ("chain", "draw")
    return Sampled(
        posterior=xr.Dataset({"x": (dims, values)}),
        sample_stats=xr.Dataset({name: (dims, array) for name, array in healthy.items()}),
        seconds_compile=0.0,
        seconds_sample=0.0,
        sampler="none",
        warnings=(),
    )


def test_interval_constants_agree() -> None:
    assert CI_QUANTILES[-1] - CI_QUANTILES[0] == pytest.approx(CI_PROB)


def test_easy_normal_has_its_moments_and_passes(easy: Sampled) -> None:
    assert dict(easy.posterior["x"].sizes) == {"chain": 4, "draw": 500, "group": 2}
    # Four Monte Carlo standard errors of 2000 draws, were they independent at half rate.
    assert np.abs(easy.posterior["x"].mean(("chain", "draw")) - 2.0).max() < 4 * 3.0 / np.sqrt(1000)
    assert easy.posterior["x"].std(("chain", "draw")).to_numpy() == pytest.approx([3.0, 3.0], rel=0.15)
    judged = diagnose(easy, ["x"])
    assert judged.passed
    assert judged.divergences == 0
    assert judged.worst in {"x[a]", "x[b]"}


def test_run_is_described(easy: Sampled) -> None:
    name, version = easy.sampler.split()
    assert name == "nutpie"
    assert version[0].isdigit()
    assert easy.seconds_compile > 0
    assert easy.seconds_sample > 0
    assert all(array.dtype != object for array in easy.sample_stats.data_vars.values())


def test_warnings_are_kept_not_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    compile_quietly = nutpie.compile_pymc_model

    def warns(model: pm.Model, **options: object) -> object:
        warnings.warn("odd graph", UserWarning, stacklevel=1)
        warnings.warn("odd graph", UserWarning, stacklevel=1)
        return compile_quietly(model, **options)

    monkeypatch.setattr(nutpie, "compile_pymc_model", warns)
    with pm.Model() as model:
        pm.Normal("x")
    sampled = sample(model, replace(SHORT, draws=50, tune=50))
    assert sampled.warnings.count("UserWarning: odd graph") == 1


def test_compiled_model_follows_new_data() -> None:
    with pm.Model() as model:
        observed = pm.Data("observed", np.zeros(100))
        pm.Normal("y", pm.Normal("centre", 0.0, 10.0), 1.0, observed=observed)
    compiled = compile_model(model)
    centres = [
        float(sample(compiled, SHORT, data={"observed": np.full(100, value)}).posterior["centre"].mean())
        for value in (5.0, -5.0)
    ]
    assert centres == pytest.approx([5.0, -5.0], abs=0.05)
    assert float(sample(compiled, SHORT).posterior["centre"].mean()) == pytest.approx(0.0, abs=0.05)


def test_funnel_fails_and_says_so() -> None:
    with pm.Model() as model:
        log_scale = pm.Normal("log_scale", 0.0, 3.0)
        pm.Normal("x", 0.0, pm.math.exp(log_scale / 2), shape=9)
    judged = diagnose(sample(model, SHORT), ["log_scale"])
    assert not judged.passed
    assert judged.ess_bulk_min < 400
    assert "bulk ESS" in judged.worst
    assert "log_scale" in judged.worst


def test_two_modes_fail_on_rhat() -> None:
    with pm.Model() as model:
        pm.NormalMixture("x", w=[0.5, 0.5], mu=[-40.0, 40.0], sigma=[1.0, 1.0], initval=0.0)
    # nutpie starts chains within one unit of the start value, so which mode each falls into is left to the seed.
    judged = diagnose(sample(model, replace(SHORT, chains=8)), ["x"])
    assert not judged.passed
    assert judged.rhat_max > 1.01
    assert "R-hat" in judged.worst


def test_each_gate_alone() -> None:
    rng = np.random.default_rng(5)
    good = rng.normal(size=(4, 1000))
    assert diagnose(made_draws(good), ["x"]).passed

    diverging = np.zeros(good.shape, bool)
    diverging[2, 7] = True
    one = diagnose(made_draws(good, diverging=diverging), ["x"])
    assert (one.passed, one.worst) == (False, "1 divergences")

    slow_energy = np.cumsum(rng.normal(size=good.shape), axis=1)
    energy = diagnose(made_draws(good, energy=slow_energy), ["x"])
    assert not energy.passed
    assert energy.worst.startswith("E-BFMI")

    shifted = good + np.array([0.0, 0.0, 0.0, 1.0])[:, None]
    assert "R-hat" in diagnose(made_draws(shifted), ["x"]).worst

    sticky = np.repeat(rng.normal(size=(4, 50)), 20, axis=1)
    assert "bulk ESS" in diagnose(made_draws(sticky), ["x"]).worst


def test_quantity_that_never_moves_fails() -> None:
    judged = diagnose(made_draws(np.ones((4, 500))), ["x"])
    assert not judged.passed
    assert "R-hat nan of x" in judged.worst


def test_only_named_quantities_are_judged() -> None:
    rng = np.random.default_rng(6)
    sampled = made_draws(rng.normal(size=(4, 1000)))
    posterior = sampled.posterior.assign(stuck=(("chain", "draw"), np.ones((4, 1000))))
    assert diagnose(replace(sampled, posterior=posterior), ["x"]).passed
    assert not diagnose(replace(sampled, posterior=posterior), ["x", "stuck"]).passed


def test_everything_that_follows_from_the_parameters_is_there_for_every_draw() -> None:
    """Bounded, summing to zero, fixed by others, of a path, and of data that the sampler was given in place of the model's own."""
    with pm.Model(coords={"group": ["a", "b", "c"], "step": range(4)}) as model:
        data = pm.Data("data", np.array([1.0, 2.0]))
        scale = pm.HalfNormal("scale", 2.0)
        share = pm.Beta("share", 2.0, 2.0)
        effect = pm.ZeroSumNormal("effect", sigma=scale, dims="group")
        steps = pm.Normal("steps", dims=("group", "step"))
        plain = pm.Normal("plain", data.sum(), 1.0, shape=2)
        pm.Deterministic("scaled", share * effect / scale, dims="group")
        pm.Deterministic("last", pm.math.cumsum(steps, axis=1)[[0, 2], [3, 1]])
        pm.Deterministic("with_data", plain + data)
    given = np.array([5.0, -1.0])
    found = sample(compile_model(model), SHORT, data={"data": given}).posterior
    assert set(found.data_vars) == {"scale", "share", "effect", "steps", "plain", "scaled", "last", "with_data"}
    assert found["effect"].dims == found["scaled"].dims == ("chain", "draw", "group")
    assert list(found["group"].to_numpy()) == ["a", "b", "c"]
    assert found["last"].dims == ("chain", "draw", "last_dim_0")
    assert float(found["scale"].min()) > 0.0
    assert 0.0 < float(found["share"].min()) <= float(found["share"].max()) < 1.0
    np.testing.assert_allclose(found["effect"].sum("group"), 0.0, atol=1e-12)
    np.testing.assert_allclose(found["scaled"], found["share"] * found["effect"] / found["scale"], atol=1e-12)
    path = found["steps"].cumsum("step")
    np.testing.assert_allclose(found["last"][..., 0], path.isel(group=0, step=3), atol=1e-12)
    np.testing.assert_allclose(found["last"][..., 1], path.isel(group=2, step=1), atol=1e-12)
    np.testing.assert_allclose(found["with_data"], found["plain"] + given, atol=1e-12)
    assert float(found["plain"].mean()) == pytest.approx(4.0, abs=0.2)


@pytest.fixture(scope="module")
def long_run() -> tuple[sampling.CompiledModel, SamplerSettings]:
    with pm.Model() as model:
        pm.Normal("x", shape=100)
    return compile_model(model), SamplerSettings(draws=200_000, tune=300, chains=2)


def test_an_interrupt_is_no_shorter_run(
    long_run: tuple[sampling.CompiledModel, SamplerSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reaches the caller, the chains end, and there are no draws."""
    monkeypatch.setattr(sampling, "PROGRESS_SECONDS", 0.2)

    def interrupt(line: str) -> None:
        if "iterations" in line:
            raise KeyboardInterrupt

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        sample(*long_run, progress=interrupt)
    assert threading.active_count() == before


def test_draws_that_stop_early_are_refused(
    long_run: tuple[sampling.CompiledModel, SamplerSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled, settings = long_run
    asked_of = nutpie.sample

    def cut_short(*arguments: object, **options: object) -> object:
        chains = asked_of(*arguments, **options)

        class Cut:
            def wait(self, timeout: float) -> xr.DataTree:
                with suppress(TimeoutError):
                    chains.wait(timeout=1.0)
                tree: xr.DataTree = chains.abort()
                return tree

        return Cut()

    monkeypatch.setattr(nutpie, "sample", cut_short)
    with pytest.raises(SamplingError, match=r"stopped after \d+ of 400000 draws"):
        sample(compiled, settings)
    # One chain alone is whole: the others are padded to its length.
    whole = made_tree(2, 30)
    for cut in (whole.isel(draw=slice(29)), whole.isel(chain=[0]), made_tree(2, 30, short=1)):
        with pytest.raises(SamplingError):
            sampling._require_every_draw(cut, SamplerSettings(draws=30, chains=2))
    sampling._require_every_draw(whole, SamplerSettings(draws=30, chains=2))


def made_tree(chains: int, draws: int, short: int = 0) -> xr.DataTree:
    """As nutpie gives it, the last chain cut short by some draws."""
    steps = np.full((chains, draws), 0.5)
    steps[-1, draws - short :] = np.nan
    stats = xr.Dataset({"step_size": (("chain", "draw"), steps)})
    return xr.DataTree.from_dict({"posterior": stats.rename(step_size="x"), "sample_stats": stats})


def test_progress_says_how_far_and_how_long(
    long_run: tuple[sampling.CompiledModel, SamplerSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "PROGRESS_SECONDS", 1.2)
    lines: list[str] = []
    compiled, settings = long_run
    sample(compiled, settings, progress=lines.append)
    assert any(
        re.fullmatch(r"sampling: \d+% of 400600 iterations, about \d+ s left at this pace", line) for line in lines
    )
    assert lines[-1].startswith("sampled in")


def test_seeds_of_attempts_are_the_same_in_every_run_and_differ() -> None:
    seeds = [attempt_seed(20251231, attempt) for attempt in range(1, 5)]
    assert seeds == [20251231, 3073085176, 1550278920, 443273332]
    assert attempt_seed(1, 2) != attempt_seed(2, 2)
