"""Spells from dated lists: the order of arrival does not matter, and nothing is made up."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from random import Random

import numpy as np
import pandas as pd
import pytest
from costfloor.data.history import extend_by_lists
from costfloor.data.schemas import QUOTE_COLUMNS
from costfloor.data.spell_rows import DatedList
from costfloor.data.statements import announcements, statements
from costfloor.data.vintages import Coverage
from hypothesis import given, settings
from hypothesis import strategies as st

TIDY = (
    "provider",
    "model_id",
    "tier",
    "input_usd_per_mtok",
    "output_usd_per_mtok",
    "cache_read_usd_per_mtok",
    "cache_write_usd_per_mtok",
    "batch_input_usd_per_mtok",
    "batch_output_usd_per_mtok",
    "mode",
    "valid_from",
    "valid_to",
    "place",
    "note",
)
TEXTS = ("provider", "model_id", "tier", "mode", "place", "note")
DATES = ("valid_from", "valid_to")


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text).as_unit("us")


def dated(when: str, prices: dict[str, float | tuple[float, float]], **columns: object) -> DatedList:
    """A list of one host: model id to input price (output is four times that) or to both prices."""
    rows = []
    for model_id, price in prices.items():
        first, second = price if isinstance(price, tuple) else (price, 4 * price)
        row = dict.fromkeys(TIDY) | {"provider": "host", "model_id": model_id, "mode": "chat", "place": f"/{model_id}"}
        rows.append(row | {"input_usd_per_mtok": first, "output_usd_per_mtok": second} | columns)
    numbers = [name for name in TIDY if name.endswith("_per_mtok")]
    kinds = {"str": TEXTS, "datetime64[us]": DATES, "float64": numbers}
    kind = {name: kind for kind, names in kinds.items() for name in names}
    cells = {name: pd.Series([row[name] for row in rows], dtype=kind[name]) for name in TIDY}
    return DatedList(day(when), pd.DataFrame(cells), f"list of {when}")


@cache
def nothing() -> pd.DataFrame:
    texts = {name: pd.Series([], dtype="str") for name in (*QUOTE_COLUMNS, "tier")}
    frame = pd.DataFrame(texts)
    dates = ("changed_after", "recorded_on", "valid_to")
    numbers = [name for name in QUOTE_COLUMNS if name.endswith("_per_mtok")]
    types = dict.fromkeys(dates, "datetime64[us]") | dict.fromkeys(numbers, "float64") | {"left_censored": "bool"}
    return frame.astype(types)


def spells(*lists: DatedList, base: pd.DataFrame | None = None) -> pd.DataFrame:
    found = extend_by_lists(nothing() if base is None else base, "models_dev", lists)
    return found.sort_values(["model_id", "recorded_on"]).reset_index(drop=True)


def test_a_price_that_holds_is_one_open_spell() -> None:
    found = spells(dated("2026-01-31", {"a": 1.0}), dated("2026-02-28", {"a": 1.0}))
    assert found[["model_id", "event"]].values.tolist() == [["a", "first"]]
    assert found["left_censored"].tolist() == [True]
    assert found["valid_to"].isna().all()
    assert found["changed_after"].isna().all()


def test_a_change_ends_one_spell_and_begins_another_between_two_days() -> None:
    found = spells(dated("2026-01-31", {"a": 1.0}), dated("2026-02-28", {"a": 0.5}), dated("2026-03-31", {"a": 0.5}))
    assert found["event"].tolist() == ["first", "change"]
    assert found["valid_to"].tolist() == [day("2026-02-28"), pd.NaT]
    assert found["end_reason"].tolist()[0] == "changed"
    assert (found.loc[1, "changed_after"], found.loc[1, "recorded_on"]) == (day("2026-01-31"), day("2026-02-28"))


def test_a_price_that_vanished_is_an_exit_and_one_that_returns_a_new_spell() -> None:
    found = spells(
        dated("2026-01-31", {"a": 1.0, "b": 2.0}),
        dated("2026-02-28", {"b": 2.0}),
        dated("2026-03-31", {"a": 1.0, "b": 2.0}),
    )
    gone, back, other = found.itertuples(index=False)
    assert (gone.valid_to, gone.end_reason) == (day("2026-02-28"), "vanished")
    assert (back.event, back.changed_after, back.recorded_on) == ("reappeared", day("2026-02-28"), day("2026-03-31"))
    assert pd.isna(other.valid_to)


def test_an_entry_that_cannot_be_read_is_no_exit() -> None:
    garbled = dated("2026-02-28", {"b": 2.0})
    garbled = DatedList(garbled.day, garbled.quotes, garbled.evidence, frozenset({("host", "a")}))
    found = spells(dated("2026-01-31", {"a": 1.0, "b": 2.0}), garbled, dated("2026-03-31", {"a": 1.0, "b": 2.0}))
    assert found["event"].tolist() == ["first", "first"]
    assert found["valid_to"].isna().all()


def test_dust_is_no_price_change() -> None:
    lists = [dated("2026-01-31", {"a": 0.05}), dated("2026-02-28", {"a": (0.049999999999999996, 0.2)})]
    assert spells(*lists)["event"].tolist() == ["first"]
    assert spells(*lists)["input_usd_per_mtok"].tolist() == [0.05]
    own = [
        stated("2026-03-01", {"a": 0.05}, "2026-01-05"),
        dated("2026-04-01", {"a": (0.05 * (1 - 1e-12), 0.2)}, valid_from=day("2026-01-05")),
    ]
    assert len(statements(nothing(), "table", own)) == 1


def test_a_part_of_a_list_ends_nothing_and_what_is_new_came_after_the_last_whole_one() -> None:
    part = replace(dated("2026-02-28", {"b": 1.5, "c": 3.0}), coverage=Coverage.PARTIAL)
    found = spells(dated("2026-01-31", {"a": 1.0, "b": 2.0}), part, dated("2026-03-31", {"a": 0.5, "b": 1.5, "d": 4.0}))
    told = found[["model_id", "event", "changed_after", "recorded_on", "valid_to"]].values.tolist()
    first, second, third = day("2026-01-31"), day("2026-02-28"), day("2026-03-31")
    assert told == [
        ["a", "first", pd.NaT, first, third],
        ["a", "change", first, third, pd.NaT],
        ["b", "first", pd.NaT, first, second],
        ["b", "change", first, second, pd.NaT],
        ["c", "first", first, second, third],
        ["d", "first", first, third, pd.NaT],
    ]


def test_a_change_behind_an_unreadable_entry_came_after_the_price_was_last_seen() -> None:
    garbled = replace(dated("2026-02-28", {"b": 2.0}), unreadable=frozenset({("host", "a")}))
    found = spells(dated("2026-01-31", {"a": 1.0}), garbled, dated("2026-03-31", {"a": 0.5, "b": 2.0}))
    change = found[found["event"] == "change"].iloc[0]
    assert (change["changed_after"], change["recorded_on"]) == (day("2026-01-31"), day("2026-03-31"))


@pytest.mark.parametrize(
    ("start", "begins", "after"),
    [
        ("2026-06-15", "2026-06-15", "2026-06-14"),
        ("2027-03-01", "2027-03-01", "2027-02-28"),
        # The first list had the old price on that day or later: it knew better than this one says.
        ("2026-01-31", "2027-03-31", "2026-01-31"),
        ("2025-06-01", "2027-03-31", "2026-01-31"),
    ],
)
def test_a_change_begins_on_its_stated_day(start: str, begins: str, after: str) -> None:
    changed = dated("2027-03-31", {"a": 0.5}, valid_from=day(start))
    old, new = spells(dated("2026-01-31", {"a": 1.0}), changed).itertuples(index=False)
    assert (new.recorded_on, new.changed_after, old.valid_to) == (day(begins), day(after), day(begins))


def test_a_newcomer_and_one_that_returns_begin_on_the_stated_day_when_they_were_not_there() -> None:
    empty = dated("2026-02-28", {"z": 1.0})
    back = dated("2026-03-31", {"a": 1.0, "n": 2.0, "z": 1.0}, valid_from=day("2026-03-10"))
    found = spells(dated("2026-01-31", {"a": 1.0, "z": 1.0}), empty, back).set_index(["model_id", "event"])
    assert (
        found.loc[("a", "reappeared"), "recorded_on"] == found.loc[("n", "first"), "recorded_on"] == day("2026-03-10")
    )
    assert not found.loc[("n", "first"), "left_censored"]
    early = dated("2026-03-31", {"a": 1.0, "z": 1.0}, valid_from=day("2026-02-10"))
    again = spells(dated("2026-01-31", {"a": 1.0, "z": 1.0}), empty, early).set_index(["model_id", "event"])
    assert again.loc[("a", "reappeared"), "recorded_on"] == day("2026-03-31")


@pytest.mark.parametrize("gone", [False, True])
def test_a_flag_goes_on_with_the_price_it_was_set_for(gone: bool) -> None:
    base = known(quality_flag="unit_error_suspect", valid_to=day("2025-12-20") if gone else pd.NaT)
    same = dated("2026-01-31", {"a": 1.0}, cache_read_usd_per_mtok=0.1)
    found = spells(same, dated("2026-02-28", {"a": 0.5}), dated("2026-03-31", {"a": 1.0}), base=base)
    assert found["quality_flag"].tolist() == ["unit_error_suspect", "unit_error_suspect", "ok", "ok"]


def test_a_newcomer_began_after_the_list_before_it() -> None:
    found = spells(dated("2026-01-31", {"a": 1.0}), dated("2026-02-28", {"a": 1.0, "b": 2.0}))
    new = found[found["model_id"] == "b"].iloc[0]
    assert (new["event"], new["left_censored"], new["changed_after"]) == ("first", False, day("2026-01-31"))


def test_a_move_of_a_cache_price_alone_is_no_price_change() -> None:
    lists = [
        dated(when, {"a": 1.0}, cache_read_usd_per_mtok=price)
        for when, price in (("2026-01-31", 0.1), ("2026-02-28", 0.2))
    ]
    assert spells(*lists)["event"].tolist() == ["first", "auxiliary"]


def test_a_tier_is_a_series_of_its_own_and_so_is_a_second_price_under_one_name() -> None:
    base, tier = dated("2026-01-31", {"a": 1.0}), dated("2026-01-31", {"a": 2.0}, tier="above 200000 tokens")
    twice = DatedList(base.day, pd.concat([base.quotes, tier.quotes, base.quotes.assign(input_usd_per_mtok=9.0)]), "x")
    later = DatedList(day("2026-02-28"), twice.quotes, "y")
    found = spells(twice, later)
    assert found["event"].tolist() == ["first"] * 3
    assert found["quote_id"].is_unique


def known(**changes: object) -> pd.DataFrame:
    """One open spell of the compiled history."""
    one = spells(dated("2025-12-01", {"a": 1.0}))
    return one.assign(**({"quote_id": "models_dev-aaaaaaaaaaaa"} | changes))


def test_the_compiled_history_goes_on_without_a_seam() -> None:
    found = spells(dated("2026-01-31", {"a": 1.0}), dated("2026-02-28", {"a": 0.5}), base=known())
    assert found["quote_id"].tolist()[0] == "models_dev-aaaaaaaaaaaa"
    assert found["event"].tolist() == ["first", "change"]
    assert found["valid_to"].tolist()[0] == day("2026-02-28")
    assert found["changed_after"].tolist()[1] == day("2026-01-31")


def test_a_list_from_inside_the_known_history_adds_only_what_contradicts_it() -> None:
    base = pd.concat([known(), known(quote_id="models_dev-bbbbbbbbbbbb", model_id="z", recorded_on=day("2025-12-31"))])
    assert len(spells(dated("2025-12-15", {"a": 1.0}), base=base)) == 2
    found = spells(dated("2025-12-15", {"a": 3.0}), base=base)
    assert len(found) == 3
    odd = found[found["input_usd_per_mtok"] == 3.0].iloc[0]
    assert (odd["event"], odd["left_censored"]) == ("observed", True)
    assert found["valid_to"].isna().all()


MODELS = ("a", "b", "c")
HISTORIES = st.lists(
    st.dictionaries(st.sampled_from(MODELS), st.sampled_from([1.0, 2.0, 3.0]), min_size=1), min_size=1, max_size=7
)


def lists_of(history: Sequence[dict[str, float]]) -> list[DatedList]:
    days = pd.date_range("2026-01-31", periods=len(history), freq="ME")
    return [dated(str(when.date()), prices) for when, prices in zip(days, history, strict=True)]


@settings(max_examples=25)
@given(HISTORIES, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(history: list[dict[str, float]], random: object) -> None:
    lists = lists_of(history)
    shuffled = list(lists)
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(spells(*lists), spells(*shuffled))


@settings(max_examples=25)
@given(HISTORIES)
def test_spells_say_on_every_day_what_the_list_of_that_day_said(history: list[dict[str, float]]) -> None:
    lists = lists_of(history)
    found = spells(*lists)
    for item, prices in zip(lists, history, strict=True):
        holds = found[(found["recorded_on"] <= item.day) & ~(found["valid_to"] <= item.day)]
        assert dict(zip(holds["model_id"], holds["input_usd_per_mtok"], strict=True)) == prices


@settings(max_examples=50)
@given(
    HISTORIES,
    st.lists(st.tuples(st.booleans(), st.integers(-200, 0)), min_size=7, max_size=7),
    st.randoms(use_true_random=False),
)
def test_whatever_lists_state_spells_of_a_name_follow_one_another(
    history: list[dict[str, float]], ways: list[tuple[bool, int]], random: Random
) -> None:
    """Parts of lists, stated first days, true or not: no price holds twice or before its list, in any order."""
    lists = []
    for item, (partial, ago) in zip(lists_of(history), ways, strict=False):
        quotes = item.quotes.assign(valid_from=item.day + pd.Timedelta(days=ago))
        coverage = Coverage.PARTIAL if partial else Coverage.WHOLE
        lists.append(replace(item, quotes=quotes if ago % 2 else item.quotes, coverage=coverage))
    found = spells(*lists)
    shuffled = list(lists)
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(found, spells(*shuffled))
    for _, own in found.groupby("model_id"):
        starts, ends = own["recorded_on"].to_numpy(), own["valid_to"].to_numpy()
        assert (starts[:-1] < starts[1:]).all()
        assert (ends[:-1] <= starts[1:]).all()
        assert (own["valid_to"].isna() | (own["valid_to"] > own["recorded_on"])).all()
    assert (found["changed_after"].isna() | (found["changed_after"] < found["recorded_on"])).all()
    listed = {f"list of {item.day.date()}": item.day for item in lists}
    assert (found["recorded_on"] <= found["evidence"].str.split(":").str[0].map(listed)).all()


@settings(max_examples=25)
@given(HISTORIES, st.integers(1, 7))
def test_a_past_view_is_what_was_known_then(history: list[dict[str, float]], months: int) -> None:
    lists = lists_of(history)
    then = lists[:months]
    later = spells(*lists)
    seen = later[later["recorded_on"] <= then[-1].day]
    seen = seen.assign(valid_to=seen["valid_to"].where(seen["valid_to"] <= then[-1].day))
    columns = ["quote_id", "model_id", "event", "changed_after", "recorded_on", "valid_to"]
    pd.testing.assert_frame_equal(seen[columns].reset_index(drop=True), spells(*then)[columns])


def stated(when: str, prices: dict[str, float], on: str | None = None) -> DatedList:
    return dated(when, prices, valid_from=None if on is None else day(on))


def test_statements_are_placed_on_their_own_day_and_repeats_add_nothing() -> None:
    lists = [stated("2026-03-01", {"a": 1.0}, "2026-01-05"), stated("2026-04-01", {"a": 1.0}, "2026-02-05")]
    found = statements(nothing(), "table", [*lists, stated("2026-05-01", {"a": 0.5}, "2026-03-05"), lists[0]])
    assert found["event"].tolist() == ["observed", "change"]
    assert found["recorded_on"].tolist() == [day("2026-01-05"), day("2026-03-05")]
    assert found["changed_after"].tolist() == [day("2026-01-04"), day("2026-03-04")]


def test_a_later_statement_for_the_same_day_corrects_the_earlier_and_both_stay() -> None:
    lists = [stated("2026-03-01", {"a": 1.0}, "2026-01-05"), stated("2026-04-01", {"a": 2.0}, "2026-01-05")]
    for ordered in (lists, lists[::-1]):
        found = statements(nothing(), "table", ordered).set_index("input_usd_per_mtok")
        assert found["quality_flag"].to_dict() == {1.0: "superseded", 2.0: "ok"}


def test_a_statement_without_a_day_holds_on_the_day_of_its_vintage() -> None:
    found = statements(nothing(), "table", [stated("2026-03-01", {"a": 0.0})])
    assert found["recorded_on"].tolist() == [day("2026-03-01")]
    assert found["quality_flag"].tolist() == ["zero_price"]
    assert np.isnan(found["cache_read_usd_per_mtok"]).all()


def test_an_ended_price_of_unknown_start_is_placed_on_its_last_day() -> None:
    found = statements(nothing(), "table", [dated("2026-03-01", {"a": 1.0}, valid_to=day("2025-06-01"))])
    assert found["recorded_on"].tolist() == [day("2025-05-31")]
    assert found["left_censored"].tolist() == [True]


def test_an_end_that_lies_ahead_is_not_believed_until_a_later_list_still_says_so() -> None:
    announced = dated("2026-03-01", {"a": 1.0}, valid_to=day("2026-09-01"))
    assert statements(nothing(), "table", [announced])["valid_to"].isna().all()
    held = dated("2026-10-01", {"a": 1.0}, valid_to=day("2026-09-01"))
    found = statements(nothing(), "table", [announced, held])
    assert found[["recorded_on", "valid_to"]].to_numpy().tolist() == [[day("2026-03-01"), day("2026-09-01")]]
    reopened = stated("2026-11-01", {"a": 1.0}, "2026-11-01")
    again = statements(nothing(), "table", [announced, held, reopened])
    assert again["event"].tolist() == ["observed", "reappeared"]


def test_a_statement_of_what_is_known_adds_nothing_and_one_against_it_does() -> None:
    base = known(recorded_on=day("2025-12-01"), changed_after=day("2025-11-20"))
    told = [stated("2026-03-01", {"a": 1.0}), stated("2026-04-01", {"a": 1.0}, "2025-11-25")]
    assert len(statements(base, "models_dev", told)) == 0
    earlier = statements(base, "models_dev", [stated("2026-04-01", {"a": 1.0}, "2025-06-01")])
    assert earlier["event"].tolist() == ["observed"]
    moved = [stated("2026-03-01", {"a": 2.0}), stated("2026-05-01", {"a": 1.0})]
    found = statements(base, "models_dev", moved)
    assert found[["event", "input_usd_per_mtok"]].values.tolist() == [["change", 2.0], ["change", 1.0]]


def test_a_side_price_that_is_not_stated_is_what_it_was() -> None:
    base = known(cache_read_usd_per_mtok=0.1, quality_flag="source_regression")
    assert len(statements(base, "models_dev", [stated("2026-03-01", {"a": 1.0})])) == 0
    cached = dated("2026-04-01", {"a": 1.0}, cache_read_usd_per_mtok=0.2)
    found = statements(base, "models_dev", [stated("2026-03-01", {"a": 1.0}), cached])
    assert found[["event", "quality_flag"]].values.tolist() == [["auxiliary", "source_regression"]]


def announcing(when: str, price: float, start: str) -> DatedList:
    held = dated(when, {"a": 1.0})
    return replace(held, announced=dated(when, {"a": price}, valid_from=day(start)).quotes)


def test_an_announced_price_is_recorded_as_such_once_and_begins_when_a_list_shows_it() -> None:
    lists = [announcing("2026-01-31", 2.0, "2026-06-01"), announcing("2026-02-28", 2.0, "2026-06-01")]
    for ordered in (lists, lists[::-1]):
        found = announcements("models_dev", ordered)
        assert found[["event", "recorded_on", "note"]].values.tolist() == [
            ["announced", day("2026-01-31"), "announced for 2026-06-01"]
        ]
    other = announcements("models_dev", [*lists, announcing("2026-03-31", 2.0, "2026-07-01")])
    assert other["quote_id"].is_unique
    assert len(other) == 2
    came = dated("2026-06-30", {"a": 2.0}, valid_from=day("2026-06-01"))
    spells_then = spells(*lists, came)
    assert spells_then[["recorded_on", "input_usd_per_mtok"]].values.tolist() == [
        [day("2026-01-31"), 1.0],
        [day("2026-06-01"), 2.0],
    ]
    assert not set(spells_then["quote_id"]) & set(found["quote_id"])


@pytest.mark.parametrize("column", ["quote_id", "source", "recorded_on", "evidence", "mode", "event"])
def test_every_new_spell_says_where_it_comes_from(column: str) -> None:
    found = spells(dated("2026-01-31", {"a": 1.0}), dated("2026-02-28", {"a": 0.5}))
    assert found[column].notna().all()
    assert found["evidence"].tolist() == ["list of 2026-01-31: /a", "list of 2026-02-28: /a"]


OFFERS = [(seller, price) for seller in ("host", "h'ost", None) for price in (0.0, 1e-07, 0.1, 3.0)]


@cache
def offers() -> pd.DataFrame:
    """One row for each."""
    return pd.concat([dated("2026-01-31", {"a": price}, provider=seller).quotes for seller, price in OFFERS])


@settings(max_examples=40)  # lists of twelve offers: each offer is in most of them
@given(st.lists(st.sampled_from(OFFERS), min_size=1))
def test_a_spell_is_named_after_all_that_it_says(rows: list[tuple[str | None, float]]) -> None:
    said = offers().iloc[[OFFERS.index(row) for row in rows]]
    found = statements(nothing(), "table", [DatedList(day("2026-01-31"), said, "a list")])
    nan, names = float("nan"), set()
    for seller, price in rows:
        sides = (nan, nan, nan, nan)
        cells = (seller or nan, "a", nan, price, 4 * price, *sides, "2026-01-31", 0)
        names.add(f"table-{hashlib.sha256(repr(cells).encode()).hexdigest()[:32]}")
    assert set(found["quote_id"]) == names
