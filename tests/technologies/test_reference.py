"""The reference class of a known population, and the document from results that fall either way."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from analysis.laws.encompassing import INITIAL_RATE
from analysis.laws.priors import Prior
from analysis.technologies.claims import Bin, Calibration
from analysis.technologies.document import coverage_sentence, document, leader_sentence, write_document
from analysis.technologies.fit import FOLDER, TechnologyFit
from analysis.technologies.laws import TECHNOLOGY_LAWS
from analysis.technologies.reference import ReferenceClass, half_life_prior, kept_share_of_plateau, reference_class
from analysis.technologies.scores import ForecasterScore, HorizonScore
from analysis.technologies.series import load_costs
from analysis.technologies.study import (
    SETTINGS,
    FitRecord,
    Split,
    TechnologyRecord,
    TechnologyStudy,
    is_current,
    study_request,
)

DATA = Path(__file__).parents[2] / "data"

POPULATION = {
    "initial_rate": 0.1,
    "initial_rate_spread": 0.3,
    "kept_share": 0.4,
    "kept_share_spread": 0.2,
    "half_life_years": 5.0,
    "half_life_years_spread": 0.4,
}


def reference() -> ReferenceClass:
    law = TECHNOLOGY_LAWS["encompassing"]
    values = {prior.name: POPULATION.get(prior.name, 0.1) for prior in law.priors}
    posterior = xr.Dataset({name: (("chain", "draw"), np.full((4, 5000), value)) for name, value in values.items()})
    return reference_class(TechnologyFit(law, {}, posterior), seed=1)


def plateau_share() -> tuple[float, float, float]:
    law = TECHNOLOGY_LAWS["plateau"]
    values = {prior.name: {"rate_floor": 0.02, "rate_excess": 0.08}.get(prior.name, 1e-3) for prior in law.priors}
    posterior = xr.Dataset({name: (("chain", "draw"), np.full((4, 500), value)) for name, value in values.items()})
    return kept_share_of_plateau(TechnologyFit(law, {}, posterior), seed=1)


def test_plateau_keeps_its_floor() -> None:
    assert plateau_share() == pytest.approx((0.2, 0.2, 0.2), abs=0.03)


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


def forecaster(lead: float, se: float, coverage: float, pit: tuple[float, ...]) -> ForecasterScore:
    horizons = (HorizonScore(1, 2, 80, 0.1, 0.5, 0.9), HorizonScore(3, 5, 90, 0.2, 0.4, coverage))
    return ForecasterScore(10.0 + lead, lead, se, "aluminium", 2.5, 0.15, 0.5, coverage, 0.1, horizons, pit)


LOW = (0.3, *[0.07] * 9, 0.07)[:10]
EVEN = (0.1,) * 10


def study(
    lead: float, coverage: float, pit: tuple[float, ...], brier: float, *, passed: bool = True
) -> TechnologyStudy:
    names = (*TECHNOLOGY_LAWS, "stack", "line (OLS)")
    scores = {name: forecaster(0.0, 0.0, 0.9, EVEN) for name in names} | {"stack": forecaster(lead, 2.0, coverage, pit)}
    claim = Calibration(brier, 0.25 - brier, 0.01, 0.4, 0.5, (Bin(0.0, 0.2, 3.5, 0.1, 0.2),))
    claims = dict.fromkeys(names, claim) | {"base rate": replace(claim, brier=0.25, gain=0.0, gain_se=0.0)}
    split = Split(0.5, 400, scores, claims, 37.0)
    record = TechnologyRecord("Milk", "Milk", 1930, 2008, 40, 0.02, 0.01, 0.4, 0.5, 0.9, (0.1, 0.5, 0.9))
    second = replace(record, name="Aluminum", technology="aluminium", kept_share=None)
    return TechnologyStudy(
        request={"data": "d" * 64, "code": "c" * 64, "settings": {"draws": 1}},
        notes=("Milk: one in 2 of its 79 years, from the first",),
        series=45,
        technologies=41,
        points=823,
        fits=(FitRecord("plateau", 0.5, passed, "3 divergences", 2, 12.0),),
        splits=(split, replace(split, share=2 / 3)),
        records=(record, second),
        reference=reference(),
        kept_share_of_plateau=plateau_share(),
    )


def test_sentences_follow_the_figures() -> None:
    good = study(10.0, 0.91, EVEN, 0.2)
    assert "within 85% to 95%" in coverage_sentence(good.splits[0])
    assert "10.0 (SE 2.0) above random_walk: clear of chance" in leader_sentence(good.splits[0])
    assert "aluminium moves it most, by +2.5; without it the lead is +7.5" in leader_sentence(good.splits[0])
    sure = study(3.0, 0.7, LOW, 0.3)
    text = coverage_sentence(sure.splits[0])
    assert "too sure" in text
    assert "costs came out lower than forecast" in text
    assert "3 to 5 years ahead (70%)" in text
    assert "not clear of chance" in leader_sentence(sure.splits[0])
    assert "less sure than it could be" in coverage_sentence(study(3.0, 0.99, EVEN, 0.3).splits[0])
    ahead = study(-5.0, 0.9, EVEN, 0.3).splits[0]
    others = {name: replace(one, elpd=one.elpd - 1.0) for name, one in ahead.scores.items() if name != "random_walk"}
    alone = replace(ahead, scores={**others, "random_walk": ahead.scores["random_walk"]})
    assert leader_sentence(alone) == "No forecaster has a better log score than the law random_walk."


def test_the_document_reads_right_either_way() -> None:
    good, bad = document(study(10.0, 0.91, EVEN, 0.2)), document(study(-1.0, 0.6, LOW, 0.3, passed=False))
    assert "All fits pass their gates." in good
    assert "FAILED gates" in bad
    assert "plateau on the first half (3 divergences)" in bad
    assert "Better than the base rate beyond chance: exponential" in good
    assert "none has shown that it can tell" in bad
    for text in (good, bad):
        assert "nan" not in text
        assert "| Aluminum |" in text
        assert all(line.count("|") > 3 for line in text.splitlines() if line.startswith("|"))


def test_a_study_is_plain_data_and_goes_stale(tmp_path: Path) -> None:
    found = study(10.0, 0.91, EVEN, 0.2)
    assert json.loads(json.dumps(found.to_json())) == found.to_json()
    write_document(found, tmp_path / "technologies.md")
    assert (tmp_path / "technologies.md").read_text("utf-8").startswith("# Technologies of known fate")
    assert not is_current(tmp_path)
    folder = tmp_path / FOLDER
    folder.mkdir(parents=True)
    (tmp_path / "raw").symlink_to(DATA / "raw")
    request = study_request(load_costs(DATA), SETTINGS)
    for stored, current in ((request, True), (request | {"code": "other"}, False)):
        (folder / "study.json").write_text(json.dumps({"request": stored}), encoding="utf-8")
        assert is_current(tmp_path) is current
