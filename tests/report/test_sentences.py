"""Every sentence follows the results, whichever way they fall."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from costfloor.fit.quantities import FLOOR_CLAIM
from costfloor.fit.request import priors_of
from costfloor.fit.result import Fit
from costfloor.fit.sensitivity import PriorSensitivity
from costfloor.forecast.compare import LawScore
from costfloor.forecast.failures import Failure
from costfloor.laws import LAWS
from costfloor.report import same_model, sentences
from costfloor.report.study import Study
from costfloor.sampling.probability import probability_mcse
from fake_study import BAD, GOOD, make_comparison, make_fit, make_indexes


def fit_with(law: str = "plateau", **quantities: tuple[float, float]) -> Fit:
    """A fit whose reported quantities run evenly over an interval."""
    draws = {name: (("chain", "draw"), np.linspace(*ends, 101)[None]) for name, ends in quantities.items()}
    receipt = {"priors": priors_of(LAWS[law]), "diagnostics": GOOD}
    return Fit(LAWS[law], receipt, xr.Dataset(), xr.Dataset(draws))


def test_every_verdict_has_a_headline() -> None:
    said = {verdict: sentences.HEADLINES[verdict] for verdict in ("plateau", "discovery", "inconclusive")}
    assert len(set(said.values())) == 3


def test_the_reason_is_a_sentence() -> None:
    assert sentences.reason(make_comparison(verdict_reason="against all")) == "Against all."


@pytest.mark.parametrize(
    ("difference", "error", "ahead", "clear"),
    [
        (9.0, 2.0, "plateau", True),
        (-9.0, 2.0, "discovery", True),
        (2.0, 0.1, "plateau", False),
        (9.0, 8.0, "plateau", False),
    ],
)
def test_the_better_forecaster(difference: float, error: float, ahead: str, clear: bool) -> None:
    said = sentences.score_difference(make_comparison(elpd_difference=difference, elpd_difference_se=error))
    assert f"the {ahead} law scores" in said
    assert ("not clear of chance" not in said) == clear


@pytest.mark.parametrize(
    ("lead", "said"),
    [
        (6.5, "about as much as is clear of chance, 6.0"),
        (5.5, "about as much as"),
        (7.1, "is clear of chance."),
        (4.9, "is not clear of"),
    ],
)
def test_a_lead_within_monte_carlo_error_of_the_clear_one_is_called_neither(lead: float, said: str) -> None:
    assert said in sentences.score_difference(make_comparison(elpd_difference=lead, elpd_margin_mcse=0.5))


@pytest.mark.parametrize(
    ("difference", "said"), [(0.9, "are level: 0.9 units"), (-0.9, "are level: 0.9"), (1.1, "plateau law scores 1.1")]
)
def test_a_lead_within_its_monte_carlo_error_is_level(difference: float, said: str) -> None:
    words = sentences.score_difference(make_comparison(elpd_difference=difference, elpd_difference_mcse=0.5))
    assert said in words
    assert "The mixture of laws" in words
    assert (
        sentences.months_until_decisive(make_comparison(elpd_difference=difference, elpd_difference_mcse=0.5)) is None
    ) == (difference < 1.0)


def test_words_at_a_limit_of_likelihood_are_both_said() -> None:
    discovery, plateau = fit_with("discovery", rate_now=(1.0, 2.0)), fit_with(rate_now=(0.1, 0.2))
    error = 2.0 * probability_mcse(0.9, GOOD["ess_bulk_min"])
    near, far = (make_comparison(p_slowed=0.9 + share * error) for share in (0.5, 1.1))
    assert "it is likely to very likely (91 %)" in sentences.fixed_buyer(plateau, discovery, near)
    assert "it is very likely (92 %)" in sentences.fixed_buyer(plateau, discovery, far)


def test_a_floor_that_ends_at_the_claim_is_not_said_to_lie_beside_it() -> None:
    high = FLOOR_CLAIM[1]
    assert "it ends, within Monte Carlo error, at a limit of the claimed" in sentences.floor_estimate(
        fit_with(rate_floor=(high - 0.02, high + 0.5))
    )
    assert "it lies above the claimed" in sentences.floor_estimate(fit_with(rate_floor=(high + 0.02, high + 0.5)))


def test_a_difference_at_the_limit_of_little_is_left_open() -> None:
    discovery = fit_with("discovery", frontier_rate=(1.0, 2.0))
    at_limit = fit_with(frontier_rate=(0.55, 1.55), rate_now=(1.0, 1.0))
    assert "is within Monte Carlo error" in sentences.frontier_buyer(at_limit, discovery)


@pytest.mark.parametrize(
    ("after", "moved"),
    [(0.14, "hardly moved it"), (0.17, "raised it"), (0.06, "hardly moved it"), (0.04, "lowered it")],
)
def test_a_claim_moves_when_it_does_so_beyond_draws(after: float, moved: str) -> None:
    assert moved in sentences.claim_probability(make_comparison(p_floor_15_20_prior=0.1, p_floor_15_20_plateau=after))


def test_weights_that_chance_decides_are_not_passed_for_settled() -> None:
    ends = {"plateau": (0.7, (0.1, 0.9)), "discovery": (0.28, (0.0, 0.9)), "baumol": (0.02, (0.0, 0.1))}
    laws = {name: LawScore(-1.0, 1.0, 0.5, 0.9, weight, interval) for name, (weight, interval) in ends.items()}
    said = sentences.score_difference(make_comparison(laws=laws))
    assert "gives plateau 70 % (10 to 90 %) and continued discovery 28 % (0 to 90 %); that is not settled" in said
    sure = {**laws, "plateau": LawScore(-1.0, 1.0, 0.5, 0.9, 0.7, (0.65, 0.75))}
    assert "28 % (0 to 90 %); that is not settled" in sentences.score_difference(make_comparison(laws=sure))
    sure["discovery"] = LawScore(-1.0, 1.0, 0.5, 0.9, 0.28, (0.25, 0.35))
    assert "28 % (25 to 35 %); that is settled" in sentences.score_difference(make_comparison(laws=sure))


def test_the_doubt_of_the_weights_stands_beside_the_claim() -> None:
    comparison = make_comparison(p_floor_15_20=0.1, p_floor_15_20_ci90=(0.001, 0.2))
    assert (
        "have forecast best it is 10 % (90 % interval 0 % to 20 %, from the doubt of the weights"
        in sentences.claim_probability(comparison)
    )


def test_no_score_is_said() -> None:
    said = sentences.score_difference(make_comparison(elpd_difference=None, elpd_difference_se=None, origins=()))
    assert "could not be scored" in said


def test_the_fixed_buyer() -> None:
    discovery = fit_with("discovery", rate_now=(1.0, 2.0))
    falling = fit_with(rate_now=(0.1, 0.2))
    rising = fit_with(rate_now=(-0.2, -0.1))
    slow, fast = make_comparison(p_slowed=0.97), make_comparison(p_slowed=0.02)
    assert "capability fall by 14 % a year now" in sentences.fixed_buyer(falling, discovery, slow)
    assert "capability rise by 16 % a year now" in sentences.fixed_buyer(rising, discovery, slow)
    assert "it is very likely (97 %)" in sentences.fixed_buyer(falling, discovery, slow)
    assert "it is very unlikely (2 %)" in sentences.fixed_buyer(falling, discovery, fast)


def test_the_frontier_buyer() -> None:
    discovery = fit_with("discovery", frontier_rate=(1.0, 2.0))
    restarting = fit_with(frontier_rate=(2.0, 3.0), rate_now=(0.1, 0.2))
    same = fit_with(frontier_rate=(1.0, 2.0), rate_now=(1.0, 2.0))
    assert "stays above that of a fixed capability" in sentences.frontier_buyer(restarting, discovery)
    assert "hardly slows" in sentences.frontier_buyer(same, discovery)


@pytest.mark.parametrize(
    ("ends", "claim", "stops"),
    [
        ((0.17, 0.21), "lies wholly inside the claimed", "below 1 %"),
        ((-0.5, 0.1), "lies below the claimed", "83 %"),
        ((0.5, 0.9), "lies above the claimed", "below 1 %"),
        ((-0.2, 0.9), "contains the claimed", "19 %"),
        ((0.05, 0.2), "covers the claimed 15 to 20 % a year in part", "below 1 %"),
    ],
)
def test_the_floor(ends: tuple[float, float], claim: str, stops: str) -> None:
    said = sentences.floor_estimate(fit_with(rate_floor=ends))
    assert claim in said
    assert f"stop falling altogether is {stops}" in said


@pytest.mark.parametrize(
    ("before", "after", "moved"), [(0.05, 0.4, "raised it"), (0.4, 0.05, "lowered it"), (0.1, 0.1, "hardly moved it")]
)
def test_the_claim_against_its_prior(before: float, after: float, moved: str) -> None:
    comparison = make_comparison(p_floor_15_20_prior=before, p_floor_15_20_plateau=after)
    assert moved in sentences.claim_probability(comparison)


def test_the_mandatory_line() -> None:
    dominated = make_comparison(prior_sensitivity=PriorSensitivity("rate_floor", 0.3, 0.01))
    torn = make_comparison(prior_sensitivity=PriorSensitivity("rate_floor", 0.3, 0.3))
    free = make_comparison(prior_sensitivity=PriorSensitivity("rate_floor", 0.01, 0.3))
    assert "the plateau is your prior" in sentences.prior_influence(dominated).lower()
    for other in (torn, free):
        assert "the plateau is your prior" not in sentences.prior_influence(other).lower()
    assert "pull apart" in sentences.prior_influence(torn)
    assert "does not rule the floor" in sentences.prior_influence(free)


@pytest.mark.parametrize(
    ("ends", "effect"),
    [((0.3, 0.31), "narrowed it"), ((-3.0, 3.0), "widened it"), ((-0.31, 0.91), "hardly changed it")],
)
def test_narrowing(ends: tuple[float, float], effect: str) -> None:
    assert effect in sentences.narrowing(fit_with(rate_floor=ends))


def test_what_would_change_an_open_verdict() -> None:
    dominated = PriorSensitivity("rate_floor", 0.3, 0.01)
    said = sentences.what_would_change(make_comparison(prior_sensitivity=dominated), mean_age_years=1.0)
    assert "a lead in forecast score of more than 6.0 (now +2.0)" in said
    assert "a floor that the prices move" in said
    assert "at least 2 years old on average (now 1.0)" in said
    sure = make_comparison(elpd_difference=9.0, elpd_difference_se=1.0, p_slowed=0.99)
    said = sentences.what_would_change(sure, mean_age_years=3.0)
    assert "For a plateau nothing is missing." in said
    assert "(now 9.0 behind)" in said
    for lead in (5.5, 6.5):
        level = make_comparison(elpd_difference=lead, elpd_margin_mcse=0.5)
        words = f"more than 6.0 (now +{lead}, level with it within a Monte Carlo error of 0.5)"
        assert words in sentences.what_would_change(level, mean_age_years=3.0)
    unslowed = make_comparison(elpd_difference=-1.0, p_slowed=0.01)
    assert "For continued discovery nothing is missing." in sentences.what_would_change(unslowed, mean_age_years=3.0)


def test_what_would_change_a_closed_verdict() -> None:
    plateau = make_comparison(verdict="plateau", elpd_difference=12.0, p_slowed=0.99)
    discovery = make_comparison(verdict="discovery", elpd_difference=-1.0, p_slowed=0.01)
    assert "from 12.0 below 6.0" in sentences.what_would_change(plateau, 3.0)
    assert "the plateau law came to forecast better" in sentences.what_would_change(discovery, 3.0)
    assert "failed fits must be mended" in sentences.what_would_change(make_comparison(passed=False), 3.0)
    unscored = make_comparison(elpd_difference=None, elpd_difference_se=None, origins=())
    assert "needs more history" in sentences.what_would_change(unscored, 3.0)


def test_months_until_decisive() -> None:
    scored = 24 + 12
    twice = make_comparison(elpd_difference=2.0, elpd_difference_se=0.5)
    assert sentences.months_until_decisive(twice) == pytest.approx(scored, abs=1)
    assert sentences.months_until_decisive(make_comparison(elpd_difference=9.0, elpd_difference_se=1.0)) == 0
    assert sentences.months_until_decisive(make_comparison(elpd_difference=-2.0)) is None
    hopeless = make_comparison(elpd_difference=0.1, elpd_difference_se=5.0, elpd_difference_mcse=0.01)
    assert "more than ten further years" in sentences.what_would_change(hopeless, 3.0)


def test_channels() -> None:
    changed = fit_with(same_model_rate=(0.1, 0.2), rate_now=(1.0, 2.0), pass_through=(0.1, 0.2))
    fixed = fit_with(same_model_rate=(1.0, 2.0), rate_now=(0.1, 0.2), pass_through=(0.9, 1.1))
    assert "virtually certain" in same_model.channels(changed)
    assert "exceptionally unlikely" in same_model.channels(fixed)


@pytest.mark.parametrize(
    ("span", "place"),
    [((0.0, 0.03), "more slowly than the law"), ((0.5, 0.6), "faster than the law"), ((0.15, 0.3), "shares a part")],
)
def test_the_same_model_is_held_against_what_was_followed_directly(span: tuple[float, float], place: str) -> None:
    fit = fit_with(same_model_rate=(0.1, 0.2))
    matched = replace(make_indexes().matched, quarterly=SimpleNamespace(annual_rate_ci90=span))
    assert place in same_model.beside_the_matched_index(fit, matched)
    assert same_model.beside_the_matched_index(fit, replace(matched, quarterly=None)) == ""


def test_rates_with_innovations_stand_beside_those_of_the_law_alone() -> None:
    words = sentences.with_innovations({"plateau": 0.7, "discovery": -0.1})
    assert "under plateau and rise by 11 % a year under continued discovery" in words


def test_failures_are_named(study: Study) -> None:
    assert sentences.failures(dict(study.fits), study.comparison, True) == []
    failed = {"plateau": make_fit("plateau", study.obs, BAD)}
    comparison = make_comparison(passed=False, failures=(Failure("plateau", "2024-06-30", "3 divergences"),))
    said = sentences.failures(failed, comparison, False)
    assert len(said) == 3
    assert all(line.startswith("FAILED") for line in said)
    assert "R-hat 1.200 of rate_floor" in said[0]
    assert "2024-06-30" in said[2]
