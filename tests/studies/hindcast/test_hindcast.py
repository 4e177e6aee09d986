"""Past views: what was known, on the clock of then; how a forecast fared, in either direction."""

from dataclasses import replace
from typing import Any

import costfloor.sampling.engine
import numpy as np
import pandas as pd
import pytest
from costfloor.fit import compiled
from costfloor.forecast.origins import masks
from costfloor.laws.observations import subset
from costfloor.laws.panel import market_observations
from costfloor.panel import MARKET, as_measured_in, law_rows
from costfloor.sampling.policy import Sampling
from costfloor.studies.hindcast.study import forecast_fared, half_years, hindcast_job, months_passed, view
from fault_worker import stand_in_sample
from made_up import made_up_fit, made_up_panel

DATE = pd.Timestamp("2024-07-31")
BIRTHS = {"GPT-4": "2023-03-14", "o1": "2024-09-12"}


def panel_rows(band: str, family: str, first: str, count: int, *, weights: bool) -> pd.DataFrame:
    """Models priced twice, every ten days, with noise: levels of new models are integrated out on a grid as fine as it is small."""
    noise = np.random.default_rng(count).normal(0.0, 0.3, count)
    number = np.repeat(np.arange(count // 2), 2)
    day = pd.Timestamp(first) + pd.to_timedelta(10 * np.arange(count), unit="D")
    return pd.DataFrame(
        {
            "model": [f"{family} {one}" for one in number],
            "host": "host",
            "host_kind": "first_party",
            "date": day,
            "recorded_on": day,
            "price_usd_per_mtok": np.exp(noise - 0.01 * np.arange(count)),
            "n_benchmarks": 5,
            "capability": 120.0 + number % 5,
            "capability_sd": 1.0,
            "band": band,
            "band_centre": 120.0,
            "birth": pd.Timestamp(BIRTHS[band]),
            "clock_release": day,
            "segment": family,
            "open_weights": weights,
            "release_date": day,
        }
    ).astype({"open_weights": "boolean"})


CLOSED = panel_rows("GPT-4", "GPT-4 closed", "2023-06-01", 60, weights=False)
OPENED = panel_rows("GPT-4", "GPT-4 open", "2024-06-01", 60, weights=True)
FRESH = panel_rows("o1", "o1 open", "2024-10-01", 20, weights=True)
NOW = pd.concat([CLOSED, OPENED, FRESH], ignore_index=True)
THEN = NOW[NOW["date"] <= DATE]


def test_half_years_end_with_the_last_price() -> None:
    assert [str(day.date()) for day in half_years(pd.Timestamp("2025-01-31"))] == [
        "2024-01-31", "2024-07-31", "2025-01-31",
    ]  # fmt: skip
    assert len(half_years(pd.Timestamp("2025-01-30"))) == 2


@pytest.mark.parametrize(
    ("last", "months"),
    [("2025-07-31", 12), ("2026-07-31", 12), ("2025-07-30", 11), ("2024-10-31", 3), ("2024-10-30", 0)],
)
def test_only_whole_months_count_and_fewer_than_three_do_not(last: str, months: int) -> None:
    assert months_passed(DATE, pd.Timestamp(last)) == months


def test_later_rows_stand_behind_those_of_then_with_the_births_of_then() -> None:
    found = view(DATE, THEN, NOW)
    assert found.obs.families == (MARKET,)
    assert found.seen.sum() == len(THEN)
    assert found.months == months_passed(DATE, NOW["date"].max())
    past, direct = subset(found.obs, found.seen), market_observations(law_rows(THEN), THEN)
    assert past.quality_scale == direct.quality_scale
    assert past.unit_birth == pytest.approx(direct.unit_birth)
    assert past.family_birth == pytest.approx(direct.family_birth)
    assert np.array_equal(past.log_price, direct.log_price)
    assert past.last == direct.last


def test_a_model_that_was_measured_then_is_no_other_model_now() -> None:
    more = NOW.assign(capability=NOW["capability"] + 3.0, band="o1")
    unseen = THEN.assign(n_benchmarks=THEN["n_benchmarks"].where(THEN["model"] != THEN["model"].iloc[0], 1))
    held = as_measured_in(unseen, more)
    known = held["model"].isin(unseen.loc[unseen["n_benchmarks"] > 1, "model"])
    assert 0 < known.sum() < len(held)
    assert held.loc[known, "capability"].equals(NOW.loc[known, "capability"])
    assert set(held.loc[known, "band"]) == {"GPT-4"}
    pd.testing.assert_frame_equal(held[~known], more[~known])
    assert held.dtypes.equals(more.dtypes)


def test_what_comes_after_the_horizon_changes_nothing() -> None:
    late = panel_rows("o1", "o1 open", "2025-08-15", 20, weights=True)
    before, after = view(DATE, THEN, NOW), view(DATE, THEN, pd.concat([NOW, late], ignore_index=True))
    assert after.obs.data_hash == before.obs.data_hash
    assert after.months == 12


def test_few_later_rows_are_no_test() -> None:
    few = NOW[(NOW["date"] <= DATE) | (NOW["date"] > "2025-06-15")]
    assert view(DATE, THEN, few.iloc[: len(THEN) + 5]).months == 0


@pytest.mark.parametrize("moved", [-3.0, 3.0])
def test_prices_below_the_forecast_are_an_error_below_zero(moved: float) -> None:
    obs = made_up_panel()
    seen, scored = masks(obs, pd.Timestamp("2023-12-31"), 12)
    past = subset(obs, seen)
    fit = made_up_fit(past, {"rate_floor": np.random.default_rng(0).normal(0.3, 0.1, 400)})
    off = forecast_fared(fit, obs, seen, scored, seed=1).error[1]
    obs = replace(obs, log_price=obs.log_price - off * scored)
    level = forecast_fared(fit, obs, seen, scored, seed=1)
    there = replace(obs, log_price=obs.log_price + moved * scored)
    fared = forecast_fared(fit, there, seen, scored, seed=1)
    assert level.error[1] == pytest.approx(0.0, abs=1e-9)
    assert np.subtract(fared.error, level.error) == pytest.approx(moved)
    assert np.sign(fared.error[1]) == np.sign(moved)
    assert fared.coverage90 <= level.coverage90
    assert fared.crps > level.crps
    assert fared.elpd < level.elpd


def test_one_law_at_one_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked holds of any draws; those of sampled fits are asked the same in the comparison of the command line."""
    monkeypatch.setattr(compiled, "compile_law", lambda law, obs: (law, obs))
    monkeypatch.setattr(costfloor.sampling.engine, "sample", stand_in_sample)
    short = Sampling(draws=100, tune=200, chains=2, target_accepts=(0.9,), longer=False)
    found: Any = hindcast_job("plateau", view(DATE, THEN, NOW).obs, DATE, 6, short)
    low, middle, high = found["found"]["rates"]["rate_floor"]
    assert low < middle < high
    assert 0 <= found["found"]["p_slowed"] <= 1
    assert found["fared"]["error"][0] < found["fared"]["error"][2]
    assert 0 <= found["fared"]["coverage90"] <= 1
