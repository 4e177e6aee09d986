"""Statistics of new models' first prices: what each returns for markets whose law is known, and what moves it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from costfloor.checks.above_line import above_line
from costfloor.checks.hedonic import coefficient_weights, first_rows
from costfloor.checks.price_gap import gap_weights
from costfloor.checks.slowdown import slowdown_weights
from costfloor.checks.young_decline import excess_weights, faded
from costfloor.laws.observations import PriceObservations, observations

MODELS, DAYS = 240, 1460


@pytest.fixture
def market() -> PriceObservations:
    """A market of four years: 240 models, each listed again a month later, with births of their own and open weights by chance."""
    rng = np.random.default_rng(3)
    entry = pd.Timestamp("2020-01-01") + pd.to_timedelta(
        rng.permutation(np.linspace(0, DAYS, MODELS).round()), unit="D"
    )
    frame = pd.DataFrame(
        {
            "date": entry,
            "entry": entry,
            "birth": entry - pd.to_timedelta(rng.exponential(300, MODELS).round(), unit="D"),
            "model": [f"model {code}" for code in range(MODELS)],
            "family": "market",
            "host": "host",
            "quality": rng.normal(size=MODELS),
            "open_weights": rng.random(MODELS) < 0.4,
            "price": 1.0,
        }
    )
    later = frame.assign(date=np.minimum(frame["date"] + pd.Timedelta(days=30), entry.max()), host="other")
    return observations(pd.concat([frame, later], ignore_index=True))


def test_first_rows_are_the_earliest_of_each_model(market: PriceObservations) -> None:
    rows = first_rows(market)
    assert np.array_equal(market.unit[rows], np.arange(MODELS))
    assert all(market.time_years[row] == market.time_years[market.unit == unit].min() for unit, row in enumerate(rows))


def test_weights_give_the_coefficient_of_least_squares() -> None:
    rng = np.random.default_rng(0)
    design, response = rng.normal(size=(30, 4)), rng.normal(size=30)
    weights = coefficient_weights([design[:, :2], design[:, 2], design[:, 3:]], of=1)
    assert response @ weights == pytest.approx(np.linalg.lstsq(design, response)[0][2])


def test_a_regressor_that_the_others_tell_has_no_coefficient() -> None:
    column = np.arange(5.0)
    assert np.isnan(coefficient_weights([np.ones(5), column, 2.0 * column + 1.0], of=1)).all()


def _on_line(obs: PriceObservations) -> np.ndarray:
    """Prices at one date: by capability and open weights alone."""
    return np.asarray(0.8 * obs.quality - 0.5 * obs.unit_open[obs.unit])


def test_every_statistic_is_zero_or_the_rate_where_the_rate_is_constant(market: PriceObservations) -> None:
    log_price = _on_line(market) - 1.5 * market.time_years
    for drifting in (False, True):
        assert log_price @ excess_weights(market, drifting=drifting) == pytest.approx(0.0, abs=1e-9)
    assert log_price @ slowdown_weights(market) == pytest.approx(0.0, abs=1e-9)


def test_the_gap_is_constant_where_time_moves_all_capabilities_alike(market: PriceObservations) -> None:
    quarter = np.floor((market.last_time_years - market.time_years) / 0.25)
    assert (_on_line(market) + np.sin(quarter)) @ gap_weights(market) == pytest.approx(0.0, abs=1e-9)
    widening = _on_line(market) + 0.3 * market.time_years * market.quality / market.quality_scale
    assert widening @ gap_weights(market) == pytest.approx(0.3)


def test_the_excess_of_a_rate_that_fades_is_returned_whatever_a_quarter_brings(market: PriceObservations) -> None:
    age_at_last = market.last_time_years - market.unit_birth[market.unit]
    since = faded(age_at_last) - faded(market.age_years)
    quarter = np.floor((market.last_time_years - market.time_years) / 0.25)
    log_price = _on_line(market) + 2.0 * since + np.cos(3.0 * quarter)
    assert log_price @ excess_weights(market, drifting=False) == pytest.approx(2.0)


def test_the_decline_before_birth_goes_on_by_its_first_slope() -> None:
    ages = np.array([-1.0, -1e-6, 0.0, 1e-6, 0.5])
    assert np.diff(faded(ages)) / np.diff(ages) == pytest.approx(
        [1.0, 1.0, 1.0, 0.5 / 0.5 / np.log(2.0) / 2.0], abs=1e-4
    )


def test_slowdown_is_the_change_of_the_rate_a_year_ago(market: PriceObservations) -> None:
    kink = market.last_time_years - 1.0
    log_price = (
        _on_line(market) - 1.5 * np.minimum(market.time_years, kink) - 0.2 * np.maximum(market.time_years - kink, 0)
    )
    assert log_price @ slowdown_weights(market) == pytest.approx(0.2 - 1.5)


def test_the_share_above_the_line_of_a_year_ago(market: PriceObservations) -> None:
    fallen, risen = _on_line(market) - market.time_years, _on_line(market) + market.time_years
    np.testing.assert_array_equal(above_line(np.stack([fallen, risen]), market), [0.0, 1.0])


def test_a_later_price_of_a_model_says_nothing(market: PriceObservations) -> None:
    first = np.isin(np.arange(market.n), first_rows(market))
    rng = np.random.default_rng(1)
    log_price = rng.normal(size=market.n)
    moved = np.where(first, log_price, 99.0)
    for weights in (excess_weights(market, drifting=True), slowdown_weights(market), gap_weights(market)):
        assert moved @ weights == pytest.approx(log_price @ weights)
    np.testing.assert_array_equal(above_line(moved[None], market), above_line(log_price[None], market))


def test_models_of_one_birth_and_day_have_no_excess(market: PriceObservations) -> None:
    alike = replace(
        market, unit_birth=market.unit_entry_time.copy(), time_years=np.full(market.n, market.last_time_years)
    )
    assert np.isnan(alike.log_price @ excess_weights(alike, drifting=False))
