"""The PyMC graph and the NumPy forecasts are one model: the same likelihood at the same point."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pymc as pm
import pytest
from costfloor.fit.posterior import Draws, expected_log_price, log_likelihood
from costfloor.laws import LAWS
from costfloor.laws.base import mean_rate
from costfloor.laws.few_families import POOLED_FROM, fitted_law
from costfloor.laws.innovations import COMMON_SHARE, grid_steps
from costfloor.laws.model import CENTRED_FROM, build_model, observation_parameters, price_data
from costfloor.laws.observations import PriceObservations, observations
from scipy.stats import kstest, norm


def panel(*, hosts: bool, models: bool, rows: int = 40, seed: int = 0) -> PriceObservations:
    """Random prices of three families."""
    rng = np.random.default_rng(seed)
    model = rng.integers(12, size=rows) if models else np.arange(rows)
    frame = pd.DataFrame(
        {
            "date": pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.integers(0, 1200, rows), unit="D"),
            "price": np.exp(rng.normal(0.0, 1.0, rows)),
            "quality": np.sin(model),
            "quality_sd": 0.1 + 0.05 * np.cos(model),
            "family": [f"band {code % 3}" for code in model],
            "model": [f"model {code}" for code in model],
            "host": [f"host {code}" for code in rng.integers(3, size=rows)],
        }
    )
    return observations(frame if hosts else frame.drop(columns="host"))


Evaluate = Callable[[int], tuple[float, Draws]]


def evaluator(law: str, obs: PriceObservations) -> Evaluate:
    """The graph's log likelihood and all its named values at a random point, given by its seed."""
    model = build_model(LAWS[law], obs)
    (potential,) = model.potentials
    named = [*model.free_RVs, *model.deterministics]
    with model:
        compiled = model.compile_fn(
            model.replace_rvs_by_values([potential, *named]), inputs=model.value_vars, mode="FAST_COMPILE"
        )
    start = model.initial_point()

    def evaluate(seed: int) -> tuple[float, Draws]:
        rng = np.random.default_rng(seed)
        point = {name: value + rng.normal(0.0, 0.7, np.shape(value)) for name, value in start.items()}
        total, *values = compiled(point)
        names = [variable.name for variable in named]
        return float(total), Draws(LAWS[law], {name: value[None] for name, value in zip(names, values, strict=True)})

    return evaluate


@pytest.mark.parametrize(
    ("law", "hosts", "models"),
    [
        *((law, True, True) for law in LAWS),
        *(("encompassing", *given) for given in ((False, False), (False, True), (True, False))),
    ],
)
def test_graph_and_numpy_agree(law: str, hosts: bool, models: bool) -> None:
    obs = panel(hosts=hosts, models=models)
    assert (bool(obs.hosts), obs.models_repeat) == (hosts, models)
    evaluate = evaluator(law, obs)
    for seed in range(4):
        total, draws = evaluate(seed)
        expected = expected_log_price(draws, obs, np.random.default_rng(0))
        pointwise = log_likelihood(draws, obs, expected)
        assert pointwise.shape == (1, obs.n)
        assert pointwise.sum() == pytest.approx(total, rel=1e-9)


INNOVATIONS = {"random_walk": ("innovation_sd_log__", -60.0)}
MANY_AND_SMALL = ("discoveries_per_year_above_log__", 60.0)
"""Where innovations vanish: without a size, or as so many discoveries that their drift alone is left."""


def constant_rates(law: str, rate: float, family_rates: np.ndarray) -> dict[str, np.ndarray]:
    """The parameters with which `law` has no decay and families these rates."""
    relative = np.log(family_rates / rate)
    match law:
        case "plateau":
            return {
                "rate_floor": np.array(rate),
                "rate_floor_spread_log__": np.array(0.0),
                "family_rate_floor_z": family_rates - rate,
                "rate_excess_log__": np.array(-60.0),
            }
        case "encompassing":
            return {
                "initial_rate_log__": np.log(rate),
                "rate_spread_log__": np.array(0.0),
                "family_initial_rate_z": relative,
                "kept_share": np.array(1.0),
                "family_kept_share_z": np.zeros(len(family_rates)),
            }
        case _:
            return {"rate_log__": np.log(rate), "rate_spread_log__": np.array(0.0), "family_rate_z": relative}


@pytest.mark.parametrize("law", ["discovery", "random_walk", "plateau", "encompassing"])
def test_without_decay_and_innovations_the_likelihood_is_that_of_a_constant_rate(law: str) -> None:
    obs, rng = panel(hosts=True, models=True), np.random.default_rng(4)
    models = {name: build_model(LAWS[name], obs) for name in ("exponential", law)}
    likelihood = {name: one.compile_logp(vars=one.potentials, mode="FAST_COMPILE") for name, one in models.items()}
    constant, point = (
        {name: start + rng.normal(0.0, 0.5, np.shape(start)) for name, start in one.initial_point().items()}
        for one in models.values()
    )
    rate = float(np.exp(constant["rate_log__"]))
    rates = rate * np.exp(np.exp(constant["rate_spread_log__"]) * constant["family_rate_z"])
    shared = {name: value for name, value in constant.items() if "rate" not in name}
    innovations, none = INNOVATIONS.get(law, MANY_AND_SMALL)
    limit = point | shared | constant_rates(law, rate, rates) | {innovations: np.array(none)}
    expected = float(likelihood["exponential"](constant))
    assert float(likelihood[law](limit)) == pytest.approx(expected, rel=1e-9)
    assert abs(float(likelihood[law](limit | {innovations: point[innovations]})) - expected) > 0.1


def test_the_observation_model_asks_only_for_what_the_table_has() -> None:
    bare, full = panel(hosts=False, models=False), panel(hosts=True, models=True)
    assert set(observation_parameters(full)) - set(observation_parameters(bare)) == {
        "host_spread",
        "model_spread",
        "pass_through",
    }
    names = {variable.name for variable in build_model(LAWS["plateau"], bare).free_RVs}
    assert not names & {"host_spread", "host_z", "model_spread", "unit_level", "pass_through"}


@pytest.mark.parametrize("law", LAWS)
def test_family_start_is_the_price_at_birth_and_family_level_the_average(law: str) -> None:
    obs = panel(hosts=False, models=False)
    _, draws = evaluator(law, obs)(3)
    expected = expected_log_price(draws, obs, np.random.default_rng(0))
    quality = draws["family_elasticity"][:, obs.unit_family] * obs.unit_quality / obs.quality_scale
    for code in range(len(obs.families)):
        own = obs.family == code
        assert (expected - quality)[:, own].mean() == pytest.approx(draws["family_level"][0, code])


def test_the_price_unit_moves_the_level_alone() -> None:
    obs = panel(hosts=True, models=True)
    dearer = replace(obs, log_price=obs.log_price + np.log(100.0))
    total, draws = evaluator("plateau", obs)(1)
    _, dearer_draws = evaluator("plateau", dearer)(1)
    # The level starts at the mean of the data; a model's level is a point of its own.
    step = np.log(100.0)
    assert dearer_draws["family_start"] - draws["family_start"] == pytest.approx(np.full((1, 3), step))
    shifted = Draws(LAWS["plateau"], draws.values | {"unit_level": draws["unit_level"] + step})
    expected = expected_log_price(shifted, dearer, np.random.default_rng(0))
    assert log_likelihood(shifted, dearer, expected).sum() == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize("models", [False, True])
def test_other_prices_of_the_same_things_need_no_new_graph(models: bool) -> None:
    obs = panel(hosts=True, models=models)
    other = replace(obs, log_price=np.random.default_rng(8).normal(2.0, 1.5, obs.n))
    reused, rebuilt = (build_model(LAWS["discovery"], rows) for rows in (obs, other))
    point = rebuilt.initial_point()
    terms = [model.compile_logp(sum=False, mode="FAST_COMPILE") for model in (reused, rebuilt)]

    def total(of: int) -> float:
        return float(sum(np.sum(term) for term in terms[of](point)))

    assert total(0) != pytest.approx(total(1))
    with reused:
        pm.set_data(price_data(other.log_price))
    assert total(0) == pytest.approx(total(1))


def test_measured_quality_uncertainty_widens_models_not_noise() -> None:
    sure = panel(hosts=False, models=True)
    unsure = replace(sure, unit_quality_sd=sure.unit_quality_sd + 5.0)
    spreads = []
    for obs in (sure, unsure):
        model = build_model(LAWS["exponential"], obs)
        level = model.named_vars["unit_level"]
        with model:
            variance = pm.draw(level, draws=300, random_seed=1, mode="FAST_COMPILE").var()
        spreads.append(variance)
    assert spreads[1] > 2 * spreads[0]


def of_families(families: int, hosts: int = 0) -> PriceObservations:
    """Forty prices of some families at some hosts."""
    count = 40
    frame = pd.DataFrame(
        {
            "date": pd.Timestamp("2023-01-01") + pd.to_timedelta(10 * np.arange(count), "D"),
            "price": np.exp(-0.05 * np.arange(count)),
            "quality": np.linspace(-1, 1, count),
            "family": [f"f{number % families}" for number in range(count)],
        }
    )
    return observations(frame.assign(host=[f"h{number % hosts}" for number in range(count)]) if hosts else frame)


def free_of(obs: PriceObservations) -> set[str]:
    """Names of what is sampled."""
    return {variable.name for variable in build_model(fitted_law(LAWS["exponential"], obs), obs).free_RVs}


@pytest.mark.parametrize(
    ("families", "ending"),
    [(1, None), (2, ""), (POOLED_FROM - 1, ""), (POOLED_FROM, "_z"), (CENTRED_FROM - 1, "_z"), (CENTRED_FROM, "")],
)
def test_few_families_make_no_funnel(families: int, ending: str | None) -> None:
    """One has no population; the spread of two or three is set; from four on it is learned."""
    names = free_of(of_families(families))
    for effect in ("level", "elasticity"):
        sampled = names & {f"family_{effect}", f"family_{effect}_z"}
        assert sampled == (set() if ending is None else {f"family_{effect}{ending}"})
        assert (f"{effect}_spread" in names) == (families >= POOLED_FROM)
    assert ("rate_spread" in names) == (families >= POOLED_FROM)
    of_rate = "family_rate_log" if families < POOLED_FROM else "family_rate_z"
    assert names & {"family_rate_z", "family_rate_log"} == (set() if families == 1 else {of_rate})


@pytest.mark.parametrize("members", [CENTRED_FROM - 1, CENTRED_FROM])
def test_hosts_are_sampled_directly_when_there_are_many(members: int) -> None:
    names = free_of(of_families(2, hosts=members))
    assert names & {"host_effect", "host_z"} == {"host_effect" if members == CENTRED_FROM else "host_z"}


@pytest.mark.parametrize("members", [CENTRED_FROM - 1, CENTRED_FROM])
def test_slopes_and_hosts_have_one_distribution_however_they_are_sampled(members: int) -> None:
    model = build_model(LAWS["exponential"], of_families(members, hosts=members))
    wanted = ["family_elasticity", "elasticity", "elasticity_spread", "host_effect", "host_spread"]
    with model:
        slope, center, slope_spread, effect, spread = pm.draw(
            [model.named_vars[name] for name in wanted], draws=2000, random_seed=1, mode="FAST_COMPILE"
        )
    assert kstest(((slope - center[:, None]) / slope_spread[:, None])[:, 0], norm.cdf).pvalue > 1e-3
    assert effect.sum(axis=1) == pytest.approx(0.0, abs=1e-10)
    # A sum of zero takes one degree of freedom from independent effects.
    share = np.sqrt(1 - 1 / members)
    assert kstest((effect / spread[:, None])[:, 0] / share, norm.cdf).pvalue > 1e-3


@pytest.mark.parametrize("law", [name for name, law in LAWS.items() if law.innovations])
def test_innovations_of_the_graph_are_the_laws_own(law: str) -> None:
    obs = panel(hosts=False, models=False)
    _, draws = evaluator(law, obs)(2)
    kind = LAWS[law].innovations
    assert kind is not None
    parameters = {prior.name: draws[prior.name][0] for prior in kind.priors}
    population = {name: draws[name][0] for name in LAWS[law].family_parameters}
    parameters["innovation_rate"] = mean_rate(LAWS[law], population, obs.mean_age_at_last)
    assert draws["innovation_rate"][0] == pytest.approx(parameters["innovation_rate"])
    common, own = (kind.smooth(draws[name][0], parameters) for name in ("common_z", "own_z"))
    assert own.shape == (len(obs.families), grid_steps(obs.last_time_years))
    assert draws["common_innovation"][0] == pytest.approx(COMMON_SHARE * common)
    assert draws["own_innovation"][0] == pytest.approx((1 - COMMON_SHARE) * own)


def test_a_parameter_without_a_spread_is_the_same_in_all_families() -> None:
    _, draws = evaluator("baumol", panel(hosts=False, models=False))(4)
    assert (draws["family_stagnant_growth"] == draws["stagnant_growth"][:, None]).all()
    assert len(np.unique(draws["family_progressive_rate"])) == 3
