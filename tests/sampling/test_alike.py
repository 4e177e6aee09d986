"""Whatever nutpie and PyTensor change inside, models are compiled and sampled: with the shared density, or with one warning without."""

import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import nutpie.compile_pymc
import pymc as pm
import pytensor.link.numba.cache
import pytest
from costfloor.sampling import alike, density
from costfloor.sampling.alike import compile_alike, require_agreement
from costfloor.sampling.policy import SamplerSettings
from costfloor.sampling.sampler import CompiledModel, sample

SHORT = SamplerSettings(draws=200, tune=200, chains=1, seed=1)


def model(groups: int, seed: int) -> pm.Model:
    rng = np.random.default_rng(seed)
    group = rng.permutation(np.r_[np.arange(groups), rng.integers(groups, size=3 * groups + seed)])
    with pm.Model(coords={"group": range(groups)}) as built:
        measured = pm.Data("measured", rng.normal(3.0, 1.0, len(group)))
        effect = pm.Normal("effect", 0.0, rng.uniform(4.0, 5.0), dims="group")
        spread = pm.HalfNormal("spread", 2.0)
        pm.Potential("likelihood", pm.logp(pm.Normal.dist(effect[group], spread), measured).sum())
    return built


def compiled(groups: int = 5) -> CompiledModel:
    return compile_alike(model(groups, 7), "measured groups", lambda: (model(3, 0), model(4, 1)), ["measured"])


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alike, "_DENSITIES", {})
    monkeypatch.setattr(alike, "_FAILED", [])


def is_shared(one: CompiledModel) -> bool:
    return "integers" in one.compiled.shared_data


@pytest.mark.slow
def test_a_density_that_agrees_is_used_for_all_of_its_make() -> None:
    assert all(is_shared(compiled(groups)) for groups in (5, 6))
    assert list(alike._DENSITIES) == ["measured groups"]


def no_function(patch: pytest.MonkeyPatch) -> None:
    patch.delitem(sys.modules, density.__name__)
    patch.delattr(pytensor.link.numba.cache, "compile_numba_function_src")


def another_field(patch: pytest.MonkeyPatch) -> None:
    plain = nutpie.compile_pymc.CompiledPyMCModel

    def changed(**fields: Any) -> Any:
        if fields["logp_func"] is None:
            raise TypeError("CompiledPyMCModel.__init__() needs a logp_func")
        return plain(**fields)

    patch.setattr(nutpie.compile_pymc, "CompiledPyMCModel", changed)
    patch.setattr(density, "CompiledPyMCModel", changed)


def another_layout(patch: pytest.MonkeyPatch) -> None:
    """Sizes come before addresses: read as before, a size would be taken for an address."""

    def changed(keys: dict[Any, str], values: dict[str, np.ndarray]) -> np.ndarray:
        words = [(key, np.uintp) for key in keys.values()]
        shapes = [(key, np.uint, (variable.ndim,)) for variable, key in keys.items()]
        record = np.zeros((), np.dtype([("shared", [("size", words), ("data", words), ("shape", shapes)])]))
        return nutpie.compile_pymc.update_user_data(record, values)

    patch.setattr(density, "make_user_data", changed)


def another_value(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(density, "_EVALUATE", density._EVALUATE.replace("= logp.item()", "= logp.item() + 0.001"))


def another_gradient(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(density, "_EVALUATE", density._EVALUATE.replace("= gradient[i]", "= gradient[count - 1 - i]"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [no_function, another_field, another_layout, another_value, another_gradient],
    ids=lambda one: one.__name__,
)
def test_a_change_inside_nutpie_or_pytensor_costs_one_warning(
    change: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        change(patch)
        with pytest.warns(RuntimeWarning, match="compiled one by one") as caught:
            alone = compiled()
        assert len(caught) == 1
        assert not is_shared(alone)
        # The next one is not even tried, and nothing is said again.
        patch.setattr(density, "shared_density", None)
        patch.setattr(alike, "compile_model", lambda _: alone)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert compiled(6) is alone
        posterior = sample(alone, SHORT).posterior
    assert float(posterior["effect"].mean()) == pytest.approx(3.0, abs=0.5)


@pytest.mark.slow
def test_agreement_is_asked_on_the_data_of_the_model() -> None:
    one, other = model(5, 7), model(5, 7)
    one_density = compile_alike(one, "measured groups", lambda: (model(3, 0), model(4, 1)), ["measured"])
    require_agreement(one_density, one, ["measured"])
    other["measured"].set_value(other["measured"].get_value() + 1.0)
    require_agreement(one_density, other, ["measured"])
    with pytest.raises(ArithmeticError, match="where PyMC has"):
        require_agreement(one_density, model(5, 8), [])
