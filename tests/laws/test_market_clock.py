"""A subset works the births out anew, from the releases that had a price by its last measuring row."""

import numpy as np
import pandas as pd
import pytest
from costfloor.capability.clock import births, market_clock
from costfloor.laws.observations import DAYS_PER_YEAR, PriceObservations, observations, subset
from costfloor.laws.panel import market_observations, on_clock
from costfloor.panel import births_by, law_rows
from scipy.stats import norm

RELEASED = {"a": "2021-01-01", "late": "2021-09-01", "b": "2022-03-01", "c": "2023-06-01", "far": "2023-09-01"}
PRICED = {"a": "2021-02-01", "late": "2023-02-01", "b": "2022-03-01", "c": "2023-06-01", "far": "2023-09-01"}
CAPABILITY = {"a": 100.0, "late": 112.0, "b": 110.0, "c": 111.0, "far": 150.0}
SD = 4.0


def panel() -> pd.DataFrame:
    """Five models, each priced twice a month apart; relays alone price "late", and only long after its release."""
    names = list(RELEASED)
    first = pd.DataFrame(
        {
            "date": pd.to_datetime([PRICED[name] for name in names]),
            "model": names,
            "host": "h",
            "host_kind": ["aggregator" if name == "late" else "first_party" for name in names],
            "price_usd_per_mtok": [5.0, 4.0, 3.0, 2.0, 9.0],
            "n_benchmarks": 5,
            "capability": [CAPABILITY[name] for name in names],
            "capability_sd": SD,
            "segment": "all",
            "open_weights": False,
            "release_date": pd.to_datetime([RELEASED[name] for name in names]),
            "clock_release": pd.to_datetime([RELEASED[name] for name in names]),
        }
    )
    again = first.assign(date=first["date"] + pd.Timedelta(days=30), price_usd_per_mtok=first["price_usd_per_mtok"] / 2)
    rows = pd.concat([first, again], ignore_index=True).sort_values("date", ignore_index=True)
    return rows.assign(birth=births_by(market_clock(rows), rows))


def market() -> PriceObservations:
    return market_observations(law_rows(panel()), panel())


def until(obs: PriceObservations, day: str) -> np.ndarray:
    return obs.time_years <= (pd.Timestamp(day) - obs.start).days / DAYS_PER_YEAR


def birth_days(obs: PriceObservations) -> dict[str, float]:
    return dict(zip(obs.units, obs.unit_birth * DAYS_PER_YEAR, strict=True))


def test_the_whole_panel_has_the_births_of_its_builds() -> None:
    obs, plain = market(), observations(law_rows(panel()), price_unit="USD per million tokens")
    assert obs.unit_birth.tobytes() == plain.unit_birth.tobytes()
    assert obs.data_hash == plain.data_hash
    assert plain.clock is None
    again = subset(obs, np.ones(obs.n, bool))
    assert again.unit_birth.tobytes() == obs.unit_birth.tobytes()
    assert again.data_hash == obs.data_hash


def test_a_past_date_has_the_closed_form_of_what_was_priced_by_then() -> None:
    obs = market()
    first, last = (pd.Timestamp(RELEASED[name]) for name in "ab")
    interval = (last - first).days
    past = birth_days(subset(obs, until(obs, "2022-12-31")))
    expected = (first - obs.start).days + interval * norm.cdf((CAPABILITY["b"] - CAPABILITY["a"]) / SD)
    assert past == pytest.approx({"a": (first - obs.start).days, "b": expected}, abs=0.5)
    # Today the release of "late" comes between the two.
    late = (pd.Timestamp(RELEASED["late"]) - first).days
    not_reached = norm.cdf((CAPABILITY["b"] - np.array([CAPABILITY["a"], CAPABILITY["late"]])) / SD)
    today = (first - obs.start).days + late * not_reached[0] + (interval - late) * not_reached.prod()
    assert birth_days(obs)["b"] == pytest.approx(today, abs=0.5)
    assert past["b"] - today > 60.0


def test_models_to_come_are_born_by_the_clock_of_the_measuring_rows_and_at_their_entry_at_the_latest() -> None:
    obs = market()
    seen = until(obs, "2022-12-31")
    ahead = subset(obs, np.ones(obs.n, bool), measured_by=seen)
    past = subset(obs, seen)
    assert birth_days(ahead) | birth_days(past) == birth_days(ahead)
    known = market_clock(panel()[panel()["date"] <= "2022-12-31"])
    entry = (pd.Timestamp(RELEASED["c"]) - pd.Timestamp(0)).days
    (born,) = births(known, np.array([CAPABILITY["c"]]), np.array([entry]))
    assert birth_days(ahead)["c"] == pytest.approx(born - (obs.start - pd.Timestamp(0)).days, abs=0.5)
    assert birth_days(ahead)["c"] > birth_days(obs)["c"]
    assert birth_days(ahead)["far"] == (pd.Timestamp(RELEASED["far"]) - obs.start).days
    assert ahead.family_birth.tolist() == past.family_birth.tolist()


def test_a_subset_holds_no_later_release_and_its_hash_the_births_it_uses() -> None:
    obs = market()
    past = subset(obs, until(obs, "2022-12-31"))
    assert past.clock is not None
    assert obs.clock is not None
    assert past.clock.releases.clock.capability.tolist() == [CAPABILITY["a"], CAPABILITY["b"]]
    assert obs.clock.releases.clock.day.size == len(RELEASED)
    assert past.clock.entry.size == len(past.units)
    earlier = subset(obs, until(obs, "2022-12-31"), measured_by=until(obs, "2021-12-31"))
    assert (earlier.unit_birth != past.unit_birth).any()
    assert earlier.data_hash != past.data_hash
    without = panel().query("model != 'late'")
    assert subset(market_observations(law_rows(without), without), until(obs, "2022-12-31")).data_hash == past.data_hash


def test_a_subset_of_a_subset_is_that_of_the_whole() -> None:
    obs = market()
    inner, outer = until(obs, "2022-12-31"), until(obs, "2023-07-31")
    nested = subset(subset(obs, outer), inner[outer])
    direct = subset(obs, inner)
    assert nested.unit_birth.tobytes() == direct.unit_birth.tobytes()
    assert nested.data_hash == direct.data_hash


def test_a_release_after_the_first_price_ends_the_clock_of_its_model_as_the_panel_has_it() -> None:
    rows = panel()
    announced = rows["release_date"].mask(rows["model"] == "c", pd.Timestamp("2023-06-20"))
    rows = rows.assign(release_date=announced, clock_release=announced)
    rows = rows.assign(birth=births_by(market_clock(rows), rows))
    obs = market_observations(law_rows(rows), rows)
    plain = observations(law_rows(rows))
    assert obs.unit_birth.tobytes() == plain.unit_birth.tobytes()
    assert obs.unit_entry_time[obs.units.index("c")] == (pd.Timestamp(PRICED["c"]) - obs.start).days / DAYS_PER_YEAR


def test_births_that_a_table_gives_stay_as_they_are() -> None:
    rows = on_clock(law_rows(panel()), panel())
    obs = observations(rows)
    past = subset(obs, until(obs, "2022-12-31"))
    assert past.clock is None
    assert birth_days(past) == {name: birth_days(obs)[name] for name in past.units}
