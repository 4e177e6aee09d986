"""The part on levers says what was observed, what is assumed, and what a step is worth at the rate of today."""

import math
from dataclasses import replace

import pytest
from costfloor.economics.scenario_file import shipped_scenarios
from costfloor.report.chapters import levers_of_cost
from costfloor.report.study import Study
from costfloor.studies.levers.chapter import assumed, bill_after_cascade, in_months
from costfloor.studies.levers.levers import Lever

CACHE = Lever("input read from a cache", 20, (0.1, 0.25, 0.25), (2024, 2025))
RARE = Lever("input in the batch tier", 3, None, (2025, 2025))


def test_a_step_in_months_of_the_trend() -> None:
    said = in_months([CACHE, RARE], rate_now=math.log(2.0))
    assert "input read from a cache 24 months" in said
    assert "batch" not in said


@pytest.mark.parametrize("rate_now", [0.0, -0.3])
def test_no_lapse_of_time_does_it_in_a_market_that_does_not_fall(rate_now: float) -> None:
    assert "no lapse of time would do the same" in in_months([CACHE], rate_now)


def test_too_few_offers() -> None:
    assert "No list shows enough" in in_months([RARE], rate_now=1.0)


def test_cascades_are_named_as_assumptions() -> None:
    scenarios = shipped_scenarios()
    with_cascade = [one for one in scenarios if one.tokens.skip_share > 0.0]
    assert with_cascade
    for one in with_cascade:
        assert f"{100 * one.tokens.skip_share:.0f} % in “{one.title}”" in assumed(scenarios)
        kept, skipped = 1.0 - one.tokens.skip_share, one.tokens.skip_share * one.tokens.skip_cost_ratio
        assert bill_after_cascade(one) == pytest.approx(kept + skipped)
    assert assumed([one for one in scenarios if one not in with_cascade]) == "No service here assumes a cascade."


def test_the_table_has_what_is_rare_without_quartiles(study: Study) -> None:
    (table,) = (block for block in levers_of_cost(replace(study, levers=(CACHE, RARE))) if block["kind"] == "table")
    assert table["rows"][0][1:] == ("observed", "20", "2024–2025", "0.25", "0.10 to 0.25")
    assert table["rows"][1][1:] == ("observed", "3", "2025", "", "")
    assert {row[1] for row in table["rows"][2:]} == {"assumed"}
