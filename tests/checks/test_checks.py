"""The registry, the replicates, and what the checks find in fits that are right, wrong or too small."""

import dataclasses
import json

import numpy as np
import pytest
from costfloor.checks import CHECKS, build_replicates, run_checks, to_json
from costfloor.checks.replicates import MAX_REPLICATES, thinned
from costfloor.errors import InputError, IntegrityError
from costfloor.fit.result import Fit
from costfloor.laws.innovations import COMMON_SHARE
from costfloor.laws.observations import PriceObservations
from fake_fits import make_fit, make_table


def test_names_are_stable() -> None:
    assert list(CHECKS) == [
        "curvature",
        "recent_slope",
        "record_recency",
        "record_gap",
        "largest_drop",
        "price_rises",
        "family_spread",
        "innovation_autocorrelation",
        "young_decline",
        "young_decline_drifting",
        "slowdown",
        "price_gap",
        "above_line",
        "pit",
        "loo",
    ]


def test_the_truth_passes_all_checks(falling: PriceObservations, good_fit: Fit) -> None:
    lines: list[str] = []
    results = run_checks({"exponential": good_fit}, falling, 7, progress=lines.append)
    assert [result.name for result in results] == list(CHECKS)
    assert lines == [f"check {name}" for name in CHECKS]
    assert {result.name: result.passed for result in results} == {name: name != "loo" or None for name in CHECKS}
    for result in results:
        assert list(result.table["law"]) == ["exponential"]
        json.dumps(to_json(result), allow_nan=False)


def test_a_rate_that_is_wrong_is_found(falling: PriceObservations, good_fit: Fit) -> None:
    slow = good_fit.posterior.assign(family_rate=good_fit.posterior["family_rate"] - 0.6)
    fits = {"right": good_fit, "slow": Fit(good_fit.law, good_fit.receipt, slow, good_fit.reported)}
    (result,) = run_checks(fits, falling, 7, ["recent_slope"])
    table = result.table.set_index("law")
    assert result.passed is False
    assert (table.loc["right", "passed"], table.loc["slow", "passed"]) == (True, False)
    assert table.loc["slow", "q50"] == pytest.approx(0.4, abs=0.05)
    assert table.loc["right", "observed"] == pytest.approx(1.0, abs=0.2)


def test_innovations_are_drawn_anew(falling: PriceObservations) -> None:
    fit = make_fit("discovery", falling, {"discoveries_per_year": 5.0, "noise_scale": 1e-6}, spread=0.0)
    index = build_replicates({"discovery": fit}, falling, 1)
    paths = index.quarterly.index(index.log_price["discovery"])[:, 0, :]
    # All draws are the same, so only innovations differ between replicates: variance 2 rate^2 / arrivals a year, of each part.
    spread = np.nanvar(paths[:, -1] - paths[:, 0])
    years = index.quarterly.time_years[0, -1] - index.quarterly.time_years[0, 0]
    parts = COMMON_SHARE**2 + (1 - COMMON_SHARE) ** 2
    assert spread == pytest.approx(2 / 5 * years * parts, rel=0.4)


def test_replicates_repeat_and_do_not_depend_on_other_laws(falling: PriceObservations, good_fit: Fit) -> None:
    other = make_fit("discovery", falling, {})
    alone = build_replicates({"exponential": good_fit}, falling, 7)
    both = build_replicates({"discovery": other, "exponential": good_fit}, falling, 7)
    again = build_replicates({"exponential": good_fit}, falling, 8)
    np.testing.assert_array_equal(alone.log_price["exponential"], both.log_price["exponential"])
    assert not np.array_equal(alone.log_price["exponential"], again.log_price["exponential"])


@pytest.mark.parametrize(("draws", "kept"), [(100, 100), (500, 500), (501, 500), (700, 500), (1100, 500)])
def test_thinning_keeps_all_chains_and_at_most_1000_draws(good_fit: Fit, draws: int, kept: int) -> None:
    long = good_fit.posterior.isel(draw=np.arange(draws) % 100).assign_coords(draw=np.arange(draws))
    short = thinned(long)
    assert (short.sizes["chain"], short.sizes["draw"]) == (2, kept)
    assert 2 * kept <= MAX_REPLICATES
    assert len(np.unique(short["draw"])) == kept
    assert (short["draw"][0], short["draw"][-1]) == (0, draws - 1)


def test_too_little_data_is_said_and_not_judged() -> None:
    obs = make_table([0.0, 0.0], [1.0, 2.0], ["a", "b"])
    results = run_checks(
        {"exponential": make_fit("exponential", obs, {})}, obs, 1, [name for name in CHECKS if name != "loo"]
    )
    assert {result.passed for result in results} == {None}
    assert all("needs" in result.summary for result in results)
    assert all(row["passed"] is None for result in results for row in to_json(result)["table"])


def test_a_name_that_is_no_check(falling: PriceObservations, good_fit: Fit) -> None:
    with pytest.raises(InputError, match=r"'curvatur'.*no such check.*curvature, recent_slope"):
        run_checks({"exponential": good_fit}, falling, 1, ["curvatur"])


@pytest.mark.parametrize("wrong", [{"data_hash": "0" * 64}, {"n": 200}])
def test_a_fit_to_other_rows_is_refused(falling: PriceObservations, good_fit: Fit, wrong: dict[str, object]) -> None:
    stale = dataclasses.replace(good_fit, receipt=good_fit.receipt | wrong)
    with pytest.raises(IntegrityError, match="fit again"):
        run_checks({"exponential": stale}, falling, 1, ["curvature"])
