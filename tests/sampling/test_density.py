"""One compiled density serves all models that differ in their data alone, and no other."""

from typing import Any

import arviz_stats
import costfloor.sampling.density as density_module
import numba
import numpy as np
import pymc as pm
import pytensor.link.numba.cache
import pytensor.tensor as pt
import pytest
from compiled_density import density_of, evaluate
from costfloor.errors import UnlikeModelsError
from costfloor.sampling.density import SharedDensity, shared_density
from costfloor.sampling.policy import SamplerSettings
from costfloor.sampling.sampler import CompiledModel, compile_model, sample

GROUPS = (3, 5, 8)


def model(groups: int, seed: int, *, scale: float = 2.0, tail: bool = False) -> pm.Model:
    """Measurements of groups: constants of every kind, a shared datum, and parameters of every rank and transform."""
    rng = np.random.default_rng(seed)
    group = rng.permutation(np.r_[np.arange(groups), rng.integers(groups, size=3 * groups + seed)])
    width, shift = rng.uniform(0.5, 1.5), rng.normal(size=(1, 1))
    with pm.Model(coords={"group": range(groups), "step": range(groups + 2), "part": range(groups + 1)}) as built:
        measured = pm.Data("measured", rng.normal(1.0, 2.0, len(group)))
        spread = pm.HalfNormal("spread", 1.0)
        effect = pm.Normal("effect", 0.0, spread, dims="group")
        path = pm.Normal("path", 0.0, 1.0, dims=("group", "step"))
        share = pm.ZeroSumNormal("share", sigma=width, dims="part")
        start = pt.concatenate([pt.zeros((groups, 1)), pt.cumsum(path + shift, axis=1)], axis=1)
        expected = effect[group] + start[group, rng.integers(groups + 2, size=len(group))] + share[group]
        pm.Deterministic("total", effect.sum())
        noise = pm.StudentT.dist(nu=3.0, mu=expected, sigma=scale) if tail else pm.Normal.dist(expected, scale)
        pm.Potential("likelihood", pt.sum(pm.logp(noise, measured)))
    return built


@pytest.fixture(scope="module")
def density() -> SharedDensity:
    return shared_density(model(3, 0), model(4, 1), named=["measured"])


def points(compiled: CompiledModel, count: int) -> list[np.ndarray]:
    return [compiled.compiled.initial_point_func(seed) for seed in range(count)]


@pytest.mark.slow
@pytest.mark.parametrize("groups", GROUPS)
def test_density_and_gradient_are_those_of_the_model(density: SharedDensity, groups: int) -> None:
    other = model(groups, 7)
    compiled, own = density.of(other), density_of(other)
    for point in points(compiled, 3):
        found, (logp, gradient) = evaluate(compiled, point), own(point)
        assert found.status == 0
        assert found.logp == pytest.approx(logp, rel=1e-12)
        np.testing.assert_allclose(found.gradient, gradient, rtol=1e-10, atol=1e-10)


def test_compiled_code_of_a_module_that_has_moved_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numba looks for the module of a function that it reads, and fails where there is none."""
    jitted = numba.njit(lambda x: x)
    pytensor.link.numba.cache.CACHED_SRC_FUNCTIONS[jitted.py_func] = "jitted"
    keys = []

    def compiled(text: str, name: str, names: dict[str, Any], cache_key: str) -> None:
        keys.append((names["__name__"], cache_key))

    monkeypatch.setattr(density_module, "compile_numba_function_src", compiled)
    monkeypatch.setattr(numba, "cfunc", lambda *_, **__: lambda function: function)
    for name in (density_module.__name__, "moved"):
        monkeypatch.setattr(density_module, "__name__", name)
        density_module._c_functions(jitted, {"integers": 1})
    (_, first), _, (module, other), _ = keys
    assert module == "moved"
    assert first != other


@pytest.mark.slow
def test_a_density_from_the_cache_on_disk_is_the_same(density: SharedDensity) -> None:
    again, first = (
        one.of(model(5, 7)) for one in (shared_density(model(3, 0), model(4, 1), named=["measured"]), density)
    )
    point = points(first, 1)[0]
    assert evaluate(again, point).logp == evaluate(first, point).logp
    assert again.compiled.compiled_logp_func.cache_hits == 1


@pytest.mark.slow
def test_chains_start_apart_around_the_centre(density: SharedDensity) -> None:
    compiled = density.of(model(5, 7))
    first, second = points(compiled, 2)
    assert np.abs(first - second).min() > 0
    assert np.abs(first - second).max() < 2.0
    np.testing.assert_array_equal(first, compiled.compiled.initial_point_func(0))


@pytest.mark.slow
def test_draws_are_those_of_a_model_compiled_by_itself(density: SharedDensity) -> None:
    settings = SamplerSettings(draws=1500, tune=600, chains=2, target_accept=0.95)
    other = model(5, 7)
    shared, alone = (sample(compiled, settings).posterior for compiled in (density.of(other), compile_model(other)))
    assert set(shared.data_vars) == set(alone.data_vars)
    assert shared["path"].dims == ("chain", "draw", "group", "step")
    for name in ("spread", "total", "effect", "share"):
        errors = [arviz_stats.mcse(one[[name]], method="mean")[name].to_numpy() for one in (shared, alone)]
        gap = shared[name].mean(("chain", "draw")) - alone[name].mean(("chain", "draw"))
        assert np.abs(gap.to_numpy() / np.hypot(*errors)).max() < 4.5


@pytest.mark.slow
def test_shared_data_are_replaced(density: SharedDensity) -> None:
    other = model(5, 7)
    measured = np.random.default_rng(1).normal(30.0, 1.0, len(other["measured"].get_value()))
    settings = SamplerSettings(draws=300, tune=300, chains=1)
    moved = sample(density.of(other), settings, data={"measured": measured}).posterior["effect"].mean()
    assert float(moved) > 10.0


@pytest.mark.slow
def test_a_density_that_is_not_finite_says_so(density: SharedDensity) -> None:
    compiled = density.of(model(5, 7))
    point = points(compiled, 1)[0]
    assert evaluate(compiled, np.full_like(point, np.nan)).status > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "change", [{"scale": 3.0}, {"tail": True}], ids=["a constant that was the same", "other operations"]
)
def test_a_model_of_another_make_is_refused(density: SharedDensity, change: dict[str, Any]) -> None:
    other = model(5, 7, **change)
    with pytest.raises(UnlikeModelsError):
        density.of(other)


def test_two_models_that_are_not_alike_make_no_density() -> None:
    with pytest.raises(UnlikeModelsError):
        shared_density(model(3, 0), model(4, 1, tail=True), named=[])
