"""Which forecast is the last one, and how it is scored: in either direction, beside rivals that share what was known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from costfloor.forecast.baselines import BASELINES
from costfloor.forecast.origins import masks
from costfloor.forecast.sequel import Sequel
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, subset
from costfloor.records import typed
from costfloor.studies.last_forecast.result import AVERAGE, STACKED, ForecasterScore, LastForecast
from costfloor.studies.last_forecast.study import forecast_day, scored
from made_up import made_up_fit, made_up_panel

DAY = pd.Timestamp("2023-12-31")
OBS = made_up_panel()
SEEN = masks(OBS, DAY, 0)[0]
PAST = subset(OBS, SEEN)
NAMES = ("plateau", "discovery")
FITS = {name: made_up_fit(PAST, {}, law=name) for name in NAMES}


def result(obs: PriceObservations = OBS, weights: dict[str, float] | None = None) -> LastForecast:
    return typed(LastForecast, scored(FITS, Sequel(DAY, obs, SEEN), weights, seed=1))


def by_name(found: LastForecast) -> dict[str, ForecasterScore]:
    return {score.name: score for score in found.forecasters}


@pytest.mark.parametrize(
    ("last", "day"),
    [
        ("2025-12-27", "2024-12-31"),
        ("2026-03-30", "2024-12-31"),
        ("2026-03-31", "2025-12-31"),
        ("2026-04-30", "2025-12-31"),
        ("2027-03-30", "2025-12-31"),
    ],
)
def test_the_last_year_end_with_three_months_after_it(last: str, day: str) -> None:
    assert forecast_day(pd.Timestamp(last)) == pd.Timestamp(day)


def test_what_is_scored_is_counted() -> None:
    last = result()
    assert (last.day, last.until) == ("2023-12-31", str(OBS.last.date()))
    assert last.rows_seen + last.rows == OBS.n
    assert last.rows == len(last.arrivals) == (~SEEN).sum()
    assert last.models_new < last.models or last.models_new == len(set(OBS.unit[~SEEN]) - set(OBS.unit[SEEN]))
    assert (last.families, last.families_new) == (("band 0", "band 1"), ())
    assert set(by_name(last)) == {*NAMES, AVERAGE, *BASELINES}
    assert last.absent == ()


def test_the_equal_mixture_lies_between_its_laws() -> None:
    scores = by_name(result())
    one, other = (scores[name] for name in NAMES)
    assert scores[AVERAGE].elpd >= min(one.elpd, other.elpd) - 1e-9
    assert scores[AVERAGE].crps <= max(one.crps, other.crps) + 0.01
    assert scores[AVERAGE].behind == 0.0
    assert one.behind == pytest.approx(one.crps - scores[AVERAGE].crps)


def test_all_weight_on_a_law_is_that_law() -> None:
    last = result(weights={"plateau": 0.0, "discovery": 1.0})
    scores = by_name(last)
    assert last.weights == {"plateau": 0.0, "discovery": 1.0}
    assert scores[STACKED].elpd == pytest.approx(scores["discovery"].elpd)
    assert scores[STACKED].crps == pytest.approx(scores["discovery"].crps, abs=0.02)


@pytest.mark.parametrize("moved", [-4.0, 4.0])
def test_an_error_has_the_sign_of_observed_less_forecast(moved: float) -> None:
    off = by_name(result())[AVERAGE].error
    level, there = (
        by_name(result(replace(OBS, log_price=OBS.log_price + (shift - off) * ~SEEN))) for shift in (0.0, moved)
    )
    for name, score in there.items():
        assert score.error == pytest.approx(level[name].error + moved)
        assert score.error_se == pytest.approx(level[name].error_se)
    assert level[AVERAGE].error == pytest.approx(0.0, abs=1e-9)
    assert there[AVERAGE].coverage90 < level[AVERAGE].coverage90
    assert there[AVERAGE].crps > level[AVERAGE].crps
    low, high = there[AVERAGE].error_span
    assert low > 0.0 if moved > 0 else high < 0.0


def test_a_fan_holds_the_share_of_the_new_prices_that_it_says() -> None:
    """Prices of a law's own world, drawn anew: of points on the footing of the fan, about nine in ten lie in its band."""
    from costfloor.forecast.origins import predict  # noqa: PLC0415  only here

    fits = {"plateau": FITS["plateau"]}
    simulated, _ = predict(FITS["plateau"], OBS, SEEN, ~SEEN, 7)
    held = []
    for draw in range(0, 400, 20):
        log_price = OBS.log_price.copy()
        log_price[~SEEN] = simulated[draw]
        last = typed(LastForecast, scored(fits, Sequel(DAY, replace(OBS, log_price=log_price), SEEN), None, seed=1))
        fans = {fan.family: fan for fan in last.fans}
        for came in last.arrivals:
            if not came.known:
                fan = fans[came.family]
                low, high = (
                    np.interp(
                        pd.Timestamp(came.day).value, pd.to_datetime(fan.days).as_unit("ns").asi8, fan.quantiles[at]
                    )
                    for at in (0, -1)
                )
                held.append(low <= came.log_price <= high)
    assert 0.8 < np.mean(held) < 0.97


def test_a_missed_gate_is_named() -> None:
    failed = replace(
        FITS["plateau"], receipt={**FITS["plateau"].receipt, "diagnostics": {"passed": False, "worst": "R-hat 1.2"}}
    )
    last = typed(LastForecast, scored({**FITS, "plateau": failed}, Sequel(DAY, OBS, SEEN), None, seed=1))
    assert last.failures == ("plateau: R-hat 1.2",)
    assert not last.passed


def test_laws_have_their_titles() -> None:
    from costfloor.studies.last_forecast.chapter import TITLES  # noqa: PLC0415  only here

    assert set(TITLES) == {*LAWS, AVERAGE, STACKED, *BASELINES}
