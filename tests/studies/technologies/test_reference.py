"""The reference class of a known population, and the document from results that fall either way."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from costfloor.laws import LAWS
from costfloor.laws.encompassing import INITIAL_RATE
from costfloor.laws.with_priors import with_priors
from costfloor.places import Places
from costfloor.records import typed
from costfloor.sampling.priors import Prior
from costfloor.studies.registry import recorded_studies
from costfloor.studies.technologies.alternative import reference_priors
from costfloor.studies.technologies.document import document, write_document
from costfloor.studies.technologies.reference import floor_and_excess_priors, half_life_prior
from costfloor.studies.technologies.sentences import coverage, leader
from costfloor.studies.technologies.study import TechnologyStudy
from made_up_technologies import EVEN, LOW, plateau_reference, reference, technology_results

ROOT = Path(__file__).parents[3]
DATA = ROOT / "data"


def test_plateau_keeps_its_floor() -> None:
    found = plateau_reference()
    assert found.quantiles["kept_share"] == pytest.approx((0.2, 0.2, 0.2), abs=0.03)
    assert found.log_decline_per_half_life.constants[0] == pytest.approx(0.5, abs=0.02)
    assert found.half_life_years.constants[0] == pytest.approx(5.0, abs=0.02)


def test_floor_and_excess_share_the_initial_rate() -> None:
    floor, excess = floor_and_excess_priors(plateau_reference(), Prior("initial_rate", "lognormal", (1.5, 0.01), ""), 1)
    assert (floor.distribution, excess.distribution) == ("normal", "lognormal")
    assert floor.constants[0] == pytest.approx(0.3, rel=0.03)
    assert excess.constants[0] == pytest.approx(1.2, rel=0.03)
    wide = replace(plateau_reference(), kept_share=Prior("kept_share", "normal", (1.2, 0.6), ""))
    assert floor_and_excess_priors(wide, INITIAL_RATE, 1)[1].constants[0] > 0


def test_a_law_takes_the_priors_of_the_reference_class_and_keeps_the_rest() -> None:
    for law, found in ((LAWS["encompassing"], reference()), (LAWS["plateau"], plateau_reference())):
        priors = reference_priors(law, found, seed=1)
        other = with_priors(law, priors)
        before, after = ({prior.name: prior for prior in one.priors} for one in (law, other))
        named = {prior.name for prior in priors}
        assert named in ({"kept_share", "half_life_years"}, {"rate_floor", "rate_excess", "half_life_years"})
        assert {name for name in before if before[name] != after[name]} == named
        assert law.priors == LAWS[law.name].priors, "the default stays"
        point = dict.fromkeys(law.family_parameters, 0.7)
        assert other.decline(point, 2.0) == law.decline(point, 2.0)


def test_a_new_technology_is_drawn_from_the_population() -> None:
    found = reference()
    assert found.kept_share.distribution == "normal"
    assert found.kept_share.constants == pytest.approx((0.4, 0.2), abs=0.01)
    assert found.log_decline_per_half_life.distribution == "lognormal"
    assert found.log_decline_per_half_life.constants == pytest.approx((0.5, np.hypot(0.3, 0.4)), abs=0.02)
    assert found.probability_slows == pytest.approx(0.69, abs=0.02)
    assert 0.4 < found.prior_probability_slows < 0.6
    assert found.correlation == pytest.approx(0.0, abs=0.03)
    wide, narrow = found.prior_quantiles["kept_share"], found.quantiles["kept_share"]
    assert wide[0] < narrow[0] < narrow[2] < wide[2]


def test_half_life_in_years_scales_with_the_rate() -> None:
    fast = half_life_prior(reference(), INITIAL_RATE)
    rate, sd = INITIAL_RATE.constants
    assert fast.name == "half_life_years"
    assert fast.constants == pytest.approx((0.5 / rate, np.hypot(0.5, sd)), rel=0.05)
    with pytest.raises(ValueError, match="no lognormal prior"):
        half_life_prior(reference(), Prior("initial_rate", "normal", (1.0, 1.0), ""))


def test_sentences_follow_the_figures() -> None:
    good = technology_results(10.0, 0.91, EVEN, 0.2)
    assert "within 85 % to 95 %" in coverage(good.splits[0])
    assert "10.0 (SE 2.0) above the random walk with drift: clear of chance" in leader(good.splits[0])
    assert "aluminium moves it most, by +2.5; without it the lead is +7.5" in leader(good.splits[0])
    sure = technology_results(3.0, 0.7, LOW, 0.3)
    text = coverage(sure.splits[0])
    assert "too sure" in text
    assert "costs came out lower than forecast" in text
    assert "3 to 5 years ahead (70 %)" in text
    assert "not clear of chance" in leader(sure.splits[0])
    assert "less sure than it could be" in coverage(technology_results(3.0, 0.99, EVEN, 0.3).splits[0])
    ahead = technology_results(-5.0, 0.9, EVEN, 0.3).splits[0]
    others = {name: replace(one, elpd=one.elpd - 1.0) for name, one in ahead.scores.items() if name != "random_walk"}
    alone = replace(ahead, scores={**others, "random_walk": ahead.scores["random_walk"]})
    assert leader(alone) == "No forecaster has a better log score than the random walk with drift."


def test_the_document_reads_right_either_way() -> None:
    good, bad = (
        document(technology_results(10.0, 0.91, EVEN, 0.2)),
        document(technology_results(-1.0, 0.6, LOW, 0.3, passed=False)),
    )
    assert "All fits pass their gates." in good
    assert "FAILED gates" in bad
    assert "plateau on the first half (3 divergences)" in bad
    assert "Better than the base rate beyond chance: constant rate" in good
    assert "none has shown that it can tell" in bad
    for text in (good, bad):
        assert "nan" not in text
        assert "| Aluminum |" in text
        assert all(line.count("|") > 3 for line in text.splitlines() if line.startswith("|"))


def test_the_page_in_the_repository_is_that_of_the_stored_study() -> None:
    stored = recorded_studies(Places(ROOT / "data", ROOT / "reports"))["technologies"]
    written = (ROOT / "docs" / "technologies.md").read_text("utf-8")
    assert written == document(stored.result), "run bin/store-results and commit docs/technologies.md"


def test_a_study_is_plain_data(tmp_path: Path) -> None:
    found = technology_results(10.0, 0.91, EVEN, 0.2)
    assert typed(TechnologyStudy, json.loads(json.dumps(asdict(found)))) == found
    write_document(found, tmp_path / "technologies.md")
    assert (tmp_path / "technologies.md").read_text("utf-8").startswith("# Technologies of known fate")
