"""The arrays every law sees: entries, ages, units, and a hash that moves with every value."""

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from costfloor.laws.observations import DAYS_PER_YEAR, PriceObservations, observations, subset
from hypothesis import given, settings
from hypothesis import strategies as st


def table() -> pd.DataFrame:
    """Two families, three models, two hosts; model b is listed by a second host a year after its first price."""
    return pd.DataFrame(
        {
            "date": pd.to_datetime(["2023-01-01", "2023-07-01", "2024-07-01", "2024-01-01", "2024-03-01"]),
            "price": [10.0, 4.0, 3.0, 20.0, 18.0],
            "quality": [1.0, 2.0, 2.0, 4.0, 4.0],
            "quality_sd": [0.1, 0.2, 0.2, 0.3, 0.3],
            "family": ["low", "low", "low", "high", "high"],
            "host": ["x", "x", "y", "x", "y"],
            "model": ["a", "b", "b", "c", "c"],
        }
    )


def same(one: PriceObservations, other: PriceObservations) -> bool:
    return all(np.array_equal(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))


def years(first: str, second: str) -> float:
    return (pd.Timestamp(second) - pd.Timestamp(first)).days / DAYS_PER_YEAR


def test_a_model_enters_once_and_its_rows_follow_it() -> None:
    obs = observations(table())
    assert obs.models_repeat
    assert (obs.n, len(obs.units), obs.families, obs.hosts) == (5, 3, ("high", "low"), ("x", "y"))
    later = obs.log_price == np.log(3.0)
    unit = obs.units.index("b")
    assert obs.unit[later] == [unit]
    assert obs.unit_entry_time[unit] == pytest.approx(years("2023-01-01", "2023-07-01"))
    assert obs.unit_birth[unit] == 0.0
    assert obs.age_years[later] == pytest.approx(years("2023-01-01", "2024-07-01"))
    assert obs.time_years[later] == pytest.approx(years("2023-01-01", "2024-07-01"))
    assert [obs.hosts[code] for code in obs.host[later]] == ["y"]


def test_families_are_born_on_their_first_date_and_centred_on_their_mean() -> None:
    obs = observations(table())
    high, low = 0, 1
    assert obs.family_birth.tolist() == [years("2023-01-01", "2024-01-01"), 0.0]
    assert obs.unit_birth.tolist() == obs.family_birth[obs.unit_family].tolist()
    assert not obs.births_differ
    assert obs.ages_at_last == pytest.approx([years("2024-01-01", "2024-07-01"), years("2023-01-01", "2024-07-01")])
    assert obs.mean_age_at_last == pytest.approx(obs.ages_at_last.mean())
    centre = np.mean([1.0, 2.0, 2.0])
    assert obs.quality[obs.family == low] == pytest.approx(np.array([1.0, 2.0, 2.0]) - centre)
    assert obs.quality[obs.family == high] == pytest.approx([0.0, 0.0])


def test_given_births_centres_and_entries_are_used() -> None:
    frame = table().assign(
        family_birth=pd.to_datetime(["2022-06-01"] * 3 + ["2023-12-01"] * 2),
        quality_centre=[0.5] * 3 + [3.0] * 2,
        entry=pd.Series(["2022-12-01", "2023-06-01", "2023-06-01", None, None], dtype="datetime64[us]"),
    )
    obs = observations(frame)
    a, b, c = (obs.units.index(name) for name in "abc")
    assert obs.family_birth == pytest.approx([years("2023-01-01", "2023-12-01"), years("2023-01-01", "2022-06-01")])
    assert obs.unit_quality[[b, c]] == pytest.approx([1.5, 1.0])
    assert obs.unit_entry_time[b] == pytest.approx(years("2023-01-01", "2023-06-01"))
    # An unknown entry is the first date; one before the first price of all lies before the start.
    assert obs.unit_entry_time[c] == pytest.approx(years("2023-01-01", "2024-01-01"))
    assert obs.unit_entry_time[a] == pytest.approx(years("2023-01-01", "2022-12-01"))
    assert obs.unit_entry_time[a] - obs.unit_birth[a] == pytest.approx(years("2022-06-01", "2022-12-01"))


def market() -> pd.DataFrame:
    """The same in one family, with births by model to fractions of a day; c is ahead of its market, b alone has open weights."""
    births = {"a": "2022-06-01 12:00", "b": "2023-03-01 00:00", "c": "2024-02-01 00:00"}
    return table().assign(
        family="market", birth=pd.to_datetime(table()["model"].map(births)), open_weights=table()["model"].eq("b")
    )


def test_births_of_models_win_over_those_of_families() -> None:
    obs = observations(market().assign(family_birth=pd.Timestamp("2021-01-01")))
    a, b, c = (obs.units.index(name) for name in "abc")
    days = (pd.Timestamp("2022-06-01 12:00") - pd.Timestamp("2023-01-01")) / pd.Timedelta(days=1)
    assert obs.unit_birth[a] == days / DAYS_PER_YEAR
    assert obs.unit_birth[[b, c]].tolist() == [years("2023-01-01", "2023-03-01"), years("2023-01-01", "2024-02-01")]
    assert obs.births_differ
    assert obs.ahead_of_market
    assert obs.age_years[obs.unit == c].tolist() == pytest.approx(
        [years("2024-02-01", "2024-01-01"), years("2024-02-01", "2024-03-01")]
    )
    assert obs.family_birth == pytest.approx([obs.unit_birth.mean()])
    assert obs.mean_age_at_last == pytest.approx((obs.last_time_years - obs.unit_birth).mean())
    assert obs.reference_years == obs.last_time_years


def test_open_weights_are_held_against_their_share_in_the_family() -> None:
    obs = observations(market())
    assert obs.open_weights_differ
    assert obs.unit_open_contrast == pytest.approx(obs.unit_open - 1.0 / 3.0)
    by_kind = observations(table().assign(open_weights=table()["family"].eq("low")))
    assert not by_kind.open_weights_differ
    assert not by_kind.unit_open_contrast.any()


def test_on_sale_is_what_had_a_price_in_the_last_year() -> None:
    obs = observations(table())
    assert set(np.array(obs.units)[obs.on_sale]) == {"b", "c"}


def test_an_entry_after_the_first_price_is_the_first_price() -> None:
    assert same(observations(table().assign(entry=pd.Timestamp("2024-12-31"))), observations(table()))


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.dates(pd.Timestamp("2020-01-01").date(), pd.Timestamp("2025-12-31").date()), st.sampled_from("abc")
        ),
        min_size=2,
        max_size=20,
    ),
    st.dates(pd.Timestamp("2019-01-01").date(), pd.Timestamp("2026-12-31").date()),
)
def test_a_capability_is_born_before_or_after_its_prices(rows: list[tuple[object, str]], birth: object) -> None:
    frame = pd.DataFrame(rows, columns=["date", "model"]).astype({"date": "datetime64[us]"})
    frame = frame.assign(price=1.0, quality=0.0, family="all", family_birth=pd.Timestamp(str(birth)), host="x")
    obs = observations(frame)
    for array in (obs.unit_entry_time, obs.time_years, obs.ages_at_last):
        assert (array >= 0.0).all()
    assert (obs.age_years == obs.time_years - obs.family_birth[0]).all()
    assert obs.ahead_of_market == bool((obs.age_years < 0.0).any())
    assert obs.mean_age_at_last > 0.0


def test_rows_are_units_where_no_model_repeats() -> None:
    frame = table().drop_duplicates("model")
    for single in (frame, table().drop(columns="model")):
        obs = observations(single)
        assert not obs.models_repeat
        assert obs.units == ()
        assert obs.unit.tolist() == list(range(len(single)))
        assert obs.unit_entry_time == pytest.approx(obs.time_years)


def test_a_model_with_two_qualities_is_two_units() -> None:
    frame = pd.concat([table(), table().tail(1).assign(quality=5.0)], ignore_index=True)
    obs = observations(frame)
    assert obs.units.count("c") == 2
    assert len(obs.unit_quality) == 4


def test_a_table_without_hosts_and_spread_of_quality() -> None:
    obs = observations(table().drop(columns=["host", "quality_sd"]).assign(quality=3.0))
    assert obs.hosts == ()
    assert (obs.host == 0).all()
    assert (obs.unit_quality_sd == 0.0).all()
    assert obs.quality_scale == 1.0


@pytest.mark.parametrize("seed", range(5))
def test_row_order_does_not_matter(seed: int) -> None:
    shuffled = table().sample(frac=1.0, random_state=seed)
    assert same(observations(shuffled), observations(table()))


@pytest.mark.parametrize(
    ("column", "row", "value"),
    [
        ("price", 2, 3.0 + 1e-12),
        ("date", 2, pd.Timestamp("2024-07-02")),
        ("quality", 0, 1.5),
        ("quality_sd", 3, 0.31),
        ("family", 4, "low"),
        ("family", 0, "lower"),
        ("host", 0, "z"),
        ("model", 0, "d"),
    ],
)
def test_the_hash_moves_with_every_value(column: str, row: int, value: object) -> None:
    changed = [value if position == row else old for position, old in enumerate(table()[column])]
    frame = table().assign(**{column: pd.Series(changed)})
    assert observations(frame).data_hash != observations(table()).data_hash


def test_the_hash_moves_with_a_row_and_with_optional_columns() -> None:
    hashes = {
        observations(frame).data_hash
        for frame in (
            table(),
            table().tail(4),
            pd.concat([table(), table().tail(1).assign(price=17.0)]),
            table().assign(family_birth=pd.Timestamp("2022-01-01")),
            table().assign(birth=pd.Timestamp("2022-01-02")),
            table().assign(open_weights=True),
            table().assign(quality_centre=0.0),
            table().assign(entry=pd.Timestamp("2022-01-01")),
            table().assign(date=table()["date"] + pd.Timedelta(days=365)),
            table().drop(columns="host"),
        )
    }
    assert len(hashes) == 10
    assert observations(table()).data_hash in hashes


def test_a_subset_keeps_the_start_and_forgets_what_it_lacks() -> None:
    obs = observations(table())
    known = np.asarray(obs.time_years <= years("2023-01-01", "2023-12-31"))
    past = subset(obs, known)
    assert (past.n, past.units, past.families, past.hosts) == (2, ("a", "b"), ("low",), ("x",))
    assert past.last == pd.Timestamp("2023-07-01")
    assert past.start == obs.start
    assert np.array_equal(past.log_price, obs.log_price[known])
    assert past.family_birth == pytest.approx(obs.family_birth[[1]])
    assert past.reference_years == past.last_time_years
    # Centre and scale of quality are those of the rows it has, unless others are to measure it.
    assert past.unit_quality == pytest.approx([-0.5, 0.5])
    assert past.quality_scale == pytest.approx(0.5)
    measured = subset(obs, known, measured_by=np.ones(obs.n, bool))
    assert measured.quality_scale == obs.quality_scale
    assert measured.quality == pytest.approx(obs.quality[known])
    assert past.data_hash != obs.data_hash


@pytest.mark.parametrize("make", [table, market])
def test_a_subset_of_all_rows_is_the_whole(make: Callable[[], pd.DataFrame]) -> None:
    obs = observations(make())
    whole = subset(obs, np.ones(obs.n, bool))
    assert all(
        np.array_equal(getattr(whole, f.name), getattr(obs, f.name)) for f in fields(obs) if f.name != "data_hash"
    )


def test_what_is_measured_by_some_rows_counts_from_their_models_and_their_last_date() -> None:
    obs = observations(market())
    seen = obs.time_years <= years("2023-01-01", "2023-12-31")
    past, whole = subset(obs, seen), subset(obs, np.ones(obs.n, bool), measured_by=seen)
    assert whole.n == obs.n
    for name in ("centres", "family_birth", "family_open", "reference_years", "quality_scale"):
        assert getattr(whole, name) == getattr(past, name)
        assert getattr(whole, name) != getattr(obs, name)
    assert whole.last == obs.last


@pytest.mark.parametrize("make", [table, market])
def test_a_subset_does_not_see_later_rows(make: Callable[[], pd.DataFrame]) -> None:
    later = make()
    after = later["date"] > "2024-01-01"
    later.loc[after, "price"] *= 7.0
    if "birth" in later:
        # Of the model that had entered by then all but the price is known.
        stranger = later[after].assign(
            model="d", quality=90.0, birth=pd.Timestamp("2029-01-01"), open_weights=True, host="z"
        )
        later = pd.concat([later, stranger], ignore_index=True)
    pasts = []
    for frame in (make(), later):
        obs = observations(frame)
        pasts.append(subset(obs, obs.time_years <= years("2023-01-01", "2024-01-01")))
    assert same(*pasts)
