"""From raw spells to quotes: dates, overlapping sources, copies, and a complete account of every row."""

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from costfloor.data.identity import resolve
from costfloor.data.overlap import Spell, settle
from costfloor.data.quotes import assemble, best_host, build_quotes
from costfloor.data.rules import blended_price
from costfloor.data.spellings import spellings
from costfloor.data.vintages import SOURCES
from hypothesis import given
from hypothesis import strategies as st
from store import compiled_store

PROJECT_DATA = Path(__file__).parents[2] / "data"
DAY_ZERO = datetime(2025, 1, 1)  # noqa: DTZ001  prices hold on days, which have no time zone


@pytest.fixture
def build(quotes, models, aliases, no_catalogue, sellers):
    """Assemble quotes of one model, GPT-5, released on 7 August 2025."""

    def run(*rows):
        known = models(("openai/gpt-5", "2025-08-07"))
        table = aliases(("api_id", "gpt-5", "openai/gpt-5", "reviewed", None, None))
        return assemble(resolve(quotes(*rows), spellings(known, table, no_catalogue)), known, sellers)

    return run


def spell(name, source, day, price, **changes):
    fields = {"series": source, "event": "first", "end": None, "previous": None}
    when = DAY_ZERO + timedelta(days=day)
    return Spell(quote_id=name, source=source, date=when, seen=when, price=price, **(fields | changes))


def test_every_raw_quote_appears_once_with_one_fate(project_tables):
    raw = compiled_store().table("quotes")
    quotes = project_tables.quotes
    assert sorted(quotes["quote_id"]) == sorted(raw["quote_id"])
    assert set(quotes["status"]) == {"kept", "duplicate", "unresolved", "quarantined"}
    assert (quotes["reason"].isna() == quotes["status"].eq("kept")).all()


def test_kept_quotes_have_all_that_the_analysis_needs(project_tables):
    kept = project_tables.quotes.query("status == 'kept'")
    needed = ["model_key", "host", "date", "recorded_on", "price_usd_per_mtok"]
    assert kept[needed].notna().all(axis=None)
    assert (kept["price_usd_per_mtok"] > 0).all()
    assert (kept["changed_after"].isna() | (kept["changed_after"] < kept["date"])).all()
    assert kept["price_usd_per_mtok"].to_numpy() == pytest.approx(blended_price(kept).to_numpy())


def test_the_store_covers_enough_priced_and_measured_models(project_tables):
    kept = project_tables.quotes.query("status == 'kept'")
    measured = compiled_store().table("performance").groupby("model_key")["benchmark"].nunique()
    released = compiled_store().table("models").set_index("model_key")["release_date"]
    rich = kept[kept["model_key"].isin(measured.index[measured >= 2])]
    age = (rich["date"] - rich["model_key"].map(released)).dt.days
    assert rich["model_key"].nunique() >= 320
    assert rich.loc[age.between(-31, 180), "model_key"].nunique() >= 250
    assert rich.loc[~rich["match_basis"].str.startswith("suggested"), "model_key"].nunique() >= 310


def test_known_first_party_history_of_o3(project_tables):
    o3 = project_tables.quotes.query("status == 'kept' and model_key == 'openai/o3' and first_party").sort_values(
        "date"
    )
    assert o3["input_usd_per_mtok"].tolist() == [10.0, 2.0]
    assert o3["date"].tolist() == [pd.Timestamp("2025-04-16"), pd.Timestamp("2025-06-10")]


def test_a_launch_stands_on_its_day_whenever_it_was_recorded(build):
    row = {"source": "curated", "event": "launch", "changed_after": "2025-08-06", "recorded_on": "2025-08-20"}
    quotes = build(row).quotes
    assert quotes["date"].tolist() == [pd.Timestamp("2025-08-07")]
    assert quotes["recorded_on"].tolist() == [pd.Timestamp("2025-08-20")]


def test_the_first_record_by_the_creator_soon_after_release_is_the_launch_price(build):
    quotes = build({"recorded_on": "2025-09-15"}).quotes
    assert quotes["date"].tolist() == [pd.Timestamp("2025-08-07")]
    assert quotes["changed_after"].tolist() == [pd.Timestamp("2025-08-06")]


@pytest.mark.parametrize(
    "row",
    [
        {"recorded_on": "2025-09-22"},
        {"recorded_on": "2025-09-15", "provider": "azure"},
        {"recorded_on": "2025-12-01", "event": "change", "changed_after": "2025-03-01"},
        {"recorded_on": "2025-12-01", "event": "observed", "left_censored": True},
    ],
)
def test_late_foreign_and_vague_records_stand_on_the_day_of_the_record(build, row):
    assert build(row).quotes["date"].tolist() == [pd.Timestamp(row["recorded_on"])]


def test_a_change_stands_in_the_middle_of_its_interval(build):
    first = {"recorded_on": "2025-08-07", "valid_to": "2025-11-01"}
    change = {"event": "change", "changed_after": "2025-10-22", "recorded_on": "2025-11-01", "input_usd_per_mtok": 1.0}
    quotes = build(first, change).quotes
    assert quotes["date"].iloc[1] == pd.Timestamp("2025-10-27")
    assert quotes["status"].tolist() == ["kept", "kept"]


def test_several_sources_of_one_price_leave_the_most_trusted(build):
    rows = [{"source": source, "recorded_on": "2025-09-01"} for source in ("litellm", "models_dev", "llm_prices")]
    quotes = build(*rows).quotes
    assert quotes["status"].tolist() == ["duplicate", "duplicate", "kept"]
    assert quotes["reason"].iloc[0] == f"same price as {quotes['quote_id'].iloc[2]}"


def test_a_contradiction_is_overruled_and_both_values_are_kept(build):
    stale = {"source": "litellm", "recorded_on": "2025-09-01", "input_usd_per_mtok": 5.0}
    tables = build({"source": "models_dev", "recorded_on": "2025-08-20"}, stale)
    assert tables.quotes["status"].tolist() == ["kept", "duplicate"]
    (row,) = tables.disagreements.to_dict("records")
    assert (row["source"], row["other_source"]) == ("models_dev", "litellm")
    assert (row["price_usd_per_mtok"], row["other_price_usd_per_mtok"]) == (3.4375, 6.25)
    assert row["from_date"] == pd.Timestamp("2025-09-01")


def test_resellers_that_repeat_the_first_party_price_are_duplicates(build):
    own = {"recorded_on": "2025-08-07"}
    near, far = {"input_usd_per_mtok": 1.26}, {"input_usd_per_mtok": 1.5}
    rows = [
        row | {"recorded_on": "2025-10-01"} for row in ({"provider": "azure"} | near, {"provider": "openrouter"} | far)
    ]
    quotes = build(own, *rows).quotes
    assert quotes["status"].tolist() == ["kept", "duplicate", "kept"]


@pytest.mark.parametrize(("seller", "kind"), [("kilo", "aggregator"), ("nobody-knows", "unknown")])
def test_a_relay_or_an_unknown_seller_at_the_creators_price_is_no_second_price(build, seller, kind):
    quotes = build({"recorded_on": "2025-08-07"}, {"provider": seller, "recorded_on": "2025-10-01"}).quotes
    assert quotes["host_kind"].tolist() == ["first_party", kind]
    assert quotes["status"].tolist() == ["kept", "duplicate"]


def test_two_spellings_of_a_seller_give_one_price(build):
    quotes = build(
        {"provider": "novita-ai", "recorded_on": "2025-10-01"},
        {"source": "litellm", "provider": "novita", "recorded_on": "2025-10-02"},
    ).quotes
    assert quotes["host"].tolist() == ["novita", "novita"]
    assert quotes["status"].tolist() == ["kept", "duplicate"]


def test_an_inference_host_at_the_same_price_is_a_price_of_its_own(build):
    quotes = build({"recorded_on": "2025-08-07"}, {"provider": "deepinfra", "recorded_on": "2025-10-01"}).quotes
    assert quotes["status"].tolist() == ["kept", "kept"]


def test_only_cache_prices_moved_is_no_new_price(build):
    later = {
        "event": "auxiliary",
        "changed_after": "2025-09-30",
        "recorded_on": "2025-10-01",
        "cache_read_usd_per_mtok": 0.1,
    }
    assert build({"recorded_on": "2025-08-07"}, later).quotes["status"].tolist() == ["kept", "duplicate"]


def test_best_host_is_the_lowest_price_known_on_the_day():
    offers = pd.DataFrame(
        [
            ("a", "2025-01-01", None, 2.0, "kept", "first_party"),
            ("b", "2025-02-01", "2025-03-01", 1.0, "kept", "inference_host"),
            ("c", "2025-02-15", None, 1.5, "kept", "cloud"),
            ("d", "2025-04-01", None, 1.4, "kept", "inference_host"),
            ("e", "2025-05-01", None, 0.1, "quarantined", "cloud"),
            ("a", "2025-06-01", None, 3.0, "kept", "first_party"),
            # What a relay, an unknown seller or nobody in particular asks beats nobody.
            ("f", "2025-01-02", None, 0.2, "kept", "aggregator"),
            ("g", "2025-01-02", None, 0.2, "kept", "unknown"),
            ("lowest of month", "2025-01-02", None, 0.2, "kept", "market_low"),
        ],
        columns=["host", "date", "valid_to", "price_usd_per_mtok", "status", "host_kind"],
    )
    offers = offers.astype({"date": "datetime64[us]", "valid_to": "datetime64[us]"})
    offers = offers.assign(model_key="m/x", quote_id=[f"q{i}" for i in range(len(offers))])
    assert best_host(offers).tolist() == [True, True, False, True, *[False] * 5]


def test_a_silent_source_leaves_room_for_a_less_trusted_one():
    ended = spell("dev", "models_dev", 0, 1.0, end=DAY_ZERO + timedelta(days=10))
    assert settle([ended, spell("lite", "litellm", 20, 2.0)]).reasons == {}


def test_a_change_seen_by_somebody_who_had_the_same_price_is_news():
    stated = spell("cur", "curated", 0, 1.0)
    followed = spell("lite", "litellm", 60, 0.5, event="change", previous=1.0)
    unknown = spell("new", "litellm", 60, 0.5, series="other")
    assert settle([stated, followed]).reasons == {}
    assert settle([stated, unknown]).reasons == {"new": "overruled by cur"}


def test_long_after_a_stated_price_only_a_change_that_was_seen_is_news():
    stated = spell("cur", "curated", 0, 1.0)
    assert settle([stated, spell("first", "genai_prices", 300, 4.0)]).reasons == {"first": "overruled by cur"}
    assert settle([stated, spell("moved", "genai_prices", 300, 4.0, event="change", previous=3.0)]).reasons == {}


def test_a_vague_early_date_does_not_displace_the_exact_one():
    exact = spell("cur", "curated", 30, 0.5, event="change")
    vague = spell("epoch", "epoch_api", 15, 0.5, event="change")._replace(seen=DAY_ZERO + timedelta(days=30))
    assert settle([spell("old", "curated", 0, 1.0), exact, vague]).reasons == {"epoch": "same price as cur"}


@given(
    st.lists(st.tuples(st.sampled_from(SOURCES), st.integers(0, 400), st.sampled_from([0.5, 1.0, 2.0])), max_size=12)
)
def test_settling_keeps_somebody_and_never_repeats_a_price(rows):
    spells = [spell(f"q{i}", source, day, price) for i, (source, day, price) in enumerate(rows)]
    outcome = settle(spells)
    kept = sorted((s for s in spells if s.quote_id not in outcome.reasons), key=lambda s: (s.date, s.quote_id))
    assert bool(kept) == bool(spells)
    assert all(one.price != two.price for one, two in pairwise(kept))
    assert {other.quote_id for _, other in outcome.disputes} <= set(outcome.reasons)


def test_disputed_prices_differ_and_name_quotes_of_the_store(project_tables):
    disputes = project_tables.disagreements
    assert len(disputes) > 50
    assert (disputes["log_ratio"].abs() > 0.005 / 1.01).all()
    fate = project_tables.quotes.set_index("quote_id")["status"]
    assert set(disputes["other_quote_id"].map(fate)) == {"duplicate"}


def test_a_past_day_sees_only_what_was_recorded_by_then(project_tables):
    day = pd.Timestamp("2025-03-31")
    then = build_quotes(compiled_store(), as_of=day).quotes
    assert then["recorded_on"].max() <= day
    assert not then["valid_to"].gt(day).any()
    assert len(then) < len(project_tables.quotes)
