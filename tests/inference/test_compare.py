"""The verdict rule in every branch, and the arithmetic of scores, standard errors and stacking weights."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.inference.compare import (
    Evidence,
    _law_score,
    _prior_probability_of_claim,
    difference,
    judge,
    stacking_weights,
)
from analysis.inference.forecast import OriginScore
from analysis.inference.quantities import FLOOR_CLAIM
from analysis.laws.plateau import FLOOR
from analysis.laws.prior_predictive import draw_prior

FOR_PLATEAU = Evidence(
    passed=True,
    origins=3,
    elpd_difference=20.0,
    elpd_difference_se=5.0,
    p_slowed=0.99,
    prior_dominated=False,
    mean_age_years=3.0,
)
FOR_DISCOVERY = replace(FOR_PLATEAU, elpd_difference=-1.0, p_slowed=0.02)


def test_every_condition_met_is_a_plateau_and_the_reason_says_them() -> None:
    verdict, reason = judge(FOR_PLATEAU)
    assert verdict == "plateau"
    for part in ("better by 20.0", "more than 10.0", "probability 0.99", "not the prior"):
        assert part in reason


def test_no_gain_and_no_slowing_in_old_families_is_discovery() -> None:
    verdict, reason = judge(FOR_DISCOVERY)
    assert verdict == "discovery"
    for part in ("(-1.0)", "probability 0.02", "3.0 years old"):
        assert part in reason


@pytest.mark.parametrize("evidence", [FOR_PLATEAU, FOR_DISCOVERY], ids=["plateau", "discovery"])
def test_a_missed_gate_withholds_any_winner(evidence: Evidence) -> None:
    verdict, reason = judge(replace(evidence, passed=False))
    assert verdict == "inconclusive"
    assert "missed its gates" in reason


@pytest.mark.parametrize("evidence", [FOR_PLATEAU, FOR_DISCOVERY], ids=["plateau", "discovery"])
@pytest.mark.parametrize("origins", [0, 1, 2])
def test_too_few_origins_withhold_any_winner(evidence: Evidence, origins: int) -> None:
    scored = evidence.elpd_difference if origins else None
    verdict, reason = judge(replace(evidence, origins=origins, elpd_difference=scored))
    assert verdict == "inconclusive"
    assert f"only {origins} past origin{'' if origins == 1 else 's'} could" in reason
    assert "asks for 3" in reason


def test_a_difference_without_standard_error_is_no_evidence_and_is_not_blamed_on_origins() -> None:
    verdict, reason = judge(replace(FOR_PLATEAU, elpd_difference_se=None))
    assert verdict == "inconclusive"
    assert "standard error" in reason
    assert "origins" not in reason


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (
            {"elpd_difference": 3.9, "elpd_difference_se": 0.1},
            "better by 3.9, and a lead of more than 4.0 is asked for",
        ),
        (
            {"elpd_difference": 4.0, "elpd_difference_se": 0.0},
            "better by 4.0, and a lead of more than 4.0 is asked for",
        ),
        ({"elpd_difference": 9.9}, "better by 9.9, and a lead of more than 10.0 is asked for"),
        ({"elpd_difference": -20.0}, "worse by 20.0, and a lead of more than 10.0 is asked for"),
        ({"p_slowed": 0.94}, "probability 0.94, not 0.95"),
        ({"prior_dominated": True}, "set by its prior"),
    ],
)
def test_one_condition_short_of_a_plateau(change: dict[str, float | bool], named: str) -> None:
    verdict, reason = judge(replace(FOR_PLATEAU, **change))
    assert verdict == "inconclusive"
    against = reason.split("Against discovery")[0]
    assert named in against
    assert against.count(";") == 0, "only the condition that failed is named"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"elpd_difference": 4.0}, "better by 4.0, more than 4"),
        ({"p_slowed": 0.06}, "probability 0.06, not below 0.05"),
        ({"mean_age_years": 1.9}, "1.9 years old on average, too young"),
    ],
)
def test_one_condition_short_of_discovery(change: dict[str, float], named: str) -> None:
    verdict, reason = judge(replace(FOR_DISCOVERY, **change))
    assert verdict == "inconclusive"
    against = reason.split("Against discovery")[1]
    assert named in against
    assert against.count(";") == 0, "only the condition that failed is named"


def test_mixed_evidence_names_every_condition_that_failed_on_either_side() -> None:
    mixed = replace(
        FOR_PLATEAU,
        elpd_difference=5.0,
        elpd_difference_se=10.0,
        p_slowed=0.5,
        prior_dominated=True,
        mean_age_years=1.0,
    )
    verdict, reason = judge(mixed)
    assert verdict == "inconclusive"
    against_plateau, against_discovery = reason.split("Against discovery")
    assert against_plateau.count(";") == 2
    assert against_discovery.count(";") == 2


def test_numbers_that_are_not_numbers_win_nothing() -> None:
    nan = float("nan")
    for evidence in (FOR_PLATEAU, FOR_DISCOVERY):
        assert judge(replace(evidence, elpd_difference=nan, elpd_difference_se=nan))[0] == "inconclusive"
        assert judge(replace(evidence, p_slowed=nan))[0] == "inconclusive"
    assert judge(replace(FOR_DISCOVERY, mean_age_years=nan))[0] == "inconclusive"


EVIDENCE = st.builds(
    Evidence,
    passed=st.booleans(),
    origins=st.integers(0, 4),
    elpd_difference=st.none() | st.floats(-100, 100),
    elpd_difference_se=st.none() | st.floats(0, 50),
    p_slowed=st.floats(0, 1),
    prior_dominated=st.booleans(),
    mean_age_years=st.floats(0, 10),
)


@given(EVIDENCE)
def test_a_winner_implies_all_of_its_conditions_and_their_absence_none(evidence: Evidence) -> None:
    verdict, reason = judge(evidence)
    difference, se = evidence.elpd_difference, evidence.elpd_difference_se
    usable = evidence.passed and evidence.origins >= 3 and difference is not None and se is not None
    plateau = discovery = False
    if usable and difference is not None and se is not None:
        plateau = difference > 4 and difference > 2 * se and evidence.p_slowed >= 0.95 and not evidence.prior_dominated
        discovery = difference < 4 and evidence.p_slowed <= 1 - 0.95 and evidence.mean_age_years >= 2
    assert not (plateau and discovery)
    assert verdict == ("plateau" if plateau else "discovery" if discovery else "inconclusive")
    assert reason


def score(
    elpd: list[float], family: list[int], quarter: list[int], crps: list[float], covered: list[bool], mcse: float = 0.0
) -> OriginScore:
    return OriginScore(
        np.array(elpd),
        mcse,
        np.array(family),
        np.array(quarter),
        np.array(crps),
        np.array(covered),
        np.array(covered),
        np.array(crps),
    )


def test_scores_of_a_law_by_hand() -> None:
    # Blocks (family, quarter): (0, 4) is scored from both origins and counts once with -1 - 2 - 4 = -7; (0, 5) -3; (1, 4) -5.
    origins = [
        score([-1.0, -2.0, -3.0], [0, 0, 0], [4, 4, 5], [0.1, 0.2, 0.3, 0.4], [True, True, False, True]),
        score([-4.0, -5.0], [0, 1], [4, 4], [0.5, 0.6], [True, False]),
    ]
    got = _law_score(origins, 0.25)
    blocks = np.array([-7.0, -3.0, -5.0])
    assert got.elpd == pytest.approx(-15.0)
    assert got.se == pytest.approx(np.sqrt(3) * np.std(blocks, ddof=1)) == pytest.approx(np.sqrt(3) * 2.0)
    assert got.crps == pytest.approx(0.35)
    assert got.coverage90 == pytest.approx(4 / 6)
    assert got.weight == 0.25


def test_the_difference_is_paired_by_block() -> None:
    first = [score([-1.0, -10.0, -2.0], [0, 0, 1], [1, 2, 1], [0.0], [True])]
    second = [score([-3.0, -12.0, -4.0], [0, 0, 1], [1, 2, 1], [0.0], [True])]
    gap, se, mcse = difference(first, second)
    assert mcse == 0.0
    # Each law's own score varies by block, the difference does not.
    assert gap == pytest.approx(6.0)
    assert se == pytest.approx(0.0)
    assert _law_score(first, 1.0).se != pytest.approx(0.0)
    assert difference(second, first)[0] == pytest.approx(-6.0)


def test_sampling_error_of_both_laws_and_all_origins_counts() -> None:
    first = [score([-1.0, -2.0], [0, 1], [1, 1], [0.0], [True], mcse=3.0), score([-1.0], [2], [1], [0.0], [True])]
    second = [score([-3.0, -5.0], [0, 1], [1, 1], [0.0], [True], mcse=4.0), score([-4.0], [2], [1], [0.0], [True])]
    _, se, mcse = difference(first, second)
    assert mcse == pytest.approx(5.0)
    assert se == pytest.approx(np.hypot(np.sqrt(3) * np.std([2.0, 3.0, 3.0], ddof=1), 5.0))


def test_one_block_has_no_standard_error_and_no_origin_no_score() -> None:
    alone = [score([-1.0, -2.0], [0, 0], [3, 3], [0.1, 0.1], [True, True])]
    assert _law_score(alone, 1.0).se is None
    assert difference(alone, alone) == (0.0, None, 0.0)
    nothing = _law_score([], 1 / 3)
    assert (nothing.elpd, nothing.se, nothing.crps, nothing.coverage90) == (None, None, None, None)
    assert difference([], []) == (None, None, None)


def weights_of(**elpd: np.ndarray) -> dict[str, float]:
    codes = [0] * len(next(iter(elpd.values())))
    return stacking_weights({name: [score(values.tolist(), codes, codes, [], [])] for name, values in elpd.items()})


LOG_SCORES = st.lists(st.floats(-30, 5), min_size=2, max_size=30).map(np.array)


@given(LOG_SCORES, LOG_SCORES, LOG_SCORES)
def test_weights_are_a_distribution(first: np.ndarray, second: np.ndarray, third: np.ndarray) -> None:
    size = min(len(first), len(second), len(third))
    weights = weights_of(a=first[:size], b=second[:size], c=third[:size])
    assert all(0 <= weight <= 1 for weight in weights.values())
    assert sum(weights.values()) == pytest.approx(1.0)


@given(LOG_SCORES, st.floats(0.2, 5))
def test_a_law_worse_at_every_unit_gets_no_weight_and_equals_share(scores: np.ndarray, worse: float) -> None:
    weights = weights_of(good=scores, twin=scores, bad=scores - worse)
    assert weights["bad"] < 1e-6
    assert weights["good"] == pytest.approx(weights["twin"])
    assert weights["good"] == pytest.approx(0.5, abs=1e-6)


@given(LOG_SCORES, LOG_SCORES)
def test_stacking_beats_either_law_alone(first: np.ndarray, second: np.ndarray) -> None:
    size = min(len(first), len(second))
    logs = np.column_stack([first[:size], second[:size]])
    assume(np.ptp(logs[:, 0] - logs[:, 1]) > 1e-3)
    weights = np.array(list(weights_of(a=logs[:, 0], b=logs[:, 1]).values()))
    mixture = np.log(np.exp(logs) @ weights).sum()
    assert mixture >= logs.sum(axis=0).max() - 1e-3 * size


def test_without_scores_the_weights_are_equal() -> None:
    assert stacking_weights({"a": [], "b": []}) == {"a": 0.5, "b": 0.5}


def test_the_prior_probability_of_the_claim_is_that_of_the_prior() -> None:
    draws = draw_prior(FLOOR, 400_000, np.random.default_rng(2))
    share = np.mean((draws > FLOOR_CLAIM[0]) & (draws < FLOOR_CLAIM[1]))
    assert _prior_probability_of_claim() == pytest.approx(share, abs=4 * np.sqrt(share / 400_000))
