"""The chapters on price indexes and on new data follow the results, whichever way they fall."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from costfloor.forecast.ledger import MEAN_OVER_FAMILIES, Entry
from costfloor.indexes.break_statistics import BreakTest
from costfloor.indexes.gap import HedonicGap
from costfloor.indexes.periods import Frequency
from costfloor.indexes.price_index import PeriodValue, PriceIndex
from costfloor.report import chapter_indexes, chapter_new_data
from costfloor.report.price_indexes import SHOWN, ShownIndex
from costfloor.report.study import Study
from fake_study import HOSTILE, make_comparison, make_entry, make_indexes, make_panel, make_quotes, make_rates

GAP = HedonicGap(0.7, (0.5, 0.9), 0.3, (0.2, 0.4), 0.4, 0.01, 0.14, 0.2, (0.1, 0.3), -0.3, (-0.4, -0.2), 900, 9, 126)


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (0.4, "misses 0.40 a year of the fall"),
        (-0.4, "overstates the fall by 0.40 a year"),
        (0.01, "make no difference"),
    ],
)
def test_the_gap(gap: float, said: str) -> None:
    assert said in chapter_indexes.gap(replace(GAP, gap=gap))


def test_turnover_is_dear_cheap_or_neither() -> None:
    said = chapter_indexes.gap(GAP)
    assert "those that leave are dear for their quality (+0.20" in said
    assert "new ones are cheap for their quality (−0.30 in log price, −0.40 to −0.20)" in said
    neither = chapter_indexes.gap(
        replace(GAP, exit_premium_ci90=(-0.1, 0.3), entry_premium=None, entry_premium_ci90=None)
    )
    assert "those that leave are priced like the others" in neither
    assert "nothing is known of new ones" in neither
    assert "too few" in chapter_indexes.gap(None)


def shown_with(*p_values: float) -> ShownIndex:
    tests = tuple(BreakTest("sup-F", "one line", 9.0, p, pd.Timestamp(2024, 5, 31), 30) for p in p_values)
    return ShownIndex("Matched models", None, None, tests)


def test_breaks_are_counted() -> None:
    assert "No index is long enough" in chapter_indexes.breaks([shown_with()])
    assert "None of 2 tests" in chapter_indexes.breaks([shown_with(0.3, 0.5)])
    some = chapter_indexes.breaks([shown_with(0.3, 0.01)])
    assert "1 of 2 tests" in some
    assert "matched models (sup-F after 2024-05, p = 0.010)" in some


def test_every_index_has_a_line(study: Study) -> None:
    indexes = make_indexes()
    assert [one.title for one in indexes.shown] == [title for _, _, title in SHOWN]
    assert [group.name for group in indexes.groups] == ["Open weights", "Closed weights", "GPT-4", HOSTILE]
    assert sum(group.n for group in indexes.groups[:2]) == len(make_panel())
    table = next(block for block in chapter_indexes.price_indexes(study) if block["kind"] == "table")
    assert len(table["rows"]) == len(SHOWN)
    estimated = [one for one in indexes.shown if one.monthly is not None]
    assert estimated
    for one in estimated:
        assert one.monthly is not None
        assert np.isfinite(one.monthly.annual_rate_ci90).all()


def tables(study: Study) -> list[dict[str, Any]]:
    return [block for block in chapter_new_data.new_data(study) if block["kind"] == "table"]


def test_the_first_vintage_has_nothing_to_compare() -> None:
    assert "first data vintage" in chapter_new_data.since_last([make_entry()])


@pytest.mark.parametrize(
    ("verdict", "said"), [("inconclusive", "stays inconclusive"), ("plateau", "from inconclusive to plateau")]
)
def test_what_moved_since_the_last_vintage(verdict: str, said: str) -> None:
    now = make_entry("b", verdict=verdict, n=60, quantities=make_rates(-0.1))
    words = chapter_new_data.since_last([make_entry("a"), now])
    assert said in words
    assert "the rows are 60" in words
    assert "the floor goes from 0.30 to −0.10" in words
    assert "the rate now stays at" in chapter_new_data.since_last([now, now])
    assert "part of the move" not in words


def test_rates_of_another_meaning_are_told_apart(study: Study) -> None:
    before, now = make_entry("a"), make_entry("b", rates_of=MEAN_OVER_FAMILIES)
    words = chapter_new_data.since_last([before, now])
    assert "those of a typical family, the rates of now those of the mean over families" in words
    ledger, *_ = tables(replace(study, history=(before, now)))
    assert "rates for a are those of a typical family" in ledger["caption"]
    ledger, *_ = tables(replace(study, history=(now, now)))
    assert "typical family" not in ledger["caption"]


def test_the_oldest_origin_against_today(study: Study) -> None:
    assert "holds the median of today" in chapter_new_data.as_known_then(study)
    (origin, *later) = study.comparison.origins
    other = {**origin, "quantities": make_rates(2.0)}
    moved = replace(study, comparison=make_comparison(origins=(other, *later)))
    assert "does not hold the median of today" in chapter_new_data.as_known_then(moved)
    assert "No earlier date" in chapter_new_data.as_known_then(replace(study, comparison=make_comparison(origins=())))


def test_rates_that_came_back_are_not_said_to_have_stayed() -> None:
    days = [past_day(f"2026-0{month}-01", "inconclusive", rate) for month, rate in enumerate((1.0, 1.3, 1.0), start=1)]
    assert "under plateau was 1.00 to 1.30, and 1.00 on the first and the last" in chapter_new_data.past_days_moved(
        days
    )
    assert "under plateau stayed at 1.00" in chapter_new_data.past_days_moved([days[0], days[2]])


def past_day(day: str, verdict: str, rate: float) -> Entry:
    rates = {law: {**of_law, "rate_now": [rate - 0.2, rate, rate + 0.2]} for law, of_law in make_rates(0.3).items()}
    weights = {"plateau": 0.25, "discovery": 0.75, "baumol": 0.001}
    return make_entry(f"v@{day}", as_of=day, last=day, verdict=verdict, quantities=rates, weights=weights)


def test_past_days_of_the_ledger_are_told_in_their_order(study: Study) -> None:
    days = (
        past_day("2025-12-31", "inconclusive", 1.0),
        past_day("2026-01-31", "inconclusive", 1.1),
        past_day("2026-02-28", "discovery", 1.3),
    )
    words = chapter_new_data.past_days_moved(days)
    assert "3 past days, 2025-12-31 to 2026-02-28, the verdict went from inconclusive to discovery" in words
    assert (
        "under plateau went from 1.00 to 1.30 and under continued discovery went from 1.00 to 1.30 (log-rates" in words
    )
    level = chapter_new_data.past_days_moved((days[0], replace(days[0], as_of="2026-01-31")))
    assert "the mean rate now under plateau stayed at 1.00 and under continued discovery stayed at 1.00" in level
    assert "the verdict was inconclusive on each" in chapter_new_data.past_days_moved(days[:2])
    early = replace(days[0], hindsight="by 2025-12-31 too few scores were known")
    assert "hindsight" not in words
    assert "As of 2025-12-31: capability from scores known today (hindsight)" in chapter_new_data.past_days_moved(
        (early, *days[1:])
    )
    assert "on 2025-12-31 the verdict was inconclusive" in chapter_new_data.past_days_moved(days[:1])
    _, shown, _ = tables(replace(study, past_days=days))
    assert [row[0] for row in shown["rows"]] == ["2025-12-31", "2026-01-31", "2026-02-28"]
    assert shown["rows"][0][-1] == "continued discovery 75 % and plateau 25 %"


def test_a_ledger_without_past_days_says_how_they_come(study: Study) -> None:
    assert "costfloor refit --as-of DAY adds" in chapter_new_data.past_days_moved(())
    assert [table["name"] for table in tables(replace(study, past_days=()))] == ["vintages", "held_back"]


def test_lines_of_the_ledger_say_by_when_their_scores_were_known() -> None:
    now, past = make_entry("a"), make_entry("b@2025-01-31", as_of="2025-01-31", last="2025-01-30")
    early = make_entry("c@2024-01-31", as_of="2024-01-31", last="2024-01-30", hindsight="nobody knew")
    rest = "capability from scores known when it was the newest."
    assert chapter_new_data.known_scores([now]) == f"Of every vintage: {rest}"
    said = chapter_new_data.known_scores([now, past, early])
    assert "b@2025-01-31: capability from scores known by 2025-01-31." in said
    assert "c@2024-01-31: capability from scores known today (hindsight), because nobody knew." in said
    assert said.endswith(f"Of every other vintage: {rest}")
    assert "newest" not in chapter_new_data.known_scores([past])


def test_age_of_sources_counts_to_the_end_of_the_panel() -> None:
    quotes = make_quotes(make_panel())
    last = quotes["recorded_on"].max()
    assert "curated 0 days" in chapter_new_data.freshness(quotes, str(last.date()))
    assert "curated 30 days" in chapter_new_data.freshness(quotes, str((last + pd.Timedelta(days=30)).date()))


def test_a_vintage_with_failed_fits_is_marked(study: Study) -> None:
    failed = replace(study, history=(make_entry("a", passed=False), make_entry("b")))
    ledger, *_ = tables(failed)
    assert [row[3] for row in ledger["rows"]] == ["inconclusive (gates FAILED)", "inconclusive"]


def test_what_is_held_back_is_counted_by_reason(study: Study) -> None:
    *_, table = chapter_new_data.new_data(study)
    assert table["rows"] == (("zero price", "2", "1"), (HOSTILE, "1", "1"))


def test_what_persons_rejected_is_a_line(study: Study) -> None:
    decided = study.quotes.assign(status="quarantined", reason="rejected by A: gone")
    decided.loc[decided.index[0], "reason"] = "rejected by B: a typo"
    *_, table = chapter_new_data.new_data(replace(study, quotes=decided))
    assert [row[:2] for row in table["rows"]] == [("rejected by a person, each with a reason", str(len(decided)))]


def of_matched(frequency: Frequency, base: str, values: dict[str, float], rate: float) -> PriceIndex:
    rows = tuple(PeriodValue(period, value, (value, value), 4) for period, value in values.items())
    return PriceIndex("matched", frequency, base, rows, rate, (rate, rate), 8, "")


def test_rates_that_differ_by_their_base_are_explained() -> None:
    monthly = of_matched(
        "month", "2022-07", {"2022-07": 1.0, "2022-08": 1.0, "2022-09": 0.4, "2023-09": 0.36, "2024-09": 0.32}, 0.53
    )
    quarterly = of_matched("quarter", "2022Q3", {"2022Q3": 1.0, "2023Q3": 0.9, "2024Q3": 0.8}, 0.11)
    said = chapter_indexes.bases([ShownIndex("Matched", monthly, quarterly, ())])
    assert "matched has 0.53 by month from 2022-07 on, 0.11 by quarter from the end of 2022Q3 on" in said
    assert "by month from 2022-09 on 0.11" in said
    assert chapter_indexes.bases([ShownIndex("Matched", quarterly, quarterly, ())]) == ""
    assert chapter_indexes.bases([ShownIndex("Matched", None, quarterly, ())]) == ""
