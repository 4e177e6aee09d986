"""No look-ahead: whatever happens to rows after an origin, fits and forecasts from there stay as they were."""

from dataclasses import fields, is_dataclass
from functools import cache

import numpy as np
import pandas as pd
import pytest
from costfloor.capability.clock import market_clock
from costfloor.fit.result import Fit
from costfloor.forecast.baselines import BASELINES, baseline_forecasts
from costfloor.forecast.origins import in_view, masks, predict
from costfloor.laws import LAWS
from costfloor.laws.observations import PriceObservations, observations, subset
from costfloor.laws.panel import market_observations
from costfloor.laws.simulate import MarketDesign, simulate_market
from costfloor.panel import births_by, law_rows
from hypothesis import given, settings
from hypothesis import strategies as st
from test_forecast import draws_of, fit_with, market

ORIGIN = pd.Timestamp("2023-12-31")
HORIZON = 6
END = ORIGIN + pd.DateOffset(months=HORIZON)
CASES = st.integers(0, 2**32 - 1)


def anchored(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with centres and births of its own, as the project's panel has them."""
    births = {"old": "2021-06-01", "mid": "2022-09-01", "new": "2024-02-01", "newer": "2024-05-01"}
    centres = {"old": 0.0, "mid": 0.5, "new": 1.0, "newer": 2.0}
    return frame.assign(
        family_birth=pd.to_datetime(frame["family"].map(births)), quality_centre=frame["family"].map(centres)
    )


def corrupted(frame: pd.DataFrame, seed: int, after: pd.Timestamp = ORIGIN) -> pd.DataFrame:
    """The table with rows after a day thrown away, changed in every column, and added."""
    rng = np.random.default_rng(seed)
    past, later = frame[frame["date"] <= after], frame[frame["date"] > after]
    kept = later.sample(frac=float(rng.random()), random_state=seed)
    added = later.sample(n=30, replace=True, random_state=seed + 1 if seed < 2**32 - 1 else 0)
    rows = pd.concat([kept, added], ignore_index=True)
    size = len(rows)
    rows = rows.assign(
        date=after + pd.to_timedelta(rng.integers(1, 900, size), unit="D"),
        price=rng.lognormal(0.0, 4.0, size),
        quality=rng.normal(3.0, 9.0, size),
        family=rng.choice(["old", "mid", "new", "newer"], size),
        model=rng.choice(["A", "B", "C", "E", "Z"], size),
        host=rng.choice(["h1", "h2", "elsewhere"], size),
    )
    return pd.concat([past, rows], ignore_index=True)


def past_of(frame: pd.DataFrame) -> PriceObservations:
    obs = observations(frame)
    return subset(obs, masks(obs, ORIGIN, 0)[0])


def a_fit(past: PriceObservations, law: str, size: int = 300) -> Fit:
    return fit_with(draws_of(law, past, size, np.random.default_rng(4)))


@pytest.mark.parametrize("arrange", [lambda frame: frame, anchored], ids=["plain", "anchored"])
@settings(max_examples=20)
@given(seed=CASES)
def test_what_a_fit_sees_is_the_same_byte_for_byte(arrange, seed: int) -> None:  # type: ignore[no-untyped-def]
    before, after = past_of(arrange(market())), past_of(arrange(corrupted(market(), seed)))
    alone = observations(arrange(market()).query("date <= @ORIGIN"))
    for other in (after, alone):
        for field in fields(before):
            one, two = getattr(before, field.name), getattr(other, field.name)
            same = one.tobytes() == two.tobytes() if isinstance(one, np.ndarray) else one == two
            assert same, field.name


@pytest.mark.parametrize("law", LAWS)
@settings(max_examples=5)
@given(seed=CASES)
def test_what_lies_behind_the_horizon_changes_no_forecast_by_a_byte(law: str, seed: int) -> None:
    forecasts = []
    for frame in (anchored(market()), corrupted(anchored(market()), seed, END)):
        obs = observations(anchored(frame))
        seen, scored = masks(obs, ORIGIN, HORIZON)
        assert scored.any()
        forecasts.append(predict(a_fit(subset(obs, seen), law, 20), obs, seen, scored, seed=1))
    for one, two in zip(*forecasts, strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("law", LAWS)
def test_prices_within_the_horizon_change_no_forecast_by_a_byte(law: str) -> None:
    frame = anchored(market())
    dearer = frame.assign(price=frame["price"].where(frame["date"] <= ORIGIN, 77.0 * frame["price"]))
    forecasts = []
    for table in (frame, dearer):
        obs = observations(table)
        seen, scored = masks(obs, ORIGIN, HORIZON)
        forecasts.append(predict(a_fit(subset(obs, seen), law, 20), obs, seen, scored, seed=1)[0])
    np.testing.assert_array_equal(*forecasts)


@pytest.mark.slow  # samples nothing, and simulates for seconds
@pytest.mark.parametrize("law", ["exponential", "encompassing"], ids=["of one rate", "with innovations"])
def test_a_new_family_is_forecast_alike_whichever_of_its_models_come_later(law: str) -> None:
    frame = anchored(market())
    late = frame[frame["family"] == "new"].tail(1)
    many = pd.concat([frame, *(late.assign(model=f"late {n}", date=END) for n in range(60))], ignore_index=True)
    means = []
    for table in (frame, many):
        obs = observations(table)
        seen, scored = masks(obs, ORIGIN, HORIZON)
        rows = np.flatnonzero(scored)
        simulated, _ = predict(a_fit(subset(obs, seen), law, 20_000), obs, seen, scored, seed=1)
        # The first price of model D, which both tables have.
        (row,) = np.flatnonzero([obs.units[obs.unit[n]] == "D" and obs.hosts[obs.host[n]] == "h1" for n in rows])[:1]
        means.append((simulated[:, row].mean(), simulated[:, row].std() / np.sqrt(len(simulated))))
    (one, error), (two, other_error) = means
    assert abs(one - two) < 4 * np.hypot(error, other_error)


def made_up_market() -> pd.DataFrame:
    design = MarketDesign(models=50, rows=110, hosts=4, start="2021-06-01")
    return simulate_market(LAWS["discovery"], {"rate": 1.0, "discoveries_per_year": 20.0}, design, seed=5)


@pytest.mark.parametrize("law", LAWS)
@settings(max_examples=5)
@given(seed=CASES)
def test_what_lies_behind_the_horizon_changes_no_forecast_of_a_market_by_a_byte(law: str, seed: int) -> None:
    frame, rng = made_up_market(), np.random.default_rng(seed)
    later = frame["date"] > END
    count = int(later.sum())
    rows = frame[later].assign(
        date=END + pd.to_timedelta(rng.integers(1, 900, count), unit="D"),
        price=rng.lognormal(0.0, 4.0, count),
        quality=rng.normal(300.0, 90.0, count),
        birth=END + pd.to_timedelta(rng.uniform(-3000.0, 3000.0, count), unit="D"),
        open_weights=rng.random(count) < rng.random(),
        model=[f"z{number % 7}" for number in range(count)],
        host=rng.choice(["host 1", "elsewhere"], count),
    )
    rows["entry"] = rows["date"]
    forecasts = []
    for table in (frame, pd.concat([frame[~later], rows], ignore_index=True)):
        obs = observations(table)
        seen, scored = masks(obs, ORIGIN, HORIZON)
        assert scored.any()
        forecasts.append(predict(a_fit(subset(obs, seen), law, 20), obs, seen, scored, seed=1))
    for one, two in zip(*forecasts, strict=True):
        np.testing.assert_array_equal(one, two)


def test_a_family_that_nobody_knew_of_is_not_scored() -> None:
    for frame, known in ((market(), {"old", "mid"}), (anchored(market()), {"old", "mid", "new"})):
        obs = observations(frame)
        scored = masks(obs, ORIGIN, HORIZON)[1]
        assert {obs.families[code] for code in obs.family[scored]} == known


def test_rivals_do_not_know_when_a_family_will_open() -> None:
    frame = anchored(market())
    forecasts = []
    for born in ("2024-02-01", "2019-01-01"):
        birth = frame["family_birth"].where(frame["family"] != "new", pd.Timestamp(born))
        obs = observations(frame.assign(family_birth=birth))
        seen, scored = masks(obs, ORIGIN, HORIZON)
        forecasts.append(baseline_forecasts(obs, seen, scored, draws=20, seed=1).forecasts)
    before, after = forecasts
    assert "epoch_ols" in before
    assert set(before) <= set(BASELINES)
    for name, forecast in before.items():
        np.testing.assert_array_equal(forecast.simulated, after[name].simulated)
        np.testing.assert_array_equal(forecast.unit_log_density, after[name].unit_log_density)


@cache
def panel(models: int = 70) -> pd.DataFrame:
    """A panel whose models are priced long after their release, some by relays first, which the laws do not see."""
    rng = np.random.default_rng(8)
    released = pd.Timestamp("2021-06-01") + pd.to_timedelta(np.sort(rng.integers(0, 1300, models)), unit="D")
    first_priced = released + pd.to_timedelta(rng.integers(0, 1200, models), unit="D")
    lists = []
    for number in range(models):
        capability = 100.0 + 0.03 * (released[number] - released[0]).days - rng.gamma(2.0, 4.0)
        dated, relayed = rng.random() < 0.8, rng.random() < 0.4
        kinds = (["aggregator"] if relayed else []) + ["first_party", "inference_host", "first_party"]
        days = first_priced[number] + pd.to_timedelta(np.cumsum(rng.integers(0, 150, len(kinds))), unit="D")
        lists.append(
            pd.DataFrame(
                {
                    "date": days,
                    "model": f"m{number:02}",
                    "host": [f"{kind} {number % 3}" for kind in kinds],
                    "host_kind": kinds,
                    "price_usd_per_mtok": rng.lognormal(0.0, 1.0, len(kinds)),
                    "n_benchmarks": 5,
                    "capability": capability,
                    "capability_sd": rng.uniform(0.5, 3.0),
                    "segment": "all",
                    "birth": pd.Timestamp("2020-01-01"),
                    "open_weights": number % 2 == 0,
                    "release_date": released[number] if dated or number % 2 else pd.NaT,
                    "clock_release": released[number] if dated else pd.NaT,
                }
            )
        )
    rows = pd.concat(lists, ignore_index=True).sort_values(["date", "model", "host"], ignore_index=True)
    return rows.assign(birth=births_by(market_clock(rows), rows))


def corrupted_panel(rows: pd.DataFrame, seed: int, after: pd.Timestamp = ORIGIN) -> pd.DataFrame:
    """The panel with rows after a day thrown away, changed in every column, and added, to models that were known as well."""
    rng = np.random.default_rng(seed)
    past, later = rows[rows["date"] <= after], rows[rows["date"] > after]
    kept = later.sample(frac=float(rng.random()), random_state=seed)
    others = pd.concat([kept, rows.sample(n=40, random_state=seed)], ignore_index=True)
    size = len(others)
    others = others.assign(
        date=after + pd.to_timedelta(rng.integers(1, 900, size), unit="D"),
        price_usd_per_mtok=rng.lognormal(0.0, 4.0, size),
        host_kind=rng.choice(["first_party", "aggregator"], size),
        capability=rng.normal(110.0, 30.0, size),
        capability_sd=rng.uniform(0.1, 9.0, size),
        birth=after + pd.to_timedelta(rng.uniform(-3000.0, 900.0, size).round(), unit="D"),
        release_date=after + pd.to_timedelta(rng.integers(-900, 900, size), unit="D"),
        clock_release=after + pd.to_timedelta(rng.integers(-900, 900, size), unit="D"),
        model=[f"z{number % 9}" if rng.random() < 0.5 else name for number, name in enumerate(others["model"])],
    )
    return pd.concat([past, others], ignore_index=True).sort_values(["date", "model", "host"], ignore_index=True)


def panel_view(rows: pd.DataFrame, horizon_months: int) -> PriceObservations:
    """What a fit from the origin sees, or with a horizon what a forecast does."""
    obs = market_observations(law_rows(rows), rows)
    seen, scored = masks(obs, ORIGIN, horizon_months)
    return in_view(obs, seen, scored)[0]


def flat(value: object) -> dict[str, object]:
    """Every value in a frozen dataclass by its path, arrays as bytes."""
    if not is_dataclass(value):
        return {"": (value.shape, value.tobytes()) if isinstance(value, np.ndarray) else value}
    return {
        f"{field.name}.{path}": leaf
        for field in fields(value)
        for path, leaf in flat(getattr(value, field.name)).items()
    }


@settings(max_examples=20)
@given(seed=CASES)
def test_births_and_clock_of_a_fit_to_the_panel_are_the_same_byte_for_byte(seed: int) -> None:
    """Births from an origin rest on what had a price by then.

    On prices to April 2026, 115 of the 137 models seen on 2025-04-30 are born elsewhere today, by 0.26 years on average and 0.77 at
    most, as models released before them have been priced since.
    """
    rows = panel()
    before = flat(panel_view(rows, 0))
    assert flat(panel_view(corrupted_panel(rows, seed), 0)) == before
    assert flat(panel_view(rows[rows["date"] <= ORIGIN], 0)) == before


@settings(max_examples=20)
@given(seed=CASES)
def test_births_and_clock_of_a_forecast_of_the_panel_are_the_same_byte_for_byte(seed: int) -> None:
    """Models to come are born by the clock of the origin, whatever the panel or relays within the horizon say."""
    rows = panel()
    before = flat(panel_view(rows, HORIZON))
    assert flat(panel_view(corrupted_panel(rows, seed, END), HORIZON)) == before
    relays = (rows["date"] > ORIGIN) & (rows["host_kind"] == "aggregator")
    dated = rows["release_date"].notna()
    assert flat(panel_view(rows[~(relays & dated)], HORIZON)) == before


def test_the_panel_of_these_tests_has_births_in_hindsight() -> None:
    rows = panel()
    obs, past, ahead = market_observations(law_rows(rows), rows), panel_view(rows, 0), panel_view(rows, HORIZON)
    today = dict(zip(obs.units, obs.unit_birth, strict=True))
    known = np.array([today[name] for name in past.units])
    assert np.mean(past.unit_birth != known) > 0.5
    to_come = [code for code, name in enumerate(ahead.units) if name not in past.units]
    assert np.mean(ahead.unit_birth[to_come] != [today[ahead.units[code]] for code in to_come]) > 0.5
