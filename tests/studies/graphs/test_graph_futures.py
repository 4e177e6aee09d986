"""Both channels ahead as futures: closed forms without innovations, their spread with them, and when the study says nothing."""

import re
from dataclasses import replace

import numpy as np
import pytest
from costfloor.studies.graphs.channel_laws import GRAPH_LAWS
from costfloor.studies.graphs.draws import prior_draws
from costfloor.studies.graphs.futures import FRESH, YEARS, channels, law_future
from costfloor.studies.graphs.kept import KEPT, kept_draws
from costfloor.studies.stored import Stored
from graph_results import MISSED, law, study

LAST_YEARS = 2.8


def kept(sd: float, size: int = 1000, **values: float) -> dict[str, tuple[float, ...]]:
    """The same draw over and over."""
    every = {
        "fixed_innovation_sd": sd, "changed_innovation_sd": sd, "active_exponent": 0.2, "total_exponent": 0.5,
        "sparsity_drift": 0.4, "sparsity_innovation_sd": sd, **values,
    }  # fmt: skip
    return {name: (value,) * size for name, value in every.items()}


def test_without_innovations_the_channels_run_on_at_their_rates() -> None:
    constant = law("exponential", kept=kept(0.0, fixed_rate=0.3, changed_rate=1.0))
    future = law_future(constant, LAST_YEARS, 4, seed=1)
    assert future.relative_size is not None
    by_size = 0.7 * 1.0 - 0.5 * 0.4
    years = np.arange(5.0)
    assert future.relative_size[0] == pytest.approx(np.exp(-by_size * years))
    assert future.relative_price[0] == pytest.approx(np.exp(-(0.3 + by_size) * years))


def test_a_plateau_goes_on_from_where_it_is() -> None:
    values = {"rate_floor": 0.1, "rate_excess": 1.0, "half_life_years": 0.7}
    plateau = kept(
        0.0, **{f"{channel}_{name}": value for channel in ("fixed", "changed") for name, value in values.items()}
    )
    future = law_future(law("plateau", kept=plateau), LAST_YEARS, 3, seed=1)
    assert future.relative_size is not None
    ages = LAST_YEARS + np.arange(4.0)
    fallen = 0.1 * ages - 0.7 / np.log(2.0) * 2.0 ** (-ages / 0.7)
    assert (future.relative_price / future.relative_size)[0] == pytest.approx(np.exp(fallen[0] - fallen))


def test_innovations_spread_as_random_walks() -> None:
    walk = law("exponential", kept=kept(0.3, fixed_rate=0.3, changed_rate=1.0))
    future = law_future(walk, LAST_YEARS, 4, seed=2)
    assert future.relative_size is not None
    size, unit = np.log(future.relative_size), np.log(future.relative_price / future.relative_size)
    assert len(size) == 1000 * FRESH
    assert unit[:, 4].std() == pytest.approx(0.3 * 4**0.5, rel=0.05)
    assert -unit[:, 4].mean() == pytest.approx(1.2, abs=0.03)
    # Active parameters and sparsity walk apart, each with its weight in the price.
    assert size[:, 1].std() == pytest.approx(0.3 * np.hypot(0.7, 0.5), rel=0.05)


@pytest.mark.parametrize("name", GRAPH_LAWS)
def test_what_is_kept_is_joint_and_enough(name: str) -> None:
    drawn = prior_draws(name, 11, 2000, np.random.default_rng(3))
    values = {**drawn.values, "sparsity_innovation_sd": np.full(2000, 0.2)}
    draws = kept_draws(name, values)
    assert {len(value) for value in draws.values()} == {KEPT}
    rows = np.linspace(0, 1999, KEPT).round().astype(int)
    for exponent in ("active_exponent", "total_exponent"):
        assert draws[exponent] == pytest.approx(values[exponent][rows], rel=1e-3)
    future = law_future(law(name, kept=draws), LAST_YEARS, 15, seed=4)
    assert future.relative_price.shape == (KEPT * FRESH, 16)
    assert (future.relative_price[:, 0] == 1.0).all()
    # Five paths go on from each draw; of parameters there are no more than those that are kept.
    assert future.independent_draws == KEPT
    few = replace(law(name, kept=draws).diagnostics, ess_bulk_min=123.0)
    assert law_future(law(name, kept=draws, diagnostics=few), LAST_YEARS, 3, seed=4).independent_draws == 123.0


KEPT_LAWS = tuple(law(name, kept=kept(0.1, 3, fixed_rate=0.3, changed_rate=1.0)) for name in ("exponential",))


def test_a_study_that_is_there_gives_a_future_by_law() -> None:
    split = channels(Stored("graphs", study(*KEPT_LAWS)), seed=1)
    assert [future.name for future in split.futures] == ["exponential"]
    assert split.futures[0].relative_price.shape[1] == YEARS + 1
    assert split.note == ""


def test_a_study_that_is_missing_old_or_failed_says_so_instead() -> None:
    without_draws = study(law("exponential"))
    failed = study(replace(KEPT_LAWS[0], diagnostics=MISSED))
    for stored, words in (
        (None, "has not been run"),
        (Stored("graphs", study(*KEPT_LAWS), stale=("code", "data")), "older than code and data"),
        (Stored("graphs", failed), "no fit .* kept its gates"),
        (Stored("graphs", without_draws), "none kept its draws"),
    ):
        split = channels(stored, seed=1)
        assert split.futures == ()
        assert re.search(words, split.note)
    some = channels(Stored("graphs", study(*KEPT_LAWS, law("plateau", diagnostics=MISSED))), seed=1)
    assert [future.name for future in some.futures] == ["exponential"]
    assert some.note == "without plateau, whose fit missed a gate"
