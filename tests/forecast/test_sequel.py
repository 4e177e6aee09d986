"""A past view and what came after it: models, births and prices that were known stay what they were."""

import numpy as np
import pandas as pd
from costfloor.capability.clock import market_clock
from costfloor.forecast.sequel import Sequel, sequel
from costfloor.laws.observations import DAYS_PER_YEAR, observations, subset
from costfloor.panel import MARKET, births_by, law_rows

DAY = pd.Timestamp("2024-07-31")
UNTIL = pd.Timestamp("2025-06-30")


def priced(model: str, days: list[str], prices: list[float], band: str = "GPT-4", **changes: object) -> pd.DataFrame:
    """Rows of a panel."""
    day = pd.to_datetime(days)
    rows = pd.DataFrame(
        {
            "model": model,
            "host": "host",
            "host_kind": "first_party",
            "date": day,
            "price_usd_per_mtok": prices,
            "n_benchmarks": 5,
            "capability": 121.0,
            "capability_sd": 1.0,
            "band": band,
            "band_centre": 120.0,
            "birth": pd.Timestamp("2023-03-14"),
            "clock_release": day[0],
            "segment": f"{band} open",
            "open_weights": True,
            "release_date": day[0],
        }
    )
    return rows.assign(**changes).astype({"open_weights": "boolean"})


A = priced("a", ["2023-06-01", "2023-12-01", "2024-06-01"], [9.0, 8.0, 7.0])
B = priced("b", ["2024-01-01", "2024-05-01"], [5.0, 4.0], capability=118.0)
NEW = priced("c", ["2024-10-01", "2025-02-01"], [2.0, 1.0], capability=125.0)
LATER = priced("a", ["2024-12-01"], [6.0])
EARLY = priced("early", ["2023-06-10"], [20.0], capability=101.0, clock_release=pd.Timestamp("2021-06-01"))
THEN = pd.concat([EARLY, A, B], ignore_index=True).assign(birth=lambda rows: births_by(market_clock(rows), rows))


def after_the_view(*more: pd.DataFrame, then: pd.DataFrame = THEN) -> Sequel:
    return sequel(DAY, UNTIL, then, pd.concat([then, *more], ignore_index=True))


def later_rows(*more: pd.DataFrame, then: pd.DataFrame = THEN) -> pd.DataFrame:
    after = after_the_view(*more, then=then)
    obs, rows = after.obs, np.flatnonzero(~after.seen)
    return pd.DataFrame(
        {
            "model": [obs.units[code] for code in obs.unit[rows]],
            "unit": obs.unit[rows],
            "family": [obs.families[code] for code in obs.family[rows]],
            "birth": obs.start + pd.to_timedelta((obs.unit_birth[obs.unit[rows]] * DAYS_PER_YEAR).round(), unit="D"),
            "price": np.exp(obs.log_price[rows]).round(6),
        }
    )


def test_what_was_known_is_what_a_fit_to_the_view_saw() -> None:
    after = after_the_view(NEW, LATER)
    past, direct = subset(after.obs, after.seen), observations(law_rows(THEN))
    assert past.units == direct.units
    assert past.quality_scale == direct.quality_scale
    for name in ("log_price", "time_years", "unit", "unit_quality", "unit_birth"):
        np.testing.assert_array_equal(getattr(past, name), getattr(direct, name))


def test_a_model_that_was_known_stays_what_it_was_whatever_later_scores_say() -> None:
    measured_anew = LATER.assign(capability=131.0, capability_sd=0.2, band="o1", birth=pd.Timestamp("2024-11-01"))
    rows = later_rows(NEW, measured_anew)
    assert rows["family"].unique().tolist() == [MARKET]
    known = rows[rows["model"] == "a"]
    assert known["birth"].tolist() == THEN.loc[THEN["model"] == "a", "birth"].unique().tolist()
    assert known["unit"].tolist() == [0]
    assert set(rows.loc[rows["model"] == "c", "unit"]) == {3}


def test_a_new_model_is_born_by_the_clock_of_then() -> None:
    """Whatever today's panel says of its birth, and whatever else was released since."""
    weak = priced("weak", ["2024-10-01"], [0.5], capability=101.0)
    far = priced("far", ["2024-10-01"], [9.0], capability=150.0)
    born = later_rows(NEW, weak, far).drop_duplicates("model").set_index("model")["birth"]
    # The record of then was 121 points on 2023-06-01, 20 points and two years above the first release.
    assert pd.Timestamp("2021-06-01") < born["weak"] < pd.Timestamp("2022-07-01")
    assert pd.Timestamp("2023-06-01") < born["c"] < pd.Timestamp("2024-06-01")
    assert born["far"] == pd.Timestamp("2024-10-01")
    stronger = [
        priced(f"later {number}", ["2024-08-01"], [3.0], capability=124.0 + number, birth=pd.Timestamp("2024-08-01"))
        for number in range(9)
    ]
    corrupted = later_rows(NEW.assign(birth=pd.Timestamp("2024-08-01")), weak, far, *stronger)
    again = corrupted.drop_duplicates("model").set_index("model")["birth"]
    pd.testing.assert_series_equal(again[born.index], born)


def test_a_price_of_then_on_another_day_is_no_new_one() -> None:
    moved = A.assign(date=A["date"].mask(A["price_usd_per_mtok"] == 7.0, pd.Timestamp("2024-09-01")))
    after = sequel(DAY, UNTIL, THEN, pd.concat([EARLY, moved, B, NEW], ignore_index=True))
    assert after.seen.sum() == len(THEN)
    assert (~after.seen).sum() == len(NEW)


def test_a_price_that_comes_back_is_a_new_one() -> None:
    again = priced("a", ["2024-11-01"], [9.0])
    assert later_rows(again)["price"].tolist() == [9.0]


def test_nothing_after_the_last_day_counts() -> None:
    late = priced("d", ["2025-07-01"], [1.0])
    assert later_rows(NEW, late).equals(later_rows(NEW))
