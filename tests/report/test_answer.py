"""The first part: words that need no glossary, sentences that read right whichever way results fall, names that stay text."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from costfloor.fit.question_events import posterior_events
from costfloor.fit.sensitivity import PriorSensitivity
from costfloor.forecast.baselines import BASELINES
from costfloor.glossary import GLOSSARY
from costfloor.places import Places
from costfloor.report import chapter_new_data
from costfloor.report.answer import first_page, forecast_page, index_page, rates_in_print, services_page, sources_page
from costfloor.report.chapter_economics import AFTER_YEARS
from costfloor.report.decline import LAST_12, RATE, price_ahead, rates_by_year
from costfloor.report.document import ANSWER, CHAPTERS
from costfloor.report.figures.economics import frame as margins_by_year
from costfloor.report.plain import LAWS_IN_WORDS, QUESTIONS_IN_WORDS, fall, fall_span
from costfloor.report.price_indexes import ShownIndex
from costfloor.report.study import Study
from costfloor.sampling.probability import Probability
from costfloor.studies.hindcast.study import HalfYear, Hindcast
from costfloor.studies.last_forecast.result import AVERAGE
from costfloor.studies.registry import recorded_studies
from costfloor.studies.stored import Stored
from costfloor.typeset.blocks import flat
from fake_study import (
    BAD,
    make_comparison,
    make_entry,
    make_evidence,
    make_fit,
    make_forecaster,
    make_last_forecast,
    make_questions,
    make_rates,
    make_study,
)
from stored_robustness import stored_robustness

PLAIN = {"age", "floor", "forecast", "index", "power"}
"""Terms of the glossary that the first part uses in the sense that everybody knows, or explains."""

BESIDES = ("Suggested citation", "The plateau is your prior")
"""How the two begin that name terms for those who look for them."""


def words(blocks: list[dict[str, Any]]) -> list[str]:
    """All that is said, a piece each: paragraphs, notes, lists, captions, cells."""
    said = []
    for block in flat(blocks):
        said += [block[name] for name in ("text", "title", "caption") if name in block]
        said += [*block.get("lines", ()), *block.get("items", ()), *block.get("columns", ())]
        said += [cell for row in block.get("rows", ()) for cell in row]
    return said


def all_words(study: Study) -> list[str]:
    return [said for part in ANSWER.values() for said in words(part(study))]


def one(study: Study, part: str) -> str:
    return " ".join(words(CHAPTERS[part](study)))


@pytest.mark.parametrize("with_studies", [False, True])
def test_no_sentence_needs_the_glossary(with_studies: bool, tmp_path: Path) -> None:
    study = make_study(tmp_path, calibration=stored_robustness("data") if with_studies else {})
    terms = [term for term in GLOSSARY if term.lower() not in PLAIN]
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, terms))}|log[- ]\w+|posterior|logarithmic)s?\b", re.IGNORECASE)
    names = {study.panel["band"].iloc[0], *study.panel["band"].unique()}
    for said in all_words(study):
        if said.startswith(BESIDES) or said in names:
            continue
        assert not pattern.search(said), said


def test_every_law_and_question_has_plain_words(study: Study) -> None:
    assert set(LAWS_IN_WORDS) == set(study.fits)
    assert set(QUESTIONS_IN_WORDS) == {answered.id for answered in study.comparison.questions.answers}


def test_amounts_read_as_one_says_them() -> None:
    assert [fall(rate) for rate in (2.3026, 0.18, 0.0, -0.1)] == [
        "10 times cheaper",
        "16 % cheaper",
        "unchanged",
        "11 % dearer",
    ]
    assert fall_span(0.1, 0.18) == "10 to 16 % cheaper"
    assert fall_span(0.1, 2.3026) == "1.1 to 10 times cheaper"
    assert fall_span(-0.1, 0.18) == "11 % dearer to 16 % cheaper"
    assert fall_span(0.18, 0.18) == "16 % cheaper"


@pytest.mark.parametrize("law", ["plateau", "random_walk", "exponential"])
def test_rates_and_prices_are_those_of_the_questions(law: str, study: Study) -> None:
    events = posterior_events(study.fits[law].parameters, study.obs)
    rates = rates_by_year({law: study.fits[law]}, study.obs).set_index("period")
    assert rates.loc[LAST_12, f"{RATE}_q50"] == pytest.approx(np.median(events.rate_12m))
    ahead = price_ahead({law: study.fits[law]}, study.obs, months=12).set_index("month_ahead")
    assert ahead.loc[0, "price_relative_price_q50"] == 1.0
    assert ahead.loc[12, "price_relative_price_q50"] == pytest.approx(
        np.median(np.exp(-events.fall_next_12m)), rel=1e-6
    )


def test_the_six_answers_are_those_of_the_rule() -> None:
    yes, no = make_evidence(0.99), make_evidence(0.01)
    decided = first_page.six_answers(make_questions(**dict.fromkeys(LAWS_IN_WORDS, yes)))
    assert [row[2] for row in decided.rows[:2]] == ["yes", "yes"]
    assert decided.rows[2][2] == "not yet asked"
    parted = make_questions(**{law: yes if law == "plateau" else no for law in LAWS_IN_WORDS})
    row = first_page.six_answers(parted).rows[0]
    assert row[2:4] == ("undecided", "1 % to 99 %")
    assert row[5] == "Of 6 descriptions 1 says yes and 5 say no."
    aside = make_questions(dict.fromkeys(LAWS_IN_WORDS, "no forecasts"))
    assert {row[5] for row in first_page.six_answers(aside).rows} >= {"No description counts."}


def test_page_one_says_what_failed(tmp_path: Path) -> None:
    stored = stored_robustness("data")
    said = one(make_study(tmp_path, calibration=stored), "answer")
    variants = stored["measures"].result.variants
    failed = sum(not variant.passed for variant in variants)
    assert "3 are out of date" in said
    assert "ways to read the data" not in said
    measured = {"measures": replace(stored["measures"], stale=())}
    said = one(make_study(tmp_path, calibration=stored | measured), "answer")
    assert f"{failed} could not be computed" in said if failed else f"All {len(variants)} ways" in said
    fits = {**make_study(tmp_path).fits}
    fits["plateau"] = make_fit("plateau", make_study(tmp_path).obs, BAD)
    broken = one(make_study(tmp_path, fits=fits, comparison=make_comparison(passed=False)), "answer")
    assert broken.count("FAILED") == 2


def test_what_changed_reads_right_with_and_without_a_past() -> None:
    assert "nothing to compare" in first_page.what_changed((make_entry(),))
    before, now = make_entry("a", verdict="plateau"), make_entry("b", n=60, quantities=make_rates(0.5))
    said = first_page.what_changed((before, now))
    assert " to 60, and" in said
    assert "the answer was “the fall of prices slows to a floor”" in said
    earlier, again = make_entry("a", last="2025-12-27"), make_entry("b", last="2026-04-30")
    assert "Since the data to 2025-12-27" in first_page.what_changed((earlier, again, again))


def test_what_another_way_to_compute_changed_is_no_new_price() -> None:
    earlier, first = make_entry("a", last="2025-12-27"), make_entry("b", last="2026-04-30", p_slowed=0.49)
    for chance, told in ((0.9, True), (0.5, False)):
        now = make_entry("c", last="2026-04-30", p_slowed=chance, quantities=make_rates(0.5))
        words = first_page.what_changed((earlier, first, now))
        assert ("Not all of that is new prices" in words) == told
        assert ("has halved 49 %, not 90 %" in words) == told
        assert (
            "the probability that it has halved 49 %, not 90 %" in chapter_new_data.since_last((earlier, first, now))
        ) == told


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"passed": False}, "must be mended"),
        ({"origins": ()}, "More history"),
        ({"verdict": "plateau", "elpd_difference": 60.0}, "took away the clear lead"),
        ({"verdict": "discovery", "elpd_difference": -60.0}, "came to be better"),
        ({"elpd_difference": -2.0}, "now they are behind"),
        ({"elpd_difference": 2.0}, "of it)"),
        ({"elpd_difference": 200.0}, "now they do"),
        ({"elpd_difference": 5.5, "elpd_margin_mcse": 0.5}, "now they stand about there"),
        ({"elpd_difference": 6.5, "elpd_margin_mcse": 0.5}, "now they stand about there"),
    ],
)
def test_what_would_change_follows_the_result(changes: dict[str, Any], said: str) -> None:
    assert said in first_page.what_would_change(make_comparison(**changes))


def test_a_prior_that_rules_the_floor_is_said_first(study: Study) -> None:
    ruled = make_comparison(prior_sensitivity=PriorSensitivity("rate_floor", 0.4, 0.01))
    assert "The plateau is your prior" in one(replace(study, comparison=ruled), "answer")
    assert "your prior" not in one(study, "answer")


def test_the_index_is_cited_with_its_vintage(study: Study) -> None:
    said = one(study, "price_index")
    assert f"Data vintage {study.build.vintage}, prices to {study.build.last}" in said
    none = ShownIndex("", None, None, ())
    assert index_page.level(none, none) == "There are too few prices for an index."


def test_rates_in_print_stand_beside_the_first_line(study: Study) -> None:
    first = (0.5, 1.0)
    places = [rates_in_print.beside(span, first) for span in ((0.1, 0.2), (0.1, 0.6), (1.1, 2.0), first)]
    assert places == ["below", "overlaps", "above", None]
    assert rates_in_print.beside((0.1, 0.2), None) is None
    names = [row[0] for row in rates_in_print.rates_in_print(study).rows]
    assert names[-2:] == ["Epoch AI (median 46)", "The claimed floor"]
    assert "The last 12 months" in names


@pytest.mark.parametrize(("error", "said"), [(-0.1, "at 0.90 times what"), (-2.0, "at 0.14 times what")])
def test_the_track_record_follows_the_scores(error: float, said: str) -> None:
    average = make_forecaster(AVERAGE, error=error)
    last = make_last_forecast(forecasters=(average, *(make_forecaster(name) for name in BASELINES)))
    assert said in forecast_page.track_record(last)
    assert forecast_page.track_record(None) == forecast_page.NOT_SCORED
    assert "cannot be judged yet: no price" in forecast_page.track_record(
        replace(last, forecasters=(), problem="no price.")
    )


def test_simple_rules_that_did_as_well_or_better_are_named() -> None:
    scores = [make_forecaster(name, behind=0.2) for name in BASELINES]
    assert "it was better beyond chance than 7, by how far" in forecast_page.rivals(scores)
    scores[0], scores[1] = replace(scores[0], behind=-0.2), replace(scores[1], behind=0.01)
    words = forecast_page.rivals(scores)
    assert (
        "better beyond chance than 5, worse beyond chance than 1 (“one line by least squares (Epoch)”) and not to be"
        in words
    )
    assert "told from 1 (“one line with a step for open weights”)" in words
    assert "better beyond chance than 0 and worse than 0." in words


def test_descriptions_that_what_came_surprised_are_counted() -> None:
    spans = ((-0.5, 0.3), (0.1, 0.9), (0.2, 0.8), (-0.9, -0.3))
    scores = [make_forecaster("plateau", error=sum(span) / 2, error_span=span) for span in spans]
    assert (
        "above the range of nine in ten for their mean under 2 of 4, and below it under 1."
        in forecast_page.surprised(scores)
    )


def test_launches_that_lose_more_likely_than_not_are_named(study: Study) -> None:
    economics = study.economics
    deciding = {scenario.name: economics.along(scenario) for scenario in economics.scenarios}
    never = tuple(replace(outlook, p_loss=0.1) for outlook in economics.outlooks)
    assert services_page.likely_losses(replace(economics, outlooks=never)).startswith("No launch loses")
    first = economics.scenarios[0]
    losing = ("baumol", first.name, deciding[first.name])
    lost = tuple(
        replace(outlook, p_loss=0.9 if (outlook.law, outlook.scenario, outlook.buyer) == losing else 0.1)
        for outlook in economics.outlooks
    )
    words = services_page.likely_losses(replace(economics, outlooks=lost))
    assert (
        words
        == f"More likely than not these launches lose money: that of “{first.title}” under “{LAWS_IN_WORDS['baumol']}”."
    )


def test_earlier_forecasts_are_counted(tmp_path: Path) -> None:
    stored = stored_robustness()
    said = forecast_page.earlier(stored["hindcast"])
    half_years = stored["hindcast"].result.half_years
    judged = sum(len(date.fared) for date in half_years if date.conclusion.passed)
    assert f"{judged} forecasts in all" in said
    first, *rest = [replace(date, conclusion=replace(date.conclusion, failures=())) for date in half_years]
    failed = replace(first, conclusion=replace(first.conclusion, failures=("plateau on all rows: R-hat",)))

    def told(dates: list[HalfYear]) -> str:
        return forecast_page.earlier(Stored("hindcast", Hindcast(tuple(dates)), ()))

    assert "FAILED" not in told([first, *rest])
    assert f"FAILED: those of {first.date} could not all be computed" in told([failed, *rest])
    assert f"{sum(len(date.fared) for date in rest)} forecasts in all" in told([failed, *rest])
    assert "FAILED" in told([failed])
    assert "make calibrate" in forecast_page.earlier(None)
    assert "OUT OF DATE" in forecast_page.earlier(Stored("hindcast", stored["hindcast"].result, ("data",)))


def test_sources_say_that_they_were_not_told_apart(study: Study) -> None:
    assert "make calibrate" in one(study, "sources")
    assert [block["kind"] for block in sources_page.sources(study)] == ["heading", "text"]


def test_every_service_has_a_line_and_a_paragraph(study: Study) -> None:
    table = services_page.margins(study.economics)
    assert len(table.rows) == len(study.economics.scenarios)
    said = one(study, "services")
    assert all(f"{scenario.title}. If it slows to a floor" in said for scenario in study.economics.scenarios)
    assert json.dumps(table.rows)


def test_margins_of_the_table_are_those_behind_the_figure_of_the_technical_report(study: Study) -> None:
    economics = study.economics
    drawn = margins_by_year(study).set_index(["service", "buyer", "future", "year"])["margin_share_q50"]
    year = study.obs.last.year + AFTER_YEARS
    for scenario, (_, *margins) in zip(economics.scenarios, services_page.margins(economics).cells, strict=True):
        deciding = economics.along(scenario)
        futures = [
            ("fixed_capability", "15 % a year"),
            ("fixed_capability", "20 % a year"),
            (deciding, "plateau"),
            (deciding, "discovery"),
            ("frontier", "plateau"),
        ]
        stated = [cell.numbers[""] for cell in margins[: len(futures)]]  # type: ignore[union-attr]
        assert stated == [drawn.loc[scenario.name, buyer, future, year] for buyer, future in futures]


def test_sources_follow_the_result() -> None:
    root = Path(__file__).parents[2]
    study = recorded_studies(Places(root / "data", root / "reports"))["graphs"].result
    law = study.laws[0]

    def told(fixed: float, changed: float, rate: float) -> str:
        slowed = {"fixed": Probability(fixed, 0.001), "changed": Probability(changed, 0.001)}
        windows = replace(law.last, fixed=(rate - 0.1, rate, rate + 0.1), changed=(0.6, 0.7, 0.8))
        laws = (replace(law, slowed=slowed, last=windows),)
        return f"{sources_page.pace(laws)} {sources_page.slowing(laws)} {sources_page.sources_in_short(laws)}"

    still, going = told(0.99, 0.01, 0.0), told(0.01, 0.99, 0.7)
    assert "price of a unit of size has lost half" in still
    assert "an ability needs has not lost half" in still
    assert "same seller became unchanged" in still
    assert "price of a unit of size has not lost half" in going
    assert "an ability needs has lost half" in going
    assert "same seller became 2.0 times cheaper" in going
    assert "may or may not" in told(0.5, 0.5, 0.7)
    missed = replace(
        study, laws=tuple(replace(each, diagnostics=replace(each.diagnostics, passed=False)) for each in study.laws)
    )
    (block,) = sources_page._sources(missed, "")
    assert "FAILED" in block["text"]
    assert "cheaper (" not in block["text"]
