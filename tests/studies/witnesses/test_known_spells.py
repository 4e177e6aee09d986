"""For how long a price is known to have held, on hand-made lists."""

import pandas as pd
from costfloor.studies.witnesses.spells import EXIT, NEXT, UNKNOWN, KnownSpell, known_spells

QUOTE = {
    "model_key": "a", "host": "h", "source": "list", "status": "kept", "event": "first", "date": "2024-01-01", "changed_after": None,
    "recorded_on": None, "valid_to": None, "end_reason": "open", "price_usd_per_mtok": 8.0, "left_censored": False,
}  # fmt: skip
"""A quote of a catalogue; `LOOK` is its last look."""

LOOK = {"status": "unresolved", "model_key": None, "date": "2024-12-31", "quote_id": "look"}


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def spells(*changes: dict[str, object]) -> tuple[KnownSpell, ...]:
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
    return known_spells(panel, quotes)


def test_a_catalogue_vouches_for_a_price_until_its_last_look() -> None:
    (trusted,) = spells({})
    assert (trusted.until, trusted.end) == (day("2024-12-31"), UNKNOWN)


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
