"""Reported quantities, by hand from given draws."""

import math

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from costfloor.fit.quantities import (
    FLOOR_CLAIM,
    contract_parameters,
    frontier_stay_years,
    probability_of_claim,
    reported_quantities,
)
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, observations

CHAINS, DRAWS, FAMILIES, STEPS = 2, 50, 2, 16


@pytest.fixture
def obs() -> PriceObservations:
    """Families that start two years apart, four years of prices; one model is listed twice."""
    return observations(
        pd.DataFrame(
            {
                "date": pd.to_datetime(["2020-01-01", "2022-01-01", "2023-01-01", "2024-01-01"]),
                "price": [8.0, 9.0, 2.0, 1.0],
                "quality": [1.0, 4.0, 2.0, 2.0],
                "family": ["low", "high", "low", "low"],
                "model": ["a", "b", "c", "c"],
            }
        )
    )


def posterior(**values: float) -> xr.Dataset:
    """Draws that scatter a little around the values; a family's equal the population's."""
    rng = np.random.default_rng(1)
    data: dict[str, tuple[tuple[str, ...], np.ndarray]] = {}
    for name, value in values.items():
        draws = value * np.exp(0.1 * rng.standard_normal((CHAINS, DRAWS)))
        data[name] = (("chain", "draw"), draws)
        data[f"family_{name}"] = (("chain", "draw", "family"), np.repeat(draws[..., None], FAMILIES, axis=2))
    data["family_start"] = (("chain", "draw", "family"), rng.normal(size=(CHAINS, DRAWS, FAMILIES)))
    if "discoveries_per_year" in values:
        data["innovation_rate"] = (("chain", "draw"), np.full((CHAINS, DRAWS), 0.5))
        data["common_innovation"] = (("chain", "draw", "step"), 0.1 * rng.normal(size=(CHAINS, DRAWS, STEPS)))
        own = 0.1 * rng.normal(size=(CHAINS, DRAWS, FAMILIES, STEPS))
        data["own_innovation"] = (("chain", "draw", "family", "step"), own)
    return xr.Dataset(data, coords={"family": ["high", "low"]})


def test_plateau_reports_the_mean_over_its_families(obs: PriceObservations) -> None:
    draws = posterior(
        rate_floor=0.2,
        rate_excess=2.0,
        half_life_years=1.0,
        discoveries_per_year=20.0,
        elasticity=0.8,
        noise_scale=0.3,
        pass_through=0.4,
    )
    reported = reported_quantities(draws, LAWS["plateau"], obs)
    ages = obs.ages_at_last
    assert ages == pytest.approx([2.0, 4.0], abs=0.01)

    def rate(age: float) -> xr.DataArray:
        return draws["rate_floor"] + draws["rate_excess"] * 2.0 ** (-age / draws["half_life_years"])

    # Not the rate at the mean age, which is another number: rates fall ever more slowly.
    xr.testing.assert_allclose(reported["rate_now"], (rate(float(ages[0])) + rate(float(ages[1]))) / 2.0)
    assert float(abs(reported["rate_now"] - rate(float(ages.mean()))).min()) > 0.01
    xr.testing.assert_allclose(reported["rate_long_run"], draws["rate_floor"])
    xr.testing.assert_allclose(reported["rate_floor"], draws["rate_floor"])
    xr.testing.assert_allclose(reported["rate_initial"], rate(0.0))
    xr.testing.assert_allclose(reported["score_elasticity"], draws["elasticity"] / obs.quality_scale)
    xr.testing.assert_allclose(reported["pass_through"], draws["pass_through"])
    xr.testing.assert_allclose(reported["same_model_rate"], draws["pass_through"] * reported["rate_now"])
    for code, family in enumerate(obs.families):
        xr.testing.assert_allclose(reported["family_rate_now"].sel(family=family, drop=True), rate(float(ages[code])))
    # The frontier buyer stays two years in a band, so what he sees is the mean rate of its first two years.
    grid = np.linspace(0.0, frontier_stay_years(obs.family_birth), 2001)
    mean_rate = xr.concat([rate(float(age)) for age in grid], "age").integrate("age") / 2000
    xr.testing.assert_allclose(reported["frontier_rate"], mean_rate, rtol=1e-4)


def market() -> PriceObservations:
    """Four years of one market: capabilities born in turn, the last of them ahead of it; b had its last price too long ago."""
    births = {"a": "2019-01-01", "b": "2021-01-01", "c": "2022-07-01", "d": "2024-06-30"}
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime(["2020-01-01", "2021-06-01", "2023-01-01", "2024-01-01", "2023-12-01"]),
            "price": [8.0, 9.0, 2.0, 1.0, 5.0],
            "quality": [1.0, 2.0, 3.0, 1.0, 4.0],
            "family": "market",
            "model": ["a", "b", "c", "a", "d"],
        }
    )
    return observations(frame.assign(birth=pd.to_datetime(frame["model"].map(births))))


def test_rates_of_a_market_are_means_over_the_capabilities_on_sale() -> None:
    obs, given = market(), {"elasticity": 0.8, "noise_scale": 0.3, "pass_through": 0.4}
    draws = posterior(rate_floor=0.2, rate_excess=2.0, half_life_years=1.0, discoveries_per_year=20.0, **given)
    draws = draws.isel(family=[0]).drop_vars("own_innovation").assign_coords(family=["market"])
    reported = reported_quantities(draws, LAWS["plateau"], obs)
    ages = obs.last_time_years - obs.unit_birth[[obs.units.index(name) for name in "acd"]]
    assert ages == pytest.approx([5.0, 1.5, -0.5], abs=0.01)

    def rate(age: float) -> xr.DataArray:
        return draws["rate_floor"] + draws["rate_excess"] * 2.0 ** (-max(age, 0.0) / draws["half_life_years"])

    xr.testing.assert_allclose(reported["rate_now"], sum(rate(float(age)) for age in ages) / 3.0)
    xr.testing.assert_allclose(reported["rate_initial"], rate(0.0))
    # The frontier buyer sees the first year of each capability.
    grid = np.linspace(0.0, 1.0, 2001)
    mean_rate = xr.concat([rate(float(age)) for age in grid], "age").integrate("age") / 2000
    xr.testing.assert_allclose(reported["frontier_rate"], mean_rate, rtol=1e-4)

    def fallen(age: float) -> xr.DataArray:
        early = (draws["rate_floor"] + draws["rate_excess"]) * min(age, 0.0)
        old = max(age, 0.0)
        decayed = draws["half_life_years"] / np.log(2.0) * (1.0 - 2.0 ** (-old / draws["half_life_years"]))
        return early + draws["rate_floor"] * old + draws["rate_excess"] * decayed

    of_age = sum(fallen(float(age)) - fallen(float(age) - 1.0) for age in ages) / 3.0
    # The record is 16 steps long to a day, so that the last year is the last four.
    innovated = draws["common_innovation"].isel(step=slice(-4, None)).sum("step")
    xr.testing.assert_allclose(reported["rate_12m"], of_age + innovated, atol=2e-3)
    to_come = sum(fallen(float(age) + 1.0) - fallen(float(age)) for age in ages) / 3.0
    surprise = reported["rate_next_12m"] - to_come
    # Of full size: gains of 20 a year at a rate of 0.5.
    assert float(surprise.std()) == pytest.approx(0.5 * np.sqrt(2.0 / 20.0), rel=0.3)


def test_the_last_twelve_months_have_what_innovations_did_in_each_family(obs: PriceObservations) -> None:
    given = {"elasticity": 1.0, "noise_scale": 0.3, "pass_through": 0.4}
    draws = posterior(rate=1.2, discoveries_per_year=24.0, **given)
    reported = reported_quantities(draws, LAWS["discovery"], obs)
    innovated = draws["common_innovation"] + draws["own_innovation"].mean("family")
    wanted = draws["rate"] + innovated.isel(step=slice(-4, None)).sum("step")
    xr.testing.assert_allclose(reported["rate_12m"], wanted, atol=2e-3)
    exact = reported_quantities(posterior(rate=1.2, **given), LAWS["exponential"], obs)
    for name in ("rate_12m", "rate_next_12m"):
        xr.testing.assert_allclose(exact[name], exact["rate_now"])


def test_a_constant_rate_is_the_same_now_and_for_ever_and_at_the_frontier(obs: PriceObservations) -> None:
    draws = posterior(rate=1.2, discoveries_per_year=24.0, elasticity=1.0, noise_scale=0.3, pass_through=0.4)
    reported = reported_quantities(draws, LAWS["discovery"], obs)
    for name in ("rate_now", "rate_long_run", "frontier_rate"):
        xr.testing.assert_allclose(reported[name], draws["rate"])
    xr.testing.assert_allclose(reported["mean_log_gain"] * reported["discoveries_per_year"], draws["rate"])


def test_baumol_reports_the_stagnant_share_of_today(obs: PriceObservations) -> None:
    draws = posterior(
        progressive_rate=1.2,
        stagnant_logit=-3.5,
        stagnant_growth=0.035,
        discoveries_per_year=20.0,
        elasticity=0.8,
        noise_scale=0.3,
        pass_through=0.4,
    )
    reported = reported_quantities(draws, LAWS["baumol"], obs)
    at_birth = 1 / (1 + np.exp(-draws["stagnant_logit"]))
    age = obs.mean_age_at_last
    stagnant = at_birth * np.exp(draws["stagnant_growth"] * age)
    progressive = (1 - at_birth) * np.exp(-draws["progressive_rate"] * age)
    share = stagnant / (stagnant + progressive)
    xr.testing.assert_allclose(reported["stagnant_share"], share)
    xr.testing.assert_allclose(reported["rate_long_run"], -draws["stagnant_growth"])
    rates = []
    for own_age in obs.ages_at_last:
        odds = at_birth / (1 - at_birth) * np.exp((draws["progressive_rate"] + draws["stagnant_growth"]) * own_age)
        own = odds / (1 + odds)
        rates.append(draws["progressive_rate"] * (1 - own) - draws["stagnant_growth"] * own)
    xr.testing.assert_allclose(reported["rate_now"], (rates[0] + rates[1]) / 2.0)


def test_a_table_without_repeated_models_says_nothing_about_them() -> None:
    single = observations(
        pd.DataFrame(
            {"date": pd.to_datetime(["2020-01-01", "2021-01-01"]), "price": 1.0, "quality": 0.0, "family": "all"}
        )
    )
    draws = posterior(rate=1.0, elasticity=1.0, noise_scale=0.3).isel(family=[0]).assign_coords(family=["all"])
    reported = reported_quantities(draws, LAWS["exponential"], single)
    assert not {"pass_through", "same_model_rate"} & set(reported.data_vars)


@pytest.mark.parametrize(
    ("births", "stay"),
    [([0.0], 1.0), ([1.0, 1.0, 1.02], 1.0), ([0.0, 2.0], 2.0), ([-0.6, 1.16, 1.16, 2.16, 4.25], 4.8 / 3)],
)
def test_the_frontier_moves_on_when_the_next_band_opens(births: list[float], stay: float) -> None:
    assert frontier_stay_years(np.array(births)) == pytest.approx(stay, abs=0.03)


def by_name(families: int) -> dict[str, dict[str, float]]:
    """What the contract gets of a law with a constant rate, fitted to families that differ by factors of two."""
    names = [f"f{number}" for number in range(families)]
    frame = pd.DataFrame(
        {"date": pd.date_range("2020-01-01", periods=3 * families), "price": 1.0, "quality": 0.0, "family": names * 3}
    )
    draws = posterior(rate=1.0, elasticity=1.0, noise_scale=0.3, rate_spread=0.4).isel(family=[0] * families)
    draws = draws.assign_coords(family=names)
    draws["family_rate"] = draws["rate"] * xr.DataArray(
        2.0 ** -np.arange(families), dims="family", coords={"family": names}
    )
    return contract_parameters(reported_quantities(draws, LAWS["exponential"], observations(frame)))


@pytest.mark.parametrize("families", [2, 3, 4])
def test_the_table_comes_first_then_each_family_then_one_not_seen_yet(families: int) -> None:
    found = by_name(families)
    own = [f"rate_now[f{number}]" for number in range(families)]
    assert list(found)[: families + 2] == ["rate_now", *own, "rate_now_new_family"]
    means = [found[name]["mean"] for name in own]
    assert found["rate_now"]["mean"] == pytest.approx(np.mean(means))
    assert means == pytest.approx([means[0] / 2.0**number for number in range(families)])
    # The population's rate is 1: a family not seen yet lies around it, with the population's spread of 0.4 in the log.
    new = found["rate_now_new_family"]
    assert np.log(new["q95"] / new["q05"]) / (2 * 1.645) == pytest.approx(math.hypot(0.4, 0.1), rel=0.35)


def test_one_family_has_no_population_to_report() -> None:
    found = by_name(1)
    assert not [name for name in found if "[" in name or "new_family" in name]
    assert {"rate_now", "rate_long_run"} <= set(found)


def test_the_contract_gets_scalars_only_with_their_quantiles() -> None:
    values = np.linspace(-1.0, 1.0, 101).reshape(1, 101)
    dataset = xr.Dataset(
        {"x": (("chain", "draw"), values), "by_family": (("chain", "draw", "family"), np.zeros((1, 101, 2)))}
    )
    assert contract_parameters(dataset) == {
        "x": {
            "mean": pytest.approx(0.0, abs=1e-12),
            "sd": pytest.approx(values.std(ddof=1)),
            "q05": pytest.approx(-0.9),
            "q50": pytest.approx(0.0, abs=1e-12),
            "q95": pytest.approx(0.9),
        }
    }


def test_the_claim_is_a_fall_of_15_to_20_percent_a_year() -> None:
    low, high = FLOOR_CLAIM
    assert (1 - math.exp(-low), 1 - math.exp(-high)) == pytest.approx((0.15, 0.20))
    assert probability_of_claim(-np.log(1 - np.array([0.10, 0.16, 0.19, 0.25]))) == 0.5
