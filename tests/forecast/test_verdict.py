"""The verdict rule in every branch."""

from dataclasses import replace

import pytest
from costfloor.forecast.verdict import Evidence, judge
from hypothesis import given
from hypothesis import strategies as st

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
BY_FORECASTS = replace(FOR_PLATEAU, elpd_difference=-20.0, p_slowed=0.4)
"""Discovery is clearly ahead, by as much as plateau is in `FOR_PLATEAU`."""


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
            "lead in log score is +3.9, and one of more than 4.0 is asked for",
        ),
        (
            {"elpd_difference": 4.0, "elpd_difference_se": 0.0},
            "lead in log score is +4.0, and one of more than 4.0 is asked for",
        ),
        ({"elpd_difference": 9.9}, "lead in log score is +9.9, and one of more than 10.0 is asked for"),
        ({"elpd_difference": -20.0}, "lead in log score is -20.0, and one of more than 10.0 is asked for"),
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
        ({"elpd_difference": 4.0}, "lead in log score is +4.0, not below 4"),
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


def test_a_clear_lead_of_discovery_speaks_for_it_as_one_of_plateau_does_for_plateau() -> None:
    verdict, reason = judge(BY_FORECASTS)
    assert verdict == "discovery"
    for part in ("forecasts worse by 20.0 (more than 10.0)", "does not lean to a halving", "probability 0.40"):
        assert part in reason


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"elpd_difference": -10.0}, "probability 0.40, not below 0.05"),
        ({"elpd_difference": -3.9, "elpd_difference_se": 0.1}, "probability 0.40, not below 0.05"),
        ({"p_slowed": 0.51}, "probability 0.51, not below 0.50"),
        ({"mean_age_years": 1.9}, "1.9 years old on average, too young"),
    ],
)
def test_one_condition_short_of_discovery_by_forecasts(change: dict[str, float], named: str) -> None:
    verdict, reason = judge(replace(BY_FORECASTS, **change))
    assert verdict == "inconclusive"
    against = reason.split("Against discovery")[1]
    assert named in against
    assert against.count(";") == 0, "only the condition that failed is named"


@pytest.mark.parametrize("lead", [-20.0, -10.0, -1.0, 3.9, 4.0, 10.0, 20.0])
@pytest.mark.parametrize("slowed", [0.02, 0.4, 0.6, 0.99])
def test_the_steps_say_what_the_rule_says(lead: float, slowed: float) -> None:
    evidence = replace(FOR_PLATEAU, elpd_difference=lead, p_slowed=slowed)
    steps = evidence.to_frame().set_index("needed_for")["holds"]
    met = {name: bool(steps[["both", name]].all()) for name in ("plateau", "discovery")}
    said = next((name for name, holds in met.items() if holds), "inconclusive")
    assert judge(evidence)[0] == said


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
        most = 0.5 if difference < -4 and difference < -2 * se else 1 - 0.95
        discovery = difference < 4 and evidence.p_slowed <= most and evidence.mean_age_years >= 2
    assert not (plateau and discovery)
    assert verdict == ("plateau" if plateau else "discovery" if discovery else "inconclusive")
    assert reason
