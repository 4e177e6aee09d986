"""Worlds of known truth are what they say, in prices and in sizes."""

from dataclasses import replace

import numpy as np
import pytest
from costfloor.studies.graphs.first_look import first_look
from costfloor.studies.graphs.sizes import SizedPrices
from costfloor.studies.graphs.worlds import BY_SIZE, WORLDS, market, twice
from sized_markets import LAST_YEARS, small_market


def large(world: str, seed: int = 1) -> SizedPrices:
    design = small_market(models=1500, prices=4500, hosts=5)
    return market(WORLDS[world], design, np.random.default_rng(seed))


@pytest.mark.parametrize(
    ("world", "share"),
    [("all_fixed", 1.0), ("all_changed", 0.0), ("half_each", 0.5), ("mismeasured", 0.5), ("experts_arrive", 0.5)],
)
def test_shares_are_true_by_construction(world: str, share: float) -> None:
    assert WORLDS[world].share(LAST_YEARS) == pytest.approx(share)


def test_only_the_plateau_slows_and_only_in_the_fixed_graph() -> None:
    assert {name: world.slows(LAST_YEARS) for name, world in WORLDS.items()} == {
        name: (name == "fixed_plateau", False) for name in WORLDS
    }


@pytest.mark.parametrize("world", ["all_changed", "half_each", "experts_arrive"])
def test_least_squares_on_a_large_market_meets_the_truth(world: str) -> None:
    look = first_look(large(world))
    true = WORLDS[world]
    changed = float(np.diff(true.changed(np.array([0.0, 1.0])))[0])
    fixed = float(np.diff(true.fixed(np.array([0.0, 1.0])))[0])
    assert look.weighted.value == pytest.approx(changed, abs=0.1)
    # Old models follow in part only, so that a line through all prices falls less than models that enter.
    assert 0.5 * fixed - 0.1 < look.price_per_size.value < fixed + 0.1


def test_mixtures_arrive_halfway_and_make_active_parameters_fall_faster() -> None:
    drawn = large("experts_arrive")
    early = drawn.release_years < 0.5 * LAST_YEARS
    assert not drawn.log_sparsity[early].any()
    assert 0.2 < (drawn.log_sparsity[~early] > 0.0).mean() < 0.5
    assert first_look(drawn).active.value > 0.7 / BY_SIZE + 0.1


def test_sizes_off_by_30_percent_are_off_in_the_record_alone() -> None:
    design = small_market()
    right, off = (
        market(replace(WORLDS["mismeasured"], mismeasured=wrong), design, np.random.default_rng(5))
        for wrong in (False, True)
    )
    assert np.std(off.log_active - right.log_active) == pytest.approx(0.3, abs=0.08)
    assert np.std(off.log_total - right.log_total) == pytest.approx(0.3, abs=0.08)


def test_twice_the_design_has_every_model_and_price_once_more() -> None:
    design = small_market()
    double = twice(design)
    assert (len(double.models), double.n, len(set(double.models))) == (120, 600, 120)
    assert double.release_years[double.model[300:]] == pytest.approx(design.release_years[design.model])
    assert double.hosts == design.hosts
