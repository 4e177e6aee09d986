"""The model of the two channels: its formula, and that it finds which one a market falls by."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from functools import cache

import numpy as np
import pytest
import xarray as xr
from channel_worlds import stored_worlds
from compiled_density import evaluate
from costfloor.sampling.gates import Diagnostics
from costfloor.sampling.policy import CI_QUANTILES, SamplerSettings
from costfloor.sampling.sampler import CompiledModel, sample
from costfloor.studies.channels.changes import ChannelData, channel_data
from costfloor.studies.channels.model import ENTRY_TAIL, build_model, shape_of, shared_data
from costfloor.studies.channels.result import channel_quantities, compile_channels, summary
from costfloor.studies.channels.study import MAIN
from markets import ALL_CHANGED, ALL_FIXED, HALF, World, market
from scipy import stats

MARKETS = 20
LARGE, LARGE_MARKETS = 1000, 10
"""Models in a market of four times the panel's size, and how many of those are fitted: each takes as long as five small ones."""

SHORT = SamplerSettings(draws=400, tune=300, chains=1, seed=3)
"""The share has an effective sample size of 250 or more: the Monte Carlo error of its median is below a tenth of the posterior's spread."""

SLOWER = World(share=0.6, late_share=0.1)
"""From 2025 on the same models fall by a fraction of what they did, and new ones as before."""


@cache
def small() -> ChannelData:
    return channel_data(market(HALF, seed=1, models=60))


def test_the_model_has_the_density_of_the_formula() -> None:
    data = small()
    # Without the design effect, which is a power of the whole, and with room for more data.
    shape = shape_of(data)
    model = build_model(data, replace(shape, events=shape.events + 3, entries=shape.entries + 2, hosts=shape.hosts + 1))
    potentials = model.replace_rvs_by_values(model.potentials)
    density = model.compile_fn(potentials, inputs=model.value_vars)
    # All at zero: no walk, one change per model-year of mean zero and spread one, no decline, levels zero.
    found = density({name: np.zeros_like(value) for name, value in model.initial_point().items()})
    events, none, entries = (float(value) for value in found)
    assert events == pytest.approx(stats.norm.logpdf(data.size).sum() / data.design_effect)
    assert none == pytest.approx(-data.exposure.sum() / data.design_effect)
    assert entries == pytest.approx(stats.t.logpdf(data.log_price, ENTRY_TAIL).sum())


def posterior(fixed: np.ndarray, total: np.ndarray) -> xr.Dataset:
    """Draws (S, Y) of the rates as a posterior of one chain."""
    dims = ("chain", "draw", "period")
    rates = {"rate_fixed": fixed, "rate_total": total, "rate_changed": total - fixed, "changes_per_year": fixed}
    return xr.Dataset({name: (dims, value[None]) for name, value in rates.items()}).assign(
        hosts_effect=(("chain", "draw"), np.zeros((1, len(fixed))))
    )


def described(fixed: list[float], total: list[float], spread: float = 0.0) -> dict[str, object]:
    rng = np.random.default_rng(0)
    draws = np.ones((500, 1)) * np.array(total) + spread * rng.standard_normal((500, len(total)))
    quantities = channel_quantities(posterior(np.ones((500, 1)) * np.array(fixed), draws), small())
    return asdict(summary(quantities, small(), Diagnostics(1.0, 500.0, 500.0, 0, 0.9, passed=True, worst=""), 1))


def test_the_share_is_a_ratio_of_declines_over_the_span() -> None:
    fixed, total = [0.2, 0.4, 0.6, 0.1], [1.0, 1.0, 0.8, 0.9]
    found = described(fixed, total)
    span = small().span
    assert len(span) == 4
    assert found["share"] == pytest.approx([span @ fixed / (span @ total)] * 3)
    assert found["share_by_period"][2] == pytest.approx([0.75] * 3)
    before = span[:3] @ fixed[:3] / span[:3].sum()
    assert before > 0.2
    assert found["p_fixed_halved"] == 1.0
    assert found["p_changed_halved"] == 0.0
    assert found["p_changed_slows_less"] == 1.0


def test_no_share_where_the_decline_may_be_nothing() -> None:
    found = described([0.1] * 4, [0.0, 0.1, 0.1, 5.0], spread=0.5)
    assert found["share_by_period"][:3] == (None, None, None)
    assert found["share_by_period"][3] is not None
    assert found["p_fixed_halved"] == 0.0
    assert found["p_changed_halved"] is None
    assert found["p_changed_slows_less"] is None


def test_the_stored_worlds_passed_their_gates() -> None:
    worlds = {name: result["readings"][MAIN] for name, result in stored_worlds().items()}
    assert {name for name, one in worlds.items() if one["diagnostics"]["passed"]} == set(worlds)
    assert worlds["all_fixed"]["share"][0] > 0.5
    assert worlds["all_changed"]["share"][2] < 0.5


@pytest.fixture(scope="module")
def compiled() -> CompiledModel:
    """The model for markets of any size: nothing in its graph knows the lengths of the data."""
    return compile_channels(small(), shape_of(small()))


@pytest.mark.slow
def test_what_was_compiled_for_one_market_is_the_density_of_a_larger_one(compiled: CompiledModel) -> None:
    larger = channel_data(market(HALF, seed=2, models=120))
    model, given = build_model(larger), shared_data(larger, shape_of(larger))
    everywhere = {name: np.full_like(value, 0.1) for name, value in model.initial_point().items()}
    point = np.full(sum(value.size for value in everywhere.values()), 0.1)
    found = evaluate(replace(compiled, compiled=compiled.compiled.with_data(**given)), point)
    assert found.logp == pytest.approx(float(model.compile_logp(mode="FAST_COMPILE")(everywhere)), rel=1e-10)


def drawn(compiled: CompiledModel, data: ChannelData) -> xr.Dataset:
    return sample(compiled, SHORT, data=shared_data(data, shape_of(data))).posterior


def shares(compiled: CompiledModel, markets: Iterable[ChannelData]) -> np.ndarray:
    """5, 50 and 95 % of the posterior share of the fixed graph in each market, shape (3, markets)."""
    quantiles = []
    for data in markets:
        draws = drawn(compiled, data)
        share = (draws["rate_fixed"].to_numpy() @ data.span) / (draws["rate_total"].to_numpy() @ data.span)
        quantiles.append(np.quantile(share, CI_QUANTILES))
    return np.array(quantiles).T


each_world = pytest.mark.parametrize("world", [ALL_FIXED, ALL_CHANGED, HALF], ids=["fixed", "changed", "half"])


@pytest.mark.slow
@each_world
def test_the_share_of_simulated_markets(compiled: CompiledModel, world: World) -> None:
    low, middle, high = shares(compiled, (channel_data(market(world, 100 + seed)) for seed in range(MARKETS)))
    truth = world.true_share()
    assert np.median(middle) == pytest.approx(truth, abs=0.1)
    assert ((low <= truth) & (truth <= high)).sum() >= 16


@pytest.mark.slow
@each_world
def test_in_larger_markets_the_share_itself_comes_close(compiled: CompiledModel, world: World) -> None:
    markets = (channel_data(market(world, 100 + seed, LARGE)) for seed in range(LARGE_MARKETS))
    low, middle, high = shares(compiled, markets)
    truth = world.true_share()
    assert (abs(middle - truth) <= 0.1).sum() >= 8
    assert ((low <= truth) & (truth <= high)).sum() >= 8


@pytest.mark.slow
def test_a_fixed_graph_that_flattens_is_found(compiled: CompiledModel) -> None:
    found = []
    for data in (channel_data(market(SLOWER, 100 + seed)) for seed in range(6)):
        draws = drawn(compiled, data)
        result = summary(channel_quantities(draws, data), data, {"passed": True}, 1)
        found.append((result.p_fixed_halved, result.p_changed_halved, result.p_changed_slows_less))
    fixed, changed, less = np.array(found, dtype=float).T
    assert np.median(fixed) > 0.9
    assert np.median(changed) < 0.3
    assert np.median(less) > 0.9
