"""A law is compiled once for all panels of one make; its density is that of its model."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from compiled_density import density_of, evaluate, interpreted
from costfloor.errors import UnlikeModelsError
from costfloor.fit.compiled import Make, compile_law, example, make_of
from costfloor.laws import LAWS
from costfloor.laws.few_families import POOLED_FROM, fitted_law
from costfloor.laws.model import CENTRED_FROM, build_model
from costfloor.laws.observations import PriceObservations, observations
from costfloor.sampling import alike, density
from costfloor.sampling.sampler import CompiledModel

PLAIN = (False, False, False)
"""Each family has one birth, no model is ahead of it, and nothing is known of weights."""

MAKES = [
    Make(families, hosts, repeat, *clock)
    for families in (1, 2, POOLED_FROM, CENTRED_FROM)
    for hosts in (0, 2, CENTRED_FROM)
    for repeat in (False, True)
    for clock in (PLAIN, (False, True, False), (True, False, True), (True, True, True))
]


def panel(
    families: int, hosts: int, *, models_repeat: bool, clock: tuple[bool, bool, bool] = PLAIN
) -> PriceObservations:
    """Prices in no order and of no regularity."""
    births_differ, ahead, weights_differ = clock
    rng = np.random.default_rng(families + hosts)
    rows = 90
    model = np.arange(rows) // 3 if models_repeat else np.arange(rows)
    frame = pd.DataFrame(
        {
            "date": pd.Timestamp("2023-02-01") + pd.to_timedelta(rng.integers(900, size=rows), unit="D"),
            "family": [f"band {code % families}" for code in model],
            "model": [f"model {code}" for code in model],
            "price": rng.lognormal(1.0, 1.0, rows),
            "quality": np.sin(model),
            "quality_sd": 0.1 + 0.05 * np.cos(model),
            "host": [f"host {code}" for code in rng.permutation(np.arange(rows) % max(1, hosts))],
        }
    )
    days = rng.uniform(-500.0, 0.0, rows) + (600.0 if ahead else 0.0)
    birth = days[model if births_differ else model % families]
    frame["birth"] = pd.Timestamp("2023-02-01") + pd.to_timedelta(birth, unit="D")
    if weights_differ:
        frame["open_weights"] = (model // families) % 2 == 0
    return observations(frame if hosts else frame.drop(columns="host"))


@pytest.mark.parametrize("make", MAKES, ids=str)
def test_examples_are_of_their_make_and_share_no_datum(make: Make) -> None:
    one, other = example(make, 0), example(make, 1)
    assert make_of(one) == make_of(other) == make
    assert one.quality_scale != other.quality_scale
    assert one.last_time_years != other.last_time_years
    for name in (
        "log_price",
        "unit",
        "unit_family",
        "unit_quality",
        "unit_quality_sd",
        "unit_entry_time",
        "unit_birth",
    ):
        assert len(getattr(one, name)) != len(getattr(other, name))


def test_the_make_of_a_panel() -> None:
    assert make_of(panel(1, 0, models_repeat=True)) == Make(1, 0, True, *PLAIN)
    assert make_of(panel(5, 3, models_repeat=False)) == Make(POOLED_FROM, 2, False, *PLAIN)
    assert make_of(panel(20, 11, models_repeat=True)) == Make(CENTRED_FROM, CENTRED_FROM, True, *PLAIN)
    assert make_of(panel(2, 1, models_repeat=True)) == Make(2, 1, True, *PLAIN)
    market = (True, True, True)
    assert make_of(panel(1, 9, models_repeat=True, clock=market)) == Make(1, CENTRED_FROM, True, *market)


MARKET = (True, True, True)
CASES = [
    *((law, 1, 9, True, MARKET) for law in LAWS),
    ("baumol", 9, 9, True, PLAIN),
    ("random_walk", 3, 3, True, PLAIN),
    ("plateau", 5, 3, True, MARKET),
    ("encompassing", 1, 0, False, PLAIN),
    ("discovery", 9, 1, False, PLAIN),
]
"""The panel is a market; the others are tables of families."""

COMPILED = [
    ("plateau", 1, 9, True, MARKET),
    ("exponential", 9, 9, True, PLAIN),
    ("exponential", 5, 3, True, MARKET),
]
"""A market, tables of many families and of some. Every law is compiled for the small fits, and compared there as all that is compiled."""


def require_agreement(
    law: str, obs: PriceObservations, found: Callable[[np.ndarray], tuple[float, np.ndarray]], points: list[np.ndarray]
) -> None:
    own = density_of(build_model(fitted_law(LAWS[law], obs), obs))
    for point in points:
        (shared_logp, shared_gradient), (logp, gradient) = found(point), own(point)
        assert shared_logp == pytest.approx(logp, rel=1e-12)
        np.testing.assert_allclose(shared_gradient, gradient, rtol=1e-9, atol=1e-9)


def compiled_for(law: str, obs: PriceObservations) -> tuple[CompiledModel, list[np.ndarray]]:
    """What nutpie gets, and points to look at it."""
    shared = compile_law(LAWS[law], obs)
    assert "integers" in shared.compiled.shared_data, "compiled for this panel alone"
    return shared, [shared.compiled.initial_point_func(seed) for seed in range(3)]


@pytest.mark.slow
@pytest.mark.parametrize(("law", "families", "hosts", "repeat", "clock"), CASES)
def test_the_shared_graph_is_that_of_the_model(
    law: str,
    families: int,
    hosts: int,
    repeat: bool,
    clock: tuple[bool, bool, bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Interpreted: that a density serves all panels of its make is a matter of its graph and of how data are packed."""

    def as_written(inputs: list[Any], outputs: list[Any], mode: str) -> SimpleNamespace:
        assert mode == "NUMBA"
        return SimpleNamespace(vm=SimpleNamespace(jit_fn=interpreted(inputs, outputs)))

    monkeypatch.setattr(density, "compile_function", as_written)
    monkeypatch.setattr(density, "_c_functions", lambda jitted, _: (jitted, None))
    monkeypatch.setattr(alike, "_DENSITIES", {})
    monkeypatch.setattr(alike, "require_agreement", lambda *_: None)
    obs = panel(families, hosts, models_repeat=repeat, clock=clock)
    shared, points = compiled_for(law, obs)
    logp_func, data = shared.compiled.compiled_logp_func, shared.compiled.shared_data.values()
    require_agreement(law, obs, lambda point: logp_func(point, *data), points)


@pytest.mark.slow
@pytest.mark.parametrize(("law", "families", "hosts", "repeat", "clock"), COMPILED)
def test_density_and_gradient_are_those_of_the_model(
    law: str, families: int, hosts: int, repeat: bool, clock: tuple[bool, bool, bool]
) -> None:
    obs = panel(families, hosts, models_repeat=repeat, clock=clock)
    shared, points = compiled_for(law, obs)

    def found(point: np.ndarray) -> tuple[float, np.ndarray]:
        value = evaluate(shared, point)
        assert value.status == 0
        return value.logp, value.gradient

    require_agreement(law, obs, found, points)


def test_a_panel_that_is_not_of_its_make_is_compiled_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise UnlikeModelsError("not alike")

    alone = CompiledModel(None, None, 0.0, ("said so",))
    monkeypatch.setattr(density, "shared_density", refuse)
    monkeypatch.setattr(alike, "_DENSITIES", {})
    monkeypatch.setattr(alike, "compile_model", lambda _: alone)
    assert compile_law(LAWS["plateau"], panel(3, 3, models_repeat=True)).warnings == ("said so",)
