"""What a fit says to the questions: its own draws, its own priors, and the capabilities on sale."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pymc as pm
import pytest
from costfloor.fit.posterior import Draws
from costfloor.fit.question_events import AT_MOST_20, HALVED, YEARS_AHEAD, on_sale, posterior_events
from costfloor.fit.question_evidence import (
    PRIOR_DRAWS,
    prior_events,
    questions_of_fit,
)
from costfloor.laws import LAWS
from costfloor.laws.few_families import fitted_law
from costfloor.laws.model import build_model
from costfloor.laws.observations import PriceObservations, observations
from fake_study import make_fit
from scipy.stats import ks_2samp

START = pd.Timestamp("2022-01-01")


def frame(families: int = 1, years: float = 3.0, count: int = 24) -> pd.DataFrame:
    """One price a model, every few weeks, each model of the next family in turn; in a market births differ and the best are ahead of it."""
    days = np.linspace(0.0, 365.25 * years, count).round()
    dates, quality = START + pd.to_timedelta(days, unit="D"), np.arange(count) % 5.0
    market = {"birth": START + pd.to_timedelta(365.0 * (quality - 1.0), unit="D")} if families == 1 else {}
    return pd.DataFrame(
        {
            "date": dates,
            "price": np.exp(-0.01 * np.arange(count)),
            "quality": quality,
            "family": [f"family {number % families}" for number in range(count)],
            "host": [f"host {number % 3}" for number in range(count)],
            **market,
        }
    )


def table(families: int = 1) -> PriceObservations:
    return observations(frame(families))


def test_on_sale_is_what_has_a_row_in_the_last_year() -> None:
    obs = table()
    found = on_sale(obs)
    recent = np.unique(obs.unit[obs.time_years >= obs.last_time_years - 1.0])
    assert found.models == len(recent) < obs.n
    births, models = np.unique(obs.unit_birth[recent], return_counts=True)
    np.testing.assert_array_equal(found.births, births)
    assert found.weight == pytest.approx(models / len(recent))
    assert found.births.max() > obs.last_time_years - 1.0


def test_families_count_alike_whatever_models_they_have() -> None:
    rows = frame(2)
    thinned = rows["family"].eq("family 1") & (rows.index % 4 == 1)
    obs = observations(rows[~thinned])
    found = on_sale(obs)
    assert found.family.tolist() == [0, 1]
    assert found.weight == pytest.approx([0.5, 0.5])
    assert found.births == pytest.approx(obs.family_birth)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("families", [1, 2])
def test_questions_one_and_two_are_of_the_rates_that_are_reported(law: str, families: int) -> None:
    obs = table(families)
    fit = make_fit(law, obs)
    found = posterior_events(fit.parameters, obs)
    np.testing.assert_array_equal(found.rate_12m, fit.draws("rate_12m"))
    np.testing.assert_array_equal(found.fall_next_12m, fit.draws("rate_next_12m"))
    evidence = questions_of_fit(fit, obs, seed=3)
    assert evidence.posterior[2].value == np.mean(fit.draws("rate_next_12m") >= HALVED)


def test_evidence_is_that_of_the_fits_own_draws() -> None:
    obs = table()
    fit = make_fit("exponential", obs, rate=AT_MOST_20)
    found = questions_of_fit(fit, obs, seed=1)
    rate = fit.parameters["family_rate"][:, 0]
    slow = float(np.mean(rate <= AT_MOST_20))
    assert 0.1 < slow < 0.9
    assert found.posterior[1].value == pytest.approx(slow)
    assert found.posterior[2].value == 0.0
    assert [p.value for p in found.at_most_20.values()] == pytest.approx([slow] * len(YEARS_AHEAD))
    assert found.posterior[1].mcse == pytest.approx(np.sqrt(slow * (1 - slow) / len(rate)), rel=0.5)
    # A constant rate cannot slow, before or after.
    assert found.posterior[5].value == found.prior[5].value == 0.0
    assert found.prior[1].mcse < 0.01
    assert questions_of_fit(fit, obs, seed=1) == found


@pytest.mark.parametrize("law", LAWS)
def test_every_law_answers_for_a_market_and_for_families(law: str) -> None:
    for families in (1, 2):
        obs = table(families)
        found = questions_of_fit(make_fit(law, obs), obs, seed=2)
        assert set(found.posterior) == set(found.prior) == {1, 2, 5}
        assert tuple(found.at_most_20) == YEARS_AHEAD
        # Priors expect faster falls than 20 % a year, and exclude none.
        assert 0.0 < found.prior[1].value < 0.5


def test_prices_are_no_part_of_the_prior() -> None:
    obs = table()
    dear = replace(obs, log_price=obs.log_price[::-1] + 7.0)
    first, second = (
        prior_events(fitted_law(LAWS["plateau"], each), each, 500, np.random.default_rng(3)) for each in (obs, dear)
    )
    np.testing.assert_array_equal(first.rate_12m, second.rate_12m)


def test_innovations_to_come_are_drawn_from_the_laws_own_process() -> None:
    obs = table()
    draws = make_fit("random_walk", obs).parameters
    found = posterior_events(draws, obs)
    surprise = found.fall_next_12m - draws["family_rate"][:, 0]
    # Four quarters, as the increments are of a quarter each, and the rest of the last quarter of the record.
    assert surprise.std() == pytest.approx(np.sqrt((draws["innovation_sd"] ** 2).mean()), rel=0.3)


@pytest.mark.slow
@pytest.mark.parametrize(("law", "families"), [("plateau", 1), ("random_walk", 3), ("baumol", 4)])
def test_prior_draws_are_those_of_pymc(law: str, families: int) -> None:
    obs = table(families)
    fitted, size = fitted_law(LAWS[law], obs), 2000
    model = build_model(fitted, obs)
    wanted = [*model.free_RVs, *model.deterministics]
    values = pm.draw(wanted, draws=size, random_seed=4, mode="FAST_COMPILE")
    draws = Draws(fitted, {variable.name: np.asarray(value) for variable, value in zip(wanted, values, strict=True)})
    by_pymc = posterior_events(draws, obs)
    by_numpy = prior_events(fitted, obs, PRIOR_DRAWS, np.random.default_rng(6))
    for first, second in (
        (by_pymc.rate_12m, by_numpy.rate_12m),
        (by_pymc.fall_next_12m, by_numpy.fall_next_12m),
        *zip(by_pymc.rate_ahead.T, by_numpy.rate_ahead.T, strict=True),
    ):
        assert ks_2samp(first, second).pvalue > 0.001
    for number, event in by_pymc.holds.items():
        p = by_numpy.holds[number].mean()
        assert event.mean() == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / size) + 1e-9)
