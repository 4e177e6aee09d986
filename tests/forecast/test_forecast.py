"""Origins, what an origin may know, what it draws anew, and proper scores against closed forms."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from costfloor.fit.posterior import Draws, innovations, unit_means
from costfloor.fit.result import Fit
from costfloor.forecast.origins import (
    MIN_SCORED_ROWS,
    MIN_SEEN_ROWS,
    _unit_log_density,
    extend,
    forecast_origins,
    score_forecast,
    unit_spread,
)
from costfloor.forecast.scores import crps, jackknife_mcse
from costfloor.laws import LAWS
from costfloor.laws.innovations import COMMON_SHARE, grid_steps
from costfloor.laws.observations import PriceObservations, observations, subset
from costfloor.laws.simulate import MarketDesign, simulate_market
from hypothesis import given
from hypothesis import strategies as st
from plain_draws import law_values
from scipy import integrate, stats
from scipy.special import logsumexp

NORMAL_TAIL = 1e7
"""Degrees of freedom at which Student-t noise is normal."""

CASES = st.integers(0, 2**32 - 1)


def log_mean_exp(log_density: np.ndarray) -> np.ndarray:
    return np.asarray(logsumexp(log_density, axis=0) - np.log(len(log_density)))


# ---------------------------------------------------------------- scores


@pytest.mark.parametrize(("observed", "sd"), [(0.0, 1.0), (1.3, 1.0), (-4.0, 0.5), (0.2, 3.0)])
def test_crps_of_a_normal_forecast_is_the_closed_form(observed: float, sd: float) -> None:
    size = 4000
    simulated = stats.norm(0, sd).ppf((np.arange(size) + 0.5) / size)[:, None]
    z = observed / sd
    closed = sd * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert crps(simulated, np.array([observed]))[0] == pytest.approx(closed, abs=2e-3 * sd)


@given(CASES)
def test_crps_is_its_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    simulated, observed = rng.normal(size=(int(rng.integers(1, 30)), 4)), rng.normal(size=4)
    apart = np.abs(simulated[:, None, :] - simulated[None, :, :]).mean(axis=(0, 1))
    definition = np.abs(simulated - observed).mean(axis=0) - 0.5 * apart
    np.testing.assert_allclose(crps(simulated, observed), definition, atol=1e-12)
    np.testing.assert_allclose(crps(rng.permutation(simulated), observed), definition, atol=1e-12)


@given(CASES)
def test_crps_of_a_point_forecast_is_the_absolute_error(seed: int) -> None:
    rng = np.random.default_rng(seed)
    point, observed = rng.normal(size=3), rng.normal(size=3)
    np.testing.assert_allclose(crps(np.tile(point, (7, 1)), observed), np.abs(point - observed), atol=1e-12)


# ---------------------------------------------------------------- origins


def dated(dates: pd.DatetimeIndex) -> PriceObservations:
    size = len(dates)
    quality = np.linspace(-1, 1, size)
    return observations(
        pd.DataFrame({"date": dates, "price": np.exp(-np.arange(size) / size), "quality": quality, "family": "f"})
    )


def test_the_last_origin_is_a_horizon_before_the_end_and_the_others_a_quarter_of_it_earlier() -> None:
    obs = dated(pd.date_range("2021-01-01", "2024-12-31", freq="10D").append(pd.DatetimeIndex(["2024-12-31"])))
    origins = forecast_origins(obs, 12)
    assert [str(origin.date.date()) for origin in origins] == ["2023-06-30", "2023-09-30", "2023-12-31"]
    half_year = [str(origin.date.date()) for origin in forecast_origins(obs, 6)]
    assert half_year == ["2024-04-30", "2024-05-31", "2024-06-30"]
    assert len(forecast_origins(obs, 1)) == 0, "three prices a month are too few to score"


def test_prices_of_the_next_weeks_leave_the_origins_where_they_are() -> None:
    found = set()
    for last in ("2024-12-31", "2025-01-10", "2025-01-30"):
        obs = dated(pd.date_range("2021-01-01", last, freq="10D").append(pd.DatetimeIndex([last])))
        origins = forecast_origins(obs, 12)
        found.add((*(origin.date for origin in origins), *(subset(obs, origin.seen).n for origin in origins)))
        # A whole horizon is there to be scored.
        assert all(origin.date + pd.DateOffset(months=12) <= obs.last for origin in origins)
    assert len(found) == 1


@pytest.mark.parametrize("horizon", [3, 6, 12, 18])
def test_seen_and_scored_rows_lie_on_their_sides_of_the_origin(horizon: int) -> None:
    dates = pd.date_range("2021-01-01", "2024-12-31", freq="5D")
    obs = dated(dates)
    origins = forecast_origins(obs, horizon)
    assert len(origins) == 3
    for origin in origins:
        assert (dates[origin.seen] <= origin.date).all()
        assert (dates[~origin.seen] > origin.date).all()
        end = origin.date + pd.DateOffset(months=horizon)
        assert (dates[origin.scored] > origin.date).all()
        assert (dates[origin.scored] <= end).all()
        assert (dates[~origin.seen & ~origin.scored] > end).all()
        assert origin.rows_seen == origin.seen.sum()
        assert origin.rows_scored == origin.scored.sum()
    # Months differ in length by up to three days.
    assert (obs.last - (origins[-1].date + pd.DateOffset(months=horizon))).days <= 3


def test_an_origin_needs_rows_history_and_something_to_score() -> None:
    years = dated(pd.date_range("2021-01-01", "2024-12-31", freq="10D"))
    assert len(forecast_origins(years, 12)) == 3
    # Fewer than 50 rows before the earlier origins.
    thin = dated(pd.date_range("2021-01-01", "2024-12-31", freq="21D"))
    seen = [int((thin.time_years <= 3.0 - quarter / 4).sum()) for quarter in range(3)]
    assert seen[0] >= MIN_SEEN_ROWS > seen[2]
    assert 1 <= len(forecast_origins(thin, 12)) < 3
    # Less than a year of history before every origin.
    assert forecast_origins(dated(pd.date_range("2023-06-01", "2024-12-31", freq="2D")), 12) == ()
    # Nothing much within the horizon.
    early = pd.date_range("2021-01-01", "2023-01-01", freq="5D").append(pd.DatetimeIndex(["2024-12-31"]))
    assert MIN_SCORED_ROWS > 1
    assert forecast_origins(dated(early), 12) == ()


def test_a_single_date_has_no_origin() -> None:
    assert forecast_origins(dated(pd.DatetimeIndex(["2024-01-01"] * 100)), 12) == ()


# ---------------------------------------------------------------- what an origin may know


def market(seed: int = 3) -> pd.DataFrame:
    """Models A to D with repeated quotes; family new, host new and model D first appear in 2024."""
    rng = np.random.default_rng(seed)
    rows = []
    for model, family, quality, hosts, months in [
        ("A", "old", 0.5, ["h1", "h2"], range(0, 36, 3)),
        ("B", "old", -0.5, ["h1"], range(2, 36, 3)),
        ("C", "mid", 0.2, ["h2"], range(12, 36, 3)),
        ("C2", "mid", 0.9, ["h1", "h new"], range(26, 36, 2)),
        ("D", "new", 0.1, ["h1", "h new"], range(27, 36, 2)),
        ("E", "new", -0.3, ["h2"], range(28, 36, 2)),
    ]:
        rows += [
            {
                "date": pd.Timestamp("2022-01-01") + pd.DateOffset(months=month),
                "family": family,
                "model": model,
                "host": host,
                "quality": quality,
                "price": float(np.exp(1 - month / 24 + 0.2 * rng.standard_normal())),
            }
            for month in months
            for host in hosts
        ]
    return pd.DataFrame(rows)


OBS = observations(market())
SEEN = OBS.time_years < 1.99
ENTRY_AGE = OBS.unit_entry_time - OBS.unit_birth
PAST = subset(OBS, SEEN)


def test_the_made_up_market_has_something_new_of_each_kind() -> None:
    assert OBS.models_repeat
    assert set(OBS.families) - set(PAST.families) == {"new"}
    assert set(OBS.hosts) - set(PAST.hosts) == {"h new"}
    assert set(OBS.units) - set(PAST.units) == {"C2", "D", "E"}


def test_the_past_holds_no_scored_row() -> None:
    assert PAST.n == SEEN.sum() < OBS.n
    np.testing.assert_array_equal(PAST.log_price, OBS.log_price[SEEN])
    assert PAST.last < pd.Timestamp("2024-01-01")
    assert [PAST.units[code] for code in PAST.unit] == [OBS.units[code] for code in OBS.unit[SEEN]]
    assert [PAST.hosts[code] for code in PAST.host] == [OBS.hosts[code] for code in OBS.host[SEEN]]
    assert [PAST.families[code] for code in PAST.family] == [OBS.families[code] for code in OBS.family[SEEN]]
    assert PAST.data_hash != OBS.data_hash


@given(st.floats(0.01, 100), CASES)
def test_scored_prices_cannot_change_what_the_fit_sees(factor: float, seed: int) -> None:
    frame = market()
    later = frame["date"] >= pd.Timestamp("2024-01-01")
    noise = np.random.default_rng(seed).lognormal(size=int(later.sum()))
    other = frame.copy()
    other.loc[later, "price"] = factor * noise
    obs = observations(other)
    assert obs.data_hash != OBS.data_hash
    past = subset(obs, obs.time_years < 1.99)
    assert past.data_hash == PAST.data_hash
    for name in ("log_price", "time_years", "unit", "host", "unit_quality", "unit_birth", "family_birth"):
        np.testing.assert_array_equal(getattr(past, name), getattr(PAST, name))


def test_a_seen_price_does_change_it() -> None:
    frame = market()
    frame.loc[frame["date"].idxmin(), "price"] *= 1.0001
    obs = observations(frame)
    assert subset(obs, obs.time_years < 1.99).data_hash != PAST.data_hash


def test_the_units_of_the_past_keep_their_order() -> None:
    assert [OBS.units[code] for code in np.unique(OBS.unit[SEEN])] == list(PAST.units)


# ---------------------------------------------------------------- what is drawn anew

SIZE = 20_000
POPULATION = {"rate": 1.1, "rate_spread": 0.35, "discoveries_per_year": 20.0}


def draws_of(law: str, past: PriceObservations, size: int, rng: np.random.Generator, **given_values: Any) -> Draws:
    """Draws for the families, hosts and units of `past`, with known population values and random members and innovations."""
    families, steps = len(past.families), grid_steps(past.last_time_years)
    values: dict[str, Any] = {
        **law_values(LAWS[law], past, POPULATION),
        "level": 0.5,
        "level_spread": 0.6,
        "elasticity": 0.4,
        "elasticity_spread": 0.25,
        "model_spread": 0.5,
        "host_spread": 0.3,
        "pass_through": 0.3,
        "noise_scale": 0.2,
        "noise_tail": NORMAL_TAIL,
        "family_start": rng.normal(size=(size, families)),
        "family_elasticity": rng.normal(size=(size, families)),
        "host_effect": rng.normal(size=(size, max(1, len(past.hosts)))),
        "unit_level": rng.normal(size=(size, max(1, len(past.units)))),
    }
    for name in LAWS[law].family_parameters:
        values[f"family_{name}"] = np.abs(rng.normal(1.0, 0.2, size=(size, families)))
    if LAWS[law].innovations:
        values["common_innovation"] = 0.1 * rng.normal(size=(size, steps))
        if families > 1:
            values["own_innovation"] = 0.1 * rng.normal(size=(size, families, steps))
    values |= given_values
    return Draws(
        LAWS[law], {name: np.full(size, value) if np.ndim(value) == 0 else value for name, value in values.items()}
    )


def check_normal(sample: np.ndarray, mean: float, sd: float) -> None:
    """Mean and standard deviation within four Monte Carlo errors, and no sign of another shape."""
    assert abs(sample.mean() - mean) < 4 * sd / np.sqrt(len(sample))
    assert abs(sample.std() / sd - 1) < 4 / np.sqrt(2 * len(sample))
    assert stats.kstest(sample, stats.norm(mean, sd).cdf).pvalue > 1e-4


@pytest.mark.parametrize("law", LAWS)
def test_what_was_seen_keeps_its_draws(law: str) -> None:
    rng = np.random.default_rng(11)
    draws = draws_of(law, PAST, 50, rng)
    extended = extend(draws, OBS, SEEN, rng)
    families = [OBS.families.index(name) for name in PAST.families]
    by_family = ["family_start", "family_elasticity", *(f"family_{name}" for name in LAWS[law].family_parameters)]
    for name in by_family:
        assert extended[name].shape == (50, len(OBS.families))
        np.testing.assert_array_equal(extended[name][:, families], draws[name])
    np.testing.assert_array_equal(
        extended["host_effect"][:, [OBS.hosts.index(name) for name in PAST.hosts]], draws["host_effect"]
    )
    np.testing.assert_array_equal(
        extended["unit_level"][:, [OBS.units.index(name) for name in PAST.units]], draws["unit_level"]
    )
    for name in ("noise_scale", "level", "pass_through"):
        np.testing.assert_array_equal(extended[name], draws[name])
    assert "family_start" in draws
    assert draws["family_start"].shape == (50, len(PAST.families)), "the fit's own draws stay as they were"


@pytest.mark.parametrize("law", LAWS)
def test_new_families_hosts_and_units_come_from_their_population(law: str) -> None:
    rng = np.random.default_rng(12)
    draws = draws_of(law, PAST, SIZE, rng)
    extended = extend(draws, OBS, SEEN, rng)
    new = OBS.families.index("new")
    for name, parameter in LAWS[law].family_parameters.items():
        sample, center = extended[f"family_{name}"][:, new], float(draws[name][0])
        if parameter.spread is None:
            assert (sample == center).all()
            continue
        spread = float(draws[parameter.spread.name][0])
        if parameter.positive:
            check_normal(np.log(sample), float(np.log(center)), spread)
        else:
            check_normal(sample, center, spread)
    check_normal(extended["family_elasticity"][:, new], 0.4, 0.25)
    check_normal(extended["host_effect"][:, OBS.hosts.index("h new")], 0.0, 0.3)
    # A new unit of a family that was seen: around what the law expects, which the known innovations fix at its entry.
    if not LAWS[law].innovations:
        unit = OBS.units.index("C2")
        family = OBS.unit_family[unit]
        decline = LAWS[law].decline(extended.family(np.array([family])), ENTRY_AGE[[unit]])[:, 0]
        quality = extended["family_elasticity"][:, family] * OBS.unit_quality[unit] / OBS.quality_scale
        around = extended["unit_level"][:, unit] - (extended["family_start"][:, family] + quality - decline)
        check_normal(around, 0.0, 0.5)


@pytest.mark.parametrize("law", [name for name, law in LAWS.items() if law.innovations])
def test_innovations_of_a_new_family_are_the_common_ones_and_new_ones_of_its_own(law: str) -> None:
    rng = np.random.default_rng(14)
    draws = draws_of(law, PAST, SIZE, rng)
    extended = extend(draws, OBS, SEEN, rng)
    known, steps = grid_steps(PAST.last_time_years), grid_steps(OBS.last_time_years)
    assert known < steps
    old, new = [OBS.families.index(name) for name in PAST.families], OBS.families.index("new")
    common, own = extended["common_innovation"], extended["own_innovation"]
    np.testing.assert_array_equal(common[:, :known], draws["common_innovation"])
    np.testing.assert_array_equal(own[:, old, :known], draws["own_innovation"])
    np.testing.assert_array_equal(innovations(extended, steps, rng), common[:, None] + own)
    # What is drawn anew: the whole history of the new family, and what comes after the origin for all.
    kind = LAWS[law].innovations
    assert kind is not None
    parameters = {name: float(draws[name][0]) for name in ("innovation_rate", *(prior.name for prior in kind.priors))}
    whole = kind.fresh(np.random.default_rng(15), (400_000,), parameters)
    later = [
        common[:, known:] / COMMON_SHARE,
        *(part / (1 - COMMON_SHARE) for part in (own[:, :, known:], own[:, new])),
    ]
    for sample in later:
        size = sample.size
        assert abs(sample.mean()) < 5 * whole.std() / np.sqrt(size)
        assert sample.std() == pytest.approx(whole.std(), rel=0.05)
        assert stats.ks_2samp(sample.ravel()[:: size // 5000], whole).pvalue > 1e-4
    limit = 5 / np.sqrt(SIZE)
    for one, other in ((own[:, new, 0], own[:, old[0], 0]), (own[:, new, -1], common[:, -1])):
        assert abs(np.corrcoef(one, other)[0, 1]) < limit


def test_a_new_family_opens_at_the_populations_level() -> None:
    rng = np.random.default_rng(13)
    extended = extend(draws_of("exponential", PAST, SIZE, rng), OBS, SEEN, rng)
    check_normal(extended["family_start"][:, OBS.families.index("new")], 0.5, 0.6)


def test_weights_that_an_origin_had_not_seen_have_the_effect_of_the_prior() -> None:
    rng = np.random.default_rng(16)
    frame = market().assign(open_weights=lambda rows: rows["date"] >= "2024-01-01")
    obs = observations(frame)
    whole, past = subset(obs, np.ones(obs.n, bool), measured_by=SEEN), subset(obs, SEEN)
    assert not past.open_weights_differ
    draws = draws_of("exponential", past, SIZE, rng)
    assert "open_effect" not in draws
    check_normal(extend(draws, whole, SEEN, rng)["open_effect"], 0.0, 1.0)
    assert "open_effect" not in extend(draws, OBS, SEEN, rng)


def test_a_market_is_extended_by_models_and_hosts_alone() -> None:
    rng = np.random.default_rng(17)
    design = MarketDesign(models=40, rows=80, hosts=3)
    obs = observations(simulate_market(LAWS["discovery"], {"rate": 1.0, "discoveries_per_year": 20.0}, design, seed=3))
    seen = obs.time_years < 2.99
    past, whole = subset(obs, seen), subset(obs, np.ones(obs.n, bool), measured_by=seen)
    draws = draws_of("discovery", past, SIZE, rng, open_effect=-0.3)
    extended = extend(draws, whole, seen, rng)
    for name, values in draws.values.items():
        if name not in {"common_innovation", "unit_level", "host_effect"}:
            np.testing.assert_array_equal(extended[name], values)
    known = draws["common_innovation"].shape[1]
    np.testing.assert_array_equal(extended["common_innovation"][:, :known], draws["common_innovation"])
    ahead = extended["common_innovation"][:, known:]
    rate, arrivals = float(draws["innovation_rate"][0]), float(draws["discoveries_per_year"][0])
    assert ahead.var() == pytest.approx(2.0 * rate**2 / arrivals * 0.25, rel=0.05)
    # A model to come enters on the line of the last date that the fit knew, and its capability has a negative age there.
    new = np.setdiff1d(np.arange(len(whole.unit_family)), whole.unit[seen])
    assert (whole.unit_birth[new] > whole.reference_years).any()
    increments = innovations(extended, grid_steps(whole.last_time_years), rng)
    means = unit_means(extended, whole, increments)
    for unit in new:
        gap = (extended["unit_level"][:, unit] - means[:, unit]) / unit_spread(extended, whole)[:, unit]
        check_normal(gap, 0.0, 1.0)


def test_uncertain_quality_widens_a_units_level() -> None:
    vague = replace(OBS, unit_quality_sd=np.full(len(OBS.units), 0.7))
    draws = extend(draws_of("exponential", PAST, 10, np.random.default_rng(1)), OBS, SEEN, np.random.default_rng(2))
    np.testing.assert_allclose(unit_spread(draws, OBS), 0.5)
    slope = draws["family_elasticity"][:, OBS.unit_family] / OBS.quality_scale
    np.testing.assert_allclose(unit_spread(draws, vague), np.sqrt(0.25 + (0.7 * slope) ** 2))


# ---------------------------------------------------------------- joint density of a unit


def scored_units(draws: Draws, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows after the origin, the units they belong to, and their log densities."""
    rows = np.flatnonzero(~SEEN)
    return rows, np.unique(OBS.unit[rows]), log_mean_exp(_unit_log_density(draws, OBS, SEEN, rows, rng, None))


HOST_KNOWN = np.isin(OBS.host, OBS.host[SEEN])


def residuals(draws: Draws, own: np.ndarray, unit: int) -> np.ndarray:
    """Observed log prices of a unit's rows less all that is known but its level, for a law without innovations and one draw."""
    family = OBS.unit_family[unit]
    decline = LAWS["exponential"].decline(draws.family(np.array([family])), OBS.age_years[own])[0]
    at_entry = LAWS["exponential"].decline(draws.family(np.array([family])), ENTRY_AGE[[unit]])[0, 0]
    fallen = draws["pass_through"][0] * (decline - at_entry)
    known_effect = np.where(HOST_KNOWN[own], draws["host_effect"][0, OBS.host[own]], 0.0)
    return np.asarray(OBS.log_price[own] + fallen - known_effect)


def same_unknown_host(own: np.ndarray) -> np.ndarray:
    """Whether two rows stand at one host that the origin had not seen."""
    host = OBS.host[own]
    return np.asarray((host[:, None] == host) & ~HOST_KNOWN[own])


def law_mean(draws: Draws, unit: int) -> float:
    family = OBS.unit_family[unit]
    quality = draws["family_elasticity"][0, family] * OBS.unit_quality[unit] / OBS.quality_scale
    return float(draws["family_start"][0, family] + quality - draws["family_rate"][0, family] * ENTRY_AGE[unit])


def test_with_normal_noise_the_rows_of_a_unit_are_jointly_normal() -> None:
    rng = np.random.default_rng(21)
    draws = extend(draws_of("exponential", PAST, 1, rng, noise_scale=0.4), OBS, SEEN, rng)
    rows, units, scores = scored_units(draws, rng)
    known = set(OBS.unit[SEEN].tolist())
    assert 0 < len(known & set(units.tolist())) < len(units)
    for unit, got in zip(units, scores, strict=True):
        own = rows[OBS.unit[rows] == unit]
        level = draws["unit_level"][0, unit] if unit in known else law_mean(draws, unit)
        shared = 0.0 if unit in known else 0.5**2
        covariance = 0.4**2 * np.eye(len(own)) + shared + 0.3**2 * same_unknown_host(own)
        mean = np.full(len(own), level)
        joint = stats.multivariate_normal(mean, covariance).logpdf(residuals(draws, own, unit))
        assert got == pytest.approx(joint, abs=1e-3), OBS.units[unit]


def test_with_heavy_tails_the_level_is_integrated_out() -> None:
    rng = np.random.default_rng(22)
    draws = extend(draws_of("exponential", PAST, 1, rng, noise_scale=0.4, noise_tail=2.0), OBS, SEEN, rng)
    rows, units, scores = scored_units(draws, rng)
    seen_units = set(OBS.unit[SEEN].tolist())
    for unit, got in zip(units, scores, strict=True):
        if unit in seen_units:
            continue
        own = rows[OBS.unit[rows] == unit]
        target, mean = residuals(draws, own, unit), law_mean(draws, unit)
        known = HOST_KNOWN[own]
        levels, effects = np.linspace(mean - 5, mean + 5, 1001)[:, None], np.linspace(-2.5, 2.5, 501)
        density = stats.norm(mean, 0.5).pdf(levels[:, 0]) * stats.t(4.0, levels, 0.4).pdf(target[known]).prod(axis=1)
        if not known.all():
            assert len(set(OBS.host[own][~known])) == 1
            noise = stats.t(4.0, (levels + effects)[..., None], 0.4).pdf(target[~known]).prod(axis=-1)
            density *= integrate.simpson(noise * stats.norm(0, 0.3).pdf(effects), x=effects)
        assert got == pytest.approx(np.log(integrate.simpson(density, x=levels[:, 0])), abs=2e-3), OBS.units[unit]


def test_over_draws_the_density_not_its_log_is_averaged() -> None:
    rng = np.random.default_rng(23)
    draws = extend(draws_of("exponential", PAST, 40, rng), OBS, SEEN, rng)
    _, _, together = scored_units(draws, rng)
    single = []
    for index in range(40):
        one = Draws(draws.law, {name: values[[index]] for name, values in draws.values.items()})
        single.append(scored_units(one, rng)[2])
    np.testing.assert_allclose(together, np.log(np.exp(single).mean(axis=0)), rtol=1e-10)


def test_without_repeated_models_every_row_is_scored_alone() -> None:
    rng = np.random.default_rng(24)
    frame = market().drop(columns=["model", "host"])
    obs = observations(frame)
    seen = obs.time_years < 1.99
    fitted = draws_of("exponential", subset(obs, seen), 1, rng, noise_scale=0.6)
    # What such a fit does not have.
    own = {name: values for name, values in fitted.values.items() if name not in {"model_spread", "pass_through"}}
    draws = extend(Draws(fitted.law, own), obs, seen, rng)
    rows = np.flatnonzero(obs.time_years >= 1.99)
    family = obs.family[rows]
    quality = draws["family_elasticity"][0, family] * obs.quality[rows] / obs.quality_scale
    expected = draws["family_start"][0, family] + quality - draws["family_rate"][0, family] * obs.age_years[rows]
    np.testing.assert_allclose(
        log_mean_exp(_unit_log_density(draws, obs, seen, rows, rng, None)),
        stats.norm(expected, 0.6).logpdf(obs.log_price[rows]),
        atol=1e-4,
    )


@pytest.mark.parametrize("autocorrelation", [0.0, 0.9])
def test_the_monte_carlo_error_is_that_of_repeated_sampling(autocorrelation: float) -> None:
    # Ten units under the same draws: their errors do not average out. The draws are a stationary AR(1) chain.
    rng, repeats, size = np.random.default_rng(1), 200, 4000
    shocks = rng.standard_normal((size + 200, repeats)) * np.sqrt(1 - autocorrelation**2)
    chain = np.zeros_like(shocks)
    for step in range(1, len(shocks)):
        chain[step] = autocorrelation * chain[step - 1] + shocks[step]
    units = np.linspace(-1.0, 1.0, 10)
    densities = [stats.norm(path[:, None] + units, 1.5).logpdf(0.7) for path in chain[200:].T]
    sums = [log_mean_exp(density).sum() for density in densities]
    estimates = [jackknife_mcse(density) for density in densities]
    assert np.mean(estimates) == pytest.approx(np.std(sums), rel=0.2)


def test_a_unit_that_one_draw_explains_has_a_large_monte_carlo_error() -> None:
    density = np.full((100, 1), -800.0)
    density[3] = 0.0
    assert 1.0 < jackknife_mcse(density) < np.inf


def fit_with(draws: Draws) -> Fit:
    """A fit that holds these draws, in one chain."""
    data = {
        name: (("chain", "draw", *(f"{name}_{axis}" for axis in range(values.ndim - 1))), values[None])
        for name, values in draws.values.items()
    }
    return Fit(draws.law, {}, xr.Dataset(data), xr.Dataset())


@pytest.mark.parametrize("law", LAWS)
def test_a_forecast_is_scored_row_by_row_and_unit_by_unit(law: str) -> None:
    fit = fit_with(draws_of(law, PAST, 400, np.random.default_rng(25)))
    scored = ~SEEN
    score = score_forecast(fit, OBS, SEEN, scored, seed=1)
    units = np.unique(OBS.unit[scored])
    assert score.unit_elpd.shape == score.unit_quarter.shape == units.shape
    assert score.crps.shape == score.covered90.shape == (int(scored.sum()),)
    assert np.isfinite(score.unit_elpd).all()
    assert (score.crps > 0).all()
    np.testing.assert_array_equal(score.unit, units)
    for unit, quarter in zip(units, score.unit_quarter, strict=True):
        first = OBS.time_years[scored & (OBS.unit == unit)].min()
        assert quarter <= first / 0.25 < quarter + 1
    again = score_forecast(fit, OBS, SEEN, scored, seed=1)
    np.testing.assert_array_equal(again.unit_elpd, score.unit_elpd)
    np.testing.assert_array_equal(again.crps, score.crps)


def test_coverage_is_that_of_the_interval_when_the_forecast_is_the_truth() -> None:
    """Prices drawn from the forecast itself lie within its 90 % interval nine times in ten."""
    rng = np.random.default_rng(26)
    rows = 3000
    frame = pd.DataFrame(
        {
            "date": pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.integers(0, 1096, rows), "D"),
            "family": "f",
            "quality": rng.normal(size=rows),
            "price": 1.0,
        }
    )
    frame.loc[0, "date"] = pd.Timestamp("2022-01-01")
    blank = observations(frame)
    past = subset(blank, blank.time_years < 1.99)
    known = {"family_start": 0.5, "family_elasticity": 0.4, "family_rate": 1.1}
    fixed = {name: np.full((2000, 1), value) for name, value in known.items()}
    draws = draws_of("exponential", past, 2000, rng, **fixed)
    expected = 0.5 + 0.4 * blank.quality / blank.quality_scale - 1.1 * blank.age_years
    obs = replace(blank, log_price=expected + 0.2 * rng.standard_normal(rows))
    scored = obs.time_years >= 1.99
    score = score_forecast(fit_with(draws), obs, blank.time_years < 1.99, scored, seed=3)
    n = int(scored.sum())
    assert abs(score.covered90.mean() - 0.9) < 4 * np.sqrt(0.09 / n)
    # The entropy of the noise, and the mean of the closed form, for a calibrated normal forecast.
    assert score.unit_elpd.mean() == pytest.approx(-np.log(0.2 * np.sqrt(2 * np.pi * np.e)), abs=4 / np.sqrt(2 * n))
    assert score.crps.mean() == pytest.approx(0.2 / np.sqrt(np.pi), abs=4 * 0.2 / np.sqrt(n))
