"""Every law: its decline is the integral of its rate, and its limits are those its page claims."""

import math

import numpy as np
import pytest
from costfloor.laws import LAWS, Law
from costfloor.laws.base import mean_rate
from costfloor.laws.baumol import stagnant_share
from costfloor.laws.innovations import GAINS, GAUSSIAN
from costfloor.laws.priors import OBSERVATION_PRIORS
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

SEEDS = st.integers(0, 10_000)
AGES = st.floats(0.01, 12.0)

every_law = pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)


def from_prior(law: Law, seed: int) -> dict[str, float]:
    """One draw of the population parameters."""
    rng = np.random.default_rng(seed)
    return {name: float(p.population.draw(1, rng)[0]) for name, p in law.family_parameters.items()}


@every_law
@given(seed=SEEDS, age=AGES)
def test_decline_is_the_integral_of_the_rate(law: Law, seed: int, age: float) -> None:
    parameters = from_prior(law, seed)
    integral, _ = quad(lambda a: float(law.rate(parameters, a)), 0.0, age, limit=200)
    assert float(law.decline(parameters, age)) == pytest.approx(integral, rel=1e-6, abs=1e-9)


@every_law
@given(seed=SEEDS, age=AGES)
def test_a_family_starts_undiminished_and_ends_at_its_long_run_rate(law: Law, seed: int, age: float) -> None:
    parameters = from_prior(law, seed)
    assert float(law.decline(parameters, 0.0)) == pytest.approx(0.0, abs=1e-12)
    assert float(law.rate(parameters, 1e5)) == pytest.approx(float(law.long_run_rate(parameters)), abs=1e-6)
    assert float(mean_rate(law, parameters, age)) * age == pytest.approx(float(law.decline(parameters, age)))


@every_law
def test_arrays_of_draws_and_ages_broadcast(law: Law) -> None:
    parameters = {name: value * np.ones((7, 1)) for name, value in from_prior(law, 1).items()}
    ages = np.linspace(0.0, 3.0, 5)
    assert law.decline(parameters, ages).shape == (7, 5)
    assert law.rate(parameters, ages).shape == (7, 5)


@every_law
def test_a_law_explains_itself(law: Law) -> None:
    assert LAWS[law.name] is law
    assert law.title
    assert law.reading
    for parameter in law.family_parameters.values():
        assert parameter.spread is None or parameter.spread.distribution == "halfnormal"
        assert len(parameter.population.reason.split()) >= 5
    # One posterior holds them all, so no two parameters share a name.
    names = [prior.name for prior in law.priors]
    assert len({*names, *OBSERVATION_PRIORS}) == len(names) + len(OBSERVATION_PRIORS)


@given(rate=st.floats(-0.5, 4.0), half_life=st.floats(0.05, 10.0), age=AGES)
def test_plateau_without_excess_is_exponential(rate: float, half_life: float, age: float) -> None:
    plateau = {"rate_floor": rate, "rate_excess": 1e-9, "half_life_years": half_life}
    constant = {"rate": rate}
    for one, other in (
        (LAWS["plateau"].decline, LAWS["exponential"].decline),
        (LAWS["plateau"].rate, LAWS["exponential"].rate),
    ):
        assert one(plateau, age) == pytest.approx(other(constant, age), abs=1e-7)


@given(floor=st.floats(-0.5, 1.0), excess=st.floats(0.01, 4.0), age=AGES)
def test_plateau_with_a_very_long_half_life_keeps_its_initial_rate(floor: float, excess: float, age: float) -> None:
    slow = {"rate_floor": floor, "rate_excess": excess, "half_life_years": 1e5}
    assert LAWS["plateau"].decline(slow, age) == pytest.approx((floor + excess) * age, rel=1e-3, abs=1e-2)


@given(floor=st.floats(-0.5, 1.0), excess=st.floats(0.01, 4.0), age=AGES)
def test_plateau_with_a_very_short_half_life_is_at_its_floor(floor: float, excess: float, age: float) -> None:
    fast = {"rate_floor": floor, "rate_excess": excess, "half_life_years": 1e-5}
    assert LAWS["plateau"].rate(fast, age) == pytest.approx(floor, abs=1e-9)
    assert LAWS["plateau"].decline(fast, age) == pytest.approx(floor * age, abs=1e-4)


def test_half_life_halves_the_excess() -> None:
    p = {"rate_floor": 0.18, "rate_excess": 2.32, "half_life_years": 1.0}
    assert LAWS["plateau"].rate(p, np.arange(4.0)) - 0.18 == pytest.approx(2.32 / 2.0 ** np.arange(4))


def test_prices_may_rise_for_good_under_plateau() -> None:
    p = {"rate_floor": -0.2, "rate_excess": 0.5, "half_life_years": 0.5}
    decline = LAWS["plateau"].decline(p, np.linspace(0.0, 10.0, 200))
    assert LAWS["plateau"].rate(p, 10.0) < 0
    assert decline[-1] < decline.max()


@pytest.mark.parametrize("name", ["discovery", "random_walk"])
def test_laws_of_a_constant_rate_differ_in_innovations_alone(name: str) -> None:
    exponential, law = LAWS["exponential"], LAWS[name]
    assert exponential.family_parameters == law.family_parameters
    parameters, ages = {"rate": 0.8}, np.linspace(0.0, 5.0, 11)
    assert law.decline(parameters, ages) == pytest.approx(exponential.decline(parameters, ages))
    assert law.rate(parameters, ages) == pytest.approx(exponential.rate(parameters, ages))
    assert law.long_run_rate(parameters) == exponential.long_run_rate(parameters)


def test_gains_are_the_innovations_of_all_laws_but_the_baselines() -> None:
    kinds = {name: law.innovations for name, law in LAWS.items()}
    assert kinds.pop("exponential") is None
    assert kinds.pop("random_walk") is GAUSSIAN
    assert all(kind is GAINS for kind in kinds.values())


# ---------------------------------------------------------------- Baumol

PROGRESSIVE, GROWTH, LOGITS = st.floats(0.05, 5.0), st.floats(-0.02, 0.1), st.floats(-8.0, 2.0)


def baumol_parameters(rate: float, growth: float, logit: float) -> dict[str, float]:
    return {"progressive_rate": rate, "stagnant_growth": growth, "stagnant_logit": logit}


@given(PROGRESSIVE, GROWTH, LOGITS, AGES)
def test_baumols_price_is_the_sum_of_its_two_parts(rate: float, growth: float, logit: float, age: float) -> None:
    p, share = baumol_parameters(rate, growth, logit), 1 / (1 + math.exp(-logit))
    stagnant = share * math.exp(growth * age)
    price = (1 - share) * math.exp(-rate * age) + stagnant
    assert -LAWS["baumol"].decline(p, age) == pytest.approx(math.log(price), abs=1e-9)
    assert stagnant_share(p, age) == pytest.approx(stagnant / price, abs=1e-9)
    # The stagnant part is a floor under the price.
    assert -LAWS["baumol"].decline(p, age) >= math.log(stagnant) - 1e-9


@given(PROGRESSIVE, GROWTH, st.floats(-40.0, -8.0), AGES)
def test_baumol_with_a_tiny_stagnant_share_is_exponential_while_it_stays_tiny(
    rate: float, growth: float, logit: float, age: float
) -> None:
    p = baumol_parameters(rate, growth, logit)
    gap = LAWS["exponential"].decline({"rate": rate}, age) - LAWS["baumol"].decline(p, age)
    # log(1 + y) - log(1 + x) lies between 0 and y - x; rounding is that of the decline.
    odds, later = math.exp(logit), math.exp(logit + (rate + growth) * age)
    low, high = sorted((0.0, later - odds))
    assert low - 1e-12 * (1 + rate * age) <= gap <= high + 1e-12 * (1 + rate * age)


@given(PROGRESSIVE, GROWTH, st.floats(-3.0, 2.0))
def test_baumols_share_goes_to_one_and_its_rate_to_minus_the_growth_of_inputs(
    rate: float, growth: float, logit: float
) -> None:
    p = baumol_parameters(rate, growth, logit)
    ages = np.linspace(0.0, 40.0 / (rate + growth), 50)
    shares = stagnant_share(p, ages)
    assert shares[0] == pytest.approx(1 / (1 + math.exp(-logit)))
    assert (np.diff(shares) >= 0).all()
    assert shares[-1] == pytest.approx(1.0, abs=1e-12)
    assert LAWS["baumol"].rate(p, ages[-1]) == pytest.approx(-growth, abs=1e-9)
    assert LAWS["baumol"].long_run_rate(p) == -growth


@given(PROGRESSIVE, st.floats(0.005, 0.1), st.floats(-8.0, -3.0))
def test_baumols_price_is_lowest_where_the_two_parts_balance(rate: float, growth: float, logit: float) -> None:
    p = baumol_parameters(rate, growth, logit)
    turn = (math.log(rate / growth) - logit) / (rate + growth)
    assert LAWS["baumol"].rate(p, turn) == pytest.approx(0.0, abs=1e-9)
    before, at, after = LAWS["baumol"].decline(p, np.array([0.9, 1.0, 1.1]) * turn)
    assert at > max(before, after)


# ---------------------------------------------------------------- encompassing

INITIAL, KEPT, HALF_LIVES = st.floats(0.05, 4.0), st.floats(-0.5, 1.5), st.floats(0.05, 10.0)


@given(INITIAL, HALF_LIVES, AGES)
def test_encompassing_that_keeps_all_is_a_constant_rate(initial: float, half_life: float, age: float) -> None:
    p = {"initial_rate": initial, "kept_share": 1.0, "half_life_years": half_life}
    assert LAWS["encompassing"].decline(p, age) == pytest.approx(LAWS["discovery"].decline({"rate": initial}, age))
    assert LAWS["encompassing"].rate(p, age) == pytest.approx(initial)


@given(INITIAL, KEPT, HALF_LIVES, AGES)
def test_encompassing_is_plateau_with_a_floor_in_proportion(
    initial: float, kept: float, half_life: float, age: float
) -> None:
    p = {"initial_rate": initial, "kept_share": kept, "half_life_years": half_life}
    plateau = {"rate_floor": initial * kept, "rate_excess": initial * (1 - kept), "half_life_years": half_life}
    for one, other in (
        (LAWS["encompassing"].decline, LAWS["plateau"].decline),
        (LAWS["encompassing"].rate, LAWS["plateau"].rate),
    ):
        assert one(p, age) == pytest.approx(other(plateau, age), abs=1e-9)
    assert LAWS["encompassing"].long_run_rate(p) == pytest.approx(LAWS["plateau"].long_run_rate(plateau))
    assert LAWS["encompassing"].rate(p, 0.0) == pytest.approx(initial)


@given(INITIAL, HALF_LIVES)
def test_encompassing_that_keeps_nothing_comes_to_a_halt(initial: float, half_life: float) -> None:
    p = {"initial_rate": initial, "kept_share": 0.0, "half_life_years": half_life}
    assert LAWS["encompassing"].long_run_rate(p) == 0.0
    assert LAWS["encompassing"].decline(p, 1000.0) == pytest.approx(initial * half_life / math.log(2.0))


@given(INITIAL, st.floats(1.05, 2.0), HALF_LIVES, AGES)
def test_encompassing_that_keeps_more_than_all_falls_faster_with_age(
    initial: float, kept: float, half_life: float, age: float
) -> None:
    p = {"initial_rate": initial, "kept_share": kept, "half_life_years": half_life}
    assert initial < LAWS["encompassing"].rate(p, age) <= initial * kept


# ---------------------------------------------------------------- what is reported


def test_reported_quantities_are_those_of_the_contract() -> None:
    population = {
        "rate_floor": 0.2,
        "rate_excess": 1.0,
        "half_life_years": 1.5,
        "rate": 1.2,
        "discoveries_per_year": 24.0,
        "innovation_sd": 0.3,
        "progressive_rate": 1.1,
        "stagnant_logit": -3.0,
        "stagnant_growth": 0.04,
        "initial_rate": 1.4,
        "kept_share": 0.5,
    }
    reported = {name: law.reported(population, 2.0) for name, law in LAWS.items()}
    assert reported == {
        "exponential": {},
        "random_walk": {"innovation_sd": 0.3},
        "plateau": {"rate_initial": 1.2, "rate_floor": 0.2, "half_life_years": 1.5},
        "baumol": {
            "progressive_rate": 1.1,
            "stagnant_share": pytest.approx(1 / (1 + math.exp(3.0 - 1.14 * 2.0))),
            "stagnant_growth": 0.04,
        },
        "discovery": {"discoveries_per_year": 24.0, "mean_log_gain": pytest.approx(0.05)},
        "encompassing": {
            "rate_initial": 1.4,
            "kept_share": 0.5,
            "rate_floor": pytest.approx(0.7),
            "half_life_years": 1.5,
        },
    }
