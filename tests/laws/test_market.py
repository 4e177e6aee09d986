"""One market on a continuous clock of capability: births by model, one line of price on capability, negative ages."""

import math
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from costfloor.fit.fit import sample_law
from costfloor.fit.posterior import Draws, expected_log_price, innovations, log_likelihood, unit_means
from costfloor.laws import LAWS, Law
from costfloor.laws.base import fallen, rate_at
from costfloor.laws.few_families import fitted_law
from costfloor.laws.innovations import path_at
from costfloor.laws.model import build_model
from costfloor.laws.observations import PriceObservations, observations, subset
from costfloor.laws.simulate import MARKET_TRUTH, MarketDesign, simulate_market
from costfloor.sampling.policy import Sampling
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, t

DESIGN = MarketDesign(models=24, rows=50, hosts=3)
TRUTH = {"rate_floor": 0.4, "rate_excess": 1.6, "half_life_years": 1.5, "discoveries_per_year": 30.0}

every_law = pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)


def table(seed: int = 1, *, models: bool = True, hosts: bool = True) -> pd.DataFrame:
    frame = simulate_market(LAWS["plateau"], TRUTH, DESIGN, seed)
    left_out = [name for name, there in (("model", models), ("entry", models), ("host", hosts)) if not there]
    return frame.drop(columns=left_out)


def family_table(families: int) -> pd.DataFrame:
    """The market's rows as a table of families, each with the birth of all of its models; some prices are older than it."""
    frame = table().drop(columns=["birth", "open_weights"])
    code = frame["model"].str[-3:].astype(int) % families
    births = pd.to_datetime(["2020-03-01", "2021-09-01", "2021-01-01", "2019-01-01"])
    return frame.assign(family=[f"f{number}" for number in code], family_birth=births[code])


def at_random_point(law: Law, obs: PriceObservations, seed: int) -> tuple[float, np.ndarray, Draws]:
    """The graph's log likelihood at a random point, its log density of the units' levels, and all its named values there."""
    model, rng = build_model(law, obs), np.random.default_rng(seed)
    named = [*model.free_RVs, *model.deterministics]
    levels = model.logp(vars=[model["unit_level"]], sum=False) if obs.models_repeat else []
    wanted = [*model.replace_rvs_by_values([*model.potentials, *named]), *levels]
    with model:
        compiled = model.compile_fn(wanted, inputs=model.value_vars, mode="FAST_COMPILE")
    start = model.initial_point()
    total, *values = compiled({name: value + rng.normal(0.0, 0.5, np.shape(value)) for name, value in start.items()})
    draws = {variable.name: np.asarray(value)[None] for variable, value in zip(named, values, strict=False)}
    return float(total), np.asarray(values[-1]), Draws(law, draws)


# ---------------------------------------------------------------- ages before birth


@every_law
@given(age=st.floats(1e-7, 1e-5), early=st.floats(-3.0, 0.0), seed=st.integers(0, 10**6))
def test_before_its_birth_a_capability_falls_at_its_first_rate(law: Law, age: float, early: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    parameters = {name: p.population.draw(1, rng) for name, p in law.family_parameters.items()}
    first = float(law.rate(parameters, 0.0)[0])
    assert float(fallen(law, parameters, np.array([early]))[0]) == pytest.approx(first * early)
    assert float(rate_at(law, parameters, np.array([early]))[0]) == pytest.approx(first)
    # Level and slope go through the birth without a step.
    around = np.array([-age, 0.0, age])
    before, at, after = fallen(law, parameters, around)
    assert at == 0.0
    assert after == pytest.approx(-before, rel=1e-2, abs=1e-9)
    later = np.array([0.0, 0.5, 2.0])
    assert fallen(law, parameters, later) == pytest.approx(law.decline(parameters, later))
    assert rate_at(law, parameters, later) == pytest.approx(law.rate(parameters, later))


# ---------------------------------------------------------------- the graph


@pytest.mark.parametrize(
    ("law", "models", "hosts"),
    [*((law, True, True) for law in LAWS.values()), (LAWS["encompassing"], False, False)],
    ids=lambda given: getattr(given, "name", given),
)
def test_the_graph_and_a_direct_computation_agree(law: Law, models: bool, hosts: bool) -> None:
    """The graph has each distinct moment (time, birth) once; NumPy works every unit and row out by itself."""
    obs = observations(table(models=models, hosts=hosts))
    assert obs.births_differ
    assert obs.ahead_of_market
    for seed in range(2):
        total, _, draws = at_random_point(fitted_law(law, obs), obs, seed)
        expected = expected_log_price(draws, obs, np.random.default_rng(0))
        assert log_likelihood(draws, obs, expected).sum() == pytest.approx(total, rel=1e-9)


def test_the_graph_is_the_model_as_it_is_written_down() -> None:
    obs = observations(table())
    _, levels, draws = at_random_point(fitted_law(LAWS["plateau"], obs), obs, 3)
    one = {name: value[0] for name, value in draws.values.items()}
    last, units = obs.last_time_years, np.arange(len(obs.unit_family))

    def declined(unit: int, time: float) -> float:
        age = time - obs.unit_birth[unit]
        floor, excess, half_life = one["rate_floor"], one["rate_excess"], one["half_life_years"]
        of_age = (floor + excess) * age
        if age > 0.0:
            of_age = floor * age + excess * half_life / math.log(2.0) * (1.0 - 0.5 ** (age / half_life))
        path = path_at(one["common_innovation"][None, None], np.zeros(1, int), np.array([time]))
        return float(of_age + path[0, 0])

    x = np.array([declined(unit, obs.unit_entry_time[unit]) - declined(unit, last) for unit in units])
    z = (obs.unit_capability - obs.centres[0]) / obs.quality_scale
    of_open = one["open_effect"] * (obs.unit_open - obs.unit_open.mean())
    expected = one["family_level"][0] + one["elasticity"] * z + of_open - (x - x.mean())
    spread = np.hypot(one["model_spread"], one["elasticity"] * obs.unit_quality_sd / obs.quality_scale)
    assert levels == pytest.approx(norm(expected, spread).logpdf(one["unit_level"]), rel=1e-8)
    now = np.array([declined(unit, time) for unit, time in zip(obs.unit, obs.time_years, strict=True)])
    entry = np.array([declined(unit, obs.unit_entry_time[unit]) for unit in units])
    by_hand = one["unit_level"][obs.unit] - one["pass_through"] * (now - entry[obs.unit]) + one["host_effect"][obs.host]
    assert expected_log_price(draws, obs, np.random.default_rng(0))[0] == pytest.approx(by_hand)


def test_one_market_has_one_path_and_no_population() -> None:
    obs = observations(table())
    names = {variable.name for variable in build_model(fitted_law(LAWS["plateau"], obs), obs).free_RVs}
    assert "common_z" in names
    assert not names & {"own_z", "level_spread", "elasticity_spread", "rate_floor_spread", "elasticity"}
    assert {"elasticity_raw", "open_effect"} <= names
    shut = observations(table().assign(open_weights=False))
    assert "open_effect" not in {variable.name for variable in build_model(LAWS["plateau"], shut).free_RVs}


@pytest.mark.parametrize("law", ["exponential", "plateau"])
def test_the_effect_of_capability_has_its_own_prior_whatever_is_sampled(law: str) -> None:
    obs = observations(table())
    model = build_model(fitted_law(LAWS[law], obs), obs)
    raw = next(variable for variable in model.free_RVs if variable.name == "elasticity_raw")
    (effect,) = model.replace_rvs_by_values([model["elasticity"]])
    (prior,) = model.logp(vars=[raw], sum=False)
    with model:
        both = model.compile_fn([prior, effect], inputs=model.value_vars, mode="FAST_COMPILE", on_unused_input="ignore")
    rng, start = np.random.default_rng(2), model.initial_point()
    for _ in range(3):
        point = {name: value + rng.normal(0.0, 0.5, np.shape(value)) for name, value in start.items()}
        density, elasticity = both(point)
        # A shift that does not hang on what is shifted has Jacobian one.
        assert float(density) == pytest.approx(norm.logpdf(elasticity))
        further, moved = both(point | {"elasticity_raw": point["elasticity_raw"] + 0.3})
        assert float(moved - elasticity) == pytest.approx(0.3)
        assert float(further) == pytest.approx(norm.logpdf(moved))


def test_what_is_sampled_in_place_of_the_effect_is_what_the_law_leaves() -> None:
    obs = observations(table())
    _, _, draws = at_random_point(fitted_law(LAWS["plateau"], obs), obs, 5)
    bare = {"family_elasticity": draws["family_elasticity"] * 0.0, "open_effect": draws["open_effect"] * 0.0}
    increments = innovations(draws, draws["common_innovation"].shape[1], np.random.default_rng(0))
    of_law = unit_means(Draws(draws.law, draws.values | bare), obs, increments)[0]
    slope = np.polyfit(obs.unit_quality / obs.quality_scale, of_law, 1)[0]
    assert float(draws["elasticity_raw"][0]) == pytest.approx(float(draws["elasticity"][0]) + slope)


def test_without_excess_a_market_of_plateau_is_one_of_a_constant_rate() -> None:
    obs = observations(table())
    models = {name: build_model(fitted_law(LAWS[name], obs), obs) for name in ("exponential", "plateau")}
    likelihood = {name: one.compile_logp(vars=one.potentials, mode="FAST_COMPILE") for name, one in models.items()}
    rng = np.random.default_rng(4)
    constant = {
        name: start + rng.normal(0.0, 0.5, np.shape(start))
        for name, start in models["exponential"].initial_point().items()
    }
    rate = float(np.exp(constant.pop("rate_log__")))
    limit = models["plateau"].initial_point() | constant
    limit |= {"rate_floor": np.array(rate), "rate_excess_log__": np.array(-60.0)}
    limit |= {"discoveries_per_year_above_log__": np.array(60.0)}
    expected = float(likelihood["exponential"](constant | {"rate_log__": np.log(rate)}))
    assert float(likelihood["plateau"](limit)) == pytest.approx(expected, rel=1e-9)
    assert abs(float(likelihood["plateau"](limit | {"rate_excess_log__": np.array(0.0)})) - expected) > 0.1


# ---------------------------------------------------------------- tables of families are as they were


@pytest.mark.parametrize(
    ("law", "families"),
    [
        *((law, 2) for law in LAWS.values()),
        *((LAWS[name], n) for name in ("exponential", "encompassing") for n in (1, 4)),
    ],
    ids=lambda given: getattr(given, "name", given),
)
def test_families_with_one_birth_each_have_the_model_of_before(law: Law, families: int) -> None:
    """Against the formula of before births went by model, written out: level, quality, decline by the family's age, two paths."""
    frame = family_table(families)
    frame = frame[frame["date"] >= frame["family_birth"]]
    frame = frame.assign(entry=frame[["entry", "family_birth"]].max(axis=1))
    obs = observations(frame)
    assert not obs.births_differ
    by_model = observations(frame.assign(birth=frame["family_birth"]).drop(columns="family_birth"))
    for field in fields(obs):
        np.testing.assert_array_equal(getattr(obs, field.name), getattr(by_model, field.name))
    fitted = fitted_law(law, obs)
    total, levels, draws = at_random_point(fitted, obs, 7)
    one = {name: value[0] for name, value in draws.values.items()}
    births = np.array([frame.loc[frame["family"] == name, "family_birth"].iloc[0] for name in obs.families])
    births = (pd.to_datetime(births) - obs.start).to_numpy() / np.timedelta64(1, "D") / 365.25
    increments = np.zeros((1, families, 1))
    if law.innovations:
        increments = one["common_innovation"][None, None] + (one["own_innovation"][None] if families > 1 else 0.0)

    def declined(family: np.ndarray, time: np.ndarray) -> np.ndarray:
        parameters = {name: one[f"family_{name}"][family] for name in law.family_parameters}
        age = np.maximum(time - births[family], 0.0)
        return np.asarray(law.decline(parameters, age) + path_at(increments, family, time, fitted.grid_years)[0])

    at_entry = declined(obs.unit_family, obs.unit_entry_time)
    mean = np.array([at_entry[obs.unit_family == code].mean() for code in range(families)])
    assert one["family_start"] == pytest.approx(one["family_level"] + mean)
    since = declined(obs.family, obs.time_years) - at_entry[obs.unit]
    expected = one["unit_level"][obs.unit] - one["pass_through"] * since + one["host_effect"][obs.host]
    noise = t(df=2.0 + one["noise_tail"], loc=expected, scale=one["noise_scale"])
    assert total == pytest.approx(noise.logpdf(obs.log_price).sum(), rel=1e-10)
    quality = one["family_elasticity"][obs.unit_family] * obs.unit_quality / obs.quality_scale
    entering = one["family_start"][obs.unit_family] + quality - at_entry
    slope = one["family_elasticity"][obs.unit_family]
    spread = np.hypot(one["model_spread"], slope * obs.unit_quality_sd / obs.quality_scale)
    assert levels == pytest.approx(norm(entering, spread).logpdf(one["unit_level"]), rel=1e-8)


# ---------------------------------------------------------------- no look-ahead


def test_a_fit_at_an_origin_sees_nothing_of_what_came_later() -> None:
    frame = table()
    origin = pd.Timestamp("2023-06-30")
    later = frame["date"] > origin
    rng = np.random.default_rng(8)
    strangers = frame[later].assign(
        price=rng.lognormal(0.0, 4.0, later.sum()),
        quality=rng.normal(300.0, 50.0, later.sum()),
        birth=origin + pd.to_timedelta(rng.uniform(0.0, 3000.0, later.sum()), unit="D"),
        date=origin + pd.to_timedelta(rng.integers(1, 900, later.sum()), unit="D"),
        open_weights=rng.random(later.sum()) < 0.1,
        model=[f"z{number % 5}" for number in range(later.sum())],
        host="elsewhere",
    )
    strangers["entry"] = strangers["date"]
    pasts = []
    for full in (frame, pd.concat([frame[~later], strangers], ignore_index=True), frame[~later]):
        obs = observations(full)
        pasts.append(subset(obs, obs.time_years <= (origin - obs.start).days / 365.25))
    for other in pasts[1:]:
        for field in fields(other):
            one, two = getattr(pasts[0], field.name), getattr(other, field.name)
            same = one.tobytes() == two.tobytes() if isinstance(one, np.ndarray) else one == two
            assert same, field.name


def test_more_prices_do_not_move_the_reference_of_a_forecast() -> None:
    """A forecast counts from the last date and the models that its fit knew, whatever rows stand beside them."""
    obs = observations(table())
    seen = obs.time_years <= 2.5
    past, whole = subset(obs, seen), subset(obs, np.ones(obs.n, bool), measured_by=seen)
    assert (whole.reference_years, whole.last_time_years) == (past.last_time_years, obs.last_time_years)
    _, _, draws = at_random_point(fitted_law(LAWS["plateau"], past), past, 9)
    rows = np.flatnonzero(seen)
    assert set(past.hosts) == set(obs.hosts)
    expected = [
        expected_log_price(
            Draws(draws.law, draws.values | {"unit_level": np.zeros((1, len(of.unit_family)))}),
            of,
            np.random.default_rng(0),
        )
        for of in (past, whole)
    ]
    assert expected[1][:, rows] == pytest.approx(expected[0])
    increments = innovations(draws, draws["common_innovation"].shape[1], np.random.default_rng(0))
    known = [obs.units.index(name) for name in past.units]
    assert unit_means(draws, whole, increments)[:, known] == pytest.approx(unit_means(draws, past, increments))


# ---------------------------------------------------------------- recovery


@pytest.mark.slow
def test_a_known_market_is_recovered() -> None:
    frame = simulate_market(LAWS["plateau"], TRUTH, MarketDesign(), seed=2)
    obs = observations(frame)
    settings = Sampling(draws=500, tune=500, chains=2, target_accepts=(0.9, 0.95), seed=1)
    fit, _ = sample_law(LAWS["plateau"], obs, settings, lambda _: None)
    assert fit.receipt["diagnostics"]["divergences"] == 0
    known = {name: MARKET_TRUTH[name] for name in ("open_effect", "pass_through", "noise_scale")}
    ages = obs.last_time_years - obs.unit_birth[obs.on_sale]
    known["rate_now"] = float(rate_at(LAWS["plateau"], TRUTH, ages).mean())
    for name, value in known.items():
        draws = fit.draws(name)
        assert abs(draws.mean() - value) < 3 * draws.std(), name
    slope = fit.parameters["elasticity"] / obs.quality_scale
    of_points = MARKET_TRUTH["elasticity"] / frame.drop_duplicates("model")["quality"].std(ddof=0)
    assert abs(slope.mean() - of_points) < 3 * slope.std()
