"""Every law: its decline is the integral of its rate, and its limits are those its page claims."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from analysis.laws import LAWS, Law
from analysis.laws.base import mean_rate
from analysis.laws.prior_predictive import draw_prior
from analysis.laws.priors import OBSERVATION_PRIORS

SEEDS = st.integers(0, 10_000)
AGES = st.floats(0.01, 12.0)

every_law = pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)


def from_prior(law: Law, seed: int) -> dict[str, float]:
    """One draw of the population parameters."""
    rng = np.random.default_rng(seed)
    return {name: float(draw_prior(p.population, 1, rng)[0]) for name, p in law.family_parameters.items()}


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
        assert parameter.spread.distribution == "halfnormal"
        assert len(parameter.population.reason.split()) >= 5
    # One posterior holds them all, so no two parameters share a name.
    names = [prior.name for p in law.family_parameters.values() for prior in (p.population, p.spread)]
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


def test_exponential_and_discovery_differ_in_innovations_alone() -> None:
    exponential, discovery = LAWS["exponential"], LAWS["discovery"]
    assert exponential.family_parameters == discovery.family_parameters
    assert (exponential.innovations, discovery.innovations, LAWS["plateau"].innovations) == (False, True, True)


def test_reported_quantities_are_those_of_the_contract() -> None:
    population = {
        "rate_floor": 0.2,
        "rate_excess": 1.0,
        "half_life_years": 1.5,
        "rate": 1.2,
        "discoveries_per_year": 24.0,
    }
    reported = {name: LAWS[name].reported(population) for name in ("exponential", "plateau", "discovery")}
    assert reported == {
        "exponential": {},
        "plateau": {"rate_initial": 1.2, "rate_floor": 0.2, "half_life_years": 1.5},
        "discovery": {"discoveries_per_year": 24.0, "mean_log_gain": pytest.approx(0.05)},
    }
