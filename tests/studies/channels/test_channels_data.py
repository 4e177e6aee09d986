"""What is known of prices, the changes of the lowest one, and the arrays of the model, on hand-made lists."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from costfloor.laws.observations import DAYS_PER_YEAR
from costfloor.studies.channels.best_host import best_host
from costfloor.studies.channels.changes import calendar, channel_data, overlaps
from costfloor.studies.channels.model import shape_of, shared_data
from costfloor.studies.channels.spells import EXIT, NEXT, UNKNOWN, KnownSpell, known_spells

QUOTE = {
    "model_key": "a", "host": "h", "source": "list", "status": "kept", "event": "first", "date": "2024-01-01", "changed_after": None,
    "recorded_on": None, "valid_to": None, "end_reason": "open", "price_usd_per_mtok": 8.0, "left_censored": False,
}  # fmt: skip
"""A quote of a catalogue; `LOOK` is its last look."""

LOOK = {"status": "unresolved", "model_key": None, "date": "2024-12-31", "quote_id": "look"}


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def spells(*changes: dict[str, object], trust: bool = True) -> tuple[KnownSpell, ...]:
    """Spells of quotes that differ from `QUOTE` as told."""
    rows = [{"quote_id": f"q{at}", **QUOTE, **change} for at, change in enumerate((*changes, LOOK))]
    quotes = pd.DataFrame(rows)
    quotes["recorded_on"] = quotes["recorded_on"].fillna(quotes["date"])
    for name in ("date", "changed_after", "recorded_on", "valid_to"):
        quotes[name] = pd.to_datetime(quotes[name]).astype("datetime64[us]")
    kept = quotes[quotes["status"] == "kept"].drop(columns="event").rename(columns={"model_key": "model"})
    panel = kept.assign(
        host_kind="cloud", n_benchmarks=9, segment="band", capability=101.0, band_centre=100.0, release_date=day("2023-12-01")
    )  # fmt: skip
    return known_spells(panel, quotes, trust_catalogues=trust)


def test_a_catalogue_vouches_for_a_price_until_its_last_look() -> None:
    (trusted,), (recorded,) = spells({}), spells({}, trust=False)
    assert (trusted.until, trusted.end) == (day("2024-12-31"), UNKNOWN)
    assert recorded.until == day("2024-01-02"), "on the day of its record a price holds"
    assert trusted.quality == 1.0


def test_what_is_no_catalogue_vouches_for_the_day_of_its_record() -> None:
    (one,) = spells({"end_reason": None, "recorded_on": "2024-02-01"})
    assert (one.date, one.until) == (day("2024-01-01"), day("2024-02-01"))


def test_a_stated_end_is_an_exit_only_where_the_host_left() -> None:
    (left,) = spells({"valid_to": "2024-03-01", "end_reason": "removed"})
    (lost,) = spells({"valid_to": "2024-03-01", "end_reason": "price_change"})
    assert (left.until, left.end) == (day("2024-03-01"), EXIT)
    assert (lost.until, lost.end) == (day("2024-03-01"), UNKNOWN)


def test_a_repetition_of_the_same_price_confirms_it_and_one_of_another_does_not() -> None:
    ended = {"valid_to": "2024-03-01", "end_reason": "disappeared"}
    again = {"status": "duplicate", "date": "2024-02-01", "valid_to": "2024-06-01", "end_reason": "removed"}
    (same,), (other,) = spells(ended, again), spells(ended, {**again, "price_usd_per_mtok": 7.0})
    assert (same.until, other.until) == (day("2024-06-01"), day("2024-03-01"))


def test_a_price_holds_until_the_next_one_of_its_host() -> None:
    change = {"event": "change", "date": "2024-05-04", "changed_after": "2024-05-01", "recorded_on": "2024-05-07"}
    first, second = spells({}, {**change, "price_usd_per_mtok": 4.0})
    assert (first.until, first.end, first.arrival) == (day("2024-05-04"), NEXT, True)
    assert (second.after, second.known_from, second.arrival) == (day("2024-05-01"), day("2024-05-07"), False)


def test_another_source_dates_a_change_from_when_the_old_price_was_last_seen() -> None:
    last_seen = {"source": "page", "end_reason": None, "recorded_on": "2024-02-01"}
    _, second = spells(last_seen, {"date": "2024-09-01", "price_usd_per_mtok": 4.0, "left_censored": True})
    assert (second.after, second.known_from) == (day("2024-01-31"), day("2024-09-01"))


def test_a_host_that_left_and_returns_arrives_anew() -> None:
    _, second = spells(
        {"valid_to": "2024-03-01", "end_reason": "removed"}, {"date": "2024-06-01", "changed_after": "2024-05-31"}
    )
    assert second.arrival
    assert second.dated


def test_an_arrival_in_the_first_look_of_a_source_is_not_dated() -> None:
    (one,) = spells({"left_censored": True})
    assert one.arrival
    assert not one.dated


def spell(host: str, price: float, date: str, until: str, **changes: object) -> KnownSpell:
    known = KnownSpell(
        "m", host, "band", 0.0, day("2024-01-01"), day(date), day(date) - pd.Timedelta(days=1), day(date), day(until), UNKNOWN, True, True,
        float(np.log(price)),
    )  # fmt: skip
    return replace(known, **changes)


ONE = spell("one", 8.0, "2024-01-01", "2024-12-01")


def test_a_cheaper_host_is_a_fall_when_its_arrival_counts() -> None:
    dated, undated = (
        spell("two", 4.0, "2024-06-01", "2024-12-01"),
        spell("two", 4.0, "2024-06-01", "2024-12-01", dated=False),
    )
    (event,) = best_host([ONE, dated]).events
    assert (event.size, event.hosts, event.cause) == (pytest.approx(np.log(2.0)), 1, "arrival")
    assert best_host([ONE, dated], "none").events == best_host([ONE, undated]).events == ()
    (vague,) = best_host([ONE, undated], "all").events
    assert (vague.after, vague.known_from) == (day("2024-01-01"), day("2024-06-01"))


def test_exposure_is_cut_where_the_number_of_hosts_changes() -> None:
    found = best_host(
        [ONE, spell("two", 9.0, "2024-03-01", "2024-05-01"), spell("one", 8.0, "2025-02-01", "2025-03-01")]
    )
    assert [(str(one.start.date()), str(one.end.date()), one.hosts) for one in found.exposures] == [
        ("2024-01-01", "2024-03-01", 1), ("2024-03-01", "2024-05-01", 2), ("2024-05-01", "2024-12-01", 1),
        ("2025-02-01", "2025-03-01", 1),
    ]  # fmt: skip
    assert not found.events, "a dearer host comes and goes, and what is not known in between is no change"
    assert (found.first_date, found.first_log_price) == (day("2024-01-01"), np.log(8.0))


def test_the_lowest_price_rises_when_its_host_leaves_and_not_when_it_is_lost_sight_of() -> None:
    cheap = spell("two", 4.0, "2024-01-01", "2024-06-01", end=EXIT)
    (event,) = best_host([ONE, cheap]).events
    assert (event.size, event.hosts, event.cause) == (pytest.approx(-np.log(2.0)), 2, "exit")
    assert not best_host([ONE, replace(cheap, end=UNKNOWN)]).events


def test_a_price_of_the_cheapest_host_that_rises_is_its_own_change() -> None:
    before = spell("two", 4.0, "2024-01-01", "2024-06-01", end=NEXT)
    after = spell("two", 6.0, "2024-06-01", "2024-12-01", arrival=False, after=day("2024-05-20"))
    (event,) = best_host([ONE, before, after]).events
    assert (event.size, event.cause, event.after) == (pytest.approx(-np.log(1.5)), "repricing", day("2024-05-20"))


def test_overlaps_of_intervals_with_periods() -> None:
    edges = np.array([0.0, 1.0, 2.0, 3.0])
    assert overlaps(0.5, 2.25, edges).tolist() == [0.5, 1.0, 0.25]
    assert overlaps(-1.0, 0.25, edges).tolist() == [0.25, 0.0, 0.0]
    assert overlaps(2.0, 2.0, edges).tolist() == overlaps(2.0, 1.0, edges).tolist() == [0.0, 0.0, 0.0]


def test_the_first_years_are_one_period_until_they_have_enough_models() -> None:
    firsts = [day("2021-05-01"), day("2022-05-01"), *([day("2023-05-01")] * 4), day("2024-05-01")]
    found = calendar([day("2020-07-01"), *firsts[1:]], firsts, day("2024-07-01"))
    assert found.names == ("2020–2023", "2024")
    assert found.overlap(found.start, found.last).sum() == pytest.approx(
        (found.last - found.start).days / DAYS_PER_YEAR
    )


def lives() -> list[KnownSpell]:
    """Six models, of each of which one host halves the price on the same day of 2025."""
    found = []
    for number in range(6):
        model = {"model": f"m{number}", "end": NEXT}
        found.append(replace(spell("one", 8.0, "2024-02-01", "2025-03-01"), **model))
        found.append(replace(spell("one", 4.0, "2025-03-01", "2025-06-01", arrival=False), model=f"m{number}"))
    return found


def test_arrays_hold_all_exposure_and_changes_of_one_day_count_as_one() -> None:
    data = channel_data(lives())
    assert data.periods == ("2024", "2025")
    assert data.exposure.sum() == pytest.approx(6 * (day("2025-06-01") - day("2024-02-01")).days / DAYS_PER_YEAR)
    assert data.event_share.tolist() == [[0.0, 1.0]] * 6
    assert data.design_effect == pytest.approx(6.0)
    assert data.crude[1] == pytest.approx(data.size.sum() / data.exposure[0, 1].sum())
    assert data.crude_se[1] == pytest.approx(data.crude[1]), "one event only"
    assert data.since_entry.sum() == pytest.approx(6 * 31 / DAYS_PER_YEAR)
    assert data.log_hosts @ data.exposure.sum(axis=(0, 1)) == pytest.approx(0.0)
    assert data.data_hash != channel_data(lives()[:-1]).data_hash


def test_models_first_seen_late_can_be_left_out_of_entries_alone() -> None:
    late = channel_data(lives(), longest_wait=0.01)
    assert len(late.log_price) == len(late.since_entry) == 0
    assert len(late.size) == 6


def test_padding_counts_for_nothing() -> None:
    data = channel_data(lives())
    shape = shape_of(data)
    wide = replace(shape, events=9, entries=8, hosts=3)
    padded = shared_data(data, wide)
    assert padded["event_weight"].tolist() == pytest.approx([1.0 / 6.0] * 6 + [0.0] * 3)
    assert padded["entry_weight"].sum() == 6.0
    assert padded["exposure"].sum() == pytest.approx(data.exposure.sum() / 6.0)
    with pytest.raises(ValueError, match="more than fits"):
        shared_data(data, replace(shape, events=5))
    with pytest.raises(ValueError, match="periods do not fit"):
        shared_data(data, replace(shape, periods=3))
