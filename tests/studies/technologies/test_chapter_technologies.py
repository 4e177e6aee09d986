"""The chapter on technologies of known fate reads right whichever way they fall."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from costfloor.fit.sensitivity import PriorSensitivity
from costfloor.report.chapters import technologies_of_known_fate
from costfloor.report.study import Study
from costfloor.sampling.probability import probability_mcse
from costfloor.studies.reference_class.chapter import effect
from costfloor.studies.reference_class.study import Effect, ReferenceStudy, ReplacedPrior, Side, StatedPrior
from costfloor.studies.stored import Stored
from costfloor.studies.technologies.sentences import against_walk, calendar, keeps, other_form, slowed, told_apart
from costfloor.studies.technologies.study import BASE, Split, TechnologyStudy
from fake_study import make_study
from made_up_technologies import EVEN, LOW, plateau_reference, reference, technology_results


def words(study: Study) -> str:
    return " ".join(str(block.get("text", "")) for block in technologies_of_known_fate(study))


def tables(study: Study) -> list[dict[str, Any]]:
    return [block for block in technologies_of_known_fate(study) if block["kind"] == "table"]


def with_results(folder: Path, found: TechnologyStudy, stale: tuple[str, ...] = ()) -> Study:
    return make_study(folder, calibration={"technologies": Stored("technologies", found, stale)})


def side(p_slowed: float, floor: float, *, passed: bool = True) -> Side:
    quantities = {
        "rate_now": (0.5, 0.8, 1.1),
        "rate_floor": (floor - 0.2, floor, floor + 0.2),
        "kept_share": (0.1, 0.3, 0.5),
        "half_life_years": (0.4, 1.0, 2.0),
    }
    return Side(passed, "3 divergences", quantities, p_slowed, 0.04, PriorSensitivity("rate_floor", 0.02, 0.2))


def moved(after: Side) -> Effect:
    """A law that says slowing is left open by its own prior, and something else by the reference class."""
    own, other = StatedPrior("normal", (0.5, 0.5), ""), StatedPrior("normal", (-1.1854321, 0.61), "")
    return Effect((ReplacedPrior("kept_share", own, other),), side(0.7, 0.3), after)


def test_without_studies_it_says_how_to_run_them(study: Study) -> None:
    said = words(study)
    assert said.count("make calibrate") == 2
    assert not tables(study)


def test_what_changed_since_is_said(tmp_path: Path) -> None:
    found = technology_results(10.0, 0.91, EVEN, 0.2)
    assert "OUT OF DATE: since this was computed, code changed" in words(with_results(tmp_path, found, ("code",)))
    assert "OUT OF DATE" not in words(with_results(tmp_path, found))


def test_good_forecasts_and_bad_ones(tmp_path: Path) -> None:
    good = words(with_results(tmp_path, technology_results(10.0, 0.91, EVEN, 0.2)))
    bad = words(with_results(tmp_path, technology_results(-1.0, 0.6, LOW, 0.3, passed=False)))
    assert "All fits pass their gates." in good
    assert "Best by log score: stack, 10.0 (SE 2.0) above the random walk with drift: clear of chance" in good
    assert "hold 91 % of the later observations, within 85 % to 95 %" in good
    assert "Better than the base rate beyond chance: constant rate" in good
    assert "FAILED gates" in bad
    assert "plateau on the first half (3 divergences)" in bad
    assert "fewer than 85 %: it is too sure, most so 3 to 5 years ahead (60 %)" in bad
    assert "costs came out lower than forecast" in bad
    assert "none has shown that it can tell" in bad


def test_every_series_and_forecaster_has_a_row(tmp_path: Path) -> None:
    found = technology_results(-1.0, 0.91, EVEN, 0.2)
    shown = tables(with_results(tmp_path, found))
    scores, horizons, claims, series = shown
    assert [row[0] for row in scores["rows"]][-2:] == ["stack", "line (OLS)"]
    assert "−1.0 (2.0)" in scores["rows"][-2]
    assert [row[0] for row in horizons["rows"]] == ["1 to 2", "3 to 5"]
    assert claims["rows"][-1][0] == BASE
    assert [row[0] for row in series["rows"]] == ["Milk", "Aluminum"]
    assert "0.50 (0.10 to 0.90)" in series["rows"][0]
    for one in shown:
        assert {len(row) for row in one["rows"]} == {len(one["columns"])} == {len(one["align"])}


def split(lead: float, se: float) -> Split:
    one = technology_results(10.0, 0.91, EVEN, 0.2).splits[0]
    return replace(one, scores={**one.scores, "plateau": replace(one.scores["plateau"], lead=lead, lead_se=se)})


@pytest.mark.parametrize(
    ("lead", "said"),
    [(9.0, "plateau better (+9.0"), (-9.0, "plateau worse (-9.0"), (1.0, "plateau neither better nor worse")],
)
def test_letting_rates_decay_helps_or_not(lead: float, said: str) -> None:
    assert said in against_walk(split(lead, 2.0))


def test_the_claim_has_its_base_rate() -> None:
    assert slowed(split(1.0, 2.0)).startswith("Of 37 technologies that were falling, 50 % fell by less than half")


def test_the_reference_class_says_what_moved_it() -> None:
    found = reference()
    assert "they have moved it" in keeps(replace(found, probability_slows=0.9, prior_probability_slows=0.5))
    assert "they have hardly moved it" in keeps(replace(found, probability_slows=0.52, prior_probability_slows=0.5))
    apart = plateau_reference()
    near = replace(apart, quantiles={**apart.quantiles, "kept_share": (0.1, 0.4, 0.9)})
    assert "lies outside" in other_form(found, apart)
    assert "lies inside" in other_form(found, near)


@pytest.mark.parametrize(
    ("correlation", "said"),
    [(0.02, "is an assumption"), (-0.6, "fall faster age faster"), (0.6, "fall faster age slower")],
)
def test_which_clock_technologies_age_by(correlation: float, said: str) -> None:
    assert said in told_apart(replace(reference(), correlation=correlation))


def test_half_lives_by_the_calendar_against_the_age_of_bands() -> None:
    both = reference(), plateau_reference()
    assert "longer under encompassing law and plateau: carried over so, the floor would still lie ahead" in calendar(
        *both, 2.0
    )
    assert "shorter: carried over so, the floor would be in sight" in calendar(*both, 9.0)


def test_the_effect_on_the_rule_either_way() -> None:
    said = effect("plateau", moved(side(0.99, -0.1)))
    assert "the floor from 0.30 (0.10 to 0.50) to −0.10 (−0.30 to 0.10)" in said
    assert "from 70 % to 99 %" in said
    assert (
        "makes a difference: slowing is left open by its own prior, the rate has slowed down by the reference" in said
    )
    same = effect("plateau", moved(side(0.8, 0.2)))
    assert "both say the same: slowing is left open" in same
    assert "the rate has not slowed down" in effect("plateau", moved(side(0.01, 0.2)))
    assert "FAILED" not in said
    failed = effect("plateau", moved(side(0.9, 0.2, passed=False)))
    assert "FAILED gates under the reference class (3 divergences)" in failed


@pytest.mark.parametrize("limit", [0.95, 0.05])
def test_a_probability_at_a_limit_of_the_rule_leaves_open_whether_it_differs(limit: float) -> None:
    error, away = 2.0 * probability_mcse(limit), 1.0 if limit > 0.5 else -1.0
    near, far = (moved(side(limit + away * share * error, 0.3)) for share in (0.5, 1.2))
    assert "is within the Monte Carlo error of these probabilities" in effect("plateau", near)
    assert "To the rule it makes a difference" in effect("plateau", far)


def test_the_effect_is_in_the_chapter_and_marked_when_stale(tmp_path: Path) -> None:
    law = moved(side(0.99, -0.1, passed=False))
    stored = Stored("reference_class", ReferenceStudy({"encompassing": law, "plateau": law}), ("data",))
    study = make_study(tmp_path, calibration={"reference_class": stored})
    said = words(study)
    assert "A sensitivity, not the default" in said
    assert "since this was computed, data changed" in said
    priors, both = tables(study)
    assert priors["rows"][0] == ("encompassing law", "kept share", "normal(0.5, 0.5)", "normal(−1.19, 0.61)")
    assert both["rows"][-1] == ("Gates", "passed", "FAILED", "passed", "FAILED")
    assert {len(row) for row in both["rows"]} == {len(both["columns"])}
